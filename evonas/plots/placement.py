"""Where labels go, so that they cover neither each other nor points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GAP = 3.0  # typographical points from the middle of a mark to its label
MARK = 2.6  # typographical points, half of a mark
RINGS = np.geomspace(1.0, 120.0, 20)  # radii of the places that are tried, in gaps
N_DIRECTIONS = 32
N_AT_ONCE = 48  # places that are looked at
N_ROUNDS = 4  # of moving labels; more change little
STEPS = np.linspace(0.15, 0.9, 8)[:, None]  # places on a leader that no label may cover


@dataclass(frozen=True)
class Surroundings:
    """What labels must fit into, and what they should not cover.

    Attributes:
        anchors: The points to be labelled, ``(n, 2)``.
        size: Width and height of a label, ``(2,)``; the largest, where they differ.
        frame: Left, lower, right and upper end of where labels may be, ``(4,)``.
        crowd: Other points, ``(m, 2)``, which are better not covered.
        strokes: Pieces of lines, ``(k, 2, 2)``, which are better not covered either.
        towards: The direction in which places are looked for first.
        dot: How long a typographical point is in the units of all these.
    """

    anchors: np.ndarray
    size: np.ndarray
    frame: np.ndarray
    crowd: np.ndarray
    strokes: np.ndarray
    towards: tuple[float, float]
    dot: float = 1.0


def place(around: Surroundings) -> np.ndarray:
    """Where labels go: each to a free place near its point.

    A place is free if it lies in the frame and covers no label, no point and no leader, and if
    the leader to it crosses no label. Of free places the nearest counts as best, of these the
    one in the wanted direction; covered points of the crowd and crossed leaders are like a
    longer way. Labels take the best place one after the other, along the points; then, a few
    times, two of them change places where that shortens their leaders, after which no two
    leaders cross, and each moves where there is a better place by now. Where nothing is free,
    leaders and then points may be covered, labels never.

    Args:
        around: The points, and what is around them.

    Returns:
        The middles of the labels, ``(n, 2)``; NaN where there is no room at all.
    """
    middles = np.full(around.anchors.shape, np.nan)
    order = _along(around)
    offers = [_offer(around, i) for i in range(len(middles))]
    for _ in range(N_ROUNDS):
        for i in order:
            middles[i] = _best_middle(around, middles, i, offers[i])
        middles = _uncrossed(around.anchors, middles)
    return middles


def _offer(around: Surroundings, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Places around a point and what each costs before any other label is placed.

    Returns:
        Middles in the frame, ``(n, 2)``, and costs, ``(n,)``, ascending.
    """
    turns = np.linspace(0, 2 * np.pi, N_DIRECTIONS, endpoint=False)
    angles = np.arctan2(around.towards[1], around.towards[0]) + turns
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    ways = GAP * around.dot * (RINGS[:, None] + 0.4 * (1 - np.cos(turns)))
    sides = directions / np.abs(directions).max(1, keepdims=True) * around.size / 2
    offsets = directions * (GAP * around.dot * RINGS[:, None, None]) + sides
    middles = (around.anchors[i] + offsets).reshape(-1, 2)
    low, high = middles - around.size / 2, middles + around.size / 2
    is_inside = (low >= around.frame[:2]).all(1) & (high <= around.frame[2:]).all(1)
    middles, costs = middles[is_inside], ways.ravel()[is_inside]
    costs = costs + _cost_of_covering(around, middles)
    order = np.argsort(costs, kind="stable")
    return middles[order], costs[order]


def _cost_of_covering(around: Surroundings, middles: np.ndarray) -> np.ndarray:
    """What it costs to cover points and lines, ``(n,)``."""
    boxes = np.stack([middles - around.size / 2, middles + around.size / 2], axis=1)
    marks = _n_covered(boxes, around.anchors, pad=MARK * around.dot)
    crowded = np.minimum(_n_covered(boxes, around.crowd, pad=0.5 * around.dot), 6)
    struck = _n_struck(boxes, around.strokes) > 0
    found: np.ndarray = around.dot * (1e4 * marks + 4 * crowded + 12 * struck)
    return found


