"""From what a made-up network loses to its accuracy, and how noisy a training of it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evonas.landscapes.parts import LOSS, MACS, STATE, Adder, Design

GUESSED = 10.0  # percent, of ten classes
NEARLY = 0.06  # of what it would have above guessing, a ruined network keeps so much
STEEPNESS = 1.5  # above 1: the nearer to the best, the less there is to gain
BEST = (89.0, 95.0)  # percent, between which the best network of a space is drawn
MEDIAN = (62.0, 80.0)  # percent, of the median network
N_DRAWN = 4000  # networks, by which the median of a space is known
FLATNESS = 0.5  # noise falls with the MACs to the power of it
NOISE_RANGE = (0.4, 2.5)  # of the middle network's


@dataclass(frozen=True)
class AccuracyScale:
    """The accuracy of a network by its loss.

    Attributes:
        best: Accuracy of the network that loses least, in percent.
        median: Accuracy of the median network, in percent.
        least: The least loss.
        middle: The loss of the median network.
        ruined: States of networks that do little better than guessing.
        noise: Standard deviation of the accuracy over trainings of the median network, in
            percentage points.
        middle_macs: MACs of the median network.
    """

    best: float
    median: float
    least: int
    middle: float
    ruined: frozenset[int]
    noise: float = 0.0
    middle_macs: float = 1.0

    def __call__(self, loss: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Accuracies in percent, falling with the loss.

        Args:
            loss: Sums of losses, in units of ``LOSS_UNIT``.
            state: States behind the last part, as many.
        """
        above, pace = self._pace
        far = np.maximum(loss - self.least, 0) / (self.middle - self.least or 1.0)
        kept = above * np.exp(-pace * far**STEEPNESS)
        is_ruined = np.isin(state, list(self.ruined))
        return np.asarray(GUESSED + kept * np.where(is_ruined, NEARLY, 1.0))

    def of_one(self, loss: int, state: int) -> float:
        """The accuracy of one network in percent, faster than that of many.

        Args:
            loss: Sum of its losses, in units of ``LOSS_UNIT``.
            state: State behind its last part.
        """
        above, pace = self._pace
        far = max(loss - self.least, 0) / (self.middle - self.least or 1.0)
        kept = above * math.exp(-pace * far**STEEPNESS)
        return GUESSED + (NEARLY * kept if state in self.ruined else kept)

    @cached_property
    def _pace(self) -> tuple[float, float]:
        """What there is above guessing, and how fast it goes with the loss."""
        above = self.best - GUESSED
        return above, -math.log((self.median - GUESSED) / above)

    def noise_of(self, macs: float) -> float:
        """Standard deviation over trainings of a network, in percentage points.

        Args:
            macs: Its MACs, in the design's unit. Small networks vary more.
        """
        share: float = (self.middle_macs / macs) ** FLATNESS
        return self.noise * min(max(share, NOISE_RANGE[0]), NOISE_RANGE[1])


def scale_of(design: Design, rng: np.random.Generator) -> AccuracyScale:
    """The scale of a space: between which accuracies its networks lie, and how noisy they are.

    Args:
        design: The space.
        rng: Draws the ends of the scale, and the networks by which the median is known.
    """
    best, median = rng.uniform(*BEST), rng.uniform(*MEDIAN)
    genomes = rng.integers(0, design.space.sizes, (N_DRAWN, len(design.space.sizes)))
    if design.fold:
        genomes = np.array([design.fold(tuple(row)) for row in genomes.tolist()])
    totals = Adder(design).of_many(genomes)
    well = totals[~np.isin(totals[:, STATE], list(design.ruined))]
    middle = float(np.median(well[:, LOSS]))
    least = least_loss(design)
    scale = AccuracyScale(best, median, least, middle, design.ruined)
    accs = np.sort(scale(well[:, LOSS], well[:, STATE]))
    noise = design.noise * float(np.std(accs[len(accs) // 2 :]))
    macs = float(np.median(totals[:, MACS]))
    return AccuracyScale(best, median, least, middle, design.ruined, noise, macs)


def least_loss(design: Design) -> int:
    """The least loss of any network that is not ruined."""
    never = np.iinfo(np.int64).max // 4
    by_state = np.zeros(1, dtype=np.int64)
    for part in design.parts:
        reached = np.full(int(part.table[..., STATE].max()) + 1, never)
        losses = part.table[: len(by_state), :, LOSS] + by_state[:, None]
        np.minimum.at(reached, part.table[: len(by_state), :, STATE], losses)
        by_state = reached
    return int(min(loss for state, loss in enumerate(by_state) if state not in design.ruined))
