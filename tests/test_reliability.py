import math

import numpy as np
import pytest
from scipy.stats import norm

from evonas.reliability import Predictions


def test_predictions_are_judged_by_rank_and_by_their_intervals():
    made = Predictions((1.0, 2.0, 3.0, 4.0), (0.1,) * 4, (1.1, 2.5, 2.9, 5.0))
    found = made.judge("acc", model="gp")
    assert (found.n, found.kendall, found.spearman) == (4, 1.0, 1.0)
    assert found.within_90 == 0.5
    assert found.row() == {
        "predicted_by": "gp",
        "kendall": "1.000",
        "spearman": "1.000",
        "within_90": "0.500",
    }


def test_predictions_add_up():
    both = Predictions((1.0,), (0.1,), (2.0,)) + Predictions((3.0,), (0.2,), (1.0,))
    assert both == Predictions((1.0, 3.0), (0.1, 0.2), (2.0, 1.0))
    assert both.judge("acc", model="gp").kendall == -1.0


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_have_no_correlation(n):
    found = Predictions((1.0,) * n, (1.0,) * n, (1.0,) * n).judge("acc", model="gp")
    assert found.n == n
    assert math.isnan(found.kendall)
    assert found.row()["kendall"] == ""


def test_the_interval_of_90_percent_is_that_of_a_normal_distribution():
    """5 % lie beyond either end."""
    end = norm.ppf(0.95)
    predictions = Predictions(
        (0.0,) * 4, (2.0,) * 4, tuple(2 * end * np.array([-1.001, -0.999, 0.999, 1.001]))
    )
    assert predictions.judge("acc", model="gp").within_90 == 0.5


def test_the_latest_predictions_are_the_last_ones():
    made = Predictions((1.0, 2.0, 3.0), (0.1, 0.2, 0.3), (4.0, 5.0, 6.0))
    assert made.last(2) == Predictions((2.0, 3.0), (0.2, 0.3), (5.0, 6.0))
    assert made.last(9) == made
