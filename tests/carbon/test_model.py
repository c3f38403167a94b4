import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_networks import (
    ROUND_LIFE,
    dense,
    depthwise,
    lives,
    operation_lists,
    operations,
    priced,
)

from evonas.carbon import fu2021
from evonas.carbon.assumptions import Assumptions
from evonas.carbon.grids import GRIDS
from evonas.carbon.model import (
    Band,
    Lifetime,
    Price,
    break_even,
    energy_kwh,
    lifetime,
    price,
    search_energy_kwh,
)
from evonas.hardware.devices import V100
from evonas.hardware.roofline import Calibration, Operation, TimeModel
from evonas.hardware.targets import Target, forward_pass
from evonas.hardware.time_constants import constant
from evonas.pareto.dominance import front

RESNET50_TRAINING_FLOPS = 7.3026519e18


@pytest.mark.parametrize(
    ("idle_share", "busy_share", "rate", "expected_kwh"),
    [  # ResNet-50 on ImageNet: 7.3026519e18 FLOP at 15.7 TFLOP/s and 300 W, by hand
        (0.0, 1.0, 1.0, 38.7614220),
        (0.2, 1.0, 1.0, 38.7614220),
        (1.0, 1.0, 1.0, 38.7614220),
        (0.2, 0.5, 0.5, 46.5137064),  # at full rate for half of the time
        (0.2, 1.0, 0.5, 77.5228439),  # at half rate all the time, which draws all the power
        (1.0, 0.5, 0.5, 77.5228439),
    ],
)
def test_energy_of_a_resnet50_training(idle_share, busy_share, rate, expected_kwh):
    assumptions = Assumptions(device=replace(V100, idle_share=idle_share), pue=1, host_w=0)
    seconds = RESNET50_TRAINING_FLOPS / (V100.peak_flops_per_s * rate)
    energy = energy_kwh(
        seconds=seconds, busy_seconds=busy_share * seconds, assumptions=assumptions
    )
    assert energy == pytest.approx(expected_kwh, abs=1e-6)


@given(hours=st.floats(0, 1e5), busy=st.floats(0, 1))
def test_a_device_that_idles_at_full_power_is_equation_1(hours, busy):
    assumptions = Assumptions(device=replace(V100, idle_share=1.0))
    seconds = 3600 * hours
    energy = energy_kwh(seconds=seconds, busy_seconds=busy * seconds, assumptions=assumptions)
    assert 1000 * energy == pytest.approx(fu2021.search_energy_wh(hours))


@given(seconds=st.floats(0, 1e9))
def test_a_device_that_idles_for_nothing_pays_for_being_busy_alone(seconds):
    assumptions = Assumptions(device=replace(V100, idle_share=0.0), pue=1, host_w=0)
    energy = energy_kwh(seconds=seconds, busy_seconds=3600, assumptions=assumptions)
    assert energy == pytest.approx(0.3)  # one hour at 300 W


