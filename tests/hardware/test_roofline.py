from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_networks import (
    NOT_ZERO_OR_MORE,
    fitted,
    message,
    operation_lists,
    operations,
    refused,
)

from evonas.hardware.roofline import Calibration, Operation


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
