"""What networks emit in their lives: ``evonas carbon``."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from evonas.calibration import measure_timings
from evonas.carbonplots import draw_footprints, draw_paper
from evonas.config import Config, read_settings
from evonas.devices import DEVICES
from evonas.grids import GRIDS
from evonas.literature import CAR_YEAR_T, HOME_YEAR_T, TABLE_1
from evonas.machine import NAME
from evonas.manifest import read_config
from evonas.plan import SearchPlan
from evonas.pricing import IMAGENET, BreakEven, Footprint, compare, describe, footprint
from evonas.report import aligned
from evonas.trace import Trace, read_trace
from evonas.trained import TrainedProblem
from evonas.zoo import SHORT_NAMES, count_network

BASELINES = ("resnet18", "mobilenet_v2")
LEAST_SIDE = 32  # of the images that networks for ImageNet can take
TABLE, PICTURE = "carbon.csv", "carbon.png"
ASSUMPTIONS = {
    "target": "device of its life, such as a100 (default: v100)",
    "grid": "of its electricity, such as fra or us-ca (default: world)",
    "intensity_g_per_kwh": "in place of a grid",
    "pue": "power usage effectiveness (default: 1.59)",
    "trainings": "in its life (default: 50)",
    "citations": "in place of them: papers with 50 trainings each",
    "inferences": "in its life (default: a million)",
}
WORDS = ("target", "grid")


def main(argv: Sequence[str] | None = None) -> int:
    """Price a run's front or a network, list what can be chosen, or draw the paper's figures.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = _make_parser().parse_args(argv)
    try:
        if given.list:
            lines = _listed()
        elif given.paper:
            lines = _paper(given.paper)
        elif given.model:
            lines = _model(given)
        elif given.run:
            lines = _run(given)
        else:
            raise ValueError("name a run, or --model, --paper or --list; see evonas carbon -h")
    except (ValueError, OSError) as error:
        print(f"evonas: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evonas carbon",
        description="Price the lives of networks in kg of CO2e: search, training, inference.",
        epilog=f"Networks to compare with: {', '.join(SHORT_NAMES)}, or MODULE:CALLABLE.",
    )
    parser.add_argument(
        "run", nargs="?", type=Path, metavar="RUN", help="a run, whose front is priced"
    )
    parser.add_argument("--model", metavar="NAME", help="a network, such as resnet50")
    parser.add_argument(
        "--input", default="3x224x224", metavar="CxHxW", help="of --model (default: 3x224x224)"
    )
    parser.add_argument(
        "--baseline",
        action="append",
        metavar="NAME",
        help=f"to compare with; repeatable (default: {' and '.join(BASELINES)}, for a run)",
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="time the front on this machine too; done anyway where the model is calibrated",
    )
    parser.add_argument(
        "--paper", type=Path, metavar="FOLDER", help="Table 1, and Figures 2 to 4 of Fu et al."
    )
    parser.add_argument("--list", action="store_true", help="devices and grids")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the price of --model")
    parser.add_argument("--carbon", metavar="FILE", help="what is assumed, as TOML or JSON")
    for name, text in ASSUMPTIONS.items():
        kind = str if name in WORDS else float
        metavar = "NAME" if name in WORDS else "X"
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=text
        )
    return parser


def _told(given: argparse.Namespace) -> dict[str, Any]:
    """The settings of the carbon model that were given."""
    values = {name: getattr(given, name) for name in ASSUMPTIONS}
    told = {name: value for name, value in values.items() if value is not None}
    return {**({"carbon": read_settings(Path(given.carbon))} if given.carbon else {}), **told}


def _listed() -> list[str]:
    devices = [
        [d.name, f"{d.tdp_w:g}", f"{d.peak_flops_per_s / 1e12:g}", d.precision, d.source]
        for d in DEVICES.values()
    ]
    grids = [[g.name, f"{g.intensity_g_per_kwh:g}", g.label, g.source] for g in GRIDS.values()]
    return [
        *_left(["device", "W", "TFLOP/s", "", "source"], devices),
        "this-machine  one core of it, guessed; evonas calibrate measures it",
        "",
        *_left(["grid", "g/kWh", "", "source"], grids),
    ]


def _left(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]


