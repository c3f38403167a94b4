"""The layers of a front's networks, which a page draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

from evonas.config import Config
from evonas.plugins.loading import problem_entries
from evonas.runs.run import Run

if TYPE_CHECKING:  # it needs torch, which a page can do without
    from evonas.reports.sheet import DataSheet

Openable = Literal["installed", "any", "none"]
OPENABLE: tuple[Openable, ...] = get_args(Openable)
MOST_DRAWN = 60  # members of a front; a network takes some tenths of a second and 3 kB
TOO_DEEP = 400  # boxes of one picture


def may_open(config: Config, which: Openable) -> bool:
    """Whether the problem of a run may be opened, which runs its code.

    Args:
        config: The config of the run.
        which: ``none``; ``installed`` for problems that bear a short name, so that somebody
            has installed them, where no objective names a file; ``any`` for all.
    """
    if which != "installed":
        return which == "any"
    words = (config.problem, *config.objectives, *config.then)
    return config.problem in problem_entries() and not any(":" in word for word in words)


def front_networks(
    run: Run, which: Openable, *, on_network: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """What the problem's code tells of the front's members: layers, and genes that count.

    Args:
        run: The run.
        which: Which problems may be opened.
        on_network: Told how many networks are done, and of how many.

    Returns:
        ``families``, the words for the kinds of layers; ``sheets`` by the place of an
        architecture; and a ``note`` where something is missing; JSON-able.
    """
    if not run.front or not may_open(run.config, which):
        return {"families": [], "sheets": {}, "note": _why_closed(run, which)}
    from evonas.reports.shown import sheet_of_run  # torch again

    place_of = {record.genome: place for place, record in enumerate(run.records)}
    members = run.front[:MOST_DRAWN]
    sheets: dict[str, Any] = {}
    families: list[str] = []
    note = ""
    for n_done, record in enumerate(members):
        if on_network:
            on_network(n_done, len(members))
        sheet = sheet_of_run(run, record.genome)
        if sheet.active is None and sheet.network is None:
            note = note or sheet.notes[0]
        found, told = _told(sheet)
        families = found or families
        sheets[str(place_of[record.genome])] = told
    n_more = len(run.front) - len(members)
    if n_more and not note:
        note = f"Networks are drawn of the first {len(members)} members; {n_more} more are not."
    return {"families": families, "sheets": sheets, "note": note}


def _why_closed(run: Run, which: Openable) -> str:
    if not run.front or which == "none":
        return ""
    return (
        f"The networks of {run.config.problem} are not drawn, for that runs code that the run "
        "names; --networks any allows it."
    )


def _told(sheet: DataSheet) -> tuple[list[str], dict[str, Any]]:
    """The kinds of layers, and what is told of one member."""
    told: dict[str, Any] = {"active": sheet.active and list(sheet.active)}
    if sheet.network is None:
        return [], told
    from evonas.plots.network import FAMILIES, arranged, boxes_of  # matplotlib, half a second

    families = list(FAMILIES)
    boxes = arranged(boxes_of(sheet.network))
    cost = sheet.network.cost
    told["sums"] = {
        "params": cost.params,
        "flops": cost.flops,
        "layers": len(sheet.network.layers),
    }
    if len(boxes) <= TOO_DEEP:
        told["boxes"] = [
            {
                "text": box.text().splitlines(),
                "family": families.index(box.family) if box.layers else -1,
                "sources": list(box.sources),
                "place": [box.column, box.rank, box.lane],
            }
            for box in boxes
        ]
    return families, told
