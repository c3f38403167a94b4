"""A full training in lines: each of its epochs, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from evonas.models.archive import CARD
from evonas.models.card import Facts
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder
from evonas.reports.text import number


def epoch_line(seed: int, row: Mapping[str, float], *, order: TrainingOrder) -> str:
    """An epoch in one line: the loss, and the scores on the validation part.

    Args:
        seed: The seed of the training.
        row: The row of its curve.
        order: What is trained.
    """
    n_epochs, others = order.recipe.epochs, ("epoch", "loss", "rate", "seconds", "cpu_seconds")
    scores = "  ".join(f"{name} {row[name]:.4g}" for name in row if name not in others)
    named = f"seed {seed}  " if len(order.seeds) > 1 else ""
    return (
        f"{named}epoch {int(row['epoch']):>{len(str(n_epochs))}}/{n_epochs}  loss "
        f"{row['loss']:.4f}  {scores}  rate {row['rate']:.2g}  {row['seconds']:.1f} s"
    )


def end_lines(facts: Facts, folder: ModelFolder) -> list[str]:
    """What came of a training: its scores, what it took, and what was written.

    Args:
        facts: What the card tells.
        folder: The model folder.
    """
    lines = []
    for part, judged in facts.judgements.items():
        low, high = judged.interval
        lines.append(
            f"{part.capitalize()} accuracy {judged.accuracy:.2f} %, 95 % interval {low:.2f} to "
            f"{high:.2f} % ({judged.n:,} {facts.info.kind.name})"
        )
    lines += _seed_lines(facts)
    measured = facts.order.origin.get("metrics", {})
    if "acc" in measured:
        lines.append(f"The search had found acc {number(measured['acc'])} by a short training.")
    spend = facts.spend
    energy = f"{spend.energy_kwh:.3g} kWh, {spend.co2_g:.3g} g CO2e"
    lines.append(f"Took {spend.busy_seconds:.0f} s, {energy}.")
    lines += [f"{name}: {said}" for name, said in facts.exports.items()]
    return [*lines, f"Written: {folder.path}; read {folder.path / CARD} first"]


def _seed_lines(facts: Facts) -> list[str]:
    """How far the seeds differ, where there are several."""
    if len(facts.by_seed) < 2:
        return []
    spreads = [
        f"{part.capitalize()} accuracy over all seeds, in %: {facts.spread(part)}"
        for part in facts.judgements
    ]
    return [*spreads, f"Seed {facts.seed} is kept: the best of them on validation."]
