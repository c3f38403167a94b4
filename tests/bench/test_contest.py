import sys
from concurrent.futures import BrokenExecutor
from dataclasses import replace

import pytest

from evonas.bench import contest
from evonas.bench.cases import Case
from evonas.bench.contest import (
    Search,
    check_search,
    checkpoints,
    judge_of,
    judged,
    outcome,
    play,
    points_of,
    read_method,
)
from evonas.config import Config

BASE = Config(evaluations=24, pop_size=8, n_jobs=0)
CASE = Case.of("synthetic:blocks=2", base=BASE)
POINTS = points_of(judge_of(CASE.instance(0)))


def search(method, seed=0, case=CASE):
    return Search(case, read_method(method), seed)


def test_a_search_is_judged_at_every_checkpoint():
    scores = judged(search("nsga2"), POINTS)
    assert [s.n_evaluations for s in scores] == checkpoints(24) == [10, 15, 20, 24]
    costs = [s.cost for s in scores]
    assert costs == sorted(costs)
    for measure in ("hypervolume", "log_hypervolume", "recall"):
        values = [getattr(s.verdict, measure) for s in scores]
        assert values == sorted(values)
    assert {(s.problem, s.method, s.seed) for s in scores} == {search("nsga2").key}


def test_a_front_that_another_process_has_found_changes_no_score():
    assert judged(search("random", 3), POINTS) == judged(search("random", 3))


def test_what_a_fidelity_costs_is_what_its_steps_take():
    (*_, last) = judged(search("random+epochs"), POINTS)
    (*_, whole) = judged(search("random"), POINTS)
    assert last.n_evaluations == whole.n_evaluations == 24
    assert last.cost < whole.cost
    assert 0 < last.verdict.hypervolume <= 1


def test_a_contest_is_every_search_by_itself():
    searches = [search(method, seed) for seed in (0, 1) for method in ("nsga2", "random")]
    fronts = {CASE.instance(0): POINTS}
    found = list(play(searches, true_fronts=fronts, n_jobs=1))
    assert [each.search for each in found] == searches
    assert list(found[-1].scores) == judged(search("random", 1), POINTS)


def test_searches_of_one_seed_meet_the_same_instance_and_others_another():
    case = Case.of("synthetic:landscape=0..1:blocks=2", base=BASE)
    fronts = [points_of(judge_of(case.instance(seed))) for seed in range(3)]
    assert fronts[0] == fronts[2] != fronts[1]
    fixed = Case.of("synthetic:landscape=1:blocks=2:label=one", base=BASE)
    drawn = judged(search("random", 1, case), fronts[1])
    assert [s.verdict for s in drawn] == [
        s.verdict for s in judged(search("random", 1, fixed), fronts[1])
    ]


def test_a_search_that_fails_says_for_what_and_ends_no_other(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no\ninitial points")

    monkeypatch.setattr("evonas.bench.trials.measured_by", broken)
    found = outcome(search("pymoo-nsga2"), POINTS)
    assert (found.scores, found.error) == ((), "RuntimeError: no initial points")


def test_a_search_that_cannot_work_is_refused_before_it_begins():
    check_search(search("gp+epochs"))
    in_macs = replace(CASE, cost="macs")
    check_search(search("gp", case=in_macs))
    with pytest.raises(
        ValueError, match="a fidelity is counted by the problem's effort, not by"
    ):
        check_search(search("gp+epochs", case=in_macs))
    with pytest.raises(ValueError, match="asks for 30 evaluations, more than the contest's 24"):
        check_search(search("gp:evaluations=30"))
    with pytest.raises(ValueError, match=r"problem .*Synthetic.*subset|subset"):
        check_search(search("nsga2+subset"))


def test_checkpoints_lie_close_at_first_and_end_with_the_search():
    assert checkpoints(7) == [7]
    assert checkpoints(50) == [*range(10, 51, 5)]
    assert checkpoints(320)[-4:] == [200, 250, 300, 320]


def test_the_last_regular_checkpoint_before_the_end_is_not_left_out():
    assert checkpoints(251)[-3:] == [200, 250, 251]
    assert checkpoints(300)[-2:] == [250, 300]


def test_a_peer_whose_package_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    message = "method optuna-tpe needs optuna: pip install optuna"
    with pytest.raises(ValueError, match=message):
        read_method("optuna-tpe:evaluations=50")


def test_a_peer_may_run_in_another_python():
    here = {"": sys.executable}
    assert read_method("pymoo-nsga2", pythons=here).python == sys.executable
    assert read_method("pymoo-nsga2").python == ""
    assert read_method("gp", pythons=here).python == ""
    with pytest.raises(ValueError, match="no Python at /nowhere"):
        read_method("pymoo-nsga2", pythons={**here, "pymoo-nsga2": "/nowhere"})


def test_what_every_search_would_say_of_its_problem_is_not_said(caplog):
    case = Case.of("synthetic:objectives=acc,macs,fpo:blocks=2", base=BASE)
    assert outcome(search("random", case=case), points_of(judge_of(case.instance(0)))).scores
    assert not caplog.records
    judged(search("random", case=case))
    assert "rank all architectures alike" in caplog.text


def test_a_process_that_is_ended_from_outside_ends_the_contest_in_one_line(monkeypatch):
    def ended(jobs):
        raise BrokenExecutor
        yield

    monkeypatch.setattr(contest, "Parallel", lambda **words: ended)
    searches = [search("random", seed) for seed in (0, 1)]
    message = "ended from outside, .* every search that was done is kept, and the same command"
    with pytest.raises(ChildProcessError, match=message):
        list(play(searches, true_fronts={CASE.instance(0): POINTS}, n_jobs=2))
