import math
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.bounds import check

numbers = st.one_of(st.integers(-3, 3), st.floats(-3, 3), st.just(math.inf))


def is_refused(interval, value):
    try:
        check(SimpleNamespace(share=value), interval, "share")
    except ValueError:
        return True
    return False


@given(numbers, st.integers(-2, 0), st.integers(1, 2))
def test_a_square_bracket_includes_its_end_and_a_round_one_does_not(value, low, high):
    assert is_refused(f"[{low}, {high}]", value) == (not low <= value <= high)
    assert is_refused(f"({low}, {high}]", value) == (not low < value <= high)
    assert is_refused(f"[{low}, {high})", value) == (not low <= value < high)
    assert is_refused(f"({low}, {high})", value) == (not low < value < high)


@given(st.floats(0, allow_nan=False, allow_infinity=False))
def test_an_endless_interval_takes_every_finite_number(value):
    assert not is_refused("[0, inf)", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "1", True, 1j, [1]])
def test_what_is_no_finite_number_is_in_no_interval(value):
    assert is_refused("(-9, inf)", value)


class Lamp:
    watts = 60
    hours = -1


def test_the_message_names_the_thing_the_interval_and_where_to_read_on():
    check(Lamp(), "[0, 100]", "watts")
    message = (
        f"Lamp.hours must be in [0, inf), got -1; help({Lamp.__module__}.Lamp) says what "
        "it means"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check(Lamp(), "[0, inf)", "watts", "hours")
