import numpy as np
import pytest
from matplotlib.figure import Figure

from evonas.carbon.deployment import metric_on
from evonas.hardware.targets import Target
from evonas.objectives import ACC
from evonas.plots import retargeted
from evonas.plots.retargeted import BandedFront, RankedTwice, draw_fronts, draw_ranks

TARGET = Target.parse("a100:b32")


@pytest.fixture
def figures(monkeypatch):
    """The figures that were drawn, none of them saved."""
    kept: list[Figure] = []
    monkeypatch.setattr(retargeted, "save", lambda figure, out: kept.append(figure))
    return kept


def front(**words):
    middle = np.array([1.0, 2.0, 3.0, 4.0])
    facts = {
        "title": "a100:b32: 2 on the front",
        "x": metric_on("latency", TARGET),
        "y": ACC,
        "bands": np.array([middle / 2, middle, 2 * middle]),
        "heights": np.array([50.0, 60.0, 55.0, 40.0]),
        "standings": ("robust", "central", "possible", "off"),
        "members": (1, 0),
        "names": ("b", "a"),
        **words,
    }
    return BandedFront(**facts)


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_robust_members_are_filled_and_those_of_the_middle_alone_hollow(figures, tmp_path):
    draw_fronts([front()], out=tmp_path / "a.png")
    (ax,) = figures[0].axes
    assert labels(ax) == [
        "possibly on it",
        "robust: at both ends of the band too",
        "on the front in the middle alone",
    ]
    lines = {line.get_label(): line for line in ax.lines}
    robust, hollow = (lines[label] for label in labels(ax)[1:])
    assert (robust.get_xdata().tolist(), hollow.get_xdata().tolist()) == ([1.0], [2.0])
    assert robust.get_markerfacecolor() != "white"
    assert hollow.get_markerfacecolor() == "white"
    assert lines["possibly on it"].get_xdata().tolist() == [3.0]
    ends = [path.vertices[:, 0].tolist() for path in ax.collections[0].get_paths()]
    assert ends == [[1.0, 4.0], [0.5, 2.0]]


def test_limits_are_lines_and_axes_say_what_and_which_way(figures, tmp_path):
    draw_fronts([front(limits=[2.5])], out=tmp_path / "a.png")
    (ax,) = figures[0].axes
    assert "limit 2.5" in labels(ax)
    assert ax.get_xlabel().split(",")[0] == "time of one batch on a100:b32 [s]"
    assert "higher is better" in ax.get_ylabel()
    assert ax.get_title(loc="left") == "a100:b32: 2 on the front"


def test_three_targets_stand_in_two_rows_and_leave_no_empty_frame(figures, tmp_path):
    draw_fronts([front()] * 3, out=tmp_path / "a.png")
    assert [ax.axison for ax in figures[0].axes] == [True, True, True, False]


def test_ranks_show_who_is_on_which_front(figures, tmp_path):
    pair = RankedTwice(
        title="Kendall 0.5",
        targets=("a100", "v100"),
        metric="latency",
        ranks=np.array([[1, 2, 3, 4], [1, 3, 2, 4]]),
        is_on=np.array([[True, True, False, False], [True, False, True, False]]),
    )
    draw_ranks([pair, pair], out=tmp_path / "a.png")
    ax, _ = figures[0].axes
    points = {line.get_label(): line.get_xydata().tolist() for line in ax.lines[1:]}
    assert points == {
        "on neither front": [[4, 4]],
        "on both fronts": [[1, 1]],
        "on that of a100 alone": [[2, 3]],
        "on that of v100 alone": [[3, 2]],
    }
    assert ax.get_xlabel().split(",")[0] == "place in latency on a100"
    assert ax.get_title(loc="left") == "Kendall 0.5"


def test_pictures_are_written(tmp_path):
    draw_fronts([front()], out=tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
