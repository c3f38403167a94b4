import math

import pytest

from evonas.carbon.spend import (
    GRAMS_BY_UNIT,
    SECONDS_BY_UNIT,
    Budget,
    Spend,
    read_amount,
    training_flops,
)

SPEND = Spend(10.0, 20.0, 20.0, 1e9, energy_kwh=0.5, co2_g=100.0, method="reckoned")


@pytest.mark.parametrize(
    ("text", "units", "amount"),
    [
        ("50g", GRAMS_BY_UNIT, 50.0),
        ("2 kg", GRAMS_BY_UNIT, 2000.0),
        ("1e-3t", GRAMS_BY_UNIT, 1000.0),
        ("90s", SECONDS_BY_UNIT, 90.0),
        ("1.5h", SECONDS_BY_UNIT, 5400.0),
        (None, SECONDS_BY_UNIT, math.inf),
    ],
)
def test_an_amount_has_a_unit(text, units, amount):
    assert read_amount("budget", text, units) == amount


@pytest.mark.parametrize("text", ["50", "g", "-5g", "0g", "5 lb", "5gg", "1e999g", "..g", ""])
def test_an_amount_without_number_or_unit_is_refused(text):
    with pytest.raises(
        ValueError, match=r"cannot read the budget .* one of g, kg, t, like 50g$"
    ):
        read_amount("budget", text, GRAMS_BY_UNIT)


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        (Budget(), ""),
        (Budget(seconds=9), "9 seconds are over"),
        (Budget(seconds=11, kwh=0.6, co2_g=101), ""),
        (Budget(kwh=0.5), "the budget of 0.5 kWh is spent"),
        (Budget(co2_g=99), "the budget of 99 g CO2e is spent"),
    ],
)
def test_a_budget_says_which_part_of_it_is_spent(budget, why):
    assert budget.why_over(SPEND) == why


def test_the_known_answer_of_green_ai():
    sizes = {"n_train": 100, "n_validation": 10, "epochs": 3, "evaluations": 1}
    assert sum(training_flops(f, **sizes) for f in (1e6, 2e6)) == 2.73e9


def test_what_was_spent_since_is_the_difference_in_all_but_words():
    earlier = Spend(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, "then")
    later = Spend(11.0, 22.0, 33.0, 44.0, 55.0, 66.0, "now")
    assert later.since(earlier) == Spend(10.0, 20.0, 30.0, 40.0, 50.0, 60.0, "now")


def test_a_training_counts_what_is_learnt_from_three_times_and_what_is_judged_once():
    """By hand: 7 FLOP x (3 x 100 x 4 epochs + 10 x 5 evaluations)."""
    found = training_flops(7.0, n_train=100, n_validation=10, epochs=4, evaluations=5)
    assert found == 7.0 * (1200 + 50)
