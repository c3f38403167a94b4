import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
import toy

from evonas.commands import session
from evonas.config import Config
from evonas.engine.listeners import INTERRUPTED
from evonas.evaluation.worker import WorkerError
from evonas.interactive.interrupts import StoppedAtOnce
from evonas.runs.journal import FolderError


def ran(monkeypatch, outcome):
    """The exit status of a run whose search ends so."""

    def search(config, **words):
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(session, "search", search)
    monkeypatch.setattr(session, "summary", lambda result: "the summary")
    return session.run(Config(), Path("run"), resume=False, is_quiet=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FolderError("the disk\n is full"), 1),
        (WorkerError("no worker can begin"), 1),
        (ValueError("pop_size must be at least 2, got 1"), 2),
        (FileNotFoundError("no run at nowhere"), 2),
    ],
)
def test_a_mistake_is_status_2_and_a_broken_search_status_1(monkeypatch, capsys, error, status):
    assert ran(monkeypatch, error) == status
    said = capsys.readouterr()
    assert said.err == f"evonas: {' '.join(str(error).split())}\n"
    assert said.out == ""


def test_an_error_of_our_own_is_not_hidden(monkeypatch):
    with pytest.raises(ZeroDivisionError, match="ours"):
        ran(monkeypatch, ZeroDivisionError("ours"))


def test_who_stops_at_once_is_told_how_to_go_on(monkeypatch, capsys):
    assert ran(monkeypatch, StoppedAtOnce(signal.SIGTERM)) == 143
    assert capsys.readouterr().err == "evonas: stopped at once; evonas --resume run goes on\n"


@pytest.mark.parametrize("was_given_up", [False, True])
def test_the_summary_is_printed_however_it_ended(monkeypatch, capsys, was_given_up):
    outcome = SimpleNamespace(front=(), was_given_up=was_given_up, stopped="")
    assert ran(monkeypatch, outcome) == was_given_up
    assert capsys.readouterr().out == "the summary\n"


def test_who_interrupts_is_told_how_to_go_on(monkeypatch, capsys):
    outcome = SimpleNamespace(front=(), was_given_up=False, stopped=INTERRUPTED)
    assert ran(monkeypatch, outcome) == 0
    assert capsys.readouterr().out == "the summary\nTo go on: evonas --resume run\n"


def test_a_listener_is_told_of_the_result_that_python_gets(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(
        "from evonas import Listener\n\n"
        "class Mine(Listener):\n"
        "    def on_end(self, outcome):\n"
        "        outcome.report('page.html')\n"
    )
    monkeypatch.chdir(tmp_path)
    words = {"problem": toy.reference("Bowl"), "evaluations": 4, "pop_size": 2, "n_jobs": 0}
    config = Config(**words, track="mine.py:Mine")
    session.watched(config, Path("run"), resume=False, is_quiet=True)
    assert Path("page.html").is_file()


@pytest.mark.parametrize("error", [None, ValueError("no such axis"), OSError("no room left")])
def test_a_front_has_a_picture_and_survives_without_one(monkeypatch, capsys, error):
    drawn = []

    def save_picture(paths, *, objectives=(), out, picture=None):
        if error:
            raise error
        drawn.append((paths, objectives, out))

    monkeypatch.setattr("evonas.plots.runs.save_picture", save_picture)
    goals = SimpleNamespace(objectives=[SimpleNamespace(name="acc")])
    exits = {"flops_1": 1.0, "flops_2": 2.0}
    for metrics, names in (({}, ["front.png"]), (exits, ["front.png", "exits.png"])):
        drawn.clear()
        member = SimpleNamespace(metrics=metrics)
        outcome = SimpleNamespace(front=(member,), goals=goals, was_given_up=False, stopped="")
        assert ran(monkeypatch, outcome) == 0
        assert error or [file.name for *_, file in drawn] == names
    said = capsys.readouterr()
    assert said.out == "the summary\n" * 2
    if error:
        assert said.err == f"evonas: no picture: {error}\n" * 2
    else:
        assert drawn[0] == ([Path("run")], ["acc"], Path("run/front.png"))
