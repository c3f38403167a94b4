import dataclasses

import pytest

from evonas.algorithms.strategy import Status, why_over
from evonas.config import Config


@pytest.mark.parametrize(
    ("budget", "n_done", "n_measured", "reason"),
    [
        ({"generations": 3}, 2, 500, ""),
        ({"generations": 3}, 3, 0, "3 generations are done"),
        ({"evaluations": 50}, 99, 49, ""),
        ({"evaluations": 50}, 0, 50, "the budget of 50 architectures is spent"),
        ({}, 10, 0, "10 generations are done"),
        ({"budget_time": "1h"}, 10**6, 10**6, ""),
    ],
)
def test_a_strategy_keeps_budgets_of_generations_and_evaluations(
    budget, n_done, n_measured, reason
):
    assert why_over(Config(**budget), n_done=n_done, n_measured=n_measured) == reason


def test_a_status_says_nothing_of_predictions_unless_told_and_cannot_be_changed():
    status = Status()
    assert (status.reliability, status.overall, dict(status.transfer_correlation)) == (
        None,
        None,
        {},
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        status.overall = None
