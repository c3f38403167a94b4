import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.operator_table import Operator, OperatorTable, TableQuality

amount = st.floats(1, 1e9)


def operator(width: float, name: str = "Conv2d 3x3") -> Operator:
    return Operator(name, (8, 4, 4), 100.0 * width, 10.0 * width, float(width * width))


def linear(one: Operator) -> float:
    """A world in which the estimate's model is true: a constant, FLOPs and bytes."""
    return 1e-5 + 1e-9 * one.flops + 2e-9 * (one.weight_bytes + one.activation_bytes)


TABLE = OperatorTable("a board", "torch", 1, {o: linear(o) for o in map(operator, range(1, 9))})


@given(st.lists(st.integers(1, 8), max_size=20), st.floats(0, 1), st.floats(0.1, 3))
def test_a_network_is_the_sum_of_its_operators(widths, once_s, factor):
    table = replace(TABLE, once_s=once_s, factor=factor)
    found = table.look_up([operator(width) for width in widths])
    expected = once_s + factor * math.fsum(linear(operator(width)) for width in widths)
    assert found.seconds == pytest.approx(expected)
    assert found.seconds == pytest.approx(once_s + math.fsum(found.each))
    assert found.estimated == ()


@given(st.floats(0.5, 20))
def test_an_operator_that_is_lacking_is_told_by_others_of_its_name(width):
    strange = replace(operator(width), output=(9,))
    found = TABLE.look_up([operator(1), strange, strange])
    assert found.estimated == (strange,), "named once"
    assert found.each[1] == pytest.approx(linear(strange), rel=1e-3)


def test_an_operator_of_a_name_with_too_few_others_is_an_error():
    few = [operator(1, "MaxPool2d"), operator(2, "MaxPool2d")]
    table = replace(TABLE, seconds={**TABLE.seconds, **dict.fromkeys(few, 1e-6)})
    assert table.look_up(few).estimated == ()
    message = (
        r"^the look-up table of a board lacks MaxPool2d -> 8x4x4 and 1 more; measure one of "
        "this space with evonas latency --problem NAME --table FILE$"
    )
    with pytest.raises(ValueError, match=message):
        table.look_up([*few, operator(3, "MaxPool2d"), operator(3, "GELU"), operator(1)])


def test_operators_that_took_no_time_are_estimated_to_take_none():
    table = OperatorTable("a board", "onnx", 1, dict.fromkeys(map(operator, range(1, 5)), 0.0))
    assert table.look_up([operator(9)]).seconds == 0


def test_a_batch_counts_in_an_estimate():
    seconds = {o: 1e-9 * 4 * o.flops for o in map(operator, range(1, 9))}
    table = OperatorTable("a board", "torch", 4, seconds)
    assert table.look_up([operator(20)]).seconds == pytest.approx(1e-9 * 4 * 2000, rel=1e-3)


def test_only_onnx_runtime_fuses():
    assert not TABLE.is_fused
    assert replace(TABLE, runtime="onnx").is_fused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"runtime": "tvm"},
            "^unknown runtime 'tvm' of a look-up table; choose from torch, onnx",
        ),
        ({"seconds": {}}, "^a look-up table needs an operator at least$"),
        ({"factor": -1.0}, r"^factor must be in \[0, inf\), got -1.0$"),
        ({"seconds": {operator(1): math.nan}}, r"^Conv2d 3x3 -> 8x4x4 must be in \[0, inf\)"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(TABLE, **change)


def test_its_quality_is_said_in_a_line():
    assert str(TableQuality(12, 0.987, 0.034)) == (
        "of 12 whole networks held out: rank correlation 0.987, median error 3 %"
    )
