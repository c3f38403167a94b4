import numpy as np
import pytest
import toy
from matrix import slow_but

from evonas import Config, search
from evonas.evaluation.candidate import Order
from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.successive_halving import LEAST_RISEN, Ladder, _hopeless
from evonas.fidelity import rungs
from evonas.objectives import ACC, FLOPS, Constraint, Goals
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.summary import summary

RUNGS = rungs("epochs", 9, n=3, reduction=3)
GOALS = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 1e8})


def climbed(n=40, *, problem=toy.Schooled, goals=GOALS, seed=0):
    order = Order(ProblemSpec(problem, Settings()), goals.metrics, goals.constraints)
    evaluator = Evaluator(order)
    ladder = Ladder(evaluator, goals, RUNGS, metric="acc", reduction=3)
    genomes = evaluator.problem.space.sample(n, np.random.default_rng(seed))
    return ladder, evaluator, ladder(genomes)


def config(problem="Schooled", **settings):
    defaults = {"evaluations": 40, "pop_size": 10, "n_jobs": 0, "objectives": ("acc", "flops")}
    merged = {**defaults, "fidelity": "epochs", "rungs": 3, **settings}
    return Config(problem=toy.reference(problem), **merged)


def outcome(result):
    return [(r.genome, r.metrics, r.error, r.effort, r.fidelity) for r in result.records]


