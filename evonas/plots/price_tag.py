"""Pictures of what a search has cost and brought."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection

from evonas.objectives import Objective
from evonas.pareto.expected_best import expected_best
from evonas.plots.axes import add_legend, log_ticks
from evonas.plots.labels import label_ends
from evonas.plots.style import (
    COLOURS,
    GREY,
    LINES,
    count_ticks,
    new_figure,
    number_ticks,
    save,
    strong,
    styled,
    tidy,
)
from evonas.runs.price_tag import PriceTag

MOST_CURVES = 2000
WRAP = 16  # letters in a line below a panel
COSTS = {
    "evaluations": "architectures measured",
    "fpo [FLOP]": "FLOPs of all trainings",
    "busy [h]": "busy hours",
    "energy [kWh]": "energy by Eq. 1 [kWh]",
    "co2 [kg]": "CO2e [kg]",
}
CURVES = {"acc": "validation accuracy [%]", "loss": "loss"}


@styled()
def draw_progress(tags: Sequence[PriceTag], *, out: Path) -> None:
    """The best so far and the hypervolume against every cost, one line per run.

    Args:
        tags: Price tags of the runs.
        out: File that the picture is written to.
    """
    objective = tags[0].run.objectives[0]
    columns = [tag.progress for tag in tags]
    figure = new_figure(height=3.6)
    panels = figure.subplots(2, len(COSTS), sharey="row")
    for (cost, label), above, below in zip(COSTS.items(), *panels, strict=True):
        for i, (tag, progress) in enumerate(zip(tags, columns, strict=True)):
            colour, line = COLOURS[i % len(COLOURS)], LINES[i % len(LINES)]
            x, best = progress[cost], progress[f"best {objective.column}"]
            name = tag.run.name if len(tags) > 1 else ""
            above.step(x, best, where="post", color=colour, linestyle=line, label=name)
            is_known = np.isfinite(progress["hypervolume"])
            volumes = progress["hypervolume"][is_known]
            below.step(x[is_known], volumes, where="post", color=colour, linestyle=line)
        below.set_xlabel("\n".join(textwrap.wrap(label, WRAP)))
        if cost == "evaluations":
            count_ticks(below, "x", n_most=3)
        else:
            number_ticks(below, "x", n_most=2)
        above.sharex(below)
        above.tick_params(labelbottom=False)
        tidy(above)
        tidy(below)
    words = textwrap.wrap(f"best {objective.label}{_unit(objective)}", WRAP)
    panels[0, 0].set_ylabel("\n".join(words))
    panels[1, 0].set_ylabel("hypervolume")
    if len(tags) > 1:
        lines = panels[0, 0].get_legend_handles_labels()
        figure.legend(*lines, loc="outside upper center", ncols=min(4, len(tags)))
    save(figure, out)


@styled()
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
    named = [genome for genome in curves if genome in members]
    height = min(8.0, max(2.9, 0.6 + 0.1 * len(named)))
    figure = new_figure(height=height, share=1.0 if len(shown) > 1 else 0.65)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for ax, (name, label) in zip(panels, shown.items(), strict=True):
        lines = [_line(curves[genome], name) for genome in drawn]
        ax.add_collection(
            LineCollection(lines, colors=GREY, linewidths=0.5, alpha=0.4, zorder=1)
        )
        ax.autoscale_view()
        for genome in named:
            x, y = _line(curves[genome], name).T
            ax.plot(x, y, color=COLOURS[0], linewidth=1.0, marker=".", markersize=3)
        ax.set(xlabel="epoch", ylabel=label)
        count_ticks(ax, "x")
        tidy(ax)
    ends = [(tag.run.ids[g], _line(curves[g], next(iter(shown)))[-1, 1]) for g in named]
    known = [(name, end) for name, end in ends if np.isfinite(end)]
    label_ends(panels[0], np.array([end for _, end in known]), [name for name, _ in known])
    passed_over = f" (one in {step} drawn)" if step > 1 else ""
    title = f"{len(curves)} trainings{passed_over}, those of the front in blue"
    panels[0].set_title(title)
    save(figure, out)
    return True


def _line(curve: Sequence[Mapping[str, float]], name: str) -> np.ndarray:
    """Epochs and values of a training curve, ``(n_epochs, 2)``."""
    points = [(p.get("epoch", i), p.get(name, np.nan)) for i, p in enumerate(curve, 1)]
    return np.array(points, dtype=float)


@styled()
def draw_expected(tags: Sequence[PriceTag], values: Sequence[float], *, out: Path) -> None:
    """The expected best of n independent trials, by both estimators.

    Args:
        tags: Price tags of the runs, whose first objective is meant.
        values: What each independent trial found, turned so that larger is better.
        out: File that the picture is written to.
    """
    objective = tags[0].run.objectives[0]
    figure = new_figure(height=3.2, share=0.65)
    ax = figure.subplots()
    n = np.arange(1, len(values) + 1)
    for i, (is_unbiased, label) in enumerate(
        ((True, "unbiased"), (False, "Dodge et al. 2019"))
    ):
        expected = -objective.sign * expected_best(values, is_unbiased=is_unbiased)
        ax.plot(n, expected, color=COLOURS[i], linestyle=LINES[i], label=label)
    what = "trials" if len(tags) == 1 else "searches"
    ax.set(xlabel=f"independent {what}", ylabel=f"expected best {objective.label}")
    count_ticks(ax, "x")
    tidy(ax)
    add_legend(ax)
    save(figure, out)


@styled()
def draw_fractions(
    rows: Sequence[tuple[str, Sequence[tuple[int, float]]]], objective: Objective, *, out: Path
) -> None:
    """The first objective against the number of training images, one line per member.

    Args:
        rows: Name of each member, and its points: number of images, and value in natural units.
        objective: The objective that the values are of.
        out: File that the picture is written to.
    """
    figure = new_figure(height=3.2, share=0.65)
    ax = figure.subplots()
    for i, (name, points) in enumerate(rows):
        x, y = zip(*points, strict=True) if points else ((), ())
        ax.plot(x, y, **strong(i), label=name)
    counts = [n for _, points in rows for n, _ in points] or [1]
    log_ticks(ax, "x", min(counts), 2 * max(counts))
    ax.set(xlabel="training images", ylabel=objective.label + _unit(objective))
    tidy(ax)
    add_legend(ax)
    save(figure, out)


def _unit(objective: Objective) -> str:
    return f" [{objective.unit}]" if objective.unit else ""
