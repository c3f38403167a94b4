"""The price tag of a search: ``evonas budget RUN [RUN ...]``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evonas.commands.parsers import budget_parser
from evonas.engine.plan import SearchPlan
from evonas.evaluation.worker_process import Task
from evonas.pareto.expected_best import expected_best
from evonas.plots.price_tag import draw_curves, draw_expected, draw_fractions, draw_progress
from evonas.record import Record, candidate_seed
from evonas.reports.returns import returns_in_words
from evonas.reports.statement import escaped, latex, markdown, paragraph, table
from evonas.reports.text import aligned, complain, genome_text
from evonas.runs.places import without_link
from evonas.runs.price_tag import PriceTag, why_not_independent
from evonas.training.trained_problem import TrainedProblem

PROGRESS, CURVES, EXPECTED, FRACTIONS = "budget", "curves", "expected", "fractions"


def main(argv: Sequence[str] | None = None) -> int:
    """Say what runs have cost and brought, and leave tables and pictures in the first one.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line; 130 after Ctrl-C.
    """
    given = budget_parser().parse_args(argv)
    try:
        tags = [PriceTag.read(path) for path in given.runs]
        out: Path = given.out or given.runs[0]
        if given.expected and (reason := why_not_independent(tags)):
            raise ValueError(reason)
        out.mkdir(parents=True, exist_ok=True)
        lines = [*_totals(tags, out), *_files(tags, out), *_expected(tags, out)]
        if given.fractions:
            lines += _fractions(tags[0], given.fractions, n=given.members, out=out)
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return 130
    print("\n".join(lines))
    return 0


def _totals(tags: Sequence[PriceTag], out: Path) -> list[str]:
    header, rows = table(tags)
    words = "\n\n".join(paragraph(tag) for tag in tags)
    without_link(out / "statement.md").write_text(f"{words}\n\n{markdown(header, rows)}\n")
    without_link(out / "statement.tex").write_text(
        f"{escaped(words)}\n\n{latex(header, rows)}\n"
    )
    return [*aligned(header, rows), "", words, "", *map(returns_in_words, tags)]


def _files(tags: Sequence[PriceTag], out: Path) -> list[str]:
    written = ["statement.md", "statement.tex"]
    for i, tag in enumerate(tags):
        name = f"{PROGRESS}.csv" if len(tags) == 1 else f"{PROGRESS}-{i + 1}.csv"
        _write(without_link(out / name), tag.progress)
        written.append(name)
    draw_progress(tags, out=without_link(out / f"{PROGRESS}.png"))
    written.append(f"{PROGRESS}.png")
    if draw_curves(tags[0], out=without_link(out / f"{CURVES}.png")):
        written.append(f"{CURVES}.png")
    return ["", f"Written to {out}: {', '.join(written)}"]


def _write(file: Path, columns: Mapping[str, np.ndarray]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow(["" if np.isnan(value) else f"{value:.10g}" for value in row])


def _expected(tags: Sequence[PriceTag], out: Path) -> list[str]:
    """The expected best, where trials are independent draws."""
    if reason := why_not_independent(tags):
        return [f"No expected best performance: {reason}."]
    values = tags[0].scores() if len(tags) == 1 else [max(tag.scores()) for tag in tags]
    if not values:
        return []
    draw_expected(tags, values, out=without_link(out / f"{EXPECTED}.png"))
    objective = tags[0].run.objectives[0]
    what = "trials" if len(tags) == 1 else "searches"
    places = sorted({1, len(values), *(n for n in (2, 5, 10, 20, 50, 100) if n < len(values))})
    estimates = [
        -objective.sign * expected_best(values, is_unbiased=is_unbiased)
        for is_unbiased in (True, False)
    ]
    rows = [[f"{n}", *(f"{each[n - 1]:.4g}" for each in estimates)] for n in places]
    return [
        f"Expected best {objective.label} of n independent {what} (Dodge et al. 2019):",
        *aligned(["n", "unbiased", "as published"], rows),
        f"Drawn: {out / f'{EXPECTED}.png'}",
    ]


def _fractions(tag: PriceTag, shares: Sequence[float], *, n: int, out: Path) -> list[str]:
    """What members of the front score when trained on a part of the images."""
    nothing_to_train = ValueError(f"run {tag.run.name} has no objective that takes a training")
    if "training" not in tag.run.resolved:
        raise nothing_to_train
    if n < 1 or not tag.run.front:
        raise ValueError(f"--members must be at least 1 and the front not empty, got {n}")
    complain(f"training again runs the code of {tag.config.problem}", status=0)
    problem = SearchPlan.of(tag.config).problem
    trained = [o for o in tag.run.objectives if o.name not in problem.untrained]
    if not isinstance(problem, TrainedProblem) or not trained:
        raise nothing_to_train
    objective = trained[0]
    members = _spread(tag.run.front, n, by=objective.name)
    least = problem.n_classes
    counts = sorted({max(least, round(share * problem.info.n_train)) for share in shares})
    found: dict[tuple[int, ...], list[tuple[int, float]]] = {m.genome: [] for m in members}
    for count in counts:
        for record in _retrained(tag, members, n_images=count, wanted=objective.name):
            if record.error is None:
                found[record.genome].append((count, record.metrics[objective.name]))
    ids = tag.run.ids
    named = [(ids[genome], points) for genome, points in found.items()]
    draw_fractions(named, objective, out=without_link(out / f"{FRACTIONS}.png"))
    cells = [
        [
            *(f"{dict(points).get(count, float('nan')):.4g}" for count in counts),
            ids[genome],
            genome_text(genome),
        ]
        for genome, points in found.items()
    ]
    return [
        "",
        f"{objective.label} of members of the front, trained on fewer images:",
        *aligned([*map(str, counts), "id", "genome"], cells),
        f"Drawn: {out / f'{FRACTIONS}.png'}",
    ]


def _spread(members: Sequence[Record], n: int, *, by: str) -> list[Record]:
    """Members from the worst to the best in a metric, evenly spread."""
    ordered = sorted(members, key=lambda record: record.metrics[by])
    places = np.unique(np.linspace(0, len(ordered) - 1, n).round().astype(int))
    return [ordered[place] for place in places[-n:]]


def _retrained(
    tag: PriceTag, members: Sequence[Record], *, n_images: int, wanted: str
) -> list[Record]:
    config = replace(tag.config, subset=n_images)
    plan = SearchPlan.of(config)
    order = replace(plan.order, wanted=(wanted,), constraints=())
    tasks = [Task(m.genome, candidate_seed(config.seed, m.genome)) for m in members]
    with plan.executor as executor:
        return list(executor.measure(order, tasks, should_stop=lambda: False))
