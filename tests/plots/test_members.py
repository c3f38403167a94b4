import numpy as np
import pytest
from drawn_runs import run_of

from evonas import Objective
from evonas.objectives import ACC, FLOPS
from evonas.plots.axes import new_axes
from evonas.plots.members import label_members, make_room, named_step
from evonas.plots.points import cloud_of


def clouds(n):
    return [cloud_of(run_of([(float(i), 1e6 + i) for i in range(n)]), [FLOPS, ACC])]


@pytest.mark.parametrize(("n", "n_most", "step"), [(0, 5, 1), (5, 5, 1), (6, 5, 2), (11, 5, 3)])
def test_as_many_members_are_named_as_there_is_room_for(n, n_most, step):
    assert named_step(clouds(n), n_most=n_most) == step


def test_named_members_are_spread_over_the_whole_front():
    ax = new_axes()
    label_members(ax, clouds(9), [FLOPS, ACC], places=[0], step=4)
    assert [text.xy for text in ax.texts] == [(1e6, 0.0), (1e6 + 4, 4.0), (1e6 + 8, 8.0)]


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_there_is_more_room_beyond_the_front_the_more_names_there_are(sign, scale):
    y = Objective("acc", "", "a", sign)
    rooms = []
    for n in (0, 10, 30, 90):
        ax = new_axes()
        ax.plot([1, 2], [1.0, 100.0])
        ax.set_yscale(scale)
        make_room(ax, [FLOPS, y], n=n)
        low, high = ax.transAxes.inverted().transform(
            ax.transData.transform([(1, 1.0), (1, 100.0)])
        )[:, 1]
        rooms.append(low if sign > 0 else 1 - high)
    assert (np.diff(rooms)[:2] > 0.02).all()
    assert rooms[3] == pytest.approx(rooms[2])
    assert rooms[3] < 0.4
