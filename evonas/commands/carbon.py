"""What networks emit in their lives: ``evonas carbon``."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from evonas.carbon.assumptions import TRAININGS_PER_CITATION, Assumptions
from evonas.carbon.footprint import (
    IMAGENET,
    BreakEven,
    Footprint,
    assumption_lines,
    compare,
    footprint,
)
from evonas.carbon.grids import GRIDS
from evonas.carbon.literature import CAR_YEAR_T, HOME_YEAR_T, NETWORKS, TABLE_1, Printed
from evonas.commands.checks import check_carbon, inputs_of, told, trace_of
from evonas.commands.parsers import carbon_parser
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.hardware.devices import ASSUMED, DEVICES, FORMATS, Device
from evonas.hardware.roofline import Cost
from evonas.networks.published import NEWER, published_networks, unlisted_networks
from evonas.networks.zoo import SHORT_NAMES, count_network
from evonas.plots.carbon import draw_footprints, draw_paper
from evonas.plots.published import draw_zoo
from evonas.reports.carbon_account import search_account
from evonas.reports.priced_front import Front, front_in_words, price_front, write_table
from evonas.reports.published import write_zoo, zoo_in_words
from evonas.reports.searches import searches_in_words, write_searches
from evonas.reports.text import aligned, complain, genome_text
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.space import Genome
from evonas.training.timings import measure_timings
from evonas.training.trained_problem import TrainedProblem

BASELINES = ("resnet18", "mobilenet_v2")
LEAST_SIDE = 32  # of the images that networks for ImageNet can take
TABLE, PICTURE = "carbon.csv", "carbon.png"


def main(argv: Sequence[str] | None = None) -> int:
    """Price a run's front or a network, list what can be chosen, or draw the paper's figures.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = carbon_parser().parse_args(argv)
    try:
        check_carbon(given)
        if given.list:
            lines = _listed()
        elif given.paper:
            lines = _paper(given)
        elif given.zoo:
            lines = _zoo(given.zoo)
        elif given.model:
            lines = _model(given)
        else:
            lines = _run(given)
    except (ValueError, OSError) as error:
        return complain(error)
    print("\n".join(lines))
    return 0


def _listed() -> list[str]:
    devices = [_device_row(device) for device in DEVICES.values()]
    grids = [[g.name, f"{g.intensity_g_per_kwh:g}", g.label, g.source] for g in GRIDS.values()]
    return [
        *_left(
            ["device", "kind", "W", *FORMATS, "default", "GB/s", "memory", "source"], devices
        ),
        f"{', '.join(FORMATS)} in TFLOP/s (int8 in TOP/s), dense; memory of a microcontroller: "
        "SRAM + flash",
        "this-machine  one core of it, guessed; evonas calibrate measures it",
        "",
        *_left(["grid", "g/kWh", "", "source"], grids),
    ]


def _device_row(device: Device) -> list[str]:
    """A device as a row of the list, its rates in trillions a second."""
    sizes = [_bytes(size) for size in (device.memory_bytes, device.flash_bytes) if size]
    return [
        *(device.name, device.kind, f"{device.tdp_w:g}"),
        *(f"{device.rates[f] / 1e12:.4g}" if f in device.rates else "-" for f in FORMATS),
        *(device.precision, f"{device.bandwidth_bytes_per_s / 1e9:g}"),
        *(" + ".join(sizes) or "-", device.source.removesuffix(ASSUMED)),
    ]


def _bytes(size: float) -> str:
    return f"{size / 1e9:g} GB" if size >= 1e8 else f"{size / 1024:g} KiB"


def _left(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]


def _paper(given: argparse.Namespace) -> list[str]:
    folder: Path = given.paper
    folder.mkdir(parents=True, exist_ok=True)
    assumptions = Config.from_dict(told(given)).assumptions
    header = ["", "printed [t]", "Eq. 3 [t]", "as counted [t]", "physical [t]", "citations"]
    header += ["car-years", "home-years"]
    rows = [_printed_row(row, assumptions) for row in TABLE_1]
    return [
        "Fu et al. 2021, Table 1; in brackets what it prints. Eq. 3 is an index:",
        *aligned(header, rows),
        "Eq. 3 with their FLOPS: "
        + ", ".join(f"{row.name} {row.gmacs:g} G" for row in TABLE_1)
        + "; as counted, physical and everywhere else: the multiply-accumulates of "
        "torchvision's network",
        *(f"{row.name}: {row.remark}" for row in TABLE_1),
        "",
        "Physical: as many trainings by the physical model, assuming:",
        *assumption_lines(assumptions, n_images=IMAGENET),
        "",
        *searches_in_words(NETWORKS.values()),
        f"Written: {write_searches(folder / 'searches.csv', NETWORKS.values())}",
        "",
        *(f"Drawn: {path}" for path in draw_paper(folder)),
    ]


def _zoo(folder: Path) -> list[str]:
    networks, newer = published_networks(), published_networks(NEWER)
    folder.mkdir(parents=True, exist_ok=True)
    table, picture = folder / "zoo.csv", folder / "zoo.png"
    write_zoo(table, networks, newer)
    draw_zoo(networks, newer, out=picture)
    left_out = (
        f"Left out, for they have learnt from more data: {', '.join(unlisted_networks())}"
    )
    return [*zoo_in_words(networks, newer), left_out, "", f"Written: {table}, {picture}"]


