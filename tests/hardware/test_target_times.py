import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Operation
from evonas.hardware.target_times import part_time, target_times
from evonas.hardware.targets import Target, forward_pass

amount = st.floats(0, 1e10)
OPERATION = st.builds(Operation, amount, amount, amount, st.just("matmul"))
PARTS = st.lists(st.lists(OPERATION, max_size=3), max_size=5)
V100 = Target(DEVICES["v100"])


@given(PARTS)
def test_the_whole_is_the_models_pass_within_its_ends(parts):
    found = target_times(parts, V100)
    whole = [operation for part in parts for operation in part]
    assert found.seconds == forward_pass(whole, V100).seconds
    assert found.low <= found.seconds <= found.high
    assert len(found.parts) == len(parts)


@given(PARTS)
def test_the_shares_of_what_takes_time_sum_to_one(parts):
    shares = target_times(parts, V100).shares
    assert all(share >= 0 for share in shares)
    assert sum(shares) == pytest.approx(1 if any(map(len, parts)) else 0)


@pytest.mark.parametrize(
    ("operation", "bound"),
    [
        (Operation(1e12, 1e3, 1e3, "matmul"), "arithmetic"),
        (Operation(1e3, 1e10, 1e3, "pointwise"), "memory"),
        (Operation(1e3, 1e3, 1e3, "matmul"), "launch"),
    ],
)
def test_a_part_waits_for_what_it_does_most(operation, bound):
    assert part_time([operation], V100).bound == bound


def test_a_batch_makes_arithmetic_of_what_waited_for_weights():
    fully_connected = [Operation(2e8, 4e4, 4e8, "matmul")]
    assert part_time(fully_connected, V100).bound == "memory"
    many = Target(DEVICES["v100"], batch=512)
    assert part_time(fully_connected, many).bound == "arithmetic"
