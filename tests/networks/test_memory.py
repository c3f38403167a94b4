from dataclasses import replace

import numpy as np
import pytest
import torch
from peak_memory import alive_at_most, deployed, weight_bytes
from torch import nn

from evonas.hardware.devices import V100
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import Target
from evonas.networks.counting import count
from evonas.networks.memory import model_bytes, peak_bytes
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

CARD = replace(V100, peaks=(("int8", 1e12),))


def test_memory_is_of_a_batch_and_of_the_targets_numbers():
    cost = count(lambda: nn.Linear(6, 4), (6,))
    one, many = Target(CARD), Target(CARD, precision="int8", batch=32)
    assert peak_bytes(cost, one) == 4 * ((6 + 4) + (24 + 4))
    assert peak_bytes(cost, many) == 32 * (6 + 4) + (24 + 4)
    assert (model_bytes(cost, one), model_bytes(cost, many)) == (112, 28)


@pytest.mark.parametrize("asked", [peak_bytes, model_bytes])
def test_a_cost_that_says_nothing_of_memory_is_refused(asked):
    with pytest.raises(ValueError, match="the memory of this network is not known: its prob"):
        asked(Cost(8, 4, ()), Target(CARD))


@pytest.mark.parametrize("space", ["layerwise", "mobilenetv2", "resnet", "msdnet"])
def test_a_random_network_takes_what_torch_has_alive_when_it_runs_as_deployed(space):
    problem = ProblemSpec(space, Settings(image_size=8)).open()
    (drawn,) = problem.space.sample(1, np.random.default_rng(0))
    genome = problem.canonical(drawn)
    told = peak_bytes(problem.cost(genome), Target(CARD, batch=2))
    model = problem.build(problem.decode(genome)).eval()
    shape = (2, *problem.input_shape)
    graph = deployed(model, torch.rand(shape))
    assert told == alive_at_most(graph, shape) + weight_bytes(graph)


def test_what_is_measured_gives_what_the_network_gives():
    model = nn.Sequential(
        *(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.BatchNorm2d(4), nn.Hardswish(), nn.Flatten(), nn.Linear(16, 2)),
    )
    with torch.no_grad():
        model(torch.rand(8, 3, 4, 4))  # so that the norms know moments
        images = torch.rand(2, 3, 4, 4)
        expected = model.eval()(images)
        graph = deployed(model, images)
        assert torch.allclose(graph(images), expected, atol=1e-6)
    assert weight_bytes(graph) == 4 * ((27 * 4 + 4) + 2 * 4 + (16 * 2 + 2))
