"""What becomes of candidates and of worker processes, whatever happens to either."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest
import toy
from faults import faulty
from faults.processes import family, soon, workers
from matrix import slow_but

from evonas.evaluation import pool
from evonas.evaluation.candidate import Order, measure
from evonas.evaluation.pool import Pool
from evonas.evaluation.worker import LostError, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.faults import Fault
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem, Settings
from evonas.record import Record, candidate_seed

FATES = faulty.Faulty.space.genes[0].choices


class Unready(toy.Bowl):
    """Cannot be opened a second time."""

    def warm_up(self):
        raise RuntimeError("the disk is gone")


class Suicidal(toy.Bowl):
    def warm_up(self):
        os._exit(7)


def spec(problem, **options):
    return ProblemSpec(problem, Settings(options=tuple(options.items())))


def order(problem=toy.Bowl, *, wanted=("acc", "flops"), timeout=None, **options):
    return Order(spec(problem, **options), wanted, timeout=timeout)


def tasks(genomes):
    return [Task(genome, candidate_seed(0, genome)) for genome in genomes]


def never():
    return False


@pytest.fixture
def _interruptible():
    """A shell that runs tests in the background has them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_whatever_a_candidate_does_becomes_a_record_and_the_others_are_measured(n_jobs):
    genomes = [(fate, width, 1) for width in (1, 5) for fate in range(len(FATES))]
    genomes = [g for g in genomes if g[1] == 1 or FATES[g[0]] not in faulty.SLOW]
    where = contained(genomes, n_jobs=n_jobs, timeout=5.0)  # of which few are to be late
    for fate in ("raises", "diverges", "takes all memory", "hangs", *faulty.SLOW):
        assert f"in {fate.replace(' ', '_')}" in where[fate], where[fate]
    for fate in ("segfaults", "aborts"):
        assert f"in {fate}" in where[fate], where[fate]


def test_a_candidate_that_raises_prints_or_dies_becomes_a_record_too():
    endured = [fate for fate in FATES if faulty.KIND.get(fate) in ("raised", "invalid")]
    fates = ("fine 0", *endured, "prints megabytes", "takes all memory", "segfaults", "fine 1")
    where = contained([(FATES.index(fate), 1, 1) for fate in fates], n_jobs=1, timeout=60.0)
    for fate in ("raises", "takes all memory", "segfaults"):
        assert f"in {fate.replace(' ', '_')}" in where[fate], where[fate]


def contained(genomes, *, n_jobs, timeout):
    """Where each fate befell its candidate, after checking the records of all."""
    job = order(faulty.Faulty, timeout=timeout)
    with closing(Pool(job.spec, n_jobs=n_jobs)) as crew:
        records = {r.genome: r for r in crew.measure(job, tasks(genomes), should_stop=never)}
        assert set(records) == set(genomes)
    for genome, record in records.items():
        fate = FATES[genome[0]]
        assert record.kind == faulty.KIND.get(fate, ""), (fate, record)
        assert record.seed == candidate_seed(0, genome)
        assert (record.error is None) == (record.metrics != {}) == (fate not in faulty.KIND)
    assert not family()
    assert soon(lambda: not workers())
    return {FATES[genome[0]]: " ".join(record.trace) for genome, record in records.items()}


def test_a_worker_measures_what_this_process_would():
    job = order(faulty.Faulty)
    fates = ("fine 0", "raises", "is not a number")
    given = {task.genome: task for task in tasks([(FATES.index(f), 2, 3) for f in fates])}
    with closing(Pool(job.spec, n_jobs=1)) as crew:
        records = list(crew.measure(job, list(given.values()), should_stop=never))
    assert {record.genome for record in records} == set(given)
    for record in records:
        here = measure(job, record.genome, seed=given[record.genome].seed)
        found = (record.metrics, record.error, record.kind)
        assert found == (here.metrics, here.error, here.kind)


