import os
import pickle
import signal
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from evonas.evaluation.candidate import Terms, Trial
from evonas.evaluation.frames import HEAD_BYTES, framed, n_further, unframed
from evonas.evaluation.worker_process import (
    BEGINNING,
    Refusal,
    Task,
    used_memory_gb,
)
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

BOOT = (
    "import sys; from evonas.evaluation.worker_process import main; "
    "main(*map(int, sys.argv[1:]))"
)
SPEC = ProblemSpec("synthetic", Settings())


class Owner:
    """The other ends of a process's pipes."""

    def __init__(self):
        theirs_requests, self.requests = os.pipe()
        self.answers, theirs_answers = os.pipe()
        theirs_lifeline, self.lifeline = os.pipe()
        theirs = (theirs_requests, theirs_answers, theirs_lifeline)
        self.process = subprocess.Popen(
            [sys.executable, "-c", BOOT, *map(str, theirs)],
            pass_fds=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        for end in theirs:
            os.close(end)

    def say(self, message):
        os.write(self.requests, framed(pickle.dumps(message)))

    def hear(self):
        head = self._read(HEAD_BYTES)
        answer = pickle.loads(unframed(bytearray(head + self._read(n_further(head)))))
        return answer.record if isinstance(answer, Trial) else answer

    def _read(self, n):
        found = b""
        while len(found) < n:
            block = os.read(self.answers, n - len(found))
            assert block, self.process.stderr.read().decode()
            found += block
        return found


@contextmanager
def owned():
    owner = Owner()
    try:
        yield owner
    finally:
        owner.process.kill()
        owner.process.communicate()
        for end in (owner.requests, owner.answers, owner.lifeline):
            try:
                os.close(end)
            except OSError:  # the test has closed it
                continue


def test_it_serves_orders_until_its_owner_closes_the_requests():
    space = SPEC.open().space
    genomes = space.sample(3, np.random.default_rng(0))
    with owned() as owner:
        owner.say((SPEC, None))
        assert owner.hear() is None
        for seed in (1, 2):
            tasks = [Task(genome, seed) for genome in genomes]
            owner.say((Terms(("acc",), (), None, None), tasks))
            records = [owner.hear() for _ in tasks]
            assert [record.genome for record in records] == [task.genome for task in tasks]
            assert {(record.seed, record.error) for record in records} == {(seed, None)}
        os.close(owner.requests)
        assert owner.process.wait(20) == 0
        assert owner.process.stdout.read().count(BEGINNING) == 6


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        ((ProblemSpec("sinthetic", Settings()), None), "ValueError: unknown problem 'sintheti"),
        ((SPEC, 1e-6), "MemoryError: the memory limit of 1e-06 GB is less than the "),
    ],
)
def test_it_says_in_a_line_why_it_cannot_begin_and_ends(opening, reason):
    with owned() as owner:
        owner.say(opening)
        refusal = owner.hear()
        assert isinstance(refusal, Refusal)
        assert refusal.reason.startswith(reason)
        assert "\n" not in refusal.reason
        assert owner.process.wait(20) == 0


def test_it_ends_with_its_owner():
    with owned() as owner:
        owner.say((SPEC, None))
        assert owner.hear() is None
        os.close(owner.lifeline)
        assert owner.process.wait(20) == -signal.SIGIO


@pytest.mark.skipif(sys.platform != "linux", reason="counted on Linux alone")
def test_used_memory_is_what_a_limit_counts():
    before = used_memory_gb()
    taken = bytearray(200_000_000)
    assert used_memory_gb() - before == pytest.approx(0.2, abs=0.05)
    del taken
