import math

import numpy as np
import pytest

from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.bench.standings import MEASURES, Standings, compared, paired, quantiles


def score(method, seed, n, hypervolume, problem="toy"):
    return Score(problem, method, seed, n, 10.0 * n, Verdict(hypervolume, 0.1, 0.5, 0.25))


SCORES = [
    score(method, seed, n, base + 0.01 * seed + n / 1000)
    for method, base in (("gp", 0.8), ("nsga2", 0.6))
    for seed in range(4)
    for n in (30, 50, 73)
]


def test_standings_show_known_budgets_and_the_last():
    standings = Standings(SCORES[::-1], ["gp", "nsga2"])
    assert standings.shown == [30, 73]
    assert standings.counts == [30, 50, 73]
    assert dict(standings.at("gp", 30)) == pytest.approx({0: 0.83, 1: 0.84, 2: 0.85, 3: 0.86})
    assert list(standings.samples()) == ["30", "73", "area"]


def test_the_area_is_the_mean_height_of_the_curve():
    flat = [score("gp", 0, n, 0.7) for n in (10, 20, 90)]
    assert Standings(flat, ["gp"]).areas("gp") == pytest.approx({0: 0.7})
    ramp = [score("gp", 0, n, n / 100) for n in (0, 50, 100)]
    assert Standings(ramp, ["gp"]).areas("gp") == pytest.approx({0: 0.5})
    assert Standings([score("gp", 0, 10, 0.4)], ["gp"]).areas("gp") == {0: 0.4}


def test_a_method_that_was_given_less_leaves_gaps():
    short = [s for s in SCORES if s.method == "gp" or s.n_evaluations < 73]
    standings = Standings(short, ["gp", "nsga2"])
    assert standings.at("nsga2", 73) == {}
    assert standings.areas("nsga2") == {}
    assert {key[0] for key in standings.comparisons()} == {"30"}


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_may_be_what_is_compared(measure):
    worse, better = Verdict(0.2, 0.3, 0.1, 0.1), Verdict(0.8, 0.1, 0.4, 0.9)
    scores = [
        Score("toy", method, seed, 10, 1.0, verdict)
        for method, verdict in (("good", better), ("bad", worse))
        for seed in range(6)
    ]
    standings = Standings(scores, ["good", "bad"], measure=measure)
    assert standings.at("good", 10)[0] == getattr(better, measure)
    assert standings.sign == (1 if measure == "igd_plus" else -1)
    assert standings.comparisons()["10", "bad"].effect == 1.0


def test_what_nobody_has_reckoned_is_not_compared():
    scores = [
        Score("toy", method, 0, 10, 1.0, Verdict(0.5, 0.1, 0.5)) for method in ("gp", "nsga2")
    ]
    standings = Standings(scores, ["gp", "nsga2"], measure="log_hypervolume")
    assert standings.at("gp", 10) == {}
    assert standings.comparisons() == {}


def test_for_equal_cost_the_last_checkpoint_counts():
    standings = Standings(SCORES, ["gp", "nsga2"])
    assert standings.cost_levels == [730 / 8, 730 / 4, 730 / 2, 730 * 3 / 4, 730]
    assert np.isnan(standings.for_cost("gp", 299)).all()
    assert standings.for_cost("gp", 499) == pytest.approx([0.83, 0.84, 0.85, 0.86])
    assert standings.for_cost("gp", 730) == pytest.approx([0.873, 0.883, 0.893, 0.903])


def test_a_method_that_was_given_less_has_no_value_for_a_cost_that_it_never_spent():
    short = [s for s in SCORES if s.method == "gp" or s.n_evaluations < 73]
    standings = Standings(short, ["gp", "nsga2"])
    assert standings.cost_levels[-1] == 730
    assert standings.for_cost("nsga2", 500) == pytest.approx([0.65, 0.66, 0.67, 0.68])
    assert np.isnan(standings.for_cost("nsga2", 600)).all()
    assert standings.for_cost("gp", 600) == pytest.approx([0.85, 0.86, 0.87, 0.88])
    assert standings.whole_curves("nsga2") == []


def test_searches_are_compared_with_those_of_the_same_seed():
    one, other = {0: 0.1, 1: 0.2, 5: 0.3}, {1: 0.4, 5: 0.6, 7: 0.8}
    assert paired(one, other) == [(0.2, 0.4), (0.3, 0.6)]


def test_all_that_is_compared_is_corrected_together():
    twice = {name: Standings(SCORES, ["gp", "nsga2"]) for name in ("one", "two")}
    found = compared(twice)
    assert set(found) == {(p, w, "nsga2") for p in twice for w in ("30", "73", "area")}
    # Four pairs, all of one sign: p = 2 / 2^4, six times.
    assert all(each.p == pytest.approx(6 / 8) for each in found.values())
    alone = compared({"one": twice["one"]})
    assert alone["one", "30", "nsga2"].p == pytest.approx(3 / 8)


def test_quantiles_may_be_infinite():
    assert quantiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 3.0, 4.0)
    assert quantiles([1.0, math.inf, math.inf]) == (math.inf, math.inf, math.inf)
    assert quantiles([1.0, 2.0, 3.0, math.inf, math.inf])[:2] == (2.0, 3.0)
