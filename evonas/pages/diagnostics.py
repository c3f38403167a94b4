"""How far the surrogate, the rungs and the objectives of a search can be relied on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from evonas.engine.redundancy import LEAST_RECORDS, examine
from evonas.pages.architectures import shortened
from evonas.pages.tables import cell, cut_note, last_rows, thinned
from evonas.pareto.correlation import kendall, spearman
from evonas.runs.run import Run

RELIABILITY = ("spearman", "kendall", "within_90")


def reliability(run: Run) -> dict[str, Any] | None:
    """How far a surrogate's predictions came true; ``None`` where nothing was predicted.

    Args:
        run: The run.
    """
    judged = [row for row in run.generations if row.get("within_90") is not None]
    if not judged:
        return None
    series = [
        {"name": name.replace("_", " "), "x": xs, "y": ys}
        for name in RELIABILITY
        for xs, ys in [_points(judged, name)]
        if xs
    ]
    rows = [
        [
            cell(row.get(name))
            for name in ("generation", "evaluations", "predicted_by", *RELIABILITY)
        ]
        for row in last_rows(judged)
    ]
    header = ["generation", "evaluations", "predicted by", "Spearman", "Kendall", "within 90 %"]
    return {
        "id": "reliability",
        "title": "Reliability of the surrogate",
        "lines": [
            "Each prediction was made before its architecture was measured. Rank correlations "
            "of predicted and measured values of a generation, and the share of measured "
            "values within their 90 % interval, which ought to be .9.",
            *cut_note(len(judged), file="generations.csv"),
        ],
        "tables": [{"caption": "Predictions by generation", "header": header, "rows": rows}],
        "chart": {"x": "evaluations", "y": "rank correlation, share", "series": series},
    }


def _points(rows: Sequence[Any], name: str) -> tuple[list[Any], list[Any]]:
    kept = [row for row in rows if isinstance(row.get(name), (int, float))]
    thin = thinned(kept) if kept else []
    return [row["evaluations"] for row in thin], [shortened(float(row[name])) for row in thin]


def rungs(run: Run) -> dict[str, Any] | None:
    """What became of architectures rung by rung; ``None`` without rungs.

    Args:
        run: The run.
    """
    labels = dict.fromkeys(label for record in run.records for label in record.partial)
    if not labels:
        return None
    rows = []
    for label in sorted(labels, key=lambda label: (len(label), label)):
        seen = [record for record in run.records if label in record.partial]
        stayed = sum(record.fidelity == label for record in seen)
        for metric in dict.fromkeys(name for r in seen for name in r.partial[label]):
            pairs = [
                (record.partial[label][metric], record.metrics[metric])
                for record in seen
                if metric in record.partial[label] and metric in record.metrics
            ]
            low, whole = np.array(pairs, dtype=float).reshape(-1, 2).T
            ranks = (_rank(spearman(low, whole)), _rank(kendall(low, whole)))
            rows.append([label, metric, str(len(seen)), str(stayed), str(len(pairs)), *ranks])
    header = ["rung", "metric", "measured", "stayed there", "compared", "Spearman", "Kendall"]
    return {
        "id": "rungs",
        "title": "Rungs (successive halving)",
        "lines": [
            "Rank correlations of what a rung shows with what the whole training shows, of "
            "those that went on to it: they were chosen, so these are of the better part."
        ],
        "tables": [{"caption": "Rungs below the whole", "header": header, "rows": rows}],
    }


def _rank(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def worth(run: Run) -> dict[str, Any]:
    """What each objective adds to the front.

    Args:
        run: The run.
    """
    found = examine(run.records, run.goals)
    section = {"id": "worth", "title": "What each objective adds", "tables": []}
    if found is None:
        return {
            **section,
            "lines": [
                f"This takes two objectives, and {LEAST_RECORDS} architectures that keep every "
                "constraint."
            ],
        }
    ranks = [[_rank(float(value)) for value in row] for row in found.correlations]
    rows = [
        [name, str(size), "yes" if is_idle else "no", *row]
        for name, size, is_idle, row in zip(
            found.names, found.sizes_without, found.is_idle, ranks, strict=True
        )
    ]
    header = ["objective", "front without it", "same front without it"]
    header += [f"Spearman with {name}" for name in found.names]
    warning = found.warning()
    return {
        **section,
        "lines": [
            f"The front of all objectives has {found.front_size} members.",
            *([f"{warning[:1].upper()}{warning[1:]}."] if warning else []),
        ],
        "tables": [{"caption": "Objectives", "header": header, "rows": rows}],
    }
