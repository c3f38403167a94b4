import math

import pytest

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
