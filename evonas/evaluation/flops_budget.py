"""A budget of FLOPs: who is trained within it, and who is too dear for what is left."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from evonas.runs.journal import Key
from evonas.space import Genome

MAX_PASSED_OVER = 100  # architectures in a row, before a search counts its budget as spent
MOST_MEDIANS = 4.0  # that one of the first trainings may take, in medians of those drawn
MOST_OF_BUDGET = 1 / 8  # that one of the first trainings may take


@dataclass(frozen=True)
class PassedOver:
    """What is told of an architecture whose training takes more than is left.

    Attributes:
        genome: The canonical genome of the architecture.
        metrics: Empty, for nothing was measured.
        error: Why nothing was measured, in words.
    """

    genome: Genome
    metrics: Mapping[str, float]
    error: str = "its training takes more than is left of the budget"


def affordable_flops(efforts: Sequence[float], *, budget_flops: float = math.inf) -> float:
    """What one of a search's first trainings may take, before anything is known of its worth.

    A space may span several powers of ten, and its dearest network then takes more than all
    others that a search is to train. Four medians leave it a place well within the dearer half.

    Args:
        efforts: FLOPs of the whole trainings of architectures drawn from the space; those of
            0, which nobody knows, say nothing.
        budget_flops: FLOPs that all trainings of the search may take together.

    Returns:
        FLOPs of a whole training, (0, inf]; infinite where nobody knows any.
    """
    known = [effort for effort in efforts if effort > 0]
    typical = MOST_MEDIANS * median(known) if known else math.inf
    return min(typical, MOST_OF_BUDGET * budget_flops)


class FlopsBudget:
    """What all trainings of a search may take together.

    Whoever fits into what is left is trained, in the order of asking; whoever does not is
    passed over, for a cheaper one may still fit. What was measured in an earlier session has
    been paid for in the same order, so a resumed search passes over the same.

    Args:
        flops: FLOPs that the trainings may take; infinite for no limit.

    Attributes:
        passed_over: FLOPs of each training that was passed over, by genome and fidelity.
    """

    def __init__(self, flops: float = math.inf) -> None:
        self.passed_over: dict[Key, float] = {}
        self._flops = flops
        self._spent = Fraction()
        self._in_a_row: list[float] = []
        self._has_paid = False

    @property
    def left(self) -> float:
        """FLOPs that are left, [0, inf]."""
        return math.inf if self._is_endless else float(Fraction(self._flops) - self._spent)

    def pay(self, effort: float) -> None:
        """Pay for a training, whoever did it.

        Args:
            effort: FLOPs of the training; 0 for what takes none.
        """
        self._spent += Fraction(effort)
        self._has_paid = self._has_paid or effort > 0

    def affordable(
        self, genomes: Sequence[Genome], effort: Mapping[Genome, float], *, label: str
    ) -> list[Genome]:
        """Those that are to be trained, in their order; the others are passed over.

        Args:
            genomes: Architectures in the order in which they were asked for.
            effort: FLOPs of the training by genome; what is not known takes none.
            label: Label of the fidelity that they are to be measured at; empty for the whole.
        """
        if self._is_endless:
            return list(genomes)
        left, chosen = Fraction(self._flops) - self._spent, list[Genome]()
        for genome in genomes:
            takes = effort.get(genome, 0.0)
            if takes <= left:
                left -= Fraction(takes)
                chosen.append(genome)
            elif (genome, label) not in self.passed_over:
                self.passed_over[genome, label] = takes
                self._in_a_row.append(takes)
        return chosen

    def close_batch(self) -> None:
        """Note that a batch is over: if anything of it was trained, what is left is of use."""
        if self._has_paid:
            self._in_a_row.clear()
        self._has_paid = False

    def remark(self) -> str:
        """What to add where a search ends for another reason; empty if nobody was too dear."""
        if not self.passed_over:
            return ""
        n = len(self.passed_over)
        return f", but for {n} trainings that take more than is left of {self._flops:g} FLOPs"

    def why_over(self) -> str:
        """Why a search need not go on, in words; empty while something may still fit."""
        if self.left <= 0:
            return f"the budget of {self._flops:g} FLOPs is spent"
        if len(self._in_a_row) < MAX_PASSED_OVER:
            return ""
        return (
            f"of the budget of {self._flops:g} FLOPs {self.left:.3g} are left, too little for "
            f"any of the last {len(self._in_a_row)} trainings that were asked for (the "
            f"cheapest takes {min(self._in_a_row):.3g})"
        )

    @property
    def _is_endless(self) -> bool:
        return math.isinf(self._flops)
