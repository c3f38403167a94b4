"""What several runs look like side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evonas.pages.accounts import hypervolume_chart, setting
from evonas.plots.points import are_comparable
from evonas.runs.run import Run

IDLE = ("data_dir", "engine", "n_jobs")  # which change no result


def comparison(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Sections on several runs together; none for a single one.

    Args:
        runs: The runs, in the order in which they are drawn.
    """
    if len(runs) < 2:
        return []
    return [overview(runs), hypervolumes(runs), differences(runs)]


def overview(runs: Sequence[Run]) -> dict[str, Any]:
    """What each run has measured, found and taken, in a row.

    Args:
        runs: The runs.
    """
    header = ["run", "problem", "algorithm", "seed", "measured", "failed", "front"]
    header += ["hypervolume", "energy [kWh]", "emissions [g CO2e]"]
    rows = [
        [
            run.name,
            run.config.problem,
            _method(run),
            str(run.config.seed),
            f"{len(run.records):,}",
            f"{len(run.failures):,}",
            str(len(run.front)),
            f"{run.hypervolumes[-1][1]:.4f}" if run.hypervolumes else "-",
            f"{run.spend.energy_kwh:.3g}" if run.spend else "-",
            f"{run.spend.co2_g:.3g}" if run.spend else "-",
        ]
        for run in runs
    ]
    table = {"caption": "Runs", "header": header, "rows": rows}
    return {"id": "runs", "title": "The runs", "lines": [], "tables": [table]}


def _method(run: Run) -> str:
    surrogate = run.config.surrogate
    return (
        run.config.algorithm if surrogate == "none" else f"{run.config.algorithm}, {surrogate}"
    )


def hypervolumes(runs: Sequence[Run]) -> dict[str, Any]:
    """The hypervolumes of all runs on one pair of axes, where they can be compared.

    Args:
        runs: The runs.
    """
    section: dict[str, Any] = {"id": "hypervolumes", "title": "Hypervolumes", "tables": []}
    if not are_comparable(runs):
        lines = [
            "The hypervolumes cannot be compared, for the objectives or the reference points "
            "of the runs differ. Each run's own stands below."
        ]
        return {**section, "lines": lines}
    return {**section, "lines": [], "chart": hypervolume_chart(runs)}


def differences(runs: Sequence[Run]) -> dict[str, Any]:
    """The settings in which runs differ.

    Args:
        runs: The runs.
    """
    configs = [run.config.as_dict() for run in runs]
    names = [name for name in configs[0] if any(c[name] != configs[0][name] for c in configs)]
    rows = [[name, *(setting(config[name]) or "-" for config in configs)] for name in names]
    lines = [] if rows else ["The configs are equal."]
    if rows and set(names) <= {*IDLE, "seed"}:
        lines = [
            "The runs are repetitions: they differ in nothing that a search depends on "
            "but their seeds."
        ]
    header = ["setting", *(run.name for run in runs)]
    tables = (
        [{"caption": "Settings that differ", "header": header, "rows": rows}] if rows else []
    )
    return {"id": "differences", "title": "What differs", "lines": lines, "tables": tables}
