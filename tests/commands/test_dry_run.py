import json
from pathlib import Path

import pytest

from evonas.commands import dry_run
from evonas.commands import search as command
from evonas.commands.dry_run import looked_at
from evonas.config import Config

QUICK = ("--problem", "synthetic", "--n-jobs", "0", "--generations", "2", "--pop-size", "8")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys, *words):
    status = command.main([*QUICK, *words])
    return status, *capsys.readouterr()


def test_a_dry_run_tells_what_a_search_would_take_and_writes_nothing(capsys, folder):
    status, out, err = ran(capsys, "--dry-run")
    assert status == 0
    assert out.startswith("synthetic; in this process; 1.1e+09 architectures in the space\n\n")
    assert "architectures 16 16 16" in " ".join(out.split())
    assert out.endswith("\nNothing was written.\n")
    assert err == ""  # not on a terminal
    assert not any(folder.iterdir())


def test_its_json_holds_the_same_for_scripts(capsys, folder):
    status, out, _ = ran(capsys, "--dry-run", "--json", "--constraint", "macs<=1")
    assert status == 0
    found = json.loads(out)
    assert found["config"]["problem"] == "synthetic"
    assert found["expectation"]["totals"]["evaluations"]["expected"] == 16
    assert found["bounds"][0]["is_met"] is False
    assert not any(folder.iterdir())


def test_json_without_a_dry_run_is_a_mistake(capsys):
    status, _, err = ran(capsys, "--json")
    assert status == 2
    assert err == "evonas: --json is for --dry-run; a search leaves its results in files\n"


@pytest.mark.parametrize("words", ["--features naswot --surrogate gp", "--out full"])
def test_what_a_search_would_refuse_is_refused(words, capsys, folder):
    (folder / "full").mkdir()
    (folder / "full" / "mine.txt").write_text("mine")
    status, out, err = ran(capsys, "--dry-run", *words.split())
    assert status == 2
    assert out == ""
    assert err.startswith("evonas: ")
    assert err.count("\n") == 1


def test_a_run_to_go_on_with_stays_as_it_is_and_counts(capsys, folder):
    assert command.main([*QUICK, "--quiet", "--out", "run"]) == 0
    before = {path: path.read_bytes() for path in sorted(Path("run").rglob("*.*"))}
    capsys.readouterr()
    assert command.main(["--resume", "run", "--generations", "3", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "16 more are in the journal already, and are not done again." in out
    assert "measurements 8 8 8" in " ".join(out.split())
    assert {path: path.read_bytes() for path in sorted(Path("run").rglob("*.*"))} == before


def test_ctrl_c_is_one_line(monkeypatch, capsys):
    def interrupted(*args, **words):
        raise KeyboardInterrupt

    monkeypatch.setattr(dry_run, "preflight", interrupted)
    status, out, err = ran(capsys, "--dry-run")
    assert (status, out) == (130, "")
    assert err == "evonas: interrupted; nothing was written\n"


def test_on_a_terminal_each_step_is_told_unless_quiet(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _, _, err = ran(capsys, "--dry-run")
    assert "evonas: timing a few candidates ...\n" in err
    assert ran(capsys, "--dry-run", "--quiet")[2] == ""


@pytest.mark.slow
def test_a_search_of_networks_takes_what_its_dry_run_said():
    """Counts exactly, FLOPs and energy within a factor that a busy machine keeps."""
    from evonas import search

    config = Config(epochs=2, subset=200, generations=4, pop_size=10, n_jobs=1)
    _, found = looked_at(config, None, resume=False, on_step=lambda step: None)
    result = search(config)
    totals = found.expectation.totals
    assert totals["evaluations"].expected == len(result.records)
    assert 1 / 3 < totals["kwh"].expected / result.spend.energy_kwh < 3
    assert 1 / 3 < totals["flops"].expected / result.spend.fpo < 3
    assert totals["kwh"].low < result.spend.energy_kwh < totals["kwh"].high * 1.5
