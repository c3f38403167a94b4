"""What the experiment on MS-RANAS found: areas, differences seed by seed, and pictures.

    python benchmarks/ms_ranas_report.py FOLDER

Reads what ``ms_ranas.py`` has kept in FOLDER, complete or not, prints tables, and draws
``rivals.png`` and ``ablation.png`` there. Intervals are Student's over the seeds, with 95 %;
p-values are of paired tests, corrected by Holm for all comparisons of the same table.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from evonas.bench.paired import Difference, difference, holm, interval
from evonas.plots.exits import ExitCurve
from evonas.plots.rivals import draw_differences, draw_rivals
from evonas.reports.text import aligned

GUESSING = 10.0  # percent, with the ten classes of the experiment's data sets
RIVALS, SEPARATE = "rivals", "separate networks"
EVOLVED, PAPER = "evolved, three scales", "seven layers as in the paper"
BOTH, ALL = "scales and exits", "scales, exits, cutout"  # by what was there in the search
ONE, EARLY = "one exit, one scale", "early exits, one scale"
MULTI, CUT = "early exits, three scales", "early exits, three scales, cutout"

Values = Mapping[int, float]  # by seed


@dataclass(frozen=True)
class Judged:
    """A trained network and what it showed on test images; a row of the file.

    Attributes:
        group: Which part of the experiment it belongs to.
        name: What it is called there.
        seed: The seed of split, search and training.
        params: Its parameters.
        flops: FLOPs of the answer of every exit, as JSON.
        accuracy: Accuracy of every exit on test images in percent, as JSON.
        seconds: How long its training and judging took.
        architecture: Its genes, as JSON.
    """

    group: str
    name: str
    seed: int
    params: int
    flops: str
    accuracy: str
    seconds: float
    architecture: str

    @property
    def curve(self) -> ExitCurve:
        """FLOPs and accuracy of every exit, the cheapest first.

        A later exit may cost less than one before it, where the coarsest scale was dropped in
        between.
        """
        exits = zip(json.loads(self.flops), json.loads(self.accuracy), strict=True)
        return ExitCurve(*zip(*sorted(exits), strict=True))


def read(file: Path) -> list[Judged]:
    """The rows of a file of judged networks; none where there is no file."""
    kinds = {"seed": int, "params": int, "seconds": float}
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        return [
            Judged(**{name: kinds.get(name, str)(text) for name, text in row.items()})
            for row in csv.DictReader(stream)
        ]


def append(file: Path, row: Judged) -> None:
    """Add a row to a file of judged networks, which is begun where there is none."""
    is_new = not file.is_file()
    with file.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Judged)])
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(row))


def area(curve: ExitCurve, max_flops: float) -> float:
    """The mean accuracy over budgets of [0, max_flops], guessing where there is no answer."""
    return curve.area(max_budget=max_flops, chance=GUESSING)


def rivals_of(rows: Sequence[Judged]) -> dict[str, dict[int, tuple[int, ExitCurve]]]:
    """By rival and seed, the parameters and the exits; separate networks are one rival."""
    found: dict[str, dict[int, tuple[int, ExitCurve]]] = {}
    for row in (row for row in rows if row.group == RIVALS):
        name = SEPARATE if row.name.startswith(SEPARATE) else row.name
        params = row.params
        points = list(zip(row.curve.flops, row.curve.accuracies, strict=True))
        if row.seed in found.get(name, {}):
            before, curve = found[name][row.seed]
            params += before
            points += zip(curve.flops, curve.accuracies, strict=True)
        flops, accuracy = zip(*sorted(points), strict=True)
        found.setdefault(name, {})[row.seed] = params, ExitCurve(flops, accuracy)
    return found


def compared(pairs: Mapping[str, tuple[Values, Values]]) -> dict[str, tuple[Difference, float]]:
    """By name, by how much the first is above the second, and the corrected p-value."""
    told = {}
    for name, (first, second) in pairs.items():
        seeds = sorted(first.keys() & second.keys())
        if seeds:
            told[name] = difference([first[s] for s in seeds], [second[s] for s in seeds])
    corrected = holm([each.p for each in told.values()])
    return {name: (told[name], p) for name, p in zip(told, corrected, strict=True)}


def print_rivals(rows: Sequence[Judged], *, max_flops: float) -> None:
    """How the rivals stand, and by how much the evolved network is above each."""
    found = rivals_of(rows)
    areas = {
        n: {s: area(c, max_flops) for s, (_, c) in own.items()} for n, own in found.items()
    }
    table = [
        [
            name,
            str(len(own)),
            f"{sum(params for params, _ in own.values()) / len(own):,.0f}",
            f"{sum(c.flops[-1] for _, c in own.values()) / len(own):,.0f}",
            str(interval([c.accuracies[0] for _, c in own.values()])),
            str(interval([c.accuracies[-1] for _, c in own.values()])),
            str(interval([*areas[name].values()])),
        ]
        for name, own in found.items()
    ]
    header = ["rival", "seeds", "params", "FLOPs", "first exit", "last exit", "anytime area"]
    print("\n".join(aligned(header, table)), "\n")
    own = areas.pop(EVOLVED, {})
    areas.pop(PAPER, None)
    print_differences(
        compared({f"{EVOLVED}, above {name}": (own, other) for name, other in areas.items()})
    )


def print_first_exits(rows: Sequence[Judged]) -> None:
    """What the first exit costs, and what it loses against the last."""
    table = []
    for name, own in rivals_of(rows).items():
        curves = [curve for _, curve in own.values() if len(curve.flops) > 1]
        if curves and name != SEPARATE:
            shares = interval([100 * c.flops[0] / c.flops[-1] for c in curves])
            lost = interval([c.accuracies[-1] - c.accuracies[0] for c in curves])
            table.append([name, str(shares), str(lost)])
    header = ["network", "first exit, % of the FLOPs", "points lost to the last exit"]
    print("\n".join(aligned(header, table)), "\n")


def ablation_of(rows: Sequence[Judged]) -> dict[str, dict[str, tuple[Difference, float]]]:
    """By question and answer: differences of the last exit's accuracy, all corrected."""
    last: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        last.setdefault((row.group, row.name), {})[row.seed] = row.curve.accuracies[-1]
    cells = list(dict.fromkeys(name for group, name in last if group == ONE))

    def pair(first: tuple[str, str], second: tuple[str, str]) -> tuple[Values, Values]:
        return last.get(first, {}), last.get(second, {})

    questions: dict[str, dict[str, tuple[Values, Values]]] = {
        f"{group}: cells evolved with ..., above those of the baseline": {
            n: pair((group, n), (group, "baseline")) for n in cells if n != "baseline"
        }
        for group in (ONE, EARLY, MULTI)
    }
    questions["three scales instead of one, under early exits"] = {
        f"cells evolved with {n}": pair((MULTI, n), (EARLY, n)) for n in cells
    }
    plain = (MULTI, BOTH)
    questions["cutout, early exits and three scales"] = {
        "in the search": pair((MULTI, ALL), plain),
        "in the training": pair((CUT, BOTH), plain),
        "in both": pair((CUT, ALL), plain),
    }
    flat = {(q, name): values for q, own in questions.items() for name, values in own.items()}
    told = compared({json.dumps(key): values for key, values in flat.items()})
    found: dict[str, dict[str, tuple[Difference, float]]] = {}
    for key, value in told.items():
        question, name = json.loads(key)
        found.setdefault(question, {})[name] = value
    return found


