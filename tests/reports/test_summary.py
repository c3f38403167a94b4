import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import toy

from evonas.config import Config
from evonas.engine.search import search
from evonas.pareto.dominance import front
from evonas.reliability import Reliability
from evonas.reports.summary import MAX_ROWS, summary


def found(problem=toy.Bowl, **settings):
    return search(Config(n_jobs=0, pop_size=10, evaluations=40, **settings), problem=problem)


def test_the_front_is_told_with_units_cost_and_reason():
    text = summary(found())
    assert "Stopped: the budget of 40 architectures is spent." in text
    assert "acc [%]" in text
    assert "flops [FLOP]" in text
    assert re.search(r"took \d+ core-seconds in \d+ seconds of its workers", text)
    assert "g CO2e" in text


def test_how_good_calibrated_times_are_is_told():
    model = {
        "coefficients": {"constant": 1e-4},
        **{"batch": 1, "n_fitted": 8, "n_held_out": 4},
        **{"r2": 0.91, "spearman": 0.9, "relative_error": 0.3},
    }
    here = {"device": "a core", "date": "2026-01-01", "space": "toy"}
    carbon = {"calibration": {**here, "training": model, "inference": {**model, "r2": 0.82}}}
    told = "Modelled times were calibrated on a core, 2026-01-01, networks of toy; R2 on held"
    said = summary(found(carbon=carbon))
    assert told in said
    assert "training 0.910, inference 0.820 (torch)." in said
    assert "calibrated" not in summary(found())


def test_workers_that_were_hardly_on_a_core_are_warned_of():
    result = found()
    busy = replace(result.spend, busy_seconds=3226.0, cpu_seconds=466.0)
    text = summary(replace(result, spend=busy))
    assert "took 466 core-seconds in 3226 seconds of its workers" in text
    assert "Its workers were on a core for 14% of their time" in text
    for seconds in (1700.0, 3226.0, 9000.0):
        fair = replace(busy, cpu_seconds=seconds)
        assert "on a core" not in summary(replace(result, spend=fair))


def test_the_test_accuracy_of_the_front_is_told():
    assert "test_acc [%]" in summary(found(toy.Curved))


def test_a_long_front_is_cut_and_says_where_the_rest_is():
    result = found(objectives=("acc", "flops", "params"))
    text = summary(result)
    n_more = len(result.front) - MAX_ROWS
    assert (f"... and {n_more} more in front.csv" in text) == (n_more > 0)


def test_failures_are_counted_by_their_kind_with_the_commonest_reason():
    result = found(toy.Flaky)
    text = summary(result)
    kinds = Counter(record.kind for record in result.failures)
    assert set(kinds) == {"raised", "invalid"}
    row = f"{kinds['raised']:6}  raised    RuntimeError: the network exploded"
    assert row in text.splitlines()
    reasons = Counter(r.error for r in result.failures if r.kind == "invalid")
    (reason, n_same), *others = reasons.most_common()
    line = f"{kinds['invalid']:6}  invalid   {reason} ({n_same} times; other reasons: "
    assert f"{line}{len(others)})" in text
    assert text.index("Failures, by kind:") < text.index("RuntimeError")


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("acc>=1000", r"No candidate keeps every constraint (acc>=1000"),
        ("acc>=0", "The front,"),
    ],
)
def test_without_a_feasible_candidate_the_constraints_are_named(constraint, message):
    assert message in summary(found(constraint=(constraint,)))


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        (("flops<=10",), "so there is no front; closest is 0-0-0-0, with flops 64,000, "),
        (("acc>=100",), "closest is .*, with acc .* below 100"),
        (("flops<=10", "acc>=100"), "closest is 0-0-0-0, with flops 64,000, "),
    ],
)
def test_where_no_candidate_keeps_the_constraints_the_nearest_is_named(constraints, said):
    result = search(
        Config(problem=toy.reference("Bowl"), constraint=constraints, evaluations=30, n_jobs=0)
    )
    assert re.search(said, summary(result)), summary(result)


def test_a_rank_correlation_of_too_few_is_left_out():
    result = found(toy.Schooled, fidelity="epochs", surrogate="gp", objectives=("acc", "flops"))
    few = Reliability("acc", "gp", 1, math.nan, math.nan, 1.0)
    rungs = tuple(replace(rung, spearman=math.nan, n_put_off=2) for rung in result.rungs)
    text = summary(replace(result, reliability=few, rungs=rungs))
    assert "nan" not in text
    assert "Predictions of acc by gp, 1 in all: 100% within their 90 % intervals." in text
    assert (
        "with epochs=1 (2 on the way up wait: that step takes more than all others did)" in text
    )
    rungs = tuple(replace(rung, n_put_off=0) for rung in rungs)
    assert "with epochs=1, " in summary(replace(result, rungs=rungs))


