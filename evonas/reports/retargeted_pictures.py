"""What pictures of a run on other targets show, as plain values for those who draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evonas.carbon.deployment import ENDS, SEPARATOR
from evonas.hardware.targets import Target
from evonas.plots.retargeted import BandedFront, RankedTwice, draw_fronts, draw_ranks
from evonas.reports.aims import target_text
from evonas.reports.retargeted import Disagreement, Retargeted, TargetFront

MOST_PAIRS = 3  # of targets, those that disagree most


def draw_all(found: Retargeted, *, fronts: Path, differences: Path) -> list[Path]:
    """Draw the front of each target, and how every two targets differ, if there are several.

    Args:
        found: The run on its targets.
        fronts: File that the picture of the fronts is written to.
        differences: File that the picture of the differences is written to.

    Returns:
        The files that were written.
    """
    drawn = [_front(found, each) for each in found.fronts if each.target and each.members]
    pairs = [_pair(found, each) for each in found.disagreements[:MOST_PAIRS]]
    written = []
    if drawn:
        draw_fronts(drawn, out=fronts)
        written.append(fronts)
    if pairs:
        draw_ranks(pairs, out=differences)
        written.append(differences)
    return written


def _front(found: Retargeted, front: TargetFront) -> BandedFront:
    x = next(m for m in front.objectives if target_text(m.name))
    y = front.objectives[0] if front.objectives[0] != x else found.aims.measured[0]
    n_sure = sum(front.standings[i] in ("necessary", "robust") for i in front.members)
    return BandedFront(
        title=f"{front.name}: {len(front.members)} on the front, {n_sure} robust",
        x=x,
        y=y,
        bands=np.array([found.values(x.name, end) for end in ENDS]),
        heights=found.values(y.name),
        standings=front.standings,
        members=front.members,
        names=[found.id_of(i) for i in front.members],
        limits=[limit.bound for limit in front.limits if limit.metric == x.name],
    )


def _pair(found: Retargeted, each: Disagreement) -> RankedTwice:
    return RankedTwice(
        title=f"Kendall {each.kendall:.3f}",
        targets=(str(each.targets[0]), str(each.targets[1])),
        metric=each.metric,
        ranks=np.array([_ranks(found, f"{each.metric}{SEPARATOR}{t}") for t in each.targets]),
        is_on=np.array([_is_on(found, target) for target in each.targets]),
    )


def _ranks(found: Retargeted, name: str) -> np.ndarray:
    values = (-1 if name.startswith("throughput") else 1) * found.values(name)
    ranks: np.ndarray = 1 + (values[None] < values[:, None]).sum(1)
    return ranks


def _is_on(found: Retargeted, target: Target) -> np.ndarray:
    (members,) = (each.members for each in found.fronts if each.target == target)
    return np.isin(np.arange(len(found.priced)), members)
