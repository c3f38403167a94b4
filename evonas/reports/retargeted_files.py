"""What a run on other targets leaves behind: a table, pictures, and a start for a search."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path
from typing import Any

from evonas.carbon.deployment import METRICS, SEPARATOR
from evonas.objectives import Metric
from evonas.reports.retargeted import Retargeted
from evonas.runs.places import without_link
from evonas.space import genome_text
from evonas.whole_files import whole

FOLDER = "retarget"
TABLE, PICTURE, START, COSTS = "targets.csv", "fronts.png", "start.json", "costs.json"
DIFFERENCES = "differences.png"


def write_all(found: Retargeted, folder: Path) -> list[Path]:
    """Write the table, the start of a search, and the pictures.

    Args:
        found: The run on its targets.
        folder: Where the files are written to; files of an earlier call are replaced.

    Returns:
        The files that were written.
    """
    from evonas.reports.retargeted_pictures import draw_all  # matplotlib, and slow

    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / TABLE, folder / START]
    for file, write in zip(files, (write_table, write_start), strict=True):
        write(found, file)
    pictures = (without_link(folder / name) for name in (PICTURE, DIFFERENCES))
    return [
        *files,
        *draw_all(found, **dict(zip(("fronts", "differences"), pictures, strict=True))),
    ]


def write_table(found: Retargeted, file: Path) -> None:
    """Write every priced architecture as a row of a CSV file, units in the header.

    Behind what the run has measured stand, for each target, all metrics with both ends of
    their bands, and last how surely the architecture is on each front.
    """
    measured = found.aims.measured
    rows: list[dict[str, Any]] = []
    for i, each in enumerate(found.priced):
        genome = each.record.genome
        row: dict[str, Any] = {
            "id": found.id_of(i),
            "genome": genome_text(genome).replace("-", " "),
        }
        row |= {metric.column: each.record.metrics[metric.name] for metric in measured}
        for name, band in each.bands.items():
            unit = METRICS[name.partition(SEPARATOR)[0]].unit
            row[f"{name} [{unit}]"] = band.central
            if band.low != band.high:
                row |= {f"{name} low [{unit}]": band.low, f"{name} high [{unit}]": band.high}
        row |= {f"front of {front.name}": front.standings[i] for front in found.fronts}
        rows.append(row)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with whole(file) as opened:
        writer = csv.DictWriter(opened, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_start(found: Retargeted, file: Path) -> None:
    """Write what ``--warm-start`` takes: all architectures, those of the fronts to begin with.

    A surrogate learns from all of them what the run has measured; what is modelled on a target
    stands beside it.
    """
    first = found.start
    order = [*first, *(i for i in range(len(found.priced)) if i not in {*first})]
    names = [metric.name for metric in found.aims.objectives]
    records = [found.priced[i] for i in order]
    content = {
        "problem": found.run.config.problem,
        "targets": list(map(str, found.aims.targets)),
        "n_best": len(first) or len(order),
        "genomes": [_architecture(found, each.record.genome) for each in records],
        "metrics": [
            {name: values[name] for name in names}
            for values in (each.at("central") for each in records)
        ],
    }
    with whole(file) as opened:
        opened.write(json.dumps(content, indent=1) + "\n")


def goes_on(found: Retargeted, start: Path) -> str:
    """The command that carries a search on with the new objectives."""
    names: list[Metric] = list(found.aims.objectives)
    words = ["evonas"]
    if found.run.path:
        words += ["--config", str(found.run.path / "config.json")]
    else:
        words += ["--problem", str(found.run.config.problem)]
    words += ["--objectives", ",".join(metric.name for metric in names)]
    return shlex.join([*words, "--warm-start", str(start)])


def _architecture(found: Retargeted, genome: Any) -> Any:
    """Values by gene name, which another space can read too; the genome where none are told."""
    try:
        decode = found.run.space.decode if found.run.space else found.run.decode
        return {name: _plain(value) for name, value in decode(genome).items()}
    except ValueError:
        return list(genome)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else str(value)
