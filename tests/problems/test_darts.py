"""The known answers of the space of DARTS."""

import itertools

import numpy as np
import pytest
import torch

from evonas.networks.auxiliary import WithAuxiliary
from evonas.networks.genotypes import DARTS_V2
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.problems.darts import Darts
from evonas.training.trained_problem import TrainedProblem

SMALL = {"nodes": 2, "layers": 3, "channels": 2}


def opened(data: str = "digits", *, size: int | None = None, **options) -> TrainedProblem:
    given = tuple((name, str(value)) for name, value in options.items())
    settings = Settings(data=data, epochs=1, subset=50, image_size=size, options=given)
    return ProblemSpec("darts", settings).open()


def genome_of(problem, name):
    return problem.canonical(problem.space.encode(Darts.known[name]))


def test_darts_v2_has_the_published_parameters():
    # Liu et al. 2019, table 1: 3.3 M; the published code counts 3,349,342 without, and with the
    # auxiliary head for ten classes 3,349,342 + 476,426.
    problem = opened("cifar10", layers=20, channels=36)
    genome = genome_of(problem, "darts_v2")
    assert problem.cost(genome).params == 3_349_342
    with torch.device("meta"):
        learning = WithAuxiliary(problem.build(problem.decode(genome)))
    head = 576 * 128 + 2 * 128 + 4 * 128 * 768 + 2 * 768 + 769 * 10
    assert sum(p.numel() for p in learning.parameters()) == 3_349_342 + head


def test_darts_v2_has_the_published_parameters_for_large_images():
    # Liu et al. 2019, table 3: 4.7 M for ImageNet's thousand classes, 14 cells of 48 channels.
    problem = opened("cifar10", size=224, layers=14, channels=48)
    params = problem.cost(genome_of(problem, "darts_v2")).params + 990 * (768 + 1)
    assert round(params / 1e6, 1) == 4.7


def test_the_cost_of_the_graph_is_that_of_the_network():
    problem = opened("cifar10", **SMALL)
    for genome in problem.space.sample(3, np.random.default_rng(0)):
        counted = problem.cost(genome)
        whole = TrainedProblem.count(problem, problem.decode(genome), (3, 32, 32))
        assert (counted.flops, counted.params) == (whole.flops, whole.params)


def test_cells_of_two_nodes_are_as_many_as_they_should_be():
    problem = opened(none=True, **SMALL)
    sizes = problem.space.sizes
    half = len(sizes) // 2
    assert np.prod(sizes[:half]) == 147_456 == (2 * 8) ** 2 * (3 * 8) ** 2
    reduction = (0,) * half
    cells = itertools.product(*(range(size) for size in sizes[:half]))
    canonical = {problem.space._fold(cell + reduction)[:half] for cell in cells}
    assert len(canonical) == 40_800
    without_none = {
        cell
        for cell in canonical
        if 0 not in cell[1::2] and cell[0] != cell[2] and cell[4] != cell[6]
    }
    assert len(without_none) == 7_203  # with different inputs, as DARTS itself has


def test_cells_of_four_nodes_are_as_many_as_they_should_be():
    per_node = [n * (n - 1) // 2 * 7**2 for n in (2, 3, 4, 5)]
    assert np.prod(per_node) == 1_037_664_180
    taken = [len(g.choices) for g in opened().space.genes if g.name.startswith("normal")]
    assert taken == [n for k in (2, 3, 4, 5) for n in (k, 7) * 2]


def test_genotypes_are_read_and_printed():
    problem = opened()
    text = str(DARTS_V2)
    architecture = problem.parse(text)
    assert architecture == Darts.known["darts_v2"]
    canonical = problem.decode(problem.canonical(problem.space.encode(architecture)))
    printed = problem.spell(canonical)
    assert printed.startswith("Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ")
    assert problem.decode(problem.space.encode(problem.parse(printed))) == canonical


def test_the_space_of_other_cells_does_not_know_those_of_darts():
    assert opened().parse("darts_v2") == Darts.known["darts_v2"]
    with pytest.raises(ValueError, match="cannot read the architecture 'darts_v2'"):
        opened(**SMALL).parse("darts_v2")


def test_both_orders_of_a_pair_are_printed_alike():
    problem = opened()
    one = Darts.known["darts_v1"]
    other = one | {
        f"normal1_{gene}_{a}": one[f"normal1_{gene}_{b}"]
        for gene in ("in", "op")
        for a, b in ("ab", "ba")
    }
    assert problem.spell(one) == problem.spell(other)
    assert problem.canonical(problem.space.encode(one)) == problem.canonical(
        problem.space.encode(other)
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (str(DARTS_V2), "cells of 4 nodes, and this space of 2; give --option nodes=4"),
        ("Genotype(normal=1)", "the normal cell is 1"),
        ("best", "cannot read the architecture 'best'"),
        ("Genotype(normal=[('none', 0)] + 1)", "cannot read the genotype"),
    ],
)
def test_what_is_no_genotype_of_the_space_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        opened(**SMALL).parse(text)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("none", "which is none of .*; give --option none=true"),
        ("sep_conv_7x7", "is none of max"),
    ],
)
def test_an_operation_that_the_space_lacks_is_refused(word, said):
    with pytest.raises(ValueError, match=said):
        opened().parse(str(DARTS_V2).replace("dil_conv_3x3", word))
    if word == "none":
        assert opened(none=True).parse(str(DARTS_V2).replace("dil_conv_3x3", word))


@pytest.mark.parametrize(("option", "least"), [("nodes", 1), ("layers", 3), ("channels", 2)])
def test_an_option_that_is_too_small_is_refused(option, least):
    with pytest.raises(ValueError, match=f"option '{option}' is 0; expected at least {least}"):
        opened(**{option: 0})


@pytest.mark.parametrize("size", [8, 9, 27, 65])
def test_networks_take_images_of_any_size(size):
    problem = opened(size=size, **SMALL)
    for genome in problem.space.sample(2, np.random.default_rng(size)):
        logits = problem.build(problem.decode(genome))(torch.rand(2, 1, size, size))
        logits.sum().backward()
        assert logits.shape == (2, 10)


def test_both_cells_are_drawn_without_what_gives_zeros():
    problem = opened(none=True, **SMALL)
    normal, reduction = problem.cells(problem.decode((0,) * 16)).values()
    assert normal.nodes == ("cell k-2", "cell k-1", "node 1", "node 2", "cell k")
    assert normal == reduction
    assert [edge.target for edge in normal.edges] == ["cell k", "cell k"]


@pytest.mark.slow
def test_two_thousand_networks_of_several_sizes_learn_as_they_are():
    rng = np.random.default_rng(0)
    for size in (8, 9, 17, 28):
        problem = opened(size=size, none=True, **SMALL)
        for genome in problem.space.sample(500, rng):
            network = problem.build(problem.decode(genome))
            loss = network(torch.rand(2, 1, size, size)).square().mean()
            loss.backward()
            assert torch.isfinite(loss)
