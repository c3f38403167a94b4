"""A run's front, priced in its three parts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.footprint import Footprint, footprint
from evonas.hardware.roofline import Cost
from evonas.hardware.this_machine import NAME
from evonas.pareto.correlation import spearman
from evonas.reports.text import aligned, genome_text
from evonas.runs.run import Run
from evonas.space import Genome


@dataclass(frozen=True)
class Front:
    """A run's front, priced.

    Attributes:
        footprints: Footprint of each member, ascending by FLOPs.
        scores: What the run's first objective says of each member, in natural units and in the
            order of ``footprints``.
        seconds: Seconds of one inference of each member on this machine, in the order of
            ``footprints``; empty where none was timed.
        is_here: Whether the carbon model is of this machine, so that modelled times can be
            compared with measured ones.
        n_images: Number of images for training, and number of images for validation.
        side: Side of the square images, in pixels; 0 where the networks take no images.
        search_kwh: Energy of the whole search, in kWh.
    """

    footprints: list[Footprint]
    scores: list[float]
    seconds: list[float]
    is_here: bool
    n_images: tuple[int, int]
    side: int
    search_kwh: float


def price_front(
    run: Run,
    assumptions: Assumptions,
    *,
    costs: Mapping[Genome, Cost],
    seconds: Mapping[Genome, float] | None = None,
) -> Front:
    """Price every member of a run's front.

    Args:
        run: The run, whose directory tells the data set that its networks are for.
        assumptions: What the carbon model is to assume.
        costs: Counted cost of each member, by genome.
        seconds: Seconds of one inference of each member on this machine, by genome; left out
            where none was timed.

    Raises:
        ValueError: There is no front, or the run's problem builds no networks.
    """
    if not run.front:
        raise ValueError(f"run {run.name} has no front yet")
    try:
        data, carbon = run.resolved["data"], run.resolved["carbon"]
        n_images = (int(carbon["n_train"]), int(carbon["n_validation"]))
        side = int(data["image_size"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{run.config.problem} builds no networks that could be priced: run {run.name} "
            "tells no data that they are for"
        ) from error
    members = sorted(run.front, key=lambda record: costs[record.genome].flops)
    first = run.objectives[0].name
    return Front(
        footprints=[
            footprint(
                genome_text(record.genome),
                costs[record.genome],
                assumptions,
                n_images=n_images,
                search_kwh=run.energy_kwh,
            )
            for record in members
        ],
        scores=[record.metrics[first] for record in members],
        seconds=[seconds[record.genome] for record in members] if seconds else [],
        is_here=assumptions.device.name == NAME or assumptions.calibration is not None,
        n_images=n_images,
        side=side,
        search_kwh=run.energy_kwh,
    )


def front_in_words(front: Front, run: Run) -> list[str]:
    """Lines of a table, with the rank correlation of times where they were measured."""
    objective = run.objectives[0]
    header = [objective.column, "training [kg]", "inference [kg]", "total [kg]", "low", "high"]
    header += ["model [ms]", "here [ms]"] if front.seconds else []
    header += ["error"] if front.seconds and front.is_here else []
    ids = {genome_text(genome): name for genome, name in run.ids.items()}
    rows = []
    for i, each in enumerate(front.footprints):
        life, total = each.lifetime, each.total_kg
        parts = (life.training_kg, life.inference_kg, total.central, total.low, total.high)
        row = [f"{front.scores[i]:.4g}", *(f"{kg:.3g}" for kg in parts)]
        if front.seconds:
            modelled, measured = each.price.inference_seconds, front.seconds[i]
            row += [f"{1e3 * modelled:.3g}", f"{1e3 * measured:.3g}"]
            row += [f"{100 * (modelled / measured - 1):+.0f} %"] if front.is_here else []
        rows.append([ids[each.name], *row, each.name])
    search_kg = front.footprints[0].lifetime.search_kg
    lines = [
        f"The front, {len(front.footprints)} architectures, by FLOPs; the search's share of "
        f"each total is {search_kg:.3g} kg ({front.search_kwh:.3g} kWh):",
        *aligned(["id", *header, "genome"], rows),
    ]
    if len(front.seconds) > 2:
        model = np.array([each.price.inference_seconds for each in front.footprints])
        rank = spearman(model, np.array(front.seconds))
        where = "" if front.is_here else ", another device"
        lines.append(f"Rank correlation of the modelled time and that here{where}: {rank:.3f}")
    return lines


def write_table(file: Path, front: Front, run: Run) -> None:
    """Write a priced front as a CSV file, units in the header."""
    objective = run.objectives[0]
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
