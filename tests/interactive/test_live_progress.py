import time
from types import SimpleNamespace

import pytest

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.engine.listeners import INTERRUPTED
from evonas.interactive import live_progress
from evonas.interactive.live_progress import LiveProgress
from evonas.listener import Generation, Start
from evonas.record import Record

SPEND = Spend(1.0, 1.0, 1.0, 0.0, 0.0012, 0.5, "a guess")
GOOD = Record((1,), {"acc": 50.0}, 2.0)
BAD = Record((2,), {}, 2.0, error="it burst")


class Wall:
    """A place that keeps all that was shown."""

    def __init__(self):
        self.views = []

    def show(self, view):
        self.views.append(view)


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def now(monkeypatch):
    """A clock that goes when it is told to."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(live_progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def started(wall, *, folder="runs/a", evaluations=20, resolved=None):
    live = LiveProgress(wall, folder=folder)
    config = Config(problem="toy", evaluations=evaluations, n_jobs=0)
    live.on_start(Start(config, resolved or {}, lambda: SPEND))
    return live


def generation(number, n, hypervolume=0.5):
    return Generation(
        number=number,
        n_evaluations=n,
        n_failures=1,
        front_size=3,
        hypervolume=hypervolume,
        best={},
        spend=SPEND,
    )


def outcome(stopped="all is done", records=(GOOD, BAD), failures=(BAD,), front=(GOOD,)):
    return SimpleNamespace(
        records=records, failures=failures, front=front, stopped=stopped, spend=SPEND
    )


def test_the_line_tells_generation_evaluations_failures_front_hypervolume_and_time_left(
    wall, now
):
    live = started(wall)
    for record in (GOOD, GOOD, GOOD, GOOD, BAD):
        now.now += 2.0
        live.on_record(record)
    assert wall.views[-1].line == "5 of 20 measured, 1 failed, 0:10 gone"
    now.now += 1.0
    live.on_generation(generation(1, 5))
    live.on_end(None)
    assert wall.views[-2].line == (
        "generation 1, 5 of 20 measured, 1 failed, 3 on the front, hypervolume 0.5000, "
        "about 0:33 left"
    )
    assert (wall.views[-2].done, wall.views[-2].total) == (5, 20)


def test_a_hundred_records_at_once_are_one_change(wall, now):
    live = started(wall)
    now.now += 1.0
    for _ in range(100):
        live.on_record(GOOD)
    live.on_end(outcome())
    assert len(wall.views) <= 3


def test_the_clock_ticks_while_nothing_comes(wall, monkeypatch):
    monkeypatch.setattr(live_progress, "TICK_S", 0.01)
    live = started(wall)
    deadline = time.monotonic() + 10
    while len(wall.views) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    live.on_end(outcome())
    assert len(wall.views) >= 4
    assert wall.views[-1].line.startswith("2 architectures measured")
    n = len(wall.views)
    time.sleep(0.1)
    assert len(wall.views) == n


def test_the_last_word_is_what_was_found_and_what_it_took(wall, now):
    live = started(wall, resolved={"n_jobs": 2})
    live.on_generation(generation(1, 2))
    now.now += 65
    live.on_end(outcome())
    last = wall.views[-1]
    assert last.line == (
        "2 architectures measured, 1 failed, 1 on the front, hypervolume 0.5000, took 1:05, "
        "1.2 Wh, 0.5 g CO2e"
    )
    assert last.notes == ("toy; 2 workers", "Stopped: all is done.")
    assert last.total is None


def test_who_interrupts_is_told_what_comes_next_and_then_how_to_go_on(wall, now):
    live = started(wall)
    live.ask("stopping soon")
    now.now += 1.0
    live.on_record(GOOD)
    assert "stopping soon" in wall.views[-1].notes
    live.on_end(outcome(INTERRUPTED))
    assert wall.views[-1].notes == (
        f"Stopped: {INTERRUPTED}.",
        "To go on: evonas.search(config, folder='runs/a', resume=True)",
    )


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("runs/a", "To go on: evonas.search(config, folder='runs/a', resume=True)"),
        ("", "Nothing was written: with folder=... a search can be gone on with."),
    ],
)
def test_a_search_that_is_broken_off_says_whether_it_can_be_gone_on_with(wall, folder, said):
    live = started(wall, folder=folder)
    live.on_record(GOOD)
    live.on_end(None)
    assert wall.views[-1].line == "Broken off, 1 architecture measured"
    assert wall.views[-1].notes == (said,)


def test_where_the_end_is_open_the_time_gone_is_told(wall, now):
    live = LiveProgress(wall)
    live.on_start(Start(Config(budget_time="1h", n_jobs=0), {}, lambda: SPEND))
    now.now += 7
    live.on_record(GOOD)
    live.on_end(None)
    assert wall.views[-2].total is None
    assert wall.views[-2].line == "1 measured, 0:02 gone"  # since the first candidate began
