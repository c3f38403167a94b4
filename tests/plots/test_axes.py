import numpy as np
import pytest
from drawn_runs import overlapping
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import LogNorm, Normalize

from evonas.objectives import ACC, FLOPS, PARAMS, Goals
from evonas.plots.axes import (
    LOG_SPAN,
    add_colour_bar,
    add_legend,
    axis_label,
    colour_scale,
    direction,
    headline,
    is_logarithmic,
    log_ticks,
    new_axes,
    reference_words,
    say_axis,
    set_scale,
    subdivisions,
)
from evonas.plots.style import new_figure, styled
from evonas.record import Record
from evonas.runs.run import Run


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


def test_a_label_has_its_unit_if_any_and_says_which_way_is_better():
    assert axis_label(ACC) == "validation accuracy [%]"
    assert axis_label(PARAMS) == "trainable parameters"
    assert (direction(ACC), direction(PARAMS)) == ("higher is better", "lower is better")


@pytest.mark.parametrize("n", [1, 4, 13])
@pytest.mark.parametrize("is_below", [False, True])
def test_a_legend_stands_outside_of_the_axes_and_is_about_as_high_as_it_says(n, is_below):
    ax = new_axes()
    for i in range(n):
        ax.plot([0, 1], label=f"run {i}")
    with styled():
        height = add_legend(ax, is_below=is_below)
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert (box.y1 <= ax.bbox.y0 + 1) if is_below else (box.y0 >= ax.bbox.y1 - 1)
    assert height == pytest.approx(box.height * 72 / ax.figure.dpi, abs=9)
    assert box.x1 <= ax.figure.bbox.x1


def test_without_anything_to_tell_there_is_no_legend():
    ax = new_axes()
    assert add_legend(ax) == 0.0
    assert ax.get_legend() is None


def test_long_words_break_at_their_last_comma():
    wide, narrow = new_axes(), new_figure(size="column", height=1.6).add_subplot()
    for ax in (wide, narrow):
        say_axis(ax, "y", ACC)
    assert wide.get_ylabel() == "validation accuracy [%], higher is better"
    assert narrow.get_ylabel() == "validation accuracy [%],\nhigher is better"


def test_the_reference_point_is_told_without_a_break_inside_of_a_value():
    goals = Goals((ACC, FLOPS), reference={"acc": 0.0, "flops": 1.23456e7})
    words = reference_words(new_axes(), Run("run", (), goals))
    assert words.replace("\N{NO-BREAK SPACE}", " ") == (
        "reference point: acc 0 %, flops 12.35M FLOP"
    )
    assert reference_words(new_axes(), Run("run", (), Goals((ACC, FLOPS)))) == ""


@pytest.mark.parametrize("n_most", [2, 3, 6])
@pytest.mark.parametrize("n_decades", [0.5, 1.4, 2.0, 2.9, 3.0, 6.0])
def test_a_logarithmic_axis_has_few_ticks(n_decades, n_most):
    subs = subdivisions(n_decades, n_most=n_most)
    assert subs[0] == 1
    assert subs == (1,) or len(subs) * n_decades < n_most


@pytest.mark.parametrize(
    ("objective", "values", "norm"),
    [
        (FLOPS, [1.0, 1e6], LogNorm),
        (FLOPS, [1.0, 2.0], Normalize),
        (ACC, [1.0, 90.0], Normalize),
    ],
)
def test_colours_are_logarithmic_where_an_axis_would_be(objective, values, norm):
    scale = colour_scale(objective, np.array(values))
    assert type(scale.norm) is norm
    assert scale.get_clim() == tuple(values)
    ax = new_axes()
    add_colour_bar(ax, scale, objective)
    ax.figure.draw_without_rendering()
    bar = ax.figure.axes[1]
    texts = [text.get_text() for text in bar.get_yticklabels()]
    assert bar.get_ylabel() == f"{axis_label(objective)}, {direction(objective)}"
    assert all("$" not in text for text in texts)
    assert not overlapping(ax.figure)


@pytest.mark.parametrize(("low", "high"), [(0.0, 5.0), (3.0, 3.0), (1e-3, 1e3)])
def test_any_values_may_be_on_a_logarithmic_axis(low, high):
    ax = new_axes()
    ax.plot([low, high], [1, 2])
    log_ticks(ax, "x", low, high)
    ax.figure.draw_without_rendering()
    assert ax.get_xscale() == "log"


def test_a_headline_counts_architectures_and_failures():
    fine, failed = Record((0,), {"acc": 1.0}, 0.1), Record((1,), {}, 0.1, error="it burst")
    assert headline(Run("one", (fine,), Goals((ACC,)))) == "one: 1 architecture"
    both = Run("two", (fine, failed), Goals((ACC,)))
    assert headline(both) == "two: 2 architectures, 1 of them failed"
