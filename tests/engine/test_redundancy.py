import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from evonas.engine.redundancy import examine
from evonas.objectives import Constraint, Goals, Objective
from evonas.record import Record

A, B, C, D = (Objective(name, "", name, +1) for name in "abcd")
GAIN = Objective("gain", "", "gain", -1)


def records(**columns):
    names = list(columns)
    return [
        Record((i,), dict(zip(names, map(float, row), strict=True)), 0.0)
        for i, row in enumerate(zip(*columns.values(), strict=True))
    ]


RNG = np.random.default_rng(0)
X, Y = RNG.random(40), RNG.random(40)


def test_a_copy_of_an_objective_adds_nothing():
    found = examine(records(a=X, b=Y, c=3 * X + 1), Goals((A, B, C)))
    assert found.twins == [("a", "c", pytest.approx(1.0))]
    assert found.is_idle == (True, False, True)
    assert "objectives a and c rank all architectures alike" in found.warning()


@pytest.mark.parametrize("one", "abcd")
@pytest.mark.parametrize("other", "abcd")
def test_a_twin_is_found_wherever_it_stands(one, other):
    if one >= other:
        return
    columns = {name: RNG.random(40) for name in "abcd"}
    columns[other] = np.exp(columns[one])
    found = examine(records(**columns), Goals((A, B, C, D)))
    assert found.twins == [(one, other, pytest.approx(1.0))]
    assert f"objectives {one} and {other} rank all" in found.warning()


def test_every_pair_stands_once_with_its_rank_correlation():
    columns = {name: RNG.random(30) for name in "abcd"}
    found = examine(records(**columns), Goals((A, B, C, D)))
    expected = [
        (one, other, pytest.approx(spearmanr(columns[one], columns[other])[0]))
        for one, other in ("ab", "ac", "ad", "bc", "bd", "cd")
    ]
    assert found.pairs == expected
    assert found.correlations == pytest.approx(found.correlations.T)
    assert np.diag(found.correlations).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(("n_swapped", "is_twin"), [(1, True), (8, False)])
def test_two_that_rank_nearly_alike_are_twins(n_swapped, is_twin):
    a = np.arange(40.0)
    b = a.copy()
    for i in range(n_swapped):  # neighbours: 1 - 6 x 2 n / (40 x 1599), .99981 and .9985
        b[2 * i], b[2 * i + 1] = a[2 * i + 1], a[2 * i]
    found = examine(records(a=a, b=b), Goals((A, B)))
    assert bool(found.twins) == is_twin
    assert found.correlations[0, 1] == pytest.approx(1 - 12 * n_swapped / (40 * 1599))


def test_what_an_objective_adds_reckoned_by_hand():
    """Members of the front: the first three; of a and c 0 and 2, of b and c 2, of a and b 3."""
    a = [0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    b = [2.0, 1, 0, 3, 3, 3, 3, 3, 3, 3]
    c = [1.0, 1, 0, 3, 3, 3, 3, 3, 3, 3]
    found = examine(records(a=a, b=b, c=c), Goals((A, B, C)))
    assert found.front_size == 3
    assert found.sizes_without == (1, 2, 3)
    assert found.is_idle == (False, False, True)
    assert found.table()[1][0][:3] == ["a", 1, "1.000000"]
    assert found.table()[1][1][2] == f"{spearmanr(a, b)[0]:.6f}"


def test_what_breaks_a_constraint_says_nothing():
    columns = {"a": [*X, 0.0], "b": [*Y, 0.0], "c": [*(0 * X), 1.0]}
    goals = Goals((A, B), (Constraint("c", "<=", 0.5),))
    assert examine(records(**columns), goals).front_size > 1
    assert examine(records(**columns), Goals((A, B))).front_size == 1


def test_objectives_that_differ_raise_no_warning():
    found = examine(records(a=X, b=Y, c=RNG.random(40)), Goals((A, B, C)))
    assert found.warning() == ""
    assert all(size < found.front_size for size in found.sizes_without)


def test_an_objective_that_follows_from_two_others_is_idle_without_being_a_twin():
    found = examine(records(a=X, b=Y, c=X + Y), Goals((A, B, C)))
    assert not found.twins
    assert found.warning() == "the front is the same without c: it adds nothing here"


def test_correlations_are_of_costs():
    found = examine(records(a=X, gain=X), Goals((A, GAIN)))
    assert found.correlations[0, 1] == pytest.approx(-1)
    assert found.front_size == 40


def test_a_constant_objective_has_no_rank():
    found = examine(records(a=X, b=0 * X), Goals((A, B)))
    assert np.isnan(found.correlations[0, 1])
    assert "without b" in found.warning()


def test_there_is_nothing_to_say_of_one_objective_or_of_few_records():
    assert examine(records(a=X), Goals((A,))) is None
    assert examine(records(a=X[:9], b=Y[:9]), Goals((A, B))) is None
    assert examine(records(a=X[:10], b=Y[:10]), Goals((A, B))) is not None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=10, max_size=30))
def test_a_multiple_of_an_objective_never_changes_the_front(points):
    a, b = np.array(points, dtype=float).T
    found = examine(records(a=a, b=b, c=2 * b), Goals((A, B, C)))
    assert found.is_idle[2]
    assert found.sizes_without[2] == found.front_size


def test_its_table_has_a_row_for_each_objective():
    header, rows = examine(records(a=X, b=Y), Goals((A, B))).table()
    assert header == ["objective", "front_size_without", "spearman_a", "spearman_b"]
    assert [row[0] for row in rows] == ["a", "b"]
    assert all(len(row) == len(header) for row in rows)
