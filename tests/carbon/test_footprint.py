import math
from dataclasses import replace

import pytest
from hypothesis import given
from sample_networks import ROUND, ROUND_LIFE, dense, fitted, lives, operation_lists

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.footprint import IMAGENET, assumption_lines, compare, footprint
from evonas.carbon.grids import GRIDS, own_grid
from evonas.carbon.model import lifetime, price
from evonas.hardware.devices import DEVICES, V100
from evonas.hardware.roofline import Calibration, Cost, Operation


def footprint_of(channels, life, **given):
    operation = dense(channels, size=32, kernel=3)
    cost = Cost(operation.flops, channels**2 * 9, (operation,))
    return footprint("mine", cost, life, n_images=(100, 10), **given)


@given(lives, operation_lists)
def test_it_is_the_price_and_the_lifetime_of_the_model_with_bands_around_them(life, network):
    found = footprint("mine", Cost(0, 0, tuple(network)), life, n_images=(100, 10))
    own = price(network, n_train=100, n_validation=10, assumptions=life)
    assert found.price == own
    assert found.lifetime == lifetime(own, life)
    assert found.training_kg.central == own.training_kg
    assert found.inference_g.central == 1000 * own.inference_kg
    assert found.total_kg.central == found.lifetime.total_kg
    for band in (found.training_kg, found.inference_g, found.total_kg):
        assert band.low <= band.central * (1 + 1e-9)
        assert band.central <= band.high * (1 + 1e-9)


def round_footprint(**device):
    """Of a network of one operation, on a device of round numbers, in a life of them."""
    life = replace(ROUND_LIFE, device=replace(ROUND, **device))
    network = (Operation(flops=100, activation_bytes=10, weight_bytes=100),)
    return footprint("mine", Cost(100, 25, network), life, n_images=(4, 2), search_kwh=2.0)


@pytest.mark.parametrize(
    ("device", "training_j", "inference_j"),
    [
        # Two inputs are busy for 4 s, and 5 s pass. A step takes 3.1 times as much and 15 s for
        # 25 weights: six steps and three passes are busy for 176.4 s, and 197.4 s pass. One
        # input is busy for 110 / 47.5 s, and 1 s more passes. 2 x 5 W x (t + t_busy).
        ({"has_host": False}, 10 * (197.4 + 176.4), 10 * (1 + 220 / 47.5)),
        # A host of 1 W adds 2 x t.
        ({}, 10 * (197.4 + 176.4) + 2 * 197.4, 10 * (1 + 220 / 47.5) + 2 * (1 + 110 / 47.5)),
    ],
)
def test_prices_with_and_without_a_host_reckoned_by_hand(device, training_j, inference_j):
    found = round_footprint(**device)  # 360 g/kWh are 1e-7 kg/J
    row = found.row()
    assert row["one training [s]"] == pytest.approx(197.4)
    assert row["one inference [s]"] == pytest.approx(1 + 110 / 47.5)
    assert row["one training [kWh]"] == pytest.approx(training_j / 3.6e6)
    assert row["one inference [kWh]"] == pytest.approx(inference_j / 3.6e6)
    assert row["co2_training [kg]"] == pytest.approx(10 * training_j * 1e-7)
    assert row["co2_inference [kg]"] == pytest.approx(1e6 * inference_j * 1e-7)
    assert row["co2_search [kg]"] == pytest.approx(2.0 * 0.36 / 4)
    assert found.training_kg.central == pytest.approx(training_j * 1e-7)
    assert found.inference_g.central == pytest.approx(1000 * inference_j * 1e-7)


def test_imagenet_has_so_many_images():
    assert IMAGENET == (1_281_167, 50_000)


def test_the_search_counts_in_the_total_and_in_nothing_else():
    life = Assumptions(grid=own_grid(500.0), released=4)
    without, found = footprint_of(32, life), footprint_of(32, life, search_kwh=8.0)
    assert found.lifetime.search_kg == pytest.approx(8.0 * 0.5 / 4)
    assert found.total_kg.central == pytest.approx(without.total_kg.central + 1.0)
    assert (found.training_kg, found.inference_g) == (without.training_kg, without.inference_g)


