from dataclasses import replace

import numpy as np
import pytest
from drawn_runs import (
    DOMINATED,
    FRONT,
    lines,
    overlapping,
    points,
    records_of,
    run_of,
    turned,
    words,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.cbook import STEP_LOOKUP_MAP
from matplotlib.collections import LineCollection

from evonas import Config, Constraint, Objective
from evonas.objectives import ACC, FLOPS, PARAMS, TEST_ACC
from evonas.pareto.dominance import front
from evonas.plots.front import plot_front
from evonas.plots.style import new_figure
from evonas.record import Record

SMALL = Constraint("params", "<=", 100.0)
coordinates = st.tuples(st.integers(0, 8).map(float), st.integers(1, 300).map(float))


@settings(max_examples=30, deadline=None)
@given(st.lists(coordinates, min_size=1, max_size=25))
def test_the_drawn_front_is_the_front_of_the_records(pairs):
    F = np.array(pairs) * [ACC.sign, FLOPS.sign]
    expected = [pair for pair, is_kept in zip(pairs, front(F), strict=True) if is_kept]
    ax = plot_front(records_of(pairs), FLOPS, ACC)
    assert points(ax, "front") == turned(expected)
    assert points(ax, "measured") == turned(pairs)


@pytest.mark.parametrize("x_sign", [-1, 1])
@pytest.mark.parametrize("y_sign", [-1, 1])
def test_every_corner_of_the_stairs_is_attained_by_a_member_of_the_front(x_sign, y_sign):
    x, y = Objective("acc", "", "a", x_sign), Objective("flops", "", "b", y_sign)
    cloud = np.random.default_rng(0).random((40, 2))
    ax = plot_front(records_of([tuple(row) for row in cloud.tolist()]), x, y)
    (line,) = lines(ax, "front")
    corners = STEP_LOOKUP_MAP[line.get_drawstyle()](*line.get_data()).T * [x_sign, y_sign]
    members = line.get_xydata() * [x_sign, y_sign]
    assert len(members) > 1
    assert (members[:, None] <= corners).all(2).any(0).all()


def test_what_failed_is_not_drawn_and_what_breaks_a_constraint_is_not_on_the_front():
    too_large = {"acc": 99.0, "flops": 1.5e6, "params": 101.0}
    untrained = {"flops": 2.5e6, "params": 500.0}
    failed = Record((99,), {"acc": 98.0, "flops": 1e6, "params": 1.0}, 0.1, error="it burst")
    fine = records_of(FRONT + DOMINATED, params=100.0)
    records = (*fine, failed, *records_of([too_large, untrained]))
    ax = plot_front(records, FLOPS, ACC, constraints=[SMALL])
    assert points(ax, "front") == turned(FRONT)
    assert points(ax, "measured") == turned(FRONT + DOMINATED)
    assert points(ax, "infeasible") == [(1.5e6, 99.0)]
    assert lines(ax, "foot")[0].get_xdata().tolist() == [2.5e6]
    assert words(ax) == [
        "measured (6)",
        "breaks a constraint",
        "breaks a constraint, not measured",
        "Pareto front (3)",
    ]


def test_axes_say_label_unit_and_direction():
    ax = plot_front(records_of(FRONT, params=7.0), FLOPS, ACC)
    assert ax.get_xlabel() == "FLOPs of one input [FLOP], lower is better"
    assert ax.get_ylabel() == "validation accuracy [%], higher is better"
    ax = plot_front(records_of(FRONT, params=7.0), PARAMS, ACC)
    assert ax.get_xlabel() == "trainable parameters, lower is better"


@pytest.mark.parametrize(
    ("factor", "scale"), [(20.0, "linear"), (20.1, "log"), (900.0, "log"), (1e7, "log")]
)
def test_a_cost_that_spans_a_lot_has_a_logarithmic_axis(factor, scale):
    ax = plot_front(records_of([(1.0, 3e5), (99.0, 3e5 * factor)]), FLOPS, ACC)
    assert (ax.get_xscale(), ax.get_yscale()) == (scale, "linear")
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    texts = [ax.xaxis.get_major_formatter()(tick) for tick in ticks]
    assert 2 <= len(set(texts)) == len(ticks) <= 9
    assert texts[-1][-1] in "MGT"


def test_a_cost_of_zero_keeps_its_axis_linear():
    ax = plot_front(records_of([(50.0, 0.0), (60.0, 1e9)]), FLOPS, ACC)
    assert ax.get_xscale() == "linear"


def test_thirty_runs_can_still_be_told_apart():
    drawn = lines(plot_front([run_of(FRONT, name=str(i)) for i in range(30)]), "front")
    assert len({(line.get_color(), line.get_marker()) for line in drawn}) == 30


def seeds_of(*fronts, **words):
    """Runs of one config, each with a seed of its own."""
    return [
        replace(run_of(pairs, name=f"run {i}"), config=Config(seed=i, **words))
        for i, pairs in enumerate(fronts)
    ]


def test_seeds_of_one_config_are_drawn_as_what_half_of_them_attain():
    runs = seeds_of(FRONT, [(50.0, 1e6), (75.0, 3e6)], [(55.0, 1.5e6), (90.0, 9e6)])
    ax = plot_front(runs, FLOPS, ACC)
    assert points(ax, "front") == [
        *((1e6, 50.0), (1.5e6, 55.0), (3e6, 70.0)),
        *((5e6, 75.0), (9e6, 80.0)),
    ]
    assert points(ax, "measured") == []
    assert words(ax) == [
        "nsga2: attained by half of 3 seeds",
        "attained by 25 % to 75 % of the seeds",
    ]
    assert len(points(plot_front(runs, FLOPS, ACC, is_apart=True), "front")) == 3 + 2 + 2


@pytest.mark.parametrize(("band", "counts"), [("quartiles", (2, 4)), ("range", (1, 5))])
@pytest.mark.parametrize("x_sign", [-1, 1])
@pytest.mark.parametrize("y_sign", [-1, 1])
def test_the_band_is_what_fewer_runs_attain_and_more_of_them_do_not(
    band, counts, x_sign, y_sign
):
    x, y = Objective("acc", "", "a", x_sign), Objective("flops", "", "b", y_sign)
    rng, signs = np.random.default_rng(0), [x_sign, y_sign]
    clouds = [rng.integers(1, 9, (6, 2)).astype(float) for _ in range(5)]
    runs = seeds_of(*(list(map(tuple, cloud.tolist())) for cloud in clouds))
    ax = plot_front(runs, x, y, band=band)
    (filled,) = [each for each in ax.collections if each.get_gid() == "band"]
    worst = np.max([(c * signs)[front(c * signs)].max(0) for c in clouds], axis=0)
    probes = rng.random((300, 2)) * 7 + 1.01
    for point in probes[(probes * signs <= worst).all(1)]:
        n_runs = sum(bool((cloud * signs <= point * signs).all(1).any()) for cloud in clouds)
        is_inside = any(path.contains_point(point) for path in filled.get_paths())
        assert is_inside == (counts[0] <= n_runs < counts[1])


def test_a_group_and_a_run_by_itself_have_looks_of_their_own():
    runs = [*seeds_of(FRONT, DOMINATED), run_of(FRONT, name="other")]
    runs[2] = replace(runs[2], config=Config(pop_size=7))
    ax = plot_front(runs, FLOPS, ACC)
    group, other = lines(ax, "front")
    assert group.get_color() != other.get_color()
    assert (group.get_marker(), group.get_linestyle()) != (
        other.get_marker(),
        other.get_linestyle(),
    )
    assert {"nsga2: attained by half of 2 seeds", "other"} <= set(words(ax))


def test_a_third_objective_is_in_colours_and_the_front_that_of_all_three():
    rows = [
        {"acc": 50.0, "flops": 5e6, "params": 1.0},
        {"acc": 60.0, "flops": 2e6, "params": 9.0},
        {"acc": 40.0, "flops": 6e6, "params": 9.0},
    ]
    ax = plot_front(run_of(rows), FLOPS, ACC, color=PARAMS)
    (marks,) = [each for each in ax.collections if each.get_gid() == "front"]
    assert marks.get_offsets().tolist() == [[2e6, 60.0], [5e6, 50.0]]
    assert len({tuple(colour) for colour in marks.get_facecolors().tolist()}) == 2
    bar = next(other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "trainable parameters, lower is better"
    assert not lines(ax, "front")


def test_runs_in_colours_are_told_apart_by_their_marks():
    runs = [run_of([{"acc": 5.0, "flops": 2.0, "params": 3.0}], name=name) for name in "ab"]
    ax = plot_front(runs, FLOPS, ACC, color=PARAMS)
    marks = [each.get_paths()[0] for each in ax.collections if each.get_gid() == "front"]
    assert len({len(mark.vertices) for mark in marks}) == 2
    assert {"a", "b"} <= set(words(ax))


def test_a_member_stands_beside_what_it_has_on_the_test_part():
    records = [
        {"acc": 60.0, "flops": 1e6, "test_acc": 58.0},
        {"acc": 80.0, "flops": 2e6, "test_acc": 81.0},
        {"acc": 50.0, "flops": 3e6},
    ]
    ax = plot_front(run_of(records, metrics=(ACC, FLOPS, TEST_ACC)))
    assert points(ax, "final") == [(1e6, 58.0), (2e6, 81.0)]
    (joined,) = [each for each in ax.collections if isinstance(each, LineCollection)]
    assert [segment.tolist() for segment in joined.get_segments()] == [
        [[1e6, 60.0], [1e6, 58.0]],
        [[2e6, 80.0], [2e6, 81.0]],
    ]
    assert "test accuracy" in words(ax)
    (marks,) = lines(ax, "final")
    assert marks.get_markerfacecolor() == "white"


def test_without_a_test_accuracy_there_are_no_hollow_marks():
    ax = plot_front(run_of(FRONT, metrics=(ACC, FLOPS, TEST_ACC)))
    assert not lines(ax, "final")
    assert not lines(plot_front(run_of([{"acc": 1.0, "flops": 2.0, "test_acc": 3.0}])), "final")


members = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=30, unique=True
)


@settings(max_examples=8, deadline=None)
@given(members, st.sampled_from(["column", "page"]))
def test_every_member_bears_its_id_once_and_no_words_overlap(pairs, size):
    run = run_of([(50 + 0.1 * a, 1e6 + 1e4 * b) for a, b in pairs])
    ax = plot_front(run, ax=new_figure(size=size, height=3.0).add_subplot())
    ax.figure.draw_without_rendering()
    ids = [text.get_text() for text in ax.texts if text.get_visible()]
    assert sorted(ids) == sorted(run.ids[record.genome] for record in run.front)
    assert not overlapping(ax.figure)


@pytest.mark.parametrize("spread", [0.0, 1e-3])
def test_forty_members_in_one_place_still_have_a_name_each(spread):
    i = np.arange(40)
    rows = np.column_stack([60 + spread * i, 1e6 * (1 + spread * i / 100)])
    run = run_of([*map(tuple, rows.tolist()), (10.0, 5e6), (90.0, 9e6)])
    ax = plot_front(run, ax=new_figure(height=3.3, share=0.6).add_subplot())
    ax.figure.draw_without_rendering()
    ids = [text.get_text() for text in ax.texts if text.get_visible()]
    assert sorted(ids) == sorted(run.ids[record.genome] for record in run.front)
    assert len(ids) >= 40
    assert not overlapping(ax.figure)


def test_of_very_many_members_some_are_named_and_the_legend_says_so():
    run = run_of([(float(i), 1e6 + i) for i in range(200)])
    ax = plot_front(run)
    assert len(ax.texts) == 67
    assert words(ax)[-1] == "Pareto front (200, one in 3 named)"
    bare = plot_front(run, has_labels=False)
    assert not bare.texts
    assert words(bare)[-1] == "Pareto front (200)"


def test_legends_cover_no_point():
    for runs in (run_of(FRONT), [run_of(FRONT, name=f"a longer name {i}") for i in range(7)]):
        ax = plot_front(runs, FLOPS, ACC)
        ax.figure.draw_without_rendering()
        assert not ax.get_legend().get_window_extent().overlaps(ax.bbox.shrunk(1.0, 0.99))
        assert not overlapping(ax.figure)


def test_no_tick_says_what_an_objective_cannot_be():
    ax = plot_front(run_of([(99.5, 1.0), (20.0, 0.5)]))
    ax.figure.draw_without_rendering()
    assert ax.get_ylim()[1] > 100
    assert max(ax.get_yticks()) <= 100
    assert min(ax.get_xticks()) >= 0
