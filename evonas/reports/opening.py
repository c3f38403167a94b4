"""What is about to be searched, in one line: so a mistake shows before a night is spent."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from evonas.listener import Start
from evonas.reports.text import note_lines


def opening(start: Start) -> list[str]:
    """A line on data, device, workers and space, one on times, one for each oddity of the data.

    Args:
        start: what is known of the search before it measures anything.
    """
    resolved = start.resolved
    parts = [str(start.config.problem)]
    if "data" in resolved:
        parts += _data(resolved["data"])
    if "device" in resolved:
        parts.append(f"on {resolved['device']}")
    n_jobs = resolved.get("n_jobs", start.config.n_jobs)
    parts.append("in this process" if n_jobs == 0 else _counted(n_jobs, "worker"))
    parts.append(_space(resolved.get("space", ())))
    fitted = start.config.assumptions.calibration
    times = [f"times {fitted}"] if fitted else []
    return ["; ".join(filter(None, parts)), *times, *note_lines(resolved.get("notes", ()))]


def _data(data: dict[str, Any]) -> list[str]:
    side, length = data["image_size"], data.get("length", 0)  # older runs have images alone
    is_folder = Path(data["name"]).expanduser().is_dir()
    cut = "each cut to its central square and scaled to" if is_folder else "of"
    what, size = ("images", f"{side} x {side} pixels")
    if length:
        what, size = ("sequences", f"{length:,} steps")
    return [
        f"{data['name']} with {data['n_classes']} classes",
        f"{data['n_train']:,} {what} to train, {data['n_validation']:,} to validate and "
        f"{data['n_test']:,} to test, {cut} {size}, "
        f"{_counted(data['channels'], 'channel')}",
    ]


def _space(space: Any) -> str:
    sizes = [len(gene["choices"]) for gene in space if gene.get("choices")]
    if not sizes or len(sizes) < len(space):
        return f"{_counted(len(space), 'variable')}" if space else ""
    n = math.prod(sizes)
    return f"{_counted(n, 'architecture')} in the space"


def _counted(n: int | None, what: str) -> str:
    if n is None:
        return ""
    told = f"{n:,}" if n < 10**9 else f"{n:.1e}" if n < 10**300 else "over 1e300"
    return f"{told} {what}{'' if n == 1 else 's'}"
