import numpy as np
import pytest
import toy
from matrix import slow_but
from pymoo.algorithms.moo.dnsga2 import DNSGA2
from pymoo.constraints.eps import AdaptiveEpsilonConstraintHandling
from pymoo.optimize import minimize
from pymoo.termination.max_gen import MaximumGenerationTermination

from evonas.algorithms.ask_tell import AskTell
from evonas.algorithms.registry import ALGORITHMS, GENOMES_ONLY
from evonas.config import Config
from evonas.engine.search import SearchPlan
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec

PLAIN = [factory.__name__ for factory in toy.PLAIN]
WITH_CONSTRAINTS = ["plain_nsga2", "plain_smsemoa", "plain_rvea", "plain_spea2"]
N_GENERATIONS = 12
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in divide")


def begin(problem, *, should_stop=lambda: False, **settings):
    config = Config(problem=toy.reference(problem), **{"pop_size": 10, "n_jobs": 0, **settings})
    plan = SearchPlan(config, ProblemSpec(config.problem, config.settings))
    evaluator = Evaluator(plan.order, should_stop=should_stop)
    return AskTell(config, evaluator, plan.goals), evaluator


def followed(strategy):
    """All that a strategy yields, and what it returns."""
    statuses = []

    def steps():
        return (yield from strategy)

    iterator = steps()
    while True:
        try:
            statuses.append(next(iterator))
        except StopIteration as end:
            return statuses, end.value


def run(problem, **settings):
    strategy, evaluator = begin(problem, **settings)
    statuses, stopped = followed(strategy)
    return list(evaluator.records.values()), stopped, len(statuses)


def by_pymoo_alone(problem, algorithm, *, n_asked, seed):
    """All points that pymoo's own loop evaluates, in order, and their objectives."""
    algorithm.setup(problem, seed=seed, termination=MaximumGenerationTermination(n_asked))
    points = {}
    for _ in range(n_asked):
        asked = algorithm.ask()
        told = algorithm.evaluator.eval(problem, asked, algorithm=algorithm)
        for individual in np.atleast_1d(told):
            points[tuple(individual.X.tolist())] = individual.F.tolist()
        algorithm.tell(infills=asked)
    return points


@pytest.mark.parametrize("seed", slow_but([0], [0, 1]))
@pytest.mark.parametrize(
    ("problem", "algorithm"),
    [("Reals", name) for name in PLAIN] + [("Constrained", name) for name in WITH_CONSTRAINTS],
)
def test_a_plain_problem_and_algorithm_do_as_in_pymoo_alone(problem, algorithm, seed):
    factory = getattr(toy, algorithm)
    n_asked = 60 if algorithm == "plain_moead" else N_GENERATIONS  # it asks one by one
    expected = by_pymoo_alone(getattr(toy, problem)(), factory(), n_asked=n_asked, seed=seed)
    records, _, n_generations = run(
        problem, algorithm=toy.reference(algorithm), generations=n_asked, seed=seed
    )
    assert n_generations == n_asked
    assert [record.genome for record in records] == list(expected)
    for record in records:
        assert [record.metrics["f1"], record.metrics["f2"]] == expected[record.genome]


@pytest.mark.parametrize(
    "problem", ["Reals", "Integers", "Bits", "Mixed", "Elementwise", "Constrained", "Balanced"]
)
@pytest.mark.parametrize("evaluations", slow_but([23], [23, 50]))
def test_a_plain_problem_is_measured_exactly_as_often_as_paid_for(problem, evaluations):
    records, stopped, _ = run(problem, evaluations=evaluations)
    assert len(records) == len({record.genome for record in records}) == evaluations
    assert stopped == f"the budget of {evaluations} architectures is spent"


@pytest.mark.parametrize(
    "name", slow_but(("nsga2", "rvea"), sorted({*ALGORITHMS} - GENOMES_ONLY - {"moead"}))
)
def test_every_algorithm_takes_plain_problems_of_any_variables(name):
    for problem in ("Reals", "Integers", "Bits", "Constrained"):
        records, _, _ = run(problem, algorithm=name, evaluations=30)
        assert len(records) == 30
        assert {record.error for record in records} == {None}


