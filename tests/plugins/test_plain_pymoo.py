import json

import numpy as np
import pytest
import toy
from pymoo.constraints.as_obj import ConstraintsAsObjective
from pymoo.core.evaluator import Evaluator
from pymoo.core.mixed import MixedVariableSampling
from pymoo.core.population import Population
from pymoo.core.problem import ElementwiseProblem
from pymoo.core.problem import Problem as PymooProblem
from pymoo.core.variable import Binary, Choice, Integer, Real
from pymoo.problems import get_problem

from evonas.faults import MetricError
from evonas.objectives import Constraint
from evonas.plugins.plain_pymoo import ForeignProblem


class Integers(ElementwiseProblem):
    """A plain problem over integers, one point at a time, with both kinds of constraints."""

    def __init__(self):
        super().__init__(
            n_var=3, n_obj=2, n_ieq_constr=2, n_eq_constr=1, xl=0, xu=[3, 5, 9], vtype=int
        )

    def _evaluate(self, x, out, *args, **kwargs):
        out["F"] = [x.sum(), (9 - x).sum()]
        out["G"] = [x[0] - 2, 1 - x[1]]
        out["H"] = [x[0] - x[1]]


class Mixed(ElementwiseProblem):
    """Variables of every kind."""

    def __init__(self):
        variables = {
            "is_deep": Binary(),
            "block": Choice(options=["plain", "residual"]),
            "n_layers": Integer(bounds=(1, 9)),
            "rate": Real(bounds=(0.1, 0.9)),
        }
        super().__init__(vars=variables, n_obj=2)

    def _evaluate(self, x, out, *args, **kwargs):
        bonus = {"plain": 0.0, "residual": 10.0}[x["block"]]
        out["F"] = [x["n_layers"] + bonus, x["rate"] - 5 * x["is_deep"]]


OPTIONS = [abs, dict, [1, 2], None, "plain"]


class AnyOption(ElementwiseProblem):
    """Chooses among what no journal can hold."""

    def __init__(self):
        super().__init__(
            vars={"op": Choice(options=OPTIONS), "rate": Real(bounds=(0.0, 1.0))}, n_obj=2
        )

    def _evaluate(self, x, out, *args, **kwargs):
        at = OPTIONS.index(x["op"])
        out["F"] = [at + x["rate"], 5 - at]


class Unbounded(PymooProblem):
    def __init__(self, **bounds):
        super().__init__(n_var=2, n_obj=2, **bounds)


class WholeBatch(PymooProblem):
    """Evaluates all points at once; one objective, so that F is a column."""

    def __init__(self):
        super().__init__(n_var=4, n_obj=1, xl=-1.0, xu=1.0)

    def _evaluate(self, X, out, *args, **kwargs):
        out["F"] = (X**2).sum(1)


def is_mixed(problem) -> bool:
    return bool(getattr(problem, "vars", None))


def points(problem, n=20):
    rng = np.random.default_rng(0)
    if is_mixed(problem):
        return [dict(i.X) for i in MixedVariableSampling()(problem, n, random_state=rng)]
    low, high = problem.bounds()
    drawn = rng.uniform(low, high + (problem.vtype is int), (n, problem.n_var))
    return list(np.floor(drawn).astype(int) if problem.vtype is int else drawn)


CASES = {
    "integers": Integers,
    "mixed": Mixed,
    "whole batch": WholeBatch,
    "zdt1": lambda: get_problem("zdt1"),
    "constrained bnh": lambda: get_problem("bnh"),
    "three objectives": lambda: get_problem("dtlz2"),
}
every_case = pytest.mark.parametrize("make", CASES.values(), ids=CASES.keys())


@every_case
def test_a_point_is_measured_as_pymoo_evaluates_it(make):
    problem, foreign = make(), ForeignProblem(make())
    for point in points(problem):
        X = np.array([point], dtype=object) if is_mixed(problem) else np.array([point])
        out = problem.evaluate(X, return_values_of=["F", "G", "H"], return_as_dictionary=True)
        expected = {
            f"{key.lower()}{i + 1}": value
            for key in ("F", "G", "H")
            for i, value in enumerate(out[key][0])
        }
        genome = foreign.to_genome(point)
        assert foreign.measure(genome, (), seed=0) == expected
        assert {o.name for o in foreign.objectives} <= set(expected)
        assert {c.metric for c in foreign.constraints} <= set(expected)


@every_case
def test_a_genome_survives_the_journal_and_stands_for_itself(make):
    problem, foreign = make(), ForeignProblem(make())
    for point in points(problem):
        genome = foreign.to_genome(point)
        assert tuple(json.loads(json.dumps(genome))) == genome
        assert {genome: 1}[foreign.canonical(genome)] == 1
        decoded = foreign.decode(genome)
        assert tuple(decoded) == foreign.names
        assert list(decoded.values()) == list(
            point.values() if is_mixed(problem) else np.asarray(point).tolist()
        )


