"""The architectures of a run as columns, which are short to write and quick to read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evonas.objectives import broken
from evonas.record import Record
from evonas.runs.run import Run

# What a letter of ``marks`` says of an architecture.
ON_FRONT, BEHIND, BREAKS, BELOW, FAILED, INCOMPLETE = "f", "o", "b", "l", "x", "i"
N_DIGITS, N_CURVE_DIGITS = 8, 4
MOST_CURVE_NUMBERS = 200_000  # about 1.3 MB
MOST_POINTS = 120  # of a curve


def architectures(run: Run) -> dict[str, Any]:
    """Every measured architecture, JSON-able, in the order of the journal.

    Numbers have eight digits, those of curves four.

    Args:
        run: The run.

    Returns:
        ``ids`` and ``marks``, one entry for each architecture; ``metrics`` and ``genes``, each
        with its ``values`` in the same order; ``curves`` and ``written`` by the place of an
        architecture; and ``n_curves_left_out``.
    """
    curves, n_left_out = _curves(run)
    return {
        "ids": [run.ids[record.genome] for record in run.records],
        "marks": marks(run),
        "metrics": _metrics(run),
        "genes": _genes(run),
        "written": _written(run),
        "curves": curves,
        "n_curves_left_out": n_left_out,
    }


def marks(run: Run) -> str:
    """A letter for each architecture that says how it stands, in the order of the journal.

    Args:
        run: The run.
    """
    on_front = {record.genome for record in run.front}
    return "".join(
        _mark(record, run, is_on_front=record.genome in on_front) for record in run.records
    )


def _mark(record: Record, run: Run, *, is_on_front: bool) -> str:
    if record.error is not None:
        return FAILED
    if is_on_front:
        return ON_FRONT
    if broken(run.goals.constraints, record.metrics):
        return BREAKS
    if record.fidelity:
        return BELOW
    return BEHIND if run.goals.are_met(record.metrics) else INCOMPLETE


def _metrics(run: Run) -> list[dict[str, Any]]:
    known = {metric.name: metric for metric in (*run.objectives, *run.metrics)}
    names = [name for name in known if name in run.measured]
    names += [name for name in run.measured if name not in known]
    objectives = {objective.name for objective in run.objectives}
    found: list[dict[str, Any]] = []
    for name in names:
        metric = known.get(name)
        found.append(
            {
                "name": name,
                "label": metric.label if metric else name,
                "unit": metric.unit if metric else "",
                "sign": metric.sign if metric else 0,
                "when": metric.when if metric else "",
                "is_objective": name in objectives,
                "values": _column(record.metrics.get(name) for record in run.records),
            }
        )
    return [*found, *_below(run, {entry["name"]: entry for entry in found}), *_beside(run)]


def _below(run: Run, whole: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What was measured with less than the whole, a column for each fidelity."""
    pairs = {
        (name, label)
        for record in run.records
        for label, values in record.partial.items()
        for name in values
    }
    found = []
    for name, label in sorted(pairs, key=lambda pair: (pair[0], len(pair[1]), pair[1])):
        values = _column(record.partial.get(label, {}).get(name) for record in run.records)
        like = whole.get(name, {"label": name, "unit": "", "sign": 0, "when": ""})
        found.append(
            {
                **like,
                "name": f"{name}@{label}",
                "label": f"{like['label']} at {label}",
                "is_objective": False,
                "values": values,
            }
        )
    return found


def _beside(run: Run) -> list[dict[str, Any]]:
    """What is no metric, and may be drawn as one."""
    plain = {"sign": 0, "when": "", "is_objective": False}
    order = list(range(1, len(run.records) + 1))
    seconds = _column(record.seconds for record in run.records)
    return [
        {**plain, "name": "evaluation", "label": "evaluation", "unit": "", "values": order},
        {
            **plain,
            "name": "seconds",
            "label": "time of measuring",
            "unit": "s",
            "sign": 1,
            "values": seconds,
        },
    ]


def _genes(run: Run) -> list[dict[str, Any]]:
    """Each gene with the place of its choice, or with its value where there are no choices."""
    n_genes = max((len(record.genome) for record in run.records), default=0)
    columns = [[_at(record.genome, i) for record in run.records] for i in range(n_genes)]
    if run.space and len(run.space.genes) == n_genes:
        return [
            {
                "name": gene.name,
                "choices": [str(choice) for choice in gene.choices],
                "is_ordered": bool(gene.ordered),
                "values": values,
            }
            for gene, values in zip(run.space.genes, columns, strict=True)
        ]
    names = run.spelling.variables
    if len(names) != n_genes:
        names = tuple(f"gene {i}" for i in range(1, n_genes + 1))
    return [
        {"name": name, "choices": None, "is_ordered": True, "values": values}
        for name, values in zip(names, columns, strict=True)
    ]


def _at(genome: Sequence[Any], place: int) -> Any:
    value = genome[place] if place < len(genome) else None
    return shortened(value) if isinstance(value, float) else value


def _written(run: Run) -> dict[str, dict[str, str]]:
    """Architectures that the run's own code has spelt, as far as its table has them."""
    if run.spelling.is_complete:
        return {}
    found = {}
    for place, record in enumerate(run.records):
        try:
            architecture = run.decode(record.genome)
        except ValueError:
            continue
        found[str(place)] = {name: str(value) for name, value in architecture.items()}
    return found


def _curves(run: Run) -> tuple[dict[str, dict[str, list[float]]], int]:
    """Learning curves by place, those of the front first, as many as have room."""
    on_front = {record.genome for record in run.front}
    places = [i for i, record in enumerate(run.records) if record.curve]
    places.sort(key=lambda i: (run.records[i].genome not in on_front, -i))
    found, n_numbers, n_left_out = {}, 0, 0
    for place in places:
        curve = _curve(run.records[place].curve)
        n_numbers += sum(map(len, curve.values()))
        if n_numbers > MOST_CURVE_NUMBERS:
            n_left_out += 1
        else:
            found[str(place)] = curve
    return found, n_left_out


def _curve(epochs: Sequence[Mapping[str, float]]) -> dict[str, list[Any]]:
    step = math.ceil(len(epochs) / MOST_POINTS)
    kept = [*epochs[:-1:step], epochs[-1]] if step > 1 else epochs
    names = dict.fromkeys(name for epoch in kept for name in epoch)
    return {
        name: _column((epoch.get(name) for epoch in kept), n_digits=N_CURVE_DIGITS)
        for name in names
    }


def _column(values: Iterable[float | None], *, n_digits: int = N_DIGITS) -> list[Any]:
    return [None if value is None else shortened(value, n_digits=n_digits) for value in values]


def shortened(value: float, *, n_digits: int = N_DIGITS) -> float | int | None:
    """A number as a page holds it: whole where it is whole, else with few digits.

    Args:
        value: The number; one that is not finite becomes ``None``, for JSON has no word for it.
        n_digits: How many significant digits are kept of a number that is not whole.
    """
    if not math.isfinite(value):
        return None
    return (
        int(value)
        if value == int(value) and abs(value) < 1e15
        else float(f"{value:.{n_digits}g}")
    )
