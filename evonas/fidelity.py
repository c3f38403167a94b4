"""How thoroughly an architecture is measured, from a first glance to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

FIDELITIES = ("epochs", "subset", "image-size")
STEPS = "steps"  # of a training, timed before a search begins; nothing of it is ever recorded
CONTINUED = ("epochs",)  # of these a larger amount goes on where a smaller one ended
# Factor between the amounts that are tried out. Where each takes a training of its own it is
# larger: all of them together then take half a whole training more, a third where images grow.
TRIED_BY = {"epochs": 1.5, "subset": 3.0, "image-size": 2.0}
LEAST_TRIED = {"image-size": 8}  # below there is no image
LEAST_SHARE = 1 / 50  # of the whole, that is worth a look


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


@dataclass(frozen=True)
class Separate:
    """Amounts of which each was a training of its own, such as 12 epochs and 200.

    Nothing goes on where a shorter training ended: its learning rate has fallen to zero, and a
    longer one begins anew.

    Attributes:
        amounts: The amounts, in rising order, the last being the whole.
    """

    amounts: Sequence[int]


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
    return steps(kind, amounts[:-1], whole)


def steps(kind: str, amounts: Sequence[int], whole: int) -> tuple[Fidelity, ...]:
    """The fidelities of given amounts, each going on where the one before it ended if it can.

    Args:
        kind: What there may be less of, one of ``FIDELITIES``.
        amounts: The amounts below the whole, in rising order.
        whole: The full amount, which is the last step.
    """
    lower = [Fidelity(kind, amount) for amount in amounts]
    ladder = (*lower, Fidelity(kind, whole, is_whole=True))
    if kind not in CONTINUED:
        return ladder
    later = (replace(upper, after=below.amount) for below, upper in pairwise(ladder))
    return (ladder[0], *later)


def to_try(kind: str, whole: int, *, known: Sequence[int] = ()) -> tuple[Fidelity, ...]:
    """The amounts among which rungs are chosen, and the whole: spread evenly by their factor.

    Args:
        kind: What there may be less of, one of ``FIDELITIES``.
        whole: The full amount.
        known: The only amounts that there are; empty for any.

    Raises:
        ValueError: There is nothing less than the whole.
    """
    wished, least = [float(whole)], max(LEAST_TRIED.get(kind, 1), whole * LEAST_SHARE)
    while (amount := wished[-1] / TRIED_BY[kind]) >= least:
        wished.append(amount)
    amounts = _known(wished, known) if known else sorted({round(amount) for amount in wished})
    if len(amounts) < 2:
        raise ValueError(f"of {whole} {kind} there is nothing less that could be tried")
    return steps(kind, amounts[:-1], whole)


def _known(amounts: Sequence[float], known: Sequence[int]) -> list[int]:
    """For each amount the largest known one that does not exceed it, each once, rising."""
    nearest = ([one for one in known if one <= round(amount, 9)] for amount in amounts)
    return sorted({max(smaller) for smaller in nearest if smaller})
