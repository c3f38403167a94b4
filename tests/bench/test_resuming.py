import numpy as np
import pytest
import toy

from evonas.bench.cases import Case
from evonas.bench.contest import read_method
from evonas.bench.resuming import carried_on, file_of, held, searches_of, true_fronts
from evonas.bench.scores_file import read_scores
from evonas.config import Config
from evonas.faults import MetricError

BASE = Config(evaluations=24, pop_size=8, n_jobs=0)
CASES = [Case.of(f"synthetic:blocks={n}", base=BASE) for n in (2, 3)]


def searches(*methods, n_seeds=2):
    return searches_of(CASES, [read_method(name) for name in methods], n_seeds=n_seeds)


def test_a_contest_goes_problem_by_problem_and_seed_by_seed():
    labels = [case.label for case in CASES]
    assert [search.key for search in searches("random", "nsga2")] == [
        (label, method, seed)
        for label in labels
        for seed in (0, 1)
        for method in ("random", "nsga2")
    ]


def key(score):
    return score.problem, score.method, score.seed


def test_what_was_stopped_goes_on_and_ends_as_if_it_had_not_been(tmp_path):
    wanted = searches("random", "nsga2")
    fronts = true_fronts(wanted)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    list(carried_on(wanted, whole, true_fronts=fronts))

    contest = carried_on(wanted, stopped, true_fronts=fronts)
    first = [next(contest) for _ in range(3)]
    contest.close()  # as Ctrl-C does
    done = {key(score) for score in held(wanted, stopped)}
    assert done == {outcome.search.key for outcome in first}

    left = [search for search in wanted if search.key not in done]
    assert len(left) == 5
    list(carried_on(left, stopped, true_fronts=fronts))
    for case in CASES:
        assert file_of(case, stopped).read_text() == file_of(case, whole).read_text()


def test_more_seeds_and_methods_are_added_to_what_is_there(tmp_path):
    few = searches("random", n_seeds=1)
    list(carried_on(few, tmp_path, true_fronts=true_fronts(few)))
    more = searches("nsga2", "random")
    assert {key(score) for score in held(more, tmp_path)} == {search.key for search in few}
    assert held(searches("nsga2"), tmp_path) == []
    for case in CASES:
        assert {score.problem for score in read_scores(file_of(case, tmp_path))} == {case.label}


def test_before_a_contest_nothing_is_held_and_nothing_is_made(tmp_path):
    assert held(searches("random"), tmp_path / "none") == []
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_judged_or_searched_is_refused_before_anything_begins():
    unknown = Case.of("synthetic:cost=seconds", base=BASE)
    with pytest.raises(MetricError, match="the problem did not measure seconds"):
        true_fronts(searches_of([unknown], [read_method("random")], n_seeds=1))
    with pytest.raises(
        ValueError, match="method nsga2:batch=4: batch is of use to a surrogate"
    ):
        true_fronts(searches("nsga2:batch=4"))


def test_every_instance_of_a_problem_has_a_front_of_its_own():
    case = Case.of("synthetic:landscape=0..1:blocks=2", base=BASE)
    found = true_fronts(searches_of([case], [read_method("random")], n_seeds=5))
    assert len(found) == 2
    assert np.shape(found[case.instance(1)])[1] == 2
    bowl = Case.of(toy.reference("Bowl"), base=BASE)
    assert len(true_fronts(searches_of([bowl], [read_method("random")], n_seeds=5))) == 1
