import json
import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import (
    ACC,
    CO2,
    CO2_INFERENCE,
    CO2_TRAINING,
    FLOPS,
    FPO,
    MACS,
    PARAMS,
    TEST_ACC,
    Constraint,
    Goals,
    Metric,
    Objective,
    broken,
    nearest_to_kept,
    violation_of,
)

numbers = st.floats(allow_nan=False, allow_infinity=False)
constraints = st.builds(
    Constraint,
    st.sampled_from(["acc", "params", "f_1", "memory@a100", "latency@raspberry-pi-4:b8:onnx"]),
    st.sampled_from(["<=", ">="]),
    numbers,
)


def test_accuracies_are_maximised_and_costs_minimised():
    assert {o.name: o.sign for o in (ACC, TEST_ACC, FLOPS, MACS, PARAMS, CO2)} == {
        **{"acc": -1, "test_acc": -1},
        **{"flops": 1, "macs": 1, "params": 1, "co2": 1},
    }


@pytest.mark.parametrize("metric", [ACC, TEST_ACC])
def test_accuracies_run_from_nothing_to_all_in_percent(metric):
    assert (metric.unit, metric.worst, metric.best) == ("%", 0.0, 100.0)


@pytest.mark.parametrize("metric", [FLOPS, MACS, PARAMS, CO2, CO2_TRAINING, CO2_INFERENCE, FPO])
def test_costs_are_minimised_and_cost_nothing_at_best(metric):
    assert (metric.sign, metric.best) == (1, 0.0)


def test_a_column_names_the_unit_where_there_is_one():
    assert [o.column for o in (ACC, CO2, PARAMS)] == ["acc [%]", "co2 [kg]", "params"]


def test_an_objective_can_be_stated_in_four_words():
    required = [f.name for f in fields(Objective) if str(f.default) == "<factory>"]
    assert required == []
    assert Objective("latency", "ms", "latency", +1).compute is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params<=200000", Constraint("params", "<=", 200_000.0)),
        (" acc >= 92.5 ", Constraint("acc", ">=", 92.5)),
        ("flops<=2e6", Constraint("flops", "<=", 2e6)),
        ("f_1>=-3", Constraint("f_1", ">=", -3.0)),
    ],
)
def test_a_constraint_is_read(text, expected):
    assert Constraint.parse(text) == expected


@given(constraints)
def test_a_printed_constraint_reads_back_as_itself(constraint):
    assert Constraint.parse(str(constraint)) == constraint


def test_a_constraint_prints_all_digits():
    assert str(Constraint("params", "<=", 1_234_567)) == "params<=1234567"


@pytest.mark.parametrize(
    "text",
    ["params<200000", "params", "<=3", "params<=many", "acc>=nan", "acc<=inf", "2x<=3", ""],
)
def test_what_is_no_constraint_is_refused(text):
    with pytest.raises(
        ValueError,
        match=f"cannot read the constraint '{text}'; expected METRIC<=NUMBER or "
        "METRIC>=NUMBER, as in 'params<=200000'",
    ):
        Constraint.parse(text)


@given(constraints, numbers)
def test_a_violation_is_positive_exactly_where_the_bound_is_broken(constraint, value):
    kept = (
        value <= constraint.bound if constraint.relation == "<=" else value >= constraint.bound
    )
    assert (constraint.violation(value) <= 0) == kept


@pytest.mark.parametrize(
    ("text", "value", "violation"),
    [
        ("params<=200", 250.0, 0.25),
        ("params<=200", 150.0, -0.25),
        ("acc>=80", 60.0, 0.25),
        ("f>=-4", -5.0, 0.25),
        ("f<=0", 3.0, 3.0),  # nothing to be relative to
    ],
)
def test_a_violation_is_relative_to_the_bound(text, value, violation):
    assert Constraint.parse(text).violation(value) == pytest.approx(violation)


def test_broken_constraints_are_listed_as_text_and_unknown_metrics_break_none():
    asked = tuple(map(Constraint.parse, ("params<=200", "acc>=90", "flops<=10")))
    assert broken(asked, {"params": 201.0, "flops": 10.0}) == ["params<=200"]


GOALS = Goals(
    (ACC, PARAMS),
    (Constraint("flops", "<=", 100.0), Constraint("params", "<=", 50.0)),
    {"acc": 0.0, "params": 1000.0},
)


def test_the_metrics_are_the_objectives_first_and_each_once():
    assert GOALS.metrics == ("acc", "params", "flops")


def test_natural_values_are_as_measured():
    assert GOALS.natural({"params": 10.0, "acc": 90.0}) == [90.0, 10.0]


