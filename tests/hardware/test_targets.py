from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.devices import DEVICES, V100
from evonas.hardware.roofline import Operation
from evonas.hardware.targets import RUNTIMES, Target, forward_pass

CARD = replace(V100, peaks=(("fp16", 125e12),), memory_bytes=16e9)
KERNEL = Operation(1e9, 1e6, 1e5, "conv3x3")

targets = st.builds(
    Target,
    st.sampled_from(list(DEVICES.values())),
    batch=st.integers(1, 4096),
    runtime=st.sampled_from(RUNTIMES),
)


@given(target=targets)
def test_a_target_is_read_from_its_own_text(target):
    assert Target.parse(str(target)) == target


def test_what_is_by_default_is_left_out_of_the_text():
    assert str(Target(CARD)) == "v100"
    assert str(Target(CARD, "fp16", 32, "compiled")) == "v100:fp16:b32:compiled"
    assert Target.parse(" v100:onnx:b8:fp32 ") == Target(V100, "fp32", 8, "onnx")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("v10", r"unknown device 'v10' \(did you mean 'v100'\?\); evonas carbon --list names"),
        ("", "unknown device ''; "),
        ("v100:fp8", "target 'v100:fp8': 'fp8' says nothing; expected DEVICE"),
        ("v100:b0", "'b0' says nothing"),
        ("v100:", "'' says nothing"),
        ("v100:b8:b8", "'b8' is a second batch; expected"),
        ("raspberry-pi-4:tf32", "raspberry-pi-4 has no tf32; choose from fp32"),
    ],
)
def test_a_text_that_says_no_target_is_refused(text, told):
    with pytest.raises(ValueError, match=told):
        Target.parse(text)


def test_a_target_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="a batch of 0 is empty; expected 1 or more"):
        Target(CARD, batch=0)
    with pytest.raises(ValueError, match="unknown runtime 'tpu'; choose from eager, compiled"):
        Target(CARD, runtime="tpu")


@given(target=targets)
def test_a_pass_lies_between_its_ends_and_grows_with_the_network(target):
    low, central, high = (
        forward_pass([KERNEL], target, end=end) for end in ("low", "central", "high")
    )
    assert 0 < low.seconds <= central.seconds <= high.seconds
    assert 0 < low.joules <= central.joules <= high.joules
    twice = forward_pass([KERNEL, KERNEL], target)
    assert twice.seconds > central.seconds
    assert twice.joules > central.joules
