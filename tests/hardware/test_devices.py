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
    FORMATS,
    HOSTED,
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
        "NVIDIA V100 data sheet, SXM2, 16 GB, 2017; idle share and kernel overhead assumed"
    )


def test_a_core_of_the_host_draws_its_share():
    assert pytest.approx(45 / 6) == CORE_W  # i7-10750H: 45 W, six cores


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_row_of_the_table_is_a_device_in_base_units(row):
    device = DEVICES[row["name"]]
    for name in FORMATS:
        cell = row[f"{name} [{'GOP' if name == 'int8' else 'GFLOP'}/s]"]
        assert device.rates.get(name, 0.0) == pytest.approx(1e9 * float(cell or 0))
    assert device.precision == row["precision"] in device.rates
    assert device.kind == row["kind"]
    assert device.bandwidth_bytes_per_s == pytest.approx(1e9 * float(row["bandwidth [GB/s]"]))
    assert device.kernel_overhead_seconds == KERNEL_OVERHEAD_SECONDS[row["kind"]]
    assert device.joules_per_byte == JOULES_PER_BYTE[row["memory"]]
    assert device.has_host == (row["kind"] in HOSTED)
    assert re.search(r"\b(19|20)\d\d\b", device.source)


def test_only_graphics_cards_in_single_precision_save_by_winograd():
    savers = {name for name, device in DEVICES.items() if device.conv3x3_saving > 1}
    assert "v100" in savers
    for name in savers:
        assert DEVICES[name].conv3x3_saving == WINOGRAD_SAVING
        assert DEVICES[name].has_host
        assert DEVICES[name].precision == "fp32"


def test_the_table_names_no_device_twice_and_cannot_be_written_to():
    assert len(DEVICES) == len(ROWS) >= 45
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
        ("NVIDIA A100-SXM4-40GB", "a100-40gb"),
        ("NVIDIA A100 80GB PCIe", "a100-pcie"),
        ("NVIDIA GeForce RTX 2080 Ti", "rtx-2080-ti"),
        ("NVIDIA GeForce RTX 5090", "rtx-5090"),
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
    idle = energy_kwh(seconds=3600, busy_seconds=0.0, assumptions=life)
    assert idle == pytest.approx((device.idle_share * 100 + 50) / 1000)


@pytest.mark.parametrize("name", ["a100", "a100-tf32", "h100", "h100-tf32"])
def test_names_of_old_runs_stay_valid_and_compute_as_pytorch_does_by_default(name):
    """cuDNN's convolutions may use tf32, unless a user forbids it."""
    assert DEVICES[name].precision == "tf32"


def test_the_a100_has_the_rates_of_its_data_sheet_in_every_format():
    a100 = DEVICES["a100"]  # NVIDIA A100 80GB data sheet, 2021, without sparsity
    assert a100.rates == {
        **{"fp32": 19.5e12, "tf32": 156e12, "fp16": 312e12, "bf16": 312e12, "int8": 624e12}
    }
    assert (a100.memory_bytes, a100.tdp_w) == (80e9, 400)


def test_a_microcontroller_holds_activations_in_sram_and_weights_in_flash():
    f746 = DEVICES["stm32f7"]  # STMicroelectronics, STM32F746xG: 320 KB of SRAM, 1 MB of flash
    assert (f746.memory_bytes, f746.flash_bytes) == (320 * 1024, 1024 * 1024)
    assert sum(device.kind == "mcu" for device in DEVICES.values()) >= 3
    assert all((d.flash_bytes is not None) == (d.kind == "mcu") for d in DEVICES.values())


def test_no_device_computes_faster_in_a_wider_format():
    for device in DEVICES.values():
        rates = [device.rates[name] for name in FORMATS if name in device.rates]
        assert rates == sorted(rates), device.name


def test_a_device_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown kind of device 'dog'; choose from gpu, "):
        replace(V100, kind="dog")


@pytest.mark.parametrize("name", ["memory_bytes", "flash_bytes"])
def test_a_device_without_any_memory_is_refused(name):
    expected = message("Device", name, 0, "(0, inf)", "hardware.devices")
    with pytest.raises(ValueError, match=expected):
        replace(V100, **{name: 0})