@given(lives, st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_energy_never_falls_with_time_or_work(assumptions, t1, t2, b1, b2):
    less = energy_kwh(seconds=min(t1, t2), busy_seconds=min(b1, b2), assumptions=assumptions)
    more = energy_kwh(seconds=max(t1, t2), busy_seconds=max(b1, b2), assumptions=assumptions)
    assert less <= more


def test_a_search_on_one_core_for_one_hour():
    assert search_energy_kwh(3600) == pytest.approx(0.011925)  # 1.59 x 45 W / 6 x 1 h


def test_a_search_that_holds_a_v100_and_a_whole_host_is_equation_1():
    hold = 3600 * 1200
    energy = search_energy_kwh(hold, accelerator_seconds=hold, accelerator_w=300, core_w=45)
    assert fu2021.kg(1000 * energy) == pytest.approx(465.38982)  # as 1,200 GPU hours above


def test_no_operations_take_no_time_and_cost_nothing():
    assert forward_pass([], Target(V100)).seconds == 0
    assert priced([]) == Lifetime(training_kg=0, inference_kg=0, search_kg=0)


def modelled(network, batch):
    return forward_pass(network, Target(V100, batch=batch)).seconds


def test_fewer_flops_can_take_longer():
    one_dense = [dense(64, size=32, kernel=3)]
    one_depthwise = [depthwise(2048, size=32, kernel=3)]
    assert one_depthwise[0].flops < one_dense[0].flops
    for batch in (8, 128):  # one input alone waits for the host in either network
        assert modelled(one_depthwise, batch) > modelled(one_dense, batch)
    assert priced(one_depthwise).total_kg > priced(one_dense).total_kg


def test_equal_flops_with_other_bytes_cost_other_co2():
    one_dense = dense(64, size=32, kernel=3)
    one_depthwise = depthwise(64**2, size=32, kernel=3)
    assert one_dense.flops == one_depthwise.flops
    assert priced([one_depthwise]).total_kg > 2 * priced([one_dense]).total_kg


def test_equal_flops_and_bytes_in_more_kernels_cost_more_co2():
    whole = Operation(2e6, 4e4, 8e3)
    half = Operation(1e6, 2e4, 4e3)
    assert priced([half, half]).inference_kg > priced([whole]).inference_kg


def test_a_lifetime_reckoned_by_hand():
    network = [Operation(flops=100, activation_bytes=10, weight_bytes=100)]
    found = price(network, n_train=4, n_validation=2, assumptions=ROUND_LIFE)
    parts = lifetime(found, ROUND_LIFE, search_kwh=2.0)
    # A batch of 2 is busy for 4 s and takes 5 s. A step is busy for 3.1 times as long and 15 s
    # for the update of 25 weights, 30 bytes each; it has two overheads more of 1 s.
    assert constant("backward") == 2.1
    assert constant("optimiser.bytes") == 30
    busy, seconds = 6 * (3.1 * 4 + 15) + 3 * 4, 6 * (3.1 * 4 + 15 + 3) + 3 * 5
    # 2 x (0.5 x 10 W x t + 0.5 x 10 W x t_busy + 1 W x t) in J; 1e-7 kg per J.
    assert parts.training_kg == pytest.approx(10 * 2e-7 * (6 * seconds + 5 * busy))
    # One input takes max(2 s, 110 / 47.5 s) + 1 s.
    busy = 110 / (50 * constant("bandwidth.move"))
    assert parts.inference_kg == pytest.approx(1e6 * 2e-7 * (6 * (busy + 1) + 5 * busy))
    assert parts.search_kg == pytest.approx(2.0 * 0.360 / 4)


def test_the_total_is_the_sum_of_the_parts():
    assert Lifetime(training_kg=1.0, inference_kg=2.0, search_kg=4.0).total_kg == 7.0


@given(lives, operation_lists, st.floats(0, 1e6))
def test_a_network_that_nobody_adopts_costs_its_search_alone(life, network, search_kwh):
    unused = replace(life, trainings=0, inferences=0)
    parts = priced(network, unused, search_kwh=search_kwh)
    search_kg = search_kwh * life.intensity_g_per_kwh / 1000 / life.released
    assert parts.training_kg == parts.inference_kg == 0
    assert parts.total_kg == parts.search_kg == pytest.approx(search_kg)


@given(lives, operation_lists, operations)
def test_another_operation_never_saves_co2(life, network, extra):
    before, after = priced(network, life), priced([*network, extra], life)
    assert after.training_kg >= before.training_kg
    assert after.inference_kg >= before.inference_kg


@given(lives, operation_lists)
def test_each_part_follows_its_own_adoption(life, network):
    once = priced(network, life, search_kwh=1.0)
    more = replace(life, trainings=2 * life.trainings, inferences=3 * life.inferences)
    often = priced(network, more, search_kwh=1.0)
    assert often.training_kg == pytest.approx(2 * once.training_kg)
    assert often.inference_kg == pytest.approx(3 * once.inference_kg)
    assert often.search_kg == once.search_kg


candidates = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=1)


@pytest.mark.parametrize(
    "co2_kg",
    [
        pytest.param(
            lambda f: fu2021.lifetime_kg(f, gpu_hours=250, citations=73_000), id="c*f"
        ),
        pytest.param(
            lambda f: fu2021.lifetime_kg(f, gpu_hours=66 * f, citations=73_000), id="c*f^2"
        ),
        pytest.param(
            lambda f: fu2021.lifetime_kg(f, gpu_hours=250, citations=1) + 465.4, id="c*f+const"
        ),
    ],
)
@given(points=candidates)
def test_co2_that_follows_from_flops_leaves_the_front_as_it_was(co2_kg, points):
    error_and_flops = np.array(points, dtype=float)  # (n, 2)
    third = np.array([co2_kg(flops) for _, flops in points])
    with_co2 = np.column_stack([error_and_flops, third])  # (n, 3)
    assert (front(with_co2) == front(error_and_flops)).all()


