from typing import get_args

import pytest

from evonas.hardware.roofline import OPERATION_KINDS
from evonas.hardware.time_constants import TIME_CONSTANTS, Constant, End, constant

# More of these is less time.
RATES = ("vector", "matrix", "depthwise", "processor", "accelerator", "bandwidth", "parallel")


@pytest.mark.parametrize("name", TIME_CONSTANTS)
def test_a_constant_lies_within_its_range_and_has_a_source(name):
    found = TIME_CONSTANTS[name]
    ends = [found.low, found.central, found.high]
    assert ends == sorted(ends, reverse=name.startswith(RATES))
    assert min(ends) > 0
    assert len(found.source.split()) > 2
    if name.startswith(RATES):
        assert max(ends) <= 1


def test_a_value_is_told_at_each_end():
    found = Constant(1.0, 2.0, 4.0, "by hand")
    assert [found.at(end) for end in get_args(End)] == [1.0, 2.0, 4.0]
    assert constant("backward") == TIME_CONSTANTS["backward"].central


def test_a_backward_pass_takes_2_to_2_5_forward_ones():
    found = TIME_CONSTANTS["backward"]
    assert (found.low, found.high) == (2.0, 2.5)


def test_every_kind_of_operation_has_a_bandwidth():
    dense = {"conv3x3", "conv1x1", "conv", "matmul"}
    for kind in (*OPERATION_KINDS, "attention"):
        assert f"bandwidth.{'dense' if kind in dense else kind}" in TIME_CONSTANTS


def test_the_table_cannot_be_written_to():
    with pytest.raises(TypeError, match="does not support item assignment"):
        TIME_CONSTANTS["vector"] = Constant(1, 1, 1, "me")