def test_scaled_values_run_from_the_best_to_the_reference():
    assert GOALS.scaled({"acc": 100.0, "params": 0.0}) == [0.0, 0.0]
    assert GOALS.scaled({"acc": 0.0, "params": 1000.0}) == [1.0, 1.0]
    assert GOALS.scaled({"acc": 75.0, "params": 100.0}) == [0.25, 0.1]


def test_without_a_full_scale_values_are_only_turned():
    goals = Goals((ACC, PARAMS), (), {"acc": 0.0})
    assert not goals.is_scaled
    assert goals.scaled({"acc": 75.0, "params": 100.0}) == [-75.0, 100.0]
    unbounded = Objective("f1", "", "f1", +1, best=None)
    assert not Goals((unbounded,), (), {"f1": 3.0}).is_scaled


@given(numbers, numbers)
def test_scaling_keeps_the_better_one_better(one, other):
    one, other = (math.remainder(value, 1e6) for value in (one, other))
    ahead, behind = (GOALS.scaled({"acc": acc, "params": 0.0})[0] for acc in (one, other))
    assert (ahead <= behind) if one >= other else (ahead >= behind)


def test_a_reference_at_the_best_does_not_divide_by_zero():
    assert Goals((PARAMS,), (), {"params": 0.0}).scaled({"params": 7.0}) == [7.0]


def test_violations_are_in_the_order_of_the_constraints():
    assert GOALS.violations({"flops": 150.0, "params": 25.0}) == [0.5, -0.5]


@pytest.mark.parametrize(
    ("metrics", "met"),
    [
        ({"acc": 1.0, "params": 50.0, "flops": 100.0}, True),
        ({"acc": 1.0, "params": 50.5, "flops": 100.0}, False),
        ({"acc": 1.0, "params": 50.0}, False),
        ({"params": 50.0, "flops": 100.0}, False),
    ],
)
def test_goals_are_met_when_all_is_measured_and_every_constraint_kept(metrics, met):
    assert GOALS.are_met(metrics) is met


metrics = st.builds(
    Metric,
    name=st.text(min_size=1, max_size=5),
    unit=st.text(max_size=3),
    label=st.text(max_size=9),
    sign=st.sampled_from([-1, 1]),
    best=st.none() | numbers,
    worst=st.none() | numbers,
    when=st.sampled_from(["counted", "hinted", "trained", "final"]),
)


@given(metrics)
def test_a_metric_that_is_written_down_reads_back_as_itself(metric):
    assert Metric.from_dict(json.loads(json.dumps(metric.as_dict()))) == metric


def test_a_metric_is_written_down_with_seven_words():
    assert list(ACC.as_dict()) == ["name", "unit", "label", "sign", "best", "worst", "when"]


def test_an_objective_is_a_metric_and_takes_a_training_where_nothing_else_is_said():
    assert Objective is Metric
    assert Metric("latency", "ms", "latency", +1).when == "trained"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sign": 0}, "the sign of metric 'acc' is 0; expected .1 if smaller is better or -1"),
        ({"when": "soon"}, "metric 'acc' is known when 'soon'; choose from counted, hinted"),
        ({"unit": 3}, "metric 'acc' holds 3 in a wrong place"),
        ({"best": "high"}, "metric 'acc' holds 'high' in a wrong place"),
    ],
)
def test_what_was_not_written_by_a_metric_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Metric.from_dict({**ACC.as_dict(), **change})


def test_a_metric_that_lacks_a_word_is_refused_by_name():
    with pytest.raises(ValueError, match="metric 'acc' lacks sign, when"):
        Metric.from_dict({"name": "acc", "unit": "", "label": "", "best": 0, "worst": None})


def test_how_far_constraints_are_broken_adds_up_and_what_is_kept_makes_up_for_nothing():
    asked = tuple(map(Constraint.parse, ("params<=200", "acc>=80", "flops<=10")))
    assert violation_of(asked, {"params": 250.0, "acc": 60.0, "flops": 1.0}) == 0.25 + 0.25
    assert violation_of(asked, {"params": 201.0, "acc": 90.0, "flops": 1.0}) == 1 / 200
    assert violation_of(asked, {"params": 200.0, "acc": 90.0, "flops": 1.0}) == 0.0
    assert violation_of((), {}) == 0.0


def test_the_nearest_to_being_kept_misses_least_where_it_misses_most():
    asked = tuple(map(Constraint.parse, ("params<=100", "acc>=80")))
    rows = [
        {"params": 150.0, "acc": 80.0},  # half of the bound
        {"params": 120.0, "acc": 60.0},  # a fifth, and a quarter
        {"params": 1.0},
        {"params": 140.0, "acc": 79.0},
    ]
    assert nearest_to_kept(asked, rows) == 1
    assert nearest_to_kept(asked, rows[2:3]) is None
