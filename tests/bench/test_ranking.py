"""Ranks over problems: published critical values, and a published example."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.bench.ranking import (
    blocks_of,
    chance_ahead,
    cliques,
    critical_difference,
    critical_value,
    difference_from_one,
    ranked,
)
from evonas.bench.standings import Standings

# Demšar 2006, "Statistical Comparisons of Classifiers over Multiple Data Sets", Table 5 (a)
PUBLISHED = (1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164)

# The same, Table 6: areas under the curve of C4.5 with -m, with -cf, with both, and without, on
# fourteen data sets.
DEMSAR = {
    "C4.5": "763 599 954 628 882 936 661 583 775 1000 940 619 972 957",
    "C4.5+m": "768 591 971 661 888 931 668 583 838 1000 962 666 981 978",
    "C4.5+cf": "771 590 968 654 886 916 609 563 866 1000 965 614 9751 946",
    "C4.5+m+cf": "798 569 967 657 898 931 685 625 875 1000 962 669 975 970",
}


def read(text):
    return [int(word) / 10 ** (len(word) - (word == "1000")) for word in text.split()]


def test_critical_values_are_those_that_were_published():
    found = [critical_value(k) for k in range(2, 11)]
    assert found == pytest.approx(PUBLISHED, abs=1.1e-3)


# Table 5 (b), for one method against all others
PUBLISHED_FROM_ONE = (1.960, 2.241, 2.394, 2.498, 2.576, 2.638, 2.690, 2.724, 2.773)


def test_critical_values_for_one_method_are_those_that_were_published():
    found = [difference_from_one(k, 1) / math.sqrt(k * (k + 1) / 6) for k in range(2, 11)]
    # The eighth is 2.734 by the formula, and printed as 2.724.
    assert [round(value, 3) for value in found[:7]] == list(PUBLISHED_FROM_ONE[:7])
    assert found == pytest.approx(PUBLISHED_FROM_ONE, abs=1.1e-2)


def test_the_example_of_demsar():
    found = ranked({name: read(text) for name, text in DEMSAR.items()})
    assert found.ranks == pytest.approx((3.143, 2.000, 2.893, 1.964), abs=6e-4)
    assert (found.n_blocks, found.methods[0]) == (14, "C4.5")
    # "the critical value is 2.569 and the corresponding CD is [...] 1.25"
    assert found.critical_difference == pytest.approx(1.25, abs=5e-3)
    # chi-square of 9.28 without, and some more with the correction for ties
    assert 0.015 < found.p < 0.026


def test_equal_methods_share_their_ranks_and_differ_by_chance():
    found = ranked({"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [1.0, 2.0]})
    assert found.ranks == (2.0, 2.0, 2.0)
    assert found.p == 1.0
    assert cliques(found) == [(0, 2)]


def test_of_one_problem_nothing_can_be_told():
    found = ranked({"a": [3.0], "b": [2.0], "c": [1.0]})
    assert found.ranks == (1.0, 2.0, 3.0)
    assert math.isnan(found.p)
    assert math.isnan(found.critical_difference)
    assert cliques(found) == []


def test_two_methods_have_no_test_of_friedman():
    assert math.isnan(ranked({"a": [3.0, 4.0], "b": [2.0, 1.0]}).p)


def test_bars_join_neighbours_that_cannot_be_told_apart():
    values = {m: [10.0 - i] * 8 for i, m in enumerate("abcdef")}
    found = ranked(values)
    assert found.ranks == (1, 2, 3, 4, 5, 6)
    assert found.critical_difference == pytest.approx(critical_difference(6, 8))
    assert 2 < found.critical_difference < 3
    assert cliques(found) == [(0, 2), (1, 3), (2, 4), (3, 5)]
    many = ranked({m: [10.0 - i] * 200 for i, m in enumerate("abc")})
    assert cliques(many) == []


@given(st.integers(2, 6), st.integers(2, 9), st.integers(0, 2**32))
def test_average_ranks_have_the_mean_that_they_must_have(k, n, seed):
    table = np.random.default_rng(seed).integers(0, 4, (k, n)).astype(float)
    found = ranked({f"m{i}": row.tolist() for i, row in enumerate(table)})
    assert np.mean(found.ranks) == pytest.approx((k + 1) / 2)
    bars = cliques(found)
    assert all(i < j for i, j in bars)
    assert bars == sorted(bars)


def test_the_chance_of_being_ahead():
    better = [0.8, 0.9, 0.7, 0.85, 0.75, 0.95]
    worse = [0.7, 0.8, 0.5, 0.8, 0.7, 0.85]
    assert chance_ahead(better, worse) > 0.99
    assert chance_ahead(better, better) == 0.5
    assert chance_ahead(worse, better) == pytest.approx(1 - chance_ahead(better, worse))
    assert 0.2 < chance_ahead([1.0, 0.0], [0.0, 1.0]) < 0.8


def score(problem, method, seed, value, n=20):
    return Score(problem, method, seed, n, 1.0, Verdict(value, 1 - value, 0.0, value))


def test_a_problem_is_one_block_however_many_seeds_it_was_searched_with():
    scores = {
        "p": [score("p", "a", s, 0.1 * s) for s in range(5)]
        + [score("p", "b", s, 0.5) for s in range(3)],
        "q": [score("q", "a", 0, 0.9), score("q", "b", 0, 0.3), score("q", "c", 0, 0.2)],
    }
    standings = [Standings(own, ["a", "b", "c"]) for own in scores.values()]
    blocks = blocks_of(standings, ["a", "b", "c"])
    assert blocks == {
        word: {"a": pytest.approx([0.2, 0.9]), "b": pytest.approx([0.5, 0.3])}
        for word in ("20", "area")
    }
    distances = [Standings(own, ["a", "b", "c"], measure="igd_plus") for own in scores.values()]
    assert blocks_of(distances, ["a"])["20"]["a"] == pytest.approx([-0.8, -0.1])


def test_budgets_that_are_not_shown_for_all_problems_are_left_out():
    short = Standings([score("p", "a", 0, 0.5, n) for n in (10, 20)], ["a"])
    long = Standings([score("q", "a", 0, 0.5, n) for n in (10, 20, 30)], ["a"])
    assert list(blocks_of([short, long], ["a"])) == ["10", "20", "area"]
