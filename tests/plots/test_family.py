from types import SimpleNamespace

import matplotlib.figure
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.path import Path
from matplotlib.text import Text

from evonas.models.family import Member, agreement
from evonas.models.judgement import Spread
from evonas.objectives import ACC
from evonas.plots.family import draw_family


def member(name, *, flops, proxy, final):
    spread = Spread.of([final])
    return Member(
        id=name,
        genome=(0,),
        cost=SimpleNamespace(params=1, flops=flops),
        proxy=proxy,
        validation=final,
        test=final,
        spreads={"validation": spread, "test": spread},
    )


MEMBERS = [
    member("bbbbb2", flops=4e6, proxy=80.0, final=95.0),
    member("ccccc2", flops=2e6, proxy=60.0, final=96.0),
    member("ddddd2", flops=1e6, proxy=40.0, final=90.0),
    Member(id="fffff2", genome=(0,), cost=SimpleNamespace(params=1, flops=1e5), error="Bad"),
]


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """The axes of what was drawn of some members, and their lines by name."""
    found = []
    monkeypatch.setattr(
        matplotlib.figure.Figure, "savefig", lambda self, out, **_: found.append(self)
    )

    def draw(members):
        draw_family(members, agreement(members), metric=ACC, out=tmp_path / "a.png")
        return found[-1].axes

    return draw


def line(ax, name):
    (found,) = [each for each in ax.lines if each.get_gid() == name]
    return np.array(found.get_xydata()).tolist()


def test_proxy_and_final_scores_and_costs_are_shown(drawn):
    left, right = drawn(MEMBERS)
    assert line(left, "members") == [[80, 95], [60, 96], [40, 90]]
    assert line(right, "members") == [[4e6, 95], [2e6, 96], [1e6, 90]]
    assert line(right, "front") == [[1e6, 90], [2e6, 96]]
    for ax in (left, right):
        assert {text.get_text() for text in ax.texts} == {"bbbbb2", "ccccc2", "ddddd2"}
    assert left.get_title() == "Spearman 0.50, Kendall 0.33 (n = 3)"
    assert right.get_xlabel() == "FLOPs of one input [FLOP], lower is better"


def test_no_name_lies_on_the_line_through_the_front(drawn):
    beside = member("ggggg2", flops=2.1e6, proxy=50.0, final=93.0)
    _, ax = drawn([*MEMBERS, beside])
    FigureCanvasAgg(ax.figure).draw()
    line = ax.lines[1].get_transform().transform_path(Path([(1e6, 90), (2e6, 90), (2e6, 96)]))
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert not any(line.intersects_bbox(box, filled=False) for box in boxes)


def test_where_nothing_is_trained_the_panels_are_empty(drawn):
    left, right = drawn(MEMBERS[3:])
    assert not left.texts
    assert left.get_title() == "no order to compare (n = 0)"
    assert line(right, "front") == []


def test_a_picture_is_written(tmp_path):
    out = tmp_path / "family.png"
    draw_family(MEMBERS, agreement(MEMBERS), metric=ACC, out=out)
    assert out.read_bytes().startswith(b"\x89PNG")
