"""Made-up networks, devices and lives to reckon with."""

import math
from dataclasses import replace

from hypothesis import strategies as st

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.grids import own_grid
from evonas.carbon.model import lifetime, price
from evonas.hardware.devices import V100, Device
from evonas.hardware.roofline import Operation, TimeModel

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
    grid=own_grid(360.0),
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
    grid=st.builds(own_grid, st.floats(0, 1000)),
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
    life = assumptions or Assumptions()
    found = price(network, n_train=50_000, n_validation=10_000, assumptions=life)
    return lifetime(found, life, search_kwh=search_kwh)


NOT_ZERO_OR_MORE = (-1.0, math.inf, math.nan)
NOT_POSITIVE = (0.0, *NOT_ZERO_OR_MORE)
NOT_ONE_OR_MORE = (0.5, *NOT_POSITIVE)
NOT_A_SHARE = (1.5, *NOT_ZERO_OR_MORE)


def refused(interval, values, *names):
    return [(name, value, interval) for name in names for value in values]


def message(kind, name, value, interval, home="carbon.assumptions"):
    """The whole message, as a pattern."""
    interval = interval.replace("(", r"\(").replace(")", r"\)").replace("[", r"\[")
    return (
        rf"^{kind}\.{name} must be in {interval}, got {value!r}; "
        rf"help\(evonas\.{home}\.{kind}\) says what it means$"
    )


def fitted(**coefficients):
    """A time model with these coefficients."""
    return TimeModel(
        tuple(coefficients.items()),
        batch=2,
        n_fitted=8,
        n_held_out=4,
        r2=0.9,
        spearman=0.95,
        relative_error=0.25,
    )
