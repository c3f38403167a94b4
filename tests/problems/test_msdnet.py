"""MSDNet: the authors' network counted by hand, and that every genome builds."""

import math

import numpy as np
import pytest
import torch

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

CIFAR = "msdnet-cifar"


def opened(**settings):
    return ProblemSpec("msdnet", Settings(**settings)).open()


def of_the_authors(*, base: int, step: int, n_exits: int, growth: int, width: int) -> tuple:
    """Parameters and MACs of their network for CIFAR-10, by arithmetic alone.

    Huang et al. 2018, section 4 and appendix A, and the port by two of the authors: channels
    and bottlenecks of 1, 2, 4 by scale, a scale dropped in each third of the network, where
    channels are halved, and 3 x 3 convolutions of 128 channels before a classifier.
    """
    params = macs = 0

    def convolution(n_in: int, n_out: int, *, kernel: int, side: int) -> None:
        nonlocal params, macs
        params += n_in * n_out * kernel**2 + 2 * n_out
        macs += n_in * n_out * kernel**2 * side**2

    factors, sides = (1, 2, 4), (32, 16, 8)
    for scale, n_in in enumerate((3, width, 2 * width)):
        convolution(n_in, width * factors[scale], kernel=3, side=sides[scale])
    exits = [base + step * i for i in range(n_exits)]
    third = math.ceil(exits[-1] / 3)
    for layer in range(1, exits[-1] + 1):
        before, first = max(0, layer - 2) // third, (layer - 1) // third
        for scale in range(first, 3):
            sources = [scale] if scale == before else [scale - 1, scale]
            n_out = growth * factors[scale] // len(sources)
            for source in sources:
                n_in, side = width * factors[source], sides[source]
                inner = min(n_in, factors[source] * n_out)
                convolution(n_in, inner, kernel=1, side=side)
                convolution(inner, n_out, kernel=3, side=sides[scale])
        width += growth
        if first > before:
            kept = width // 2
            for scale in range(first, 3):
                n_in, n_out = width * factors[scale], kept * factors[scale]
                convolution(n_in, n_out, kernel=1, side=sides[scale])
            width = kept
        if layer in exits:
            convolution(4 * width, 128, kernel=3, side=4)
            convolution(128, 128, kernel=3, side=2)
            params, macs = params + 128 * 10 + 10, macs + 128 * 10
    return params, macs


def test_the_network_of_the_authors_has_their_size():
    problem = opened(data="cifar10")
    genome = problem.space.encode(problem.known[CIFAR])
    cost = problem.cost(genome)
    expected = of_the_authors(base=4, step=2, n_exits=11, growth=6, width=16)
    assert (cost.params, cost.flops // 2) == expected == (5_470_050, 133_973_760)
    assert problem.graph(problem.known[CIFAR]).exits[0] == "exit4"
    assert problem.graph(problem.known[CIFAR]).exits[-1] == "exit24"


def test_a_scale_is_dropped_in_every_third():
    problem = opened(data="cifar10")
    names = problem.graph(problem.known[CIFAR]).nodes
    finest = {
        layer: min(scale for scale in (1, 2, 3) if f"layer{layer}_scale{scale}" in names)
        for layer in (1, 8, 9, 16, 17, 24)
    }
    assert finest == {1: 1, 8: 1, 9: 2, 16: 2, 17: 3, 24: 3}


def test_small_images_have_fewer_scales_and_one_exit_has_no_step():
    problem = opened(image_size=8)
    architecture = {**problem.known[CIFAR], "scales": 3, "exits": 1, "step": 3}
    told = problem.decode(problem.canonical(problem.space.encode(architecture)))
    assert (told["scales"], told["step"]) == (3, 1)


@pytest.mark.parametrize(("data", "side"), [("digits", 8), ("digits", 11), ("cifar10", 40)])
def test_any_genome_runs_forward_and_backward(data, side):
    problem = opened(data=data, image_size=side)
    images = torch.randn(2, problem.n_channels, side, side)
    genomes = problem.space.sample(3, np.random.default_rng(side))
    for genome in [(0,) * 7, *genomes, tuple(n - 1 for n in problem.space.sizes)]:
        network = problem.build(problem.decode(genome))
        outputs = network(images)
        exits = getattr(outputs, "exits", (outputs,))
        assert [logits.shape for logits in exits] == [(2, 10)] * problem.exits(genome).n
        sum(logits.sum() for logits in exits).backward()
        assert all(parameter.grad is not None for parameter in network.parameters())
