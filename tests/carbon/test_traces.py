from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.carbon.traces import Trace, read_trace, starts

FIRST = datetime(2025, 1, 1)


def hourly(*grams):
    times = tuple(FIRST + timedelta(hours=i) for i in range(len(grams) + 1))
    return Trace("t.csv", times, grams)


def test_work_of_an_hour_emits_by_the_hour_in_which_it_begins():
    found = starts(hourly(300.0, 100.0, 500.0), [(1.0, 2.0)])
    assert found.grams == (600.0, 200.0, 1000.0)
    assert found.best == (FIRST + timedelta(hours=1), 200.0)
    assert found.worst == (FIRST + timedelta(hours=2), 1000.0)
    assert found.mean == 600.0


def test_phases_fall_into_the_hours_in_which_they_are():
    found = starts(hourly(300.0, 100.0), [(0.5, 1.0), (1.0, 2.0)])
    assert found.grams == (300.0 + 2 * 200.0,)


@given(
    st.lists(st.floats(0, 1000), min_size=2, max_size=30),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 9)), min_size=1, max_size=2),
)
def test_no_start_emits_less_than_the_best_hour_or_more_than_the_worst(grams, phases):
    found, kwh = starts(hourly(*grams), phases), sum(kwh for _, kwh in phases)
    for each in found.grams:
        assert kwh * min(grams) - 1e-3 <= each <= kwh * max(grams) + 1e-3


def test_work_longer_than_the_trace_is_refused():
    with pytest.raises(
        ValueError, match=r"t.csv has 2 hours and the search took 3; give a lon"
    ):
        starts(hourly(1.0, 2.0), [(3.0, 1.0)])


def test_a_trace_is_read_with_its_mean(tmp_path):
    file = tmp_path / "day.csv"
    file.write_text("time,zone,g/kWh\n2025-01-01T00:00Z,x,100\n2025-01-01T01:00Z,x,200\n")
    trace = read_trace(file)
    assert (trace.name, trace.grams, trace.mean) == ("day.csv", (100.0, 200.0), 150.0)
    assert trace.hours == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected the columns time and g/kWh, got none"),
        ("hour,g/kWh\n", "expected the columns time and g/kWh, got hour, g/kWh"),
        ("time,g/kWh\n2025-01-01,1\n", "has 1 rows; expected at least 2"),
        ("time,g/kWh\n2025-01-01,x\n", "line 2: cannot read '2025-01-01' and 'x'"),
        ("time,g/kWh\nnoon,1\n", "line 2: cannot read 'noon' and '1'"),
        ("time,g/kWh\n2025-01-01,-1\n", "line 2: cannot read '2025-01-01' and '-1'"),
        ("time,g/kWh\n2025-01-02,1\n2025-01-01,1\n", "does not come after the row before"),
        ("time,g/kWh\n2025-01-01,1\n2025-01-02T00:00Z,1\n", "some times have a zone and"),
    ],
)
def test_a_trace_that_cannot_be_read_is_refused(tmp_path, text, said):
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_trace(file)


def test_a_trace_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no trace .*none.csv; --grid takes"):
        read_trace(tmp_path / "none.csv")
