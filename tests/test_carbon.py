import json
import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas import fu2021
from evonas.carbon import (
    DEVICES,
    V100,
    Assumptions,
    Device,
    Lifetime,
    Operation,
    energy_kwh,
    lifetime,
    roofline_seconds,
    search_energy_kwh,
)
from evonas.front import front

RESNET_GPU_HOURS = 250 * 40 / 60  # Fu et al. 2021, 2.1: 250 epochs of 40 minutes
NAS_GPU_HOURS = 250 * 60 / 60  # Fu et al. 2021, 2.1: 250 epochs of 60 minutes
RESNET50_GFLOPS = 3.8  # He et al. 2016, Table 1
RESNET50_TRAINING_FLOPS = 7.3026519e18
ROUND = Device(
    name="round",
    tdp_w=10.0,
    peak_flops_per_s=100.0,
    precision="fp32",
    bandwidth_bytes_per_s=50.0,
    idle_share=0.5,
    kernel_overhead_seconds=1.0,
    source="numbers to reckon with in the head",
)
ROUND_LIFE = Assumptions(
    device=ROUND,
    utilisation=0.5,
    host_w=1.0,
    pue=2.0,
    intensity_g_per_kwh=360.0,
    trainings=10,
    inferences=1_000_000,
    epochs=3,
    training_batch=2,
    released=4,
)

amounts = st.floats(0, 1e12)
operations = st.builds(Operation, amounts, amounts, amounts)
operation_lists = st.lists(operations, max_size=5)
lives = st.builds(
    Assumptions,
    device=st.builds(
        replace,
        st.just(V100),
        idle_share=st.floats(0, 1),
        kernel_overhead_seconds=st.floats(0, 1e-3),
    ),
    utilisation=st.floats(0.01, 1),
    host_w=st.floats(0, 1000),
    pue=st.floats(1, 3),
    intensity_g_per_kwh=st.floats(0, 1000),
    trainings=st.integers(0, 10**6),
    inferences=st.integers(0, 10**9),
    epochs=st.integers(1, 1000),
    training_batch=st.integers(1, 1024),
    released=st.integers(1, 100),
)


def dense(channels, *, size, kernel):
    """A convolution that mixes all channels, in fp32."""
    flops = 2 * size**2 * channels**2 * kernel**2
    return Operation(flops, 2 * 4 * size**2 * channels, 4 * channels**2 * kernel**2)


def depthwise(channels, *, size, kernel):
    """A convolution that mixes no channels, in fp32."""
    flops = 2 * size**2 * channels * kernel**2
    return Operation(flops, 2 * 4 * size**2 * channels, 4 * channels * kernel**2)


def priced(network, assumptions=None, *, search_kwh=0.0):
    return lifetime(
        network,
        n_train=50_000,
        n_validation=10_000,
        assumptions=assumptions or Assumptions(),
        search_kwh=search_kwh,
    )


def test_one_gpu_hour_by_equations_1_and_2():
    assert fu2021.search_energy_wh(1) == pytest.approx(548.55)  # 1.59 x (300 + 45)
    assert fu2021.kg(548.55) == pytest.approx(0.38782485)  # x 0.707e-3


def test_twelve_hundred_gpu_hours_by_equations_1_and_2():
    assert fu2021.kg(fu2021.search_energy_wh(1200)) == pytest.approx(465.38982)


def test_equation_1_takes_other_hardware():
    assert fu2021.search_energy_wh(2, gpu_w=250, cpu_w=50, pue=1.0) == 600


def test_the_factor_of_equation_2_is_kilograms_per_watt_hour():
    assert fu2021.kg(1) == pytest.approx(0.707e-3)  # Fu et al. 2021, Eq. 2
    assert fu2021.kg(1000) == pytest.approx(fu2021.EPA_MARGINAL_G_PER_KWH / 1000)


