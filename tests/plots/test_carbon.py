from math import inf

import matplotlib.figure
import numpy as np
import pytest
from drawn_runs import overlapping
from sample_networks import ROUND_LIFE, dense

from evonas.carbon.footprint import BreakEven, footprint
from evonas.hardware.calibration import Judged
from evonas.hardware.roofline import Cost, TimeModel
from evonas.plots.carbon import draw_calibration, draw_footprints, draw_paper


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were to be written, by the names of their files."""
    found = {}
    monkeypatch.setattr(
        matplotlib.figure.Figure, "savefig", lambda self, out, **_: found.update({out: self})
    )
    return found


def life(channels, name="mine"):
    operation = dense(channels, size=8, kernel=3)
    cost = Cost(operation.flops, channels, (operation,))
    return footprint(name, cost, ROUND_LIFE, n_images=(90, 30), search_kwh=4.0)


def test_the_parts_of_a_life_are_stacked_to_its_total(drawn):
    lives = [life(8), life(16)]
    draw_footprints(lives, [], out="out")
    (ax,) = drawn["out"].axes
    bars = [[bar.get_height() for bar in part] for part in ax.containers[:3]]
    assert np.sum(bars, axis=0) == pytest.approx([each.lifetime.total_kg for each in lives])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "search",
        "training",
        "inference",
    ]


@pytest.mark.parametrize("trainings", [40.0, inf])
def test_each_comparison_is_a_line_and_ours_begins_with_the_search(drawn, trainings):
    ours, theirs = life(8), life(16, "theirs")
    draw_footprints([ours], [BreakEven(ours, theirs, 2.0, trainings, inf)], out="out")
    found, other = drawn["out"].axes[1].lines
    n = found.get_xdata()
    assert found.get_ydata() == pytest.approx(2.0 + n * ours.price.training_kg)
    assert other.get_ydata() == pytest.approx(n * theirs.price.training_kg)
    assert other.get_label() == "theirs"
    assert n[-1] == pytest.approx(80.0 if trainings == 40.0 else 2.0)


def test_a_calibration_shows_each_held_out_network_and_how_well_it_was_told(drawn):
    measured, predicted = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0])
    models = [TimeModel((), batch, 9, 3, 0.75, 0.5, 0.1) for batch in (1, 32)]
    draw_calibration([Judged(model, measured, predicted) for model in models], out="out")
    one, many = drawn["out"].axes
    assert one.lines[1].get_xydata().tolist() == [[1.0, 1.5], [2.0, 2.0], [4.0, 3.0]]
    assert one.lines[0].get_xydata().tolist() == [[1.0, 1.0], [4.0, 4.0]]
    assert one.get_title() == "R2 0.750, rank correlation 0.500"
    assert one.get_xlabel() == "measured [s], one input"
    assert many.get_xlabel() == "measured [s], a step of 32 inputs"


def test_the_papers_figures_are_a_file_each(drawn, tmp_path):
    paths = draw_paper(tmp_path)
    assert [path.name for path in paths] == ["figure2.png", "figure3.png", "figure4.png"]
    assert list(drawn) == paths
    for i, figure in enumerate(drawn.values(), 2):
        assert f"Fu et al. 2021, Figure {i}" in figure.get_suptitle()


def test_bars_bear_the_names_that_are_given_or_those_of_the_networks(drawn):
    lives = [life(8, "1-0-2"), life(16, "2-0-2")]
    draw_footprints(lives, [], out="out", names=["h39cv2", "snhm2t"])
    draw_footprints(lives, [], out="plain")
    named, plain = (
        [text.get_text() for text in drawn[out].axes[0].get_xticklabels()]
        for out in ("out", "plain")
    )
    assert (named, plain) == (["h39cv2", "snhm2t"], ["1-0-2", "2-0-2"])


def test_of_very_many_bars_some_are_named_and_the_axis_says_so(drawn):
    draw_footprints([life(8)] * 150, [], out="out", names=[f"id{i}" for i in range(150)])
    (ax,) = drawn["out"].axes
    drawn["out"].draw_without_rendering()
    assert ax.get_xlabel() == "members of the front, by FLOPs, one in 3 named"
    assert len(ax.get_xticklabels()) == 50
    assert not overlapping(drawn["out"])


def test_no_words_overlap_in_any_picture(drawn, tmp_path):
    lives = [life(8 + i, f"member{i}") for i in range(40)]
    comparisons = [BreakEven(lives[0], life(16, name), 2.0, 40.0, inf) for name in "abc"]
    draw_footprints(lives, comparisons, out="out")
    draw_paper(tmp_path)
    measured = np.array([1.0, 2.0, 4.0])
    model = TimeModel((), 1, 9, 3, 0.75, 0.5, 0.1)
    draw_calibration([Judged(model, measured, measured)] * 2, out="calibration")
    for figure in drawn.values():
        figure.draw_without_rendering()
        assert not overlapping(figure)
