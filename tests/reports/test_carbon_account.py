from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.grids import own_grid
from evonas.carbon.spend import Spend
from evonas.carbon.traces import Trace
from evonas.objectives import Goals
from evonas.reports.carbon_account import phases, search_account
from evonas.runs.run import Run

SPEND = Spend(7200.0, 3600.0, 64 * 3600.0, 0.0, 2.0, 950.0, "Eq. 1")
RUN = Run("r", (), Goals(()), spend=SPEND, resolved={"search_energy": {"pue": 1.0}})


def rows(*pairs):
    return tuple({"wall [s]": wall, "energy [kWh]": kwh} for wall, kwh in pairs)


def test_both_intensities_are_told_with_what_the_energy_leaves_out():
    life = Assumptions(grid=own_grid(400.0))
    text = "\n".join(search_account(RUN, life, market_g_per_kwh=10.0))
    assert "2 kWh, 800 g CO2e, location-based: grid own, 400 g/kWh" in text
    assert "market-based: 20 g CO2e, 10 g/kWh as stated" in text
    assert "on top: 56 (21.2 to 96.7) g CO2e, 1 hours of a server of 64 cores" in text
    assert "water: 0.72 (0 to 3.6) L on site, 9.04 (6.28 to 15.2) L for the elec" in text
    assert "800 g CO2e is as much as" in text
    assert "market-based" not in "\n".join(search_account(RUN, life))


def test_accelerators_are_made_too():
    energy = {"pue": 1.0, "accelerator_w": 300.0, "n_sharing": 2}
    text = "\n".join(
        search_account(replace(RUN, resolved={"search_energy": energy}), Assumptions())
    )
    assert "0.5 hours of a card with its share of a server" in text


def test_the_hours_of_a_trace_are_compared():
    times = tuple(datetime(2025, 1, 1) + timedelta(hours=i) for i in range(5))
    trace = Trace("t.csv", times, (100.0, 200.0, 300.0, 400.0))
    lines = search_account(RUN, Assumptions(), trace=trace)[-4:]
    assert lines[0] == "By t.csv, from 3 hours to begin at, it would have emitted:"
    assert "best    300 g CO2e (Wed 2025-01-01 00:00)" in lines[1]
    assert "mean          500 g" in lines[2]
    assert "worst   700 g CO2e (Wed 2025-01-01 02:00)" in lines[3]


def test_a_run_without_an_account_says_nothing():
    assert search_account(replace(RUN, spend=None), Assumptions()) == []


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(3600.0, 0.5)], [(1.0, 0.5), (1.0, 1.5)]),
        ([(9000.0, 0.5), (3600.0, 1.0)], [(2.0, 2.0)]),  # a resumed run
        ([(None, 0.5)], [(2.0, 2.0)]),
        ([], [(2.0, 2.0)]),
    ],
)
def test_a_search_has_a_phase_a_generation_unless_its_clock_began_again(pairs, expected):
    assert phases(replace(RUN, generations=rows(*pairs))) == expected
    assert phases(replace(RUN, spend=None)) == []
