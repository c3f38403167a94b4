import pytest
import toy

from evonas.engine.sampling import (
    N_SAMPLED,
    SpaceInNumbers,
    cost_metric,
    counted,
    in_numbers,
    recorded,
    sampled,
)
from evonas.evaluation.candidate import Order
from evonas.evaluation.counts import Counts
from evonas.evaluation.executor import InProcess
from evonas.objectives import Metric
from evonas.plugins.loading import ProblemSpec
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Settings
from evonas.problems.synthetic import Synthetic
from evonas.space import Gene, SearchSpace
from evonas.tabular import TabularProblem


def counts_of(problem):
    return Counts(InProcess(), Order(ProblemSpec(problem, Settings()), ("acc",)))


def test_a_space_is_told_with_the_genes_that_make_a_difference():
    found = in_numbers(toy.Bowl())
    assert (found.n_genes, found.cardinality) == (4, 150)
    least, mean, most = found.n_active
    assert 3 == least < mean < most == 4  # a plain network has no use for a skip


def test_a_plain_pymoo_problem_has_variables_alone():
    assert in_numbers(ForeignProblem(toy.Mixed())) == SpaceInNumbers(3, 0, ())


def test_of_a_small_space_all_are_taken_once():
    genomes, is_all = sampled(toy.Bowl())
    assert is_all
    assert len(genomes) == len(set(genomes)) == toy.Bowl.n_distinct


def test_of_a_large_space_some_are_drawn_beside_its_corners():
    problem = Synthetic()
    genomes, is_all = sampled(problem)
    assert not is_all
    assert len(genomes) == N_SAMPLED
    assert {(0,) * 15, (3,) * 15} <= set(genomes)


@pytest.mark.parametrize("plain", [toy.Reals, toy.Integers, toy.Bits, toy.Mixed])
def test_points_of_a_plain_problem_are_its_genomes(plain):
    problem = ForeignProblem(plain())
    genomes, is_all = sampled(problem)
    assert not is_all
    assert len(genomes[0]) == len(problem.names)
    assert problem.measure(genomes[0], (), seed=0)


def test_small_and_large_go_by_the_effort_or_else_by_what_is_counted():
    assert cost_metric(toy.Schooled(), counts_of(toy.Schooled)) == "fpo"
    assert cost_metric(toy.Bowl(), counts_of(toy.Bowl)) == "flops"
    plain = f"{toy.__file__}:Reals"
    assert cost_metric(ForeignProblem(toy.Reals()), counts_of(plain)) == ""


def test_what_is_counted_stands_in_the_order_of_its_cost():
    genomes, _ = sampled(toy.Bowl())
    found = counted(counts_of(toy.Bowl), genomes, "flops")
    flops = [toy.Bowl().measure(genome, [], seed=0)["flops"] for genome in found]
    assert flops == sorted(flops)
    assert len(found) == len(genomes)


class Table(TabularProblem):
    space = SearchSpace([Gene("n", (1, 2, 3))])
    metrics = (
        Metric("acc", "%", "accuracy", -1, best=100.0, worst=0.0),
        Metric("took", "kWh", "measured energy", +1),
    )

    def lookup(self, architecture):
        if architecture["n"] == 2:
            raise KeyError("no such row")
        return {"acc": 50.0, "took": [architecture["n"], 3.0 * architecture["n"]]}


def test_a_table_says_what_its_trainings_took_as_far_as_it_has_them():
    (found,) = recorded(Table(), sampled(Table())[0])
    assert (found.name, found.unit, found.least, found.mean, found.most) == (
        *("took", "kWh"),
        *(2.0, 4.0, 6.0),
    )
    assert recorded(toy.Bowl(), [(0, 0, 0, 0)]) == ()
