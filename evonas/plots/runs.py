"""Pictures of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.objectives import Objective
from evonas.parsing import listed
from evonas.plots.axes import headline
from evonas.plots.convergence import plot_best, plot_hypervolume
from evonas.plots.exits import plot_exits
from evonas.plots.front import plot_front
from evonas.plots.marginal_return import draw_return
from evonas.plots.matrix import plot_matrix
from evonas.plots.parallel import plot_parallel
from evonas.plots.points import Runs, are_comparable, choose, chosen_of, cloud_of, runs_of
from evonas.plots.style import SUFFIXES, WIDTHS, Band, Size, new_figure, save, styled
from evonas.runs.groups import groups_of
from evonas.runs.reading import open_run
from evonas.runs.run import Run

Kind = Literal[
    "overview", "front", "hypervolume", "best", "matrix", "parallel", "exits", "return"
]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What kind of picture, of what, and how large.

    Attributes:
        kind: ``overview`` chooses by the number of objectives among the others.
        x: Name of the metric to the right, in place of the second objective.
        y: Name of the metric upwards, in place of the first objective.
        color: Name of the metric that colours show.
        band: What the band of several seeds is, their ``quartiles`` or their ``range``.
        is_apart: Whether runs that differ in their seed alone are drawn each by itself.
        has_labels: Whether members of fronts bear their short ids.
        size: Whether the picture is as wide as a ``column`` of two, or as the ``page``.

    Raises:
        ValueError: A word is none of those above, or axes are named that the kind has not.
    """

    kind: Kind = "overview"
    x: str = ""
    y: str = ""
    color: str = ""
    band: Band = "quartiles"
    is_apart: bool = False
    has_labels: bool = True
    size: Size = "page"

    def __post_init__(self) -> None:
        for name, kinds in (("kind", Kind), ("band", Band), ("size", Size)):
            value, offered = getattr(self, name), get_args(kinds)
            if value not in offered:
                raise ValueError(f"unknown {name} {value!r}; choose from {', '.join(offered)}")
        named = [name for name in ("x", "y", "color") if getattr(self, name)]
        unread = [name for name in named if name not in AXES_OF.get(self.kind, ())]
        if unread:
            raise ValueError(
                f"a picture of kind {self.kind} has no {unread[0]} to choose; kinds front and "
                "overview have x, y and color, and objectives name the axes of the others"
            )


AXES_OF = {"parallel": ("color",)} | dict.fromkeys(("overview", "front"), ("x", "y", "color"))

OVERVIEW = Picture()


@dataclass(frozen=True)
class _Order:
    """What is to be drawn: runs, their axes, the objective in colours, and how."""

    runs: Sequence[Run]
    axes: Sequence[Objective]
    colour: Objective | None
    picture: Picture
    has_volume: bool = False


