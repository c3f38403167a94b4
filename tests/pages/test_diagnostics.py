import pytest
from pages.sample_runs import write_run

from evonas.engine.redundancy import examine
from evonas.pages import diagnostics
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(sample):
    return open_run(sample)


def test_reliability_is_told_of_generations_that_predicted(run):
    told = diagnostics.reliability(run)
    assert [row[0] for row in told["tables"][0]["rows"]] == ["2", "3"]
    names = [series["name"] for series in told["chart"]["series"]]
    assert names == ["spearman", "kendall", "within 90"]


def test_rungs_compare_what_went_on_to_the_whole(tmp_path):
    told = diagnostics.rungs(open_run(write_run(tmp_path / "run", n=30, rung="epochs=3")))
    (row,) = told["tables"][0]["rows"]
    assert row[:5] == ["epochs=3", "acc", "30", "20", "10"]
    assert 0 < float(row[5]) <= 1


def test_the_worth_of_objectives_is_that_of_the_summary(run):
    found = examine(run.records, run.goals)
    told = diagnostics.worth(run)
    assert f"The front of all objectives has {found.front_size} members." in told["lines"]
    assert [row[1] for row in told["tables"][0]["rows"]] == [
        str(n) for n in found.sizes_without
    ]
    assert any("rank all architectures alike" in line for line in told["lines"])


def test_of_what_there_was_none_nothing_is_told(tmp_path):
    run = open_run(write_run(tmp_path / "run", n=3))
    assert diagnostics.reliability(run) is None
    assert diagnostics.rungs(run) is None
    assert diagnostics.worth(run)["tables"] == []
