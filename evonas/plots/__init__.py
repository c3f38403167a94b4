"""Pictures.

Modules:
    axes: What is drawn on one pair of axes.
    bench: How a contest went, as curves.
    carbon: Pictures of what networks and searches emit.
    family: A picture of a trained family: proxy against final scores, and final scores against
        cost.
    model: A picture of a trained model: its curves and its confusions.
    network: Pictures of networks: a box for each layer, and lines for what feeds it.
    points: What is drawn: runs as points in the space of some objectives.
    price_tag: Pictures of what a search has cost and brought.
    runs: Pictures of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.plots.axes import are_comparable as are_comparable
    from evonas.plots.axes import axis_label as axis_label
    from evonas.plots.axes import direction as direction
    from evonas.plots.axes import draw_faint as draw_faint
    from evonas.plots.axes import faint as faint
    from evonas.plots.axes import is_logarithmic as is_logarithmic
    from evonas.plots.axes import new_axes as new_axes
    from evonas.plots.axes import plot_best as plot_best
    from evonas.plots.axes import plot_front as plot_front
    from evonas.plots.axes import plot_hypervolume as plot_hypervolume
    from evonas.plots.axes import set_scale as set_scale
    from evonas.plots.axes import short as short
    from evonas.plots.axes import strong as strong
    from evonas.plots.axes import tidy as tidy
    from evonas.plots.bench import draw_contest as draw_contest
    from evonas.plots.carbon import draw_calibration as draw_calibration
    from evonas.plots.carbon import draw_footprints as draw_footprints
    from evonas.plots.carbon import draw_paper as draw_paper
    from evonas.plots.network import draw_network as draw_network
    from evonas.plots.points import Cloud as Cloud
    from evonas.plots.points import choose as choose
    from evonas.plots.points import cloud_of as cloud_of
    from evonas.plots.points import runs_of as runs_of
    from evonas.plots.price_tag import draw_curves as draw_curves
    from evonas.plots.price_tag import draw_expected as draw_expected
    from evonas.plots.price_tag import draw_fractions as draw_fractions
    from evonas.plots.price_tag import draw_progress as draw_progress
    from evonas.plots.runs import draw as draw
    from evonas.plots.runs import plot_matrix as plot_matrix
    from evonas.plots.runs import save_picture as save_picture

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "axes": [
            "plot_front",
            "plot_best",
            "plot_hypervolume",
            "are_comparable",
            "new_axes",
            "strong",
            "faint",
            "draw_faint",
            "set_scale",
            "is_logarithmic",
            "tidy",
            "axis_label",
            "direction",
            "short",
        ],
        "bench": ["draw_contest"],
        "carbon": ["draw_calibration", "draw_paper", "draw_footprints"],
        "network": ["draw_network"],
        "points": ["Cloud", "choose", "cloud_of", "runs_of"],
        "price_tag": ["draw_progress", "draw_curves", "draw_expected", "draw_fractions"],
        "runs": ["save_picture", "draw", "plot_matrix"],
    },
)
