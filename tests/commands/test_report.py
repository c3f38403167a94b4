import signal
import subprocess
import sys
import time

import pytest
from pages.sample_runs import write_run

from evonas.commands import main as commands
from evonas.commands import report
from evonas.runs.folder import RECORDS
from evonas.runs.journal import Journal


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run", n=6)


@pytest.fixture
def said(capsys):
    def call(*words):
        status = commands.main(["report", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_the_file_that_was_written_is_named(said, run, tmp_path):
    assert said(run, "--networks", "none") == (0, f"{run / 'report.html'}\n", "")
    out = tmp_path / "page.html"
    assert said(run, "--out", out, "--networks", "none") == (0, f"{out}\n", "")
    assert out.is_file()


def test_progress_is_shown_on_a_terminal_alone(monkeypatch, capsys):
    report._show_progress(0, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    report._show_progress(0, 2)
    report._show_progress(1, 2)
    assert capsys.readouterr().err == "\rNetworks: 1 of 2\rNetworks: 2 of 2\n"


def test_a_run_that_has_ended_is_followed_to_its_end_at_once(said, run):
    status, out, err = said(run, "--follow", "--networks", "none")
    assert (status, out) == (0, f"{run / 'report.html'}\n")
    assert err == f"Following: {run / 'report.html'}; Ctrl-C ends it\n"


def test_a_damaged_run_is_one_line(said, run):
    (run / RECORDS).write_text("{}\n{}\n")
    status, out, err = said(run)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "line 1: not a record" in err


@pytest.mark.parametrize("is_locked", [True, False], ids=["going on", "cut short"])
def test_ctrl_c_ends_the_following_and_leaves_a_page_that_stands_still(tmp_path, is_locked):
    run = write_run(tmp_path / "run", n=6, has_ended=False)
    journal = Journal(run / RECORDS) if is_locked else None
    words = ["report", str(run), "--follow", "--every", "1", "--networks", "none"]
    with subprocess.Popen(
        [sys.executable, "-m", "evonas.run", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        end = time.monotonic() + 60
        while not (run / "report.html").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert '"live":1.0' in (run / "report.html").read_text()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"{run / 'report.html'}\n")
    assert ("waiting all the same" in err) is not is_locked
    assert "Traceback" not in err
    assert '"live":0' in (run / "report.html").read_text()
    if journal:
        journal.close()
