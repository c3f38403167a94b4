"""Problems whose networks are chains of parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from torch import nn

from evonas.declaration import state
from evonas.hardware.roofline import Cost
from evonas.networks.chain import Part, chain, count_chain
from evonas.networks.costs import ExitFlops
from evonas.networks.early_exits import chain_with_exits, n_places
from evonas.networks.exits import Exits
from evonas.networks.graph import Graph, GraphNetwork, count_exits, count_graph
from evonas.problem import Settings
from evonas.space import Genome
from evonas.training.anytime import Anytime, drawn
from evonas.training.tasks import CLASSIFICATION, Task, gathered
from evonas.training.trained_problem import TrainedProblem


class ChainedProblem(TrainedProblem):
    """A space of networks that are chains: each part takes what the one before it gives.

    A subclass writes ``parts`` in place of ``build``. A chain costs what its parts cost, so
    that a network of parts that were counted before is counted in no time; evolution on
    predictions looks at a thousand networks for every few that it trains.

    Where the settings say so, the networks have early exits (see ``chain_with_exits``), the
    task is ``Anytime``, and its metrics and the FLOPs of every exit are offered.
    """

    takes_exits = True

    def __init__(self, settings: Settings | None = None) -> None:
        n_exits = settings.exits if settings else None
        if n_exits is not None:
            self._check_chain()
            self.task = Anytime(n_exits)
            self.providers = (*self.providers, ExitFlops(n_exits))
        super().__init__(settings)
        if n_exits is not None:
            name = type(self).__name__
            state(self, gathered(self.task, self.providers, problem=name))

    @abstractmethod
    def parts(self, architecture: Mapping[str, Any]) -> Sequence[Part]:
        """The parts of the network, in their order from images to logits."""

    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """The network: the parts in a row, with exits on the way where they are wanted."""
        if self.settings.exits is not None:
            return GraphNetwork(self._graph(architecture))
        return chain(self.parts(architecture))

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The sum of the parts' costs; of the whole where a subclass builds something else."""
        if type(self).build is not ChainedProblem.build:
            return super().count(architecture, input_shape)
        is_strict = self.settings.strict_flops
        if self.settings.exits is not None:
            return count_graph(self._graph(architecture), input_shape, is_strict=is_strict)
        return count_chain(self.parts(architecture), input_shape, is_strict=is_strict)

    def exits(self, genome: Genome) -> Exits:
        """FLOPs of every exit, alone and after those before it."""
        if self.settings.exits is None:
            return super().exits(genome)
        graph = self._graph(self.space.decode(genome))
        return count_exits(graph, self.input_shape, is_strict=self.settings.strict_flops)

    @cached_property
    def task_of_space(self) -> Task:
        """The ``task``, told what it must know of the networks of the space.

        Raises:
            ValueError: No network that is looked at has as many exits as are wanted.
        """
        if self.settings.exits is not None:
            genomes = [*drawn(self.space), tuple(size - 1 for size in self.space.sizes)]
            chains = (self.parts(self.space.decode(genome)) for genome in genomes)
            most = max(n_places(parts, self.input_shape) for parts in chains)
            if most < self.settings.exits:
                raise ValueError(
                    f"exits is {self.settings.exits}, but the networks of "
                    f"{type(self).__name__} have places for {most} at most"
                )
        return super().task_of_space

    def _graph(self, architecture: Mapping[str, Any]) -> Graph:
        assert self.settings.exits is not None
        return chain_with_exits(
            self.parts(architecture),
            self.input_shape,
            n_exits=self.settings.exits,
            n_classes=self.n_classes,
            is_strict=self.settings.strict_flops,
        )

    def _check_chain(self) -> None:
        """Refuse exits on what is no chain, or is not trained to tell classes apart."""
        name = type(self).__name__
        if type(self).build is not ChainedProblem.build:
            raise ValueError(f"exits are for chains, and {name} has a 'build' of its own")
        if self.task is not CLASSIFICATION:
            raise ValueError(
                f"exits bring the task Anytime, and {name} has a task of its own, "
                f"{type(self.task).__name__}"
            )
