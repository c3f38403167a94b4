import math
from dataclasses import replace

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from pymoo.indicators.hv import HV
from pymoo.indicators.igd_plus import IGDPlus

from evonas.bench.contest import judge_of
from evonas.bench.judge import REFERENCE, Judge, Verdict
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.candidate import Order
from evonas.objectives import ACC, MACS, Constraint, Goals, Objective
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem, Settings
from evonas.space import Gene, SearchSpace


def judge(problem="Bowl", **settings):
    plan = SearchPlan.of(Config(problem=toy.reference(problem), n_jobs=0, **settings))
    return Judge(plan.order, plan.goals), plan.problem


GAIN = Objective("gain", "", "gain", -1)
KG = Objective("kg", "kg", "kg", +1)
SIZE = Objective("size", "", "size", +1)
ROWS = (
    *((90.0, 0.6, 7.0), (80.0, 0.2, 7.0), (60.0, 0.1, 7.0)),  # the true front
    *((70.0, 0.4, 7.0), (60.0, 0.2, 7.0)),  # dominated
    *((85.0, 0.7, 7.5), (95.0, 0.7, 9.0)),
)


def judge_of_rows(rows, objectives, *, constraints=(), known=None):
    """The judge of architectures with these values of the objectives, in natural units."""
    table = [dict(zip([o.name for o in objectives], row, strict=True)) for row in rows]
    offered = tuple(objectives)

    class Listed(Problem):
        """As many architectures as there are rows."""

        space = SearchSpace([Gene("row", tuple(range(len(table))))])
        objectives = offered

        def measure(self, genome, wanted, *, seed):
            return table[genome[0]]

        def true_front(self):
            return known

    wanted = tuple(o.name for o in objectives)
    order = Order(ProblemSpec(Listed, Settings()), wanted)
    return Judge(order, Goals(tuple(objectives), tuple(constraints), {}))


def verdict_of(found, *rows):
    return found([(row,) for row in rows])


def test_a_verdict_reckoned_by_hand():
    """Gain is to be made more and spans 30, kilograms less and half of one."""
    found = judge_of_rows([row[:2] for row in ROWS[:5]], (GAIN, KG))
    assert found.true_front.tolist() == [[-90, 0.6], [-80, 0.2], [-60, 0.1]]
    # From the ideal (-90, 0.1), in shares of 30 and of 0.5: (0, 1), (1/3, 0.2), (1, 0); up to
    # 1.1 they dominate 1/3 x 0.1 + 2/3 x 0.9 + 0.1 x 1.1.
    whole = 1 / 3 * 0.1 + 2 / 3 * 0.9 + 0.1 * 1.1
    # The fourth row is at (2/3, 0.6), and dominates 0.4333 x 0.5. The members of the front
    # are better than it by 2/3 and nothing, by 1/3 and 0.4, and by nothing and 0.6.
    alone = verdict_of(found, 3)
    assert alone.hypervolume == pytest.approx((1.1 - 2 / 3) * 0.5 / whole)
    middle = math.hypot(1 / 3, 0.4)
    assert alone.igd_plus == pytest.approx((2 / 3 + middle + 0.6) / 3)
    assert alone.recall == 0
    # The third adds 0.1 x 1.1 but for the 0.1 x 0.5 that both dominate, and is reached; it is
    # farther from the first than the fourth row is, and from the second by 2/3.
    two = verdict_of(found, 3, 2)
    assert two.hypervolume == pytest.approx(((1.1 - 2 / 3) * 0.5 + 0.1 * 0.6) / whole)
    assert two.igd_plus == pytest.approx((2 / 3 + middle + 0) / 3)
    assert two.recall == pytest.approx(1 / 3)
    one = pytest.approx(1.0)
    assert verdict_of(found, 0, 1, 2) == Verdict(one, 0.0, 1.0, one)


def test_what_is_dominated_by_another_that_was_found_adds_nothing():
    found = judge_of_rows([row[:2] for row in ROWS[:5]], (GAIN, KG))
    assert verdict_of(found, 1, 3, 4) == verdict_of(found, 1)


