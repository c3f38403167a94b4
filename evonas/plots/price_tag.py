"""Pictures of what a search has cost and brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evonas.objectives import Objective
from evonas.pareto.expected_best import expected_best
from evonas.plots.axes import COLOURS, GREY
from evonas.runs.price_tag import PriceTag

DOTS_PER_INCH = 150
MOST_CURVES = 2000
COSTS = {
    "evaluations": "architectures measured",
    "fpo [FLOP]": "FLOPs of all trainings",
    "busy [h]": "busy hours",
    "energy [kWh]": "energy by Eq. 1 [kWh]",
    "co2 [kg]": "CO2e [kg]",
}
CURVES = {"acc": "validation accuracy [%]", "loss": "loss"}


def draw_progress(tags: Sequence[PriceTag], *, out: Path) -> None:
    """The best so far and the hypervolume against every cost, one line per run.

    Args:
        tags: Price tags of the runs.
        out: File that the picture is written to.
    """
    objective = tags[0].run.objectives[0]
    columns = [tag.progress for tag in tags]
    figure = Figure(figsize=(3.1 * len(COSTS), 5.6), layout="constrained")
    panels = figure.subplots(2, len(COSTS), sharey="row")
    for (cost, label), above, below in zip(COSTS.items(), *panels, strict=True):
        for i, (tag, progress) in enumerate(zip(tags, columns, strict=True)):
            colour, x = COLOURS[i % len(COLOURS)], progress[cost]
            best = progress[f"best {objective.column}"]
            above.step(x, best, where="post", color=colour, label=tag.run.name)
            is_known = np.isfinite(progress["hypervolume"])
            volumes = progress["hypervolume"][is_known]
            below.step(x[is_known], volumes, where="post", color=colour)
        below.set_xlabel(label)
        below.xaxis.set_major_locator(MaxNLocator(4))
        above.sharex(below)
    panels[0, 0].set_ylabel(f"best {objective.label}{_unit(objective)}")
    panels[1, 0].set_ylabel("hypervolume")
    if len(tags) > 1:
        panels[0, 0].legend(frameon=False, fontsize="small")
    figure.savefig(out, dpi=DOTS_PER_INCH)


def draw_curves(tag: PriceTag, *, out: Path) -> bool:
    """Validation accuracy and loss by epoch, the front's members strong.

    Args:
        tag: Price tag of the run whose training curves are drawn.
        out: File that the picture is written to.

    Returns:
        Whether there are any curves; without any nothing is written.
    """
    curves = {r.genome: r.curve for r in tag.run.records if r.curve}
    shown = {
        name: label
        for name, label in CURVES.items()
        if any(name in curve[0] for curve in curves.values())
    }
    if not shown:
        return False
    members = {record.genome for record in tag.run.front}
    others = [genome for genome in curves if genome not in members]
    step = -(-len(others) // MOST_CURVES) or 1  # more of them are one grey block
    drawn = others[::step]
    figure = Figure(figsize=(5.5 * len(shown), 4.2), layout="constrained")
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for ax, (name, label) in zip(panels, shown.items(), strict=True):
        lines = [_line(curves[genome], name) for genome in drawn]
        ax.add_collection(
            LineCollection(lines, colors=GREY, linewidths=0.6, alpha=0.4, zorder=1)
        )
        ax.autoscale_view()
        for genome in (genome for genome in curves if genome in members):
            x, y = _line(curves[genome], name).T
            ax.plot(x, y, color=COLOURS[0], linewidth=1.2, marker=".")
        ax.set(xlabel="epoch", ylabel=label)
    passed_over = f" (one in {step} drawn)" if step > 1 else ""
    title = f"{len(curves)} trainings{passed_over}, those of the front in blue"
    panels[0].set_title(title, fontsize="medium")
    figure.savefig(out, dpi=DOTS_PER_INCH)
    return True


def _line(curve: Sequence[Mapping[str, float]], name: str) -> np.ndarray:
    """Epochs and values of a training curve, ``(n_epochs, 2)``."""
    points = [(p.get("epoch", i), p.get(name, np.nan)) for i, p in enumerate(curve, 1)]
    return np.array(points, dtype=float)


def draw_expected(tags: Sequence[PriceTag], values: Sequence[float], *, out: Path) -> None:
    """The expected best of n independent trials, by both estimators.

    Args:
        tags: Price tags of the runs, whose first objective is meant.
        values: What each independent trial found, turned so that larger is better.
        out: File that the picture is written to.
    """
    objective = tags[0].run.objectives[0]
    figure = Figure(figsize=(6.2, 4.4), layout="constrained")
    ax = figure.subplots()
    n = np.arange(1, len(values) + 1)
    for i, (is_unbiased, label) in enumerate(
        ((True, "unbiased"), (False, "Dodge et al. 2019"))
    ):
        expected = -objective.sign * expected_best(values, is_unbiased=is_unbiased)
        ax.plot(n, expected, color=COLOURS[i], label=label)
    what = "trials" if len(tags) == 1 else "searches"
    ax.set(xlabel=f"independent {what}", ylabel=f"expected best {objective.label}")
    ax.legend(frameon=False)
    figure.savefig(out, dpi=DOTS_PER_INCH)


def draw_fractions(
    rows: Sequence[tuple[str, Sequence[tuple[int, float]]]], objective: Objective, *, out: Path
) -> None:
    """The first objective against the number of training images, one line per member.

    Args:
        rows: Name of each member, and its points: number of images, and value in natural units.
        objective: The objective that the values are of.
        out: File that the picture is written to.
    """
    figure = Figure(figsize=(6.2, 4.4), layout="constrained")
    ax = figure.subplots()
    for i, (name, points) in enumerate(rows):
        x, y = zip(*points, strict=True) if points else ((), ())
        ax.semilogx(x, y, "o-", color=COLOURS[i % len(COLOURS)], label=name)
    ax.set(xlabel="training images", ylabel=objective.label + _unit(objective))
    ax.legend(frameon=False, fontsize="small")
    figure.savefig(out, dpi=DOTS_PER_INCH)


def _unit(objective: Objective) -> str:
    return f" [{objective.unit}]" if objective.unit else ""
