"""Every command and the program on the page about explanations do what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evonas.explanation import attribution, counted, drivers, tables

PAGE = (Path(__file__).parents[1] / "docs" / "explain.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


def done(words, folder):
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.slow
def test_its_commands_and_its_program_run_one_after_the_other(tmp_path):
    search, explain, macs, best, knee = COMMANDS
    for command in (search, explain, macs, best, knee):
        out = done(["-m", "evonas.run", *command.split()[1:]], tmp_path)
        assert out or "--quiet" in command
    assert (tmp_path / "runs" / "made" / "explanation.png").exists()
    assert (tmp_path / "macs.svg").exists()
    (program,) = blocks("python")
    assert len(done(["-c", program], tmp_path).splitlines()) == 3
    assert (tmp_path / "macs.png").exists()


def test_the_numbers_on_it_are_those_of_the_code():
    told = " ".join(PAGE.split())
    assert f"at most {counted.MOST_TABULATED:,} genomes" in told
    assert f"on {tables.N_CHECKED:,} other genomes" in told
    assert f"below {50 * (1 + drivers.LEAST_KENDALL):.0f} %" in told
    assert f"{2 * attribution.N_ORDERS} drawn orders" in told
    assert attribution.MOST_EXACT == 8
    assert "more than eight genes differ" in told
