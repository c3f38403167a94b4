import pickle
import time

import pytest
import toy
from faults import faulty
from faults.processes import family, soon
from matrix import slow_but

from evonas.evaluation.candidate import Order
from evonas.evaluation.worker import LostError, Worker, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Measurement, Settings

FATES = faulty.Faulty.space.genes[0].choices


class Chatty(toy.Bowl):
    """Has much to say: half a megabyte of curve, and a megabyte of print."""

    def measure(self, genome, wanted, *, seed):
        print("words " * 200_000)
        curve = tuple({"epoch": float(i), "acc": 50.0} for i in range(20_000))
        return Measurement({"acc": 50.0, "flops": 1.0}, curve)


@pytest.fixture
def hire():
    hired = []

    def start(problem):
        spec = ProblemSpec(problem, Settings())
        hired.append(Worker(pickle.dumps((spec, None))))
        return hired[-1]

    yield start
    for worker in hired:
        worker.dispose()
        worker.dispose()  # a second time does no harm
    assert not family()


def order(problem, timeout=None):
    return Order(ProblemSpec(problem, Settings()), ("acc", "flops"), timeout=timeout)


def measured(worker, problem, genomes, timeout=None):
    return list(worker.measure(order(problem, timeout).terms, [Task(g, 5) for g in genomes]))


def test_records_come_in_the_order_of_the_tasks(hire):
    genomes = [(1, width, 2, 1) for width in range(5)]
    worker = hire(toy.Bowl)
    for _ in range(2):
        records = measured(worker, toy.Bowl, genomes)
        assert [record.genome for record in records] == genomes
        assert {record.seed for record in records} == {5}


def test_long_answers_and_long_prints_pass(hire):
    records = measured(hire(Chatty), Chatty, [(1, 1, 1, 1)] * 3)
    assert [len(record.curve) for record in records] == [20_000] * 3


@pytest.mark.parametrize(
    ("fate", "reason", "place"),
    [
        ("is killed", "its worker process was killed by SIGKILL", ""),
        ("ends its process", "its worker process ended with status 0", ""),
        ("segfaults", "its worker process was killed by SIGSEGV", "in segfaults"),
        ("is interrupted", "its worker process was killed by SIGINT", "KeyboardInterrupt"),
    ],
)
def test_a_process_that_dies_says_how_and_where(hire, fate, reason, place):
    worker = hire(faulty.Faulty)
    with pytest.raises(LostError, match=reason) as lost:
        measured(worker, faulty.Faulty, [(0, 1, 1), (FATES.index(fate), 1, 1), (1, 1, 1)])
    assert (lost.value.fault.kind, lost.value.fault.reason) == ("died", reason)
    assert place in " ".join(lost.value.fault.trace)


def test_an_owner_that_listens_late_hears_the_last_word(hire, monkeypatch):
    def send_and_sleep(worker, message):
        send(worker, message)
        if worker._is_ready:
            assert soon(lambda: worker._process.poll() is not None, seconds=60)

    send = Worker._send
    monkeypatch.setattr(Worker, "_send", send_and_sleep)
    for fate, words in (("segfaults", "in segfaults"), ("is killed", "")):
        with pytest.raises(LostError) as lost:
            measured(hire(faulty.Faulty), faulty.Faulty, [(0, 1, 1), (FATES.index(fate), 1, 1)])
        said = " ".join(lost.value.fault.trace)
        assert words in said if words else not said


@pytest.mark.parametrize("fate", slow_but(["hangs in native code"], sorted(faulty.SLOW)))
def test_a_process_that_hangs_says_where(hire, fate):
    worker = hire(faulty.Faulty)
    with pytest.raises(LostError, match=r"took longer than 0\.3 s; its wor") as lost:
        measured(worker, faulty.Faulty, [(FATES.index(fate), 1, 1)], timeout=0.3)
    assert lost.value.fault.kind == "timeout"
    assert lost.value.fault.trace[-1].endswith(f"in {fate.replace(' ', '_')}")


def test_a_process_that_was_killed_before_is_lost(hire):
    worker = hire(toy.Bowl)
    measured(worker, toy.Bowl, [(1, 1, 1, 1)])
    worker.kill()
    with pytest.raises(LostError, match="its worker process was killed by SIGKILL"):
        measured(worker, toy.Bowl, [(1, 1, 1, 1)])


def test_a_process_that_cannot_open_its_problem_says_why(hire):
    with pytest.raises(WorkerError, match="cannot open the problem: ValueError: unknown prob"):
        measured(hire("digit"), toy.Bowl, [(1, 1, 1, 1)])


def test_an_idle_process_ends_by_itself(hire, monkeypatch):
    monkeypatch.setattr("evonas.evaluation.worker.FAREWELL_S", 60)
    worker = hire(toy.Bowl)
    measured(worker, toy.Bowl, [(1, 1, 1, 1)])
    started = time.monotonic()
    worker.dismiss()
    assert time.monotonic() - started < 30  # it was not killed when the time was over
    assert not family()
