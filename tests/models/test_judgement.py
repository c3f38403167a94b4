import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.models.judgement import Judgement, Spread, wilson


@given(n=st.integers(1, 10_000), data=st.data())
def test_an_interval_holds_the_share_and_stays_within_nought_and_one(n, data):
    n_right = data.draw(st.integers(0, n))
    low, high = wilson(n_right, n)
    assert 0 <= low <= n_right / n + 1e-12
    assert n_right / n - 1e-12 <= high <= 1


@pytest.mark.parametrize(
    ("n_right", "n", "expected"),
    [
        (8, 10, (0.4902, 0.9433)),  # Wilson 1927 by statsmodels' proportion_confint
        (0, 20, (0.0, 0.1611)),
        (20, 20, (0.8389, 1.0)),
        (950, 1000, (0.9347, 0.9619)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_intervals_are_those_of_wilson(n_right, n, expected):
    assert wilson(n_right, n) == pytest.approx(expected, abs=1e-4)


def test_a_judgement_counts_what_was_taken_for_what():
    predicted, labels = np.array([0, 1, 1, 2, 0]), np.array([0, 1, 2, 2, 1])
    judged = Judgement.of(predicted, labels, n_classes=4, scores={"acc": 60.0})
    assert judged.confusion.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert (judged.n, judged.n_right, judged.accuracy) == (5, 3, 60.0)
    assert [(right, n) for right, n, _ in judged.per_class()] == [
        (1, 1),
        (1, 2),
        (1, 2),
        (0, 0),
    ]
    assert judged.per_class()[3][2] == (0.0, 100.0)
    assert json.loads(json.dumps(judged.as_dict()))["scores"] == {"acc": 60.0}


def test_a_spread_is_told_by_its_mean_and_its_ends():
    spread = Spread.of([90.0, 94.0, 92.0, 92.0])
    assert (spread.n, spread.mean, spread.median) == (4, 92.0, 92.0)
    assert (spread.low, spread.high) == (90.0, 94.0)
    assert spread.sd == pytest.approx(math.sqrt(8 / 3))
    assert str(spread) == ("mean 92.00, s.d. 1.63, median 92.00, min 90.00, max 94.00 (n = 4)")


def test_of_one_training_there_is_no_standard_deviation():
    assert math.isnan(Spread.of([90.0]).sd)
