import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.journal import Journal, Record, merge, read_journal

finite = st.floats(allow_nan=False, allow_infinity=False)
metrics = st.dictionaries(st.text(min_size=1, max_size=8), finite, max_size=3)
integer_genomes = st.lists(st.integers(0, 99), min_size=1, max_size=5)
mixed_genomes = st.lists(st.one_of(st.integers(), finite, st.text()), min_size=1, max_size=4)
genomes = (integer_genomes | mixed_genomes).map(tuple)
records = st.builds(
    Record,
    genome=genomes,
    metrics=metrics,
    seconds=st.integers(0, 10**9).map(lambda microseconds: microseconds / 1e6),
    error=st.none() | st.text(),
    seed=st.integers(0, 2**32 - 1),
    curve=st.lists(metrics, max_size=2).map(tuple),
)
journals = st.lists(records, min_size=1, max_size=6, unique_by=lambda record: record.genome)

A = Record((0, 1), {"acc": 90.0}, 2.0, seed=7)
B = Record((2, 3), {}, 1.0, "ValueError: no", seed=8)


@given(records)
def test_a_record_reads_back_as_it_was_written(record):
    line = record.to_line()
    assert Record.from_line(line) == record
    assert line.endswith("\n")
    assert line.count("\n") == 1


@given(journals, st.data())
def test_any_beginning_of_a_journal_holds_the_first_of_its_records(whole, data):
    content = "".join(record.to_line() for record in whole).encode()
    cut = data.draw(st.integers(0, len(content)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(content[:cut])
        n_complete = content[:cut].count(b"\n")
        assert list(read_journal(path).values()) == whole[:n_complete]
        journal = Journal(path)
        for record in whole[n_complete:]:
            journal.append(record)
        journal.close()
        assert path.read_bytes() == content


def test_what_is_appended_is_there_before_the_journal_is_closed(tmp_path):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    assert journal.records == {}
    journal.append(A)
    assert list(read_journal(path).values()) == [A]
    journal.append(B)
    journal.close()
    assert Journal(path).records == {A.genome: A, B.genome: B}


def test_a_torn_last_line_is_cut_when_the_journal_is_opened(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text(A.to_line() + B.to_line()[:20])
    assert Journal(path).records == {A.genome: A}
    assert path.read_text() == A.to_line()


def test_a_journal_that_is_not_there_holds_nothing(tmp_path):
    assert read_journal(tmp_path / "records.jsonl") == {}


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        "{}",
        '"text"',
        '{"genome": 3, "metrics": {}, "seconds": 1, "error": null, "seed": 0}',
        '{"genome": [1], "metrics": [], "seconds": 1, "error": null, "seed": 0}',
        '{"genome": [1], "metrics": {"acc": null}, "seconds": 1, "error": null, "seed": 0}',
        '{"genome": [1], "metrics": {"acc": NaN}, "seconds": 1, "error": null, "seed": 0}',
        '{"genome": [1], "metrics": {"acc": Infinity}, "seconds": 1, "error": null, "seed": 0}',
        '{"genome": [1], "metrics": {}, "seconds": 1, "error": null}',
    ],
)
def test_a_damaged_line_is_named_with_its_file_and_number(tmp_path, damaged):
    path = tmp_path / "records.jsonl"
    content = A.to_line() + damaged + "\n" + B.to_line()
    path.write_text(content)
    with pytest.raises(ValueError, match=r"records\.jsonl, line 2: not a record \("):
        Journal(path)
    assert path.read_text() == content


def test_bytes_that_are_no_text_are_named_too(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\xff\xfe\n" + A.to_line().encode())
    with pytest.raises(ValueError, match=r"records\.jsonl, line 1: .*decode"):
        Journal(path)


def test_later_lines_only_add_metrics(tmp_path):
    path = tmp_path / "records.jsonl"
    later = Record(A.genome, {"acc": 1.0, "test_acc": 88.0}, 3.0, "RuntimeError: late", seed=9)
    path.write_text(A.to_line() + B.to_line() + later.to_line())
    loaded = read_journal(path)
    assert list(loaded) == [A.genome, B.genome]
    expected = Record(A.genome, {"acc": 90.0, "test_acc": 88.0}, 5.0, seed=7)
    assert loaded[A.genome] == expected == merge(A, later)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_never_written(tmp_path, value):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    with pytest.raises(ValueError, match="JSON compliant"):
        journal.append(Record((1,), {"acc": value}, 0.0))
    journal.close()
    assert path.read_bytes() == b""


def test_a_line_is_plain_json_that_other_tools_read():
    assert json.loads(A.to_line()) == {
        "genome": [0, 1],
        "metrics": {"acc": 90.0},
        "seconds": 2.0,
        "error": None,
        "seed": 7,
    }


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("genome", "[[1]]", "a gene is neither a number nor a text"),
        ("seed", "Infinity", "cannot convert float infinity to integer"),
    ],
)
def test_a_line_with_an_impossible_value_is_named(field, value, message, tmp_path):
    line = json.loads(Record((1, 2), {"acc": 1.0}, 0.1).to_line())
    text = json.dumps({**line, field: "?"}).replace('"?"', value)
    path = tmp_path / "records.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(ValueError, match=rf"records.jsonl, line 1: not a record \({message}"):
        read_journal(path)
