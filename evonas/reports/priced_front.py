"""A run's front, priced in its three parts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evonas.carbon.footprint import Footprint, footprint
from evonas.engine.plan import SearchPlan
from evonas.hardware.this_machine import NAME
from evonas.pareto.correlation import spearman
from evonas.reports.text import aligned
from evonas.runs.run import Trace
from evonas.training.timings import measure_timings
from evonas.training.trained_problem import TrainedProblem


@dataclass(frozen=True)
class Front:
    """A run's front, priced.

    Attributes:
        footprints: By FLOPs, ascending.
        scores: Of each, what the run's first objective says.
        seconds: Of each, one inference on this machine; empty where it was not timed.
        is_here: Whether the model is of this machine, and its time can be in error.
        n_images: For training and for validation.
        side: Of the images.
        search_kwh: Of the whole search.
    """

    footprints: list[Footprint]
    scores: list[float]
    seconds: list[float]
    is_here: bool
    n_images: tuple[int, int]
    side: int
    search_kwh: float


def price_front(trace: Trace, plan: SearchPlan, *, is_timed: bool) -> Front:
    """Price every member of a run's front.

    Args:
        trace: The run.
        plan: Its problem, and what to assume.
        is_timed: Whether to time an inference of each, here and now.

    Raises:
        ValueError: Its problem builds no networks, or there is no front.
    """
    problem = plan.problem
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{plan.config.problem} builds no networks that could be priced")
    members = trace.front()
    if not members:
        raise ValueError(f"run {trace.name} has no front yet")
    n_images = (problem.whole.n_train, problem.whole.n_validation)
    search_kwh = trace.energy_kwh
    first = trace.goals.objectives[0].name
    costed = [(problem.cost(record.genome), record) for record in members]
    costed.sort(key=lambda pair: pair[0].flops)
    footprints = [
        footprint(
            "-".join(map(str, record.genome)),
            cost,
            plan.config.assumptions,
            n_images=n_images,
            search_kwh=search_kwh,
        )
        for cost, record in costed
    ]
    genomes = [record.genome for _, record in costed]
    timings = measure_timings(problem, genomes, batch=2) if is_timed else []
    return Front(
        footprints=footprints,
        scores=[record.metrics[first] for _, record in costed],
        seconds=[timing.single_seconds for timing in timings],
        is_here=plan.config.assumptions.device.name == NAME
        or plan.config.assumptions.calibration is not None,
        n_images=n_images,
        side=problem.image_size,
        search_kwh=search_kwh,
    )


def front_in_words(front: Front, trace: Trace) -> list[str]:
    """Lines of a table, with the rank correlation of times where they were measured."""
    objective = trace.goals.objectives[0]
    header = [objective.column, "training [kg]", "inference [kg]", "total [kg]", "low", "high"]
    header += ["model [ms]", "here [ms]"] if front.seconds else []
    header += ["error"] if front.seconds and front.is_here else []
    rows = []
    for i, each in enumerate(front.footprints):
        life, total = each.lifetime, each.total_kg
        parts = (life.training_kg, life.inference_kg, total.central, total.low, total.high)
        row = [f"{front.scores[i]:.4g}", *(f"{kg:.3g}" for kg in parts)]
        if front.seconds:
            modelled, measured = each.price.inference_seconds, front.seconds[i]
            row += [f"{1e3 * modelled:.3g}", f"{1e3 * measured:.3g}"]
            row += [f"{100 * (modelled / measured - 1):+.0f} %"] if front.is_here else []
        rows.append([*row, each.name])
    search_kg = front.footprints[0].lifetime.search_kg
    lines = [
        f"The front, {len(front.footprints)} architectures, by FLOPs; the search's share of "
        f"each total is {search_kg:.3g} kg ({front.search_kwh:.3g} kWh):",
        *aligned([*header, "genome"], rows),
    ]
    if len(front.seconds) > 2:
        model = np.array([each.price.inference_seconds for each in front.footprints])
        rank = spearman(model, np.array(front.seconds))
        where = "" if front.is_here else ", another device"
        lines.append(f"Rank correlation of the modelled time and that here{where}: {rank:.3f}")
    return lines


def write_table(file: Path, front: Front, trace: Trace) -> None:
    """Write all of it as a CSV file, units in the header."""
    objective = trace.goals.objectives[0]
    seconds = front.seconds or [float("nan")] * len(front.footprints)
    rows = [
        {
            "genome": each.name.replace("-", " "),
            objective.column: score,
            **each.row(),
            "measured inference [s]": "" if np.isnan(measured) else measured,
        }
        for each, score, measured in zip(front.footprints, front.scores, seconds, strict=True)
    ]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
