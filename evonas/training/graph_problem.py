"""Problems whose networks are graphs of parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from torch import nn

from evonas.hardware.roofline import Cost
from evonas.networks.exits import Exits
from evonas.networks.graph import Graph, GraphNetwork, count_exits, count_graph, exit_costs
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem


class GraphProblem(TrainedProblem):
    """A space of networks that are graphs: parts that feed each other, with exits.

    A subclass writes ``graph`` in place of ``build``. A graph costs what its nodes cost, so
    that a network of parts that were counted before is counted in no time.
    """

    @abstractmethod
    def graph(self, architecture: Mapping[str, Any]) -> Graph:
        """The network of an architecture as a graph, from images to logits."""

    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """The network of the graph."""
        return GraphNetwork(self.graph(architecture))

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The sum of the nodes' costs; of the whole where a subclass builds something else."""
        if type(self).build is not GraphProblem.build:
            return super().count(architecture, input_shape)
        is_strict = self.settings.strict_flops
        return count_graph(self.graph(architecture), input_shape, is_strict=is_strict)

    def exit_costs(self, genome: Genome) -> tuple[Cost, ...]:
        """What the answer of each exit costs, the one that answers first in front."""
        graph = self.graph(self.space.decode(genome))
        is_strict = self.settings.strict_flops
        return exit_costs(graph, self.input_shape, is_strict=is_strict)

    def exits(self, genome: Genome) -> Exits:
        """FLOPs of every exit of the graph; of one where a subclass builds something else."""
        if type(self).build is not GraphProblem.build:
            return super().exits(genome)
        graph = self.graph(self.space.decode(genome))
        return count_exits(graph, self.input_shape, is_strict=self.settings.strict_flops)