def test_watts_per_gflops_are_mostly_the_hosts():
    host, both = 45 / 249.6, fu2021.WATT_PER_GFLOPS  # i7-10750H; and V100, 300 / 15,700
    assert both == pytest.approx(0.1993967, abs=5e-8)
    assert host / both == pytest.approx(0.90, abs=0.005)


def test_one_resnet_training_by_equation_3():
    energy_wh = fu2021.training_energy_wh(RESNET50_GFLOPS, gpu_hours=RESNET_GPU_HOURS)
    assert energy_wh == pytest.approx(126.2846, abs=5e-5)
    assert fu2021.kg(energy_wh) == pytest.approx(0.08928321, abs=5e-9)


def test_equation_3_takes_other_watts_per_gflops():
    assert fu2021.training_energy_wh(3, gpu_hours=5, watt_per_gflops=0.2) == pytest.approx(3.0)


def test_all_resnet_trainings_by_equation_3():
    lifetime_kg = fu2021.lifetime_kg(
        RESNET50_GFLOPS, gpu_hours=RESNET_GPU_HOURS, citations=73_000
    )
    assert lifetime_kg / 1000 == pytest.approx(325.88373, abs=5e-6)  # 3.65e6 trainings
    assert lifetime_kg / 1000 == pytest.approx(326.6, rel=0.003)  # Fu et al. 2021, Table 1


def test_equations_1_and_3_are_724_times_apart_for_one_training():
    by_eq_1 = fu2021.search_energy_wh(RESNET_GPU_HOURS)
    by_eq_3 = fu2021.training_energy_wh(RESNET50_GFLOPS, gpu_hours=RESNET_GPU_HOURS)
    assert by_eq_1 == pytest.approx(91_425)
    assert by_eq_1 / by_eq_3 == pytest.approx(723.96, abs=0.005)


def test_a_search_breaks_even_at_very_different_times_by_equations_1_and_3():
    search_kg = fu2021.kg(fu2021.search_energy_wh(1200))  # Once-for-all: 1,200 GPU hours
    by_eq_1 = fu2021.kg(fu2021.search_energy_wh(NAS_GPU_HOURS))
    by_eq_3 = fu2021.kg(fu2021.training_energy_wh(0.23, gpu_hours=NAS_GPU_HOURS))  # 230 M
    assert search_kg / by_eq_1 == pytest.approx(4.8)
    assert math.ceil(search_kg / by_eq_3) == 57_414


@pytest.mark.parametrize(
    ("idle_share", "utilisation", "expected_kwh"),
    [  # ResNet-50 on ImageNet: 7.3026519e18 FLOP at 15.7 TFLOP/s and 300 W, by hand
        (0.0, 1.0, 38.7614220),
        (0.2, 1.0, 38.7614220),
        (1.0, 1.0, 38.7614220),
        (0.2, 0.5, 46.5137064),
        (1.0, 0.5, 77.5228439),
    ],
)
def test_energy_of_a_resnet50_training(idle_share, utilisation, expected_kwh):
    assumptions = Assumptions(device=replace(V100, idle_share=idle_share), pue=1, host_w=0)
    seconds = RESNET50_TRAINING_FLOPS / (V100.peak_flops_per_s * utilisation)
    energy = energy_kwh(seconds=seconds, flops=RESNET50_TRAINING_FLOPS, assumptions=assumptions)
    assert energy == pytest.approx(expected_kwh, abs=1e-6)


@given(hours=st.floats(0, 1e5), flops=st.floats(0, 1e20))
def test_a_device_that_idles_at_full_power_is_equation_1(hours, flops):
    assumptions = Assumptions(device=replace(V100, idle_share=1.0))
    energy = energy_kwh(seconds=3600 * hours, flops=flops, assumptions=assumptions)
    assert 1000 * energy == pytest.approx(fu2021.search_energy_wh(hours))