def test_an_objective_that_is_the_same_all_over_the_front_counts_in_its_own_unit():
    found = judge_of_rows([*ROWS[:6]], (GAIN, KG, SIZE))
    assert found.true_front[:, 2].tolist() == [7, 7, 7]
    # The sixth row is at (1/6, 1.2, 0.5), beyond the reference.
    sixth = verdict_of(found, 5)
    assert sixth.hypervolume == 0
    parts = (1 / 6, 0.2, 0.5), (0, 1.0, 0.5), (0, 1.2, 0.5)
    assert sixth.igd_plus == pytest.approx(np.mean([math.hypot(*part) for part in parts]))
    # Of the others as of two objectives, times the 1.1 that all have of the third.
    flat = judge_of_rows([row[:2] for row in ROWS[:5]], (GAIN, KG))
    third, as_flat = verdict_of(found, 3, 2), verdict_of(flat, 3, 2)
    assert third.hypervolume == pytest.approx(as_flat.hypervolume)
    assert third.igd_plus == pytest.approx(as_flat.igd_plus)


@st.composite
def tables(draw):
    """Architectures with two to four objectives, each with a unit and a direction of its own.

    Few values, so that many are equal.
    """
    n, m = draw(st.integers(2, 12)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    units = 10.0 ** rng.integers(-4, 5, m)
    signs = rng.choice((-1, 1), m)
    objectives = tuple(
        Objective(f"f{i}", "", f"f{i}", int(sign)) for i, sign in enumerate(signs)
    )
    found = draw(st.sets(st.integers(0, n - 1), min_size=1))
    return rng.integers(0, 7, (n, m)) * units, objectives, sorted(found)


@settings(max_examples=40)
@given(tables())
def test_verdicts_are_pymoos_indicators_on_the_scale_of_the_true_front(table):
    rows, objectives, found = table
    judged = judge_of_rows(rows.tolist(), objectives)
    F = rows * [o.sign for o in objectives]
    truth = F[front(F)]
    low, high = truth.min(0), truth.max(0)
    span = np.where(high > low, high - low, 1)
    truth, mine = (truth - low) / span, (F[found] - low) / span
    volume = HV(np.full(len(objectives), 1.1))
    inside = mine[(mine < 1.1).all(1)]
    expected = (volume(inside) if len(inside) else 0.0) / volume(truth)
    verdict = verdict_of(judged, *found)
    assert verdict.hypervolume == pytest.approx(expected, abs=1e-12)
    distinct = np.unique(truth.round(9), axis=0)
    assert verdict.igd_plus == pytest.approx(IGDPlus(distinct)(mine), abs=1e-9)
    reached = {tuple(row) for row in mine.round(9)}
    assert verdict.recall == np.mean([tuple(row) in reached for row in distinct])
    assert REFERENCE == 1.1


@settings(max_examples=40)
@given(tables())
def test_the_unit_of_what_differs_on_the_front_changes_no_verdict(table):
    rows, objectives, found = table
    before = judge_of_rows(rows.tolist(), objectives)
    if (np.ptp(before.true_front, axis=0) > 0).all():
        after = judge_of_rows((1024 * rows).tolist(), objectives)
        one, other = verdict_of(after, *found), verdict_of(before, *found)
        assert one.log_hypervolume == pytest.approx(other.log_hypervolume)
        assert replace(one, log_hypervolume=0.0) == replace(other, log_hypervolume=0.0)


def test_what_breaks_a_constraint_is_neither_on_the_true_front_nor_counted():
    small = Constraint("size", "<=", 7.0)
    found = judge_of_rows(ROWS, (GAIN, KG, SIZE), constraints=(small,))
    assert len(found.true_front) == 3
    assert verdict_of(found, 6, 3) == verdict_of(found, 3)
    assert verdict_of(found, 5, 6) == Verdict(0.0, math.inf, 0.0, 0.0)


def test_a_problem_of_which_nothing_keeps_the_constraints_has_no_front():
    never = Constraint("size", "<=", 1.0)
    message = "there is no true front: no architecture keeps size<=1; loosen it"
    with pytest.raises(ValueError, match=message):
        judge_of_rows(ROWS, (GAIN, KG, SIZE), constraints=(never,))
    nothing = [(math.nan, 1.0)]
    with pytest.raises(ValueError, match="no true front: no architecture can be measured"):
        judge_of_rows(nothing, (GAIN, KG))


def test_a_front_that_the_problem_knows_is_believed_unless_another_is_asked_for():
    known = [(3,), (4,)]
    found = judge_of_rows([row[:2] for row in ROWS[:5]], (GAIN, KG), known=known)
    assert found.true_front.tolist() == [[-70, 0.4], [-60, 0.2]]
    all_of_it = Constraint("kg", ">=", 0.0)
    found = judge_of_rows(
        [row[:2] for row in ROWS[:5]], (GAIN, KG), known=known, constraints=(all_of_it,)
    )
    assert len(found.true_front) == 3


def test_the_whole_space_covers_all_of_its_true_front():
    found, problem = judge(objectives=("acc", "flops"))
    verdict = found(list(np.ndindex(*problem.space.sizes)))
    assert verdict.hypervolume == pytest.approx(1.0)
    assert (verdict.igd_plus, verdict.recall) == (0.0, 1.0)


def test_more_architectures_never_cover_less():
    found, problem = judge(objectives=("acc", "flops", "params"))
    genomes = problem.space.sample(30, np.random.default_rng(0))
    verdicts = [found(genomes[:n]) for n in range(1, 31)]
    assert (np.diff([v.hypervolume for v in verdicts]) >= 0).all()
    assert (np.diff([v.recall for v in verdicts]) >= 0).all()
    assert (np.diff([v.igd_plus for v in verdicts]) <= 1e-12).all()


def test_noise_is_not_judged():
    noisy = Config(problem="synthetic", option=("noisy=true", "blocks=2"), n_jobs=0)
    exact = Config(problem="synthetic", option=("blocks=2",), n_jobs=0)
    genomes = [(0, 1, 2, 3, 2, 1), (0, 0, 0, 1, 1, 1)]
    assert judge_of(noisy)(genomes) == judge_of(exact)(genomes)


def test_a_front_known_by_construction_is_that_of_the_whole_space():
    known = judge_of(Config(problem="synthetic", option=("blocks=2",), n_jobs=0))
    looked_through = judge_of(
        Config(problem="synthetic", option=("blocks=2",), constraint=("macs>=0",), n_jobs=0)
    )
    assert known.true_front == pytest.approx(looked_through.true_front)


class Vast(Problem):
    """As many as 60 x 60 x 60 architectures."""

    space = SearchSpace([Gene(name, tuple(range(60))) for name in "xyz"])
    objectives = (GAIN, KG)

    def measure(self, genome, wanted, *, seed):
        return {"gain": 0.0, "kg": 0.0}


def test_a_large_space_that_does_not_know_its_front_is_refused():
    order = Order(ProblemSpec(Vast, Settings()), ("gain", "kg"))
    message = (
        r"nobody knows the true front of gain, kg: the space has 2\.16e\+05 genomes, more than "
        "the 200000 that are looked through"
    )
    with pytest.raises(ValueError, match=message):
        Judge(order, Goals((GAIN, KG), (), {}))


def test_what_measuring_takes_is_a_metric_of_the_problem():
    found, problem = judge(objectives=("acc", "flops"))
    assert found.costs([(0, 0, 0, 0)], "params") == [
        problem.measure((0, 0, 0, 0), [], seed=0)["params"]
    ]


def test_another_judge_of_the_same_needs_not_look_for_the_front_again():
    found, problem = judge(objectives=("acc", "flops"))
    plan = SearchPlan.of(
        Config(problem=toy.reference("Bowl"), n_jobs=0, objectives=("acc", "flops"))
    )
    told = Judge(plan.order, plan.goals, true_front=found.true_front.tolist())
    genomes = problem.space.sample(9, np.random.default_rng(0))
    assert told(genomes) == found(genomes)


def test_a_verdict_on_some_is_that_on_the_first_rows_of_their_values():
    found, problem = judge(objectives=("acc", "flops"))
    genomes = problem.space.sample(9, np.random.default_rng(1))
    values = found.values(genomes)
    assert [found.verdict(values[:n]) for n in (1, 4, 9)] == [
        found(genomes[:n]) for n in (1, 4, 9)
    ]


def test_on_the_log_scale_halving_a_small_cost_counts_as_much_as_halving_a_large_one():
    error, macs = ACC, MACS
    rows = [(99.0, 8e8), (98.0, 4e8), (96.0, 2e8), (92.0, 1e8)]
    found = judge_of_rows(rows, (error, macs))
    # Of three halvings each: the front's points are at (0, 1), (1/3, 2/3), (2/3, 1/3), (1, 0).
    whole = (0.1 + 1 / 3 + 1 / 3 + 1 / 3) * 0.1 + (0.1 + 1 / 3 + 1 / 3) / 3 + (0.1 + 1 / 3) / 3
    whole += 0.1 / 3
    verdict = verdict_of(found, 1)
    assert verdict.log_hypervolume == pytest.approx((1.1 - 1 / 3) * (1.1 - 2 / 3) / whole)
    assert verdict_of(found, 2).log_hypervolume == pytest.approx(verdict.log_hypervolume)
    assert verdict.hypervolume != pytest.approx(verdict.log_hypervolume)
