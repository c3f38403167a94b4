import sys
from types import SimpleNamespace
from typing import ClassVar

import pytest
from faults.processes import soon

from evonas.evaluation import dask_site
from evonas.evaluation.candidate import Terms
from evonas.evaluation.dask_site import Reply, Site, attend, dismiss
from evonas.evaluation.worker import LostError, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.faults import Fault
from evonas.record import Record

HERE, ELSEWHERE = (Site(opening, (), "nowhere", "me") for opening in (b"one", b"another"))
TERMS = Terms(("acc",), timeout=5.0)
TASKS = [Task((i,), i) for i in range(3)]
DIED = Fault("died", "its worker process was killed by SIGKILL")


class Stand:
    """In the place of a worker process."""

    hired: ClassVar[list] = []
    fate = ""

    @staticmethod
    def during():
        """What goes on while it measures."""

    def __init__(self, opening, *, path, folder):
        self.opening, self.path, self.folder = opening, path, folder
        self.orders = []
        self.is_disposed = self.is_killed = False
        self.is_fit = Stand.fate != "is changed"
        Stand.hired.append(self)

    def begin(self):
        if Stand.fate == "refuses":
            raise WorkerError("a worker process cannot open the problem: no data")

    def measure(self, order, tasks):
        self.orders.append(order)
        Stand.during()
        for task in tasks:
            if Stand.fate == "dies" and task.seed == 2:
                raise LostError(DIED, 1.5)
            if Stand.fate == "hangs" and not soon(lambda: self.is_killed):
                raise AssertionError("nobody has killed it")
            full = Stand.fate == "is full" and task.seed == 1
            error = {"error": "MemoryError: full", "kind": "memory"} if full else {}
            yield Record(task.genome, {} if full else {"acc": 1.0}, 0.1, **error)

    def kill(self):
        self.is_killed = True

    def dispose(self):
        self.is_disposed = True


@pytest.fixture(autouse=True)
def outside_of_dask(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(dask_site, "Worker", Stand)
    monkeypatch.setattr(dask_site, "LOOK_S", 0.01)
    monkeypatch.setattr(Stand, "hired", [])
    monkeypatch.setattr(dask_site, "_GONE", set())
    yield
    dismiss("me")
    assert all(worker.is_disposed for worker in Stand.hired)


def test_every_task_gives_a_record_under_the_terms_of_the_order():
    reply = attend("key", HERE, TERMS, TASKS)
    assert [record.genome for record in reply.records] == [(0,), (1,), (2,)]
    assert (reply.fault, reply.refusal) == (None, "")
    ((order,),) = (worker.orders for worker in Stand.hired)
    assert order == TERMS


def test_without_terms_the_problem_is_opened_and_nothing_measured():
    assert attend("key", HERE, None, TASKS) == Reply()
    assert Stand.hired[0].orders == []


def test_a_process_is_kept_for_the_next_order_of_the_same_site_alone():
    attend("a", HERE, TERMS, TASKS)
    attend("b", HERE, TERMS, TASKS)
    attend("c", ELSEWHERE, TERMS, TASKS)
    assert [(w.opening, len(w.orders)) for w in Stand.hired] == [(b"one", 2), (b"another", 1)]
    dismiss("somebody else")
    assert not any(worker.is_disposed for worker in Stand.hired)
    dismiss("me")
    assert all(worker.is_disposed for worker in Stand.hired)


def test_nothing_is_kept_for_who_left_while_it_was_measuring(monkeypatch):
    monkeypatch.setattr(Stand, "during", lambda: dismiss("me"))
    attend("key", HERE, TERMS, TASKS)
    assert Stand.hired[0].is_disposed


def test_a_process_that_nobody_needs_ends_after_a_while(monkeypatch):
    monkeypatch.setattr(dask_site, "IDLE_S", 0.05)
    attend("key", HERE, TERMS, TASKS)
    assert soon(lambda: Stand.hired[0].is_disposed)
    attend("key", HERE, TERMS, TASKS)
    assert len(Stand.hired) == 2


@pytest.mark.parametrize(
    ("fate", "n_records", "fault", "refusal"),
    [
        ("dies", 2, DIED, ""),
        ("refuses", 0, None, "a worker process cannot open the problem: no data"),
        ("is full", 3, None, ""),
        ("is changed", 3, None, ""),
    ],
)
def test_a_process_that_is_not_fit_is_never_kept(monkeypatch, fate, n_records, fault, refusal):
    monkeypatch.setattr(Stand, "fate", fate)
    reply = attend("key", HERE, TERMS, TASKS)
    assert (len(reply.records), reply.fault, reply.refusal) == (n_records, fault, refusal)
    assert reply.seconds == (1.5 if fault else 0.0)
    assert Stand.hired[0].is_disposed


@pytest.mark.parametrize("tasks", [{}, {"key": "cancelled"}, {"key": "released"}])
def test_what_nobody_wants_any_more_is_killed(monkeypatch, tasks):
    known = {key: SimpleNamespace(state=state) for key, state in tasks.items()}
    here = SimpleNamespace(state=SimpleNamespace(tasks=known))
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(get_worker=lambda: here))
    monkeypatch.setattr(Stand, "fate", "hangs")
    attend("key", HERE, TERMS, TASKS)
    assert Stand.hired[0].is_killed
    assert Stand.hired[0].is_disposed


def test_a_process_looks_for_modules_here_first_and_works_where_there_is_such_a_folder(
    tmp_path,
):
    attend("a", Site(b"", (sys.path[0], "/far/away"), str(tmp_path), "me"), None, ())
    attend("b", Site(b"", (), str(tmp_path / "not here"), "me"), None, ())
    there, lost = Stand.hired
    assert there.path == [*sys.path, "/far/away"]
    assert (there.folder, lost.folder) == (str(tmp_path), None)
