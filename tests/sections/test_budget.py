import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.carbon.marginal_return import LeastReturn
from evonas.carbon.spend import Budget
from evonas.sections.budget import DEFAULT_GENERATIONS, BudgetSection

OTHER_BUDGETS = (
    {"evaluations": 40},
    {"budget_time": "8h"},
    {"budget_kwh": 0.5},
    {"budget_co2": "2kg"},
    {"budget_flops": 1e15},
    {"budget_return": "1%"},
)


@pytest.mark.parametrize("words", OTHER_BUDGETS, ids=str)
def test_generations_are_counted_only_where_nothing_else_ends_the_search(words):
    assert BudgetSection().max_generations == DEFAULT_GENERATIONS
    assert BudgetSection(**words).max_generations is None


@pytest.mark.parametrize("words", OTHER_BUDGETS[1:], ids=str)
def test_generations_that_were_named_hold_beside_another_budget(words):
    assert BudgetSection(generations=3, **words).max_generations == 3


def test_every_amount_is_read_into_its_unit_and_is_endless_unless_named():
    assert BudgetSection().budget == Budget(math.inf, math.inf, math.inf, math.inf)
    section = BudgetSection(
        budget_time="1.5h", budget_kwh=2, budget_co2="3kg", budget_flops=1e12
    )
    assert section.budget == Budget(seconds=5400, kwh=2, co2_g=3000, flops=1e12)


@given(st.integers(1, 10**6))
def test_an_hour_is_as_long_as_its_minutes_and_its_seconds(hours):
    texts = (f"{hours}h", f"{60 * hours}m", f"{3600 * hours}s")
    budgets = [BudgetSection(budget_time=text).budget for text in texts]
    assert budgets == [Budget(seconds=3600.0 * hours)] * 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"generations": 0}, r"^generations must be at least 1, got 0$"),
        ({"evaluations": 1}, r"^evaluations must be at least 2, got 1$"),
        ({"generations": 5, "evaluations": 9}, r"^generations=5 and evaluations=9 contradict"),
        ({"max_failures": 1.5}, r"^max_failures must be in \[0, 1\], got 1\.5$"),
        ({"budget_kwh": 0.0}, r"^budget_kwh must be a positive number of kilowatt-hours, got"),
        ({"budget_flops": math.inf}, r"^budget_flops must be a positive number of FLOPs, got"),
        ({"budget_time": "8"}, r"^cannot read the budget_time '8'; expected .*, like 50s$"),
        ({"budget_time": "50g"}, r"^cannot read the budget_time '50g'; .* s, m, h, d, like"),
        ({"budget_return": "1 per cent"}, r"^cannot read the budget_return '1 per cent'; exp"),
        ({"budget_co2": "-1kg"}, r"^cannot read the budget_co2 '-1kg'; .* g, kg, t, like 50g$"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        BudgetSection(**words)


def test_a_least_return_is_read_once_and_free_unless_named():
    assert BudgetSection().least_return is None
    assert BudgetSection(budget_return="2%").least_return == LeastReturn(0.02)
