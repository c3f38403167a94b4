"""A training in several steps: each goes on where the one before it ended."""

from __future__ import annotations

from collections.abc import Callable

from evonas.fidelity import Fidelity
from evonas.training.checkpoint import Checkpoint
from evonas.training.device import reproducible
from evonas.training.loop import Training


def continued(
    begin: Callable[[], Training],
    *,
    fidelity: Fidelity,
    checkpoint: Callable[[int], Checkpoint],
) -> Training:
    """Train to an epoch, from where an earlier step ended if that is there to go on from.

    Args:
        begin: Builds the network, and its training.
        fidelity: After how many epochs this step begins and ends, and where steps leave what a
            later one goes on with.
        checkpoint: The file that the step which ends with an epoch leaves behind.
    """
    earlier, later = checkpoint(fidelity.after), checkpoint(fidelity.amount)
    with reproducible():
        training = begin()
        if fidelity.after and (state := earlier.read()):
            try:
                training.restore(state)
            except (KeyError, RuntimeError, ValueError):  # then it begins anew
                training = begin()
        training.run(fidelity.amount)
        if fidelity.store and not fidelity.is_whole:
            later.write(training.state())
    if fidelity.store and fidelity.after:
        earlier.drop()
    return training
