"""Problems whose networks are chains of parts, of which each kind is counted only once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import nn

from evonas.cost import Cost, count_through
from evonas.trained import TrainedProblem

N_REMEMBERED_PARTS = 10_000  # each some 2 kB


@dataclass(frozen=True)
class Part:
    """A module yet to be made; equal parts make equal modules.

    Attributes:
        make: Makes it, of nothing but the arguments.
        arguments: By position.
        named: By name.
    """

    make: Callable[..., nn.Module]
    arguments: tuple[Hashable, ...]
    named: tuple[tuple[str, Hashable], ...]

    @classmethod
    def of(cls, make: Callable[..., nn.Module], *arguments: Any, **named: Any) -> Part:
        """The part that ``make(*arguments, **named)`` will be."""
        return cls(make, arguments, tuple(named.items()))

    def __call__(self) -> nn.Module:
        """Make it."""
        return self.make(*self.arguments, **dict(self.named))


class ChainedProblem(TrainedProblem):
    """A space of networks that are chains: each part takes what the one before it gives.

    A subclass writes ``parts`` in place of ``build``. A chain costs what its parts cost, so
    that a network of parts that were counted before is counted in no time; evolution on
    predictions looks at a thousand networks for every few that it trains.
    """

    @abstractmethod
    def parts(self, architecture: Mapping[str, Any]) -> Sequence[Part]:
        """The network from images to logits."""

    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """The parts in a row."""
        return nn.Sequential(*(part() for part in self.parts(architecture)))

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The sum of the parts; of the whole where a subclass builds something else."""
        if type(self).build is not ChainedProblem.build:
            return super().count(architecture, input_shape)
        costs, shape = list[Cost](), input_shape
        for part in self.parts(architecture):
            cost, shape = _counted(part, shape)
            costs.append(cost)
        return Cost(
            flops=sum(cost.flops for cost in costs),
            params=sum(cost.params for cost in costs),
            operations=tuple(operation for cost in costs for operation in cost.operations),
        )


@lru_cache(maxsize=N_REMEMBERED_PARTS)
def _counted(part: Part, input_shape: tuple[int, ...]) -> tuple[Cost, tuple[int, ...]]:
    """A part's cost, and the shape of what it gives, without the batch."""
    return count_through(part, input_shape)
