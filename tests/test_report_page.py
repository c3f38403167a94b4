"""Every command on the page about reports does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from evonas.commands import dashboard
from evonas.commands.main import main
from evonas.pages.server import Dashboard

PAGE = (Path(__file__).parents[1] / "docs" / "report.md").read_text(encoding="utf-8")
(SEARCH_A, REPORT), (SEARCH_B, BOTH), (FOLLOW,), (SERVE,), (ANY, NONE) = (
    block.splitlines()
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
)
(PYTHON,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in which the searches of the page were made."""
    here = tmp_path_factory.mktemp("here")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        for command in (SEARCH_A, SEARCH_B):
            assert run(f"{command} --quiet") == 0
    return here


@pytest.fixture(autouse=True)
def _here(place, monkeypatch):
    monkeypatch.chdir(place)


def run(command):
    name, *words = shlex.split(command)
    assert name == "evonas"
    return main(words)


@pytest.mark.parametrize("command", [REPORT, FOLLOW, ANY, NONE])
def test_a_report_lies_in_its_run(command, place, capsys):
    (place / "runs" / "a" / "report.html").unlink(missing_ok=True)
    assert run(command) == 0
    assert capsys.readouterr().out == "runs/a/report.html\n"
    assert "<title>a</title>" in (place / "runs/a/report.html").read_text()


def test_several_runs_are_written_where_it_says(place, capsys):
    assert run(BOTH) == 0
    assert capsys.readouterr().out == "both.html\n"
    assert "Side by side" in (place / "both.html").read_text()


def test_python_writes_the_same_page(place):
    (place / "both.html").unlink(missing_ok=True)
    exec(compile(PYTHON, "docs/report.md", "exec"), {})
    assert "<title>a, b</title>" in (place / "both.html").read_text()


def test_the_dashboard_serves_the_folder_and_ends_with_ctrl_c(monkeypatch, capsys):
    served = []

    def until_ctrl_c(self):
        served.append([run["name"] for run in self.known.listing()])
        raise KeyboardInterrupt

    monkeypatch.setattr(Dashboard, "serve_forever", until_ctrl_c)
    _, _, *words = shlex.split(SERVE)
    assert dashboard.main([*words, "--port", "0"]) == 0
    assert sorted(*served) == ["a", "b"]
    assert re.match(r"http://127\.0\.0\.1:\d+/ shows runs; Ctrl-C", capsys.readouterr().out)


def test_what_the_page_says_of_defaults_is_so():
    assert "8765" in dashboard.dashboard_parser().format_help()
    assert "http://127.0.0.1:8765/" in PAGE
    assert "every 5 seconds" in PAGE
