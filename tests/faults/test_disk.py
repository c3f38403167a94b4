"""What becomes of a search whose run directory gives way under it."""

import json
import shutil
import subprocess
import sys
import threading
from itertools import product

import pytest
import toy
from faults.processes import soon, workers
from matrix import slow_but

from evonas.commands import main as run
from evonas.runs.journal import read_journal

WORDS = ["--problem", toy.reference("Slow"), "--pop-size", "4", "--quiet"]
MOST_BYTES = "6500"  # of a file: more than the config has, less than all records have
LIMITED = """
import resource, sys
from evonas.run import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
raise SystemExit(main(sys.argv[2:]))
"""


def evonas(*words):
    return run.main([*WORDS, *map(str, words)])


@pytest.mark.parametrize("n_jobs", slow_but(["2"], ["0", "1", "2"]))
def test_a_disk_that_fills_up_ends_the_search_and_spoils_nothing(tmp_path, n_jobs):
    folder = tmp_path / "run"
    words = ["--evaluations", "40", "--n-jobs", n_jobs, "--option", "seconds=0"]
    limited = [sys.executable, "-c", LIMITED, MOST_BYTES, *WORDS, *words, "--out", str(folder)]
    done = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "records.jsonl" in done.stderr
    assert "File too large" in done.stderr
    kept = read_journal(folder / "records.jsonl")
    assert 5 < len(kept) < 40
    assert (folder / "records.jsonl").read_bytes().endswith(b"\n")
    assert run.main(["--resume", str(folder), "--quiet"]) == 0
    assert evonas(*words, "--out", tmp_path / "whole") == 0
    fronts = [(path / "front.csv").read_bytes() for path in (folder, tmp_path / "whole")]
    assert fronts[0] == fronts[1]
    after = read_journal(folder / "records.jsonl")
    assert {genome: after[genome] for genome in kept} == kept


@pytest.mark.parametrize(
    ("n_jobs", "what"),
    slow_but(
        [("2", "moved"), ("1", "deleted")],
        product(("1", "2"), ("moved", "deleted")),
        several=True,
    ),
)
def test_a_directory_that_goes_away_ends_the_search(tmp_path, capsys, n_jobs, what):
    folder, elsewhere = tmp_path / "run", tmp_path / "elsewhere"

    def take_away():
        journal = folder / "records.jsonl"
        assert soon(lambda: journal.exists() and journal.stat().st_size > 500, 30)
        if what == "moved":
            folder.rename(elsewhere)
        else:
            while folder.exists():  # something may be written into it meanwhile
                shutil.rmtree(folder, ignore_errors=True)

    thread = threading.Thread(target=take_away)
    thread.start()
    status = evonas("--evaluations", 40, "--n-jobs", n_jobs, "--out", folder)
    thread.join()
    said = capsys.readouterr().err
    assert status == 1
    assert said.count("\n") == 1
    assert "moved or deleted while" in said
    assert not folder.exists()
    assert not workers()
    if what == "moved":
        kept = read_journal(elsewhere / "records.jsonl")
        assert 2 < len(kept) < 40
        assert run.main(["--resume", str(elsewhere), "--quiet"]) == 0
        after = read_journal(elsewhere / "records.jsonl")
        assert {genome: after[genome] for genome in kept} == kept


def test_a_second_process_on_a_run_is_refused_and_readers_are_not(tmp_path, capsys):
    folder = tmp_path / "run"
    words = [*WORDS, "--option", "seconds=0.2", "--evaluations", "900", "--out", str(folder)]
    process = subprocess.Popen([sys.executable, "-m", "evonas.run", *words])
    try:
        journal = folder / "records.jsonl"
        assert soon(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 2, 30)
        assert run.main(["--resume", str(folder), "--quiet"]) == 2
        said = capsys.readouterr().err
        assert "is in use: another process is writing to it" in said
        assert said.count("\n") == 1
        assert run.main(["plot", str(folder), "--out", str(tmp_path / "now.png")]) == 0
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    assert run.main(["--resume", str(folder), "--quiet", "--evaluations", "8"]) == 0


def test_a_run_directory_that_cannot_be_made_is_a_mistake(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert evonas("--out", tmp_path / "file" / "run") == 2
    assert "Not a directory" in capsys.readouterr().err


def test_a_torn_last_line_is_cut_off_and_said(tmp_path, caplog):
    folder = tmp_path / "run"
    words = ["--evaluations", "12", "--n-jobs", "0", "--option", "seconds=0"]
    assert evonas(*words, "--out", folder) == 0
    journal = folder / "records.jsonl"
    before = journal.read_bytes()
    journal.write_bytes(before[:-20])
    assert run.main(["--resume", str(folder), "--quiet"]) == 0
    assert "the last line was not finished" in caplog.text
    genomes = [json.loads(line)["genome"] for line in before.splitlines()]
    assert [json.loads(line)["genome"] for line in journal.open("rb")] == genomes