def test_integers_stay_integers_and_mixed_values_keep_their_kinds():
    assert {type(v) for v in ForeignProblem(Integers()).to_genome(np.array([1, 2, 3]))} == {int}
    foreign = ForeignProblem(Mixed())
    kinds = [type(value) for value in foreign.to_genome(points(Mixed(), 1)[0])]
    assert kinds == [bool, str, int, float]


def test_variables_without_names_are_numbered():
    assert ForeignProblem(Integers()).names == ("x1", "x2", "x3")
    assert ForeignProblem(Mixed()).names == ("is_deep", "block", "n_layers", "rate")


def test_every_objective_is_minimised_on_no_known_scale():
    objectives = ForeignProblem(get_problem("dtlz2")).objectives
    assert [o.name for o in objectives] == ["f1", "f2", "f3"]
    assert {(o.sign, o.best, o.worst, o.unit) for o in objectives} == {(1, None, None, "")}


def test_constraints_are_those_of_pymoo_with_its_tolerance_of_equalities():
    assert ForeignProblem(Integers()).constraints == (
        Constraint("g1", "<=", 0.0),
        Constraint("g2", "<=", 0.0),
        Constraint("h1", "<=", 1e-4),
        Constraint("h1", ">=", -1e-4),
    )
    assert ForeignProblem(Mixed()).constraints == ()


def test_a_point_is_feasible_exactly_where_pymoo_says_so():
    problem, foreign = Integers(), ForeignProblem(Integers())
    seen = set()
    for x in np.ndindex(4, 6, 2):
        [individual] = Evaluator().eval(problem, Population.new(X=np.array([x])))
        metrics = foreign.measure(x, (), seed=0)
        kept = all(c.violation(metrics[c.metric]) <= 0 for c in foreign.constraints)
        assert kept == individual.feas
        seen.add(kept)
    assert seen == {True, False}


class Imaginary(toy.Reals):
    def _evaluate(self, X, out, *args, **kwargs):
        out["F"] = np.full((len(X), 2), 1 + 2j)


def test_a_complex_objective_is_refused_and_not_cut_to_its_real_part():
    problem = ForeignProblem(Imaginary())
    with pytest.raises(
        MetricError, match=r"F is the complex number \(1\+2j\); expected a real"
    ):
        problem.measure((0.1, 0.2, 0.3), (), seed=0)


def test_options_that_cannot_be_journaled_are_told_by_their_index():
    problem = ForeignProblem(AnyOption())
    drawn = MixedVariableSampling()(problem.seen, 40, random_state=np.random.default_rng(0))
    genomes = [problem.to_genome(individual.X) for individual in drawn]
    assert {genome[0] for genome in genomes} == set(range(5))
    assert json.loads(json.dumps(genomes)) == list(map(list, genomes))
    for at, rate in genomes:
        assert problem.decode((at, rate)) == {"op": OPTIONS[at], "rate": rate}
        assert problem.measure((at, rate), (), seed=0) == {"f1": at + rate, "f2": 5 - at}
    assert problem.problem.vars["op"].options is OPTIONS


def test_options_that_can_be_journaled_stay_what_they_are():
    problem = ForeignProblem(Mixed())
    assert problem.seen is problem.problem


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, "variable x1 of Unbounded goes from None to None; expected finite bounds"),
        ({"xl": 0.0}, "variable x1 of Unbounded goes from 0.0 to None; expected finite"),
        ({"xl": 0.0, "xu": [1.0, np.inf]}, "variable x2 of Unbounded goes from 0.0 to inf"),
        ({"xl": [np.nan, 0.0], "xu": 1.0}, "variable x1 of Unbounded goes from nan to 1.0"),
    ],
)
def test_unbounded_variables_are_told_in_a_line(bounds, expected):
    with pytest.raises(ValueError, match=expected):
        ForeignProblem(Unbounded(**bounds))


class Relative(toy.Reals):
    """As good as others are bad."""

    def _evaluate(self, X, out, *args, **kwargs):
        super()._evaluate(X, out)
        out["F"] = out["F"] - out["F"].mean(0)


class Noisy(toy.Reals):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def _evaluate(self, X, out, *args, **kwargs):
        out["F"] = self.rng.random((len(X), 2))


def test_values_that_depend_on_the_points_beside_are_refused():
    with pytest.raises(ValueError, match=r"f1 of Relative depends on the points beside: one"):
        ForeignProblem(Relative()).check_rows()


@pytest.mark.parametrize("make", [*CASES.values(), toy.Bits, Noisy, Imaginary, toy.Elementwise])
def test_values_of_a_point_alone_are_accepted_even_if_they_are_noise(make):
    ForeignProblem(make()).check_rows()


def test_constraints_turned_into_an_objective_by_pymoo_are_measured():
    problem = ForeignProblem(ConstraintsAsObjective(toy.Constrained()))
    assert problem.measure((0.25, 0.25), (), seed=0) == {"f1": 0.5, "f2": 0.25, "f3": 0.25}