def _printed_row(row: Printed, assumptions: Assumptions) -> list[str]:
    """A row of Table 1 beside what the same trainings are by other reckonings, in tonnes."""
    cost = count_network(row.network, (3, 224, 224))
    one = footprint(row.name, cost, assumptions, n_images=IMAGENET)
    citations = row.citations or row.implied_citations
    physical = citations * TRAININGS_PER_CITATION * one.training_kg.central / 1000
    return [
        row.name,
        f"{row.tonnes:g}",
        "-" if row.ours_tonnes is None else f"{row.ours_tonnes:.2f}",
        f"{citations * row.tonnes_per_citation * cost.macs / 1e9 / row.gmacs:.2f}",
        f"{physical:,.0f}",
        f"{row.implied_citations:,.0f}" + ("" if row.citations else " implied"),
        f"{row.tonnes / CAR_YEAR_T:.1f} ({row.cars:g})",
        f"{row.tonnes / HOME_YEAR_T:.1f} ({row.homes:g})",
    ]


def _model(given: argparse.Namespace) -> list[str]:
    inputs = inputs_of(given)
    assumptions = Config.from_dict(told(given)).assumptions
    is_strict = given.strict_flops
    costs = {given.model: count_network(given.model, inputs, is_strict=is_strict)}
    for name in given.baseline or ():
        taken = inputs[:1] if name in SHORT_NAMES else inputs  # those take an image alone
        costs[name] = count_network(name, taken, is_strict=is_strict)
    priced = [
        footprint(name, cost, assumptions, n_images=IMAGENET) for name, cost in costs.items()
    ]
    if given.json:
        content = {
            "networks": {f.name: f.row() for f in priced},
            "assumptions": assumptions.as_dict(),
        }
        given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    lines = [line for each in priced for line in (*_in_words(each), "")]
    return [*lines, "Assumed:", *assumption_lines(assumptions, n_images=IMAGENET)]


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


def _run(given: argparse.Namespace) -> list[str]:
    run = open_run(given.run)
    config = run.config.replaced(told(given))
    assumptions = config.assumptions
    costs, seconds = _measured(run, config) if given.measure else (_kept(run), None)
    front = price_front(run, assumptions, costs=costs, seconds=seconds)
    comparisons, said = _compared(given, run, front, assumptions)
    write_table(given.run / TABLE, front, run)
    ids = {genome_text(genome): name for genome, name in run.ids.items()}
    names = [ids[each.name] for each in front.footprints]
    draw_footprints(front.footprints, comparisons, out=given.run / PICTURE, names=names)
    return [
        *front_in_words(front, run),
        "",
        *said,
        "",
        *search_account(
            run, assumptions, market_g_per_kwh=given.market_based, trace=trace_of(given)
        ),
        "",
        "Assumed:",
        *assumption_lines(assumptions, n_images=front.n_images),
        "",
        f"Written: {given.run / TABLE}, {given.run / PICTURE}",
    ]


def _compared(
    given: argparse.Namespace, run: Run, front: Front, assumptions: Assumptions
) -> tuple[list[BreakEven], list[str]]:
    """When the search has paid for itself against networks that are as good, and in words.

    Only equals are compared: the member of the front that costs least of those that reach what
    the other networks are said to reach on the same data.
    """
    names, first, level = given.baseline or BASELINES, run.objectives[0], given.at_accuracy
    if level is None:
        return [], [
            f"No break-even: nobody has said what {' and '.join(names)} reach in {first.name} "
            "on the same data; say it with --at-accuracy, and the least member of the front "
            "that reaches it as well is compared"
        ]
    if not front.side:
        return [], [
            f"No break-even: {' and '.join(names)} take images, and the run's networks none"
        ]
    reached = [first.sign * score <= first.sign * level for score in front.scores]
    if not any(reached):
        best = first.sign * min(first.sign * score for score in front.scores)
        return [], [
            f"No break-even: no member of the front reaches {level:g} in {first.name}; the "
            f"best has {best:.4g}"
        ]
    ours = front.footprints[reached.index(True)]  # ascending by FLOPs
    shape = (3, *2 * (max(LEAST_SIDE, front.side),))
    found = [
        compare(
            ours,
            footprint(name, count_network(name, shape), assumptions, n_images=front.n_images),
        )
        for name in names
    ]
    size = "x".join(map(str, shape))
    said = f"At {level:g} in {first.name} the search has paid for itself with {ours.name}"
    lines = [f"{said} (the others on images of {size}):", *map(_comparison, found)]
    return found, lines


def _kept(run: Run) -> Mapping[Genome, Cost]:
    """Costs of a run's front as its directory holds them.

    Raises:
        ValueError: It holds none, or not those of every member.
    """
    if all(record.genome in run.costs for record in run.front):
        return run.costs
    raise ValueError(
        f"run {run.name} holds no costs of its whole front: its problem counts none, the run "
        "has not ended, or it was written before runs held them; end it with --resume, or "
        f"give --measure, which runs the code of {run.config.problem}"
    )


def _measured(run: Run, config: Config) -> tuple[Mapping[Genome, Cost], Mapping[Genome, float]]:
    """Costs of a run's front, and seconds of one inference of each member on this machine.

    Raises:
        ValueError: The run's problem builds no networks.
    """
    complain(f"timing runs the code of {config.problem}", status=0)
    problem = SearchPlan.of(config).problem
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{config.problem} builds no networks that could be priced")
    genomes = [record.genome for record in run.front]
    timings = measure_timings(problem, genomes, batch=2)
    costs = {genome: problem.cost(genome) for genome in genomes}
    return costs, {timing.genome: timing.single_seconds for timing in timings}


def _comparison(each: BreakEven) -> str:
    def after(n: float, what: str) -> str:
        return f"never by {what}" if math.isinf(n) else f"after {math.ceil(n):,} {what}"

    saving = each.theirs.price.training_kg / each.ours.price.training_kg
    return (
        f"  against {each.theirs.name}: {after(each.trainings, 'trainings')}, "
        f"{after(each.inferences, 'inferences')} (one training emits {saving:.3g} times ours)"
    )
