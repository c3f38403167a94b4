"""What every listener keeps: to add one, add a way to make it to ``LISTENERS``."""

import io
import math
from types import SimpleNamespace

import pytest
import toy

from evonas.carbon.meter import Meter, Tariff
from evonas.carbon.spend import Budget, Spend
from evonas.config import Config
from evonas.engine.listeners import Audience, Guest, Shorthand, Spending, Tracking, invited
from evonas.engine.search import search
from evonas.listener import Epoch, Generation, Listener, Start, Training
from evonas.record import Record
from evonas.reports.progress import Progress
from evonas.reports.tensorboard import TensorBoard
from evonas.runs.folder import RunFolder

CONFIG = Config(problem=toy.reference("Bowl"), n_jobs=0, pop_size=10, evaluations=30)
SPEND = Spend(1.0, 2.0, 2.0, 0.0, 1e-6, 1e-4, "reckoned")
RECORD = Record((0, 1, 2, 0), {"acc": 50.0, "flops": 10.0}, 0.1)
GENERATION = Generation(1, 10, 0, 3, 0.5, {"acc": 50.0, "flops": math.nan}, SPEND)
TARIFF = Tariff(accelerator_w=0.0, pue=1.0, intensity_g_per_kwh=400.0)


class Diary(Listener):
    """A user's own: writes down what it hears."""

    def __init__(self):
        self.heard = []

    def on_start(self, start):
        self.heard.append("start")

    def on_record(self, record):
        self.heard.append("record")

    def on_generation(self, generation):
        self.heard.append("generation")

    def on_end(self, outcome):
        self.heard.append("end")


class Deaf(Listener):
    """A user's own that overrides nothing."""


class Tracker:
    """In place of codecarbon, which takes a while to import."""

    def start(self):
        pass

    def stop(self):
        return SimpleNamespace(energy_kwh=0.25, as_dict=lambda: {"energy_kwh": 0.25})


LISTENERS = {
    "progress on a terminal": lambda folder: Progress(stream=SimpleTerminal()),
    "progress elsewhere": lambda folder: Progress(stream=io.StringIO()),
    "no progress": lambda folder: Progress(is_quiet=True),
    "run directory": lambda folder: RunFolder.create(folder, CONFIG, resolved={}),
    "budgets": lambda folder: Spending(Budget(seconds=1e9), Meter(TARIFF, sensors=[])),
    "no budgets": lambda folder: Spending(Budget(), Meter(TARIFF, sensors=[])),
    "tracking": lambda folder: Tracking(Tracker()),
    "tensorboard": lambda folder: TensorBoard(folder),
    "functions": lambda folder: Shorthand(on_record=lambda record: None),
    "a user's": lambda folder: Diary(),
    "a user's that hears nothing": lambda folder: Deaf(),
    "a guest": lambda folder: Guest(Diary()),
}


class SimpleTerminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(params=LISTENERS)
def listener(request, tmp_path):
    if request.param == "tensorboard":
        pytest.importorskip("tensorboard")
    made = LISTENERS[request.param](tmp_path / "run")
    yield made
    if isinstance(made, RunFolder):
        made.close()


@pytest.fixture(scope="module")
def outcome():
    return search(CONFIG)


def start():
    return Start(CONFIG, {}, spend=lambda: SPEND)


def test_it_hears_a_whole_search_and_asks_for_no_end(listener, outcome):
    assert isinstance(listener, Listener)
    assert not listener.why_stop(), "before the start there is nothing to stop"
    listener.on_start(start())
    for record in (RECORD, Record((1, 1, 1, 0), {}, 0.1, error="it failed")):
        assert listener.why_stop() == ""
        listener.on_record(record)
    listener.on_generation(GENERATION)
    listener.on_generation(GENERATION)
    assert listener.why_stop() == ""
    listener.on_end(outcome)


def test_it_bears_an_end_at_any_time_and_without_a_result(listener):
    listener.on_start(start())
    listener.on_end(None)


@pytest.mark.parametrize("scores", [None, {"validation": 91.0, "test": 90.0}])
def test_it_hears_a_whole_training_and_one_that_was_stopped(listener, tmp_path, scores):
    listener.on_training_start(Training("digits-a", tmp_path / "model", {"epochs": 2}))
    for seed, number in ((0, 1), (0, 2), (1, 1)):
        listener.on_epoch(Epoch(seed, number, {"loss": 0.5, "acc": 90.0, "rate": 0.1}))
    listener.on_training_end(scores)


def test_a_search_is_the_same_with_it_as_without(listener, outcome):
    if isinstance(listener, RunFolder):
        pytest.skip("a search makes its run directory by itself; see the next test")
    heard = search(CONFIG, listeners=[listener])
    assert [record.genome for record in heard.records] == [r.genome for r in outcome.records]
    assert heard.stopped == outcome.stopped


def test_a_run_directory_changes_nothing_either(tmp_path, outcome):
    heard = search(CONFIG, folder=tmp_path / "run")
    assert [record.genome for record in heard.records] == [r.genome for r in outcome.records]


def test_a_search_tells_a_users_listener_all_in_order():
    diary = Diary()
    result = search(CONFIG, listeners=[diary])
    assert diary.heard == ["start", *(["record"] * 10 + ["generation"]) * 3, "end"]
    assert len(result.records) == diary.heard.count("record") == 30


def test_every_listener_of_an_audience_hears_the_same():
    diaries = [Diary(), Diary(), Diary()]
    audience = Audience(diaries[:1], invited(diaries[1:]))
    audience.on_start(start())
    audience.on_record(RECORD)
    audience.on_generation(GENERATION)
    audience.on_end(None)
    assert [diary.heard for diary in diaries] == [["start", "record", "generation", "end"]] * 3
