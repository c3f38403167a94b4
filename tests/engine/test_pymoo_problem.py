import numpy as np
import pytest
import toy
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.operators.crossover.pntx import TwoPointCrossover
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

import evonas
from evonas.record import candidate_seed


def test_pymoos_minimize_finds_a_front_of_networks():
    problem = evonas.as_pymoo(toy.reference("Flaky"), objectives=("acc", "flops"))
    algorithm = NSGA2(
        pop_size=10,
        sampling=IntegerRandomSampling(),
        crossover=TwoPointCrossover(),
        mutation=PM(vtype=float, repair=RoundingRepair()),
    )
    result = minimize(problem, algorithm, ("n_gen", 5), seed=1)
    records = problem.translator.oracle.records
    assert result.F.shape[1] == 2
    for x, (error, flops) in zip(result.X, result.F, strict=True):
        metrics = records[tuple(map(int, x))].metrics
        assert error == pytest.approx(1 - metrics["acc"] / 100)
        assert np.sign(flops) == np.sign(metrics["flops"])


def test_a_pymoo_problem_is_refused_as_there_is_nothing_to_do(tmp_path):
    file = tmp_path / "plain.py"
    file.write_text("from pymoo.problems.multi.zdt import ZDT1 as Plain")
    with pytest.raises(ValueError, match="is a pymoo problem already; give it to minimize"):
        evonas.as_pymoo(f"{file}:Plain")


def test_candidates_draw_by_the_seed_that_a_search_has_unless_told():
    problem = evonas.as_pymoo(toy.Bowl, objectives=("acc", "flops"))
    other = evonas.as_pymoo(toy.Bowl, objectives=("acc", "flops"), seed=5)
    genome = (1, 2, 3, 0)
    for made, seed in ((problem, evonas.Config().seed), (other, 5)):
        made.evaluate(np.array([genome]))
        record = made.translator.oracle.records[genome]
        assert record.seed == candidate_seed(seed, genome)
