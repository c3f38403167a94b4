import json
import re
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from sample_networks import (
    NOT_A_SHARE,
    NOT_ONE_OR_MORE,
    NOT_ZERO_OR_MORE,
    dense,
    lives,
    message,
    refused,
)

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.grids import GRIDS, own_grid
from evonas.carbon.model import banded, price
from evonas.hardware.devices import DEVICES, V100, Device
from evonas.hardware.roofline import Operation


def test_assumptions_survive_json_with_their_device():
    printed = json.loads(json.dumps(Assumptions(utilisation=0.3).as_dict()))
    assert printed["time_source"] == "roofline"
    assert printed["utilisation"] == 0.3
    assert printed["grid"]["intensity_g_per_kwh"] == 475.0  # IEA 2019
    assert Device(**printed["device"]) == V100


def test_a_source_is_printed_for_a_default_and_not_for_the_users_own_number():
    described = Assumptions(grid=own_grid(30.0), host_w=30.0).as_dict()
    sources = described["sources"]
    assert described["grid"]["source"] == sources["host_w"] == "the user"
    assert sources["pue"] == "Uptime Institute 2020, as in Fu et al. 2021"
    assert sources.keys() <= vars(Assumptions()).keys()


def test_assumptions_do_not_change_under_a_search():
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'pue'"):
        Assumptions().pue = 1.0


@pytest.mark.parametrize(
    ("name", "value", "interval"),
    [
        *refused("(0, 1]", (0.0, *NOT_A_SHARE), "utilisation"),
        *refused("[0, inf)", NOT_ZERO_OR_MORE, "host_w"),
        *refused("[0, inf)", NOT_ZERO_OR_MORE, "trainings", "inferences"),
        *refused("[1, inf)", NOT_ONE_OR_MORE, "pue", "epochs", "training_batch", "released"),
        *refused("[1, inf)", NOT_ONE_OR_MORE, "inference_batch", "accelerators"),
    ],
)
def test_an_impossible_assumption_is_refused(name, value, interval):
    with pytest.raises(ValueError, match=message("Assumptions", name, value, interval)):
        Assumptions(**{name: value})


def test_the_ends_of_the_closed_ranges_are_accepted():
    life = Assumptions(utilisation=1.0, host_w=0, pue=1.0, grid=own_grid(0), trainings=0)
    assert life.pue == 1.0
    assert replace(V100, idle_share=0.0, kernel_overhead_seconds=0).idle_share == 0.0
    assert replace(V100, idle_share=1.0).idle_share == 1.0


def test_the_default_device_is_a_v100_found_by_its_name():
    assert Assumptions().device is V100 is DEVICES["v100"]
    assert all(device.name == name for name, device in DEVICES.items())


def energies(life):
    found = price(
        [dense(64, size=32, kernel=3)], n_train=100, n_validation=10, assumptions=life
    )
    return [found.training_kg, found.inference_kg]


@given(lives)
def test_the_central_value_lies_within_its_band(life):
    for band in banded(energies, life):
        assert band.low <= band.central * (1 + 1e-9)
        assert band.central <= band.high * (1 + 1e-9)


def test_a_default_is_uncertain_and_a_number_of_the_users_own_is_not():
    wide = Assumptions()
    assert wide.at("low").pue == 1.1
    assert wide.at("high").grid.intensity_g_per_kwh == pytest.approx(1.25 * 475)
    assert wide.at("high").device.idle_share == 0.4
    own = Assumptions(
        device=replace(V100, name="mine"),
        grid=own_grid(30.0),
        pue=1.2,
        host_w=5,
        utilisation=0.4,
    )
    assert replace(own.at("low"), end="central") == own
    assert replace(own.at("high"), end="central") == own
    band = banded(energies, own)[0]
    assert band.low < band.central < band.high  # what kernels reach is uncertain still


def test_bounds_of_the_users_own_are_used_and_told():
    life = Assumptions(pue=1.2, trainings=10, bounds=(("pue", 1.1, 1.4), ("trainings", 5, 99)))
    assert (life.at("low").pue, life.at("high").pue) == (1.1, 1.4)
    assert (life.at("low").trainings, life.at("high").trainings) == (5, 99)
    assert life.as_dict()["bounds"]["trainings"] == [5, 99]


def test_bounds_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"Assumptions.pue must be in \[1, inf\), got 0.5"):
        Assumptions(bounds=(("pue", 0.5, 1.4),))


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="unknown model 'magic'; choose from physical, fu2021"):
        Assumptions(model="magic")


def test_a_time_says_where_it_comes_from():
    assert Assumptions().time_source == "roofline"
    assert Assumptions(training_hours=3).time_source == "fixed"
    assert Assumptions(model="fu2021").time_source == "fixed"


def test_every_listed_device_and_grid_has_a_source_with_a_year():
    assert len(DEVICES) >= 15
    assert len(GRIDS) > 250
    for listed in (*DEVICES.values(), *GRIDS.values()):
        assert re.search(r"\b(19|20)\d\d\b", listed.source), listed
    assert {"world", "epa_avert_2021", "usa", "us-ca", "fra"} <= set(GRIDS)


def test_all_assumptions_of_our_own_err_as_far_as_they_are_said_to():
    """Ours, and as printed: a change of one is a change of every band that was published."""
    low, high = Assumptions().at("low"), Assumptions().at("high")
    assert (low.end, high.end) == ("low", "high")
    assert (low.host_w, high.host_w) == (20.0, 120.0)
    assert (low.pue, high.pue) == (1.1, 2.0)
    assert (low.device.idle_share, high.device.idle_share) == (0.1, 0.4)
    assert low.intensity_g_per_kwh == pytest.approx(0.75 * 475)
    told = Assumptions().as_dict()["bounds"]
    assert told["host_w"] == [20.0, 120.0]
    assert told["intensity_g_per_kwh"] == pytest.approx([356.25, 593.75])


def test_a_training_of_the_defaults_is_250_epochs_in_batches_of_128():
    """Of one operation that is nothing but overhead: steps and passes times a second."""
    device = replace(V100, name="mine", kernel_overhead_seconds=1.0)
    found = price(
        [Operation(0, 0, 0)],
        n_train=1280,
        n_validation=128,
        assumptions=Assumptions(device=device),
    )
    assert found.training_seconds == pytest.approx(250 * (3 * 10 + 1))
    assert Assumptions().trainings == 50  # Fu et al. 2021, section 2.1
    assert Assumptions().inferences == 1e6


def test_a_number_format_that_the_device_lacks_is_refused():
    with pytest.raises(ValueError, match="v100 has no bf16; choose from fp32, fp16"):
        Assumptions(precision="bf16")
    with pytest.raises(ValueError, match="unknown runtime 'tpu'; choose from eager"):
        Assumptions(runtime="tpu")


def test_a_network_is_trained_in_the_format_that_is_the_devices_own():
    assert Assumptions().number_format == "fp32"
    assert Assumptions(device=DEVICES["a100"]).number_format == "tf32"  # as PyTorch does
    assert Assumptions(device=DEVICES["a100"], precision="bf16").number_format == "bf16"