def save_picture(
    paths: Sequence[Path],
    *,
    objectives: Sequence[str] = (),
    out: Path,
    picture: Picture = OVERVIEW,
) -> Path:
    """Draw runs from their directories, finished or not, and write the picture.

    Args:
        paths: Paths of the run directories.
        objectives: Names of metrics, or one text with commas; the first run's objectives if
            empty.
        out: File that the picture is written to; its suffix is ``.png``, ``.svg`` or ``.pdf``.
        picture: What kind of picture it is.

    Returns:
        The file that was written, ``out``.

    Raises:
        ValueError: An objective or the suffix is unknown, or a run holds nothing to draw.
        OSError: A run is not there, or the picture cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"cannot write {out}; its suffix must be one of {', '.join(SUFFIXES)}")
    runs = [open_run(path) for path in paths]
    shared = {name for name, n in Counter(run.name for run in runs).items() if n > 1}
    named = [
        replace(run, name=str(path)) if run.name in shared else run
        for run, path in zip(runs, paths, strict=True)
    ]
    return save(draw(named, objectives, picture=picture), out)


@styled()
def draw(
    runs: Runs,
    objectives: Sequence[Objective | str] = (),
    *,
    picture: Picture = OVERVIEW,
) -> Figure:
    """One picture of one run or several.

    An overview shows the best value so far for one objective; for two the front, and for three
    of one run the front with the third in colours; for three of several runs all pairs; for
    more, and where pairs do not fit into a column, a line for each member across all of them.
    The hypervolume stands beside where it is known and can be compared.

    Args:
        runs: A result, several of them, or the records of one run.
        objectives: Objectives or names of metrics to show; those of the first run if empty.
        picture: What kind of picture it is.

    Raises:
        ValueError: A run lacks an objective, or holds nothing to draw.
    """
    drawn = runs_of(runs)
    axes, colour = _chosen(drawn, objectives, picture)
    kind = _fitting(drawn, axes, picture.size) if picture.kind == "overview" else picture.kind
    has_volume = any(run.hypervolumes for run in drawn) and are_comparable(drawn)
    has_room = picture.kind in ("overview", "matrix")
    figure = _LAYOUTS[kind](_Order(drawn, axes, colour, picture, has_volume and has_room))
    if len(drawn) == 1 and has_room:
        figure.suptitle(headline(drawn[0]))
    return figure


def _chosen(
    drawn: Sequence[Run], objectives: Sequence[Objective | str], picture: Picture
) -> tuple[list[Objective], Objective | None]:
    """The objectives that are axes, and the one that colours show."""
    wanted = listed(objectives) if isinstance(objectives, str) else tuple(objectives)
    axes = [picture.y or None, picture.x or None]
    if wanted and any(axes):
        raise ValueError("name the axes by objectives, or by x and y, but not by both")
    colour = choose(drawn, [picture.color])[0] if picture.color else None
    if any(axes) or (colour and not wanted and picture.kind != "parallel"):
        return choose(drawn, [*axes, *([colour] if colour else [])])[:2], colour
    found = chosen_of(drawn, wanted)
    if colour and picture.kind != "parallel":
        found = [objective for objective in found if objective.name != colour.name]
    is_front = picture.kind == "front" or (colour and picture.kind == "overview")
    if is_front and not 2 <= len(found) <= (2 if colour else 3):
        names = ", ".join(objective.name for objective in found)
        are = "are" if len(found) > 1 else "is"
        n = f"{len(found)} objective{'s' if len(found) > 1 else ''}"
        raise ValueError(
            f"a front has two axes and at most one colour, and {names or 'none'} {are} {n}"
            f"{' beside the colour' if colour else ''}; name two by objectives, or by x and y"
        )
    if colour is None and len(found) == 3 and picture.kind == "front":
        return found[:2], found[2]
    return found, colour


def _fitting(drawn: Sequence[Run], axes: Sequence[Objective], size: Size) -> Kind:
    """The kind of picture that shows so many objectives."""
    if len(axes) == 1:
        return "best"
    if len(axes) == 2 or (len(axes) == 3 and len(drawn) == 1):
        return "front"
    return "matrix" if len(axes) == 3 and size == "page" else "parallel"


def _draw_front(order: _Order) -> Figure:
    """The front, and beside it, or below in a column, the hypervolume."""
    picture, (upward, rightward, *third) = order.picture, order.axes
    figure, panels = _panels(order, height=3.3 + _extra(order), ratio=1.5)
    plot_front(
        order.runs,
        rightward,
        upward,
        color=order.colour or (third[0] if third else None),
        band=picture.band,
        is_apart=picture.is_apart,
        has_labels=picture.has_labels,
        ax=panels[0],
    )
    if order.has_volume:
        plot_hypervolume(order.runs, band=picture.band, is_apart=picture.is_apart, ax=panels[1])
    return figure


def _draw_best(order: _Order) -> Figure:
    picture, (figure, ax) = order.picture, _one_panel(order)
    plot_best(order.runs, order.axes[0], band=picture.band, is_apart=picture.is_apart, ax=ax)
    return figure


def _draw_hypervolume(order: _Order) -> Figure:
    if not any(run.hypervolumes for run in order.runs):
        names = ", ".join(run.name for run in order.runs)
        raise ValueError(
            f"{names}: no hypervolume to draw: no generation yet, or no reference point"
        )
    picture, (figure, ax) = order.picture, _one_panel(order)
    plot_hypervolume(order.runs, band=picture.band, is_apart=picture.is_apart, ax=ax)
    return figure


def _draw_matrix(order: _Order) -> Figure:
    """All pairs, and in the largest free corner the hypervolume."""
    n, picture = len(order.axes), order.picture
    if n > 2 and picture.size == "column":
        raise ValueError(
            f"a matrix of {n} objectives does not fit into a column; take size page, or kind "
            "parallel"
        )
    height = (0.85 * n + 0.3) / n * WIDTHS[picture.size]
    figure = new_figure(size=picture.size, height=height)
    panels = plot_matrix(
        order.runs,
        order.axes,
        is_apart=picture.is_apart,
        has_labels=picture.has_labels,
        figure=figure,
    )
    if order.has_volume and n > 2:
        grid = panels[0, 0].get_gridspec()
        ax = figure.add_subplot(grid[: n // 2, n // 2 :])
        plot_hypervolume(order.runs, band=picture.band, is_apart=picture.is_apart, ax=ax)
    return figure


def _draw_parallel(order: _Order) -> Figure:
    """A line for each member, and below the hypervolume."""
    picture = order.picture
    clouds = [cloud_of(run, order.axes) for run in order.runs]
    n_members = sum(len(cloud.members) for cloud in clouds)
    tall = min(9.0, max(2.6, 0.6 + 0.1 * n_members)) if picture.has_labels else 3.0
    figure, panels = _panels(order, height=tall, ratio=tall / 1.9, is_below=True)
    plot_parallel(
        order.runs,
        order.axes,
        color=order.colour,
        is_apart=picture.is_apart,
        has_labels=picture.has_labels,
        ax=panels[0],
    )
    if order.has_volume:
        plot_hypervolume(order.runs, band=picture.band, is_apart=picture.is_apart, ax=panels[1])
    return figure


def _draw_exits(order: _Order) -> Figure:
    figure, ax = _one_panel(order)
    plot_exits(order.runs, ax=ax)
    return figure


def _one_panel(order: _Order) -> tuple[Figure, Axes]:
    height, share = 3.0 + _extra(order), _SHARE[order.picture.size]
    figure = new_figure(size=order.picture.size, height=height, share=share)
    return figure, figure.add_subplot()


def _panels(
    order: _Order, *, height: float, ratio: float, is_below: bool = False
) -> tuple[Figure, Sequence[Axes]]:
    """A panel, and a smaller one for the hypervolume where it is wanted."""
    size = order.picture.size
    if not order.has_volume:
        share = 1.0 if is_below else _SHARE[size]
        figure = new_figure(size=size, height=height, share=share)
        return figure, [figure.add_subplot()]
    if is_below or size == "column":
        figure = new_figure(size=size, height=height * (1 + 1 / ratio))
        return figure, figure.subplots(2, 1, height_ratios=(ratio, 1.0)).tolist()
    figure = new_figure(size=size, height=height)
    return figure, figure.subplots(1, 2, width_ratios=(ratio, 1.0)).tolist()


def _extra(order: _Order) -> float:
    """Inches for the rows of a long legend."""
    n = len(groups_of(order.runs, is_apart=order.picture.is_apart))
    return 0.14 * max(0, -(-n // (3 if order.picture.size == "page" else 1)) - 2)


_SHARE: Mapping[str, float] = {"column": 1.0, "page": 0.75}  # of the width, of one panel
_LAYOUTS: Mapping[str, Callable[[_Order], Figure]] = {
    "front": _draw_front,
    "best": _draw_best,
    "hypervolume": _draw_hypervolume,
    "matrix": _draw_matrix,
    "parallel": _draw_parallel,
    "exits": _draw_exits,
    "return": lambda order: draw_return(order.runs, size=order.picture.size),
}
