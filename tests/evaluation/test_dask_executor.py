"""A Dask cluster whose parts die: no record is lost, none comes twice, and nothing is left."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import toy
from faults.cluster import cluster
from faults.processes import MARK, family, soon, workers

from evonas.evaluation.candidate import Order
from evonas.evaluation.engines import make_executor
from evonas.evaluation.worker import WorkerError
from evonas.evaluation.worker_process import Task
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.record import candidate_seed

GENOMES = [(1, width, depth, 1) for width in range(4) for depth in range(3)]
SLOW = ["--problem", toy.reference("Slow"), "--option", "seconds=0.3", "--evaluations", "20"]


def order(problem=toy.Bowl, **options):
    return Order(
        ProblemSpec(problem, Settings(options=tuple(options.items()))), ("acc", "flops")
    )


def tasks(genomes):
    return [Task(genome, candidate_seed(0, genome)) for genome in genomes]


def never():
    return False


def bearing(mark):
    """Processes that were started with a mark in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}\0".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:  # it has just ended
            continue
    return found


def start(folder, *words, mark=None, resume=False):
    begin = ["--resume", folder] if resume else [*SLOW, "--out", folder]
    return subprocess.Popen(
        [sys.executable, "-m", "evonas.run", *begin, "--n-jobs", "2", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, MARK: mark or os.environ[MARK]},
    )


def n_measured(folder):
    journal = folder / "records.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_an_address_where_nobody_answers_is_refused_within_seconds(monkeypatch):
    monkeypatch.setattr("evonas.evaluation.dask_executor.CONNECT_S", 1.0)
    where = f"tcp://127.0.0.1:{closed_port()}"
    started = time.monotonic()
    chosen = make_executor(order().spec, engine=f"dask:{where}", n_jobs=1)
    with pytest.raises(WorkerError, match=rf"no Dask cluster at {where} .*; is its scheduler"):
        chosen.begin()
    chosen.close()
    assert time.monotonic() - started < 10


def test_without_the_library_the_engine_says_how_to_get_it(tmp_path):
    code = (
        "import sys\nsys.modules['distributed'] = None\n"
        "from evonas.run import main\n"
        "words = '--engine dask --n-jobs 1 --problem synthetic --out run'.split()\n"
        "sys.exit(main(words))"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode != 0
    assert "pip install 'evonas[dask]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_cluster_begun_here_listens_on_loopback_alone_and_leaves_nothing():
    before = set(family())
    job = order()
    with make_executor(job.spec, engine="dask", n_jobs=1) as chosen:
        records = list(chosen.measure(job, tasks(GENOMES), should_stop=never))
        pids = set(family()) - before | {os.getpid()}
        assert listening(pids) <= {"0100007F"}
    assert {record.genome for record in records} == set(GENOMES)
    assert soon(lambda: not workers())
    left = {pid: words for pid, words in family().items() if pid not in before}
    assert not [words for words in left.values() if "resource_tracker" not in words], left


def listening(pids):
    """Addresses, as the kernel writes them, on which processes wait for connections."""
    inodes = set()
    for pid in pids:
        for place in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(os.readlink(place).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in inodes:
                found.add(words[1].partition(":")[0])
    return found


@pytest.mark.slow
def test_what_a_killed_dask_worker_was_measuring_is_measured_again_by_another(tmp_path):
    job = order(toy.Slow, seconds="0.4")
    with cluster(tmp_path) as begun:
        chosen = make_executor(job.spec, engine=f"dask:{begun.address}", n_jobs=2)
        found = []
        with chosen:
            for record in chosen.measure(job, tasks(GENOMES), should_stop=never):
                found.append(record)
                if len(found) == 3:
                    os.kill(begun.workers[0].pid, signal.SIGKILL)
    assert sorted(record.genome for record in found) == sorted(GENOMES)
    assert [record.error for record in found] == [None] * len(GENOMES)
    assert soon(lambda: not workers())


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Of the search without Dask that nothing interrupts."""
    folder = tmp_path_factory.mktemp("local") / "run"
    process = start(folder)
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return (folder / "front.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "is_ours",
    [
        pytest.param(True, id="begun here"),
        pytest.param(False, id="running"),
    ],
)
def test_a_search_whose_process_is_killed_goes_on_to_the_same_front(tmp_path, front, is_ours):
    folder, mark = tmp_path / "run", uuid.uuid4().hex
    with cluster(tmp_path) as begun:
        engine = "dask" if is_ours else f"dask:{begun.address}"
        process = start(folder, "--engine", engine, mark=mark)
        assert soon(lambda: n_measured(folder) >= 4, 120)
        process.kill()
        process.communicate()
        assert soon(lambda: not bearing(mark), 30), bearing(mark)
        assert soon(lambda: not workers(), 60)
        assert n_measured(folder) < 20
        process = start(folder, "--engine", engine, resume=True)
        _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert (folder / "front.csv").read_bytes() == front


@pytest.mark.slow
def test_ctrl_c_finishes_what_has_begun_and_resuming_gives_the_same_front(tmp_path, front):
    folder, mark = tmp_path / "run", uuid.uuid4().hex
    process = start(folder, "--engine", "dask", mark=mark)
    assert soon(lambda: n_measured(folder) >= 4, 120)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert "Stopped: it was interrupted." in out
    assert "Traceback" not in err
    assert soon(lambda: not bearing(mark)), bearing(mark)
    process = start(folder, "--engine", "local", resume=True)  # no result depends on it
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert (folder / "front.csv").read_bytes() == front
