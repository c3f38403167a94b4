import json

import pytest
from pages.sample_runs import write_run

from evonas.hardware.devices import V100
from evonas.hardware.target_metrics import metric_of
from evonas.hardware.targets import Target
from evonas.objectives import ACC, Goals
from evonas.pages import accounts, tables
from evonas.record import Record
from evonas.runs.reading import open_run
from evonas.runs.run import Run


@pytest.fixture(scope="module")
def run(sample):
    return open_run(sample)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return open_run(write_run(tmp_path_factory.mktemp("runs") / "empty", n=0))


def test_sections_are_plain_data_in_the_order_of_the_page(run):
    told = accounts.sections(run)
    json.dumps(told, allow_nan=False)
    assert [section["id"] for section in told] == [
        *("hypervolume", "reliability", "failures", "spending"),
        *("assumptions", "worth", "config"),
    ]
    for section in told:
        for table in section["tables"]:
            assert all(len(row) == len(table["header"]) for row in table["rows"])
            assert all(isinstance(cell, str) for row in table["rows"] for cell in row)


def test_a_run_without_a_generation_has_sections_that_say_so(empty):
    told = {section["id"]: section for section in accounts.sections(empty)}
    assert told["hypervolume"]["lines"] == ["No generation has ended yet."]
    assert told["hypervolume"]["chart"] is None
    assert told["failures"]["lines"] == ["No candidate failed."]
    assert "10 architectures" in told["worth"]["lines"][0]
    assert {"reliability", "rungs"}.isdisjoint(told)


def test_the_hypervolume_is_drawn_as_the_run_tells_it(run):
    told = accounts.progress(run)
    (series,) = told["chart"]["series"]
    assert series["x"] == [n for n, _ in run.hypervolumes]
    assert series["y"] == pytest.approx([value for _, value in run.hypervolumes])
    assert "Reference point: acc 0 %, flops 400,000,000 FLOP" in told["lines"][0]
    assert "metered [kWh]" not in told["tables"][0]["header"]  # no meter has counted


def test_long_tables_and_curves_are_cut_and_say_where_the_rest_is(run, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    monkeypatch.setattr(tables, "MOST_POINTS", 2)
    told = accounts.progress(run)
    assert told["lines"][-1] == "The last 2 of 3 are listed; generations.csv has all."
    assert [row[0] for row in told["tables"][0]["rows"]] == ["2", "3"]
    assert told["chart"]["series"][0]["x"] == [20, 60]


def test_failures_are_grouped_by_kind_and_reason(run, monkeypatch):
    told = accounts.failures(run)
    (table,) = told["tables"]
    assert sorted((row[0], row[1]) for row in table["rows"]) == [
        ("2", "raised"),
        ("3", "diverged"),
    ]
    assert table["traces"][0].endswith(("line 0", "line 1"))
    monkeypatch.setattr(accounts, "MOST_REASONS", 1)
    assert accounts.failures(run)["lines"][-1] == "1 more reason is in failures.csv."


def test_settings_say_which_of_them_were_given(run):
    rows = {row[1]: row for row in accounts.settings(run)["tables"][0]["rows"]}
    assert rows["objectives"][2:] == ["acc, flops, co2", "given"]
    assert rows["epochs"][0] == "training"
    assert rows["algorithm"][2:] == ["nsga2", "default"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ([], ""), ({}, ""), (["a", "b"], "a, b"), (0, "0"), (False, "False")],
)
def test_a_setting_is_shown_as_a_text(value, text):
    assert accounts.setting(value) == text


def test_a_long_setting_is_cut():
    assert accounts.setting("a" * 1000) == "a" * 296 + " ..."


def test_the_best_on_each_target_is_told_where_there_are_several(run):
    assert accounts.targets(run) is None
    latency, energy = (
        metric_of(name, Target(V100)) for name in ("latency@t4", "energy@raspberry-pi-4")
    )
    records = tuple(
        Record((i,), {"acc": 50.0 + i, latency.name: 1.0 + i, energy.name: 5.0 - i}, 1.0)
        for i in range(3)
    )
    section = accounts.targets(Run("two", records, Goals((ACC, latency, energy))))
    (table,) = section["tables"]
    assert [row[0] for row in table["rows"]] == ["t4", "raspberry-pi-4"]
    assert table["header"][3:5] == ["acc [%]", "latency@t4 [s]"]
    json.dumps(section, allow_nan=False)