def test_tasks_that_take_no_time_are_handed_out_together():
    job = order()
    genomes = [(1, w, d, s) for w in range(5) for d in range(5) for s in (0, 1)] * 20
    with closing(Pool(job.spec, n_jobs=1)) as crew:
        chunks = []
        attend = crew._attend
        crew._attend = lambda job, chunk: chunks.append(len(chunk)) or attend(job, chunk)
        n = sum(1 for _ in crew.measure(job, tasks(genomes), should_stop=never))
    assert n == len(genomes) == sum(chunks)
    assert chunks[0] == 1
    assert len(chunks) < 20


def test_tasks_that_take_long_are_handed_out_one_by_one():
    job = order(toy.Slow, seconds="0.06")
    with closing(Pool(job.spec, n_jobs=1)) as crew:
        chunks = []
        attend = crew._attend
        crew._attend = lambda job, chunk: chunks.append(len(chunk)) or attend(job, chunk)
        assert sum(1 for _ in crew.measure(job, tasks([(1, 1, 1, 1)] * 5), should_stop=never))
    assert chunks == [1] * 5


class Played:
    """Plays a worker by a script: what becomes of each task, by the task's genome.

    A text is what the worker dies of, and an empty one that it measures the task.
    """

    def __init__(self, fates, *, seconds=0.01, is_fit=True):
        self.fates, self.seconds, self.is_fit = fates, seconds, is_fit
        self.chunks, self.ends = [], []

    def begin(self):
        if self.fates.get("begin") == "fails":
            raise WorkerError("it cannot begin")

    def measure(self, terms, tasks):
        self.chunks.append(len(tasks))
        for task in tasks:
            fate = self.fates.get(task.genome, [""]).pop(0)
            if fate:
                raise LostError(Fault(fate, f"it {fate}", ()), 2.0)
            yield Record(task.genome, {"acc": 50.0}, self.seconds, seed=task.seed)

    def kill(self):
        self.ends.append("killed")

    def dispose(self):
        self.ends.append("disposed")

    def dismiss(self):
        self.ends.append("dismissed")


def played(fates, *, n_jobs=1, **words):
    """A pool and the workers that it has made so far."""
    made = []

    def make(opening):
        made.append(Played(fates, **words))
        return made[-1]

    return Pool(order().spec, n_jobs=n_jobs, make_worker=make), made


def outcomes(crew, n, *, should_stop=never):
    genomes = [(i,) for i in range(n)]
    return [r.error for r in crew.measure(order(), tasks(genomes), should_stop=should_stop)]


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (0.01, [1, 5, 5, 5, 4]),  # five of them take the 0.05 s that are worth a message
        (0.024, [1, *[2] * 9, 1]),
        (0.05, [1] * 20),
        (9.0, [1] * 20),
        (0.0, [1, 19]),  # as if the shortest time, and so as many as there are
    ],
)
def test_so_many_tasks_are_handed_out_as_are_worth_a_message(seconds, sizes):
    crew, made = played({}, seconds=seconds)
    for _ in range(2):  # the second time as at first: another problem may take other times
        assert outcomes(crew, 20) == [None] * 20
        assert made[0].chunks == sizes
        made[0].chunks.clear()
    crew.close()
    assert [worker.ends for worker in made] == [["dismissed"]]


def test_every_worker_has_an_equal_share_of_what_is_left():
    crew, _ = played({}, n_jobs=2)
    crew._seconds, crew._n_measured = 1e-3, 10
    chunks = crew._chunks(tasks([(i,) for i in range(20)]), never)
    assert list(map(len, chunks)) == [10, 5, 3, 1, 1]  # a half, rounded up


@pytest.mark.parametrize(
    ("fates", "errors", "end"),
    [
        (["died", ""], [None, None, None], "dismissed"),
        (["died", "died"], [None, None, "it died, twice"], "disposed"),
        (["died", "timeout"], [None, None, "it timeout"], "disposed"),
        (["timeout"], [None, "it timeout", None], "dismissed"),
    ],
)
def test_a_worker_that_a_candidate_took_along_is_not_engaged_again(fates, errors, end):
    crew, made = played({(1,): list(fates)})
    assert outcomes(crew, 3) == errors
    crew.close()
    assert [worker.ends for worker in made] == [["disposed"], [end]]


