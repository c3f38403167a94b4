import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.plots.placement import GAP, Surroundings, place, spread

SIZE = np.array([24.0, 8.0])
FRAME = np.array([0.0, 0.0, 400.0, 300.0])
NOWHERE, NO_LINES = np.zeros((0, 2)), np.zeros((0, 2, 2))
coordinates = st.tuples(st.integers(20, 380).map(float), st.integers(20, 280).map(float))


def around(anchors, *, crowd=NOWHERE, strokes=NO_LINES, frame=FRAME, towards=(-1, 1)):
    return Surroundings(np.array(anchors, float), SIZE, frame, crowd, strokes, towards)


def boxes(middles):
    return np.hstack([middles - SIZE / 2, middles + SIZE / 2])


@settings(max_examples=25, deadline=None)
@given(st.lists(coordinates, min_size=1, max_size=30))
def test_labels_lie_in_the_frame_and_cover_neither_each_other_nor_points(anchors):
    found = boxes(place(around(anchors)))
    assert (found[:, :2] >= FRAME[:2]).all()
    assert (found[:, 2:] <= FRAME[2:]).all()
    for i, box in enumerate(found):
        apart = (found[:, :2] >= box[2:]) | (found[:, 2:] <= box[:2])
        assert apart.any(1).sum() == len(found) - 1, i
        inside = (np.array(anchors) > box[:2]) & (np.array(anchors) < box[2:])
        assert not inside.all(1).any()


@settings(max_examples=10, deadline=None)
@given(st.lists(coordinates, min_size=2, max_size=20, unique=True))
def test_no_two_labels_would_be_nearer_to_their_points_if_they_changed_places(anchors):
    anchors = np.array(anchors)
    middles = place(around(anchors))
    ways = np.hypot(*(anchors[:, None] - middles[None]).transpose(2, 0, 1))
    now = np.diag(ways)
    assert (now[:, None] + now <= ways + ways.T + 1e-4 * now.max()).all()


def test_equal_surroundings_give_equal_places():
    anchors = np.random.default_rng(0).random((20, 2)) * 200 + 50
    assert place(around(anchors)).tolist() == place(around(anchors)).tolist()
    assert place(around(np.zeros((0, 2)))).shape == (0, 2)


@pytest.mark.parametrize("towards", [(-1, 1), (1, 1), (1, -1), (-1, -1)])
def test_a_point_alone_has_its_label_in_the_wanted_direction_close_by(towards):
    ((x, y),) = place(around([(200, 150)], towards=towards)) - (200, 150)
    assert (np.sign(x), np.sign(y)) == towards
    assert np.hypot(*np.maximum(np.abs([x, y]) - SIZE / 2, 0)) <= GAP + 1e-9


def test_a_label_leaves_points_and_lines_uncovered_where_it_can():
    crowd = np.array([(200 - dx, 150 + dy) for dx in range(2, 30, 2) for dy in range(2, 20, 2)])
    lines = np.array([[(200.0, 150.0), (230.0, 150.0)], [(200.0, 150.0), (200.0, 180.0)]])
    (box,) = boxes(place(around([(200, 150)], crowd=crowd, strokes=lines)))
    assert not ((crowd > box[:2]) & (crowd < box[2:])).all(1).any()
    low, high = lines.min(1), lines.max(1)
    assert ((low >= box[2:]) | (high <= box[:2])).any(1).all()


def test_where_there_is_no_room_a_label_has_no_place():
    tight = np.array([0.0, 0.0, 30.0, 10.0])
    middles = place(around([(15, 5), (16, 5)], frame=tight))
    assert np.isfinite(middles).all(1).sum() <= 1


heights = st.lists(st.integers(0, 100).map(float), min_size=1, max_size=15)


@given(heights)
def test_spread_heights_are_a_gap_apart_in_their_order_and_in_bounds(wanted):
    found = spread(np.array(wanted), gap=5.0, low=0.0, high=100.0)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(found[order]) >= 5.0 - 1e-9).all()
    assert found.min() >= -1e-9
    assert found.max() <= 100 + 1e-9


@given(heights)
def test_heights_that_are_apart_already_stay(wanted):
    apart = np.unique(wanted)
    assert spread(apart, gap=1.0, low=0.0, high=100.0) == pytest.approx(apart)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6), st.data())
def test_no_other_heights_a_gap_apart_are_nearer(wanted, data):
    values = np.sort(wanted)
    found = spread(values, gap=5.0, low=0.0, high=100.0)
    steps = data.draw(st.lists(st.floats(0, 10), min_size=len(values), max_size=len(values)))
    other = np.cumsum(steps) + 5.0 * np.arange(len(values))
    if other.max() <= 100:
        assert ((found - values) ** 2).sum() <= ((other - values) ** 2).sum() + 1e-6


def test_where_there_is_no_room_the_gap_is_smaller():
    found = spread(np.full(11, 50.0), gap=30.0, low=0.0, high=100.0)
    assert found == pytest.approx(np.arange(0, 101, 10))