def print_differences(told: Mapping[str, tuple[Difference, float]]) -> None:
    """A table of differences with corrected p-values."""
    table = [
        [name, str(each.interval), "" if math.isnan(p) else f"{p:.3f}"]
        for name, (each, p) in told.items()
    ]
    print("\n".join(aligned(["", "points", "p, corrected"], table)), "\n")


def report(rows: Sequence[Judged], *, max_flops: float, out: Path) -> None:
    """Print all tables and draw all pictures of what is there."""
    if any(row.group == RIVALS for row in rows):
        print_rivals(rows, max_flops=max_flops)
        print_first_exits(rows)
        curves = {n: [c for _, c in own.values()] for n, own in rivals_of(rows).items()}
        draw_rivals(curves, title="mean and 95 % over seeds", out=out / "rivals.png")
    questions = ablation_of(rows)
    for question, told in questions.items():
        print(question)
        print_differences(told)
    if questions:
        bars = {
            q: {n: each.interval for n, (each, _) in t.items()} for q, t in questions.items()
        }
        label = "accuracy of the last exit, difference [points]"
        draw_differences(bars, label=label, out=out / "ablation.png")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args(arguments).folder
    rows, limits = (
        read(folder / "networks.csv"),
        json.loads((folder / "limits.json").read_text()),
    )
    report(rows, max_flops=limits["max_flops"], out=folder)


if __name__ == "__main__":
    main()