@given(seconds=st.floats(0, 1e9))
def test_a_device_that_idles_for_nothing_pays_per_flop_alone(seconds):
    assumptions = Assumptions(device=replace(V100, idle_share=0.0), pue=1, host_w=0)
    energy = energy_kwh(seconds=seconds, flops=15.7e12 * 3600, assumptions=assumptions)
    assert energy == pytest.approx(0.3)  # one hour's worth of FLOP at 300 W


@given(lives, st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e20), st.floats(0, 1e20))
def test_energy_never_falls_with_time_or_flops(assumptions, t1, t2, f1, f2):
    less = energy_kwh(seconds=min(t1, t2), flops=min(f1, f2), assumptions=assumptions)
    more = energy_kwh(seconds=max(t1, t2), flops=max(f1, f2), assumptions=assumptions)
    assert less <= more


def test_a_search_on_one_core_for_one_hour():
    assert search_energy_kwh(3600) == pytest.approx(0.011925)  # 1.59 x 45 W / 6 x 1 h


def test_a_search_that_holds_a_v100_and_a_whole_host_is_equation_1():
    energy = search_energy_kwh(3600 * 1200, accelerator_w=300, core_w=45)
    assert fu2021.kg(1000 * energy) == pytest.approx(465.38982)  # as 1,200 GPU hours above


def test_roofline_takes_the_longer_of_arithmetic_and_memory_for_each_operation():
    by_arithmetic = Operation(flops=100, activation_bytes=10, weight_bytes=100)  # 4 s > 2.4 s
    by_memory = Operation(flops=0, activation_bytes=50, weight_bytes=50)  # 0 s < 3 s
    seconds = roofline_seconds([by_arithmetic, by_memory], batch=2, assumptions=ROUND_LIFE)
    assert seconds == pytest.approx(4 + 3 + 2 * 1)  # and 1 s overhead for each


def test_no_operations_take_no_time_and_cost_nothing():
    assert roofline_seconds([], batch=1, assumptions=Assumptions()) == 0
    assert priced([]) == Lifetime(training_kg=0, inference_kg=0, search_kg=0)


@given(lives, operation_lists, operations, st.integers(1, 512))
def test_another_operation_never_saves_time(assumptions, network, extra, batch):
    shorter = roofline_seconds(network, batch=batch, assumptions=assumptions)
    assert roofline_seconds([*network, extra], batch=batch, assumptions=assumptions) >= shorter


@given(operations, operations, st.integers(1, 512))
def test_time_never_falls_with_flops_or_bytes(a, b, batch):
    pairs = [(getattr(a, name), getattr(b, name)) for name in vars(a)]
    less = Operation(*(min(pair) for pair in pairs))
    more = Operation(*(max(pair) for pair in pairs))
    fast, slow = (
        roofline_seconds([operation], batch=batch, assumptions=Assumptions())
        for operation in (less, more)
    )
    assert fast <= slow


@given(lives, operation_lists, st.integers(1, 512))
def test_a_batch_is_never_slower_than_its_inputs_one_by_one(assumptions, network, batch):
    together = roofline_seconds(network, batch=batch, assumptions=assumptions)
    alone = roofline_seconds(network, batch=1, assumptions=assumptions)
    assert together <= batch * alone * (1 + 1e-12)


def test_fewer_flops_can_take_longer():
    one_dense = [dense(64, size=32, kernel=3)]
    one_depthwise = [depthwise(2048, size=32, kernel=3)]
    assert one_depthwise[0].flops < one_dense[0].flops
    for batch in (1, 128):
        assert roofline_seconds(
            one_depthwise, batch=batch, assumptions=Assumptions()
        ) > roofline_seconds(one_dense, batch=batch, assumptions=Assumptions())
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
    parts = lifetime(network, n_train=4, n_validation=2, assumptions=ROUND_LIFE, search_kwh=2.0)
    # A batch of 2 takes 4 s + 1 s, so (3 x 4 + 2) x 3 = 42 passes take 105 s for 4,200 FLOP:
    # 2 x (0.5 x 10 W x 105 s + 0.5 x 0.1 J x 4200 + 1 W x 105 s) = 1680 J; 1e-7 kg per J.
    assert parts.training_kg == pytest.approx(10 * 1680e-7)
    # One input takes max(2 s, 2.2 s) + 1 s: 2 x (5 x 3.2 + 0.05 x 100 + 3.2) = 48.4 J.
    assert parts.inference_kg == pytest.approx(1e6 * 48.4e-7)
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


