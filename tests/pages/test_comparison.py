from dataclasses import replace

import pytest
from pages.sample_runs import write_run

from evonas.pages.comparison import comparison, differences
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [open_run(write_run(folder / name, n=20, seed=i)) for i, name in enumerate("ab")]


def test_one_run_is_compared_with_nothing(runs):
    assert comparison(runs[:1]) == []


def test_the_hypervolumes_of_all_are_drawn_together(runs):
    _, hypervolumes, _ = comparison(runs)
    assert [series["name"] for series in hypervolumes["chart"]["series"]] == ["a", "b"]
    assert [series["run"] for series in hypervolumes["chart"]["series"]] == [0, 1]


def test_hypervolumes_of_different_scales_are_not(runs):
    one, other = runs
    goals = replace(other.goals, reference={**other.goals.reference, "flops": 1.0})
    _, hypervolumes, _ = comparison([one, replace(other, goals=goals)])
    assert "chart" not in hypervolumes
    assert "cannot be compared" in hypervolumes["lines"][0]


def test_repetitions_are_named_as_such(runs):
    told = differences(runs)
    assert told["tables"][0]["rows"] == [["seed", "0", "1"]]
    assert "repetitions" in told["lines"][0]


def test_settings_that_differ_stand_side_by_side(runs):
    one, other = runs
    changed = replace(other, config=replace(other.config, algorithm="random", seed=0))
    told = differences([one, changed])
    assert told["tables"][0]["rows"] == [["algorithm", "nsga2", "random"]]
    assert told["lines"] == []


def test_equal_configs_have_nothing_that_differs(runs):
    told = differences([runs[0], runs[0]])
    assert (told["tables"], told["lines"]) == ([], ["The configs are equal."])


def test_every_run_has_its_row(runs):
    overview, *_ = comparison(runs)
    rows = overview["tables"][0]["rows"]
    assert [row[0] for row in rows] == ["a", "b"]
    assert [row[4] for row in rows] == ["20", "20"]