def test_co2_from_operations_puts_other_networks_on_the_front():
    networks = [[depthwise(2048, size=32, kernel=3)], [dense(64, size=32, kernel=3)]]
    error_and_flops = np.array([[10.0, networks[0][0].flops], [10.0, networks[1][0].flops]])
    third = np.array([priced(network).total_kg for network in networks])
    assert front(error_and_flops).tolist() == [True, False]
    assert front(np.column_stack([error_and_flops, third])).tolist() == [True, True]


def test_the_published_equations_may_price_a_network():
    """ResNet-50 of Fu et al. 2021, Table 1: an index of 325.88 t, and no inference."""
    life = Assumptions(
        model="fu2021",
        grid=GRIDS["epa_avert_2021"],
        training_hours=fu2021.RESNET_GPU_HOURS,
        trainings=3.65e6,
    )
    parts = priced([Operation(2 * 3.8e9, 0, 0)], life)
    assert parts.training_kg / 1000 == pytest.approx(325.88373, abs=5e-6)
    assert parts.inference_kg == 0


def test_by_the_published_equations_co2_is_flops_times_a_constant():
    life = Assumptions(model="fu2021")
    small, large = ([dense(n, size=32, kernel=3)] for n in (16, 64))
    ratio = priced(large, life).total_kg / priced(small, life).total_kg
    assert ratio == pytest.approx(large[0].flops / small[0].flops)


STATIC = replace(V100, idle_share=1.0, joules_per_byte=0.0)


def test_hours_that_are_stated_leave_no_information_in_time():
    life = Assumptions(training_hours=100.0, device=STATIC)
    small, large = ([dense(n, size=32, kernel=3)] for n in (16, 64))
    assert priced(small, life).training_kg == pytest.approx(priced(large, life).training_kg)
    hour = energy_kwh(seconds=3600, busy_seconds=0, assumptions=life)
    expected = 100 * hour * life.trainings * life.intensity_g_per_kwh / 1000
    assert priced(small, life).training_kg == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "expected_kwh"), [("cpu", 1.0), ("gpu", 0.0)])
def test_bytes_cost_energy_where_the_memory_is_outside_of_the_device(kind, expected_kwh):
    device = replace(V100, joules_per_byte=1e-9, kind=kind)
    life = Assumptions(device=device, pue=1.0, host_w=0)
    energy = energy_kwh(seconds=0, busy_seconds=0, n_bytes=3.6e15, assumptions=life)
    assert energy == pytest.approx(expected_kwh)


def test_a_calibrated_life_takes_its_times_from_the_calibration():
    calibration = Calibration(
        "here", "2026-01-01", "toy", training=timed(8.0), inference=timed(2.0)
    )
    life = replace(ROUND_LIFE, calibration=calibration)
    found = price([Operation(100, 10, 100)], n_train=4, n_validation=2, assumptions=life)
    # A batch of 2 takes 8 s to learn from and 2 s to judge: (4 x 4 s + 2 x 1 s) x 3 epochs.
    assert found.training_seconds == pytest.approx(54.0)
    assert found.inference_seconds == 2.0


def test_a_calibration_without_trainings_leaves_their_time_to_the_roofline():
    calibration = Calibration("here", "2026-01-01", "toy", training=None, inference=timed(2.0))
    life = replace(ROUND_LIFE, calibration=calibration, validation_images=0)
    uncalibrated = replace(life, calibration=None)
    assert life.time_source == uncalibrated.time_source == "roofline"
    ours, theirs = (
        price([Operation(100, 10, 100)], n_train=4, n_validation=0, assumptions=each)
        for each in (life, uncalibrated)
    )
    assert ours.training_seconds == theirs.training_seconds
    assert ours.inference_seconds == 2.0 != theirs.inference_seconds
    assert life.at("low").calibration.training is None


def timed(seconds):
    coefficients = (("constant", seconds),)
    return TimeModel(coefficients, 2, 8, 4, r2=1.0, spearman=1.0, relative_error=0.0)


@given(st.floats(0, 1e6), st.floats(1e-9, 1e3), st.floats(1e-9, 1e3))
def test_a_search_breaks_even_where_both_lines_meet(search_kg, ours_kg, theirs_kg):
    n = break_even(search_kg, ours_kg=ours_kg, theirs_kg=theirs_kg)
    if ours_kg < theirs_kg:
        assert search_kg + n * ours_kg == pytest.approx(n * theirs_kg)
    else:
        assert n == math.inf


