import os
import signal
import threading

import pytest

from evonas.interactive.interrupts import STOPPING, StoppedAtOnce, interrupts


def handlers():
    return [signal.getsignal(number) for number in STOPPING]


@pytest.fixture(autouse=True)
def as_before():
    before = handlers()
    yield
    for number, handler in zip(STOPPING, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_asks_for_an_end_and_what_was_before_returns(number, capsys):
    before = handlers()
    with interrupts() as is_interrupted:
        assert not is_interrupted()
        os.kill(os.getpid(), number)
        assert is_interrupted()
    assert handlers() == before
    assert capsys.readouterr().err == (
        "evonas: stopping after what is being measured; Ctrl-C again stops at once\n"
    )


def twice(number):
    with interrupts():
        for _ in range(2):
            os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_it_at_once_with_the_shells_status(number, status):
    before = handlers()
    with pytest.raises(StoppedAtOnce) as stopped:
        twice(number)
    assert stopped.value.status == status
    assert handlers() == before


def test_a_third_signal_cannot_break_off_what_the_second_began():
    with interrupts():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(StoppedAtOnce):
            os.kill(os.getpid(), signal.SIGTERM)
        assert handlers() == [signal.SIG_IGN] * 2


def test_signals_that_are_not_wanted_are_left_alone_and_whoever_asks_is_told():
    before, said = handlers(), []
    with interrupts([signal.SIGINT], say=said.append) as is_interrupted:
        assert handlers()[1] == before[1]
        os.kill(os.getpid(), signal.SIGINT)
        assert is_interrupted()
    assert said == ["stopping after what is being measured; Ctrl-C again stops at once"]


def test_outside_of_the_main_thread_nothing_changes():
    before, found = handlers(), []

    def ask():
        with interrupts() as is_interrupted:
            found.append((handlers() == before, is_interrupted()))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [(True, False)]
