"""Problems of graphs: counted node by node, trained as any other."""

import pytest
import torch
from torch import nn

from evonas.networks.blocks import Classifier, convolution
from evonas.networks.chain import Part
from evonas.networks.counting import count
from evonas.networks.graph import IMAGES, Graph, GraphNetwork, Node
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.training.graph_problem import GraphProblem
from evonas.training.recipe import Recipe
from evonas.training.tasks import Classification

TINY = Settings(epochs=1, subset=60, device="cpu")
SHAPE = (1, 8, 8)


class Sum(nn.Module):
    """Adds what it takes."""

    def forward(self, left, right):
        return left + right


class Forked(GraphProblem):
    """Two branches of some width, and an exit before they meet."""

    space = SearchSpace([Gene("width", (4, 8)), Gene("has_early_exit", (False, True))])
    recipe = Recipe(epochs=1, augment=())

    def graph(self, architecture):
        width = architecture["width"]
        head = Part.of(Classifier, width, self.n_classes)
        nodes = {
            "stem": Node(Part.of(convolution, self.n_channels, width), (IMAGES,)),
            "left": Node(Part.of(convolution, width, width), ("stem",)),
            "early": Node(head, ("left",)),
            "both": Node(Part.of(Sum), ("stem", "left")),
            "late": Node(head, ("both",)),
        }
        exits = ("early", "late") if architecture["has_early_exit"] else ("late",)
        return Graph(nodes, exits)


@pytest.mark.parametrize("genome", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_it_is_counted_node_by_node_as_it_would_be_as_a_whole(genome):
    problem = Forked(TINY)
    assert isinstance(problem.build(problem.decode(genome)), GraphNetwork)
    whole = count(lambda: problem.build(problem.decode(genome)), SHAPE)
    assert problem.cost(genome) == whole
    exits = problem.exit_costs(genome)
    assert len(exits) == 1 + genome[1]
    assert exits[-1].flops == whole.flops - (
        2 * genome[1] * 10 * problem.decode(genome)["width"]
    )


def test_a_network_of_several_exits_is_trained_by_its_last_one():
    found = Forked(TINY).measure((0, 1), ["acc", "flops", "test_acc"], seed=0).metrics
    assert {"acc", "flops", "test_acc"} <= set(found)
    assert found == Forked(TINY).measure((0, 1), ["acc", "flops", "test_acc"], seed=0).metrics


class Headless(Forked):
    """Builds something else than its graph."""

    def build(self, architecture):
        return nn.Sequential(
            super().build({**architecture, "has_early_exit": False}), nn.ReLU()
        )


def test_who_builds_something_else_is_counted_as_a_whole():
    assert Headless(TINY).cost((0, 1)).params == Forked(TINY).cost((0, 0)).params
    assert torch.is_tensor(
        Headless(TINY).build({"width": 4, "has_early_exit": True})(torch.zeros(1, *SHAPE))
    )


class CostAware:
    """Classification that knows what a network costs."""

    def __init__(self, flops=0.0):
        self.flops = flops
        self.plain = Classification()
        self.metrics = self.plain.metrics
        self.loss, self.guessing_loss = self.plain.loss, self.plain.guessing_loss

    def scores(self, outputs, labels):
        return {"acc": torch.full(labels.shape, self.flops, dtype=torch.float64)}


class Priced(Forked):
    """A score that depends on what the network costs."""

    task = CostAware()

    def task_for(self, genome):
        return CostAware(float(self.exit_costs(genome)[0].flops))


def test_a_task_may_be_told_what_a_network_costs():
    problem = Priced(TINY)
    problem.rehearse((0, 1), ["acc"])
    found = problem.measure((0, 1), ["acc", "test_acc"], seed=0).metrics
    assert found["acc"] == found["test_acc"] == problem.exit_costs((0, 1))[0].flops
