import time

import pytest

from evonas import deadline
from evonas.faults import LateError


def test_without_a_limit_nothing_is_late():
    deadline.check()
    with deadline.within(None):
        deadline.check()


def test_what_takes_too_long_is_given_up():
    with deadline.within(0.02):
        deadline.check()
        time.sleep(0.03)
        with pytest.raises(LateError, match=r"^took longer than 0\.02 s$"):
            deadline.check()
    deadline.check()


def test_the_innermost_limit_holds_and_the_outer_one_comes_back():
    with deadline.within(0.02):
        time.sleep(0.03)
        with deadline.within(60):
            deadline.check()
        with pytest.raises(LateError, match="took longer than"):
            deadline.check()
