import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.pareto.expected_best import expected_best

scores = st.lists(st.floats(0, 100), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("values", "is_unbiased", "expected"),
    [  # by hand, from the formulas of Dodge et al. 2019
        ([0.1, 0.2, 0.4], False, [0.2333333, 0.3, 0.3370370]),
        ([0.1, 0.2, 0.4], True, [0.2333333, 0.3333333, 0.4]),
        ([0.9, 0.92, 0.93, 0.93, 0.95], False, [0.926, 0.9348, 0.93896, 0.94152, 0.943338]),
        ([0.95, 0.92, 0.93, 0.93, 0.9], True, [0.926, 0.937, 0.942, 0.946, 0.95]),
    ],
)
def test_known_answers(values, is_unbiased, expected):
    assert expected_best(values, is_unbiased=is_unbiased) == pytest.approx(expected, abs=5e-7)


@given(scores, st.booleans())
def test_one_trial_scores_the_mean_and_more_trials_never_less(values, is_unbiased):
    expected = expected_best(values, is_unbiased=is_unbiased)
    assert expected[0] == pytest.approx(np.mean(values))
    assert (np.diff(expected) >= -1e-9).all()
    assert expected[-1] <= max(values) + 1e-9


@given(scores)
def test_all_trials_without_putting_back_score_the_best(values):
    assert expected_best(values)[-1] == pytest.approx(max(values))


def test_no_trials_score_nothing():
    assert len(expected_best([])) == 0
