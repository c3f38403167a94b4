"""Members of a front on a pair of axes: their short ids, and the room for these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from evonas.objectives import Objective
from evonas.plots.labels import label_points
from evonas.plots.points import Cloud
from evonas.plots.style import COLOURS

MOST_NAMED = 80  # members of fronts in one picture; of more, one in two or three is named


def named_step(clouds: Sequence[Cloud], *, n_most: int = MOST_NAMED) -> int:
    """How many members of fronts there are to one that is named.

    Args:
        clouds: The runs' architectures.
        n_most: How many names there is room for.
    """
    n_members = sum(len(cloud.members) for cloud in clouds)
    return -(-n_members // n_most) or 1


def label_members(
    ax: Axes,
    clouds: Sequence[Cloud],
    axes: Sequence[Objective],
    *,
    places: Sequence[int],
    step: int = 1,
) -> None:
    """Short ids of the members of fronts, first of all beyond the front, where nothing is.

    Args:
        ax: The axes, on which the fronts were drawn.
        clouds: The runs' architectures, whose first two objectives are the axes.
        axes: The objectives to the right and upwards.
        places: The place of each run among those that are drawn, which decides its colour.
        step: How many members there are to one that is named.
    """
    members = [cloud.members[::step] for cloud in clouds]
    points = [c.measured[own, :2] for c, own in zip(clouds, members, strict=True)]
    make_room(ax, axes, n=sum(map(len, members)))
    names = [c.names[i] for c, own in zip(clouds, members, strict=True) for i in own]
    colours = [
        COLOURS[place % len(COLOURS)]
        for place, own in zip(places, members, strict=True)
        for _ in own
    ]
    crowd = [cloud.measured[:, :2] for cloud in clouds]
    crowd += [cloud.finals[cloud.members][:, :2] for cloud in clouds]
    others = np.concatenate([np.zeros((0, 2)), *crowd])
    strokes = [_strokes(cloud, axes) for cloud in clouds]
    label_points(
        ax,
        np.concatenate([np.zeros((0, 2)), *points]),
        names,
        towards=(-axes[0].sign, -axes[1].sign),
        colours=colours if len(set(places)) > 1 else (),
        crowd=others[np.isfinite(others).all(1)],
        strokes=np.concatenate([np.zeros((0, 2, 2)), *strokes]),
    )


def _strokes(cloud: Cloud, axes: Sequence[Objective]) -> np.ndarray:
    """Ends of the pieces of the stairs, and of what joins members to their test marks."""
    own, finals = cloud.front[:, :2], cloud.finals[cloud.members][:, :2]
    joins = np.stack([own, np.where(np.isfinite(finals), finals, own)], axis=1)
    if cloud.measured.shape[1] > 2:
        return joins
    turn = own[:-1].copy(), own[1:].copy()
    corners = np.column_stack(
        [turn[1][:, 0], turn[0][:, 1]] if axes[0].sign > 0 else [turn[0][:, 0], turn[1][:, 1]]
    )
    return np.concatenate(
        [joins, np.stack([turn[0], corners], axis=1), np.stack([corners, turn[1]], axis=1)]
    )


def make_room(ax: Axes, axes: Sequence[Objective], *, n: int) -> None:
    """Wider limits for the names of members, most of all beyond the front.

    Args:
        ax: The axes, with their scales and all that is drawn.
        axes: The objectives to the right and upwards.
        n: How many members are to be named.
    """
    ax.margins(x=0.1, y=0.1)
    ax.autoscale_view()
    share = min(0.3, 0.01 * n)
    end = -share if axes[1].sign > 0 else 1 + share
    _, limit = ax.transData.inverted().transform(ax.transAxes.transform((0.5, end)))
    ax.set_ylim(**{"bottom" if axes[1].sign > 0 else "top": limit})
