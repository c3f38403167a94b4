import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.pace import STEEPEST, USUAL, Pace, Timed, fitted

COSTS = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11)


def timed(seconds, **counted):
    return Timed(counted, [seconds] * 2, [0.5 * seconds] * 2)


def line(exponent, factor=2e-6):
    return [timed(factor * c**exponent, fpo=c) for c in COSTS]


@given(st.floats(0.1, 1.0))
def test_a_power_of_the_cost_is_found_again(exponent):
    pace = fitted(line(exponent), metric="fpo", is_effort=True)
    assert pace.exponents["fpo"] == pytest.approx(exponent, rel=0.02)  # damped a little
    for cost in COSTS:
        seconds, cpu_seconds = pace.seconds({"fpo": cost})
        assert seconds == pytest.approx(2e-6 * cost**exponent, rel=0.12)
        assert cpu_seconds == pytest.approx(seconds / 2)


@pytest.mark.parametrize(("exponent", "kept"), [(-0.5, {}), (3.0, {"fpo": STEEPEST})])
def test_no_network_is_quicker_for_being_dearer_nor_slower_without_bound(exponent, kept):
    assert fitted(line(exponent), metric="fpo", is_effort=True).exponents == kept


def test_each_metric_has_the_say_that_it_deserves():
    """Time is the square root of the parameters, and FLOPs are something else."""
    drawn = np.random.default_rng(0).uniform(1, 10, (12, 2))
    rows = [timed(math.exp(0.5 * p), fpo=math.exp(f), params=math.exp(p)) for f, p in drawn]
    pace = fitted(rows, metric="fpo", is_effort=True)
    assert pace.exponents["params"] == pytest.approx(0.5, rel=0.02)
    assert pace.exponents.get("fpo", 0.0) == pytest.approx(0, abs=0.02)


def test_what_is_the_same_for_all_or_may_be_zero_says_nothing():
    rows = [timed(c, fpo=c, same=7.0, zero=float(i)) for i, c in enumerate(COSTS)]
    assert set(fitted(rows, metric="fpo", is_effort=True).exponents) == {"fpo"}


def test_one_candidate_stands_for_all_where_there_is_no_other():
    one = Timed({"flops": 5.0}, [3.0], [2.0])
    pace = fitted([one], metric="flops", is_effort=False, counting=0.25)
    seconds, cpu_seconds = pace.seconds({"flops": 500.0})
    assert seconds == pytest.approx(3 * math.exp(USUAL**2 / 2) + 0.25)
    assert cpu_seconds == pytest.approx(seconds * 2 / 3)
    assert pace.cost({}) == 1.0


def test_a_step_takes_its_share_of_the_flops_and_the_start_in_full():
    pace = Pace("fpo", 11.0, {}, share_cpu=1.0, start=1.0, is_effort=True)
    assert pace.seconds({"fpo": 100.0})[0] == pytest.approx(11)
    assert pace.seconds({"fpo": 100.0}, effort=30.0)[0] == pytest.approx(1 + 0.3 * 10)


def test_what_lies_off_the_line_and_what_differs_from_round_to_round_is_doubt():
    seconds = (1, 4, 1, 4, 1, 4)
    scattered = [timed(s, fpo=c) for c, s in zip(COSTS, seconds, strict=True)]
    by_network = fitted(scattered, metric="fpo", is_effort=True, least_doubt=0.0)
    exact = fitted(line(0.5), metric="fpo", is_effort=True, least_doubt=0.0)
    assert by_network.scatter > 3 * exact.scatter
    assert by_network.doubt > 3 * exact.doubt
    rounds = [Timed({}, [1.0, math.e], [1.0])] * 100
    by_round = fitted(rounds, metric="", is_effort=False, least_doubt=0.0)
    assert by_round.doubt == pytest.approx(math.sqrt(0.5), rel=0.01)
