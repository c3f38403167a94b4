"""What CONTRIBUTING.md tells to run is there, and works where nothing is left to fill in."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", PAGE.replace("```", ""))]
SECTIONS = dict(
    re.findall(r"^## A[n]? (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
)


def test_each_seam_has_five_numbered_steps_and_each_step_a_proof():
    assert {"problem", "metric", "task", "executor", "strategy", "listener"} <= SECTIONS.keys()
    for name, text in SECTIONS.items():
        steps = re.findall(r"^(\d)\. (.*?)(?=^\d\. |\Z)", text, re.MULTILINE | re.DOTALL)
        assert [number for number, _ in steps] == list("12345"), name
        assert all("`" in step for _, step in steps), name


def test_every_test_that_it_names_is_there():
    named = {
        word
        for text in QUOTED
        if text.startswith("pytest ")
        for word in shlex.split(text)
        if word.startswith("tests/") and "NAME" not in word
    }
    assert len(named) > 10
    assert all((ROOT / word).exists() for word in named), named


@pytest.mark.slow
def test_a_metric_is_added_as_it_says(tmp_path):
    shutil.copy(ROOT / "tests" / "mem.py", tmp_path)
    steps = [text for text in QUOTED if "mem.py:PeakMemory" in text or "grep peak" in text]
    for command in ['python -c "import mem"', *steps]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
