from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sample_networks import (
    NOT_ZERO_OR_MORE,
    ROUND,
    dense,
    fitted,
    lives,
    message,
    operation_lists,
    operations,
    refused,
)
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from evonas.hardware.devices import V100
from evonas.hardware.roofline import (
    TRAINING_PASSES,
    Calibration,
    Operation,
    roofline_seconds,
)


def on(life):
    return {"device": life.device, "utilisation": life.utilisation}


def test_roofline_takes_the_longer_of_arithmetic_and_memory_for_each_operation():
    by_arithmetic = Operation(flops=100, activation_bytes=10, weight_bytes=100)  # 4 s > 2.4 s
    by_memory = Operation(flops=0, activation_bytes=50, weight_bytes=50)  # 0 s < 3 s
    seconds = roofline_seconds(
        [by_arithmetic, by_memory], batch=2, device=ROUND, utilisation=0.5
    )
    assert seconds == pytest.approx(4 + 3 + 2 * 1)  # and 1 s overhead for each


@given(lives, operation_lists, operations, st.integers(1, 512))
def test_another_operation_never_saves_time(life, network, extra, batch):
    shorter = roofline_seconds(network, batch=batch, **on(life))
    assert roofline_seconds([*network, extra], batch=batch, **on(life)) >= shorter


@given(operations, operations, st.integers(1, 512))
def test_time_never_falls_with_flops_or_bytes(a, b, batch):
    pairs = [(getattr(a, name), getattr(b, name)) for name in vars(a)]
    less = Operation(*(min(pair) for pair in pairs))
    more = Operation(*(max(pair) for pair in pairs))
    fast, slow = (
        roofline_seconds([operation], batch=batch, device=V100, utilisation=0.5)
        for operation in (less, more)
    )
    assert fast <= slow


@given(lives, operation_lists, st.integers(1, 512))
def test_a_batch_is_never_slower_than_its_inputs_one_by_one(life, network, batch):
    together = roofline_seconds(network, batch=batch, **on(life))
    alone = roofline_seconds(network, batch=1, **on(life))
    assert together <= batch * alone * (1 + 1e-12)


@pytest.mark.parametrize(
    ("name", "value", "interval"),
    refused("[0, inf)", NOT_ZERO_OR_MORE, "flops", "activation_bytes", "weight_bytes"),
)
def test_an_impossible_operation_is_refused(name, value, interval):
    with pytest.raises(
        ValueError, match=message("Operation", name, value, interval, "hardware.roofline")
    ):
        replace(Operation(1, 1, 1), **{name: value})


def test_an_unknown_kind_of_operation_is_refused():
    with pytest.raises(ValueError, match="unknown kind of operation 'fourier'; one of"):
        Operation(1, 1, 1, "fourier")


def test_a_library_saves_arithmetic_of_dense_3x3_convolutions_alone():
    one = dense(512, size=8, kernel=3)
    network = [replace(one, kind=kind) for kind in ("conv3x3", "conv")]
    saved, whole = (
        roofline_seconds([each], batch=64, device=V100, utilisation=1.0) for each in network
    )
    overhead = V100.kernel_overhead_seconds
    assert (whole - overhead) / (saved - overhead) == pytest.approx(2.25)  # Lavin & Gray 2016
    exact = replace(V100, conv3x3_saving=1.0)
    assert roofline_seconds(network[:1], batch=64, device=exact, utilisation=1.0) == whole


def test_a_time_model_sums_amounts_of_each_kind():
    model = fitted(
        **{"constant": 5.0, "conv.flops": 2.0, "conv.bytes": 3.0, "pool.kernels": 7.0}
    )
    network = [
        Operation(10, activation_bytes=1, weight_bytes=4, kind="conv"),
        Operation(0, activation_bytes=1, weight_bytes=0, kind="pool"),
        Operation(99, activation_bytes=9, weight_bytes=9, kind="norm"),
    ]
    # 5, 2 inputs x 10 FLOP x 2, (4 + 2 x 1) bytes x 3, one pool
    assert model.seconds(network, batch=2) == 5 + 40 + 18 + 7
    assert model.seconds([], batch=1) == 5


@given(operation_lists, operations, st.integers(1, 512))
def test_a_time_model_never_falls_with_another_operation(network, extra, batch):
    model = fitted(**{"constant": 1e-4, "move.flops": 1e-12, "move.bytes": 1e-11})
    assert model.seconds([*network, extra], batch=batch) >= model.seconds(network, batch=batch)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("conv.watts", 1.0, "unknown term 'conv.watts' of a time model"),
        ("fourier.flops", 1.0, "unknown term 'fourier.flops' of a time model"),
        ("conv.flops", -1.0, r"coefficient of conv.flops must be in \[0, inf\), got -1.0"),
        ("conv.flops", float("nan"), "coefficient of conv.flops must be in"),
    ],
)
def test_an_impossible_time_model_is_refused(name, value, expected):
    with pytest.raises(ValueError, match=expected):
        fitted(**{name: value})


def test_a_calibration_at_an_end_is_off_by_what_nine_in_ten_networks_showed():
    model = fitted(constant=4.0)
    calibration = Calibration("here", "2026-01-01", "toy", training=model, inference=model)
    assert calibration.at("low").training.seconds([], batch=1) == 3.0
    assert calibration.at("high").inference.seconds([], batch=1) == 5.0
    untrained = replace(calibration, training=None).at("low")
    assert untrained.training is None
    assert untrained.inference.seconds([], batch=1) == 3.0


def test_a_calibration_says_how_good_both_of_its_models_are():
    model = fitted(constant=4.0)
    other = replace(model, r2=0.5, n_absurd=2)
    here = Calibration("a core", "2026-01-01", "toy", model, other, runtime="onnx")
    assert str(here) == (
        "calibrated on a core, 2026-01-01, networks of toy; R2 on held-out networks: training "
        "0.900, inference 0.500 (onnx); 2 absurd timings set aside"
    )
    assert "training not timed, by the roofline, inference 0.500" in str(
        replace(here, training=None)
    )
    assert str(replace(here, inference=replace(other, n_absurd=1))).endswith(
        "; 1 absurd timing set aside"
    )
    assert "absurd" not in str(replace(here, inference=model))


def test_a_backward_pass_is_two_forward_ones():
    """The gradients of inputs and of weights are a contraction each: torch's own count."""
    layer = nn.Linear(4, 5, bias=False)
    images = torch.ones(3, 4, requires_grad=True)
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        layer(images)
    with FlopCounterMode(display=False) as training:
        layer(images).sum().backward()
    assert training.get_total_flops() == TRAINING_PASSES * forward.get_total_flops()
