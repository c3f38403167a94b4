"""Every command on the page about dry runs does what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest

from evonas.commands import search

PAGE = (Path(__file__).parents[1] / "docs" / "before_a_search.md").read_text(encoding="utf-8")
NETWORKS, CONSTRAINED, BUDGETS, SCRIPT = (
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
)


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Runs a command of the page, and gives what it prints; nothing may be written."""
    monkeypatch.chdir(tmp_path)

    def run(command):
        program, *words = shlex.split(command)
        assert program == "evonas"
        assert search.main(words) == 0
        assert not any(tmp_path.iterdir())
        return capsys.readouterr().out

    return run


@pytest.mark.slow
def test_a_search_of_networks_is_looked_at(said):
    text = " ".join(said(NETWORKS).split())
    assert "200 images to train" in text
    assert "3 steps at a time" in text
    assert "architectures 40 40 40" in text


def test_a_constraint_that_nothing_keeps_is_told(said):
    text = said(CONSTRAINED)
    assert "Constraint macs<=10: 0 of 256 sampled architectures meet it, nor does any" in text
    assert "Constraint acc>=90: known once candidates are measured" in text


def test_the_budget_that_ends_a_search_is_told(said):
    text = said(BUDGETS)
    assert "It would end with --budget-flops 1e+16: " in text
    assert "It would not reach --budget-time 5m" in text


def test_a_script_finds_every_number_that_the_page_names(said):
    found = json.loads(said(SCRIPT))
    named = re.findall(r"`(\w+)`", PAGE.partition("for each of")[2].partition("; `bounds`")[0])
    assert {*named} == {*found["expectation"]["totals"]}
    assert {"bounds", "why_unknown"} <= found.keys()
