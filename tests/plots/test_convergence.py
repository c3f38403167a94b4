from dataclasses import replace

import numpy as np
import pytest
from drawn_runs import FRONT, lines, overlapping, points, records_of, run_of, words
from hypothesis import given
from hypothesis import strategies as st

from evonas import Config
from evonas.objectives import ACC, FLOPS, Goals
from evonas.plots.convergence import plot_best, plot_hypervolume, quantiles
from evonas.plots.front import plot_front
from evonas.record import Record


@pytest.mark.parametrize("plot", [plot_front, plot_best, plot_hypervolume])
def test_each_run_has_its_colour_marker_and_line_in_every_picture(plot):
    gid = plot.__name__.removeprefix("plot_")
    runs = [run_of(FRONT, name=f"run {i}", hypervolumes=((5, 0.1), (9, 0.2))) for i in range(7)]
    drawn = lines(plot(runs), gid)
    assert len({line.get_color() for line in drawn}) == 7
    assert len({line.get_marker() for line in drawn}) == 7
    assert [line.get_color() for line in drawn] == [
        line.get_color() for line in lines(plot_front(runs), "front")
    ]
    assert words(plot(runs)) == [f"run {i}" for i in range(7)]


def test_the_best_so_far_only_improves_and_ends_at_the_best():
    failed = Record((7,), {}, 0.1, error="it burst")
    records = records_of([(50.0, 1.0), (40.0, 1.0), (70.0, 1.0), (60.0, 1.0)])
    ax = plot_best((*records[:1], failed, *records[1:]), ACC)
    assert points(ax, "best") == [(1, 50), (3, 50), (4, 70), (5, 70), (5, 70)]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "evaluations",
        "validation accuracy [%], higher is better",
    )
    ax = plot_best(records_of([(0.0, 5.0), (0.0, 3.0), (0.0, 4.0)]), FLOPS)
    assert [y for _, y in points(ax, "best")] == [5.0, 3.0, 3.0, 3.0]


def test_the_hypervolume_is_that_of_the_generations():
    history = ((10, 0.2), (20, 0.5), (30, 0.6))
    plain = run_of(FRONT, name="none")
    ax = plot_hypervolume([plain, run_of(FRONT, hypervolumes=history)])
    assert points(ax, "hypervolume") == list(history)
    assert ax.get_xlabel() == "evaluations"
    assert not lines(plot_hypervolume(plain), "hypervolume")[0].get_xydata().size


def seeds_of(*accs, hypervolumes=()):
    """Runs of one config, each with a seed of its own and an evaluation for each accuracy."""
    made = [run_of([(acc, 1.0) for acc in own], name=f"run {i}") for i, own in enumerate(accs)]
    if hypervolumes:
        made = [
            run_of([(1.0, 1.0)], name=f"run {i}", hypervolumes=own)
            for i, own in enumerate(hypervolumes)
        ]
    return [replace(run, config=Config(seed=i)) for i, run in enumerate(made)]


def band_of(ax):
    (filled,) = [each for each in ax.collections if each.get_gid() == "band"]
    return np.array(filled.get_paths()[0].vertices)


def test_several_seeds_are_their_median_in_a_band():
    runs = seeds_of([50, 60, 70], [40, 80, 80], [30, 30, 90])
    ax = plot_best(runs, ACC)
    assert points(ax, "best") == [(1, 40.0), (2, 60.0), (3, 80.0)]
    assert words(ax) == ["nsga2: median of 3 seeds", "quartiles of the seeds"]
    quartiles, whole = band_of(ax), band_of(plot_best(runs, ACC, band="range"))
    assert (quartiles[:, 1].min(), quartiles[:, 1].max()) == (35.0, 85.0)
    assert (whole[:, 1].min(), whole[:, 1].max()) == (30.0, 90.0)
    apart = plot_best(runs, ACC, is_apart=True)
    assert words(apart) == ["run 0", "run 1", "run 2"]
    assert not [each for each in apart.collections if each.get_gid() == "band"]


def test_hypervolumes_of_several_seeds_hold_where_all_of_them_have_one():
    runs = seeds_of(
        *[[1.0]] * 3,
        hypervolumes=[
            ((5, 0.1), (10, 0.4), (15, 0.5)),
            ((4, 0.2), (12, 0.6)),
            ((6, 0.3), (14, 0.9)),
        ],
    )
    ax = plot_hypervolume(runs, band="range")
    assert points(ax, "hypervolume") == [(6, 0.2), (10, 0.3), (12, 0.4)]
    assert words(ax) == ["nsga2: median of 3 seeds", "range of the seeds"]


def test_a_seed_without_anything_leaves_no_median():
    runs = seeds_of([50.0], [60.0])
    ax = plot_hypervolume(runs)
    assert points(ax, "hypervolume") == []
    failed = Record((7,), {}, 0.1, error="it burst")
    runs[1] = replace(runs[1], records=(failed, *runs[1].records))
    assert points(plot_best(runs, ACC), "best") == []  # one ends before the other begins


values = st.lists(st.floats(0, 100), min_size=1, max_size=8)


@given(values, st.integers(1, 5))
def test_quantiles_of_equal_curves_are_the_curve(column, n):
    curve = np.column_stack([np.arange(len(column)), column])
    at, found = quantiles([curve] * n, (0.0, 0.25, 0.5, 1.0))
    assert at.tolist() == curve[:, 0].tolist()
    assert found == pytest.approx(np.tile(column, (4, 1)))


@given(st.lists(values, min_size=1, max_size=5))
def test_quantiles_are_nested_and_within_all_curves(columns):
    curves = [np.column_stack([np.arange(len(c)), c]) for c in columns]
    at, (low, middle, high) = quantiles(curves, (0.25, 0.5, 0.75))
    assert (low <= middle + 1e-9).all()
    assert (middle <= high + 1e-9).all()
    assert len(at) == min(map(len, columns))
    assert low.min() >= min(map(min, columns)) - 1e-9


@pytest.mark.parametrize("plot", [plot_best, plot_hypervolume])
@pytest.mark.parametrize("n", [2, 3, 7, 60, 20_000])
def test_evaluations_have_ticks_at_whole_numbers(plot, n):
    history = ((1, 0.1), (n, 0.2))
    run = run_of([(float(i % 7), 1.0) for i in range(min(n, 60))], hypervolumes=history)
    ax = plot(run)
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    assert ticks
    assert all(float(tick).is_integer() for tick in ticks)
    assert not overlapping(ax.figure)


def test_the_reference_point_stands_above_the_legend():
    runs = [
        replace(
            run_of(FRONT, name=f"a rather long name of a run {i}", hypervolumes=((1, 0.1),)),
            goals=Goals((ACC, FLOPS), reference={"acc": 0.0, "flops": 1e7}),
        )
        for i in range(9)
    ]
    ax = plot_hypervolume(runs)
    ax.figure.draw_without_rendering()
    assert ax.title.get_window_extent().y0 >= ax.get_legend().get_window_extent().y1 - 1
    assert not overlapping(ax.figure)
