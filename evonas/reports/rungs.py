"""What became of a search's rungs, in words."""

from __future__ import annotations

import math

from evonas.engine.result import Result
from evonas.evaluation.rung_choice import RungChoice
from evonas.evaluation.successive_halving import Rung


def rung_lines(result: Result) -> list[str]:
    """Which rungs were chosen, how many went on from each, and how far that was right.

    Args:
        result: What a search has found; without rungs there are no lines.
    """
    if not result.rungs:
        return []
    used = [rung for rung in result.rungs if rung.is_used]
    parts = [f"{rung.n} with {rung.label}{_remarks(rung)}" for rung in used]
    n_whole = sum(not record.fidelity for record in result.records)
    account = f"Of {result.rungs[0].metric}: {', '.join([*parts, f'{n_whole} whole'])}."
    return [*_choice(result), *([account] if used else [])]


def _choice(result: Result) -> list[str]:
    """Which rungs the search chose, and why, in a line; nothing where they were told."""
    if not result.config.chooses_rungs:
        return []
    amounts = ", ".join(rung.label.partition("=")[2] for rung in result.rungs)
    tried, choice = f"{amounts} {result.config.fidelity}", result.rung_choice
    if choice is None:
        return [f"No rungs: too few architectures went through {tried} to choose any."]
    return [_chosen(choice, tried) if choice.amounts else _none(choice, tried)]


def _chosen(choice: RungChoice, tried: str) -> str:
    told = ", ".join(
        f"{each.amount} ({each.agreement:.0%}, {each.among_dear:.0%})"
        for each in choice.tried
        if each.is_rung
    )
    return (
        f"Rungs, of {tried} tried on {choice.n} architectures: {told}; in brackets the pairs "
        "in the order of the whole, of all and of the dearer half. A right decision is to be "
        f"had for {choice.takes:.2f} of a whole training."
    )


def _none(choice: RungChoice, tried: str) -> str:
    best = max(choice.tried, key=lambda each: min(each.agreement, each.among_dear))
    return (
        f"No rungs: of {tried} tried on {choice.n} architectures, none saves enough (pairs in "
        f"the order of the whole: {best.agreement:.0%} with {best.amount}, "
        f"{best.among_dear:.0%} among the dearer half)."
    )


def _remarks(rung: Rung) -> str:
    said = []
    if not math.isnan(rung.spearman):
        said.append(f"rank correlation with the whole {rung.spearman:.2f}")
    if rung.n_put_off:
        verb = "waits" if rung.n_put_off == 1 else "wait"
        said.append(
            f"{rung.n_put_off} on the way up {verb}: that step takes more than all others did"
        )
    return f" ({'; '.join(said)})" if said else ""
