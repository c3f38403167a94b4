"""What a page says of a run beside its architectures, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evonas.config import SECTION_OF, Config
from evonas.faults import FAULT_KINDS
from evonas.listener import METERED
from evonas.pages.architectures import shortened
from evonas.pages.diagnostics import reliability, rungs, worth
from evonas.pages.spending import assumptions, spending
from evonas.pages.tables import cell, cut_note, last_rows, thinned
from evonas.reports.per_target import best_of_run, target_table
from evonas.reports.text import number
from evonas.runs.run import Run

MOST_REASONS = 100
N_TRACE_LINES = 12


def sections(run: Run) -> list[dict[str, Any]]:
    """All sections that there is something to say in, JSON-able.

    Args:
        run: The run.

    Returns:
        For each section its ``id``, ``title`` and ``lines``; ``tables``, each with ``caption``,
        ``header`` and ``rows``; and a ``chart`` where there is one.
    """
    found = [
        targets(run),
        progress(run),
        reliability(run),
        rungs(run),
        failures(run),
        spending(run),
        assumptions(run),
        worth(run),
        settings(run),
    ]
    return [section for section in found if section]


def targets(run: Run) -> dict[str, Any] | None:
    """Who is the best on each target; nothing where the run is not for several.

    Args:
        run: The run.
    """
    found = best_of_run(run)
    if not found:
        return None
    header, rows = target_table(found, ids=run.ids)
    return {
        "id": "targets",
        "title": "The best on each target",
        "lines": ["One search for all targets; here each is looked at as if it were alone."],
        "tables": [{"caption": "Picked for each target", "header": header, "rows": rows}],
    }


def progress(run: Run) -> dict[str, Any]:
    """The hypervolume generation by generation, and all that is told of each.

    Args:
        run: The run.
    """
    lines = []
    if not run.generations:
        lines.append("No generation has ended yet.")
    elif not run.hypervolumes:
        lines.append("There is no hypervolume, for the run has no reference point.")
    else:
        point = ", ".join(
            f"{o.name} {number(float(run.goals.reference[o.name]))} {o.unit}".strip()
            for o in run.objectives
            if o.name in run.goals.reference
        )
        lines.append(
            "The share of the box between the ideal and the reference point that the front "
            f"covers. Reference point: {point}."
        )
    return {
        "id": "hypervolume",
        "title": "Hypervolume per generation",
        "lines": lines + cut_note(len(run.generations), file="generations.csv"),
        "tables": [_generations(run)] if run.generations else [],
        "chart": hypervolume_chart([run]),
    }


def hypervolume_chart(runs: Sequence[Run]) -> dict[str, Any] | None:
    """Hypervolume against evaluations, a line for each run that has a reference point.

    Args:
        runs: The runs, whose hypervolumes must have one scale.
    """
    series = [
        {
            "name": run.name,
            "run": i,
            "x": [n for n, _ in thinned(run.hypervolumes)],
            "y": [shortened(value) for _, value in thinned(run.hypervolumes)],
        }
        for i, run in enumerate(runs)
        if run.hypervolumes
    ]
    if not series:
        return None
    return {"x": "evaluations", "y": "hypervolume, higher is better", "series": series}


def _generations(run: Run) -> dict[str, Any]:
    columns = list(dict.fromkeys(name for row in run.generations for name in row if name))
    dull = [METERED] if not any(row.get(METERED) for row in run.generations) else []
    shown = [name for name in columns if name not in dull]
    rows = [[cell(row.get(name)) for name in shown] for row in last_rows(run.generations)]
    return {"caption": "Generations", "header": shown, "rows": rows}


def failures(run: Run) -> dict[str, Any]:
    """Failures by kind and reason, with the last lines that one of each has said.

    Args:
        run: The run.
    """
    groups = Counter((record.kind, record.error or "") for record in run.failures)
    rows, traces = [], []
    for (kind, reason), n in groups.most_common(MOST_REASONS):
        one = next(r for r in run.failures if (r.kind, r.error or "") == (kind, reason))
        rows.append([str(n), kind, FAULT_KINDS.get(kind, ""), reason, run.ids[one.genome]])
        traces.append("\n".join(one.trace[-N_TRACE_LINES:]))
    n_failed = len(run.failures)
    lines = ["No candidate failed."]
    if n_failed:
        lines = [f"{n_failed:,} of {len(run.records):,} candidates failed."]
    n_more = len(groups) - len(rows)
    what = "reason is" if n_more == 1 else "reasons are"
    lines += [f"{n_more:,} more {what} in failures.csv."] if n_more else []
    header = ["times", "kind", "meaning", "reason", "one of them"]
    table = {"caption": "Failures by kind and reason", "header": header, "rows": rows}
    return {
        "id": "failures",
        "title": "Failures",
        "lines": lines,
        "tables": [{**table, "traces": traces}] if rows else [],
    }


def settings(run: Run) -> dict[str, Any]:
    """The config of a run, setting by setting, and the machine that it began on.

    Args:
        run: The run.
    """
    values, plain = run.config.as_dict(), Config().as_dict()
    rows = [
        [
            SECTION_OF.get(name, ""),
            name,
            setting(value),
            "given" if value != plain[name] else "default",
        ]
        for name, value in values.items()
    ]
    tables = [
        {"caption": "Settings", "header": ["section", "setting", "value", ""], "rows": rows}
    ]
    told = dict(run.environment)
    packages = told.pop("packages", None)
    told |= packages if isinstance(packages, dict) else {}
    if told:
        versions = [[name, setting(value)] for name, value in told.items()]
        caption = "Machine and versions at the beginning"
        tables.append(
            {"caption": caption, "header": ["", "version or value"], "rows": versions}
        )
    return {"id": "config", "title": "Config", "lines": [], "tables": tables}


def setting(value: Any) -> str:
    """A setting as a page shows it; empty for nothing.

    Args:
        value: The value, as ``Config.as_dict`` has it.
    """
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text if len(text) <= 300 else f"{text[:296]} ..."
