import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.bench.scales import LinearScale, LogScale
from evonas.objectives import ACC, MACS, Objective

FRONT = np.array([[-90.0, 8e6], [-80.0, 4e6], [-60.0, 1e6]])


def test_a_linear_scale_puts_the_ends_of_the_front_at_0_and_1():
    scaled = LinearScale(FRONT)(FRONT)
    assert scaled[:, 0].tolist() == pytest.approx([0, 1 / 3, 1])
    assert scaled[:, 1].tolist() == pytest.approx([1, 3 / 7, 0])


def test_a_log_scale_is_that_of_the_error_and_of_the_cost():
    scaled = LogScale(FRONT, (ACC, MACS))(FRONT)
    assert scaled[:, 0].tolist() == pytest.approx([0, 0.5, 1])  # errors of 10, 20 and 40 %
    assert scaled[:, 1].tolist() == pytest.approx([1, 2 / 3, 0])


def test_what_has_reached_the_best_counts_as_the_nearest_to_it_on_the_front():
    front = np.array([[-100.0, 4e6], [-90.0, 2e6], [-60.0, 0.0]])
    scaled = LogScale(front, (ACC, MACS))(front)
    assert scaled[:, 0].tolist() == pytest.approx([0, 0, 1])
    assert scaled[:, 1].tolist() == pytest.approx([1, 0, 0])


GAIN = Objective("gain", "", "gain", -1, best=None)
LOSS = Objective("loss", "", "loss", +1, best=None)


def test_what_has_no_best_stays_linear_where_more_is_better_and_has_0_where_less_is():
    front = np.array([[-9.0, 4.0], [-3.0, 2.0], [-1.0, 1.0]])
    scale, linear = LogScale(front, (GAIN, LOSS)), LinearScale(front)
    assert scale(front)[:, 0].tolist() == linear(front)[:, 0].tolist()
    assert scale(front)[:, 1].tolist() == pytest.approx([1, 0.5, 0])


def test_an_objective_whose_front_goes_beyond_its_best_stays_linear():
    front = np.array([[-9.0, 1.0], [-3.0, -1.0], [-1.0, -2.0]])
    scale, linear = LogScale(front, (GAIN, LOSS)), LinearScale(front)
    assert scale(front).tolist() == linear(front).tolist()
    at_best = np.array([[-9.0, 0.0], [-9.0, 0.0]])
    assert LogScale(at_best, (GAIN, LOSS))(at_best).tolist() == [[0, 0], [0, 0]]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1e9)), min_size=2, max_size=9))
def test_a_scale_never_turns_an_order_round(rows):
    F = np.array(rows) * [-1, 1]
    for scaled in (LinearScale(F)(F), LogScale(F, (ACC, MACS))(F)):
        for before, after in zip(F.T, scaled.T, strict=True):
            assert (np.diff(after[np.argsort(before)]) >= 0).all()
