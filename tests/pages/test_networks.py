import json

import pytest
import toy
from pages.sample_runs import write_run

from evonas import Config, search
from evonas.networks.layers import THE_INPUT
from evonas.pages import networks as pages
from evonas.pages.networks import front_networks, may_open
from evonas.reports.shown import sheet_of_run
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def told(small_run):
    return front_networks(open_run(small_run), "installed")


def test_each_member_of_the_front_has_its_layers(small_run, told):
    run = open_run(small_run)
    json.dumps(told, allow_nan=False)
    assert {run.records[int(place)].genome for place in told["sheets"]} == {
        record.genome for record in run.front
    }
    for place, drawn in told["sheets"].items():
        network = sheet_of_run(run, run.records[int(place)].genome).network
        assert drawn["sums"]["params"] == network.cost.params
        assert drawn["boxes"][0]["family"] == THE_INPUT  # as its colour in look.css is called
        sources = [
            (source, i) for i, box in enumerate(drawn["boxes"]) for source in box["sources"]
        ]
        assert all(source < i for source, i in sources)
        assert {i for _, i in sources} == set(range(1, len(drawn["boxes"])))


def test_genes_that_count_are_those_of_the_sheet(small_run, told):
    run = open_run(small_run)
    for place, drawn in told["sheets"].items():
        sheet = sheet_of_run(run, run.records[int(place)].genome)
        assert drawn["active"] == list(sheet.active)


def test_how_far_it_has_got_is_told(small_run):
    run = open_run(small_run)
    heard = []
    front_networks(run, "installed", on_network=lambda n_done, n: heard.append((n_done, n)))
    assert heard == [(i, len(run.front)) for i in range(len(run.front))]


def test_of_a_large_front_the_first_members_are_drawn(small_run, monkeypatch):
    run = open_run(small_run)
    monkeypatch.setattr(pages, "MOST_DRAWN", 1)
    monkeypatch.setattr(pages, "TOO_DEEP", 2)
    told = front_networks(run, "installed")
    ((place, drawn),) = told["sheets"].items()
    assert run.records[int(place)].genome == run.front[0].genome
    assert set(drawn) == {"active", "sums"}  # too deep to be drawn
    n_more = len(run.front) - 1
    assert n_more > 0
    assert told["note"] == f"Networks are drawn of the first 1 members; {n_more} more are not."


THEN = {"objectives": ("acc",), "then": (toy.reference("thrift"),), "evaluations": 40}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"problem": "digits"}, True),
        ({"problem": "gone"}, False),
        ({"problem": toy.reference("Bowl")}, False),
        ({"problem": "digits", "objectives": ("acc", toy.reference("thrift"))}, False),
        (THEN, False),
    ],
)
def test_only_what_somebody_has_installed_is_opened_unasked(words, expected):
    config = Config(**words)
    assert may_open(config, "installed") is expected
    assert may_open(config, "any") is True
    assert may_open(config, "none") is False


def test_a_run_of_a_file_says_how_its_networks_are_drawn(tmp_path):
    config = Config(problem=toy.reference("Bowl"), evaluations=12, pop_size=6, n_jobs=0)
    search(config, folder=tmp_path / "run")
    run = open_run(tmp_path / "run")
    told = front_networks(run, "installed")
    assert told["sheets"] == {}
    assert "--networks any allows it" in told["note"]
    assert front_networks(run, "none")["note"] == ""
    opened = front_networks(run, "any")
    assert len(opened["sheets"]) == len(run.front)
    assert all("boxes" not in sheet for sheet in opened["sheets"].values())
    assert all(sheet["active"] for sheet in opened["sheets"].values())


def test_a_problem_that_cannot_be_opened_leaves_a_note(tmp_path):
    run = write_run(tmp_path / "run", n=12, problem="gone.py:Mine")
    told = front_networks(open_run(run), "any")
    assert told["note"].startswith("No network: the problem of run run cannot be opened: ")
    assert all(sheet == {"active": None} for sheet in told["sheets"].values())
