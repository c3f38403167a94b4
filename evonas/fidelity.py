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

    Where only some amounts are known, as in a table, each is the largest of these that does not
    exceed it; there are fewer rungs than asked for where that is the same for several, or where
    there is none.

    Args:
        kind: What there may be less of, one of ``FIDELITIES``.
        whole: The full amount: epochs, training images, or pixels of an image's side.
        n: How many amounts there are, the whole included.
        reduction: The factor between an amount and the next, greater than 1.
        known: The only amounts that there are; empty for any.

    Raises:
        ValueError: The whole is too little for so many different amounts, or none is known
            that is so much smaller.
    """
    wished = [whole / reduction**power for power in range(n - 1, -1, -1)]
    amounts = _known(wished, known) if known else [max(1, round(a)) for a in wished]
    if known and len(amounts) < 2:
        raise ValueError(
            f"a reduction of {reduction:g} leads from {whole} {kind} to none that are known; "
            f"known are {', '.join(map(str, known))}"
        )
    if not known and len(set(amounts)) < n:
        raise ValueError(
            f"{n} rungs with a reduction of {reduction:g} need more than {whole} {kind}: they "
            f"would be {', '.join(map(str, amounts))}"
        )
    lower = [Fidelity(kind, amount) for amount in amounts[:-1]]
    ladder = (*lower, Fidelity(kind, whole, is_whole=True))
    if kind not in CONTINUED:
        return ladder
    later = (replace(upper, after=below.amount) for below, upper in pairwise(ladder))
    return (ladder[0], *later)


def _known(amounts: Sequence[float], known: Sequence[int]) -> list[int]:
    """For each amount the largest known one that does not exceed it, each once, rising."""
    nearest = ([one for one in known if one <= round(amount, 9)] for amount in amounts)
    return sorted({max(smaller) for smaller in nearest if smaller})
