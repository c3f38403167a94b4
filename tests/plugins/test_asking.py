import math

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from evonas.faults import MetricError
from evonas.plugins.asking import ask, checked, checked_curve
from evonas.problem import Measurement


class Answering(toy.Bowl):
    """Answers what it is given to answer, and remembers what it was asked for."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.asked = answer, []

    def measure(self, genome, wanted, *, seed):
        self.asked.append((genome, wanted, seed))
        return self.answer


def test_a_problem_is_asked_for_what_derived_objectives_need_as_well():
    problem = Answering({"acc": 50.0, "flops": 1e6})
    found = ask(problem, (0, 0, 0, 0), ["flops"], [toy.thrift], seed=7)
    assert problem.asked == [((0, 0, 0, 0), ["acc", "flops"], 7)]
    assert found.metrics == {"acc": 50.0, "flops": 1e6, "thrift": 50.0}


def test_a_curve_comes_along_as_plain_numbers():
    problem = Answering(Measurement({"acc": np.float32(50)}, ({"epoch": 1, "acc": 50},)))
    found = ask(problem, (0, 0, 0, 0), ["acc"], seed=0)
    assert found.curve == ({"epoch": 1.0, "acc": 50.0},)
    assert type(found.metrics["acc"]) is float


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_finite_numbers_of_any_kind_are_floats_afterwards(value):
    for kind in (value, np.float64(value)):
        (found,) = checked({"acc": kind}, ["acc"]).values()
        assert type(found) is float
        assert found == value


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([1.0], "the answer is a list; expected values by name"),
        (None, "the answer is a NoneType; expected values by name"),
        ({"flops": 1.0}, "the problem did not measure acc"),
        ({"acc": True}, "metric acc is a bool; expected a number"),
        ({"acc": "90"}, "metric acc is a str; expected a number"),
        ({"acc": math.nan}, "metric acc is nan; expected a finite number"),
        ({"acc": -math.inf}, "metric acc is -inf; expected a finite number"),
        ({"acc": 10**400}, "metric acc is too large; expected a finite number"),
        ({"acc": np.complex128(1j)}, "metric acc is a complex128; expected a number"),
        ({"acc": 1.0, "own": math.inf}, "metric own is inf; expected a finite number"),
    ],
)
def test_an_answer_that_is_none_is_refused(answer, message):
    with pytest.raises(MetricError, match=message):
        ask(Answering(answer), (0, 0, 0, 0), ["acc"], seed=0)


def test_a_derived_value_must_be_finite_too():
    problem = Answering({"acc": 50.0, "flops": 1e-320})
    with pytest.raises(MetricError, match="metric thrift is inf; expected a finite number"):
        ask(problem, (0, 0, 0, 0), [], [toy.thrift], seed=0)


def test_a_point_of_a_curve_must_be_finite():
    with pytest.raises(MetricError, match="metric loss is inf; expected a finite number"):
        checked_curve([{"loss": 1.0}, {"loss": math.inf}])
