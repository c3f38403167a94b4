"""Pictures.

Modules:
    axes: What stands at the sides of a pair of axes: scales, ticks, words and legends.
    bench: How a contest went, as curves.
    carbon: Pictures of what networks and searches emit.
    cell: Pictures of cells: nodes in a row, and over and under it the operations between them.
    convergence: How far searches have come after how many evaluations.
    exits: Accuracy against FLOPs, exit by exit: of a network, and of the front of a run.
    explanation: A picture of which genes drive a metric, and of its mean at each of their
        choices.
    family: A picture of a trained family: proxy against final scores, and final scores against
        cost.
    front: The front of two objectives, by itself, in the colours of a third, or as seeds attain
        it.
    labels: Labels of points, which cover neither each other nor the points.
    marginal_return: Pictures of what searches brought for their energy, and what a further kWh
        brought.
    matrix: Every pair of objectives beside each other.
    members: Members of a front on a pair of axes: their short ids, and the room for these.
    model: A picture of a trained model: its curves and its confusions.
    network: Pictures of networks: a box for each layer, and lines for what feeds it.
    parallel: Members of fronts as lines across one axis for each objective.
    placement: Where labels go, so that they cover neither each other nor points.
    points: What is drawn: runs as points in the space of some objectives.
    price_tag: Pictures of what a search has cost and brought.
    published: Pictures of published networks: accuracy against parameters and floating-point
        operations.
    ranks: Average ranks over several problems, as critical-difference diagrams.
    retargeted: Pictures of fronts on several targets, with bands, and of how targets order
        networks.
    rivals: Pictures of networks with several exits against each other, over several seeds.
    runs: Pictures of runs.
    style: How all pictures look: fonts, sizes, colours and marks, and how they are written.
    thumbnail: A small picture of a front, for where a run is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.plots.axes import add_colour_bar as add_colour_bar
    from evonas.plots.axes import add_legend as add_legend
    from evonas.plots.axes import axis_label as axis_label
    from evonas.plots.axes import colour_scale as colour_scale
    from evonas.plots.axes import direction as direction
    from evonas.plots.axes import is_logarithmic as is_logarithmic
    from evonas.plots.axes import new_axes as new_axes
    from evonas.plots.axes import set_scale as set_scale
    from evonas.plots.bench import draw_contest as draw_contest
    from evonas.plots.bench import draw_contests as draw_contests
    from evonas.plots.carbon import draw_calibration as draw_calibration
    from evonas.plots.carbon import draw_footprints as draw_footprints
    from evonas.plots.carbon import draw_paper as draw_paper
    from evonas.plots.cell import draw_cells as draw_cells
    from evonas.plots.convergence import plot_best as plot_best
    from evonas.plots.convergence import plot_hypervolume as plot_hypervolume
    from evonas.plots.exits import plot_exits as plot_exits
    from evonas.plots.explanation import draw_drivers as draw_drivers
    from evonas.plots.front import plot_front as plot_front
    from evonas.plots.labels import label_ends as label_ends
    from evonas.plots.labels import label_points as label_points
    from evonas.plots.matrix import plot_matrix as plot_matrix
    from evonas.plots.network import draw_network as draw_network
    from evonas.plots.parallel import plot_parallel as plot_parallel
    from evonas.plots.points import Cloud as Cloud
    from evonas.plots.points import are_comparable as are_comparable
    from evonas.plots.points import choose as choose
    from evonas.plots.points import cloud_of as cloud_of
    from evonas.plots.points import runs_of as runs_of
    from evonas.plots.price_tag import draw_curves as draw_curves
    from evonas.plots.price_tag import draw_expected as draw_expected
    from evonas.plots.price_tag import draw_fractions as draw_fractions
    from evonas.plots.price_tag import draw_progress as draw_progress
    from evonas.plots.ranks import draw_ranks as draw_ranks
    from evonas.plots.runs import Picture as Picture
    from evonas.plots.runs import draw as draw
    from evonas.plots.runs import save_picture as save_picture
    from evonas.plots.style import count_ticks as count_ticks
    from evonas.plots.style import faint as faint
    from evonas.plots.style import new_figure as new_figure
    from evonas.plots.style import save as save
    from evonas.plots.style import short as short
    from evonas.plots.style import strong as strong
    from evonas.plots.style import styled as styled
    from evonas.plots.style import tidy as tidy

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "axes": [
            "add_colour_bar",
            "add_legend",
            "axis_label",
            "colour_scale",
            "direction",
            "is_logarithmic",
            "new_axes",
            "set_scale",
        ],
        "bench": ["draw_contest", "draw_contests"],
        "carbon": ["draw_calibration", "draw_footprints", "draw_paper"],
        "cell": ["draw_cells"],
        "convergence": ["plot_best", "plot_hypervolume"],
        "explanation": ["draw_drivers"],
        "exits": ["plot_exits"],
        "front": ["plot_front"],
        "labels": ["label_ends", "label_points"],
        "matrix": ["plot_matrix"],
        "network": ["draw_network"],
        "parallel": ["plot_parallel"],
        "points": ["Cloud", "are_comparable", "choose", "cloud_of", "runs_of"],
        "price_tag": ["draw_curves", "draw_expected", "draw_fractions", "draw_progress"],
        "ranks": ["draw_ranks"],
        "runs": ["Picture", "draw", "save_picture"],
        "style": [
            "count_ticks",
            "faint",
            "new_figure",
            "save",
            "short",
            "strong",
            "styled",
            "tidy",
        ],
    },
)
