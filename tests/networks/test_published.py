import math

import pytest

from evonas.networks.published import (
    NEWER,
    RESNETS,
    Published,
    Step,
    best_for_their_flops,
    published_networks,
    unlisted_networks,
)
from evonas.networks.zoo import count_network


@pytest.fixture(scope="module")
def zoo():
    return published_networks()


def network(name, top1, flops):
    return Published(name, top1, 1000, flops, 224)


def test_the_whole_zoo_is_there_from_the_oldest_to_the_newest_without_a_download(zoo):
    by_name = {each.name: each for each in zoo}
    assert len(zoo) > 70
    assert {"alexnet", "vit_l_16", "convnext_large", "swin_v2_b", *RESNETS} <= by_name.keys()
    assert [each.flops for each in zoo] == sorted(each.flops for each in zoo)
    assert {*unlisted_networks()} == {"regnet_y_128gf", "vit_h_14"}  # of more data alone


def test_accuracies_and_parameters_are_those_that_torchvision_tells(zoo):
    resnet = next(each for each in zoo if each.name == "resnet50")  # of its model card
    assert (resnet.top1, resnet.params, resnet.side) == (76.13, 25_557_032, 224)
    assert resnet.flops == pytest.approx(8.178e9)
    newer = {each.name: each.top1 for each in published_networks(NEWER)}
    assert newer["resnet50"] == 80.858
    assert "alexnet" not in newer


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "mobilenet_v2", "vit_b_16"])
def test_what_is_published_and_what_we_count_are_the_same_but_for_rounding(zoo, name):
    published = next(each for each in zoo if each.name == name)
    cost = count_network(f"torchvision.models:{name}", (3, published.side, published.side))
    assert cost.params == published.params
    assert cost.flops == pytest.approx(published.flops, rel=2e-3)


def test_the_best_are_those_that_nothing_as_cheap_beats():
    cheap, poor, good, dear = (
        network("cheap", 60.0, 1e9),
        network("poor", 59.0, 2e9),
        network("good", 70.0, 3e9),
        network("dear", 70.0, 4e9),
    )
    assert best_for_their_flops([dear, good, poor, cheap]) == [cheap, good]
    assert best_for_their_flops([]) == []


def test_a_step_says_what_a_point_more_takes():
    step = Step.between(network("a", 60.0, 1e9), network("b", 62.0, 4e9))
    assert step == Step(points=2.0, flops_per_point=1.5e9, points_per_doubling=1.0)
    worse = Step.between(network("a", 60.0, 1e9), network("b", 59.0, 2e9))
    assert (worse.flops_per_point, worse.points_per_doubling) == (math.inf, -1.0)