@pytest.mark.parametrize("name", sorted(GENOMES_ONLY))
@pytest.mark.parametrize("problem", ["Reals", "Integers", "Mixed"])
def test_an_algorithm_that_makes_genomes_refuses_plain_problems(name, problem):
    with pytest.raises(ValueError, match=f"{name} is for genomes alone; choose nsga2, say"):
        run(problem, algorithm=name, evaluations=30)


@pytest.mark.parametrize("problem", ["Reals", "Integers", "Bits", "Constrained", "Balanced"])
def test_moead_takes_plain_problems_without_constraints(problem):
    if problem in ("Constrained", "Balanced"):
        with pytest.raises(ValueError, match=r"algorithm moead does not suit .* constraints"):
            run(problem, algorithm="moead", evaluations=30)
    else:
        assert len(run(problem, algorithm="moead", evaluations=30)[0]) == 30


def test_an_algorithm_of_the_users_that_knows_no_constraints_is_refused_before_it_starts():
    message = r"plain_moead does not suit this problem: .* does not support any constraints"
    with pytest.raises(ValueError, match=message):
        begin(
            "Bowl",
            algorithm=toy.reference("plain_moead"),
            objectives=("acc", "flops"),
            constraint=("flops<=1e6",),
        )


def test_mixed_variables_become_genomes_of_plain_values():
    records, _, _ = run("Mixed", evaluations=30)
    for layers, rate, act in (record.genome for record in records):
        assert type(layers) is int
        assert type(rate) is float
        assert type(act) is str


def test_a_point_that_a_plain_problem_cannot_evaluate_is_a_failure():
    records, _, _ = run("Elementwise", evaluations=80)
    errors = {record.error for record in records}
    assert errors == {None, "ArithmeticError: too near the middle"}


@pytest.mark.parametrize("name", slow_but(("nsga2", "random"), sorted(ALGORITHMS)))
def test_a_small_space_is_exhausted_and_the_search_says_so(name):
    records, stopped, _ = run("Bowl", algorithm=name, evaluations=500)
    reasons = ("there is nothing left that was not measured", "nothing new came in 100 gen")
    assert stopped.startswith(reasons)
    assert len({record.genome for record in records}) == len(records)
    assert toy.Bowl.n_distinct * 0.7 < len(records) <= toy.Bowl.n_distinct


def test_random_search_finds_all_of_a_small_space():
    records, _, _ = run("Bowl", algorithm="random", evaluations=500)
    assert len(records) == toy.Bowl.n_distinct


def test_the_last_generation_is_cut_to_the_budget():
    steps, evaluator = begin("Bowl", evaluations=25)
    counts = [len(evaluator.records) for _ in steps]
    assert counts == [10, 20, 25]


def test_a_first_generation_is_never_cut_away():
    _, _, n_generations = run("Bowl", evaluations=2, pop_size=2)
    assert n_generations == 1


def test_a_stop_leaves_the_loop():
    answers = iter([False] * 14 + [True])
    steps, evaluator = begin("Bowl", evaluations=50, should_stop=lambda: next(answers))
    with pytest.raises(StoppedError):
        list(steps)
    assert len(evaluator.records) == 14


@pytest.mark.parametrize("name", slow_but(["nsga2"], ["nsga2", "nsga3", "smsemoa", "rvea"]))
def test_a_known_simple_front_is_found(name):
    records, _, _ = run("Integers", algorithm=name, evaluations=300, pop_size=20)
    F = np.array([[record.metrics["f1"], record.metrics["f2"]] for record in records])
    found = {tuple(row) for row in F[front(F)].tolist()}
    assert (0.0, 324.0) in found
    assert (36.0, 0.0) in found


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("NSGA2(pop_size=8, save_history=True)", "has save_history=True, which a search does"),
        ("NSGA2(pop_size=8, verbose=True)", "has verbose=True, which a search does not serve"),
        ("NSGA2(pop_size=8, display=Display())", "has a display, which a search does not"),
        ("NSGA2(pop_size=8, evaluator=Evaluator(callback=print))", "an evaluator of its own"),
        ("NSGA2(pop_size=8, seed=3)", "has seed=3, which a search does not serve"),
    ],
)
def test_what_a_search_does_not_serve_is_refused_in_a_line(tmp_path, made, expected):
    file = tmp_path / "mine.py"
    file.write_text(
        "from pymoo.algorithms.moo.nsga2 import NSGA2\n"
        "from pymoo.core.evaluator import Evaluator\n"
        "from pymoo.util.display.display import Display\n"
        f"def make():\n    return {made}\n"
    )
    with pytest.raises(ValueError, match=expected):
        begin("Flaky", algorithm=f"{file}:make")


