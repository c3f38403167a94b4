"""What every strategy keeps, whoever proposes: to add one, add a line to ``STRATEGIES``."""

import pytest
import toy

from evonas.algorithms.registry import ALGORITHMS
from evonas.algorithms.strategy import Status
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator, StoppedError

GUIDED = {"proposals": 60, "batch": 6}
STEPWISE = {"fidelity": "epochs"}
STAGES = {"objectives": ("acc",), "then": ("flops",)}
STRATEGIES = {
    **{name: {"algorithm": name} for name in ALGORITHMS},
    "toward levels": {"objectives": ("acc", "flops"), "aspire": ("acc=70,flops=1e6",)},
    "screened": {"screen": "forest"},
    "gp": {"surrogate": "gp", **GUIDED},
    "forest": {"surrogate": "forest", **GUIDED},
    "two stages": STAGES,
    "two stages by gp": {"surrogate": "gp", **GUIDED, **STAGES},
    "nsga2 by rungs": STEPWISE,
    "local by rungs": {"algorithm": "local", **STEPWISE},
    "gp by rungs": {"surrogate": "gp", **GUIDED, **STEPWISE},
    "screened by rungs": {"screen": "forest", **STEPWISE},
    "two stages by rungs": {**STAGES, **STEPWISE},
}
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in divide")
strategies = pytest.mark.parametrize("name", STRATEGIES)


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


def begin(name, *, store, should_stop=lambda: False, **budget):
    """A strategy, and the oracle that it asks."""
    config = Config(
        problem=toy.reference("Schooled"),
        n_jobs=0,
        **{"pop_size": 8, **STRATEGIES[name]},
        **budget,
    )
    plan = SearchPlan.of(config)
    evaluator = Evaluator(plan.order, should_stop=should_stop)
    oracle = Asked(plan.ladder(evaluator, store=store) or evaluator)
    return plan.strategy(oracle), oracle


def followed(strategy, *, look=lambda: None):
    """All that a strategy yields, and what it returns; looks on after every generation."""
    statuses, steps = [], iter(strategy)
    while True:
        try:
            statuses.append(next(steps))
            look()
        except StopIteration as end:
            return statuses, end.value


@strategies
def test_nothing_is_asked_before_the_first_step(name, tmp_path):
    strategy, oracle = begin(name, store=tmp_path, evaluations=20)
    steps = iter(strategy)
    assert not oracle.genomes
    next(steps)
    assert oracle.genomes
    assert set(oracle.genomes) == set(oracle.records)


@strategies
def test_a_budget_of_evaluations_is_spent_and_kept_and_named(name, tmp_path):
    strategy, oracle = begin(name, store=tmp_path, evaluations=26)
    known = []
    _, over = followed(strategy, look=lambda: known.append(len(oracle.records)))
    assert known == sorted(set(known)), "every generation brings something new"
    assert known[-1] == 26
    assert over == "the budget of 26 architectures is spent"


@strategies
def test_a_status_is_yielded_for_every_generation_and_no_more(name, tmp_path):
    statuses, over = followed(begin(name, store=tmp_path, generations=4)[0])
    assert [type(status) for status in statuses] == [Status] * 4
    assert over.endswith("generations are done")


@strategies
def test_nothing_is_asked_twice(name, tmp_path):
    strategy, oracle = begin(name, store=tmp_path, evaluations=40)
    followed(strategy)
    assert len(set(oracle.genomes)) == len(oracle.genomes) == 40


@strategies
def test_equal_seeds_ask_for_the_same_in_the_same_order(name, tmp_path):
    asked = {}
    for run, seed in (("one", 3), ("two", 3), ("other", 4)):
        strategy, oracle = begin(name, store=tmp_path / run, evaluations=26, seed=seed)
        followed(strategy)
        asked[run] = oracle.genomes
    assert asked["one"] == asked["two"] != asked["other"]


@strategies
def test_a_stop_passes_through(name, tmp_path):
    left = iter(range(13))
    strategy, oracle = begin(
        name, store=tmp_path, evaluations=40, should_stop=lambda: next(left, None) is None
    )
    with pytest.raises(StoppedError):
        followed(strategy)
    assert len(oracle.records) < 40


@strategies
def test_a_strategy_that_can_be_is_not_refused_and_nothing_is_measured_to_see(
    name, monkeypatch
):
    monkeypatch.setattr(toy.Schooled, "measure", None)
    monkeypatch.setattr(toy.Schooled, "measure_at", None)
    settings = {"pop_size": 8, "evaluations": 26, **STRATEGIES[name]}
    plan = SearchPlan.of(Config(problem=toy.reference("Schooled"), n_jobs=0, **settings))
    with plan.crew:
        plan.check()
