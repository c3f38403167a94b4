"""Searches on a problem that fails in every way, killed at random instants and resumed.

A trial is one search, run twice from the command line: once left alone, and once killed
several times, by SIGKILL at random instants, and resumed each time. Both suffer the same faults
of their candidates, for these belong to genomes.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faults import faulty
from faults.processes import soon, workers

from evonas.record import Record
from evonas.runs.journal import read_journal

POP_SIZE = 10
TIMEOUT_S = 0.4
CANDIDATE_S = 0.02  # that each candidate takes, so that most kills find one being measured
MAX_RECORDS, MAX_PAUSE_S = 8, 0.06  # from the last record before a start to a kill
PROBLEM = f"{Path(faulty.__file__).resolve()}:Faulty"


@dataclass
class Outcome:
    """What a trial did, and what went wrong with the engine, which should be nothing.

    Attributes:
        faults: Of candidates, by kind.
        n_kills: Of the whole process.
        lost: Measurements that were in the journal before a kill, and not after it.
        differing: Trials whose two fronts differ.
        spoilt: Fronts with a candidate on them that failed, or should have.
        orphans: Worker processes that outlived their owner.
        wrong: Anything else, in words.
    """

    faults: Counter[str] = field(default_factory=Counter)
    n_kills: int = 0
    lost: int = 0
    differing: int = 0
    spoilt: int = 0
    orphans: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Count another trial's as well."""
        self.faults += other.faults
        self.wrong += other.wrong
        for name in ("n_kills", "lost", "differing", "spoilt", "orphans"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.faults.items()))
        return (
            f"{self.faults.total()} faults ({kinds}), {self.n_kills} kills: {self.lost} lost, "
            f"{self.differing} fronts differ, {self.spoilt} fronts spoilt, {self.orphans} "
            f"orphans, {len(self.wrong)} otherwise wrong {self.wrong or ''}"
        )


def trial(
    folder: Path,
    *,
    algorithm: str,
    n_jobs: int,
    seed: int,
    evaluations: int,
    n_kills: int,
    pop_size: int = POP_SIZE,
) -> Outcome:
    """Run one search alone, and once more with kills; compare them."""
    outcome = Outcome()
    words = ["--problem", PROBLEM, "--algorithm", algorithm, "--pop-size", str(pop_size)]
    words += ["--evaluations", str(evaluations), "--seed", str(seed), "--quiet"]
    words += ["--timeout", str(TIMEOUT_S), "--n-jobs", str(n_jobs), "--max-failures", "1"]
    words += ["--option", f"seconds={CANDIDATE_S}"]
    alone, killed = folder / "alone", folder / "killed"
    _finish([*words, "--out", str(alone)], outcome)
    chance = random.Random(f"{algorithm} {n_jobs} {seed}")
    begin: Sequence[str] = [*words, "--out", str(killed)]
    for _ in range(n_kills):
        n_more, pause_s = chance.randint(0, MAX_RECORDS), chance.uniform(0, MAX_PAUSE_S)
        _kill(begin, killed, outcome, n_more=n_more, pause_s=pause_s)
        if (killed / "config.json").exists():
            begin = ["--resume", str(killed), "--quiet"]
    _finish(begin, outcome)
    _compare(alone, killed, outcome)
    return outcome


def _start(words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "evonas.run", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(words: Sequence[str], outcome: Outcome) -> None:
    process = _start(words)
    _, said = process.communicate()
    if process.returncode != 0 or "Traceback" in said:
        outcome.wrong.append(f"{' '.join(words)}: status {process.returncode}: {said[-500:]}")
    _count_orphans(outcome)


def _kill(
    words: Sequence[str], folder: Path, outcome: Outcome, *, n_more: int, pause_s: float
) -> None:
    """Kill the process somewhere after some more records; all it had written must remain."""
    before = _records(folder)
    process = _start(words)
    soon(lambda: process.poll() is not None or _size(folder) >= len(before) + n_more, 60)
    time.sleep(pause_s)
    outcome.n_kills += process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _count_orphans(outcome)
    after = _records(folder)
    outcome.lost += sum(after.get(genome) != record for genome, record in before.items())


def _size(folder: Path) -> int:
    journal = folder / "records.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else -1


def _records(folder: Path) -> dict[tuple[int, ...], Record]:
    return read_journal(folder / "records.jsonl")


def _count_orphans(outcome: Outcome) -> None:
    if not soon(lambda: not workers()):
        outcome.orphans += len(workers())


def _compare(alone: Path, killed: Path, outcome: Outcome) -> None:
    fronts = [(folder / "front.csv").read_bytes() for folder in (alone, killed)]
    outcome.differing += fronts[0] != fronts[1]
    for folder in (alone, killed):
        records = _records(folder)
        for record in records.values():
            fate, _, _ = faulty.Faulty.space.decode(record.genome).values()
            outcome.faults[record.kind or fate if fate in faulty.ODDITIES else record.kind] += 1
            if record.kind != faulty.KIND.get(fate, ""):
                outcome.wrong.append(f"{fate} became {record.kind!r}: {record.error}")
        rows = (folder / "front.csv").read_text().splitlines()[1:]
        members = [tuple(map(int, row.partition(",")[0].split())) for row in rows]
        outcome.spoilt += any(records[genome].error is not None for genome in members)
    del outcome.faults[""]
