import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.engine.redundancy import LEAST_RECORDS, examine
from evonas.objectives import Goals, Objective
from evonas.record import Record

A, B, C = (Objective(name, "", name, +1) for name in "abc")
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
    few = records(a=X, b=Y)[: LEAST_RECORDS - 1]
    assert examine(few, Goals((A, B))) is None


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