def test_a_band_is_told_with_three_digits():
    assert str(Band(12.345, 1234.5, 123456.0)) == "1,234 (12.3 to 123,456)"


def test_energy_of_memory_is_that_of_all_bytes_of_training_and_validation():
    """A device that draws nothing but for its memory: a joule a byte, PUE 2."""
    device = replace(
        V100, name="mine", tdp_w=1e-30, joules_per_byte=1.0, has_host=False, kind="cpu"
    )
    life = replace(ROUND_LIFE, device=device)
    found = price(
        [Operation(0, activation_bytes=10, weight_bytes=100)],
        n_train=4,
        n_validation=2,
        assumptions=life,
    )
    # In batches of two, an input moves 10 + 100 / 2 bytes, and in training 3.1 times as many;
    # six steps update 25 weights.
    n_bytes = (3.1 * 4 + 2) * 3 * 60 + 6 * 25 * 30
    assert found.training_kwh == pytest.approx(2 * n_bytes / 3.6e6)
    assert found.inference_kwh == pytest.approx(2 * 110 / 3.6e6)


def test_hours_of_the_users_own_are_the_time_of_a_training():
    life = Assumptions(training_hours=3.0)
    for model in ("physical", "fu2021"):
        found = price(
            [dense(8, size=8, kernel=3)],
            n_train=4,
            n_validation=2,
            assumptions=replace(life, model=model),
        )
        assert found.training_seconds == 3 * 3600.0
    idle = price([], n_train=0, n_validation=0, assumptions=life)
    expected = 1.59 * 3 * (0.2 * 300 + 45) / 1000  # of a V100 that waits, and its host
    assert idle.training_kwh == pytest.approx(expected)


def test_the_hours_of_work_bear_the_making_of_the_device():
    bare = Price(2.0, 7200.0, 1.0, 3600.0, 0.5)
    made = Price(2.0, 7200.0, 1.0, 3600.0, 0.5, made_kg_per_hour=0.01)
    assert made.training_kg - bare.training_kg == pytest.approx(2 * 0.01)
    assert made.inference_kg - bare.inference_kg == pytest.approx(0.01)


def trained_on(n, **told):
    life = replace(ROUND_LIFE, accelerators=n, **told)
    network = [Operation(100, 10, 100)]
    return price(network, n_train=40, n_validation=0, assumptions=life)


def test_accelerators_together_are_faster_and_take_no_less_energy():
    alone, together = trained_on(1), trained_on(8)
    kept = constant("parallel")
    assert together.training_seconds == pytest.approx(alone.training_seconds / (8 * kept))
    device_alone, device_together = (trained_on(n, host_w=0.0) for n in (1, 8))
    assert device_together.training_kwh > device_alone.training_kwh
    assert together.inference_kwh == alone.inference_kwh


def test_hours_of_several_accelerators_are_those_of_each():
    one, two = (trained_on(n, training_hours=1e3, host_w=0.0, pue=1.0) for n in (1, 2))
    assert one.training_seconds == two.training_seconds == 3.6e6
    more = 0.5 * 10 * 3.6e6 / 3.6e6  # of a second device that mostly waits
    assert two.training_kwh - one.training_kwh == pytest.approx(more)


def test_the_making_of_every_accelerator_counts():
    found = trained_on(8, embodied_g_per_hour=1000.0)
    plain = trained_on(8)
    more = found.training_kg - plain.training_kg
    assert more == pytest.approx(8 * found.training_seconds / 3600)


def test_inputs_in_a_batch_share_its_overheads():
    alone, in_batch = (
        price([Operation(100, 10, 100)], n_train=0, n_validation=0, assumptions=life)
        for life in (ROUND_LIFE, replace(ROUND_LIFE, inference_batch=8))
    )
    assert in_batch.inference_seconds < alone.inference_seconds
    assert in_batch.inference_kwh < alone.inference_kwh


def test_half_of_the_bytes_are_priced_in_16_bits():
    network = [Operation(0, 1e9, 0)]
    whole, half = (
        price(network, n_train=0, n_validation=0, assumptions=Assumptions(precision=word))
        for word in ("fp32", "fp16")
    )
    assert half.inference_seconds < 0.51 * whole.inference_seconds
