import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.operator_table import Operator, OperatorTable, TableQuality
from evonas.hardware.table_files import read_table, write_table

number = st.floats(0, 1e12)
OPERATORS = st.builds(
    Operator,
    st.text("Conv2d 3x,+", min_size=1),
    st.lists(st.integers(1, 999), max_size=3).map(tuple),
    *(number, number, number),
)
TABLES = st.builds(
    OperatorTable,
    device=st.text(min_size=1, max_size=9),
    runtime=st.sampled_from(["torch", "onnx"]),
    batch=st.integers(1, 64),
    seconds=st.dictionaries(OPERATORS, st.floats(0, 10), min_size=1, max_size=5),
    once_s=st.floats(0, 1),
    factor=st.floats(0, 3),
    quality=st.none() | st.builds(TableQuality, st.just(12), st.floats(-1, 1), st.floats(0, 1)),
)
CONV = Operator("Conv2d 3x3, stride 2x2", (8, 4, 4), 1e4, 2048.0, 576.0)
TABLE = OperatorTable("a board", "onnx", 4, {CONV: 2e-5}, once_s=1e-6, factor=0.5)


@given(table=TABLES)
def test_what_was_written_as_json_is_read_the_same(table, tmp_path_factory):
    file = tmp_path_factory.mktemp("tables") / "table.json"
    write_table(table, file)
    assert read_table(file) == table


def test_what_was_written_as_csv_tells_the_same_of_networks(tmp_path):
    file = tmp_path / "board.csv"
    write_table(TABLE, file)
    found = read_table(file)
    assert (found.device, found.runtime, found.batch) == ("a board", "onnx", 4)
    assert found.look_up([CONV, CONV]).seconds == TABLE.look_up([CONV, CONV]).seconds


def test_a_csv_file_of_somebody_else_needs_six_columns(tmp_path):
    file = tmp_path / "my-board.csv"
    head = "operator,output,flops,activation_bytes,weight_bytes,seconds"
    file.write_text(f"{head}\nReLU,8x4x4,0,1024,0,3e-6\nLinear,10,640,296,2600,4e-6\n")
    found = read_table(file)
    assert (found.device, found.runtime, found.batch) == ("my-board", "torch", 1)
    relu = Operator("ReLU", (8, 4, 4), 0.0, 1024.0, 0.0)
    assert found.look_up([relu, relu]).seconds == 6e-6


def test_a_file_that_has_changed_is_read_anew(tmp_path):
    file = tmp_path / "table.json"
    write_table(TABLE, file)
    assert read_table(file).factor == 0.5
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "factor": 2.0}))
    assert read_table(file).factor == 2.0


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "", r"a.txt is no look-up table; its suffix must be one of .json, .csv$"),
        ("a.json", "{", "^cannot read the look-up table .*a.json: Expecting property name"),
        ("a.json", "{}", "a.json is no look-up table: it lacks 'quality'$"),
        ("a.csv", "operator,output\nReLU,1\n", "a.csv is no look-up table: it lacks 'flops'$"),
        ("a.csv", "", "^cannot read the look-up table .*a.csv: it has no rows; expected the"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^no look-up table at .*none.csv$"):
        read_table(tmp_path / "none.csv")


def test_another_suffix_is_not_written(tmp_path):
    with pytest.raises(ValueError, match=r"its suffix must be one of .json, .csv$"):
        write_table(TABLE, tmp_path / "a.toml")