def test_the_default_device_is_a_v100_found_by_its_name():
    assert Assumptions().device is V100 is DEVICES["v100"]
    assert all(device.name == name for name, device in DEVICES.items())


def test_assumptions_survive_json_with_their_device():
    printed = json.loads(json.dumps(Assumptions(utilisation=0.3).as_dict()))
    assert printed["time_source"] == "roofline"
    assert printed["utilisation"] == 0.3
    assert printed["intensity_g_per_kwh"] == 475.0  # IEA 2019
    assert Device(**printed["device"]) == V100


def test_a_source_is_printed_for_a_default_and_not_for_the_users_own_number():
    sources = Assumptions(intensity_g_per_kwh=30.0).as_dict()["sources"]
    assert sources["intensity_g_per_kwh"] == "the user"
    assert sources["pue"] == "Uptime Institute 2020, as in Fu et al. 2021"
    assert sources.keys() <= vars(Assumptions()).keys()


def test_assumptions_do_not_change_under_a_search():
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'pue'"):
        Assumptions().pue = 1.0


NOT_ZERO_OR_MORE = (-1.0, math.inf, math.nan)
NOT_POSITIVE = (0.0, *NOT_ZERO_OR_MORE)
NOT_ONE_OR_MORE = (0.5, *NOT_POSITIVE)
NOT_A_SHARE = (1.5, *NOT_ZERO_OR_MORE)


def refused(interval, values, *names):
    return [(name, value, interval) for name in names for value in values]


def message(kind, name, value, interval):
    """The whole message, as a pattern."""
    interval = interval.replace("(", r"\(").replace(")", r"\)").replace("[", r"\[")
    return (
        rf"^{kind}\.{name} must be in {interval}, got {value!r}; "
        rf"help\(evonas\.carbon\.{kind}\) says what it means$"
    )


@pytest.mark.parametrize(
    ("name", "value", "interval"),
    [
        *refused("(0, 1]", (0.0, *NOT_A_SHARE), "utilisation"),
        *refused("[0, inf)", NOT_ZERO_OR_MORE, "host_w", "intensity_g_per_kwh"),
        *refused("[0, inf)", NOT_ZERO_OR_MORE, "trainings", "inferences"),
        *refused("[1, inf)", NOT_ONE_OR_MORE, "pue", "epochs", "training_batch", "released"),
    ],
)
def test_an_impossible_assumption_is_refused(name, value, interval):
    with pytest.raises(ValueError, match=message("Assumptions", name, value, interval)):
        Assumptions(**{name: value})


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
    with pytest.raises(ValueError, match=message("Device", name, value, interval)):
        replace(V100, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "interval"),
    refused("[0, inf)", NOT_ZERO_OR_MORE, "flops", "activation_bytes", "weight_bytes"),
)
def test_an_impossible_operation_is_refused(name, value, interval):
    with pytest.raises(ValueError, match=message("Operation", name, value, interval)):
        replace(Operation(1, 1, 1), **{name: value})


def test_the_ends_of_the_closed_ranges_are_accepted():
    life = Assumptions(utilisation=1.0, host_w=0, pue=1.0, intensity_g_per_kwh=0, trainings=0)
    assert life.pue == 1.0
    assert replace(V100, idle_share=0.0, kernel_overhead_seconds=0).idle_share == 0.0
    assert replace(V100, idle_share=1.0).idle_share == 1.0
