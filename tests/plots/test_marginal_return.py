import matplotlib.figure
import numpy as np
import pytest
from drawn_runs import overlapping

from evonas.objectives import ACC, FLOPS, Goals
from evonas.plots.marginal_return import draw_return
from evonas.plots.style import styled
from evonas.record import Record
from evonas.runs.run import Run

ENERGY = {"accelerator_w": 0.0, "core_w": 1000.0, "pue": 1.0, "intensity_g_per_kwh": 400.0}
ACCS = (50.0, 60.0, 60.0, 64.0, 70.0, 70.0, 70.0, 70.0, 70.0, 74.0)


def run(name="run", accs=ACCS, resolved={"search_energy": ENERGY}):  # noqa: B006  read only
    records = tuple(
        Record((i,), {"acc": acc, "flops": 5.0}, 3600.0, cpu_seconds=3600.0)
        for i, acc in enumerate(accs)
    )
    goals = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 10.0})
    return Run(name, records, goals, resolved=resolved)


def test_what_was_brought_stands_above_what_one_more_kilowatt_hour_brought():
    volume, best, marginal_volume, marginal_best = draw_return([run()]).axes
    assert best.lines[0].get_ydata().tolist() == list(ACCS)
    assert volume.lines[0].get_ydata() == pytest.approx(np.array(ACCS) / 200)
    _, dot = volume.lines
    assert dot.get_xydata() == pytest.approx(np.array([[10.0, 0.37]]))  # 99 % of it
    gains = marginal_best.lines[0].get_ydata()
    assert gains[4] == pytest.approx(6.0)
    assert gains[-1] == pytest.approx(2.0)
    assert np.isnan(gains[6:9]).all(), "where nothing was brought there is a gap"
    assert marginal_volume.lines[0].get_ydata()[-1] == pytest.approx(0.01)
    assert (marginal_best.get_xscale(), marginal_best.get_yscale()) == ("log", "log")
    assert marginal_best.get_ylabel() == "acc by one\nkWh more [%/kWh]"


@pytest.mark.parametrize("size", ["page", "column"])
@pytest.mark.parametrize("n", [1, 3])
def test_no_words_overlap(size, n):
    with styled():
        figure = draw_return([run(f"run {i}") for i in range(n)], size=size)
        figure.draw_without_rendering()
        assert not overlapping(figure)
    assert len(figure.legends) == (n > 1)
    assert isinstance(figure, matplotlib.figure.Figure)


def test_a_run_that_does_not_tell_its_energy_is_named():
    with pytest.raises(ValueError, match=r"^run/config.json does not tell its search_energy$"):
        draw_return([run(resolved={})])