def test_a_worker_that_is_unfit_after_its_tasks_is_replaced():
    crew, made = played({}, is_fit=False, seconds=1.0)
    assert outcomes(crew, 3) == [None] * 3
    assert [worker.ends for worker in made] == [["disposed"]] * 3
    crew.close()


def test_a_second_loss_counts_unless_all_is_to_end():
    stops = iter([False, False, True])  # before the task, before its second try, and after it
    crew, _ = played({(0,): ["died", "died"]})
    assert outcomes(crew, 1, should_stop=lambda: next(stops, True)) == []
    crew, _ = played({(0,): ["died", ""]})
    stops = iter([False, False, True])
    assert outcomes(crew, 1, should_stop=lambda: next(stops, True)) == [None]


def test_a_worker_that_begins_is_kept_and_one_that_cannot_is_not():
    crew, made = played({})
    crew.begin()
    assert outcomes(crew, 1) == [None]
    assert [worker.ends for worker in made] == [[]]
    crew.close()
    crew, made = played({"begin": "fails"})
    with pytest.raises(WorkerError, match="it cannot begin"):
        crew.begin()
    assert [worker.ends for worker in made] == [["disposed"]]
    crew.close()
    assert made[0].ends == ["disposed"]


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
@pytest.mark.usefixtures("_interruptible")
def test_who_stops_taking_records_stops_the_workers_at_once(n_jobs):
    job = order(toy.Slow, seconds="60")
    crew = Pool(job.spec, n_jobs=n_jobs)
    timer = threading.Timer(0.8, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(crew.measure(job, tasks([(1, 1, 1, 1)] * 4), should_stop=never))
    assert time.monotonic() - started < 10
    assert not family()


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_consumer_that_breaks_off_leaves_nothing_behind(n_jobs):
    job = order(toy.Slow, seconds="0.05")
    crew = Pool(job.spec, n_jobs=n_jobs)
    with closing(crew.measure(job, tasks([(1, 1, 1, 1)] * 40), should_stop=never)) as records:
        next(records)
    assert not family()


def test_a_killed_worker_takes_one_candidate_with_it_and_that_is_tried_again():
    job = order(toy.Slow, seconds="0.3")
    genomes = [(1, width, depth, 1) for width in range(3) for depth in range(3)]
    with closing(Pool(job.spec, n_jobs=2)) as crew:
        records = []
        for record in crew.measure(job, tasks(genomes), should_stop=never):
            records.append(record)
            if len(records) in (2, 5):
                victim = next(
                    pid for pid, words in family().items() if "worker_process" in words
                )
                os.kill(victim, signal.SIGKILL)
    assert {record.genome for record in records} == set(genomes)
    assert [record.error for record in records] == [None] * len(genomes)
    assert not family()


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Unready, "a worker process cannot open the problem: RuntimeError: the disk is gone"),
        (Suicidal, "cannot open the problem: its worker process ended with status 7"),
        pytest.param(
            "/nowhere/mine.py:Mine",
            "cannot open the problem: FileNotFoundError: no such file",
            marks=pytest.mark.slow,
        ),
    ],
)
@pytest.mark.parametrize("n_jobs", slow_but([1], [1, 2]))
def test_a_worker_that_cannot_begin_ends_it_all(problem, message, n_jobs, monkeypatch):
    monkeypatch.setattr(pool, "PAUSES_S", (0.01, 0.02))
    job = order(problem)
    crew = Pool(job.spec, n_jobs=n_jobs)
    with pytest.raises(WorkerError, match=message):
        list(crew.measure(job, tasks([(1, 1, 1, 1)] * 3), should_stop=never))
    assert not family()


class Hesitant(toy.Bowl):
    """Cannot be opened at first."""

    options: ClassVar = {"marker": ""}

    def warm_up(self):
        marker = Path(self.option["marker"])
        if not marker.exists():
            marker.touch()
            raise OSError("the network drive is not there yet")


