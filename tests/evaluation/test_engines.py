import sys
from types import SimpleNamespace

import pytest
import toy
from faults.processes import workers

from evonas.evaluation.engines import make_executor
from evonas.evaluation.executor import InProcess
from evonas.evaluation.pool import Pool
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

SPEC = ProblemSpec(toy.Bowl, Settings())


@pytest.fixture
def dask(monkeypatch):
    """What Dask's executor was made with, in place of the executor."""
    stand_in = SimpleNamespace(DaskExecutor=lambda spec, **words: (spec, words))
    monkeypatch.setitem(sys.modules, "evonas.evaluation.dask_executor", stand_in)


def test_this_process_measures_where_there_are_no_workers():
    assert isinstance(make_executor(SPEC, n_jobs=0), InProcess)


def test_the_processes_of_a_pool_begin_with_the_first_task():
    with make_executor(SPEC, n_jobs=2, memory_limit_gb=4.0) as executor:
        assert isinstance(executor, Pool)
        assert not workers()


@pytest.mark.parametrize(
    ("engine", "address"),
    [("dask", None), ("dask:", None), ("dask:tcp://10.0.0.1:8786", "tcp://10.0.0.1:8786")],
)
def test_an_address_is_all_that_follows_the_first_colon(dask, engine, address):
    made = make_executor(SPEC, engine=engine, n_jobs=3, memory_limit_gb=2.0)
    assert made == (SPEC, {"address": address, "n_jobs": 3, "memory_limit_gb": 2.0})


@pytest.mark.parametrize("engine", ["ray", "", "local:", "Dask", "local:tcp://10.0.0.1:1"])
def test_an_unknown_engine_is_refused_with_those_that_there_are(dask, engine):
    message = rf"^unknown engine {engine!r}; choose from local, dask, dask:ADDRESS$"
    with pytest.raises(ValueError, match=message):
        make_executor(SPEC, engine=engine, n_jobs=2)
