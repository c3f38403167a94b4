"""Staircases of exits: of the front of a run, and of several runs."""

import numpy as np
import pytest
from drawn_runs import lines, overlapping, run_of, words

from evonas.networks.exits import anytime_area
from evonas.plots.exits import MOST_NAMED, ExitCurve, curve_of, draw_exits, n_exits, plot_exits
from evonas.plots.runs import Picture, draw

RESOLVED = {"task": {"max_budget": 4e6}, "data": {"n_classes": 10}}


def member(i: int, *, on_test: bool = True) -> dict[str, float]:
    """A network of two exits, a little dearer and a little better than the one before it."""
    known = {"acc": 60.0 + i, "flops": 1e6 * (i + 1)}
    known |= {"flops_1": 2e5 * (i + 1), "flops_2": 9e5 * (i + 1)}
    known |= {"acc_1": 40.0 + i, "acc_2": 60.0 + i}
    twins = {f"test_acc_{k}": known[f"acc_{k}"] - 1 for k in (1, 2)}
    return {**known, **twins} if on_test else known


def run(n: int = 3, name: str = "run", **words):
    return run_of([member(i, **words) for i in range(n)], name=name, resolved=RESOLVED)


def test_every_member_of_the_front_is_a_staircase_over_the_flops_of_its_exits():
    ax = plot_exits(run(2))
    drawn = sorted(tuple(map(tuple, line.get_xydata())) for line in lines(ax, "exits"))
    assert drawn == [((2e5, 39.0), (9e5, 59.0)), ((4e5, 40.0), (18e5, 60.0))]
    assert all(line.get_drawstyle() == "steps-post" for line in lines(ax, "exits"))
    assert ax.get_ylabel() == "test accuracy [%], higher is better"
    assert {"budgets up to 4M", "guessing, 10 %"} - set(words(ax)) == {"guessing, 10 %"}


def test_guessing_is_drawn_where_it_is_not_far_below():
    (better,) = (member(0),)
    worse = {**member(1), "test_acc_1": 12.0, "acc": 99.0}
    ax = plot_exits(run_of([better, worse], resolved=RESOLVED))
    assert "guessing, 10 %" in words(ax)


def test_a_network_alone_is_drawn_without_a_range(tmp_path):
    curve = ExitCurve((1e5, 4e5), (90.0, 95.0), "it")
    draw_exits(curve, chance=10.0, out=tmp_path / "exits.svg")
    text = (tmp_path / "exits.svg").read_text()
    assert "test accuracy [%]" in text
    assert "budgets up to" not in text


def test_validation_accuracies_are_drawn_where_the_test_part_was_not_judged():
    ax = plot_exits(run(2, on_test=False))
    assert ax.get_ylabel().startswith("validation accuracy [%]")
    assert max(line.get_ydata().max() for line in lines(ax, "exits")) == 61.0


def test_the_members_with_the_largest_areas_are_named_and_the_others_grey():
    drawn = run(MOST_NAMED + 3)
    named = [word for word in words(plot_exits(drawn)) if " " not in word]
    curves = [curve_of(r, name=drawn.ids[r.genome], part="test_") for r in drawn.front]
    area = {c.name: c.area(max_budget=4e6, chance=10.0) for c in curves}
    assert named == sorted(area, key=lambda name: -area[name])[:MOST_NAMED]


def test_of_several_runs_each_has_a_colour_and_its_best_a_name():
    ax = plot_exits([run(3, "one"), run(2, "other")])
    names = [word for word in words(ax) if ", " in word and "guess" not in word]
    assert [name.partition(",")[0] for name in names] == ["one", "other"]
    assert len({line.get_color() for line in lines(ax, "exits")}) == 2


@pytest.mark.parametrize("size", ["column", "page"])
@pytest.mark.parametrize("n_runs", [1, 3])
def test_nothing_in_the_picture_covers_anything_else(size, n_runs):
    figure = draw(
        [run(8, f"run {i}") for i in range(n_runs)], picture=Picture(kind="exits", size=size)
    )
    figure.draw_without_rendering()
    assert not overlapping(figure)


def test_a_curve_has_an_area():
    curve = ExitCurve((10.0, 20.0, 40.0), (50.0, 70.0, 80.0), "it")
    assert curve.area(max_budget=50, chance=10) == pytest.approx(56)
    assert curve.area(max_budget=30, chance=0) == anytime_area(
        (50, 70, 80), (10, 20, 40), max_budget=30, chance=0
    )


def test_exits_are_counted_by_what_was_measured():
    (record,) = run(1).records
    assert n_exits(record) == 2
    assert n_exits(run_of([(60.0, 1e6)]).records[0]) == 0


def test_a_run_without_exits_is_told_where_they_come_from():
    with pytest.raises(ValueError, match="run tells nothing of exits; a search with --exits"):
        plot_exits(run_of([(60.0, 1e6)]))
    with pytest.raises(ValueError, match="run has no front yet"):
        plot_exits(run_of([]))


def test_a_budget_is_answered_by_the_last_exit_that_costs_no_more():
    curve = ExitCurve((10.0, 20.0, 40.0), (50.0, 70.0, 80.0))
    found = curve.at(np.array([5.0, 10.0, 19.0, 20.0, 100.0]))
    assert np.isnan(found[0])
    assert found[1:].tolist() == [50.0, 50.0, 70.0, 80.0]


@pytest.mark.parametrize(
    ("flops", "accuracy"), [((), ()), ((1.0, 2.0), (50.0,)), ((2.0, 1.0), (50.0, 60.0))]
)
def test_exits_that_do_not_ascend_are_refused(flops, accuracy):
    with pytest.raises(ValueError, match="expected as many of both, the cheapest first"):
        ExitCurve(flops, accuracy)
