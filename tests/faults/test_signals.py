"""How a search ends when it is told to."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest
import toy
from faults.processes import soon, workers
from matrix import slow_but

SLOW = ["--problem", toy.reference("Slow"), "--option", "seconds=0.3", "--evaluations", "30"]
EVERY = list(product((signal.SIGINT, signal.SIGTERM), ("1", "2")))


def start(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "evonas.run", *SLOW, "--out", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def n_measured(folder):
    journal = folder / "records.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def left_by(process):
    """What joblib shares between processes bears the number of the one that made it."""
    places = [place for place in map(Path, ("/dev/shm", "/tmp")) if place.is_dir()]
    names = [path.name for place in places for path in place.iterdir()]
    return [name for name in names if f"{process.pid}" in re.findall(r"\d+", name)]


@pytest.mark.parametrize(
    ("number", "n_jobs"),
    slow_but([(signal.SIGINT, "2"), (signal.SIGTERM, "1")], EVERY, several=True),
)
def test_the_first_signal_lets_finish_what_has_begun(tmp_path, number, n_jobs):
    folder = tmp_path / "run"
    process = start(folder, "--n-jobs", n_jobs)
    assert soon(lambda: n_measured(folder) >= 2, 30)
    n_before = n_measured(folder)
    os.killpg(process.pid, number)  # as a terminal does
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "stopping after what is being measured" in err
    assert "Stopped: it was interrupted." in out
    assert out.endswith(f"To go on: evonas --resume {folder}\n")
    assert n_measured(folder) >= n_before + int(n_jobs) - 1
    assert (folder / "front.csv").exists()
    assert not workers()
    assert not left_by(process)


@pytest.mark.parametrize(
    ("number", "n_jobs"), slow_but([(signal.SIGINT, "2")], EVERY, several=True)
)
def test_the_second_signal_ends_it_at_once(tmp_path, number, n_jobs):
    folder = tmp_path / "run"
    process = start(folder, "--n-jobs", n_jobs, "--option", "seconds=60")
    assert soon(lambda: (folder / "records.jsonl").exists(), 30)  # before it workers only count
    assert soon(lambda: len(workers()) == int(n_jobs), 30)
    time.sleep(0.5)
    process.send_signal(number)
    assert any("stopping after what is being measured" in line for line in process.stderr)
    process.send_signal(number)
    started = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - started < 10
    assert process.returncode == 128 + number
    assert err == f"evonas: stopped at once; evonas --resume {folder} goes on\n"
    assert not workers()
    assert not left_by(process)
    assert json.loads((folder / "config.json").read_text())["config"]["evaluations"] == 30


def test_workers_do_not_outlive_a_search_that_is_killed(tmp_path):
    process = start(tmp_path / "run", "--n-jobs", "2", "--option", "seconds=60")
    assert soon(lambda: len(workers()) == 2, 30)
    process.kill()
    process.communicate()
    assert soon(lambda: not workers())
