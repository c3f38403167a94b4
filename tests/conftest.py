"""For all tests: a slow machine is no reason to fail a law; and a run to look at."""

import os
import shutil
import signal
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # libraries read it as they load; the tests share the cores
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)  # commands under test inherit it

import pytest
from hypothesis import settings

from evonas.config import Config
from evonas.engine.search import search

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """A finished run of the default problem, as quick as can be; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    config = Config(evaluations=16, pop_size=8, epochs=2, subset=60, n_jobs=0)
    search(config, folder=folder)
    return folder


@pytest.fixture
def run(small_run, tmp_path):
    """A copy of it to write to."""
    return Path(shutil.copytree(small_run, tmp_path / "run"))
