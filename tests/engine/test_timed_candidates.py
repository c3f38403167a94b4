import pytest
import toy

from evonas.config import Config
from evonas.engine import timed_candidates
from evonas.engine.plan import SearchPlan
from evonas.engine.timed_candidates import N_STEPS, N_TIMED, TimedCandidates, has_steps, spread
from evonas.evaluation.counts import Counts
from evonas.problem import Problem

GENOMES = [(0, w, d, 0) for w in range(5) for d in range(5)]


def candidates_of(problem=toy.Schooled, metric="fpo", **words):
    plan = SearchPlan.of(Config(n_jobs=0, objectives=("acc", "flops"), **words), problem)
    return TimedCandidates(plan, Counts(plan.executor, plan.order), metric)


def test_ends_come_first_and_then_what_halves_the_gaps():
    assert spread(list(range(101)), 5) == [0, 100, 50, 25, 75]
    assert spread([7], 5) == [7]
    assert sorted(spread(list(range(3)), 12)) == [0, 1, 2]


def test_a_problem_with_a_measuring_of_its_own_is_measured_as_a_whole():
    candidates = candidates_of()
    candidates.run(GENOMES)
    assert candidates.n_steps == 0
    assert len(candidates.timed) == N_TIMED
    assert all(len(each.seconds) == 1 for each in candidates.timed)
    least, most = candidates.extremes(GENOMES)
    assert (least.genome, most.genome) == (GENOMES[0], GENOMES[-1])
    assert least.step_seconds is None
    assert least.seconds > 0
    assert candidates.pace().metric == "fpo"
    assert candidates.pace().is_effort


def test_networks_are_trained_for_some_steps():
    words = {"problem": "digits", "epochs": 2, "subset": 100, "n_jobs": 0}
    plan = SearchPlan.of(Config(**words))
    counts = Counts(plan.executor, plan.order)
    genome = plan.problem.canonical((0,) * len(plan.problem.space.sizes))
    candidates = TimedCandidates(plan, counts, "fpo")
    candidates.run([genome])
    (extreme,) = candidates.extremes([genome])
    assert candidates.n_steps == N_STEPS
    assert 0 < extreme.step_seconds < extreme.seconds
    rates = candidates.rates()
    assert rates.kwh_per_second == pytest.approx(
        plan.tariff.kwh(busy_seconds=1.0, core_seconds=1.0)
    )
    assert rates.start_seconds > 0


def test_after_some_seconds_no_further_one_is_timed(monkeypatch):
    monkeypatch.setattr(timed_candidates, "TIMING_S", -1.0)
    candidates = candidates_of()
    candidates.run(GENOMES)
    assert len(candidates.records) == 2  # both ends


def test_who_fails_is_no_reason_to_give_up_and_is_told():
    candidates = candidates_of(toy.Hopeless, "flops")
    candidates.run(GENOMES)
    assert candidates.pace() is None
    assert [e.error for e in candidates.extremes(GENOMES)] == [
        "MemoryError: no network fits"
    ] * 2


def test_what_was_not_reached_says_so_and_without_a_cost_there_are_no_ends():
    (extreme, _) = candidates_of().extremes(GENOMES)
    assert extreme.error == "there was no time for it"
    assert candidates_of(metric="").extremes(GENOMES) == ()


def test_a_search_that_trains_nothing_has_no_steps():
    plan = SearchPlan.of(Config(n_jobs=0, objectives=("flops", "params")))
    assert not has_steps(plan.problem, plan)
    assert isinstance(plan.problem, Problem)
