"""One architecture in full: ``evonas show RUN``, or ``evonas show --problem NAME``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evonas.commands.parsers import show_parser
from evonas.commands.pick import picked
from evonas.parsing import name_and_value
from evonas.problem import Settings
from evonas.reports.sheet import DataSheet
from evonas.reports.shown import sheet_of_run, show
from evonas.reports.text import complain
from evonas.runs.places import without_link
from evonas.runs.reading import open_run


def main(argv: Sequence[str] | None = None) -> int:
    """Show an architecture of a run, or of a problem alone.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = show_parser().parse_args(argv)
    try:
        sheet, how = _of_run(given) if given.run else (_of_problem(given), "")
        written = _written(given, sheet)
    except (ValueError, OSError) as error:
        return complain(error)
    if given.json:
        print(sheet.to_json())
        return 0
    lines = [*([how] if how else []), *sheet.lines()]
    print(
        "\n".join([*lines, *(["", *(f"Written: {file}" for file in written)] * bool(written))])
    )
    return 0


def _of_run(given: argparse.Namespace) -> tuple[DataSheet, str]:
    """The sheet of a member, and how it was chosen, in a line."""
    if given.genome:
        return sheet_of_run(open_run(given.run), given.genome), ""
    found = picked(given)
    return sheet_of_run(found.members.run, found.chosen[0].genome), found.how


def _of_problem(given: argparse.Namespace) -> DataSheet:
    options = (name_and_value(text, "--option", "noisy=true") for text in given.option)
    settings = Settings(
        data=given.data,
        data_dir=given.data_dir,
        image_size=given.image_size,
        options=tuple(options),
        exits=given.exits,
    )
    return show(problem=given.problem, architecture=given.architecture, settings=settings)


def _written(given: argparse.Namespace, sheet: DataSheet) -> list[Path]:
    """The files that were asked for, written.

    Raises:
        ValueError: A picture is wanted of what has no layers, or no cells.
    """
    pictures = {given.draw: sheet.draw} if given.draw else {}
    if given.draw_cells:
        pictures[given.draw_cells] = sheet.draw_cells
    texts = {}
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        texts[given.out / f"{sheet.id}.txt"] = str(sheet)
        texts[given.out / f"{sheet.id}.json"] = json.dumps(sheet.as_dict(), indent=2)
        for suffix in (".svg", ".png"):
            if sheet.network:
                pictures[given.out / f"{sheet.id}{suffix}"] = sheet.draw
            if sheet.cells:
                pictures[given.out / f"{sheet.id}-cells{suffix}"] = sheet.draw_cells
    for file, draw in pictures.items():
        draw(without_link(file))
    for file, text in texts.items():
        without_link(file).write_text(text + "\n", encoding="utf-8")
    return [*texts, *pictures]
