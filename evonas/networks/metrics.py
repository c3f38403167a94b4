"""What tells more about untrained networks: providers of metrics, and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from evonas.carbon.assumptions import Assumptions
from evonas.data.published import DataInfo
from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.roofline import Cost
from evonas.networks.exits import Exits
from evonas.objectives import Metric
from evonas.plugins.asking import checked


@dataclass(frozen=True)
class Network:
    """One candidate's network, of which only as much is made as somebody looks at.

    Attributes:
        architecture: The candidate's architecture, value by gene name.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        build: Makes the network anew, on torch's default device, with weights that are drawn
            from torch's global state; under ``torch.device("meta")`` it takes no memory.
        get_cost: Counts the network; ``cost`` is what it gives.
        get_model: Makes the initialised network; ``model`` is what it gives.
        get_exits: Counts the exits; ``exits`` is what it gives. Left out, there is one.
    """

    architecture: Mapping[str, Any]
    input_shape: tuple[int, ...]
    build: Callable[[], nn.Module]
    get_cost: Callable[[], Cost]
    get_model: Callable[[], nn.Module]
    get_exits: Callable[[], Exits] | None = None

    @cached_property
    def cost(self) -> Cost:
        """FLOPs, parameters and operations of one forward pass of one input, counted once."""
        return self.get_cost()

    @cached_property
    def exits(self) -> Exits:
        """FLOPs of every exit, counted once."""
        return self.get_exits() if self.get_exits else Exits.single(float(self.cost.flops))

    @cached_property
    def model(self) -> nn.Module:
        """The network as initialised, on the device, whatever the candidate's seed.

        Other providers are given the same one, so it must be left as it was.
        """
        return self.get_model()


@dataclass(frozen=True)
class Context:
    """What surrounds a network while its metrics are measured.

    Attributes:
        info: The data set in numbers, as the proxy training sees it.
        whole: The data set in numbers, as the trainings of a network's life see it.
        epochs: How many passes over the training images a proxy training makes.
        assumptions: Everything that the carbon model assumes.
        device: Where networks are trained, and where ``model`` and ``batch`` lie.
        seed: The candidate's own seed, for what must be drawn.
        get_batch: Reads the minibatch; ``batch`` is what it gives.
        latency: What metrics of latency go by.
    """

    info: DataInfo
    whole: DataInfo
    epochs: int
    assumptions: Assumptions
    device: torch.device
    seed: int
    get_batch: Callable[[], tuple[Tensor, Tensor]]
    latency: LatencyWays = field(default_factory=LatencyWays)

    @cached_property
    def batch(self) -> tuple[Tensor, Tensor]:
        """A few training images and their labels, the same for all networks.

        The images are normalised, ``(n, channels, size, size)``, the labels ``(n,)``.
        """
        return self.get_batch()


@runtime_checkable
class MetricProvider(Protocol):
    """Tells metrics of networks that take no training.

    Any class with these two words is one. A problem makes it without arguments where it is
    named as a class.
    """

    @property
    def metrics(self) -> Sequence[Metric]:
        """What the provider offers; a class attribute will do.

        Each is counted or hinted; or ``trained`` where it takes no training either but is
        measured by a clock or a meter, so that the next time it is another.
        """

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Measure one network.

        Args:
            network: The candidate; look only at what is needed, for a counted metric must not
                make the weights.
            context: The data set, the training to come, and the assumptions.
            wanted: Names of the provider's metrics; at least these must be in the answer.

        Returns:
            Value by metric name, in natural units. Equal arguments give equal answers, but for
            what a clock or a meter tells. Whatever is raised, and a value that is no finite
            number, is the failure of this candidate.
        """


def offered(
    own: Sequence[Metric], providers: Sequence[MetricProvider], *, problem: str
) -> tuple[Metric, ...]:
    """All metrics of a problem and its providers, in this order.

    Args:
        own: The metrics that the problem has without its providers.
        providers: The providers that offer more metrics.
        problem: What an error calls the problem.

    Raises:
        ValueError: Something is no provider, offers a name that somebody else offers, or a
            metric for the final front alone.
    """
    found = {metric.name: (metric, problem) for metric in own}
    for provider in providers:
        who = type(provider).__name__
        if isinstance(provider, type) or not isinstance(provider, MetricProvider):
            raise ValueError(
                f"providers of {problem}: found {provider!r}; expected an object with "
                "'metrics' and 'measure', such as PeakMemory()"
            )
        for metric in provider.metrics:
            if not isinstance(metric, Metric) or metric.when == "final":
                raise ValueError(
                    f"{who} offers {metric!r}; expected an evonas.Metric with when='counted', "
                    "'hinted' or, where a clock or a meter tells it, 'trained'"
                )
            if metric.name in found:
                raise ValueError(
                    f"{who} offers metric {metric.name!r}, which {found[metric.name][1]} has "
                    "already; rename one of them"
                )
            found[metric.name] = metric, who
    return tuple(metric for metric, _ in found.values())


def are_same(one: object, other: object) -> bool:
    """Whether two providers are of one class and offer the same.

    Args:
        one: A provider.
        other: What may be one as well.
    """
    if type(one) is not type(other):
        return False
    return [*getattr(one, "metrics", ())] == [*getattr(other, "metrics", ())]


def asked(providers: Sequence[MetricProvider], wanted: Collection[str]) -> set[str]:
    """Which metrics of providers are to be measured: with a counted one all that are counted.

    With one that a clock or a meter tells, all that its provider has from it.

    Args:
        providers: The providers of a problem.
        wanted: Names of metrics, of any kind.
    """
    metrics = [metric for provider in providers for metric in provider.metrics]
    counted = {metric.name for metric in metrics if metric.when == "counted"}
    names = {metric.name for metric in metrics}.intersection(wanted)
    for provider in providers:
        told = {metric.name for metric in provider.metrics if metric.when == "trained"}
        names |= set() if told.isdisjoint(wanted) else told
    return names if names.isdisjoint(counted) else names | counted


def measured_by(
    providers: Sequence[MetricProvider],
    network: Network,
    context: Context,
    *,
    wanted: Collection[str],
) -> dict[str, float]:
    """The wanted metrics of a network, by those providers that offer them.

    Raises:
        MetricError: A provider leaves a wanted metric out, or answers with what is no finite
            number.
        Exception: Whatever a provider raises.
    """
    found: dict[str, float] = {}
    for provider in providers:
        names = [metric.name for metric in provider.metrics if metric.name in wanted]
        if names:
            answer = checked(provider.measure(network, context, wanted=names), names)
            found |= {name: answer[name] for name in names}
    return found
