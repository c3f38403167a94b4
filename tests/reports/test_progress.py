import io
from dataclasses import replace
from math import nan

import pytest

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.listener import Generation, Start
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.reports.progress import Progress, generation_line

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


def shown(stream, *, is_quiet=False, **settings):
    progress = Progress(is_quiet=is_quiet, stream=stream)
    progress.on_start(Start(Config(**settings), {}, spend=lambda: GENERATION.spend))
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
    assert shown(io.StringIO(), budget_time="60s").endswith(", 0:00 gone\n")


def test_on_a_terminal_there_is_a_bar_with_the_same_words():
    text = shown(Terminal(), evaluations=60)
    assert "1/60" in text
    assert generation_line(GENERATION) in text


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_shows_nothing(stream):
    assert shown(stream, is_quiet=True) == ""
