import pytest
import toy

from evonas.config import Config
from evonas.engine.course import MOST_PLAYED, play
from evonas.engine.plan import SearchPlan
from evonas.engine.search import search
from evonas.evaluation.counts import Counts
from evonas.evaluation.pace import Pace
from evonas.evaluation.played import Scores
from evonas.record import candidate_seed

PACE = Pace("fpo", factor=1.0, exponents={}, share_cpu=1.0, is_effort=True)


def played(config, problem=toy.Schooled, *, pace=PACE, known=None, limit_s=60.0):
    plan = SearchPlan.of(config, problem)
    counts = Counts(plan.executor, plan.order)
    metrics = {
        metric.name: metric for metric in (*plan.problem.objectives, *plan.problem.final)
    }
    scores = Scores(metrics, (1e6, 1e7), 0.5, seed=0)
    return play(plan, counts, scores, pace=pace, known=known or {}, limit_s=limit_s)


COURSES = {
    "plain": {"generations": 5, "pop_size": 10},
    "exact budget": {"evaluations": 37, "pop_size": 10},
    "other algorithm": {"generations": 3, "pop_size": 10, "algorithm": "random"},
    "surrogate": {"evaluations": 30, "surrogate": "forest", "objectives": ("acc", "flops")},
    "two stages": {
        "generations": 4,
        "pop_size": 10,
        "objectives": ("acc",),
        "then": ("flops",),
    },
}


@pytest.mark.parametrize("words", COURSES.values(), ids=COURSES)
def test_as_many_are_trained_as_in_the_search_itself(words):
    config = Config(n_jobs=0, **words)
    course, result = played(config), search(config, problem=toy.Schooled)
    assert len(course.stages) == len(result.generations)
    assert course.stages[-1].n_evaluations == len(result.records)
    assert course.stages[-1].account.n_trainings == len(result.records)
    assert course.stopped == result.stopped
    assert not course.is_cut


def test_of_rungs_the_first_is_for_all_and_fewer_go_on():
    config = Config(n_jobs=0, generations=4, pop_size=12, fidelity="epochs", rungs=2)
    account = played(config).stages[-1].account
    assert 48 < account.n_trainings < 2 * 48


def test_a_budget_of_flops_is_kept_to_the_last_digit():
    config = Config(n_jobs=0, budget_flops=2e8, pop_size=10)
    course = played(config)
    assert course.stages[-1].account.flops <= 2e8
    assert course.stages[-1].n_evaluations < toy.Bowl.n_distinct


def test_a_front_is_measured_again_in_the_end_where_the_problem_wants_that():
    config = Config(n_jobs=0, generations=3, pop_size=10)
    assert played(config).last.n_trainings == 0
    tested = played(config, toy.Elephant)
    assert tested.last.n_trainings == tested.n_front > 0


def test_what_an_earlier_session_measured_is_not_trained_again():
    config = Config(n_jobs=0, generations=3, pop_size=10)
    result = search(config, problem=toy.Schooled)
    known = {(record.genome, ""): [record] for record in result.records}
    assert all(r.seed == candidate_seed(0, r.genome) for r in result.records)
    account = played(config, known=known).stages[-1].account
    assert (account.n_known, account.n_trainings) == (30, 0)


def test_a_long_search_is_left_before_its_end():
    config = Config(n_jobs=0, budget_time="8h", pop_size=100, problem="synthetic")
    plan = SearchPlan.of(config)
    counts = Counts(plan.executor, plan.order)
    scores = Scores({m.name: m for m in plan.problem.objectives}, (1e13,), 0.5, seed=0)
    course = play(plan, counts, scores, pace=PACE, known={}, limit_s=60.0)
    assert course.is_cut
    assert course.stages[-1].account.n_trainings == MOST_PLAYED


def test_the_first_generation_is_played_whatever_the_time():
    course = played(Config(n_jobs=0, generations=3, pop_size=10), limit_s=-1.0)
    assert course.is_cut
    (stage,) = course.stages
    assert stage.n_evaluations == stage.account.n_trainings == 10
