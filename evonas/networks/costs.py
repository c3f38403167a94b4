"""Metrics that follow from counting a network: its size, its trainings, its carbon."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from evonas.carbon import model as carbon
from evonas.carbon.assumptions import Assumptions
from evonas.carbon.spend import training_flops
from evonas.data.published import DataInfo
from evonas.hardware.roofline import Cost, Operation
from evonas.networks.exits import exit_names
from evonas.networks.metrics import Context, Network
from evonas.objectives import (
    CO2,
    CO2_INFERENCE,
    CO2_TRAINING,
    FLOPS,
    FPO,
    MACS,
    PARAMS,
    Metric,
)


class Count:
    """FLOPs, multiply-accumulates and parameters of one pass, and FLOPs of the training."""

    metrics = (FLOPS, MACS, PARAMS, FPO)

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Count the network, without making its weights."""
        cost = network.cost
        return {
            "flops": float(cost.flops),
            "macs": float(cost.macs),
            "params": float(cost.params),
            "fpo": proxy_flops(cost, context.info, epochs=context.epochs),
        }


class ExitFlops:
    """FLOPs of the answer of each exit, where no other one answers.

    A network with fewer exits has its last one stand for those that it lacks.

    Args:
        n_exits: How many exits a network of the space has at most.

    Attributes:
        metrics: ``first_flops``, and ``flops_1`` to ``flops_k``.
    """

    def __init__(self, n_exits: int) -> None:
        self._names = exit_names("flops", n_exits)
        first = Metric("first_flops", "FLOP", "FLOPs of the first exit", +1, when="counted")
        each = (
            Metric(name, "FLOP", f"FLOPs of exit {k}", +1, when="counted")
            for k, name in enumerate(self._names, start=1)
        )
        self.metrics = (first, *each)

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Count every exit, without making weights."""
        flops = network.exits.alone
        each = {name: flops[min(k, len(flops) - 1)] for k, name in enumerate(self._names)}
        return {"first_flops": flops[0], **each}


class Carbon:
    """CO2e of a network's life by the model of ``evonas.carbon``, whole and in two parts."""

    metrics = (CO2, CO2_TRAINING, CO2_INFERENCE)

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Price the operations that were counted."""
        price = priced(network.cost, context.whole, context.assumptions)
        lifetime = carbon.lifetime(price, context.assumptions)
        return {
            "co2": lifetime.total_kg,
            "co2_training": lifetime.training_kg,
            "co2_inference": lifetime.inference_kg,
        }


def proxy_flops(cost: Cost, info: DataInfo, *, epochs: int) -> float:
    """FLOPs of some epochs of a proxy training, judged on the validation part after each.

    Args:
        cost: What one forward pass of one image costs.
        info: The data set in numbers, as the training sees it.
        epochs: How many passes over the training part there are.
    """
    return training_flops(
        cost.flops,
        n_train=info.n_train,
        n_validation=info.n_validation,
        epochs=epochs,
        evaluations=epochs,
    )


def co2_shares(
    parts: Sequence[Sequence[Operation]], whole: DataInfo, assumptions: Assumptions
) -> tuple[float, ...]:
    """What each part of a network adds to the CO2e of its life, as a share of all of them.

    Args:
        parts: The operations of each part.
        whole: The data set in numbers, as a real training sees it.
        assumptions: Everything about the network's life that its architecture does not say.

    Returns:
        Shares that sum to 1, of what a part adds to a network without any; all 0 where nothing
        adds anything.
    """
    lives = [
        carbon.lifetime(
            carbon.price(
                operations,
                n_train=whole.n_train,
                n_validation=whole.n_validation,
                assumptions=assumptions,
            ),
            assumptions,
        ).total_kg
        for operations in ((), *parts)
    ]
    added = [kg - lives[0] for kg in lives[1:]]
    total = math.fsum(added)
    return tuple(kg / total if total > 0 else 0.0 for kg in added)


def priced(cost: Cost, whole: DataInfo, assumptions: Assumptions) -> carbon.Price:
    """What one real training and one inference of a network cost.

    Args:
        cost: What one forward pass of one image costs.
        whole: The data set in numbers, as a real training sees it.
        assumptions: Everything about the network's life that its architecture does not say.
    """
    return carbon.price(
        cost.operations,
        n_train=whole.n_train,
        n_validation=whole.n_validation,
        assumptions=assumptions,
    )
