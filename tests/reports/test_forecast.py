from dataclasses import replace

import pytest

from evonas.engine.expectation import Allowance, Expectation, Range
from evonas.engine.feasibility import Bound
from evonas.engine.preflight import Preflight
from evonas.engine.sampling import Recorded, SpaceInNumbers
from evonas.engine.timed_candidates import Extreme
from evonas.reports.forecast import forecast

TEN = Range(10, 10, 10)
EXPECTATION = Expectation(
    totals={
        "generations": TEN,
        "evaluations": Range(200, 200, 200),
        "trainings": Range(200, 200, 200),
        "last": Range(10, 20, 40),
        "minutes": Range(8, 12, 20),
        "kwh": Range(0.002, 0.003, 0.005),
        "co2_g": Range(0.9, 1.4, 2.4),
        "flops": Range(1e12, 2e12, 4e12),
    },
    allowances=(
        Allowance("generations", "10", TEN, Range(200, 200, 200), ends=True),
        Allowance("budget_time", "2h", Range(60, 99, 150), Range(1200, 1990, 3000), ends=False),
    ),
    ending="10 generations are done",
    n_known=0,
    n_played=10,
    is_cut=False,
)
FOUND = Preflight(
    space=SpaceInNumbers(28, 10**13, (10.0, 19.6, 26.0)),
    cost_metric="fpo",
    n_counted=256,
    is_whole_space=False,
    extremes=(
        Extreme((0, 1), {"fpo": 1e6, "flops": 1234.0}, 0.003, 0.5),
        Extreme((2, 1), {"fpo": 9e9, "flops": 5e6}, None, None, "MemoryError: no network fits"),
    ),
    n_timed=12,
    n_steps=3,
    bounds=(),
    expectation=EXPECTATION,
    why_unknown="",
    method="Eq. 1 at 7.5 W per busy core, PUE 1.59",
)


def told(**changes):
    """The lines in one, without the spaces that align their tables."""
    return " ".join(" ".join(forecast(replace(FOUND, **changes))).split())


def test_what_it_would_take_is_a_table_with_a_spread():
    text = told()
    for line in (
        "trainings of the search 200 200 200",
        "more for the front in the end 10 20 40",
        "time 8 min 12 min 20 min",
        "energy 2 Wh 3 Wh 5 Wh",
        "CO2e 900 mg 1.4 g 2.4 g",
    ):
        assert line in text
    assert "It would end with --generations 10: 10 generations or 200 architectures." in text
    assert (
        "It would not reach --budget-time 2h, enough for 99 generations (60 to 150) or 1,990 "
        "architectures (1,200 to 3,000)." in text
    )


def test_both_ends_are_shown_with_what_a_step_took_or_why_not():
    text = told()
    assert "By fpo, of 256 that were counted (a sample and the corners of the space)" in text
    assert "3 ms 500 ms 0-1" in text
    assert "The largest could not be timed: MemoryError: no network fits." in text
    assert "20 of the genes (10 to 26) make a difference" in text


BOUNDS = {
    "Constraint acc>=90: known once candidates are measured, not before.": Bound(
        "acc>=90", is_counted=False
    ),
    "Constraint params<=9: 5 of 256 sampled architectures meet it.": Bound(
        "params<=9", True, 5, 256, nearest=(1, 2), value=8.0, is_met=True
    ),
    "0 of 256 sampled architectures meet it, nor does any of 40 more, found by changing gene "
    "by gene; the nearest is params 1,234, 234 (23.4 %) above 1,000: ": Bound(
        "params<=1000", True, 0, 256, nearest=(1, 2), value=1234.0, n_looked_at=40
    ),
    "0 of 150 architectures meet it, so nothing can; the nearest is params 1,234, ": Bound(
        "params<=1000", True, 0, 150, True, nearest=(1, 2), value=1234.0
    ),
    "meet it; of 40 more, found by changing gene by gene, ": Bound(
        "params<=1000", True, 0, 256, nearest=(1, 2), value=9.0, is_met=True, n_looked_at=40
    ),
    "the nearest is the one that misses them least: ": Bound(
        "params<=1 and flops<=1", True, 0, 256, nearest=(1, 2), n_looked_at=40
    ),
}


@pytest.mark.parametrize(("words", "bound"), BOUNDS.items())
def test_whether_a_constraint_can_be_kept_is_told_in_plain_words(words, bound):
    assert words in told(bounds=(bound,))


def test_what_a_table_recorded_is_told_for_one_and_for_all():
    row = Recorded("energy", "measured energy of its training", "kWh", 0.005, 0.02, 0.04)
    assert (
        "The table's measured energy of its training: 0.02 kWh (0.005 to 0.04) each, 4 kWh for "
        "200 of them." in told(recorded=(row,))
    )


def test_where_nothing_could_be_timed_that_is_said():
    text = told(expectation=None, why_unknown="RuntimeError: no")
    assert "What the search would take is not known: RuntimeError: no." in text
    assert "How that is known" not in text


def test_a_search_that_ends_by_itself_and_one_that_goes_on_are_told():
    own = replace(
        EXPECTATION, allowances=(), ending="there is nothing left", n_known=7, is_cut=True
    )
    text = told(expectation=own, space=SpaceInNumbers(3, 0, ()), extremes=())
    assert "It would end because there is nothing left." in text
    assert "7 more are in the journal already" in text
    assert "the first 10 generations were played" in text
    assert text.startswith("Space: 3 variables of a plain pymoo problem.")


def test_a_least_return_may_end_a_search_sooner_or_ends_it_alone():
    beside = told(expectation=replace(EXPECTATION, least_return="1%"))
    assert "--budget-return 1% may end it sooner; what a search brings is not known" in beside
    alone = replace(EXPECTATION, allowances=(), is_cut=True, least_return="1%")
    assert (
        "The table is of 10 generations: --budget-return 1% ends the search, but what a search "
        "brings is not known before."
    ) in told(expectation=alone)
    assert "It would end" not in told(expectation=alone)
