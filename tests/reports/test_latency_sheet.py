import csv
import io
import json

import pytest
from torch import nn

from evonas.hardware.devices import DEVICES
from evonas.hardware.measured import Measured
from evonas.hardware.target_times import target_times
from evonas.hardware.targets import Target
from evonas.networks.layers import layer_table
from evonas.reports.latency_sheet import WAY_COLUMNS, Known, LatencySheet, time_text


def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


TABLE = layer_table(network, (1, 8, 8))
TARGETS = (Target(DEVICES["v100"]), Target(DEVICES["a100"], batch=32))
MODELLED = tuple(
    target_times([layer.operations for layer in TABLE.layers], target) for target in TARGETS
)
KNOWN = (
    Known("analysis", "v100", 1, 2e-5, 1e-5, 4e-5, "the model"),
    Known("measurement", "here", 1, 0.00123, how="as it says"),
)
SHEET = LatencySheet("mine", TABLE, KNOWN, MODELLED, (Measured.of([1e-5]),) * 3, ("A note.",))


def test_the_ways_are_named_with_their_ranges():
    lines = SHEET.lines()
    assert lines[0].startswith("mine, one input of 1x8x8: 1,490 parameters, 5,472 FLOPs, 3 lay")
    assert lines[2].split() == list(WAY_COLUMNS[0].split()) + list(WAY_COLUMNS[1:])
    assert " ".join(lines[3].split()) == "analysis v100 1 20 us 10 us 40 us the model"
    assert " ".join(lines[4].split()) == "measurement here 1 1.23 ms - - as it says"
    assert lines[-1] == "A note."


def test_each_layer_has_a_time_a_share_and_a_bound_on_every_target():
    conv, *_, total = SHEET.rows()
    assert len(SHEET.rows()) == 4
    assert SHEET.columns[5:] == (
        *("v100 [us]", "share", "bound by", "a100:b32 [us]", "share", "bound by"),
        "measured here [us]",
    )
    assert conv[:3] == ["0", "Conv2d 3x3", "4x6x6"]
    assert conv[7] == "launch"
    assert total[0] == "(all layers)"
    assert total[6] == "100.0 %"
    assert float(total[-1]) == pytest.approx(30)


def test_the_csv_file_holds_seconds():
    head, conv, *rest = csv.reader(io.StringIO(SHEET.to_csv()))
    assert head[5:] == [
        *("v100 [s]", "v100 bound by", "a100:b32 [s]", "a100:b32 bound by"),
        "measured here [s]",
    ]
    assert len(rest) == 2
    assert float(conv[5]) == MODELLED[0].parts[0].seconds
    assert float(conv[-1]) == 1e-5


def test_the_json_object_holds_what_the_tables_do():
    found = json.loads(SHEET.to_json())
    assert [each["way"] for each in found["latencies"]] == ["analysis", "measurement"]
    assert found["layers"][0]["modelled"]["v100"]["bound"] == "launch"
    shares = [layer["modelled"]["a100:b32"]["share"] for layer in found["layers"]]
    assert sum(shares) == pytest.approx(1)
    assert found["layers"][2]["measured_s"] == 1e-5


def test_without_measured_layers_there_is_no_column():
    sheet = LatencySheet("mine", TABLE, KNOWN[:1], MODELLED[:1])
    assert sheet.columns[-1] == "bound by"
    assert str(sheet).splitlines()[-1].startswith("(all layers)")
    assert repr(sheet) == "<LatencySheet of mine: analysis>"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (2.0, "2 s"), (0.0123, "12.3 ms"), (4.56e-6, "4.56 us"), (1e-9, "0.001 us")],
)
def test_a_time_has_the_unit_that_suits_it(seconds, text):
    assert time_text(seconds) == text
