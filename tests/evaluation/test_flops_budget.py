import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.flops_budget import MAX_PASSED_OVER, FlopsBudget, affordable_flops

EFFORTS = st.lists(st.floats(0, 1e15), max_size=12)
WHOLE = st.lists(st.integers(0, 10**15), max_size=12)  # of which what is left is no rounded sum


def numbered(efforts):
    return {(i,): effort for i, effort in enumerate(efforts)}


@given(EFFORTS, st.floats(1, 1e16), st.data())
def test_what_was_paid_for_before_leaves_the_choice_as_it_was(efforts, flops, data):
    takes = numbered(efforts)
    whole = FlopsBudget(flops).affordable(list(takes), takes, label="")
    known = data.draw(st.sets(st.sampled_from(whole))) if whole else set()
    resumed = FlopsBudget(flops)
    for genome in known:
        resumed.pay(takes[genome])
    rest = [genome for genome in takes if genome not in known]
    assert {*resumed.affordable(rest, takes, label=""), *known} == {*whole}


@given(WHOLE, st.integers(1, 2**53))
def test_the_budget_is_kept_and_whoever_was_passed_over_would_have_broken_it(efforts, flops):
    takes, budget = numbered(efforts), FlopsBudget(flops)
    for genome in budget.affordable(list(takes), takes, label=""):
        budget.pay(takes[genome])
    assert budget.left >= 0
    assert all(effort > budget.left for effort in budget.passed_over.values())


def test_without_a_limit_nobody_is_passed_over():
    budget = FlopsBudget()
    assert budget.affordable([(0,)], {(0,): 1e30}, label="") == [(0,)]
    assert (budget.left, budget.why_over(), budget.remark()) == (math.inf, "", "")


def test_it_is_over_when_nothing_is_left_or_nobody_fits_for_long():
    budget = FlopsBudget(10.0)
    dear = {(i,): 20.0 + i for i in range(MAX_PASSED_OVER)}
    assert budget.affordable(list(dear)[:-1], dear, label="") == []
    assert budget.why_over() == ""
    budget.affordable(list(dear), dear, label="")
    assert budget.why_over() == (
        "of the budget of 10 FLOPs 10 are left, too little for any of the last 100 trainings "
        "that were asked for (the cheapest takes 20)"
    )
    assert budget.remark() == ", but for 100 trainings that take more than is left of 10 FLOPs"
    budget.pay(10.0)
    assert budget.why_over() == "the budget of 10 FLOPs is spent"


@pytest.mark.parametrize(("effort", "is_over"), [(0.0, True), (1.0, False)])
def test_a_training_in_between_begins_the_row_anew_and_what_takes_none_does_not(
    effort, is_over
):
    budget = FlopsBudget(10.0)
    dear = {(i,): 20.0 for i in range(MAX_PASSED_OVER)}
    budget.affordable(list(dear), dear, label="")
    budget.pay(effort)
    budget.close_batch()
    assert bool(budget.why_over()) == is_over


def test_what_a_first_training_may_take_is_four_medians_or_an_eighth_of_the_budget():
    efforts = [0.0, 1.0, 2.0, 3.0, 1000.0]
    assert affordable_flops(efforts) == 4 * 2.5
    assert affordable_flops(efforts, budget_flops=40.0) == 5.0
    assert affordable_flops(efforts, budget_flops=1e6) == 10.0


def test_where_nobody_knows_what_a_training_takes_any_may_be_the_first():
    assert affordable_flops([0.0, 0.0]) == affordable_flops([]) == math.inf
