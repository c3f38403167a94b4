import os
import signal

import pytest
import toy

import evonas
from evonas import Config, Listener
from evonas.engine.listeners import INTERRUPTED
from evonas.interactive import search as module
from evonas.interactive.result import Result
from evonas.interactive.search import search

CONFIG = Config(problem=toy.reference("Bowl"), evaluations=20, pop_size=10, n_jobs=0)


@pytest.fixture
def notebook(as_notebook):
    return as_notebook(module)


class Interrupting(Listener):
    """Interrupts its own process, as a kernel is, after some records."""

    def __init__(self, after, *, times=1):
        self._left, self._times = after, times

    def on_record(self, record):
        self._left -= 1
        if self._left == 0:
            for _ in range(self._times):
                os.kill(os.getpid(), signal.SIGINT)


def test_it_is_the_public_one_and_its_result_can_do_more():
    assert evonas.search is search
    result = search(CONFIG)
    assert type(result) is Result is evonas.Result
    assert len(result.records) == 20


def test_listeners_are_told_in_the_end_of_what_is_returned():
    told = []

    class Keeping(Listener):
        def on_end(self, outcome):
            told.append(outcome)

    result = search(CONFIG, listeners=[Keeping()])
    assert told == [result]
    assert told[0] is result
    assert told[0].show() == result.show()


def test_a_script_is_told_nothing_unless_it_asks(capfd):
    search(CONFIG)
    assert capfd.readouterr() == ("", "")
    search(CONFIG, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("20 measured, gen 2")


def test_a_notebook_is_shown_one_output_unless_it_wants_none(notebook, capfd):
    search(CONFIG, progress=False)
    assert notebook == []
    search(CONFIG)
    assert notebook[0].line.startswith("0 of 20 measured")
    assert notebook[-1].line.startswith("20 architectures measured, ")
    assert notebook[-1].notes[-1].startswith("Stopped: ")
    assert capfd.readouterr() == ("", "")


def test_an_interrupted_kernel_gets_a_result_and_the_run_goes_on(notebook, tmp_path):
    folder, before = tmp_path / "run", signal.getsignal(signal.SIGINT)
    part = search(CONFIG, folder=folder, listeners=[Interrupting(13)])
    assert part.stopped == INTERRUPTED
    assert 13 <= len(part.records) < 20
    assert notebook[-1].notes[-1] == (
        f"To go on: evonas.search(config, folder={str(folder)!r}, resume=True)"
    )
    assert signal.getsignal(signal.SIGINT) is before
    whole = search(CONFIG, folder=folder, resume=True)
    assert whole.table() == search(CONFIG, progress=False).table()


def test_a_second_interruption_ends_it_at_once_and_the_run_goes_on(notebook, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        search(CONFIG, folder=tmp_path / "run", listeners=[Interrupting(3, times=2)])
    assert notebook[-1].line.startswith("Broken off, ")
    whole = search(CONFIG, folder=tmp_path / "run", resume=True)
    assert len(whole.records) == 20


def test_should_stop_is_asked_beside_an_interruption(notebook):
    assert search(CONFIG, should_stop=lambda: True).stopped == INTERRUPTED


class Bursting(Listener):
    def on_generation(self, generation):
        raise RuntimeError("it burst")


def test_a_listener_that_fails_is_warned_of_and_the_result_can_do_as_much(caplog):
    with caplog.at_level("WARNING"):
        found = search(CONFIG, listeners=[Bursting()])
    assert "Bursting raised RuntimeError: it burst" in caplog.text
    assert type(found) is Result
    assert len(found.records) == 20
