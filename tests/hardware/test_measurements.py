from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.measurements import (
    KINDS,
    Measurement,
    read_measurements,
    write_measurements,
)


def read(tmp_path, text, **told):
    file = tmp_path / "times.csv"
    file.write_text(text)
    return read_measurements(file, **told)


@pytest.mark.parametrize(
    ("name", "factor"),
    [("seconds", 1), ("seconds [s]", 1), ("latency [ms]", 1e-3), ("t [us]", 1e-6)],
)
def test_the_unit_of_a_time_stands_in_the_name_of_its_column(tmp_path, name, factor):
    (found,) = read(tmp_path, f"architecture,{name}\na,2.5\n")
    assert found == Measurement("a", pytest.approx(2.5 * factor), 1, "inference")


def test_batches_and_passes_are_read_where_they_are_told(tmp_path):
    found = read(
        tmp_path, "seconds,genome,batch,pass,remark\n1,0-1,32,training,slow\n2,0-2,,,\n"
    )
    assert found == [Measurement("0-1", 1.0, 32, "training"), Measurement("0-2", 2.0)]


def test_a_column_of_several_is_named_with_its_unit(tmp_path):
    text = "architecture,pi,phone [ms]\na,3,4\n"
    assert read(tmp_path, text, column="pi:ms")[0].seconds == pytest.approx(3e-3)
    assert read(tmp_path, text, column="phone [ms]")[0].seconds == pytest.approx(4e-3)
    assert read(tmp_path, text)[0].seconds == pytest.approx(4e-3)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", "", "times.csv: no column architecture or genome; expected columns"),
        ("net,seconds\n", "", "no column architecture or genome"),
        ("genome,pi\n", "", r"no column of a time; name one with --column NAME:UNIT"),
        ("genome,seconds,b [ms]\n", "", r"2 columns of times, seconds, b \[ms\]; name one"),
        ("genome,pi\n", "pie:ms", r"no column 'pie' \(did you mean 'pi'\?\); there are genome"),
        ("genome,pi\n", "pi", "column 'pi' has no known unit; say it with --column pi:UNIT"),
        ("genome,pi\n", "pi:h", "column 'pi' has no known unit; .* one of s, ms, us"),
        ("genome,seconds\na,1\nb,fast\n", "", "line 3: time 'fast', batch '1'; expected a num"),
        ("genome,seconds\na,\n", "", "line 2: time '', batch '1'"),
        ("genome,seconds,batch\na,1,x\n", "", "line 2: time '1', batch 'x'"),
        ("genome,seconds\na,0\n", "", "line 2: .* expected a name, a time above 0"),
        (
            "genome,seconds\na,nan\n",
            "",
            "line 2: .* time nan, .* expected a name, a time above",
        ),
        ("genome,seconds\n,1\n", "", "line 2: architecture '', .* expected a name"),
        ("genome,seconds,batch\na,1,0\n", "", "line 2: .* batch 0, .* a batch of 1 or more"),
        ("genome,seconds,pass\na,1,both\n", "", "pass 'both'; .* inference or training"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line_and_the_way_out(
    tmp_path, text, column, expected
):
    with pytest.raises(ValueError, match=expected):
        read(tmp_path, text, column=column)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no measurements in .*x\.csv: there is no such"
    ):
        read_measurements(tmp_path / "x.csv")


WRITTEN = st.builds(
    Measurement,
    architecture=st.sampled_from(["0-1", "1 0 2", "|none~0|+|a~0|b~1|", '[1, "x"]']),
    seconds=st.floats(1e-9, 1e6),
    batch=st.integers(1, 4096),
    kind=st.sampled_from(KINDS),
)


@given(st.lists(WRITTEN, max_size=4))
def test_what_is_written_is_read_as_it_was(tmp_path_factory, measurements):
    file = tmp_path_factory.mktemp("times") / "times.csv"
    write_measurements(file, measurements)
    found = read_measurements(file)
    expected = [replace(m, seconds=pytest.approx(m.seconds)) for m in measurements]
    assert found == expected
