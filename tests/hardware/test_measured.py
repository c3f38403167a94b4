import itertools
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.measured import LONGEST_S, Measured, read_answer

TIMES = st.lists(st.floats(1e-9, LONGEST_S), min_size=1, max_size=40)


@given(TIMES)
def test_the_shortest_pass_counts_and_the_quartiles_are_kept_in_order(seconds):
    found = Measured.of(seconds)
    assert found.seconds == min(seconds)
    ends = (found.seconds, *found.quartiles, max(seconds))
    assert all(a <= b * (1 + 1e-12) for a, b in itertools.pairwise(ends))
    assert found.n == len(seconds)


@given(TIMES)
def test_an_answer_is_read_as_it_was_measured(seconds):
    assert read_answer(json.dumps({"seconds": seconds})) == Measured.of(seconds)


def test_what_comes_before_the_last_line_is_passed_over():
    text = 'Welcome to pi\nwarming up\n{"seconds": [0.002, 0.001]}\n'
    assert read_answer(text).seconds == 0.001
    assert read_answer('{\n "seconds": [\n 0.5 ]\n}\n').n == 1


def test_one_latency_is_enough_and_says_nothing_of_repeats():
    found = read_answer('{"latency_s": 0.25}')
    assert (found.seconds, found.n) == (0.25, 0)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 1e9, True, "0.1", None])
def test_absurd_numbers_are_refused(value):
    with pytest.raises(ValueError, match=r"^a pass of .* seconds cannot be; expected numbers"):
        Measured.of([0.1, value])


def test_no_pass_is_refused():
    with pytest.raises(ValueError, match=r"^no pass was timed; expected the seconds of one or"):
        read_answer('{"seconds": []}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "^it printed nothing; expected"),
        ("oh no\n", "^it printed 'oh no', which is no JSON object; expected"),
        ("[1, 2]", r"^it printed '\[1, 2\]', which is no JSON object"),
        ('{"time": 3}', r'^it printed \{"time": 3\}; expected \{"seconds": \[\.\.\.\]\} or'),
    ],
)
def test_what_is_no_answer_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_answer(text)
