import itertools
import os
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evonas.bench.cases import Case
from evonas.bench.contest import Search, judged, read_method
from evonas.config import Config
from evonas.fidelity import rungs
from evonas.networks.cells import CellNetwork
from evonas.plugins.importing import load
from evonas.problem import Settings

EcNas = load("evonas.problems.ec_nas:EcNas")
encoded = load("evonas.problems.ec_nas:encoded")
FILE = Path(os.environ.get("EVONAS_DATA", "."), "ec-nas", "ecnas_4v5v_measured.csv")
needs_table = pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE}; set EVONAS_DATA")
genomes = st.tuples(*(st.integers(0, n - 1) for n in EcNas.space.sizes))
pytestmark = needs_table


@pytest.fixture(scope="module")
def problem():
    return EcNas(Settings(data_dir=str(FILE.parents[1])))


@pytest.fixture(scope="module")
def every(problem):
    """All canonical genomes."""
    raw = itertools.product(*(range(n) for n in problem.space.sizes))
    return sorted({problem.canonical(genome) for genome in raw})


def test_every_genome_is_a_cell_of_the_table_and_every_cell_a_genome(problem, every):
    assert len(every) == 2532  # rows of the table with five vertices, or fewer that are alive
    for genome in every:
        assert problem.canonical(genome) == genome
        assert problem.lookup(problem.space.decode(genome))["acc"]


def test_small_cells_were_trained_four_times(problem, every):
    trained = [len(problem.lookup(problem.space.decode(genome))["acc"]) for genome in every]
    assert sorted(set(trained)) == [1, 4]
    assert trained.count(4) == 91


@given(genome=genomes)
def test_renumbering_inner_vertices_leaves_the_cell_as_it_is(problem, genome):
    """Vertices 1 and 2 may change places where no edge joins them."""
    space = EcNas.space
    architecture = space.decode(genome)
    if architecture["edge12"]:
        return
    swapped = dict(architecture)
    for one, other in (
        ("edge01", "edge02"),
        ("edge13", "edge23"),
        ("edge14", "edge24"),
        ("operation1", "operation2"),
    ):
        swapped[one], swapped[other] = architecture[other], architecture[one]
    assert problem.canonical(space.encode(swapped)) == problem.canonical(genome)


def check_params(problem, some):
    for genome in some:
        row = problem.measure(genome, ["params", "flops"], seed=0)
        assert problem.cost(genome).params == row["params"]
        assert problem.cost(genome).flops == row["flops"]


def test_rebuilt_networks_have_the_parameters_of_the_table(problem, every):
    check_params(problem, every[::200])


@pytest.mark.slow
def test_a_quarter_of_all_rebuilt_networks_have_the_parameters_of_the_table(problem, every):
    for genome in every[::4]:
        with torch.device("meta"):
            network = CellNetwork(*problem.cell(genome))
        n_params = sum(parameter.numel() for parameter in network.parameters())
        assert n_params == problem.measure(genome, ["params"], seed=0)["params"]


def test_metrics_are_in_their_units(problem, every):
    wanted = ["acc", "energy", "training", "test_acc"]
    rows = [problem.measure(genome, wanted, seed=0) for genome in every[::25]]
    assert all(5 < row["acc"] < 100 for row in rows)
    assert all(0.004 < row["energy"] < 0.06 for row in rows)  # kWh, of 4 epochs
    assert all(25 < row["training"] < 400 for row in rows)  # seconds
    assert all(abs(row["acc"] - row["test_acc"]) < 5 for row in rows)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no table at .*ec-nas.*; get the measurements"
    ):
        EcNas(Settings(data_dir=str(tmp_path)))


def test_a_first_epoch_is_looked_up_with_what_it_took_and_the_rest_goes_on_from_it(problem):
    """The first rows of the table: `0110/0010/0001/0000` with two poolings."""
    genome = encoded(((0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0,) * 4), ["maxpool3x3"] * 2)
    first, whole = rungs("epochs", 4, n=3, reduction=3, known=problem.amounts("epochs"))
    wanted = ["acc", "energy", "training", "fpo"]
    early = problem.measure_at(genome, wanted, seed=0, fidelity=first)
    late = problem.measure_at(genome, wanted, seed=0, fidelity=whole)
    assert early["acc"] < 22 < late["acc"]
    assert early["training"] < 20 < 40 < late["training"]
    assert late["fpo"] == 3 * early["fpo"]
    assert early["fpo"] == 3 * 40_000 * problem.measure(genome, ["flops"], seed=0)["flops"]
    assert {**late, "fpo": 4 * early["fpo"]} == problem.measure(genome, wanted, seed=0)


@pytest.mark.slow
def test_a_contest_goes_along_the_measured_epochs():
    base = Config(data_dir=str(FILE.parents[1]), evaluations=30, pop_size=10, n_jobs=0)
    case = Case.of("ec-nas", base=base)
    scores, whole = (
        judged(Search(case, read_method(name), 0)) for name in ("nsga2+epochs", "nsga2")
    )
    assert 0 < scores[-1].verdict.hypervolume <= 1
    assert 0 < scores[-1].cost < whole[-1].cost