def _paper(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    header = ["", "printed [t]", "Eq. 3 [t]", "citations", "car-years", "home-years"]
    rows = [
        [
            row.name,
            f"{row.tonnes:g}",
            "-" if row.ours_tonnes is None else f"{row.ours_tonnes:.2f}",
            f"{row.implied_citations:,.0f}" + ("" if row.citations else " implied"),
            f"{row.tonnes / CAR_YEAR_T:.1f} ({row.cars:g})",
            f"{row.tonnes / HOME_YEAR_T:.1f} ({row.homes:g})",
        ]
        for row in TABLE_1
    ]
    return [
        "Fu et al. 2021, Table 1; in brackets what it prints. Eq. 3 is an index:",
        *aligned(header, rows),
        *(f"{row.name}: {row.remark}" for row in TABLE_1),
        "",
        *(f"Drawn: {path}" for path in draw_paper(folder)),
    ]


def _model(given: argparse.Namespace) -> list[str]:
    shape = _shape(given.input)
    assumptions = Config.from_dict(_told(given)).assumptions
    names = [given.model, *(given.baseline or ())]
    priced = [
        footprint(name, count_network(name, shape), assumptions, n_images=IMAGENET)
        for name in names
    ]
    if given.json:
        content = {
            "networks": {f.name: f.row() for f in priced},
            "assumptions": assumptions.as_dict(),
        }
        given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    lines = [line for each in priced for line in (*_in_words(each), "")]
    return [*lines, "Assumed:", *describe(assumptions, n_images=IMAGENET)]


def _shape(text: str) -> tuple[int, ...]:
    try:
        shape = tuple(int(word) for word in text.lower().split("x"))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise ValueError(f"cannot read the input {text!r}; expected one like 3x224x224")
    return shape


def _in_words(each: Footprint) -> list[str]:
    cost, price, life = each.cost, each.price, each.lifetime
    n_bytes = sum(o.activation_bytes + o.weight_bytes for o in cost.operations)
    return [
        f"{each.name}: {cost.flops / 1e9:.4g} GFLOP, {cost.params / 1e6:.4g} M parameters, "
        f"{n_bytes / 1e6:.4g} MB moved, {len(cost.operations)} kernels",
        f"  one training    {price.training_kwh:.4g} kWh in "
        f"{price.training_seconds / 3600:.4g} h, {each.training_kg} kg CO2e",
        f"  one inference   {3.6e6 * price.inference_kwh:.4g} J in "
        f"{1000 * price.inference_seconds:.4g} ms, {each.inference_g} g CO2e",
        f"  in its life     {each.total_kg} kg CO2e: training {life.training_kg:.4g}, "
        f"inference {life.inference_kg:.4g}",
    ]


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


def _run(given: argparse.Namespace) -> list[str]:
    trace, plan = (
        read_trace(given.run),
        SearchPlan.of(read_config(given.run).replaced(_told(given))),
    )
    assumptions = plan.config.assumptions
    front = _front(trace, plan, is_timed=given.measure or assumptions.calibration is not None)
    best = max(range(len(front.scores)), key=lambda i: _goodness(trace, front.scores[i]))
    shape = (3, *2 * (max(LEAST_SIDE, front.side),))
    comparisons = [
        compare(
            front.footprints[best],
            footprint(name, count_network(name, shape), assumptions, n_images=front.n_images),
        )
        for name in given.baseline or BASELINES
    ]
    _write(given.run / TABLE, front, trace)
    draw_footprints(front.footprints, comparisons, out=given.run / PICTURE)
    return [
        *_front_in_words(front, trace),
        "",
        f"The search has paid for itself with {front.footprints[best].name}, the best in "
        f"{trace.goals.objectives[0].label}, (networks for ImageNet on images of "
        f"{'x'.join(map(str, shape))}):",
        *(_comparison(each) for each in comparisons),
        "",
        "Assumed:",
        *describe(assumptions, n_images=front.n_images),
        "",
        f"Written: {given.run / TABLE}, {given.run / PICTURE}",
    ]


def _goodness(trace: Trace, score: float) -> float:
    return -trace.goals.objectives[0].sign * score


def _front(trace: Trace, plan: SearchPlan, *, is_timed: bool) -> Front:
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


def _front_in_words(front: Front, trace: Trace) -> list[str]:
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
        model = [each.price.inference_seconds for each in front.footprints]
        rank = float(spearmanr(model, front.seconds).statistic)
        where = "" if front.is_here else ", another device"
        lines.append(f"Rank correlation of the modelled time and that here{where}: {rank:.3f}")
    return lines


def _comparison(each: BreakEven) -> str:
    def after(n: float, what: str) -> str:
        return f"never by {what}" if math.isinf(n) else f"after {math.ceil(n):,} {what}"

    saving = each.theirs.price.training_kg / each.ours.price.training_kg
    return (
        f"  against {each.theirs.name}: {after(each.trainings, 'trainings')}, "
        f"{after(each.inferences, 'inferences')} (one training emits {saving:.3g} times ours)"
    )


def _write(file: Path, front: Front, trace: Trace) -> None:
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
