"""What a run and its networks have cost and will cost, in words and tables."""

from __future__ import annotations

from typing import Any

from evonas.carbon.equivalents import equivalent_lines
from evonas.carbon.meter import Tariff
from evonas.reports.priced_front import price_front
from evonas.reports.statement import paragraph
from evonas.reports.text import genome_text
from evonas.runs.price_tag import PriceTag
from evonas.runs.run import Run

YEAR_SECONDS = 365.25 * 86400
_UNITS = ((YEAR_SECONDS, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"))
_PARTS = {
    "device": ("name", "tdp_w", "source"),
    "grid": ("label", "intensity_g_per_kwh", "source"),
}


def spending(run: Run) -> dict[str, Any]:
    """A section on time, energy and emissions of the search itself.

    Args:
        run: The run.
    """
    spend = run.spend
    if spend is None:
        lines = ["Nothing is told yet: the account is written at the end of a generation."]
        return {"id": "spending", "title": "Spending", "lines": lines, "tables": []}
    rows = [
        ["time from start to end", duration(spend.wall_seconds)],
        ["time of measuring, all workers together", duration(spend.busy_seconds)],
        ["time on processor cores", duration(spend.cpu_seconds)],
        [
            "floating-point operations of all trainings",
            f"{spend.fpo:.3g}" if spend.fpo else "-",
        ],
        ["energy, PUE included [kWh]", f"{spend.energy_kwh:.3g}"],
        ["emissions [g CO2e]", f"{spend.co2_g:.3g}"],
    ]
    lines = [*_statement(run), *equivalent_lines(spend.co2_g)]
    lines += [f"How the energy comes about: {spend.method}."] if spend.method else []
    table = {"caption": "What the search has taken", "header": ["", "amount"], "rows": rows}
    return {"id": "spending", "title": "Spending", "lines": lines, "tables": [table]}


def _statement(run: Run) -> list[str]:
    """The paragraph for a paper, where the run tells enough for it."""
    try:
        tag = PriceTag(run, Tariff(**run.resolved["search_energy"]))
        return [paragraph(tag)] if run.records else []
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return []


def duration(seconds: float) -> str:
    """A time in the largest unit that it fills, such as ``2.5 hours``.

    Args:
        seconds: The time, in seconds.
    """
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def assumptions(run: Run) -> dict[str, Any] | None:
    """A section on what the carbon model of a run assumes; ``None`` where there is no model.

    Args:
        run: The run.
    """
    told = run.resolved.get("carbon")
    if not isinstance(told, dict):
        return None
    sources, bounds = (_mapping(told.get(name)) for name in ("sources", "bounds"))
    rows = []
    for name, value in told.items():
        if name in ("sources", "bounds"):
            continue
        if isinstance(value, dict):
            rows += [
                [f"{name}: {part}", _text(value.get(part)), "", _text(value.get("source"))]
                for part in _PARTS.get(name, tuple(value))
                if part != "source" and not isinstance(value.get(part), (dict, list))
            ]
        else:
            rows.append(
                [name, _text(value), _range(bounds.get(name)), _text(sources.get(name))]
            )
    known = {row[0] for row in rows}
    rows += [[name, "", _range(ends), ""] for name, ends in bounds.items() if name not in known]
    table = {
        "caption": "Assumptions of the carbon model",
        "header": ["assumption", "value", "low to high", "source"],
        "rows": rows,
    }
    lines = ["The first of two ends emits less. They are no confidence interval."]
    if fitted := _calibration(run):
        lines.append(f"Times were {fitted}.")
    return {
        "id": "assumptions",
        "title": "Assumptions of the carbon model",
        "lines": lines,
        "tables": [table],
    }


def _calibration(run: Run) -> str:
    """How good the models of time are; empty where there are none, or nobody can read them."""
    try:
        fitted = run.config.assumptions.calibration
    except (LookupError, TypeError, ValueError):
        return ""
    return str(fitted) if fitted else ""


def prices(run: Run) -> dict[str, list[list[str]]]:
    """What each member of the front emits in its life, by place, as rows of name and value.

    Empty where the run holds no counted costs, or the carbon model cannot be read.

    Args:
        run: The run.
    """
    try:
        costs = run.costs
        if not run.front or any(record.genome not in costs for record in run.front):
            return {}
        front = price_front(run, run.config.assumptions, costs=costs)
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError):
        return {}
    place_of = {genome_text(record.genome): i for i, record in enumerate(run.records)}
    found = {}
    for each in front.footprints:
        life, total = each.lifetime, each.total_kg
        rows = [
            ("all trainings", f"{life.training_kg:.3g} kg"),
            ("all inferences", f"{life.inference_kg:.3g} kg"),
            ("its share of the search", f"{life.search_kg:.3g} kg"),
            ("whole life", f"{total.central:.3g} kg ({total.low:.3g} to {total.high:.3g})"),
            ("one inference", f"{each.price.inference_seconds * 1000:.3g} ms by the model"),
        ]
        found[str(place_of[each.name])] = [list(row) for row in rows]
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _range(ends: Any) -> str:
    return " to ".join(map(_text, ends)) if isinstance(ends, (list, tuple)) else ""