def test_the_front_of_a_rung_goes_on_and_of_the_others_one_in_so_many():
    _, evaluator, _ = climbed()
    records = list(evaluator.records.values())
    second = [r for r in records if r.at("epochs=3")]
    whole = [r for r in records if "acc" in r.metrics]
    assert 0 < len(whole) < len(second) < len(records)
    for lower, reached in (("epochs=1", second), ("epochs=3", whole)):
        at = [r for r in records if r.at(lower)]
        F = np.array([[-r.at(lower)["acc"], r.metrics["flops"]] for r in at])
        on_front = {r.genome for r, is_on in zip(at, front(F), strict=True) if is_on}
        assert on_front <= {r.genome for r in reached}
        assert len(on_front) <= len(reached) <= max(len(on_front), len(at) // 3)


def test_who_stopped_is_told_of_by_the_highest_rung_it_reached():
    _, evaluator, told = climbed()
    for record in told:
        known = evaluator.records[record.genome]
        assert record.metrics["acc"] == known.at(known.fidelity)["acc"]


def test_who_waits_goes_on_when_there_is_room():
    ladder, evaluator, _ = climbed(12)
    before = {r.genome for r in evaluator.records.values() if not r.fidelity}
    ladder(evaluator.problem.space.sample(60, np.random.default_rng(5)))
    after = {r.genome for r in evaluator.records.values() if not r.fidelity}
    assert before < after
    late = list(evaluator.records)[: len(before) * 3]
    assert any(genome in after - before for genome in late)


def test_whoever_went_all_the_way_is_measured_as_without_rungs():
    _, evaluator, _ = climbed()
    whole = [r for r in evaluator.records.values() if not r.fidelity]
    plain = Evaluator(evaluator.order)
    for record in whole:
        (alone,) = plain([record.genome])
        assert record.metrics == alone.metrics
        assert record.effort == alone.effort == 9 * record.metrics["flops"]


def test_a_broken_constraint_on_a_cheap_metric_stops_before_the_first_rung():
    goals = Goals((ACC, FLOPS), (Constraint("flops", "<=", 1e6),), GOALS.reference)
    _, evaluator, _ = climbed(goals=goals)
    for record in evaluator.records.values():
        if record.metrics["flops"] > 1e6:
            assert "acc" not in record.measured
            assert record.effort == 0


def test_of_those_that_break_a_constraint_the_least_goes_on_first():
    goals = Goals((ACC, FLOPS), (Constraint("acc", ">=", 200.0),), GOALS.reference)
    _, evaluator, _ = climbed(goals=goals)
    records = list(evaluator.records.values())
    second = sorted(r.at("epochs=1")["acc"] for r in records if r.at("epochs=3"))
    others = [r.at("epochs=1")["acc"] for r in records if not r.at("epochs=3")]
    assert len(second) == len(records) // 3
    assert second[0] >= max(others)


def test_a_failure_at_a_later_rung_is_a_failure():
    result = search(config("DropOut"))
    failed = [r for r in result.records if r.error]
    assert failed
    assert all(r.genome[0] == 1 and r.metrics == {} for r in failed)
    assert all(r.kind == "diverged" for r in failed)
    assert not any(r.genome[0] == 1 for r in result.front)


def test_the_dearest_of_a_space_is_in_no_first_design():
    first = list(search(config("Elephant", surrogate="gp", evaluations=12)).records)
    assert (2, 4, 4, 1) not in {record.genome for record in first}
    efforts = [record.metrics["flops"] for record in first]
    assert max(efforts) <= 5 * np.median(efforts)


@pytest.mark.parametrize("surrogate", ["none"])
def test_no_step_up_takes_more_than_all_before_it(surrogate):
    steps = []
    result = search(config("Elephant", surrogate=surrogate), on_record=steps.append)
    spent = 0.0
    for step in steps:
        assert step.fidelity == "epochs=1" or step.effort <= spent
        spent += step.effort
    at_first = {r.genome for r in result.records if r.fidelity == "epochs=1"}
    assert (2, 4, 4, 1) in at_first
    assert result.rungs[0].n_put_off == 1
    assert "; 1 on the way up waits: that step takes more than all others did" in summary(
        result
    )


@pytest.mark.parametrize("times", [5, 9, 11, 25, 29])
def test_what_testing_a_front_took_moves_no_step_of_a_longer_search(times, tmp_path):
    wanted = {"problem": "Elephant", "option": (f"times={times}.0",)}
    search(config(**wanted, evaluations=20), folder=tmp_path / "run")
    longer = search(config(**wanted), folder=tmp_path / "run", resume=True)
    at_once = search(config(**wanted))
    assert [(r.genome, r.fidelity) for r in longer.records] == [
        (r.genome, r.fidelity) for r in at_once.records
    ]


@pytest.mark.parametrize("surrogate", ["none", "gp"])
def test_only_whole_measurements_make_a_front(surrogate):
    result = search(config(surrogate=surrogate))
    assert len(result.records) == 40
    assert all(not record.fidelity for record in result.front)
    flops = sum(r.effort for r in result.records)
    assert flops == result.spend.fpo
    assert flops < 0.7 * sum(9 * r.metrics["flops"] for r in result.records)
    first, second = result.rungs
    n_whole = sum(not r.fidelity for r in result.records)
    assert (first.label, second.label) == ("epochs=1", "epochs=3")
    assert 40 == first.n > second.n >= second.n_whole == n_whole
    assert second.spearman > 0.5


@pytest.mark.parametrize("surrogate", slow_but(["none"], ["none", "gp"]))
def test_workers_and_a_kill_make_no_difference(surrogate, tmp_path):
    wanted = config(surrogate=surrogate, evaluations=26)
    reference = search(wanted)
    assert outcome(search(config(surrogate=surrogate, evaluations=26, n_jobs=2))) == outcome(
        reference
    )
    n_left = 17

    def should_stop():
        nonlocal n_left
        n_left -= 1
        return n_left < 0

    cut = search(wanted, folder=tmp_path / "run", should_stop=should_stop)
    assert cut.stopped == "it was interrupted"
    resumed = search(wanted, folder=tmp_path / "run", resume=True)
    assert outcome(resumed) == outcome(reference)
    assert resumed.spend.fpo == reference.spend.fpo
    measured = (tmp_path / "run" / "records.jsonl").read_text().splitlines()
    assert len(measured) == len(set(measured))
    header, *rows = (tmp_path / "run" / "rungs.csv").read_text().splitlines()
    assert header == (
        "label,metric,n,n_whole,spearman,kendall,n_hopeless,n_put_off,agreement,among_dear,"
        "is_used"
    )
    assert len(rows) == 2


def test_a_budget_of_flops_is_kept():
    budget = 2e8
    result = search(config(evaluations=None, budget_flops=budget))
    assert result.spend.fpo <= budget
    assert "FLOPs" in result.stopped


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"fidelity": "pixels"},
            "unknown fidelity 'pixels'; choose from epochs, subset",
        ),
        ({"rungs": 1}, "rungs must be at least 2, got 1"),
        ({"reduction": 1.0}, r"reduction must be more than 1, got 1\.0"),
        ({"fidelity": None, "rungs": 3}, "rungs is of use to a fidelity only"),
        ({"fidelity": "subset", "rungs": 2}, "Schooled has no measurements with less subset"),
        ({"rungs": 5}, "5 rungs with a reduction of 3 need more than 9 epochs"),
        ({"objectives": ("flops", "params")}, "nothing of flops, params takes a training"),
    ],
)
def test_what_cannot_be_is_refused(settings, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        search(config(**settings), folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_no_learning_curve_can_save_does_not_go_on():
    whole = np.array([[0.1, 1.0], [0.2, 0.5]] * 4)
    risen = whole + np.array([0.3, 0.0])  # errors fell by 0.3 from the rung to the end
    F = np.array([[0.7, 0.9], [0.35, 0.9], [0.7, 0.4], [0.2, 2.0]])
    assert _hopeless(F, risen, whole).tolist() == [True, False, False, False]
    assert not _hopeless(F, risen[:7], whole[:7]).any()  # too few to tell


def test_the_hopeless_are_counted_and_never_measured_as_a_whole():
    ladder, evaluator, _ = climbed(60)
    first, _ = ladder.account()
    assert first.n_hopeless > 0
    before = {r.genome for r in evaluator.records.values() if not r.fidelity}
    ladder([])
    assert {r.genome for r in evaluator.records.values() if not r.fidelity} == before


def test_what_would_only_tie_in_one_objective_is_dominated_all_the_same():
    whole = np.array([[0.25, 1.0], [0.5, 0.5]] * 4)
    risen = whole + np.array([0.5, 0.0])
    F = np.array([[1.0, 1.0], [0.75, 1.0], [1.0, 0.5]])  # (0.5, 1), (0.25, 1), (0.5, 0.5) yet
    assert _hopeless(F, risen, whole).tolist() == [True, False, False]


def test_nobody_is_given_up_while_too_few_have_shown_how_they_rise():
    ladder, evaluator, _ = climbed(12)
    first, second = ladder.account()
    assert first.n == len({record.genome for record in evaluator.records.values()})
    assert second.n < first.n  # some wait
    assert sum(not r.fidelity for r in evaluator.records.values()) < LEAST_RISEN
    assert (first.n_hopeless, second.n_hopeless) == (0, 0)
