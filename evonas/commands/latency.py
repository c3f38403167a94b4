"""What a network takes where it will live: ``evonas latency MODEL|RUN --target TARGET``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evonas.commands.latency_arguments import check_latency, is_run, latency_parser
from evonas.commands.pick import picked
from evonas.hardware.operator_table import OperatorTable
from evonas.hardware.table_files import write_table
from evonas.models.operator_times import measured_table
from evonas.networks.inputs import read_input
from evonas.parsing import listed, name_and_value
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.latencies import latency
from evonas.reports.latency_sheet import LatencySheet
from evonas.reports.text import complain
from evonas.runs.places import without_link
from evonas.training.device import reproducible
from evonas.training.trained_problem import TrainedProblem


def main(argv: Sequence[str] | None = None) -> int:
    """Show a network's latency, or make a look-up table of a problem's operators.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line; 130 after Ctrl-C.
    """
    given = latency_parser().parse_args(argv)
    try:
        check_latency(given)
        if given.table:
            print("\n".join(_made(given)))
            return 0
        sheet, how = _sheet(given)
        if given.out:
            without_link(given.out).write_text(sheet.to_csv(), encoding="utf-8")
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return complain("stopped; nothing was written", status=130)
    if given.json:
        print(sheet.to_json())
        return 0
    written = ["", f"Written: {given.out}"] if given.out else []
    print("\n".join([*([how] if how else []), *sheet.lines(), *written]))
    return 0


def _sheet(given: argparse.Namespace) -> tuple[LatencySheet, str]:
    """The sheet, and how the architecture was picked, in a line."""
    ways: dict[str, Any] = {
        "target": given.target,
        "measure": listed(given.measure),
        "measure_with": given.measure_with or "",
        "table": given.latency_table,
        "calibration": given.carbon,
        "batch": given.batch,
    }
    if given.problem is not None:
        settings = _settings(given)
        return latency(
            problem=given.problem, architecture=given.architecture, settings=settings, **ways
        ), ""
    if not is_run(given.what):
        inputs = tuple(read_input(text) for text in given.input or ()) or None
        return latency(given.what, inputs=inputs, **ways), ""
    given.run = Path(given.what)
    if given.genome:
        return latency(given.run, given.genome, **ways), ""
    found = picked(given)
    return latency(found.members.run, found.chosen[0].genome, **ways), found.how


def _settings(given: argparse.Namespace) -> Settings:
    options = (name_and_value(text, "--option", "noisy=true") for text in given.option)
    return Settings(
        data=given.data,
        data_dir=given.data_dir,
        image_size=given.image_size,
        options=tuple(options),
    )


def _made(given: argparse.Namespace) -> list[str]:
    """A look-up table measured and written, in lines.

    Raises:
        ValueError: The problem builds no networks, or they cannot be taken apart.
    """
    problem = ProblemSpec(given.problem, _settings(given)).open()
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{given.problem} builds no networks, so there is nothing to time")
    runtime: Any = (*listed(given.measure), "torch")[0]
    with reproducible(), tqdm(disable=given.quiet, unit="") as bar:

        def on_step(what: str, n: int, of: int) -> None:
            bar.set_description(what)
            bar.n, bar.total = n, of
            bar.refresh()

        table = measured_table(
            problem,
            runtime=runtime,
            batch=given.batch or 1,
            n_networks=given.networks,
            seed=given.seed,
            on_step=on_step,
        )
    write_table(table, without_link(given.table))
    return [*_lines(table), f"Written: {given.table}. Use it: --latency-table {given.table}"]


def _lines(table: OperatorTable) -> list[str]:
    n = len(table.seconds)
    lines = [f"{n} operators timed on {table.device}, batch {table.batch}"]
    if table.quality:
        lines.append(
            f"Whole networks by {1e6 * table.once_s:.3g} us and {table.factor:.3g} times the "
            f"sum of their operators, {table.quality}"
        )
    return lines
