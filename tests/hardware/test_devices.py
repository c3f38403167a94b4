import csv
import re
from dataclasses import replace
from importlib import resources

import pytest
from sample_networks import NOT_A_SHARE, NOT_POSITIVE, NOT_ZERO_OR_MORE, message, refused

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import energy_kwh
from evonas.hardware.devices import (
    CORE_W,
    DEVICES,
    JOULES_PER_BYTE,
    KERNEL_OVERHEAD_SECONDS,
    V100,
    WINOGRAD_SAVING,
    Device,
    recognise,
)

ROWS = list(
    csv.DictReader(
        resources.files("evonas.hardware")
        .joinpath("devices.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
)


def test_the_v100_is_that_of_its_data_sheet():
    assert (V100.tdp_w, V100.peak_flops_per_s) == (300, 15.7e12)  # NVIDIA 2017, SXM2
    assert (V100.bandwidth_bytes_per_s, V100.precision) == (900e9, "fp32")
    assert V100.joules_per_byte == 31e-12  # HBM2, O'Connor et al. 2017
    assert V100.source == (
        "NVIDIA V100 data sheet, SXM2, 2017; idle share and kernel overhead assumed"
    )


def test_a_core_of_the_host_draws_its_share():
    assert pytest.approx(45 / 6) == CORE_W  # i7-10750H: 45 W, six cores


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_row_of_the_table_is_a_device_in_base_units(row):
    device = DEVICES[row["name"]]
    assert device.peak_flops_per_s == pytest.approx(1e9 * float(row["peak [GFLOP/s]"]))
    assert device.bandwidth_bytes_per_s == pytest.approx(1e9 * float(row["bandwidth [GB/s]"]))
    assert device.kernel_overhead_seconds == KERNEL_OVERHEAD_SECONDS[row["kind"]]
    assert device.joules_per_byte == JOULES_PER_BYTE[row["memory"]]
    assert device.has_host == (row["kind"] == "gpu")
    assert re.search(r"\b(19|20)\d\d\b", device.source)


def test_only_graphics_cards_in_single_precision_save_by_winograd():
    savers = {name for name, device in DEVICES.items() if device.conv3x3_saving > 1}
    assert "v100" in savers
    for name in savers:
        assert DEVICES[name].conv3x3_saving == WINOGRAD_SAVING
        assert DEVICES[name].has_host
        assert DEVICES[name].precision == "fp32"


def test_the_table_names_no_device_twice_and_cannot_be_written_to():
    assert len(DEVICES) == len(ROWS) >= 15
    with pytest.raises(TypeError, match="does not support item assignment"):
        DEVICES["mine"] = V100


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_a_device_is_recognised_by_its_own_name(name):
    assert recognise(f"Some {name.upper()}") == DEVICES[name]


@pytest.mark.parametrize(
    ("name", "value", "interval"),
    [
        *refused("(0, inf)", NOT_POSITIVE, "tdp_w", "peak_flops_per_s"),
        *refused("(0, inf)", NOT_POSITIVE, "bandwidth_bytes_per_s"),
        *refused("[0, 1]", NOT_A_SHARE, "idle_share"),
        *refused("[0, inf)", NOT_ZERO_OR_MORE, "kernel_overhead_seconds"),
    ],
)
def test_an_impossible_device_is_refused(name, value, interval):
    with pytest.raises(
        ValueError, match=message("Device", name, value, interval, "hardware.devices")
    ):
        replace(V100, **{name: value})


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Tesla V100-SXM2-16GB", "v100"),
        ("Tesla V100-PCIE-32GB", "v100-pcie"),
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("NVIDIA H200", "h200"),
        ("NVIDIA GeForce RTX 3090", "rtx-3090"),
        ("Quadro RTX 6000", "quadro-rtx-6000"),
    ],
)
def test_a_device_is_recognised_by_what_its_driver_says(words, name):
    assert recognise(words) == DEVICES[name]


def test_a_device_that_is_not_listed_is_not_recognised():
    assert recognise("Voodoo 2") is None
    assert recognise("") is None


def test_a_saving_below_one_is_refused():
    expected = message("Device", "conv3x3_saving", 0.5, "[1, inf)", "hardware.devices")
    with pytest.raises(ValueError, match=expected):
        replace(V100, conv3x3_saving=0.5)


def test_a_device_of_which_a_user_says_no_more_is_a_card_in_a_host():
    """Fu et al. 2021 charge every card with its host; only who says so is spared it."""
    device = Device("mine", 100.0, 1e12, "fp32", 1e11)
    assert device.has_host
    assert device.conv3x3_saving == 1.0  # no arithmetic is left out that nobody vouches for
    life = Assumptions(device=device, pue=1.0, host_w=50.0)
    idle = energy_kwh(seconds=3600, flops=0.0, assumptions=life)
    assert idle == pytest.approx((device.idle_share * 100 + 50) / 1000)