def _best_middle(
    around: Surroundings,
    middles: np.ndarray,
    i: int,
    offer: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """The best place for one label while the others stay; its own if none is better."""
    is_other = np.isfinite(middles[:, 0]) & (np.arange(len(middles)) != i)
    others, anchors = middles[is_other], around.anchors[is_other]
    best, least = middles[i], np.inf
    offered, costs = offer
    if np.isfinite(best[0]):
        way = np.maximum(np.abs(best - around.anchors[i]) - around.size / 2, 0)
        own = np.hypot(*way) + _cost_of_covering(around, best[None])
        least = float((own + _cost_among(around, i, best[None], others, anchors))[0])
    for start in range(0, len(offered), N_AT_ONCE):
        if costs[start] >= least:
            break
        some = slice(start, start + N_AT_ONCE)
        whole = costs[some] + _cost_among(around, i, offered[some], others, anchors)
        if whole.min() < least:
            best, least = offered[some][int(whole.argmin())], float(whole.min())
    found: np.ndarray = best
    return found


def _cost_among(
    around: Surroundings, i: int, offered: np.ndarray, others: np.ndarray, anchors: np.ndarray
) -> np.ndarray:
    """What places cost a label because of others and their leaders; infinite on a label."""
    half, dot = around.size / 2, around.dot
    boxes = np.stack([offered - half, offered + half], axis=1)
    taken = np.stack([others - half, others + half], axis=1)
    leaders = np.stack([anchors, others], axis=1)
    own = np.stack([np.broadcast_to(around.anchors[i], offered.shape), offered], axis=1)
    on_leaders = _n_covered(boxes, _dots_of(leaders), pad=0.3 * dot) > 0
    crossed = 25 * _n_crossed(own, leaders) + 150 * (on_leaders + _leads_through(own, taken))
    found: np.ndarray = np.where(
        _overlap(boxes, taken, pad=0.7 * dot).any(1), np.inf, dot * crossed
    )
    return found


def _uncrossed(anchors: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """The same places with labels exchanged by twos while that shortens their leaders."""
    placed = np.flatnonzero(np.isfinite(middles[:, 0]))
    own = middles[placed]
    lengths = np.hypot(*(anchors[placed][:, None] - own[None]).transpose(2, 0, 1))  # (n, n)
    while len(placed) > 1:
        now = np.diag(lengths)
        gains = now[:, None] + now - lengths - lengths.T
        i, j = np.unravel_index(int(gains.argmax()), gains.shape)
        if gains[i, j] < 1e-6 * max(1.0, now.max()):
            break
        own[[i, j]], lengths[:, [i, j]] = own[[j, i]], lengths[:, [j, i]]
    found = middles.copy()
    found[placed] = own
    return found


def spread(wanted: np.ndarray, *, gap: float, low: float, high: float) -> np.ndarray:
    """Heights that lie a gap apart and as near to the wanted ones as can be.

    The sum of squared moves is least: heights less their place times the gap must not descend,
    which is isotonic regression (pooling adjacent violators).

    Args:
        wanted: The wanted heights, ``(n,)``, in any order, which is kept.
        gap: The least distance of two heights; less where there is no room for it.
        low: The least height.
        high: The largest height.
    """
    n = len(wanted)
    gap = min(gap, (high - low) / max(1, n - 1))
    order = np.argsort(wanted, kind="stable")
    blocks: list[tuple[float, int]] = []  # mean and length of what moves together
    for value in wanted[order] - gap * np.arange(n):
        mean, length = float(value), 1
        while blocks and blocks[-1][0] >= mean:
            before, n_before = blocks.pop()
            mean = (mean * length + before * n_before) / (length + n_before)
            length += n_before
        blocks.append((mean, length))
    level = np.repeat([mean for mean, _ in blocks], [length for _, length in blocks])
    found = np.empty(n)
    found[order] = np.clip(level, low, high - gap * (n - 1)) + gap * np.arange(n)
    return found


def _along(around: Surroundings) -> list[int]:
    """Indices along the points, across the wanted direction."""
    across = around.anchors @ np.array([around.towards[1], -around.towards[0]])
    keys = (around.anchors[:, 1], around.anchors[:, 0], across)
    return [int(i) for i in np.lexsort(keys)]


def _overlap(boxes: np.ndarray, taken: np.ndarray, *, pad: float) -> np.ndarray:
    """Which boxes overlap which others, ``(n, m)``."""
    apart = (boxes[:, None, 0] >= taken[:, 1] + pad) | (boxes[:, None, 1] <= taken[:, 0] - pad)
    found: np.ndarray = np.logical_not(apart.any(2))
    return found


def _n_covered(boxes: np.ndarray, points: np.ndarray, *, pad: float) -> np.ndarray:
    """How many points each box covers, ``(n,)``."""
    above = points > boxes[:, None, 0] - pad
    below = points < boxes[:, None, 1] + pad
    found: np.ndarray = (above & below).all(2).sum(1)
    return found


def _dots_of(leaders: np.ndarray) -> np.ndarray:
    """Places on leaders, ``(n, 2)``."""
    starts, ends = leaders[:, None, 0], leaders[:, None, 1]
    found: np.ndarray = (starts + STEPS * (ends - starts)).reshape(-1, 2)
    return found


def _leads_through(leaders: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """How many boxes each leader goes through, ``(n,)``."""
    dots = leaders[:, None, 0] + STEPS * (leaders[:, None, 1] - leaders[:, None, 0])
    inside = (dots[:, :, None] > boxes[:, 0]) & (dots[:, :, None] < boxes[:, 1])
    found: np.ndarray = inside.all(3).any(1).sum(1)
    return found


def _n_crossed(leaders: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many other leaders each one crosses, ``(n,)``."""
    a, b = leaders[:, None, 0], leaders[:, None, 1]
    c, d = others[None, :, 0], others[None, :, 1]
    is_across = _side(a, b, c) * _side(a, b, d) < 0
    found: np.ndarray = (is_across & (_side(c, d, a) * _side(c, d, b) < 0)).sum(1)
    return found


def _n_struck(boxes: np.ndarray, strokes: np.ndarray) -> np.ndarray:
    """How many strokes each box covers a part of, ``(n,)``; strokes run along the axes."""
    low, high = strokes.min(axis=1), strokes.max(axis=1)  # (k, 2)
    apart = (boxes[:, None, 0] >= high) | (boxes[:, None, 1] <= low)
    found: np.ndarray = (~apart.any(2)).sum(1)
    return found


def _side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> np.ndarray:
    """On which side of a line points lie: negative, 0 or positive."""
    way, other = end - start, point - start
    found: np.ndarray = way[..., 0] * other[..., 1] - way[..., 1] * other[..., 0]
    return found
