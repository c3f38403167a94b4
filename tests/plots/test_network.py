import re

import pytest
import torchvision.models
from torch import nn

from evonas.networks.cells import CellNetwork
from evonas.networks.layers import layer_table
from evonas.plots.network import BOX, GAP, MOST_RANKS, arranged, boxes_of, draw_network

MATRIX = [[0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
NETWORKS = {
    "resnet": (torchvision.models.resnet18, 64),
    "cells": (lambda: CellNetwork(MATRIX, ["conv3x3", "maxpool3x3"]), 16),
    "fires": (torchvision.models.squeezenet1_1, 64),
    "deep": (torchvision.models.mobilenet_v2, 64),
    "one": (lambda: nn.Conv2d(3, 4, 3), 8),
    "none": (lambda: nn.Identity(), 8),
}


@pytest.fixture(params=NETWORKS)
def network(request):
    build, side = NETWORKS[request.param]
    return layer_table(build, (3, side, side))


def test_every_layer_stands_in_one_box_below_all_that_feeds_it(network):
    boxes = arranged(boxes_of(network))
    shown = [layer for box in boxes for layer in box.layers]
    assert sorted(map(repr, shown)) == sorted(map(repr, network.layers))
    for box in boxes:
        assert all(boxes[source].rank < box.rank for source in box.sources)
        assert all(boxes[source].column <= box.column for source in box.sources)


def test_no_two_boxes_stand_in_one_place(network):
    boxes = arranged(boxes_of(network))
    places = [(box.rank, box.lane) for box in boxes]
    assert len(set(places)) == len(places)


def test_columns_are_of_bearable_height(network):
    boxes = arranged(boxes_of(network))
    for column in {box.column for box in boxes}:
        ranks = {box.rank for box in boxes if box.column == column}
        assert len(ranks) <= MOST_RANKS + 5


def test_norms_and_activations_stand_with_what_they_follow_and_sums_do_not():
    boxes = boxes_of(layer_table(torchvision.models.resnet18, (3, 64, 64)))
    told = [box.text().splitlines()[0] for box in boxes]
    times = "\N{MULTIPLICATION SIGN}"
    assert told[0] == "input 3x64x64"
    assert told[1] == f"Conv 7{times}7 /2 · BN · ReLU"
    assert told[5] == "add · ReLU"
    assert len(boxes[5].sources) == 2
    assert boxes[1].text().splitlines()[1] == f"64{times}32{times}32, 9.54k weights"


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_is_drawn(tmp_path, suffix):
    out = tmp_path / f"net{suffix}"
    draw_network(layer_table(*_cells()), out=out, title="a cell")
    assert out.stat().st_size > 5_000


def _cells():
    build, side = NETWORKS["cells"]
    return build, (3, side, side)


def test_the_words_of_an_svg_are_text(tmp_path):
    draw_network(layer_table(*_cells()), out=tmp_path / "net.svg", title="the title of it")
    words = re.findall(r"<text[^>]*>([^<]+)<", (tmp_path / "net.svg").read_text())
    assert "the title of it" in words
    assert "input 3x16x16" in words
    assert any(word.startswith("MaxPool") for word in words)
    assert "convolution" in words


def test_equal_networks_give_equal_pictures(tmp_path):
    for name in ("a", "b"):
        draw_network(layer_table(*_cells()), out=tmp_path / f"{name}.svg", title="same")
    a, b = ((tmp_path / f"{name}.svg").read_text() for name in ("a", "b"))
    dated = re.compile(r"<dc:date>.*?</dc:date>")
    assert dated.sub("", a) == dated.sub("", b)


def test_the_text_of_a_box_fits_into_it():
    assert BOX[0] * 72 / (0.6 * 8.5) > len("Conv 11x11 /2 · BN · Hardsigmoid")
    assert min(GAP) > 0.2
