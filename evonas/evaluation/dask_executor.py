"""Measuring on a Dask cluster, whose workers hold ours, which contain what candidates do."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from uuid import uuid4

from evonas.evaluation.candidate import Order, Terms
from evonas.evaluation.dask_site import Reply, Site, attend, dismiss
from evonas.evaluation.executor import Executor
from evonas.evaluation.pool import Pool
from evonas.evaluation.worker import LostError, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.faults import Fault, reason_of
from evonas.plugins.loading import ProblemSpec
from evonas.record import Record

try:
    import distributed
    from distributed import Client, Future, LocalCluster
except ImportError as error:
    raise ValueError(
        "the engine dask needs the package distributed; pip install 'evonas[dask]'"
    ) from error

for _name in ["distributed", *logging.root.manager.loggerDict]:
    if _name.partition(".")[0] == "distributed":  # it tells of every step at level info
        logging.getLogger(_name).setLevel(logging.ERROR)

CONNECT_S = 10.0  # for a scheduler to answer
ARRIVE_S = 60.0  # for the first Dask worker
LOOPBACK = "127.0.0.1"


class DaskExecutor(Executor):
    """Measures on the workers of a Dask cluster.

    Each slot of a Dask worker holds a worker process of ours, as the pool does on this machine,
    so that candidates that crash, hang or flood their output take nothing else with them. Dask
    carries orders there and records back; what it had lost with one of its workers is measured
    again by others.

    Args:
        spec: the problem, which every worker process opens.
        address: where a scheduler runs, such as ``tcp://host:8786``; ``None`` for a cluster on
            this machine that begins and ends with this executor.
        n_jobs: how many candidates are measured at the same time, at least 1.
        memory_limit_gb: gigabytes that each worker process may take; ``None`` for no limit.
    """

    def __init__(
        self,
        spec: ProblemSpec,
        *,
        address: str | None,
        n_jobs: int,
        memory_limit_gb: float | None = None,
    ) -> None:
        if n_jobs < 1:
            raise ValueError("the engine dask needs n_jobs of at least 1; 0 is for local")
        self._address = address
        self._n_jobs = n_jobs
        self._cluster: _LocalWorkers | None = None
        self._client: Client | None = None
        self._name = uuid4().hex  # by which Dask's workers know whom they keep processes for
        make_worker = partial(_Remote, self._connected, self._name)
        self._pool = Pool(
            spec, n_jobs=n_jobs, memory_limit_gb=memory_limit_gb, make_worker=make_worker
        )

    def begin(self) -> None:
        """Reach the cluster, and have a first worker open the problem.

        Raises:
            WorkerError: There is no cluster there, or no worker in it, or none can begin.
        """
        self._connected()
        self._pool.begin()

    def measure(
        self, order: Order, tasks: Sequence[Task], *, should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        """Records as they come, in any order; see ``Executor``."""
        self._connected()
        yield from self._pool.measure(order, tasks, should_stop=should_stop)

    def close(self) -> None:
        """Give up what is going on, leave the cluster, and end it if it was begun here."""
        self._pool.close()
        client, self._client = self._client, None
        cluster, self._cluster = self._cluster, None
        if client is not None:
            with suppress(Exception):  # of a cluster that is gone
                if cluster is None:  # which goes on without us
                    client.run(dismiss, self._name, on_error="ignore")
            client.close(timeout=CONNECT_S)
        if cluster is not None:
            cluster.close()

    def _connected(self) -> Client:
        if self._client is not None:
            return self._client
        where = self._address
        try:
            if where is None:
                self._cluster = _LocalWorkers(self._n_jobs)
                where = self._cluster.address
            self._client = Client(where, timeout=CONNECT_S, set_as_default=False)
            self._client.wait_for_workers(1, timeout=ARRIVE_S)
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            place = self._address or "this machine"
            raise WorkerError(
                f"no Dask cluster at {place} ({reason_of(error)}); is its scheduler running, "
                "and has it a worker?"
            ) from error
        return self._client


class _LocalWorkers:
    """A scheduler in this process, and Dask workers in processes of their own, on loopback.

    Each is the leader of a session, so that Ctrl-C reaches this process alone.
    """

    def __init__(self, n_workers: int) -> None:
        self._scheduler = LocalCluster(
            n_workers=0,
            processes=True,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.ERROR,
        )
        self.address = str(self._scheduler.scheduler_address)
        options = {
            "nthreads": 1,
            "memory_limit": 0,  # ours is kept by our own worker processes
            "host": LOOPBACK,
            "dashboard": False,
            "dashboard_address": f"{LOOPBACK}:0",
        }
        words = {"cls": "distributed.Nanny", "opts": options}
        command = [sys.executable, "-m", "dask", "spec", self.address, "--spec"]
        quiet = {"DASK_LOGGING__DISTRIBUTED": "error", **os.environ}
        self._processes = [
            subprocess.Popen(
                [*command, json.dumps(words)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=quiet,
            )
            for _ in range(n_workers)
        ]

    def close(self) -> None:
        """End the workers with all their children, and the scheduler."""
        for process in self._processes:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._scheduler.close(timeout=CONNECT_S)


class _Remote:
    """A worker process of ours inside some Dask worker, attended by one thread of this one.

    Args:
        connect: gives the client of the cluster.
        owner: names the executor.
        opening: a pickle of the problem's spec and the memory limit.

    Attributes:
        is_fit: always; the Dask worker itself replaces a process that is not.
    """

    is_fit = True

    def __init__(self, connect: Callable[[], Client], owner: str, opening: bytes) -> None:
        self._connect = connect
        self._site = Site(opening, tuple(map(str, sys.path)), os.getcwd(), owner)
        self._future: Future[Reply] | None = None
        self._is_given_up = False

    def begin(self) -> None:
        """Have a worker process open the problem.

        Raises:
            WorkerError: No worker process can open it, or the cluster is gone.
        """
        self._ask(None, ())

    def measure(self, terms: Terms, tasks: Sequence[Task]) -> Iterator[Record]:
        """One record per task, in order; fewer where the process is no longer fit.

        Raises:
            LostError: The worker process died, or had to be killed.
            WorkerError: It could not begin, or the cluster is gone.
        """
        reply = self._ask(terms, tuple(tasks))
        yield from reply.records
        if reply.fault is not None:
            raise LostError(reply.fault, reply.seconds)

    def kill(self) -> None:
        """Give up what is being measured: the Dask worker sees that, and kills its process."""
        self._is_given_up = True
        if (future := self._future) is not None:
            with suppress(Exception):  # of a cluster that is gone
                future.cancel(force=True)

    def dispose(self) -> None:
        """Nothing of it is on this machine."""
        self.kill()

    def dismiss(self) -> None:
        """The executor dismisses all of them at once."""

    def _ask(self, terms: Terms | None, tasks: Sequence[Task]) -> Reply:
        key = f"evonas-{uuid4().hex}"
        client = self._connect()
        self._future = client.submit(attend, key, self._site, terms, tasks, key=key)
        if self._is_given_up:
            self.kill()
        try:
            reply: Reply = self._future.result()
        except Exception as error:
            if self._is_given_up:
                raise LostError(Fault("died", "it was given up"), 0.0) from error
            if isinstance(error, distributed.KilledWorker):
                lost = "the Dask workers that measured it were lost, one after the other"
                raise LostError(Fault("died", lost), 0.0) from error
            raise WorkerError(f"the Dask cluster failed: {reason_of(error)}") from error
        finally:
            self._future = None
        if reply.refusal:
            raise WorkerError(reply.refusal)
        return reply
