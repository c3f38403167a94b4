"""Pictures of rivals: means over seeds, their intervals, and bars that begin at zero."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from evonas.bench.paired import Interval
from evonas.plots.exits import ExitCurve
from evonas.plots.rivals import draw_differences, draw_rivals


@pytest.fixture
def drawn(monkeypatch):
    figures = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: figures.append(self))
    return figures


def test_a_rival_is_its_mean_its_interval_and_all_its_exits(drawn, tmp_path):
    curves = {
        "several": [ExitCurve((1e6, 4e6), (60.0, 80.0)), ExitCurve((2e6, 4e6), (70.0, 90.0))],
        "one": [ExitCurve((3e6,), (75.0,))],
    }
    draw_rivals(curves, title="a comparison", out=tmp_path / "out.png")
    (ax,) = drawn[0].axes
    several, one = (line for line in ax.lines if line.get_label() in curves)
    heights = several.get_ydata()
    assert np.isnan(heights[0])  # one of the seeds has no answer yet
    assert {*heights[~np.isnan(heights)]} == {65.0, 85.0}
    assert len(ax.collections) == 1  # one seed has no band
    assert {*one.get_ydata()[-5:]} == {75.0}
    points = [line.get_xdata().tolist() for line in ax.lines if line.get_linestyle() == "None"]
    assert points == [[1e6, 4e6], [2e6, 4e6], [3e6]]
    assert ax.get_xscale() == "log"


def test_bars_are_differences_with_their_intervals(drawn, tmp_path):
    groups = {
        "search": {"cutout": Interval(1.0, -0.5, 2.5), "scales": Interval(-2.0, -3.0, -1.0)},
        "training": {"cutout": Interval(0.5, float("nan"), float("nan"))},
    }
    draw_differences(groups, label="accuracy [points]", out=tmp_path / "out.png")
    first, second = drawn[0].axes
    assert [patch.get_width() for patch in first.patches] == [1.0, -2.0]
    assert [text.get_text() for text in first.get_yticklabels()] == ["cutout", "scales"]
    ends = next(line.get_segments() for line in first.collections)
    assert [[x for x, _ in segment] for segment in ends] == [[-0.5, 2.5], [-3.0, -1.0]]
    assert second.get_xlabel() == "accuracy [points]"
    assert first.get_title(loc="left") == "search"
