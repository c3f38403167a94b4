from types import SimpleNamespace

import pytest

from evonas import deadline
from evonas.faults import LateError


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on as it is told to, and not by itself."""
    told = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: told.now))
    return told


def test_without_a_limit_nothing_is_late():
    deadline.check()
    with deadline.within(None):
        deadline.check()


def test_what_takes_too_long_is_given_up(clock):
    with deadline.within(0.02):
        clock.now += 0.019
        deadline.check()
        clock.now += 0.002
        with pytest.raises(LateError, match=r"^took longer than 0\.02 s$"):
            deadline.check()
    deadline.check()


def test_the_innermost_limit_holds_and_the_outer_one_comes_back(clock):
    with deadline.within(0.02):
        clock.now += 0.03
        with deadline.within(60):
            deadline.check()
        with pytest.raises(LateError, match="took longer than"):
            deadline.check()
