import base64
import re
from dataclasses import replace

import pytest
from torch import nn

from evonas.networks.layers import layer_table
from evonas.networks.receptive_field import ReceptiveField
from evonas.reports.sheet import DataSheet, seen


@pytest.fixture
def sheet():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(36, 2))
    table = layer_table(lambda: net, (3, 8, 8))
    return DataSheet(
        id="bcdfgh",
        problem="mine",
        genome=(1, 0),
        architecture={"width": 4, "kernels": (1, 3)},
        active=("width",),
        run="first",
        metrics={"acc": 91.25},
        columns={"acc": "acc [%]"},
        network=table,
        shares=(0.5, 0.25, 0.25),
        notes=("A note.",),
    )


def test_a_sheet_says_all_of_it(sheet):
    assert str(sheet).splitlines() == [
        "Architecture bcdfgh of run first, problem mine",
        "Genome 1-0",
        "",
        "gene   value",
        "width  4",
        "... and 1 more, which make no difference to this network",
        "",
        "measured",
        "acc [%]   91.25",
        "",
        "For one input of 3x8x8: 186 parameters, 1,044 MACs, 2,088 FLOPs, 2,096 "
        "bytes moved, 3 layers",
        "In memory: 912 bytes of activations at most, in 0, and 744 bytes of weights",
        "",
        "layer  operator                output  params  FLOPs  bytes  alive  sees     CO2",
        "0      Conv2d 3x3, stride 2x2   4x3x3     112  1,944  1,360    912   3x3  50.0 %",
        "1      ReLU                     4x3x3       0      0    288    144   3x3  25.0 %",
        "3      Linear                       2      74    144    448    152   all  25.0 %",
        "",
        "A note.",
    ]


def test_a_sheet_without_a_network_has_the_same_keys(sheet):
    bare = DataSheet("bcdfgh", "mine", (1,), {"width": 4}, None)
    assert bare.as_dict().keys() == sheet.as_dict().keys()
    assert bare.as_dict()["layers"] == []
    assert bare.as_dict()["active"] is None
    assert "width  4" in str(bare)


def test_json_tells_each_layer(sheet):
    told = sheet.as_dict()
    assert told["architecture"] == {"width": 4, "kernels": [1, 3]}
    first, _, last = told["layers"]
    assert first == {
        "name": "0",
        "kind": "Conv2d",
        "detail": "3x3, stride 2x2",
        "output": [4, 3, 3],
        "params": 112,
        "macs": 972.0,
        "flops": 1944.0,
        "bytes": 4.0 * (3 * 64 + 112 + 36),
        "activations_alive": 3 * 64 + 36,
        "receptive_field": [3, 3],
        "co2_share": 0.5,
        "sources": [-1],
    }
    assert (last["receptive_field"], last["sources"]) == ("all", [1])
    assert (told["peak_activations"], told["weights"]) == (3 * 64 + 36, 112 + 74)


def test_a_peak_is_named_by_the_layer_where_it_is(sheet):
    views = layer_table(nn.Flatten, (3, 8, 8))
    assert "768 bytes of activations at most, before the first layer, and 0 bytes" in str(
        replace(sheet, network=views, shares=())
    )
    counted = replace(sheet.network.cost, tensors=None)
    silent = replace(sheet, network=replace(sheet.network, cost=counted))
    assert "In memory" not in str(silent)
    assert silent.as_dict()["peak_activations"] is None


def test_a_receptive_field_in_words():
    field = ReceptiveField((3, 5), (1, 1), (8, 8))
    assert (seen(field), seen(field.everything()), seen(None)) == ("3x5", "all", "-")


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_sheet_draws_its_network(sheet, tmp_path, suffix):
    sheet.draw(tmp_path / f"net{suffix}")
    assert (tmp_path / f"net{suffix}").stat().st_size > 3000


def test_a_sheet_is_named_in_one_line(sheet):
    assert repr(sheet) == (
        "<DataSheet of architecture bcdfgh of run first, problem mine, 3 layers>"
    )
    bare = DataSheet("bcdfgh", "mine", (1,), {"width": 4}, None)
    assert repr(bare) == "<DataSheet of architecture bcdfgh, problem mine>"


def test_a_notebook_shows_all_of_it_with_a_picture_and_nothing_taken_for_html(sheet):
    shown = replace(sheet, problem="<b>mine</b>", notes=("<i>",))._repr_html_()
    (content,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', shown)
    assert b"<svg" in base64.b64decode(content)
    assert "problem &lt;b&gt;mine&lt;/b&gt;" in shown
    assert "<p>&lt;i&gt;</p>" in shown
    assert "<td>acc [%]</td><td>91.25</td>" in shown
    assert "... and 1 more, which make no difference to this network" in shown
    assert "<td>1,944</td><td>1,360</td><td>912</td><td>3x3</td><td>50.0 %</td>" in shown
    assert "<p>In memory: 912 bytes of activations at most, in 0, and 744 bytes" in shown
    assert re.findall(r"<summary>(\w+)</summary>", shown) == ["Genes", "Layers", "Picture"]


def test_a_notebook_shows_a_sheet_without_a_network_as_well(sheet):
    bare = replace(sheet, network=None, shares=())._repr_html_()
    assert re.findall(r"<summary>(\w+)</summary>", bare) == ["Genes"]
    assert "<img" not in bare