@pytest.mark.parametrize("n_jobs", slow_but([1], [1, 2]))
def test_a_worker_that_cannot_begin_at_once_is_replaced(n_jobs, tmp_path):
    job = order(Hesitant, marker=str(tmp_path / "marker"))
    with Pool(job.spec, n_jobs=n_jobs) as crew:
        records = list(crew.measure(job, tasks([(1, 1, 1, 1)] * 4), should_stop=never))
    assert (tmp_path / "marker").exists()
    assert [record.error for record in records] == [None] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_worker_may_take_so_much_memory_and_no_more(monkeypatch):
    monkeypatch.setattr(pool, "PAUSES_S", (0.01, 0.02))
    job = order(Hungry)
    with closing(Pool(job.spec, n_jobs=1, memory_limit_gb=0.5)) as crew:
        records = list(crew.measure(job, tasks([(0,), (1,), (0,)]), should_stop=never))
    assert [record.kind for record in records] == ["", "memory", ""]
    with (
        closing(Pool(job.spec, n_jobs=1, memory_limit_gb=0.001)) as crew,
        pytest.raises(WorkerError, match=r"memory limit of 0.001 GB is less than the .* GB"),
    ):
        list(crew.measure(job, tasks([(0,)]), should_stop=never))


class Hungry(Problem):
    """The second of its two architectures takes a gigabyte."""

    space = toy.SearchSpace((toy.Gene("size", (1, 2)),))
    objectives = (toy.ACC, toy.FLOPS)

    def measure(self, genome, wanted, *, seed):
        taken = bytearray(1_000_000_000 * genome[0])
        return {"acc": 50.0, "flops": float(len(taken))}


@pytest.mark.parametrize("n_jobs", slow_but([1], [1, 2]))
def test_workers_die_with_their_owner_however_it_ends(n_jobs, tmp_path):
    code = f"""
import sys; sys.path[:0] = {[str(Path(toy.__file__).parents[i]) for i in (0, 1)]!r}
from tests.evaluation.test_pool import *
job = order(faulty.Faulty, seconds="0.1")
genomes = [(FATES.index("leaves a child"), 1, 1), (FATES.index("hangs"), 1, 1)] * {n_jobs}
for record in Pool(job.spec, n_jobs={n_jobs}).measure(job, tasks(genomes), should_stop=never):
    print("one", flush=True)
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline() == "one\n"
    assert workers()
    owner.kill()
    owner.communicate()
    assert soon(lambda: not workers())


def test_a_class_that_no_module_has_reaches_the_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from evonas import Config, Gene, Objective, Problem, SearchSpace, search\n"
        "class Mine(Problem):\n"
        "    space = SearchSpace([Gene('a', (1, 2, 3, 4))])\n"
        "    objectives = (Objective('f', '', 'f', +1),)\n"
        "    def measure(self, genome, wanted, *, seed):\n"
        "        return {'f': float(genome[0])}\n"
        "result = search(Config(evaluations=4, n_jobs=2), problem=Mine)\n"
        "print(result.front[0].metrics, [r.error for r in result.records])\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.stdout == "{'f': 0.0} [None, None, None, None]\n", done.stderr


def test_results_do_not_depend_on_the_number_of_workers_through_libraries():
    job = order(Threads, wanted=("acc",))
    for n_jobs in (1, 2):
        with closing(Pool(job.spec, n_jobs=n_jobs)) as crew:
            records = list(crew.measure(job, tasks([(0,), (1,)]), should_stop=never))
        assert {record.metrics["acc"] for record in records} == {1.0}


class Threads(Problem):
    """Tells with how many threads libraries would work."""

    space = toy.SearchSpace((toy.Gene("any", (1, 2)),))
    objectives = (toy.ACC,)

    def measure(self, genome, wanted, *, seed):
        return {"acc": float(os.environ["OMP_NUM_THREADS"])}


def test_nothing_is_left_open():
    job = order()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    with closing(Pool(job.spec, n_jobs=2)) as crew:
        list(crew.measure(job, tasks([(1, 1, 1, 1)] * 4), should_stop=never))
    assert len(os.listdir("/proc/self/fd")) == before
