import time
from contextlib import nullcontext

import pytest
import torch

from evonas.networks import clocks
from evonas.networks.clocks import (
    LEAST_REPEATS,
    REPEATS,
    TimedPass,
    clock_of,
    cuda_seconds,
    processor_seconds,
    shortest_of_rounds,
    wall_seconds,
)

CPU = torch.device("cpu")


def told(times, log=None, name=""):
    """A pass that takes the times that it is given, one after the other."""
    left = iter(times)

    def clock(once):
        once()
        return next(left)

    return TimedPass(lambda: log is not None and log.append(name), clock)


def test_the_shortest_of_several_passes_counts():
    assert shortest_of_rounds([told([3.0, 1.0, 2.0])], seconds=99, repeats=3) == [1.0]


def test_passes_take_turns():
    log = []
    passes = [told([1.0] * 3, log, "a"), told([1.0] * 3, log, "b")]
    shortest_of_rounds(passes, seconds=99, repeats=3)
    assert log == ["a", "b"] * 3


def test_a_busy_spell_hits_all_networks_alike_and_none_of_them_in_every_round():
    spell = [1.0, 9.0, 9.0, 1.0]
    assert shortest_of_rounds([told(spell), told(spell)], seconds=99, repeats=4) == [1.0, 1.0]


def test_short_passes_run_twice_in_a_row():
    log = []
    passes = [told([2e-3, 1e-3] * 2, log, "a"), told([1.0] * 2, log, "b")]
    assert shortest_of_rounds(passes, seconds=99, repeats=2) == [1e-3, 1.0]
    assert log == ["a", "a", "b", "a", "a", "b"]


def test_when_the_time_is_over_only_short_passes_run_on():
    log, rounds = [], []
    passes = [told([10.0] * REPEATS, log, "long"), told([1e-3] * 2 * REPEATS, log, "short")]
    shortest_of_rounds(passes, seconds=55, on_round=lambda: rounds.append(1))
    assert log.count("long") == 6  # the time is over during the sixth
    assert log.count("short") == 2 * REPEATS
    assert len(rounds) == REPEATS


def test_however_long_passes_take_they_run_a_few_times():
    log = []
    shortest_of_rounds([told([10.0] * REPEATS, log, "long")], seconds=0)
    assert len(log) == LEAST_REPEATS


def test_no_pass_has_no_time():
    assert shortest_of_rounds([], seconds=1) == []


def test_a_network_is_prepared_before_the_clock_starts():
    log = []
    made = TimedPass(
        once=lambda: log.append("once"),
        clock=lambda once: (log.append("clock"), once(), 1.0)[2],
        prepare=lambda: log.append("prepare"),
    )
    assert made.seconds() == 1.0
    assert log == ["prepare", "clock", "once"]


def test_the_clock_of_a_processor_leaves_out_what_a_pass_does_not_compute():
    assert processor_seconds(lambda: time.sleep(0.05)) < 0.04
    assert wall_seconds(lambda: time.sleep(0.05)) >= 0.05
    assert processor_seconds(lambda: sum(range(10**6))) > 1e-3


def test_a_processor_is_timed_by_its_own_clock_where_that_is_fine(monkeypatch):
    steps = iter([0.0, 0.0, 1e-6])
    monkeypatch.setattr(clocks.time, "process_time", lambda: next(steps))
    assert clock_of(CPU) is processor_seconds


@pytest.mark.parametrize("ticks", [[0.0, 0.01], [0.0]])
def test_a_clock_of_ticks_is_passed_over(monkeypatch, ticks):
    steps = iter(ticks)
    monkeypatch.setattr(clocks.time, "process_time", lambda: next(steps, ticks[-1]))
    assert clock_of(CPU) is wall_seconds


class Event:
    """Stands for an event of CUDA: it keeps the time that the device's queue has reached."""

    log, now_ms = [], 5.0

    def __init__(self, *, enable_timing):
        assert enable_timing

    def record(self):
        self.log.append("record")
        self.at_ms = Event.now_ms

    def synchronize(self):
        self.log.append("wait")

    def elapsed_time(self, later):
        return later.at_ms - self.at_ms


def test_cuda_is_timed_between_events_on_an_idle_device(monkeypatch):
    device = torch.device("cuda", 0)
    Event.log.clear()
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "device", nullcontext)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: Event.log.append("idle"))

    def once():
        Event.log.append("pass")
        Event.now_ms += 1.5

    assert cuda_seconds(once, device) == pytest.approx(1.5e-3)
    assert Event.log == ["idle", "record", "pass", "record", "wait"]
    assert clock_of(device)(once) == pytest.approx(1.5e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_what_events_on_a_gpu_tell_lies_below_the_wall_clock_and_grows_with_the_work():
    device = torch.device("cuda")
    small, large = (torch.randn(n, n, device=device) for n in (256, 4096))
    for matrix in (small, large):
        matrix @ matrix
    short, long = (
        min(cuda_seconds(lambda m=m: m @ m, device) for _ in range(REPEATS))
        for m in (small, large)
    )

    def waited():
        large @ large
        torch.cuda.synchronize()

    assert 0 < short < long <= min(wall_seconds(waited) for _ in range(REPEATS))
