import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.pages.tables import MOST_POINTS, MOST_ROWS, cell, cut_note, last_rows, thinned


@given(st.integers(0, 5000))
def test_a_curve_keeps_its_ends_its_order_and_has_room(n):
    points = list(range(n))
    found = thinned(points)
    assert len(found) <= MOST_POINTS + 1
    assert found == sorted(set(found))
    assert found[:1] == points[:1]
    assert found[-1:] == points[-1:]
    assert n > MOST_POINTS or found == points


@given(st.integers(0, 1000))
def test_a_table_that_is_cut_says_so(n):
    rows = list(range(n))
    assert last_rows(rows) == rows[max(0, n - MOST_ROWS) :]
    assert bool(cut_note(n, file="a.csv")) == (len(last_rows(rows)) < n)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (3, "3"), (0.123456789, "0.12346"), ("gp", "gp"), (0.0, "0")],
)
def test_a_cell_is_a_text(value, text):
    assert cell(value) == text
