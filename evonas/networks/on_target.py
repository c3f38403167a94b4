"""Metrics of networks where they will live: time, energy and memory on any listed device."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from evonas.hardware.devices import V100
from evonas.hardware.roofline import Cost
from evonas.hardware.target_metrics import metric_of, target_of
from evonas.hardware.targets import Pass, Target, forward_pass
from evonas.networks.memory import model_bytes, peak_bytes
from evonas.networks.metrics import Context, Network

_OF_A_PASS = ("latency", "energy", "throughput")


class OnTarget:
    """Latency, energy, throughput, memory and size of a network on targets, by the model.

    Nothing is timed: a pass is modelled from the operations that were counted.

    Args:
        names: The metrics that are offered, such as ``latency@raspberry-pi-4`` and
            ``energy@a100:bf16:b32``.
        default: The target of a name without ``@``.

    Attributes:
        metrics: The metrics, in the order of the names.

    Raises:
        ValueError: There is no such metric, or a target cannot be read.
    """

    def __init__(self, names: Sequence[str], default: Target | None = None) -> None:
        default = default or Target(V100)
        self.metrics = tuple(metric_of(name, default) for name in names)
        self._places = {name: (_word(name), target_of(name, default)) for name in names}

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Price the operations that were counted, with one modelled pass for each target."""
        cost, passes = network.cost, dict[Target, Pass]()
        found = {}
        for name in wanted:
            word, target = self._places[name]
            if word in _OF_A_PASS and target not in passes:
                passes[target] = forward_pass(cost.operations, target)
            found[name] = _value(word, cost, target, passes.get(target))
        return found


def _value(word: str, cost: Cost, target: Target, spent: Pass | None) -> float:
    if word == "memory":
        return float(peak_bytes(cost, target))
    if word == "model_size":
        return float(model_bytes(cost, target))
    assert spent is not None
    if word == "latency":
        return spent.seconds
    if word == "energy":
        return spent.joules / target.batch
    return target.batch / spent.seconds


def _word(name: str) -> str:
    return name.partition("@")[0]
