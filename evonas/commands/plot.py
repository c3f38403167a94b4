"""Pictures of runs: ``python -m evonas.plot RUN [RUN ...]``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evonas.commands.parsers import plot_parser
from evonas.parsing import listed
from evonas.plots.runs import Picture, save_picture
from evonas.reports.returns import returns_in_words
from evonas.reports.text import complain
from evonas.runs.places import without_link
from evonas.runs.price_tag import PriceTag

OWN_FILES = ("exits", "return")  # kinds that leave a run's front.png alone


def main(argv: Sequence[str] | None = None) -> int:
    """Draw runs from the command line.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    try:
        given = plot_parser().parse_args(argv)
        paths: list[Path] = given.runs
        home = paths[0] if len(paths) == 1 else Path()
        picture = Picture(
            kind=given.kind,
            x=given.x,
            y=given.y,
            color=given.color,
            band=given.band,
            is_apart=given.apart,
            has_labels=not given.no_labels,
            size=given.size,
        )
        usual = f"{given.kind if given.kind in OWN_FILES else 'front'}.png"
        out = given.out or without_link(home / usual)
        names = [*listed(given.objectives)]
        print(save_picture(paths, objectives=names, out=out, picture=picture))
        if given.kind == "return":
            print("\n".join(returns_in_words(PriceTag.read(path)) for path in paths))
    except (ValueError, OSError) as error:
        return complain(error)
    return 0
