import io
import struct

import matplotlib.figure
import numpy as np
import pytest
from matplotlib.image import imread

from evonas.objectives import ACC, CO2, FLOPS, PARAMS, Goals
from evonas.plots.thumbnail import DOTS_PER_INCH, INK, thumbnail
from evonas.record import Record
from evonas.runs.run import Run

RECORDS = tuple(
    Record((i,), {"acc": 50.0 + i, "flops": 10.0**i, "co2": 9.0 - i, "params": 3.0 * i}, 1.0)
    for i in range(5)
)


def run_of(*objectives, records=RECORDS):
    return Run("mine", records, Goals(objectives))


@pytest.fixture
def drawn(monkeypatch):
    """The figure that was saved of a run."""
    found = []
    save = matplotlib.figure.Figure.savefig

    def savefig(self, *given, **named):
        found.append(self)
        save(self, *given, **named)

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", savefig)

    def draw(run):
        assert thumbnail(run)
        return found[-1].axes

    return draw


def test_it_is_a_png_without_a_ground_and_its_width_is_told():
    content, width = thumbnail(run_of(ACC, FLOPS))
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    (n_pixels,) = struct.unpack(">I", content[16:20])
    assert n_pixels / DOTS_PER_INCH * 90 == pytest.approx(width, abs=1)
    pixels = imread(io.BytesIO(content))
    assert np.mean(pixels[..., 3] == 0) > 0.8
    assert len(content) < 30_000


def test_two_objectives_are_one_panel_with_stairs(drawn):
    (ax,) = drawn(run_of(ACC, FLOPS))
    (front,) = (line for line in ax.lines if line.get_gid() == "front")
    assert front.get_drawstyle() == "steps-post"
    assert front.get_ydata().tolist() == [50, 51, 52, 53, 54]
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", "FLOPs of one input [FLOP]")
    assert ax.get_ylabel() == "validation accuracy [%]"
    assert ax.xaxis.label.get_color() == INK


def test_more_objectives_have_a_panel_each_with_the_front_of_all_of_them(drawn):
    beaten = Record((9,), {"acc": 50.0, "flops": 1e5, "co2": 9.0, "params": 1.0}, 1.0)
    panels = drawn(run_of(ACC, FLOPS, CO2, PARAMS, records=(*RECORDS, beaten)))
    assert len(panels) == 3
    for ax in panels:
        (front,) = (line for line in ax.lines if line.get_gid() == "front")
        (measured,) = (line for line in ax.lines if line.get_gid() == "measured")
        assert (len(front.get_xdata()), len(measured.get_xdata())) == (5, 6)
        assert front.get_linestyle() == "None"
    assert [ax.get_ylabel() for ax in panels] == ["validation accuracy [%]", "", ""]


def test_one_objective_is_its_best_so_far(drawn):
    (ax,) = drawn(run_of(ACC))
    assert ax.get_xlabel() == "evaluations"
    assert ax.get_legend() is None


def test_without_a_front_there_is_nothing_to_draw():
    assert thumbnail(run_of(ACC, FLOPS, records=())) is None
