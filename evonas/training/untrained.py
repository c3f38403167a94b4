"""What the providers of a problem tell of one network without training it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

import torch

from evonas.data.dataset import Dataset
from evonas.data.published import DataInfo
from evonas.networks.layout import FAST, PLAIN, first_layout, in_first_layout
from evonas.networks.metrics import Context, MetricProvider, Network, asked, measured_by
from evonas.problem import Settings
from evonas.training.device import reproducible
from evonas.training.proxies import n_hinting
from evonas.training.recipe import Recipe
from evonas.training.rehearsal import first_batch


class Provided(Protocol):
    """The part of a problem of networks that providers are told of."""

    providers: tuple[MetricProvider, ...]
    info: DataInfo
    whole: DataInfo
    recipe: Recipe
    settings: Settings
    device: torch.device


def by_clock(
    problem: Provided, network: Network, *, wanted: Collection[str], seed: int
) -> dict[str, float]:
    """The wanted metrics that a clock or a meter tells, however briefly one trains.

    Args:
        problem: The problem of the network.
        network: The candidate's network.
        wanted: Names of metrics, of any kind.
        seed: The candidate's own seed, for what must be drawn.
    """
    told = {m.name for p in problem.providers for m in p.metrics if m.when == "trained"}

    def no_images() -> Dataset:
        raise ValueError("a metric that a clock or a meter tells is given no images")

    names = told.intersection(wanted)
    return untrained(problem, network, wanted=names, seed=seed, get_dataset=no_images)


def untrained(
    problem: Provided,
    network: Network,
    *,
    wanted: Collection[str],
    seed: int,
    get_dataset: Callable[[], Dataset],
) -> dict[str, float]:
    """The wanted metrics of the providers, and with one that is counted all that are.

    Args:
        problem: The problem of the network.
        network: The candidate's network.
        wanted: Names of metrics, of any kind.
        seed: The candidate's own seed, for what must be drawn.
        get_dataset: Reads the data set, where a provider looks at some of it.

    Raises:
        MetricError: A provider leaves a wanted metric out, or answers with what is no finite
            number.
    """
    names = asked(problem.providers, wanted)
    if not names:
        return {}

    n_images = n_hinting(problem.info.shape)

    def measured(layout: torch.memory_format) -> dict[str, float]:
        context = Context(
            info=problem.info,
            whole=problem.whole,
            epochs=problem.recipe.epochs,
            assumptions=problem.settings.carbon,
            device=problem.device,
            seed=seed,
            get_batch=lambda: first_batch(
                get_dataset(),
                n_images,
                device=problem.device,
                layout=layout if first_layout(network.model) == FAST else PLAIN,
            ),
            latency=problem.settings.latency,
        )
        return measured_by(problem.providers, network, context, wanted=names)

    with reproducible():
        return in_first_layout(measured)
