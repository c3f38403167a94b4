from dataclasses import replace

import numpy as np
import pytest
from drawn_runs import lines, overlapping, run_of, words

from evonas import Config
from evonas.objectives import ACC, CO2, FLOPS, PARAMS
from evonas.plots.parallel import plot_parallel
from evonas.plots.style import new_figure

OBJECTIVES = (ACC, FLOPS, PARAMS, CO2)
ROWS = [
    {"acc": 50.0, "flops": 1e4, "params": 40.0, "co2": 3.0},
    {"acc": 70.0, "flops": 1e6, "params": 30.0, "co2": 1.0},
    {"acc": 90.0, "flops": 1e8, "params": 20.0, "co2": 2.0},
    {"acc": 40.0, "flops": 1e8, "params": 50.0, "co2": 4.0},
]


def run(rows=ROWS, name="run", **words):
    made = run_of(rows, name=name, objectives=OBJECTIVES)
    return replace(made, config=Config(**words))


def many(n):
    rng = np.random.default_rng(n)
    return [dict(zip(ROWS[0], row, strict=True)) for row in rng.random((n, 4)) + 0.1]


def test_every_member_is_a_line_whose_better_values_lie_higher():
    ax = plot_parallel(run())
    drawn = [line.get_ydata().tolist() for line in lines(ax, "front")]
    assert drawn == [
        pytest.approx([0.0, 1.0, 0.0, 0.0]),
        pytest.approx([0.5, 0.5, 0.5, 1.0]),
        pytest.approx([1.0, 0.0, 1.0, 0.5]),
    ]


def test_axes_say_label_unit_and_direction_and_ticks_are_in_natural_units():
    ax = plot_parallel(run())
    said = [text.get_text().replace("\n", " ") for text in ax.get_xticklabels()]
    assert said[:2] == [
        "validation accuracy [%] higher is better",
        "FLOPs of one input [FLOP] lower is better",
    ]
    ticks = {text.get_text(): text.xy for text in ax.texts if text.get_gid() is None}
    assert ticks["60"] == pytest.approx((0, 0.25))
    assert ticks["1M"] == pytest.approx((1, 0.5))


@pytest.mark.parametrize("size", ["column", "page"])
@pytest.mark.parametrize("n", [1, 5, 30])
def test_every_member_bears_its_id_once_and_no_words_overlap(n, size):
    made = run(many(n))
    ax = plot_parallel(made, ax=new_figure(size=size, height=3.6).add_subplot())
    ax.figure.draw_without_rendering()
    ids = [text.get_text() for text in ax.texts if text.get_gid() == "member"]
    assert sorted(ids) == sorted(made.ids[record.genome] for record in made.front)
    assert not overlapping(ax.figure)
    assert all(t.get_gid() is None for t in plot_parallel(made, has_labels=False).texts)


def test_colours_are_those_of_the_first_objective_or_of_the_one_that_is_named():
    colours = [line.get_color() for line in lines(plot_parallel(run()), "front")]
    assert len(set(colours)) == 3
    by_flops = plot_parallel(run(), color="flops")
    assert [line.get_color() for line in lines(by_flops, "front")] == colours
    assert len(by_flops.figure.axes) == 1
    apart = plot_parallel(run(), ["acc", "flops", "params"], color="co2")
    assert apart.figure.axes[1].get_ylabel() == "lifetime CO2e [kg], lower is better"
    assert [line.get_color() for line in lines(apart, "front")][1] not in colours[1:2]


def test_several_runs_have_a_colour_each_and_those_of_several_seeds_have_one():
    runs = [run(name=f"r{seed}", seed=seed) for seed in (0, 1)]
    runs.append(run(name="other", pop_size=7))
    ax = plot_parallel(runs)
    assert words(ax) == ["nsga2 (2 seeds)", "other"]
    assert len({line.get_color() for line in lines(ax, "front")}) == 2
    assert words(plot_parallel(runs, is_apart=True)) == ["r0", "r1", "other"]


def test_a_front_of_nothing_and_values_that_are_all_equal_are_drawn():
    failed = replace(run([]), records=())
    with pytest.raises(ValueError, match="holds no architecture that was measured in full"):
        plot_parallel(failed)
    ax = plot_parallel(run(ROWS[:1]))
    assert [line.get_ydata().tolist() for line in lines(ax, "front")] == [[0.5] * 4]
    ax.figure.draw_without_rendering()


def test_one_objective_is_too_few():
    with pytest.raises(ValueError, match="parallel axes need two objectives or more, got acc"):
        plot_parallel(run(), ["acc"])


def test_of_very_many_members_some_are_named_and_the_picture_says_so():
    rng = np.random.default_rng(0)
    parts = rng.dirichlet(np.ones(4), 100) + 0.1  # of one sum, so that none dominates another
    rows = [{"acc": -a, "flops": b, "params": c, "co2": d} for a, b, c, d in parts.tolist()]
    ax = plot_parallel(run(rows))
    assert len([text for text in ax.texts if text.get_gid() == "member"]) == 50
    assert ax.get_xlabel() == "one in 2 named"
    several = plot_parallel([run(rows, "a"), run(rows, "b")])
    assert words(several) == ["a, one in 3 named", "b"]
    assert plot_parallel(run(rows), has_labels=False).get_xlabel() == ""