def test_a_row_says_all_of_it_with_units_in_the_names():
    found = footprint_of(32, Assumptions(), search_kwh=8.0)
    row = found.row()
    assert row["flops [FLOP]"] == found.cost.flops == 2 * 32**2 * 32**2 * 9
    assert row["params"] == 32**2 * 9
    assert row["one training [kWh]"] == found.price.training_kwh
    assert row["one training [s]"] == found.price.training_seconds
    assert row["one inference [kWh]"] == found.price.inference_kwh
    assert row["one inference [s]"] == found.price.inference_seconds
    parts = [row[f"co2_{part} [kg]"] for part in ("training", "inference", "search")]
    assert sum(parts) == pytest.approx(row["co2_total [kg]"])
    ends = row["co2_total low [kg]"], row["co2_total high [kg]"]
    assert ends == (found.total_kg.low, found.total_kg.high)


def test_a_search_has_paid_for_itself_when_savings_reach_its_cost():
    life = Assumptions(released=2)
    ours, theirs = (footprint_of(n, life, search_kwh=3.0) for n in (32, 64))
    found = compare(ours, theirs)
    saved = found.trainings * (theirs.price.training_kg - ours.price.training_kg)
    assert saved == pytest.approx(found.search_kg) == pytest.approx(3.0 * 0.475 / 2)
    saved = found.inferences * (theirs.price.inference_kg - ours.price.inference_kg)
    assert saved == pytest.approx(found.search_kg)
    assert compare(theirs, ours).trainings == compare(theirs, ours).inferences == math.inf


def test_all_that_is_assumed_is_said_with_its_source():
    said = "\n".join(assumption_lines(Assumptions(), n_images=IMAGENET))
    assert "model physical; time of a training: roofline" in said
    assert "device v100: 300 W, 15.7 TFLOP/s fp32, 900 GB/s (NVIDIA V100 data sheet" in said
    assert "grid world: 475 g/kWh (IEA" in said
    assert "PUE 1.59 (Uptime Institute 2020, as in Fu et al. 2021); host 45 W (TDP of" in said
    assert "50 trainings" in said
    assert "of 250 epochs (Fu et al. 2021) with 1,281,167 images, 128 at a time; " in said
    assert "1,000,000 inferences (our assumption), 1 at a time, eager" in said
    assert "low and high: what kernels reach and take, host_w 20 to 120, pue 1.1 to 2" in said


def test_what_the_user_said_is_told_as_the_users_and_is_certain():
    life = Assumptions(
        device=replace(V100, name="mine", has_host=False, source="the user"),
        grid=own_grid(30.0),
        pue=1.2,
        host_w=5.0,
        utilisation=0.4,
        training_hours=3.0,
        training_images=7,
    )
    said = "\n".join(assumption_lines(life, n_images=IMAGENET))
    assert "time of a training: fixed (3 h)" in said
    assert "PUE 1.2 (the user); host in the device" in said
    assert "with 7 images" in said
    assert said.endswith("low and high: what kernels reach and take")


def test_a_calibration_says_where_when_and_how_well():
    model = fitted(constant=1.0)
    here = Calibration("a core", "2026-01-01", "toy", training=model, inference=model)
    said = assumption_lines(Assumptions(calibration=here), n_images=IMAGENET)
    assert (
        "calibrated on a core, 2026-01-01, networks of toy; R2 on held-out networks: training "
        "0.900, inference 0.900 (torch)"
    ) in said


def test_the_published_equations_say_what_they_take_and_what_they_do_not_read():
    theirs = Assumptions(model="fu2021", grid=GRIDS["epa_avert_2021"])
    lines = "\n".join(assumption_lines(theirs, n_images=(100, 10)))
    assert "an index, and not an energy; 250 h, theirs for a network that was searched" in lines
    assert "0.1994 W per GFLOP/s together; no PUE, no inference" in lines
    assert "707 g/kWh" in lines
    assert "not read" not in lines
    assert "nothing is uncertain" in lines

    device = DEVICES["a100"]
    mixed = replace(theirs, device=device, inferences=5.0, training_hours=3.0)
    lines = "\n".join(assumption_lines(mixed, n_images=(100, 10)))
    assert "an energy; 3 h a training" in lines
    assert "not read: device a100, inferences 5" in lines
