import matplotlib.figure
import numpy as np
import pytest
from drawn_runs import overlapping

from evonas.carbon.meter import Tariff
from evonas.objectives import ACC, FLOPS, Goals
from evonas.plots import price_tag
from evonas.plots.price_tag import (
    COSTS,
    draw_curves,
    draw_expected,
    draw_fractions,
    draw_progress,
)
from evonas.record import Record
from evonas.runs.price_tag import PriceTag
from evonas.runs.run import Run

TARIFF = Tariff(accelerator_w=250.0, core_w=10.0, pue=1.5, intensity_g_per_kwh=400.0)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were to be written, by the names of their files."""
    found = {}
    monkeypatch.setattr(
        matplotlib.figure.Figure, "savefig", lambda self, out, **_: found.update({out: self})
    )
    return found


def tag(name="run", curves=((), (), ())):
    accs = (50.0, 40.0, 60.0)
    records = tuple(
        Record((i,), {"acc": acc, "flops": 5.0}, 60.0, effort=1e9, curve=curve)
        for i, (acc, curve) in enumerate(zip(accs, curves, strict=True))
    )
    goals = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 10.0})
    return PriceTag(Run(name, records, goals), TARIFF)


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_every_run_is_a_line_against_every_cost_and_has_a_name_among_several(drawn, names):
    draw_progress([tag(name) for name in names], out="out")
    panels = drawn["out"].axes
    labels = [ax.get_xlabel().replace("\n", " ") for ax in panels[len(COSTS) :]]
    assert labels == list(COSTS.values())
    for ax in panels:
        assert len(ax.lines) == len(names)
    assert panels[0].lines[0].get_ydata().tolist() == [50.0, 50.0, 60.0]
    words = [t.get_text() for legend in drawn["out"].legends for t in legend.get_texts()]
    assert words == ([*names] if len(names) > 1 else [])
    assert panels[0].get_ylabel() == "best validation\naccuracy [%]"


def test_curves_of_the_front_are_drawn_last_and_strong(drawn):
    curve = ({"epoch": 1.0, "acc": 30.0}, {"epoch": 2.0, "acc": 45.0, "loss": 0.5})
    assert draw_curves(tag(curves=(curve, curve, curve[:1])), out="out")
    (ax,) = drawn["out"].axes
    assert ax.get_ylabel() == "validation accuracy [%]"
    (others,) = ax.collections
    assert len(others.get_segments()) == 2
    assert others.zorder < ax.lines[0].zorder
    assert [line.get_marker() for line in ax.lines] == ["."]
    assert ax.lines[-1].get_xydata().tolist() == [[1.0, 30.0]]
    assert ax.get_title() == "3 trainings, those of the front in blue"


def test_of_very_many_curves_some_are_drawn_and_the_title_says_so(drawn, monkeypatch):
    monkeypatch.setattr(price_tag, "MOST_CURVES", 1)
    curve = ({"epoch": 1.0, "acc": 30.0}, {"epoch": 2.0, "acc": 45.0})
    assert draw_curves(tag(curves=(curve, curve, curve)), out="out")
    (ax,) = drawn["out"].axes
    assert len(ax.collections[0].get_segments()) == 1
    assert len(ax.lines) == 1
    assert ax.get_title() == "3 trainings (one in 2 drawn), those of the front in blue"


def test_without_curves_nothing_is_drawn(drawn):
    assert not draw_curves(tag(), out="out")
    assert not draw_curves(tag(curves=(({"epoch": 1.0},),) * 3), out="out")
    assert drawn == {}


@pytest.mark.parametrize(("n_runs", "what"), [(1, "trials"), (2, "searches")])
def test_the_expected_best_grows_to_the_best_by_both_estimators(drawn, n_runs, what):
    draw_expected([tag()] * n_runs, [50.0, 40.0, 60.0], out="out")
    (ax,) = drawn["out"].axes
    for line in ax.lines:
        assert (np.diff(line.get_ydata()) > 0).all()
        assert line.get_ydata()[0] == pytest.approx(50.0)
    assert ax.lines[0].get_ydata()[-1] == pytest.approx(60.0)
    assert ax.get_xlabel() == f"independent {what}"


def test_each_member_is_a_line_over_the_number_of_images(drawn):
    draw_fractions([("0-1", [(30, 40.0), (60, 50.0)]), ("1-1", [])], ACC, out="out")
    (ax,) = drawn["out"].axes
    assert [line.get_label() for line in ax.lines] == ["0-1", "1-1"]
    assert ax.lines[0].get_xydata().tolist() == [[30.0, 40.0], [60.0, 50.0]]
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "validation accuracy [%]")


def test_members_bear_their_ids_at_the_ends_of_their_curves(drawn):
    curve = ({"epoch": 1.0, "acc": 30.0}, {"epoch": 2.0, "acc": 45.0, "loss": 0.5})
    tagged = tag(curves=(curve, curve, curve))
    assert draw_curves(tagged, out="out")
    (ax,) = drawn["out"].axes
    drawn["out"].draw_without_rendering()
    ids = [text.get_text() for text in ax.texts]
    assert sorted(ids) == sorted(tagged.run.ids[record.genome] for record in tagged.run.front)
    assert not overlapping(drawn["out"])


def test_what_is_counted_has_ticks_at_whole_numbers(drawn):
    curve = ({"epoch": 1.0, "acc": 30.0}, {"epoch": 2.0, "acc": 45.0})
    draw_progress([tag()], out="progress")
    draw_curves(tag(curves=(curve, curve, curve)), out="curves")
    draw_expected([tag()], [50.0, 40.0, 60.0], out="expected")
    for figure in drawn.values():
        figure.draw_without_rendering()
        low, high = figure.axes[0].get_xlim()
        ticks = [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high]
        assert ticks
        assert all(float(tick).is_integer() for tick in ticks)
        assert not overlapping(figure)
