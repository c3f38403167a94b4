import io
from dataclasses import replace
from math import nan

import pytest
from faults.processes import soon

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.listener import Generation, Start
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.reports.progress import Pace, Progress, generation_line

GENERATION = Generation(
    number=3,
    n_evaluations=30,
    n_failures=2,
    front_size=4,
    hypervolume=0.75,
    best={"acc": 91.5, "flops": 12000.0},
    spend=Spend(
        wall_seconds=30.0,
        busy_seconds=60.0,
        cpu_seconds=60.0,
        fpo=1e9,
        energy_kwh=0.00012,
        co2_g=0.057,
        method="reckoned",
    ),
)
RECORD = Record((0, 1), {"acc": 90.0}, 1.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(stream, *, is_quiet=False, n=5, **settings):
    progress = Progress(is_quiet=is_quiet, stream=stream)
    progress.on_start(Start(Config(**settings), {}, spend=lambda: GENERATION.spend))
    for _ in range(n):
        progress.on_record(RECORD)
    progress.on_generation(GENERATION)
    progress.on_end(None)
    return stream.getvalue()


def test_a_generation_is_told_with_failures_best_values_hypervolume_and_cost():
    assert generation_line(GENERATION) == (
        "gen 3, 2 failed, acc 91.5, flops 1.2e+04, hypervolume 0.7500, 0.00012 kWh, 0.057 g CO2"
    )


def test_predictions_are_told_of_where_they_can_be_ranked():
    true, one = (
        Reliability("acc", "gp", n, rank, rank, 0.9) for n, rank in ((8, 0.5), (1, nan))
    )
    assert "predicted with rank correlation 0.50" in generation_line(
        replace(GENERATION, reliability=true)
    )
    assert generation_line(replace(GENERATION, reliability=one)) == generation_line(GENERATION)


def test_away_from_a_terminal_each_generation_is_one_plain_line():
    text = shown(io.StringIO(), evaluations=60)
    assert text.startswith("30 measured, gen 3, 2 failed")
    assert text.endswith("left\n")
    assert "\r" not in text


def test_without_a_number_to_reach_the_time_gone_is_told():
    assert shown(io.StringIO(), budget_time="60s").endswith(", 0:01 gone\n")


def test_on_a_terminal_there_is_a_bar_with_the_same_words():
    text = shown(Terminal(), evaluations=60)
    assert "5/60" in text
    assert generation_line(GENERATION) in text


def test_after_fewer_than_five_nothing_is_said_of_the_time_left():
    assert "left" not in shown(io.StringIO(), n=4, evaluations=60)


def test_the_clock_ticks_on_while_nothing_comes(monkeypatch):
    monkeypatch.setattr("evonas.reports.progress.TICK_S", 0.01)
    stream = Terminal()
    progress = Progress(stream=stream)
    progress.on_start(Start(Config(evaluations=60), {}, spend=lambda: GENERATION.spend))
    before = len(stream.getvalue())
    assert soon(lambda: len(stream.getvalue()) > before)
    progress.on_end(None)


def test_the_time_left_is_that_of_the_whole_session_without_its_start():
    """20 s of starting up; then every candidate of two workers takes 10 s, the first 30 s."""
    pace = Pace(18)
    for now in (50.0, 50.0, 60.0, 60.0, 70.0, 70.0):
        pace.add(30.0 if now == 50.0 else 10.0, now=now)
    assert pace.told(now=70.0) == ""  # a generation is not complete
    pace.close_generation(6, now=70.0)
    assert pace.told(now=70.0) == "about 1:40 left"  # 12 of 50 / 6 s
    assert pace.told(now=100.0) == "about 1:10 left"
    assert pace.told(now=999.0) == "about 0:00 left"


def test_what_an_earlier_session_measured_says_nothing_of_the_pace():
    pace = Pace(100)
    for i in range(5):
        pace.add(2.0, now=2.0 * (i + 1))
    pace.close_generation(95, now=10.0)
    assert pace.told(now=10.0) == "about 0:10 left"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_shows_nothing(stream):
    assert shown(stream, is_quiet=True) == ""


def begun(stream, **words):
    progress = Progress(stream=stream, **words)
    resolved = {"n_jobs": 2, "metrics": [], "space": []}
    progress.on_start(Start(Config(), resolved, spend=lambda: GENERATION.spend))
    progress.on_record(RECORD)
    for _ in range(2):
        progress.on_generation(GENERATION)
    progress.on_end(None)
    return stream.getvalue()


@pytest.mark.parametrize("make", [io.StringIO, Terminal])
def test_what_is_to_come_is_told_at_the_start_and_once_by_the_first_generation(make):
    text = begun(make())
    assert text.index("To be measured: 200 architectures, ") < text.index("About 3.3 min, ")
    assert text.count(" CO2e in all (") == 1


def test_quiet_says_nothing_of_what_is_to_come():
    assert begun(io.StringIO(), is_quiet=True) == ""
