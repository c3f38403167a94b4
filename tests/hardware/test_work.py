from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sample_networks import ROUND, dense, lives, operation_lists, operations
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from evonas.hardware.devices import DEVICES, V100
from evonas.hardware.roofline import Operation
from evonas.hardware.targets import Target, forward_pass, training_step
from evonas.hardware.time_constants import TIME_CONSTANTS, constant
from evonas.hardware.work import Setting, Work, forward_work, joules, training_work
from evonas.networks.zoo import count_network

settings = st.builds(
    lambda device, end, runtime: Setting(device, device.precision, runtime, end),
    st.sampled_from(list(DEVICES.values())),
    st.sampled_from(("low", "central", "high")),
    st.sampled_from(("eager", "compiled", "onnx")),
)
batches = st.integers(1, 512)


def on(life):
    return Setting(life.device, "fp32", utilisation=life.utilisation)


def seconds(network, *, batch=1, **told):
    setting = Setting(**{"device": V100, "precision": "fp32", **told})
    return forward_work(network, setting, batch=batch).seconds


def test_a_pass_takes_the_longer_of_arithmetic_and_memory_for_each_operation():
    by_arithmetic = Operation(flops=100, activation_bytes=10, weight_bytes=100)
    by_memory = Operation(flops=0, activation_bytes=50, weight_bytes=50)
    setting = Setting(ROUND, "fp32", utilisation=0.5)  # 50 FLOP/s
    found = forward_work([by_arithmetic, by_memory], setting, batch=2)
    busy = 200 / 50 + 150 / (50 * constant("bandwidth.move"))
    assert found.busy_seconds == pytest.approx(busy)
    assert found.seconds == pytest.approx(busy + 2)  # and 1 s overhead for each
    assert found.n_bytes == 120 + 150


@given(lives, operation_lists, operations, batches)
def test_another_operation_never_saves_time(life, network, extra, batch):
    for work in (forward_work, training_work):
        shorter, longer = (
            work(each, on(life), batch=batch) for each in (network, [*network, extra])
        )
        assert longer.seconds >= shorter.seconds
        assert longer.busy_seconds >= shorter.busy_seconds


@given(operations, operations, batches, settings)
def test_time_never_falls_with_flops_or_bytes(a, b, batch, setting):
    pairs = [(getattr(a, name), getattr(b, name)) for name in vars(a) if name != "kind"]
    less = Operation(*(min(pair) for pair in pairs))
    more = Operation(*(max(pair) for pair in pairs))
    fast, slow = (
        forward_work([operation], setting, batch=batch).seconds for operation in (less, more)
    )
    assert fast <= slow


@given(operation_lists, batches, settings)
def test_a_batch_is_never_slower_than_its_inputs_one_by_one(network, batch, setting):
    together = forward_work(network, setting, batch=batch).seconds
    alone = forward_work(network, setting, batch=1).seconds
    assert together <= batch * alone * (1 + 1e-12)


@given(operation_lists, batches, settings)
def test_a_device_is_never_busy_for_longer_than_the_work_takes(network, batch, setting):
    for work in (forward_work, training_work):
        found = work(network, setting, batch=batch)
        assert 0 <= found.busy_seconds <= found.seconds
        drawn = joules(found, setting.device) - (
            setting.device.joules_per_byte * found.n_bytes * (setting.device.kind == "cpu")
        )
        least = setting.device.idle_share * setting.device.tdp_w * found.seconds
        assert drawn >= least * (1 - 1e-9)
        assert drawn <= setting.device.tdp_w * found.seconds * (1 + 1e-6)


@given(operation_lists, batches, settings)
def test_a_step_of_training_takes_more_than_three_passes_do_at_work(network, batch, setting):
    setting = replace(setting, runtime="eager")
    step = training_work(network, setting, batch=batch)
    once = forward_work(network, setting, batch=batch)
    assert step.n_bytes >= 3 * once.n_bytes * (1 - 1e-9)


def test_the_two_ends_enclose_the_middle_on_every_device():
    network = count_network("mobilenet_v2", (3, 224, 224)).operations
    for device in DEVICES.values():
        for batch in (1, 64):
            for model in (forward_pass, training_step):
                low, central, high = (
                    model(network, Target(device, batch=batch), end=end).seconds
                    for end in ("low", "central", "high")
                )
                assert low < central < high


def test_libraries_save_arithmetic_of_wide_3x3_convolutions_in_single_precision_alone():
    wide, narrow = (replace(dense(n, size=8, kernel=3), kind="conv3x3") for n in (512, 32))
    exact = replace(V100, conv3x3_saving=1.0)

    def saving(one, **told):
        """How much longer a device is busy that does not save."""
        whole, saved = (
            forward_work([one], Setting(device, **told), batch=64).busy_seconds
            for device in (exact, V100)
        )
        return whole / saved

    assert saving(wide, precision="fp32") == pytest.approx(2.25)  # Lavin & Gray 2016
    assert saving(narrow, precision="fp32") == 1.0
    assert saving(wide, precision="fp16") == 1.0


def test_narrow_kernels_reach_their_share_of_the_rate():
    """At equal arithmetic, for wide maps of few channels and small maps of many."""
    narrow, wide = (
        replace(dense(n, size=size, kernel=1), activation_bytes=0.0, kind="conv1x1")
        for n, size in ((15, 80), (150, 8))
    )
    assert narrow.flops == wide.flops
    ratio = (
        forward_work([narrow], Setting(V100, "fp32"), batch=64).busy_seconds
        / forward_work([wide], Setting(V100, "fp32"), batch=64).busy_seconds
    )
    assert constant("width.vector") == 150
    assert ratio == pytest.approx(10)


