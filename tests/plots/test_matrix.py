from dataclasses import replace

import numpy as np
from drawn_runs import lines, overlapping, points, run_of, words

from evonas import Config
from evonas.objectives import ACC, FLOPS, PARAMS
from evonas.pareto.dominance import front
from evonas.plots.matrix import MOST_NAMED, plot_matrix

OBJECTIVES = (ACC, FLOPS, PARAMS)
ROWS = [
    {"acc": 100 * a, "flops": 10 ** (4 + 4 * b), "params": 1e3 * (1 + c)}
    for a, b, c in np.random.default_rng(3).random((200, 3)).tolist()
]


def test_the_matrix_shows_the_front_of_all_objectives_in_every_pair():
    rows, objectives = ROWS, OBJECTIVES
    run = run_of(rows, objectives=objectives)
    panels = plot_matrix(run)
    values = np.array([[row[o.name] for o in objectives] for row in rows])
    members = values[front(values * [o.sign for o in objectives])]
    for i in range(3):
        for j in range(i):
            expected = sorted(map(tuple, members[:, [j, i]].tolist()))
            assert points(panels[i, j], "front") == expected
        assert panels[i, i].get_title().startswith(objectives[i].label)
        assert all(panel is None for panel in panels[i, i + 1 :])
    assert panels[2, 0].get_xlabel() == "validation accuracy [%]"
    assert panels[1, 0].get_ylabel() == "FLOPs of one input [FLOP]"
    assert (panels[2, 1].get_xscale(), panels[1, 0].get_yscale()) == ("log", "log")
    assert panels[2, 2].get_xscale() == "linear"


def test_members_are_named_in_the_first_pair_and_some_of_very_many():
    run = run_of(ROWS, objectives=OBJECTIVES)
    panels = plot_matrix(run)
    panels[0, 0].figure.draw_without_rendering()
    named = [text.get_text() for text in panels[1, 0].texts]
    ids = [run.ids[record.genome] for record in run.front]
    step = -(-len(ids) // MOST_NAMED)
    assert step > 1
    assert set(named) <= set(ids)
    assert len(named) == -(-len(ids) // step) <= MOST_NAMED
    assert not any(panels[i, j].texts for i, j in ((2, 0), (2, 1)))
    free = panels[0, 0].figure.axes[-1]
    assert words(free)[-1] == f"Pareto front ({len(ids)}), one in {step} named"
    assert not overlapping(panels[0, 0].figure)
    assert not plot_matrix(run, has_labels=False)[1, 0].texts


def test_runs_of_several_seeds_have_one_colour():
    run = run_of(ROWS, objectives=OBJECTIVES)
    runs = [replace(run, name=f"{i}", config=Config(seed=i)) for i in (0, 1)]
    runs.append(replace(run, name="other", config=Config(pop_size=7)))
    panels = plot_matrix(runs)
    assert words(panels[0, 0].figure.axes[-1]) == ["nsga2 (2 seeds), one in 4 named", "other"]
    assert len({line.get_color() for line in lines(panels[1, 0], "front")}) == 2
    assert len({line.get_color() for line in lines(panels[1, 0], "measured")}) == 2
    assert len(words(plot_matrix(runs, is_apart=True)[0, 0].figure.axes[-1])) == 3
