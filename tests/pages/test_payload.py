import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pages.sample_runs import write_run

from evonas.pages import payload as pages
from evonas.pages.payload import News, commands, distinct, facts, payload, title
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(sample):
    return open_run(sample)


def test_a_page_says_of_when_it_is_and_what_it_shows(run):
    told = payload([run], now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    json.dumps(told, allow_nan=False)
    assert told["footer"].startswith("Written 2026-01-02 03:04:05 UTC by evonas ")
    assert told["subtitle"] == "60 architectures of digits, for acc, flops, co2"
    assert (told["live"], told["source"], told["sections"]) == (0, "", [])


def test_news_come_from_where_they_are_said_to(run):
    told = payload([run], news=News(2.5, source="/data?run=a", home="/"))
    assert (told["live"], told["source"], told["home"]) == (2.5, "/data?run=a", "/")


def test_what_one_wants_to_know_first(run):
    told = dict(facts(run))
    assert told["search"] == "nsga2 with gp, seed 0"
    assert told["measured"] == "60 (5 failed)"
    assert told["front"] == str(len(run.front))
    assert told["state"] == "ended"


def test_commands_are_quoted_for_a_shell_and_fit_the_architecture(tmp_path):
    run = open_run(write_run(tmp_path / "it's here", n=1))
    train, show, rerun = commands(run)
    quoted = "'" + str(tmp_path) + "/it'\"'\"'s here'"
    assert train["text"] == f"evonas train {quoted} --genome"
    assert "x" not in train["for"]
    assert (show["text"], rerun["for"]) == (f"evonas show {quoted} --genome", "x")


def test_what_was_trained_on_no_data_is_not_offered_for_training(run):
    bare = replace(run, resolved={k: v for k, v in run.resolved.items() if k != "data"})
    assert [command["label"] for command in commands(bare)] == [
        "Show it layer by layer",
        "See it fail",
    ]
    assert commands(replace(run, path=None)) == []


def test_every_failure_has_its_reason(run, monkeypatch):
    (told,) = payload([run])["runs"]
    for place, record in enumerate(run.records):
        if record.error is not None:
            assert told["reasons"][told["faults"][place]] == (record.kind, record.error)
    monkeypatch.setattr(pages, "MOST_REASONS", 1)
    (told,) = payload([run])["runs"]
    assert set(told["faults"].values()) == {0, 1}
    assert told["reasons"][1] == ("", "the reason is in failures.csv")


def test_runs_of_one_name_are_told_apart_by_their_paths(run, tmp_path):
    other = open_run(write_run(tmp_path / "sample", n=2))
    names = [each.name for each in distinct([run, other])]
    assert names == [str(run.path), str(other.path)]
    assert [each.name for each in distinct([run])] == ["sample"]


def test_a_title_of_many_runs_names_four(run):
    runs = [replace(run, name=name) for name in "abcdef"]
    assert title(runs) == "a, b, c, d and 2 more"