def test_a_card_works_while_its_host_launches_on():
    kernels = 100 * [Operation(0, 1e3, 0, "conv1x1")]
    assert seconds(kernels) == pytest.approx(100 * constant("launch.conv"))
    much = 100 * [Operation(0, 1e9, 0, "conv1x1")]
    alone = forward_work(much, Setting(V100, "fp32"), batch=1)
    assert alone.seconds == pytest.approx(alone.busy_seconds + 100 * 5e-6)


def test_a_processor_launches_and_computes_in_turn_and_is_busy_all_along():
    device = DEVICES["xeon-8280"]
    network = [Operation(1e6, 1e4, 1e4, "conv1x1")]
    found = forward_work(network, Setting(device, "fp32"), batch=1)
    assert found.busy_seconds == found.seconds > constant("launch.conv")


def test_whoever_compiles_launches_less_and_fuses():
    network = [
        Operation(1e6, 1e5, 1e4, "conv1x1"),
        Operation(0, 1e5, 0, "norm"),
        Operation(0, 1e5, 0, "pointwise"),
    ]
    eager, onnx, compiled = (
        seconds(network, runtime=word) for word in ("eager", "onnx", "compiled")
    )
    assert compiled < onnx < eager
    moved = forward_work(network, Setting(V100, "fp32", "compiled"), batch=1).n_bytes
    assert moved == pytest.approx(1.1e5 + 2 * constant("fused") * 1e5)


def test_16_bits_move_half_the_bytes_and_use_units_for_products_of_matrices():
    network = [Operation(1e12, 1e6, 1e6, "matmul")]
    single, half = (seconds(network, precision=word) for word in ("fp32", "fp16"))
    rates = 125e12 * constant("matrix.matmul"), 15.7e12 * constant("vector")
    assert single / half == pytest.approx(rates[0] / rates[1], rel=0.01)


def test_products_without_weights_are_attention():
    with_weights, without = (
        forward_work(
            [Operation(1e12, 0, n, "matmul")], Setting(V100, "fp16"), batch=1
        ).busy_seconds
        for n in (4e6, 0)
    )
    ratio = constant("matrix.matmul") / constant("matrix.attention")
    assert without / with_weights == pytest.approx(ratio)


def test_depthwise_convolutions_gain_nothing_by_units_for_products_of_matrices():
    network = [Operation(1e12, 0, 0, "depthwise")]
    assert seconds(network, precision="fp16") == seconds(network, precision="fp32")


def test_a_utilisation_that_is_stated_is_that_of_dense_arithmetic():
    network = [Operation(15.7e12, 0, 4 * 512**2, "conv1x1")]
    assert seconds(network, utilisation=0.25) == pytest.approx(4, rel=1e-4)


def test_the_update_of_the_weights_is_paid_once_a_step():
    network = [Operation(0, 0, 4e9)]
    extra = (
        training_work(network, Setting(V100, "fp32"), batch=1).n_bytes
        - (1 + constant("backward")) * 4e9
    )
    assert extra == pytest.approx(1e9 * constant("optimiser.bytes"))


def test_work_adds_up_and_multiplies_in_each_of_its_parts():
    one, other = Work(1.0, 0.5, 300.0), Work(4.0, 2.0, 600.0)
    assert one.plus(other) == Work(5.0, 2.5, 900.0)
    assert one.times(3) == one.plus(one).plus(one)


def test_a_time_from_elsewhere_takes_the_place_of_the_modelled_one():
    work = Work(4.0, 2.0, 600.0)
    assert work.lasting(8.0, V100) == Work(8.0, 2.0, 600.0)
    assert work.lasting(1.0, V100) == Work(1.0, 1.0, 600.0)
    assert work.lasting(8.0, DEVICES["xeon-8280"]) == Work(8.0, 8.0, 600.0)


def test_a_backward_pass_is_two_forward_ones_at_least():
    """The gradients of inputs and of weights are a contraction each: torch's own count."""
    layer = nn.Linear(4, 5, bias=False)
    images = torch.ones(3, 4, requires_grad=True)
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        layer(images)
    with FlopCounterMode(display=False) as training:
        layer(images).sum().backward()
    passes = 1 + TIME_CONSTANTS["backward"].low
    assert training.get_total_flops() == passes * forward.get_total_flops()


@pytest.mark.parametrize(
    ("target", "model", "published_s"),
    [  # NVIDIA, DeepLearningExamples, ResNet50 v1.5, 2021; no number is fitted to it
        ("v100:b256", training_step, 256 / 367),
        ("v100:fp16:b256", training_step, 256 / 1200),
        ("a100:b256", training_step, 256 / 938),  # tf32
        ("a100:fp16:b256", training_step, 256 / 2470),
        ("v100", forward_pass, 10.37e-3),
        ("v100:b256", forward_pass, 214.48e-3),
        ("v100:fp16:b256", forward_pass, 84.14e-3),
        ("t4", forward_pass, 10.7e-3),
        ("t4:b128", forward_pass, 309.26e-3),
        ("t4:fp16:b128", forward_pass, 114.24e-3),
    ],
)
def test_resnet50_takes_what_was_published_within_a_factor_of_1_5(target, model, published_s):
    network = count_network("resnet50", (3, 224, 224)).operations
    ratio = published_s / model(network, Target.parse(target)).seconds
    assert 1 / 1.5 < ratio < 1.5
