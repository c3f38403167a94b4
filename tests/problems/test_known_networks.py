"""The networks of the field that are genomes, against torchvision's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from evonas.networks.counting import count
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.naming import architecture_of

KNOWN = [
    ("mobilenetv3", "mobilenet_v3_large"),
    ("mobilenetv3", "mobilenet_v3_small"),
    ("mobilenetv2", "mobilenet_v2"),
    ("resnet", "resnet18"),
    ("resnet", "resnet34"),
    ("resnet", "resnet50"),
]
PUBLISHED = {  # parameters, as torchvision's pages list them
    "mobilenet_v3_large": 5_483_032,
    "mobilenet_v3_small": 2_542_856,
    "mobilenet_v2": 3_504_872,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
}
every_known = pytest.mark.parametrize(("problem", "name"), KNOWN)


def on_imagenet(name):
    """A problem for images of ImageNet's size, colours and classes, which lie nowhere here."""
    problem = ProblemSpec(name, Settings()).open()
    problem.info = replace(problem.info, channels=3, image_size=224, n_classes=1000)
    return problem


def shapes(network):
    """The shapes of all weights, one after the other."""
    return sorted(tuple(weight.shape) for weight in network.parameters() if weight.dim() > 1)


@every_known
def test_a_known_network_costs_what_torchvisions_own_costs(problem, name):
    opened = on_imagenet(problem)
    cost = opened.cost(architecture_of(name, problem=opened))
    own = count(getattr(models, name), (3, 224, 224))
    assert (cost.params, cost.macs) == (own.params, own.macs)
    assert cost.params == PUBLISHED[name]


@every_known
def test_a_known_network_has_the_layers_of_torchvisions_own(problem, name):
    opened = on_imagenet(problem)
    with torch.device("meta"):
        ours = opened.build(opened.parse(name))
        theirs = getattr(models, name)()
    matrices = [module for module in theirs.modules() if isinstance(module, nn.Conv2d)]
    assert sum(isinstance(m, nn.Conv2d) for m in ours.modules()) == len(matrices)
    flat = [tuple(s for s in shape if s != 1) for shape in shapes(ours)]
    own = [tuple(s for s in shape if s != 1) for shape in shapes(theirs)]
    assert sorted(flat) == sorted(own)


@every_known
@pytest.mark.parametrize(("data", "size"), [("digits", 8), ("cifar10", 32)])
def test_a_known_network_fits_small_images_and_any_spelling_of_it(problem, name, data, size):
    opened = ProblemSpec(problem, Settings(data=data)).open()
    genome = architecture_of(name, problem=opened)
    assert genome == opened.canonical(opened.space.encode(opened.known[name]))
    network = opened.build(opened.decode(genome))
    images = torch.rand(2, opened.n_channels, size, size)
    assert torch.isfinite(network(images)).all()
    trunk = network[:-1](images)
    assert trunk.shape[2] == (4 if size == 32 and problem == "resnet" else 2)


@pytest.mark.parametrize("name", ["mobilenetv2", "mobilenetv3", "resnet"])
def test_no_stage_leaves_less_than_two_pixels(name):
    for size in (8, 28, 224):
        problem = ProblemSpec(name, Settings(image_size=size)).open()
        halving = {gene for gene in problem.space.names if gene.startswith("halve")}
        for genome in problem.space.sample(1, np.random.default_rng(size)):
            architecture = {**problem.decode(genome), **dict.fromkeys(halving, True)}
            with torch.device("meta"):
                trunk = problem.build(architecture)[:-1]
                assert trunk(torch.empty(2, 1, size, size)).shape[2] >= 2


def test_an_image_is_seen_at_a_part_of_its_resolution():
    problem = ProblemSpec("mobilenetv3", Settings(data="cifar10", image_size=224)).open()
    small = problem.known["mobilenet_v3_small"]
    costs = [
        problem.count({**small, "resolution": part}, (3, 224, 224)) for part in (0.5, 0.75, 1)
    ]
    assert costs[0].macs < costs[1].macs < costs[2].macs
    assert len({cost.params for cost in costs}) == 1
    for part, size in ((0.5, 112), (0.75, 168)):
        network = problem.build({**small, "resolution": part})
        assert str(network[0]) == f"Resize(size={size})"


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        # the fifth stage goes on with what the fourth could have held
        ("mobilenetv3", {"depth4": 3, "depth5": 1}, {"depth4": 1, "depth5": 3}),
        ("mobilenetv2", {"depth4": 3, "depth5": 1}, {"depth4": 1, "depth5": 3}),
        ("resnet", {"depth2": 3, "depth3": 1}, {"depth2": 1, "depth3": 3}),
    ],
)
def test_stages_that_go_on_alike_fold_together(name, one, other):
    problem = ProblemSpec(name, Settings()).open()
    alike = {"width4": 64, "width5": 64} if name != "resnet" else {"width2": 64, "width3": 64}
    first = problem.decode((0,) * len(problem.space.genes))
    alike |= {gene: 3 for gene in first if "expansion" in gene and gene[-1] in "45"}
    genomes = {
        problem.canonical(problem.space.encode({**first, **alike, **depths}))
        for depths in (one, other)
    }
    assert len(genomes) == 1
    (genome,) = genomes
    depths = {gene: problem.decode(genome)[gene] for gene in one}
    assert sorted(depths.values()) == [0, 4]
    assert problem.decode(genome)[min(one)] == 4
