"""A reader who does in a folder of his own what pages say, and looks at what comes of it."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

from documentation import Block, Page, all_pages, in_words, without_setup

PATIENCE = 900  # seconds that a block may take on a machine that has other things to do
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
INTERPRETER = """
import json, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    status = 0
    try:
        exec(compile(json.loads(line), "<page>", "exec"), names)
    except BaseException:
        traceback.print_exc()
        status = 1
    print(f"\\nstatus {status}", flush=True)
"""


def environment() -> dict[str, str]:
    """That of this process, in which ``python`` and ``evonas`` are those that are tested."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "96", "MPLBACKEND": "agg"}


def shell(command: str, folder: Path) -> tuple[int, str]:
    """Run a command to its end: its status, and what a terminal would have shown.

    Args:
        command: what bash is given.
        folder: where it is run.
    """
    process = subprocess.Popen(
        ["bash", "-e", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        shown, _ = process.communicate(timeout=PATIENCE)
    finally:
        with suppress(OSError):  # whatever it has left running
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, shown


class Interpreter:
    """A Python in which one block after the other is run, as in a notebook.

    Args:
        folder: where it runs.
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", INTERPRETER],
            cwd=folder,
            env={**environment(), "PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, program: str) -> tuple[int, str]:
        """Run a program with the names that earlier ones have left: status, what it showed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = Timer(PATIENCE, self._process.kill)
        timer.start()
        print(json.dumps(program), file=self._process.stdin, flush=True)
        shown = []
        for line in self._process.stdout:
            if line.startswith("status "):
                timer.cancel()
                return int(line.split()[1]), "".join(shown)
            shown.append(line)
        return 1, "".join(shown)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


@dataclass
class Reading:
    """How far one page was carried out.

    Attributes:
        folder: where it is carried out.
        failures: what went wrong at each block so far, by its line; empty where nothing did.
        python: what runs its programs, once there was one.
    """

    folder: Path
    failures: dict[int, str] = field(default_factory=dict)
    python: Interpreter | None = None

    def do(self, block: Block) -> str:
        """What goes wrong when a block is carried out; empty if nothing does."""
        if block.file:
            place = self.folder / block.file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text.partition("\n")[2], encoding="utf-8")
            return ""
        if block.language == "python":
            self.python = self.python or Interpreter(self.folder)
            status, shown = self.python.run(block.text)
            return f"{block} fails:\n{shown}" if status else ""
        for command, told in block.steps():
            status, shown = shell(without_setup(command), self.folder)
            if status:
                return f"{block} ends with status {status}: {command}\n{shown}"
            if wrong := difference(told, shown, block):
                return f"{block}, {command}: {wrong}"
        return self.left_out(block)

    def left_out(self, block: Block) -> str:
        """Which run directory, of those that a block names, lacks a file."""
        for command in block.commands():
            for name in re.findall(r"^evonas -[^|]* --out (runs/\S+)$", command):
                there = {path.name for path in (self.folder / name).glob("*")}
                if lacks := {"config.json", "front.csv", "records.jsonl"} - there:
                    return f"{block}: {name} lacks {sorted(lacks)}"
        return ""


def difference(told: str | None, shown: str, block: Block) -> str:
    """How what was shown differs from what a page says; empty if it does not.

    Args:
        told: what the page says; three dots stand for anything. None if it says nothing.
        shown: what a terminal would have shown.
        block: the block that shows it, which may say that figures differ.
    """
    if told is None:
        return ""
    wanted, got = told, shown
    if block.text.startswith("# figures differ"):
        wanted, got = in_words(told), in_words(shown)
    if doctest.OutputChecker().check_output(wanted + "\n", got.strip("\n") + "\n", LIKE):
        return ""
    return f"the page says\n{told}\nand shown was\n{shown}"


class Reader:
    """Carries pages out, each in its own folder, no block more than once.

    Args:
        desk: an empty folder.
        pages: the pages by name; all that there are if left out.
        passed_over: blocks that others look at.
    """

    def __init__(
        self,
        desk: Path,
        *,
        pages: dict[str, Page] | None = None,
        passed_over: Collection[Block] = (),
    ) -> None:
        self._desk = desk
        self._passed_over = passed_over
        self._pages = all_pages() if pages is None else pages
        self._readings: dict[str, Reading] = {}

    def failure(self, block: Block) -> str:
        """What goes wrong at a block, after all before it; empty if nothing does."""
        reading = self._reading(block.page)
        for other in self._pages[block.page].blocks:
            if other.line > block.line:
                break
            if other.line not in reading.failures and self.can_do(other):
                reading.failures[other.line] = reading.do(other)
        return reading.failures.get(block.line, "")

    def can_do(self, block: Block) -> bool:
        """Whether a block is to be carried out, and what it needs is there."""
        lies = Path(os.environ.get("EVONAS_DATA", "nowhere"), block.data).exists()
        if block in self._passed_over or block.why_not_run:
            return False
        return block.is_a_demand and (not block.data or lies)

    def close(self) -> None:
        """End what still runs."""
        for reading in self._readings.values():
            if reading.python is not None:
                reading.python.close()

    def _reading(self, name: str) -> Reading:
        if name not in self._readings:
            folder = self._desk / re.sub(r"\W", "-", name)
            earlier = self._pages[name].after
            if earlier:
                self.failure(self._pages[earlier].blocks[-1])
                shutil.copytree(self._reading(earlier).folder, folder)
            else:
                folder.mkdir()
            self._readings[name] = Reading(folder)
        return self._readings[name]
