"""How thoroughly an architecture is measured, from a first glance to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

FIDELITIES = ("epochs", "subset", "image-size")
STEPS = "steps"  # of a training, timed before a search begins; nothing of it is ever recorded
CONTINUED = ("epochs",)  # of these a larger amount goes on where a smaller one ended


@dataclass(frozen=True)
class Fidelity:
    """An amount of what makes a measurement thorough.

    Attributes:
        kind: What there may be less of, one of ``FIDELITIES``; or ``STEPS``.
        amount: How many epochs, training images, pixels of an image's side, or steps are used.
        is_whole: Whether the amount is the full one, so that this is a measurement like any
            other.
        after: The amount that was measured before, in the same unit, and on which this one goes
            on; 0 for none.
        store: The folder in which trainings leave what a later one needs to go on; empty for
            none. What is lost there is done again, with the same result.
    """

    kind: str
    amount: int
    is_whole: bool = False
    after: int = 0
    store: str = ""

    @property
    def label(self) -> str:
        """The fidelity in a word, such as ``epochs=3``; empty for the whole."""
        return "" if self.is_whole else f"{self.kind}={self.amount}"


def rungs(
    kind: str, whole: int, *, n: int, reduction: float, known: Sequence[int] = ()
) -> tuple[Fidelity, ...]:
    """Amounts that grow by a factor up to the whole, as in successive halving.

    Args:
        kind: What there may be less of, one of ``FIDELITIES``.
        whole: The full amount: epochs, training images, or pixels of an image's side.
        n: How many amounts there are, the whole included.
        reduction: The factor between an amount and the next, greater than 1.
        known: The only amounts that there are, as in a table; empty for any.

    Raises:
        ValueError: The whole is too little for so many different amounts, or one of them is
            none of those that there are.
    """
    amounts = [max(1, round(whole / reduction**power)) for power in range(n - 1, -1, -1)]
    if len(set(amounts)) < n:
        raise ValueError(
            f"{n} rungs with a reduction of {reduction:g} need more than {whole} {kind}: they "
            f"would be {', '.join(map(str, amounts))}{_only(known)}"
        )
    if known and not set(amounts) <= set(known):
        raise ValueError(
            f"{n} rungs with a reduction of {reduction:g} would be "
            f"{', '.join(map(str, amounts))} {kind}{_only(known)}; set rungs and reduction so "
            "that they meet"
        )
    lower = [Fidelity(kind, amount) for amount in amounts[:-1]]
    ladder = (*lower, Fidelity(kind, whole, is_whole=True))
    if kind not in CONTINUED:
        return ladder
    later = (replace(upper, after=below.amount) for below, upper in pairwise(ladder))
    return (ladder[0], *later)


def _only(known: Sequence[int]) -> str:
    """What an error says of the amounts that there are; nothing where there is any."""
    shown = ", ".join(map(str, known[:8])) + (", ..." if len(known) > 8 else "")
    return f", and the only ones that there are: {shown}" if known else ""
