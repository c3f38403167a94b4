import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, PARAMS
from evonas.plots.axes import (
    COLOURS,
    LOG_SPAN,
    MARKERS,
    axis_label,
    direction,
    faint,
    is_logarithmic,
    new_axes,
    set_scale,
    short,
    strong,
)

UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@given(st.floats(-1e15, 1e15))
def test_a_tick_reads_back_as_its_number(value):
    text = short(value)
    factor = UNITS.get(text[-1], 1.0)
    read = float(text.rstrip("kMGT")) * factor
    assert read == pytest.approx(value, rel=1e-5, abs=1e-300)
    assert factor == 1.0 or 1 <= abs(value) / factor < 1e3 or factor == 1e12


@given(st.floats(1e-3, 1e6), st.floats(1, 1e4))
def test_a_cost_alone_and_only_over_a_wide_span_is_logarithmic(low, factor):
    columns = [np.array([low, np.nan]), np.array([low * factor])]
    assert is_logarithmic(FLOPS, columns) == (low * LOG_SPAN < low * factor)
    assert not is_logarithmic(ACC, columns)
    assert not is_logarithmic(FLOPS, [np.array([0.0]), *columns])
    assert not is_logarithmic(FLOPS, [np.array([np.nan])])


@pytest.mark.parametrize("side", ["x", "y"])
def test_a_scale_is_set_on_its_own_side(side):
    ax = new_axes()
    set_scale(ax, side, FLOPS, values=[np.array([1.0, 1e6])])
    scales = {"x": ax.get_xscale(), "y": ax.get_yscale()}
    assert scales.pop(side) == "log"
    assert list(scales.values()) == ["linear"]


def test_runs_are_told_apart_by_colour_and_marker_strong_and_faint_alike():
    looks = [(strong(i)["color"], strong(i)["marker"]) for i in range(56)]
    assert len(set(looks)) == len(COLOURS) * len(MARKERS) == 56
    assert looks == [(faint(i)["color"], faint(i)["marker"]) for i in range(56)]


def test_a_label_has_its_unit_if_any_and_says_which_way_is_better():
    assert axis_label(ACC) == "validation accuracy [%]"
    assert axis_label(PARAMS) == "trainable parameters"
    assert (direction(ACC), direction(PARAMS)) == ("higher is better", "lower is better")
