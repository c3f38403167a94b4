"""What every strategy keeps, whoever proposes: to add one, add a line to ``STRATEGIES``."""

from dataclasses import dataclass
from functools import lru_cache
from tempfile import TemporaryDirectory

import pytest
import toy
from matrix import slow_but

from evonas.algorithms.registry import ALGORITHMS
from evonas.algorithms.strategy import Status
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator, StoppedError

BY_SURROGATE = {"surrogate": "gp", "proposals": 50, "batch": 6}
STEPWISE = {"fidelity": "epochs"}
STAGES = {"objectives": ("acc",), "then": ("flops",)}
STRATEGIES = {
    **{name: {"algorithm": name} for name in ALGORITHMS},
    "toward levels": {"objectives": ("acc", "flops"), "aspire": ("acc=70,flops=1e6",)},
    "screened": {"screen": "gp"},
    "gp": BY_SURROGATE,
    "two stages": STAGES,
    "two stages by gp": {**BY_SURROGATE, **STAGES},
    "nsga2 by rungs": STEPWISE,
    "local by rungs": {"algorithm": "local", **STEPWISE},
    "gp by rungs": {**BY_SURROGATE, **STEPWISE},
    "screened by rungs": {"screen": "gp", **STEPWISE},
    "two stages by rungs": {**STAGES, **STEPWISE},
}
# MOEA/D keeps no population apart from duplicates; a second stage begins with known genomes.
MAY_REPEAT = {"moead", "two stages", "two stages by rungs"}
N = 24  # architectures that a budget pays for
strategies = pytest.mark.parametrize("name", STRATEGIES)
FEW = ("nsga2", "moead", "ageing", "gp", "two stages", "nsga2 by rungs")
few_strategies = pytest.mark.parametrize("name", slow_but(FEW, STRATEGIES))


class Asked:
    """An oracle that remembers what it is asked for."""

    def __init__(self, oracle):
        self._oracle = oracle
        self.genomes = []

    def __getattr__(self, name):
        return getattr(self._oracle, name)

    def __call__(self, genomes):
        self.genomes += map(self._oracle.problem.canonical, genomes)
        return self._oracle(genomes)


@dataclass
class Course:
    """What a strategy did from its making to its end."""

    n_asked_before: int
    asked: list
    measured: list
    known: list
    statuses: list
    over: str


def planned(name, **budget):
    settings = {"n_jobs": 0, "pop_size": 8, **STRATEGIES[name], **budget}
    return SearchPlan.of(Config(problem=toy.reference("Schooled"), **settings))


def begin(plan, store, *, should_stop=lambda: False, measured=None):
    """A strategy, and the oracle that it asks."""
    log = [] if measured is None else measured
    evaluator = Evaluator(plan.order, should_stop=should_stop, on_record=log.append)
    oracle = Asked(plan.ladder(evaluator, store=store) or evaluator)
    return plan.strategy(oracle), oracle


def course(name, **budget):
    measured, known, statuses = [], [], []
    with TemporaryDirectory() as store:
        strategy, oracle = begin(planned(name, **budget), store, measured=measured)
        steps = iter(strategy)
        n_before = len(oracle.genomes)
        while True:
            try:
                statuses.append(next(steps))
            except StopIteration as end:
                steps_of = [(record.genome, record.fidelity) for record in measured]
                return Course(n_before, oracle.genomes, steps_of, known, statuses, end.value)
            known.append(len(oracle.records))


@lru_cache
def whole(name):
    """One search of each, for all laws that it can show."""
    return course(name, evaluations=N)


@strategies
def test_nothing_is_asked_before_the_first_step(name):
    assert whole(name).n_asked_before == 0
    assert whole(name).asked


@strategies
def test_a_status_is_yielded_for_every_generation(name):
    found = whole(name)
    assert {type(status) for status in found.statuses} == {Status}
    assert found.known == sorted(found.known)
    assert name in MAY_REPEAT or len(set(found.known)) == len(found.known)


@strategies
def test_a_budget_of_evaluations_is_spent_and_kept_and_named(name):
    assert whole(name).known[-1] == N
    assert whole(name).over == f"the budget of {N} architectures is spent"


@strategies
def test_nothing_is_measured_or_asked_twice(name):
    found = whole(name)
    assert len(set(found.measured)) == len(found.measured)
    assert name in MAY_REPEAT or len(set(found.asked)) == len(found.asked) == N


@few_strategies
def test_equal_seeds_ask_for_the_same_in_the_same_order(name):
    assert course(name, evaluations=N).asked == whole(name).asked


@few_strategies
def test_a_budget_of_generations_is_kept_and_named(name):
    found = course(name, generations=2)
    assert len(found.statuses) == 2
    assert found.over.endswith(" generations are done")


@few_strategies
def test_a_stop_passes_through(name, tmp_path):
    left = iter(range(13))
    strategy, oracle = begin(
        planned(name, evaluations=N), tmp_path, should_stop=lambda: next(left, None) is None
    )
    with pytest.raises(StoppedError):
        list(strategy)
    assert len(oracle.records) < N


@strategies
def test_what_can_be_is_not_refused_and_nothing_is_measured_to_see(name, monkeypatch):
    plan = planned(name, evaluations=N)
    for method in ("measure", "measure_at"):
        monkeypatch.setattr(type(plan.problem), method, None)
    with plan.executor:
        plan.check()


def test_another_seed_asks_for_something_else():
    assert course("nsga2", evaluations=N, seed=1).asked != whole("nsga2").asked
