"""The contract of every installed problem whose genomes are networks for images."""

import time

import numpy as np
import pytest
import torch
from matrix import slow_but

from evonas.data.kinds import IMAGES
from evonas.networks.counting import count
from evonas.plugins.importing import load
from evonas.plugins.loading import ProblemSpec, problem_entries
from evonas.problem import Settings
from evonas.training.chained_problem import ChainedProblem
from evonas.training.graph_problem import GraphProblem
from evonas.training.trained_problem import TrainedProblem

CLASSES = {name: load(entry) for name, entry in problem_entries().items()}
NETWORKS = [
    name
    for name, cls in CLASSES.items()
    if issubclass(cls, TrainedProblem) and cls.takes is IMAGES
]
IN_PARTS = [n for n in NETWORKS if issubclass(CLASSES[n], (ChainedProblem, GraphProblem))]
every_network = pytest.mark.parametrize("name", NETWORKS)


def opened(name, data="digits", size=None):
    return ProblemSpec(name, Settings(data=data, image_size=size)).open()


def drawn(problem, n, seed=0):
    """Genomes as they are drawn, with the two that are all first and all last choices."""
    corners = [(0,) * len(problem.space.sizes), tuple(size - 1 for size in problem.space.sizes)]
    return [*corners, *problem.space.sample(n, np.random.default_rng(seed))]


def check_pass(problem, genome, device):
    """A pass forward and one backward, of the network of a genome as it is."""
    with torch.device(device):
        network = problem.build(problem.decode(genome))
        side = problem.image_size
        logits = network(torch.rand(2, problem.n_channels, side, side))
        logits = getattr(logits, "logits", logits)
        assert logits.shape == (2, problem.n_classes)
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1], device=device))
        loss.backward()
    grads = [p.grad for p in network.parameters() if p.grad is not None]
    assert grads
    if device == "cpu":
        assert torch.isfinite(loss)
        assert all(torch.isfinite(grad).all() for grad in grads)


@every_network
@pytest.mark.parametrize("n", slow_but([2], [2, 30]))
def test_any_genome_runs_forward_and_backward(name, n):
    problem = opened(name)
    for genome in drawn(problem, n, seed=n)[2:]:
        check_pass(problem, genome, "cpu")


@every_network
@pytest.mark.parametrize(
    ("size", "n"),
    slow_but([(8, 1), (224, 1)], [(8, 1), (224, 1), (9, 20), (28, 20), (33, 20)], several=True),
)
def test_any_genome_builds_for_images_of_any_size_and_colour(name, size, n):
    problem = opened(name, "cifar10", size)
    for genome in drawn(problem, n, seed=size)[0 if n > 1 else 2 :]:
        check_pass(problem, genome, "meta")


@every_network
def test_what_is_counted_without_values_is_what_the_real_network_costs(name):
    problem = opened(name)
    (genome,) = drawn(problem, 1)[2:]
    network = problem.build(problem.decode(genome))
    own = count(lambda: network, (problem.n_channels, problem.image_size, problem.image_size))
    cost = problem.cost(problem.canonical(genome))
    assert (cost.params, cost.flops) == (own.params, own.flops)


@pytest.mark.parametrize("name", IN_PARTS)
def test_a_network_is_counted_part_by_part_in_no_time(name):
    genomes = drawn(opened(name), 30)
    for genome in genomes:
        opened(name).cost(genome)
    anew = opened(name)
    began = time.process_time()
    for genome in genomes:
        anew.cost(genome)
    assert (time.process_time() - began) / len(genomes) < 0.03


@every_network
def test_thousands_of_genomes_are_decoded_and_folded_in_a_second(name):
    problem = opened(name)
    genomes = drawn(problem, 500)
    began = time.process_time()
    for genome in genomes:
        problem.decode(problem.canonical(genome))
    assert len(genomes) / (time.process_time() - began) > 2000  # a third of what was measured
