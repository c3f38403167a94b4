"""Problems whose networks are chains of parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from evonas.hardware.roofline import Cost
from evonas.networks.chain import Part, chain, count_chain
from evonas.training.trained_problem import TrainedProblem


class ChainedProblem(TrainedProblem):
    """A space of networks that are chains: each part takes what the one before it gives.

    A subclass writes ``parts`` in place of ``build``. A chain costs what its parts cost, so
    that a network of parts that were counted before is counted in no time; evolution on
    predictions looks at a thousand networks for every few that it trains.
    """

    @abstractmethod
    def parts(self, architecture: Mapping[str, Any]) -> Sequence[Part]:
        """The parts of the network, in their order from images to logits."""

    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """The network: the parts in a row."""
        return chain(self.parts(architecture))

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The sum of the parts' costs; of the whole where a subclass builds something else."""
        if type(self).build is not ChainedProblem.build:
            return super().count(architecture, input_shape)
        is_strict = self.settings.strict_flops
        return count_chain(self.parts(architecture), input_shape, is_strict=is_strict)
