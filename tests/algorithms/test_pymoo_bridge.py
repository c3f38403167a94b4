import numpy as np
import pytest
import toy
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.individual import Individual
from pymoo.core.population import Population
from pymoo.optimize import minimize

from evonas.algorithms.pymoo_bridge import ArchitectureProblem, RecordingEvaluator, Translator
from evonas.algorithms.registry import genome_operators
from evonas.config import Config
from evonas.engine.search import SearchPlan
from evonas.evaluation.evaluator import Evaluator
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec


def parts(problem, **settings):
    config = Config(problem=toy.reference(problem), n_jobs=0, **settings)
    plan = SearchPlan(config, ProblemSpec(config.problem, config.settings))
    return Evaluator(plan.order), plan.goals


FAILED = [[fate, 2, 2] for fate in range(1, 6)]
FINE = [[0, width, 4 - width] for width in range(5)]


def test_objectives_are_scaled_from_zero_at_best_to_one_at_the_reference():
    evaluator, goals = parts("Flaky")
    F, G, H = Translator(evaluator, goals).evaluate(FINE)
    accs = [record.metrics["acc"] for record in evaluator.records.values()]
    flops = [record.metrics["flops"] for record in evaluator.records.values()]
    assert F[:, 0] == pytest.approx(1 - np.array(accs) / 100)
    assert F[:, 1] == pytest.approx(np.array(flops) / goals.reference["flops"])
    assert ((F >= 0) & (F <= 1)).all()
    assert G.tolist() == [[0.0]] * 5
    assert H.shape == (5, 0)


def test_failed_candidates_are_infeasible_finite_and_worse_than_all_others():
    F, G, _ = Translator(*parts("Flaky")).evaluate(FINE + FAILED)
    assert np.isfinite(F).all()
    assert G[:, -1].tolist() == [0.0] * 5 + [1.0] * 5
    assert (F[5:] >= F[:5].max(0)).all()
    assert (F[5:] <= 1.2).all()


def test_a_generation_of_failures_alone_has_finite_objectives():
    F, G, _ = Translator(*parts("Flaky")).evaluate(FAILED)
    assert np.isfinite(F).all()
    assert (F > 1).all()
    assert (G == 1).all()


def test_a_broken_constraint_is_measured_relative_to_its_bound():
    evaluator, goals = parts("Flaky", constraint=("flops<=10", "acc>=20"))
    F, G, _ = Translator(evaluator, goals).evaluate([[0, 4, 4], [0, 1, 1], [0, 2, 2]])
    assert G.tolist() == [[1.5, 0.0, 0.0], [-0.6, 0.45, 0.0], [-0.1, -0.1, 0.0]]
    assert np.isfinite(F).all()


@pytest.mark.parametrize("gene", [0.5, float("nan"), 1.0000001])
def test_a_genome_of_floats_is_refused(gene):
    message = r"proposed \[.*\], which is no genome: genes are integers.*RoundingRepair"
    with pytest.raises(ValueError, match=message):
        Translator(*parts("Flaky")).evaluate(np.array([[0, 1, 2], [0, gene, 2]]))


def test_whole_floats_are_genomes():
    translator = Translator(*parts("Flaky"))
    assert translator.genomes(np.array([[0.0, 1.0, 2.0]])) == [(0, 1, 2)]


def test_a_genome_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match="gene 'width' is 9; expected 0 to 4"):
        Translator(*parts("Flaky")).evaluate([[0, 9, 2]])


def test_with_a_penalty_every_infeasible_point_is_worse_than_every_feasible_one():
    evaluator, goals = parts("Flaky", constraint=("flops<=6",))
    translator = Translator(evaluator, goals, with_penalty=True)
    F, G, _ = translator.evaluate(FINE + FAILED + [[0, 4, 4]])
    is_feasible = (G <= 0).all(1)
    assert 0 < is_feasible.sum() < len(F)
    assert (F[~is_feasible].min(0) > F[is_feasible].max(0)).all()
    assert F[-1, 0] > F[~is_feasible][0, 0]
    assert np.isfinite(F).all()


def test_a_plain_problem_keeps_its_own_values():
    evaluator, goals = parts("Balanced")
    X = np.array([[1, 1, 0], [3, 1, 2]])
    F, G, H = Translator(evaluator, goals).evaluate(X)
    assert F.tolist() == [[1.0, 7.0], [5.0, 7.0]]
    assert G.tolist() == [[-1.0, 0.0], [-1.0, 0.0]]
    assert H.tolist() == [[0.0], [2.0]]


def test_an_architecture_problem_looks_like_any_integer_problem():
    problem = ArchitectureProblem(*parts("Bowl", constraint=("flops<=1e5",)))
    assert problem.n_var == 4
    assert problem.n_obj == 3
    assert problem.n_ieq_constr == 1
    assert problem.vtype is int
    assert problem.xl.tolist() == [0, 0, 0, 0]
    assert problem.xu.tolist() == [2, 4, 4, 1]
    assert problem.is_ordered.tolist() == [False, True, True, False]
    out = problem.evaluate(np.array([[0, 0, 0, 0], [2, 4, 4, 1]]), return_as_dictionary=True)
    assert out["F"].shape == (2, 3)
    assert (out["G"][:, 0] > 0).tolist() == [False, True]


@pytest.mark.parametrize("constraint", [(), ("flops<=2e6",)])
def test_an_architecture_problem_works_in_plain_pymoo(constraint):
    evaluator, goals = parts("Bowl", objectives=("acc", "params"), constraint=constraint)
    problem = ArchitectureProblem(evaluator, goals)
    operators = genome_operators(canonical=toy.fold, taken=evaluator.records)
    algorithm = NSGA2(pop_size=10, **operators)  # a copy would not see what is measured
    result = minimize(problem, algorithm, ("n_gen", 6), seed=1, copy_algorithm=False)
    assert len(evaluator.records) == 60
    assert len(result.X) > 1
    assert front(result.F).all()
    for x in result.X.astype(int).tolist():
        metrics = evaluator.records[tuple(x)].metrics
        assert not constraint or metrics["flops"] <= 2e6


def test_a_failed_candidate_is_told_to_plain_pymoo_as_well():
    evaluator, goals = parts("Flaky", constraint=("flops<=10",))
    problem = ArchitectureProblem(evaluator, goals)
    out = problem.evaluate(np.array([[0, 1, 1], [1, 1, 1]]), return_as_dictionary=True)
    assert evaluator.records[(1, 1, 1)].error
    assert (out["F"][1] > out["F"][0]).all()


def test_the_recording_evaluator_fills_in_individuals_and_populations():
    evaluator, goals = parts("Balanced")
    problem = evaluator.problem.problem
    recording = RecordingEvaluator(Translator(evaluator, goals))
    pop = Population.new(X=np.array([[1, 1, 0], [3, 1, 2]]))
    recording.eval(problem, pop)
    assert pop.get("F").tolist() == [[1.0, 7.0], [5.0, 7.0]]
    assert pop.get("FEAS")[:, 0].tolist() == [True, False]
    alone = Individual(X=np.array([2, 2, 0]))
    recording.eval(problem, alone)
    assert alone.F.tolist() == [2.0, 6.0]
    assert recording.n_eval == 3
    recording.eval(problem, pop)
    assert recording.n_eval == 3