USERS = """
from pymoo.algorithms.moo.dnsga2 import DNSGA2
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.constraints.eps import AdaptiveEpsilonConstraintHandling
from pymoo.core.callback import Callback
from pymoo.core.population import Population


class Memetic(NSGA2):
    def _infill(self):
        return None

    def _advance(self, infills=None, **kwargs):
        off = self.mating.do(
            self.problem, self.pop, 10, algorithm=self, random_state=self.random_state
        )
        self.evaluator.eval(self.problem, off)
        super()._advance(infills=off, **kwargs)


class Broken(NSGA2):
    def _advance(self, infills=None, **kwargs):
        return [][0]


class Ends(Callback):
    def notify(self, algorithm):
        if algorithm.n_gen == 3:
            algorithm.termination.terminate()


def dnsga2():
    return DNSGA2(pop_size=10)


def memetic():
    return Memetic(pop_size=10)


def broken():
    return Broken(pop_size=10)


def single():
    return GA(pop_size=10)


def ends():
    return NSGA2(pop_size=10, callback=Ends())


def epsilon():
    return AdaptiveEpsilonConstraintHandling(NSGA2(pop_size=10))
"""


@pytest.fixture
def users(tmp_path):
    file = tmp_path / "users.py"
    file.write_text(USERS)
    return file


@pytest.mark.parametrize("name", ["dnsga2", "memetic"])
def test_what_evaluates_while_it_advances_is_measured_and_paid_for_alike(users, name):
    records, stopped, _ = run("Reals", algorithm=f"{users}:{name}", evaluations=37)
    assert len(records) == 37
    assert stopped == "the budget of 37 architectures is spent"


def test_an_algorithm_that_evaluates_while_it_advances_does_as_in_pymoo_alone(users):
    records, _, _ = run("Reals", algorithm=f"{users}:dnsga2", generations=8, seed=1)
    result = minimize(toy.Reals(), DNSGA2(pop_size=10), ("n_gen", 8), seed=1)
    F = np.array([[record.metrics["f1"], record.metrics["f2"]] for record in records])
    kept = {tuple(row) for row in F.tolist()}
    assert {tuple(row) for row in result.F.tolist()} <= kept


def test_an_adaptive_handling_of_constraints_does_as_in_pymoo_alone(users):
    for seed in range(6):
        records, _, _ = run(
            "Constrained", algorithm=f"{users}:epsilon", generations=8, seed=seed
        )
        alone = AdaptiveEpsilonConstraintHandling(toy.NSGA2(pop_size=10))
        result = minimize(toy.Constrained(), alone, ("n_gen", 8), seed=seed)
        measured = {record.genome for record in records}
        assert {tuple(x) for x in result.pop.get("X").tolist()} <= measured


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("broken", r"broken failed in generation 2: IndexError: list .* \(users.py, line"),
        ("single", r"single failed in generation \d: .* \(.*py, line \d+\)"),
    ],
)
def test_what_goes_wrong_in_an_algorithm_is_told_in_a_line(users, name, expected):
    with pytest.raises(ValueError, match=expected):
        run("Reals", algorithm=f"{users}:{name}", evaluations=50)


def test_a_callback_may_end_the_search(users):
    _, stopped, n_generations = run("Reals", algorithm=f"{users}:ends", evaluations=90)
    assert n_generations == 3
    assert stopped == "the algorithm ended itself"
