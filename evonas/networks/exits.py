"""Networks with several exits: which exit answers, by budget or by confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NEVER = 2.0  # a threshold that no probability reaches
_STEEPEST = 60.0  # of the logarithm of a ratio of shares; the rest is below the rounding


@dataclass(frozen=True)
class Exits:
    """What the exits of a network cost, the one that answers first in front.

    Attributes:
        alone: FLOPs of the answer of each exit where no other one answers: all that it depends
            on, its own head included.
        in_turn: FLOPs of the answer of each exit after all before it have answered, whose heads
            are counted as well.

    Raises:
        ValueError: There is no exit, or the two differ in length.
    """

    alone: tuple[float, ...]
    in_turn: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.alone or len(self.alone) != len(self.in_turn):
            raise ValueError(
                f"the exits cost {self.alone} alone and {self.in_turn} in turn; expected as "
                "many of both, at least one"
            )

    @classmethod
    def single(cls, flops: float) -> Exits:
        """Of a network with one exit.

        Args:
            flops: FLOPs of one forward pass of one input.
        """
        return cls((flops,), (flops,))

    @property
    def n(self) -> int:
        """How many exits there are."""
        return len(self.alone)


def exit_names(metric: str, n_exits: int) -> tuple[str, ...]:
    """What a metric of each exit is called: its name and the number of the exit, from 1.

    Args:
        metric: The metric of one exit, such as ``acc``.
        n_exits: How many exits there are.
    """
    return tuple(f"{metric}_{k}" for k in range(1, n_exits + 1))


def answered(flops: Sequence[float], *, max_budget: float) -> np.ndarray:
    """How many of the budgets each exit answers, drawn uniformly from [0, max_budget].

    A budget is answered by the last exit that costs no more. This is Eq. 4 of Cioflan and
    Timofte (MS-RANAS) with a budget that does not depend on the image: what a network is
    expected to be worth is the sum of these shares times what each answer is worth.

    Args:
        flops: What the answer of each exit costs, ``(k,)``; in any order.
        max_budget: The largest budget, above 0; what costs more answers none.

    Returns:
        ``(k + 1,)`` shares that sum to 1; the first is that of the budgets too small for any.

    Raises:
        ValueError: The largest budget is not above 0, or is not finite.
    """
    if not 0 < max_budget < math.inf:
        raise ValueError(f"the largest budget is {max_budget:g} FLOPs; expected one above 0")
    costs = np.minimum(np.asarray(flops, dtype=float), max_budget)  # (k,)
    ends = np.minimum.accumulate(np.append(costs, max_budget)[::-1])[::-1]  # (k + 1,)
    widths = np.maximum(0.0, ends[1:] - costs)
    return np.append(ends[0], widths) / max_budget


def anytime_area(
    accuracies: Sequence[float], flops: Sequence[float], *, max_budget: float, chance: float
) -> float:
    """The mean accuracy over all budgets: the area under accuracy against FLOPs.

    Args:
        accuracies: The accuracy of each exit, ``(k,)``, in any unit.
        flops: What the answer of each exit costs, ``(k,)``.
        max_budget: The largest budget, at which the area ends.
        chance: The accuracy of guessing, which budgets get that are too small for any exit.
    """
    return float(answered(flops, max_budget=max_budget) @ np.array([chance, *accuracies]))


def geometric_shares(flops: Sequence[float], *, mean_budget: float) -> np.ndarray:
    """How many images shall leave at each exit so that they cost a mean budget.

    Each exit gets the same multiple of the share before it, as in the budgeted batch
    classification of MSDNet (Huang et al. 2018: q_k = z (1 - q)^(k - 1) q), with
    the multiple that meets the budget exactly.

    Args:
        flops: What leaving at each exit costs, ``(k,)``, no exit cheaper than one before it.
        mean_budget: What an image may cost on average.

    Returns:
        ``(k,)`` shares that sum to 1. All leave at the first exit where the budget is no
        larger than its cost, and at the last where it is no smaller than that one's.
    """
    costs = np.asarray(flops, dtype=float)
    steps = np.arange(len(costs))

    def shares(log_ratio: float) -> np.ndarray:
        logs = log_ratio * steps
        powers = np.exp(logs - logs.max())
        return np.asarray(powers / powers.sum())

    if mean_budget <= costs[0] or mean_budget >= costs[-1]:
        leaving = 0 if mean_budget <= costs[0] else len(costs) - 1
        return np.asarray(steps == leaving, dtype=float)
    low, high = -_STEEPEST, _STEEPEST
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if shares(middle) @ costs < mean_budget else (low, middle)
    return shares((low + high) / 2)


def thresholds(confidences: np.ndarray, shares: Sequence[float]) -> tuple[float, ...]:
    """The confidence from which an image leaves at each exit, set without classes.

    Exit by exit the most confident of the images that are left leave, as many as its share
    says (MSDNet, as above).

    Args:
        confidences: The largest probability at each exit, ``(n, k)``.
        shares: How many of the images shall leave at each exit, ``(k,)``.

    Returns:
        A threshold for each exit; 0 for the last, at which everything leaves that is left.
    """
    n, k = confidences.shape
    is_left = np.ones(n, dtype=bool)
    found = []
    for place in range(k - 1):
        n_leaving = math.floor(n * shares[place] + 1e-9)
        left = -np.sort(-confidences[is_left, place])
        if n_leaving == 0 or not len(left):
            found.append(NEVER)
            continue
        found.append(float(left[n_leaving - 1]) if n_leaving < len(left) else 0.0)
        is_left &= confidences[:, place] < found[-1]
    return (*found, 0.0)


def first_confident(confidences: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """At which exit each image leaves: the first that is confident enough, else the last.

    Args:
        confidences: The largest probability at each exit, ``(n, k)``.
        levels: The confidence from which an image leaves at each exit, ``(k,)``; that of the
            last exit is of no matter.

    Returns:
        ``(n,)`` places of exits, counted from 0.
    """
    is_enough = confidences >= np.asarray(levels, dtype=float)
    is_enough[:, -1] = True
    return np.asarray(is_enough.argmax(1))
