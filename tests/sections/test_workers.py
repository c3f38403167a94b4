import math

import pytest

from evonas.sections.workers import WorkersSection


@pytest.mark.parametrize("engine", ["local", "dask", "dask:tcp://10.0.0.1:8786"])
def test_an_engine_is_this_machine_a_cluster_on_it_or_one_at_an_address(engine):
    assert WorkersSection(engine=engine, n_jobs=2, timeout=60).engine == engine


@pytest.mark.parametrize("engine", ["", "ray", "local:", "local:tcp://a:1", "dask:", ":dask"])
def test_another_engine_is_refused(engine):
    message = rf"^unknown engine {engine!r}; choose from local, dask, dask:ADDRESS$"
    with pytest.raises(ValueError, match=message):
        WorkersSection(engine=engine)


@pytest.mark.parametrize("engine", ["dask", "dask:tcp://10.0.0.1:8786"])
def test_a_cluster_cannot_measure_in_this_process(engine):
    assert WorkersSection(n_jobs=0).n_jobs == 0
    with pytest.raises(ValueError, match=r"^the engine dask has workers; n_jobs=0 is for the"):
        WorkersSection(engine=engine, n_jobs=0)


@pytest.mark.parametrize(("platform", "is_kept"), [("linux", True), ("darwin", False)])
def test_a_memory_limit_is_kept_on_linux_alone(platform, is_kept, monkeypatch):
    monkeypatch.setattr("sys.platform", platform)
    if is_kept:
        assert WorkersSection(memory_limit=4.0).memory_limit == 4.0
        return
    with pytest.raises(
        ValueError, match=r"^memory_limit needs Linux; darwin has no such limit$"
    ):
        WorkersSection(memory_limit=4.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"n_jobs": -1}, r"^n_jobs must be at least 0, got -1$"),
        ({"n_jobs": 1001}, r"^n_jobs must be at most 1,000, got 1001$"),
        ({"timeout": 0.0}, r"^timeout must be a positive number of seconds, got 0\.0$"),
        ({"timeout": math.nan}, r"^timeout must be a positive number of seconds, got nan$"),
        ({"memory_limit": -1.0}, r"^memory_limit must be a positive number of gigabytes, got"),
        ({"memory_limit": 4.0, "n_jobs": 0}, r"^memory_limit is kept by worker processes; n_j"),
    ],
)
def test_a_limit_that_nobody_can_keep_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        WorkersSection(**words)