@pytest.mark.parametrize("tolerance", [0.0, 0.1, 0.5])
def test_the_answer_of_two_stages_comes_before_what_is_beyond_the_tolerance(tolerance):
    result = found(objectives=("acc",), then=("flops",), tolerance=tolerance)
    best = max(record.metrics["acc"] for record in result.front)
    kept = [r for r in result.front if r.metrics["acc"] >= best * (1 - tolerance)]
    least = min(kept, key=lambda record: record.metrics["flops"])
    first, *lines = summary(result).splitlines()[2:]
    assert first.startswith(
        f"The answer, best in flops within {tolerance:.2g} of the best acc: "
    )
    assert "-".join(map(str, least.genome)) in first
    rows = lines[3 : 3 + len(result.front)]
    assert "-".join(map(str, least.genome)) in rows[0]
    is_beyond = [row.endswith("beyond the tolerance") for row in rows]
    assert is_beyond == [False] * len(kept) + [True] * (len(result.front) - len(kept))


def test_one_stage_has_no_answer_but_its_front():
    assert not re.search("The answer|beyond", summary(found()))


def test_the_last_measuring_and_those_passed_over_are_told_apart():
    config = Config(
        problem=toy.reference("Elephant"), n_jobs=0, pop_size=10, budget_flops=1e8, seed=1
    )
    result = search(config)
    said = summary(result)
    n = result.n_passed_over
    assert (
        f" {n} were passed over: a training of theirs takes more FLOPs than were left." in said
    )
    assert result.spend.fpo - result.last_spend.fpo <= 1e8 < result.spend.fpo
    assert (
        "Of this the last measuring of the front, which no budget limits, took 0 core-seconds "
        f"and {result.last_spend.fpo:.3g} FLOPs."
    ) in said
    assert "passed over" not in summary(replace(result, n_passed_over=0))
    assert "last measuring" not in summary(replace(result, last_spend=None))


def test_the_last_hypervolume_and_all_flops_are_told_and_a_short_front_is_whole():
    result = search(
        Config(n_jobs=0, pop_size=10, evaluations=20, objectives=("acc", "flops")),
        problem=toy.Schooled,
    )
    text = summary(result)
    assert len(result.front) <= MAX_ROWS
    assert "more in front.csv" not in text
    first, last = (result.generations[i].hypervolume for i in (0, -1))
    assert first < last
    assert f"Hypervolume {last:.4f}. " in text
    assert f" and {sum(r.effort for r in result.records):.3g} FLOPs: about" in text
    assert "FLOPs: about" not in summary(found())


def test_a_single_generation_has_its_hypervolume_told():
    result = search(
        Config(n_jobs=0, pop_size=10, evaluations=10, objectives=("acc", "flops")),
        problem=toy.Schooled,
    )
    (generation,) = result.generations
    assert f"Hypervolume {generation.hypervolume:.4f}. " in summary(result)


def test_what_each_objective_adds_is_told_where_three_were_searched_for():
    """By hand: without one of the three, its column is left out and the front looked for."""
    result = found(objectives=("acc", "flops", "params"))
    F = np.array([r.metrics[n] for r in result.records for n in ("acc", "flops", "params")])
    F = F.reshape(-1, 3) * (-1, 1, 1)
    sizes = [int(front(np.delete(F, i, axis=1)).sum()) for i in range(3)]
    acc, flops, params = sizes
    line = f"Front of {len(result.front)}: {acc} without acc, {flops} without flops, {params} "
    assert line + "without params. Rank correlations: acc~flops " in summary(result)


def test_the_best_on_each_of_several_targets_is_told_below_the_front():
    config = Config(
        problem="digits",
        objectives=("acc", "latency@raspberry-pi-4", "energy@t4:b8"),
        **{"epochs": 1, "subset": 32, "evaluations": 4, "pop_size": 2, "n_jobs": 0},
    )
    text = summary(search(config))
    assert "\n\nThe best on each target, as if there were no other:\ntarget " in text
    assert "The best on each target" not in summary(found())
