"""Providers are asked for what is wanted, and told of the problem."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from evonas.networks.costs import Count
from evonas.networks.layout import FAST, PLAIN
from evonas.objectives import Metric
from evonas.problem import Settings
from evonas.training.proxies import n_hinting
from evonas.training.recipe import Recipe
from evonas.training.rehearsal import first_batch
from evonas.training.untrained import untrained

from .stripes import CPU, stripes

DATASET = stripes()
COST = SimpleNamespace(flops=100, macs=50, params=7)
MODEL = nn.Identity()


class Batch:
    """Tells how large the minibatch is, and of the seed."""

    metrics = (Metric("batch", "", "images", 1, when="hinted"),)

    def measure(self, network, context, *, wanted):
        images, labels = context.batch
        assert len(images) == len(labels)
        assert torch.is_floating_point(images)
        return {"batch": float(len(images)) + context.seed}


PROBLEM = SimpleNamespace(
    providers=(Count(), Batch()),
    info=DATASET.info,
    whole=DATASET.info,
    recipe=Recipe(epochs=1),
    settings=Settings(),
    device=CPU,
)


def measured(*wanted: str, get_dataset=lambda: DATASET, model=MODEL) -> dict[str, float]:
    network = SimpleNamespace(cost=COST, model=model)
    return untrained(PROBLEM, network, wanted=wanted, seed=5, get_dataset=get_dataset)


def test_images_are_read_only_where_a_provider_looks_at_them():
    assert measured("acc", get_dataset=None) == {}
    counted = measured("flops", get_dataset=None)
    assert set(counted) == {"flops", "macs", "params", "fpo"}
    assert measured("batch") == {"batch": n_hinting((1, 8, 8)) + 5.0}


@pytest.mark.parametrize(
    ("model", "layout"), [(MODEL, FAST), (nn.Conv2d(4, 8, 1, stride=2), PLAIN)]
)
def test_images_lie_as_the_network_bears_it(monkeypatch, model, layout):
    seen = []

    def noting(*given, layout, **words):
        seen.append(layout)
        return first_batch(*given, layout=layout, **words)

    monkeypatch.setattr("evonas.training.untrained.first_batch", noting)
    measured("batch", model=model)
    assert seen == [layout]
