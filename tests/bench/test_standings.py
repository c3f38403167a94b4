import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.bench.standings import COLUMNS, Standings, compare

values = st.lists(st.integers(0, 5).map(float), min_size=2, max_size=8)


@given(values, values)
def test_the_effect_is_the_share_of_pairs_that_are_won(one, other):
    wins = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    found = compare(one, other)
    assert found.effect == pytest.approx(wins / (len(one) * len(other)))
    assert found.effect + compare(other, one).effect == pytest.approx(1.0)


def test_clearly_different_samples_are_significantly_so():
    # Eight against eight without overlap: p = 2 / C(16, 8), exactly.
    found = compare([1.0 + i / 9 for i in range(8)], [i / 9 for i in range(8)])
    assert found.effect == 1.0
    assert found.p == pytest.approx(2 / 12870)


def score(method, seed, n, hypervolume):
    return Score(method, seed, n, 10.0 * n, Verdict(hypervolume, 0.1, 0.5))


SCORES = [
    score(method, seed, n, base + 0.01 * seed + n / 1000)
    for method, base in (("gp", 0.8), ("nsga2", 0.6))
    for seed in range(4)
    for n in (30, 50, 73)
]


def test_standings_show_known_budgets_and_the_last():
    standings = Standings(SCORES[::-1], ["gp", "nsga2"])
    assert standings.shown == [30, 50, 73]
    assert standings.at("gp", 30) == pytest.approx([0.83, 0.84, 0.85, 0.86])
    header, rows = standings.table()
    assert header == ["method", "30", "50", "73", "area", "recall", "igd+"]
    assert rows[0][1] == "0.8450 [0.8375, 0.8525]"
    assert rows[1][-2:] == ["0.500", "0.100"]


def test_the_area_is_the_mean_height_of_the_curve():
    flat = [score("gp", 0, n, 0.7) for n in (10, 20, 90)]
    assert Standings(flat, ["gp"]).areas("gp") == pytest.approx([0.7])
    ramp = [score("gp", 0, n, n / 100) for n in (0, 50, 100)]
    assert Standings(ramp, ["gp"]).areas("gp") == pytest.approx([0.5])


def test_the_first_method_is_tested_against_the_others():
    header, rows = Standings(SCORES, ["gp", "nsga2"]).tests()
    assert header[0] == "gp ahead of"
    assert rows == [["nsga2", *["1.00 (p 0.03)"] * 3]]


def test_a_method_that_ended_early_leaves_gaps():
    short = [s for s in SCORES if s.method == "gp" or s.n_evaluations < 50]
    standings = Standings(short, ["gp", "nsga2"])
    assert standings.table()[1][1][2] == "-"
    assert standings.tests()[1][0][2] == "-"


def test_every_score_is_a_row():
    rows = Standings(SCORES, ["gp", "nsga2"]).rows()
    assert len(rows) == len(SCORES)
    assert dict(zip(COLUMNS, rows[0], strict=True)) == {
        "method": "gp",
        "seed": "0",
        "evaluations": "30",
        "cost": "300",
        "hypervolume": "0.830000",
        "igd_plus": "0.100000",
        "recall": "0.5000",
    }


def test_for_equal_cost_the_last_checkpoint_counts():
    standings = Standings([*SCORES, score("slow", 0, 200, 0.5)], ["gp", "nsga2", "slow"])
    header, rows = standings.by_cost()
    assert header == ["for a cost of", "45.6", "91.2", "182", "365", "730"]
    gp, _, slow = rows
    assert gp[:3] == ["gp", "0.0000 [0.0000, 0.0000]", "0.0000 [0.0000, 0.0000]"]
    assert gp[4] == "0.8450 [0.8375, 0.8525]"
    assert gp[5] == "0.8880 [0.8805, 0.8955]"
    assert slow[5] == "0.0000 [0.0000, 0.0000]"
