import numpy as np
import pytest
import toy

from evonas import Config, search
from evonas.evaluation.candidate import Order
from evonas.evaluation.chosen_rungs import FEWEST_CURVES, MOST_CURVES, ChoosingLadder
from evonas.evaluation.evaluator import Evaluator
from evonas.fidelity import to_try
from evonas.objectives import ACC, FLOPS, Goals
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

GOALS = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 1e8})
TRIED = to_try("epochs", 9)
LABELS = ["epochs=1", "epochs=2", "epochs=3", "epochs=4", "epochs=6"]


def begun(problem=toy.Schooled):
    order = Order(ProblemSpec(problem, Settings()), GOALS.metrics, GOALS.constraints)
    evaluator = Evaluator(order)
    return ChoosingLadder(evaluator, GOALS, TRIED, metrics=["acc"], reduction=3), evaluator


def drawn(evaluator, n, seed=0):
    space, rng = evaluator.problem.space, np.random.default_rng(seed)
    genomes = [evaluator.problem.canonical(genome) for genome in space.sample(4 * n, rng)]
    return list(dict.fromkeys(genomes))[:n]


def config(problem="Schooled", **settings):
    defaults = {"evaluations": 40, "pop_size": 10, "n_jobs": 0, "objectives": ("acc", "flops")}
    merged = {**defaults, "fidelity": "epochs", **settings}
    return Config(problem=toy.reference(problem), **merged)


def outcome(result):
    return [(r.genome, r.metrics, r.partial, r.error, r.effort) for r in result.records]


def test_the_first_go_all_the_way_and_then_rungs_are_chosen():
    ladder, evaluator = begun()
    assert (ladder.choice, list(ladder.rungs)) == (None, [])
    ladder(drawn(evaluator, 30))
    first = [r for r in evaluator.records.values() if set(LABELS) <= r.partial.keys()]
    assert len(first) == ladder.choice.n == MOST_CURVES
    assert not any(record.fidelity for record in first)
    rungs = [rung.amount for rung in ladder.rungs]
    assert rungs == [*ladder.choice.amounts, 9]
    assert rungs[0] < 9
    others = [r for r in evaluator.records.values() if r not in first]
    assert {label for r in others for label in r.partial} <= {f"epochs={a}" for a in rungs}
    assert any(record.fidelity for record in others)


def test_who_went_all_the_way_is_measured_and_paid_for_as_without_rungs():
    ladder, evaluator = begun()
    ladder(drawn(evaluator, 12))
    plain = Evaluator(evaluator.order)
    for record in evaluator.records.values():
        if not record.fidelity:
            (alone,) = plain([record.genome])
            assert (record.metrics, record.effort) == (alone.metrics, alone.effort)


def test_what_is_very_dear_waits_for_the_choice():
    ladder, evaluator = begun(toy.Elephant)
    elephant, others = (2, 4, 4, 1), drawn(evaluator, 14)
    ladder([elephant, *others])
    assert ladder.choice is not None
    assert "epochs=6" not in evaluator.records[elephant].partial
    assert evaluator.records[elephant].fidelity == ladder.rungs[0].label
    assert sum(rung.n_put_off for rung in ladder.account()) == 1


def test_too_few_are_all_measured_as_a_whole_until_there_are_enough():
    ladder, evaluator = begun()
    genomes = drawn(evaluator, 2 * FEWEST_CURVES)
    for n, genome in enumerate(genomes[: FEWEST_CURVES - 1], start=1):
        ladder([genome])
        assert (ladder.choice, len(evaluator.records)) == (None, n)
    assert not any(record.fidelity for record in evaluator.records.values())
    assert [rung.is_used for rung in ladder.account()] == [False] * 5
    ladder(genomes[FEWEST_CURVES - 1 : FEWEST_CURVES])
    assert ladder.choice.n == FEWEST_CURVES


def test_where_nothing_early_can_be_trusted_all_are_measured_as_a_whole():
    ladder, evaluator = begun(toy.Fickle)
    ladder(drawn(evaluator, 20))
    assert ladder.choice.amounts == ()
    assert [rung.amount for rung in ladder.rungs] == [9]
    assert not any(record.fidelity for record in evaluator.records.values())
    account = ladder.account()
    assert [(rung.label, rung.is_used) for rung in account] == [
        (each, False) for each in LABELS
    ]
    assert [rung.agreement for rung in account] == [t.agreement for t in ladder.choice.tried]


def test_the_account_tells_of_rungs_and_of_what_else_was_tried():
    ladder, evaluator = begun()
    ladder(drawn(evaluator, 40))
    account = ladder.account()
    assert [rung.label for rung in account] == LABELS
    used = [rung.label for rung in account if rung.is_used]
    assert used == [f"epochs={amount}" for amount in ladder.choice.amounts]
    assert all(rung.n == MOST_CURVES for rung in account if not rung.is_used)
    assert account[0].n > MOST_CURVES


@pytest.mark.parametrize("surrogate", ["none", "gp"])
def test_workers_and_a_kill_make_no_difference(surrogate, tmp_path):
    wanted = config(surrogate=surrogate, evaluations=24)
    reference = search(wanted)
    assert reference.rung_choice.amounts
    if surrogate == "none":
        assert outcome(search(config(evaluations=24, n_jobs=2))) == outcome(reference)
    for n_steps in (17, 75):  # while rungs are tried, and after they were chosen
        folder, n_left = tmp_path / f"{n_steps}", [n_steps]

        def should_stop(n_left=n_left):
            n_left[0] -= 1
            return n_left[0] < 0

        cut = search(wanted, folder=folder, should_stop=should_stop)
        assert cut.stopped == "it was interrupted"
        resumed = search(wanted, folder=folder, resume=True)
        assert outcome(resumed) == outcome(reference)
        assert resumed.rung_choice == reference.rung_choice
        assert resumed.rungs == reference.rungs


def test_with_a_small_budget_of_flops_the_first_are_cheap():
    result = search(config(evaluations=None, budget_flops=3e8))
    assert result.spend.fpo <= 3e8
    assert all(record.effort <= 3e8 / 8 for record in result.records[:8])


def test_auto_is_the_default_and_a_reduction_or_a_number_takes_its_place():
    assert search(config(evaluations=12)).rung_choice
    assert search(config(evaluations=12, rungs="auto", reduction=2)).rung_choice
    assert search(config(evaluations=12, reduction=2)).rung_choice is None
    assert search(config(evaluations=12, rungs=3)).rung_choice is None
