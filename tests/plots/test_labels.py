import numpy as np
import pytest
from drawn_runs import overlapping
from matplotlib.figure import Figure

from evonas.plots.labels import FONT_SIZES, INK, MEMBER, label_ends, label_points


@pytest.fixture
def ax():
    return Figure(figsize=(5, 4), layout="constrained").add_subplot()


def drawn(ax):
    ax.figure.draw_without_rendering()
    return [text for text in ax.texts if text.get_gid() == MEMBER]


def label(ax, points, **more):
    points = np.array(points, float)
    ax.plot(*points.T, "o")
    names = [f"name{i}" for i in range(len(points))]
    label_points(ax, points, names, towards=(-1, 1), **more)


def test_texts_in_one_place_are_seen_to_overlap(ax):
    for word in ("one", "two"):
        ax.text(0.5, 0.5, word)
    assert overlapping(ax.figure) == [("two", "one")]


def test_points_are_named_without_overlap_also_after_the_figure_has_changed(ax):
    label(ax, [(i, i * i) for i in range(12)])
    assert [text.get_text() for text in drawn(ax)] == [f"name{i}" for i in range(12)]
    assert not overlapping(ax.figure)
    ax.figure.set_size_inches(3, 2.5)
    ax.set_xscale("symlog")
    drawn(ax)
    assert not overlapping(ax.figure)


def test_a_name_far_from_its_point_has_a_leader_and_one_close_by_has_none(ax):
    ax.margins(0.4)
    label(ax, [(0.0, 0.0), (1.0, 1.0), *[(0.5, 0.5)] * 12])
    leaders = [text.arrow_patch.get_visible() for text in drawn(ax)]
    assert leaders[:2] == [False, False]
    assert sum(leaders[2:]) >= 6


def test_names_are_smaller_where_they_would_not_all_fit_otherwise(ax):
    label(ax, [(0.0, 0.0), (1.0, 1.0)])
    assert {text.get_fontsize() for text in drawn(ax)} == {FONT_SIZES[0]}
    small = Figure(figsize=(1.3, 1.3), layout="constrained").add_subplot()
    label(small, np.random.default_rng(0).random((40, 2)))
    assert {text.get_fontsize() for text in drawn(small)} < {*FONT_SIZES[1:]}
    assert not overlapping(small.figure)


def test_names_may_have_colours_and_are_dark_grey_otherwise(ax):
    label(ax, [(0.0, 0.0), (1.0, 1.0)], colours=["#112233", "#445566"])
    assert [text.get_color() for text in drawn(ax)] == ["#112233", "#445566"]
    other = Figure().add_subplot()
    label(other, [(0.0, 0.0)])
    assert [text.get_color() for text in drawn(other)] == [INK]


@pytest.mark.parametrize("n", [1, 7, 30])
def test_ends_are_named_beside_the_axes_in_their_order(ax, n):
    heights = np.random.default_rng(0).random(n) ** 3
    for height in heights:
        ax.plot([0, 1], [0, height])
    label_ends(ax, heights, [f"name{i}" for i in range(n)])
    boxes = [text.get_window_extent() for text in drawn(ax)]
    assert not overlapping(ax.figure)
    tops = [box.y1 for box in boxes]
    assert np.argsort(tops).tolist() == np.argsort(heights, kind="stable").tolist()
    assert min(box.x1 for box in boxes) > ax.bbox.x1
    assert max(box.x1 for box in boxes) <= ax.figure.bbox.x1


def test_nothing_to_name_is_no_mistake(ax):
    label_points(ax, np.zeros((0, 2)), [], towards=(1, 1))
    label_ends(ax, np.zeros(0), [])
    assert drawn(ax) == []
