import errno
import itertools
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.faults import FAULT_KINDS
from evonas.record import Record, merge
from evonas.runs import journal as journal_module
from evonas.runs.journal import (
    BusyError,
    FolderError,
    Journal,
    JournalError,
    read_journal,
    read_measurements,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
odd_text = st.text(st.characters(exclude_categories=()), max_size=20).filter(
    lambda text: json.loads(json.dumps(text)) == text  # two halves of a character become one
) | st.sampled_from(["\n", "\0", '"', "\\", "\ud800", '", "crc": "00000000"}\n', "\u2028\r"])
metrics = st.dictionaries(st.text(min_size=1, max_size=8), finite, max_size=3)
integer_genomes = st.lists(st.integers(0, 99), min_size=1, max_size=5)
mixed_genes = st.one_of(st.integers(), finite, odd_text, st.booleans(), st.none())
genomes = (integer_genomes | st.lists(mixed_genes, min_size=1, max_size=4)).map(tuple)
fields = {
    "genome": genomes,
    "seconds": st.integers(0, 10**9).map(lambda microseconds: microseconds / 1e6),
    "seed": st.integers(0, 2**32 - 1),
    "curve": st.lists(metrics, max_size=2).map(tuple),
}
measured = st.builds(Record, metrics=metrics, **fields)
failed = st.builds(
    Record,
    metrics=st.just({}),
    error=odd_text,
    kind=st.sampled_from(sorted(FAULT_KINDS)),
    trace=st.lists(odd_text, max_size=3).map(tuple),
    **fields,
)
records = measured | failed
journals = st.lists(records, min_size=1, max_size=5, unique_by=lambda record: record.genome)

A = Record((0, 1), {"acc": 90.0}, 2.0, seed=7)
B = Record((2, 3), {}, 1.0, "ValueError: no", seed=8, kind="invalid", trace=('File "a", 1',))
C = Record((4, 5), {"acc": 80.0}, 2.0, seed=9)
WAY_OUT = "; remove the line to have its architecture measured again$"
CHECKSUM = "the checksum does not fit: the line was damaged, or edited by hand" + WAY_OUT


def bytes_of(*some):
    return "".join(record.to_line() for record in some).encode()


def sealed(line):
    """A line with a checksum that fits."""
    body = line.removesuffix("}")
    return f'{body}, "crc": "{crc32(body.encode()):08x}"}}\n'


def edited(record=A, **changes):
    """A record's line after a change by hand, sealed again; ``None`` leaves a key out."""
    content = json.loads(record.to_line())
    del content["crc"]
    for name, value in changes.items():
        content[name] = value
    return sealed(json.dumps({k: v for k, v in content.items() if v != "left out"}))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.jsonl"


@given(records)
def test_a_record_reads_back_as_it_was_written(record):
    line = record.to_line()
    assert Record.from_line(line) == record
    assert Record.from_line(line.encode("ascii").removesuffix(b"\n")) == record
    assert line.endswith("\n")
    assert line.count("\n") == 1


@given(journals, st.data())
def test_any_beginning_of_a_journal_holds_the_first_of_its_records(whole, data):
    content = bytes_of(*whole)
    cut = data.draw(st.integers(0, len(content)))
    ends = itertools.accumulate(len(record.to_line()) for record in whole)
    n_complete = sum(cut >= end - 1 for end in ends)  # the newline may be missing
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(content[:cut])
        assert list(read_journal(path).values()) == whole[:n_complete]
        journal = Journal(path)
        assert list(journal.records.values()) == whole[:n_complete]
        for record in whole[n_complete:]:
            journal.append(record)
        journal.close()
        assert path.read_bytes() == content


@st.composite
def damages(draw):
    """A journal, and the same with one byte changed, inserted or left out."""
    whole = draw(journals)
    content = bytes_of(*whole)
    kind = draw(st.sampled_from(["changed", "inserted", "left out"]))
    at = draw(st.integers(0, len(content) - (kind != "inserted")))
    new = b"" if kind == "left out" else bytes([draw(st.integers(0, 255))])
    return whole, content[:at] + new + content[at + (kind != "inserted") :]


@given(damages())
def test_a_damaged_byte_is_named_or_harmless_and_never_makes_another_record(damage):
    whole, content = damage
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(content)
        for read in (read_journal, lambda path: Journal(path).records):
            try:
                loaded = list(read(path).values())
            except ValueError as error:
                assert re.match(rf"{re.escape(str(path))}, line \d+: ", str(error))  # noqa: PT017
                assert path.read_bytes() == content
            else:
                assert loaded in (whole, whole[:-1])


def test_every_flipped_bit_of_a_line_is_found():
    line = B.to_line().encode().removesuffix(b"\n")
    for at in range(len(line) * 8):
        flipped = bytearray(line)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(ValueError, match=r"the checksum does not fit|not a record"):
            Record.from_line(bytes(flipped))


def test_what_is_appended_is_there_before_the_journal_is_closed(path):
    journal = Journal(path)
    assert journal.records == {}
    journal.append(A)
    assert list(read_journal(path).values()) == [A]
    journal.append(B)
    journal.sync()
    journal.close()
    journal.close()
    again = Journal(path)
    assert again.records == {(A.genome, ""): A, (B.genome, ""): B}
    assert again.lines == {(A.genome, ""): 1, (B.genome, ""): 2}


def test_a_torn_last_line_is_cut_when_the_journal_is_opened_and_that_is_said(path, caplog):
    path.write_bytes(bytes_of(A, B)[:-2])
    assert Journal(path).records == {(A.genome, ""): A}
    assert path.read_bytes() == bytes_of(A)
    assert [(entry.name, entry.levelno) for entry in caplog.records] == [
        ("evonas", logging.WARNING)
    ]
    assert caplog.messages == [
        f"{path}: the last line was not finished when its writer was killed; it was cut off, "
        "and its architecture will be measured again"
    ]


def test_a_last_line_that_lacks_its_newline_alone_is_kept(path, caplog):
    path.write_bytes(bytes_of(A, B)[:-1])
    assert list(read_journal(path).values()) == [A, B]
    journal = Journal(path)
    assert list(journal.records.values()) == [A, B]
    journal.append(C)
    assert path.read_bytes() == bytes_of(A, B, C)
    assert caplog.messages == []


def test_a_finished_last_line_is_never_cut_off(path):
    path.write_bytes(bytes_of(A, B)[:-1] + b"\r")
    with pytest.raises(ValueError, match=rf"records\.jsonl, line 2: {CHECKSUM}"):
        Journal(path)


def test_reading_a_torn_journal_leaves_it_alone(path, caplog):
    content = bytes_of(A, B)[:-20]
    path.write_bytes(content)
    assert list(read_journal(path).values()) == [A]
    assert path.read_bytes() == content
    assert caplog.messages == []


def test_a_journal_that_is_not_there_holds_nothing(path):
    assert read_journal(path) == {} == read_measurements(path)
    assert not path.exists()


def test_lines_are_read_by_genome_and_fidelity_and_nothing_is_written(path):
    later = Record(A.genome, {"test_acc": 1.0}, 1.0, seed=A.seed)
    path.write_text(A.to_line() + B.to_line() + later.to_line() + B.to_line()[:9])
    before = path.read_bytes()
    found = read_measurements(path)
    assert [line.metrics for line in found[A.genome, A.fidelity]] == [A.metrics, later.metrics]
    assert list(found) == [(A.genome, ""), (B.genome, "")]
    assert path.read_bytes() == before


DAMAGED = [
    ("", "it has no checksum"),
    ("{", "it has no checksum"),
    ("\0\0\0", "it has no checksum"),
    (A.to_line().partition(', "crc"')[0] + "}", "it has no checksum"),
    (sealed("[}"), "Expecting value: line 1 column 2"),
    (sealed("{}"), "Expecting property name"),
    (sealed('{"error": null}'), "'seed'"),
    (sealed('{"error": ' + "[" * 10**5 + "}"), "maximum recursion depth exceeded"),
    (edited(genome=3), "genome is no list"),
    (edited(genome="12"), "genome is no list"),
    (edited(genome=[[1]]), "a gene is neither a number nor a text"),
    (edited(genome=[float("nan")]), "a gene is neither a number nor a text"),
    (edited(metrics=[]), "'list' object has no attribute 'items'"),
    (edited(metrics={"acc": None}), "acc is no number"),
    (edited(metrics={"acc": True}), "acc is no number"),
    (edited(metrics={"acc": float("nan")}), "acc is not finite"),
    (edited(metrics={"acc": float("inf")}), "acc is not finite"),
    (edited(metrics={"acc": 10**400}), "int too large"),
    (edited(seconds=-1.0), "the seconds or the effort are negative"),
    (edited(seconds=float("inf")), "seconds is not finite"),
    (edited(seconds="2"), "seconds is no number"),
    (edited(seed=True), "the seed is no whole number"),
    (edited(fidelity=3), "the fidelity is no text"),
    (edited(seed=1.0), "the seed is no whole number"),
    (edited(seed="left out"), "'seed'"),
    (edited(curve=[3]), "'int' object has no attribute 'items'"),
    (edited(curve={}), "curve is no list"),
    (edited(kind="raised"), "there is an error and no kind of it, or a kind and no error"),
    (edited(error="no"), "there is an error and no kind of it, or a kind and no error"),
    (edited(B, kind=""), "there is an error and no kind of it, or a kind and no error"),
    (edited(B, kind="odd"), "the error 'ValueError: no' is of kind 'odd'"),
    (edited(B, kind=["odd"]), "unhashable type"),
    (edited(B, error=3), "the error 3 is of kind 'invalid'"),
    (edited(B, trace="text"), "trace is no list"),
    (edited(B, trace=[3]), "the trace is no list of texts"),
    (edited(B, trace="left out"), "'trace'"),
    (edited(B, metrics={"acc": 1.0}), "it failed, and yet has metrics"),
]


@pytest.mark.parametrize(("damaged", "reason"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_line_that_is_no_record_is_named_with_its_file_and_number(path, damaged, reason):
    content = A.to_line() + damaged.removesuffix("\n") + "\n" + C.to_line()
    path.write_text(content)
    message = rf"^{re.escape(str(path))}, line 2: not a record \({re.escape(reason)}.*{WAY_OUT}"
    for read in (Journal, read_journal):
        with pytest.raises(ValueError, match=message):
            read(path)
    assert path.read_text() == content


@pytest.mark.parametrize(
    "damaged",
    [
        A.to_line().replace("90.0", "99.0"),
        A.to_line().replace("\n", "\r\n"),
        A.to_line().replace("\n", " ") + B.to_line(),
        A.to_line().upper().replace("CRC", "crc"),
        json.dumps(json.loads(A.to_line()), indent=None, separators=(",", ":")) + "\n",
    ],
)
def test_a_line_that_was_edited_by_hand_is_named(path, damaged):
    path.write_bytes(bytes_of(C) + damaged.encode() + bytes_of(B))
    with pytest.raises(ValueError, match=rf"records\.jsonl, line 2: {CHECKSUM}"):
        Journal(path)


def test_bytes_that_are_no_text_are_named_too(path):
    path.write_bytes(b"\xff\xfe\n" + bytes_of(A))
    with pytest.raises(ValueError, match=r"records\.jsonl, line 1: not a record \(it has no"):
        Journal(path)


def test_later_lines_only_add_metrics(path):
    later = Record(A.genome, {"acc": 1.0, "test_acc": 88.0}, 3.0, seed=9)
    path.write_bytes(bytes_of(A, B, later))
    journal = Journal(path)
    assert list(journal.records) == [(A.genome, ""), (B.genome, "")]
    expected = Record(A.genome, {"acc": 90.0, "test_acc": 88.0}, 5.0, seed=7)
    assert journal.records[A.genome, ""] == expected == merge(A, later)
    assert journal.lines == {(A.genome, ""): 1, (B.genome, ""): 2}


def test_what_failed_first_stays_failed_and_what_fails_later_takes_nothing_away():
    later = Record(B.genome, {"acc": 1.0}, 3.0, seed=9)
    expected = Record(B.genome, {}, 4.0, B.error, B.seed, B.kind, B.trace)
    assert merge(B, later) == expected
    assert merge(later, B) == Record(B.genome, {"acc": 1.0}, 4.0, seed=9)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (Record((1,), {"acc": float("nan")}, 0.0), "JSON compliant"),
        (Record((1,), {"acc": float("inf")}, 0.0), "JSON compliant"),
        (Record((1,), {"acc": -float("inf")}, 0.0), "JSON compliant"),
        (Record((1,), {}, float("inf")), "JSON compliant"),
        (Record((1,), {}, float("nan")), "the seconds or the effort are negative"),
        (Record(((1, 2),), {}, 0.0), "a gene is neither a number nor a text"),
        (Record((1,), {}, 0.0, "no", kind="odd"), "the error 'no' is of kind 'odd'"),
        (Record((1,), {"acc": 1.0}, 0.0, "no"), "it failed, and yet has metrics"),
    ],
)
def test_what_could_not_be_read_back_is_never_written(path, record, message):
    journal = Journal(path)
    with pytest.raises(ValueError, match=message):
        journal.append(record)
    journal.append(A)
    journal.close()
    assert path.read_bytes() == bytes_of(A)


def test_a_line_is_plain_json_that_other_tools_read():
    assert json.loads(A.to_line()) == {
        "genome": [0, 1],
        "metrics": {"acc": 90.0},
        "seconds": 2.0,
        "error": None,
        "seed": 7,
        "crc": "f7381722",
    }
    failure = json.loads(B.to_line())
    assert list(failure)[-3:] == ["kind", "trace", "crc"]
    assert (failure["kind"], failure["trace"]) == ("invalid", ['File "a", 1'])


def test_a_failure_without_a_kind_was_raised():
    assert Record.from_line(Record((1,), {}, 0.0, "no").to_line()).kind == "raised"


def busy(path):
    directory = re.escape(str(path.parent))
    return (
        f"^{directory} is in use: another process is writing to it; wait until it ends, or "
        "stop it$"
    )


def test_a_second_writer_is_refused_until_the_first_lets_go(path):
    first = Journal(path)
    with pytest.raises(BusyError, match=busy(path)):
        Journal(path)
    first.append(A)
    assert list(read_journal(path).values()) == [A]
    first.close()
    Journal(path).close()
    assert not issubclass(BusyError, FolderError)


def test_a_writer_that_was_refused_does_not_even_cut_a_torn_line(path):
    first = Journal(path)
    os.write(first._file.fileno(), bytes_of(A)[:20])
    with pytest.raises(BusyError, match="is in use"):
        Journal(path)
    assert path.read_bytes() == bytes_of(A)[:20]


HOLDER = """
import sys
from pathlib import Path
from evonas.runs.journal import Journal
from evonas.record import Record
journal = Journal(Path(sys.argv[1]))
journal.append(Record((0, 1), {"acc": 90.0}, 2.0, seed=7))
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_journal_of_another_process_is_refused_until_that_one_is_killed(path):
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(BusyError, match=busy(path)):
            Journal(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    journal = Journal(path)
    assert list(journal.records.values()) == [A]
    journal.append(B)


def test_a_journal_that_cannot_be_read_is_not_kept_locked(path):
    path.write_text("nonsense\n")
    with pytest.raises(ValueError, match="not a record") as kept:
        Journal(path)
    path.write_bytes(b"")
    Journal(path).close()
    assert kept.value is not None


def test_a_file_system_without_locks_is_said_and_used(path, monkeypatch, caplog):
    def flock(file, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(journal_module.fcntl, "flock", flock)
    Journal(path).append(A)
    assert caplog.messages == [
        f"{path} cannot be locked here; let no second process write to it"
    ]


def test_a_lock_that_fails_otherwise_is_an_error(path, monkeypatch):
    def flock(file, operation):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(journal_module.fcntl, "flock", flock)
    with pytest.raises(JournalError, match=r"^cannot write .*jsonl: Input/output error$"):
        Journal(path)


def test_a_journal_deleted_while_it_was_being_locked_is_made_anew(path, monkeypatch):
    flock = journal_module.fcntl.flock

    def slow(file, operation):
        monkeypatch.setattr(journal_module.fcntl, "flock", flock)
        path.unlink()
        flock(file, operation)

    monkeypatch.setattr(journal_module.fcntl, "flock", slow)
    Journal(path).append(A)
    assert path.read_bytes() == bytes_of(A)


@pytest.mark.parametrize(
    ("place", "reason"),
    [("gone/records.jsonl", "No such file or directory"), (".", "Is a directory")],
)
def test_a_journal_that_cannot_be_made_is_named(tmp_path, place, reason):
    with pytest.raises(JournalError, match=rf"^cannot write .*: {reason}$"):
        Journal(tmp_path / place)


FILLER = """
import resource, sys
from pathlib import Path
from evonas.runs.journal import Journal, JournalError
from evonas.record import Record
journal = Journal(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
said = []
for n in range(100):
    try:
        journal.append(Record((n,), {"acc": 1.0 * n}, 0.5))
    except JournalError as error:
        said.append(str(error))
journal.close()
assert len(set(said)) == 1, said
print(said[0])
"""


@pytest.mark.parametrize("limit", [1, 1000, 1003])
def test_a_full_disk_leaves_whole_lines_and_refuses_all_further_ones(path, limit):
    words = [sys.executable, "-c", FILLER, str(path), str(limit)]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    kept = read_journal(path)
    consequence = f"the {len(kept)} records before are safe"
    assert said == f"cannot write {path}: File too large; {consequence}\n"
    assert list(kept) == [(n,) for n in range(len(kept))]
    content = path.read_bytes()
    assert limit - 150 < len(content) <= limit
    assert content == bytes_of(*kept.values())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_write_that_fails_half_way_is_taken_back(path, monkeypatch, code):
    write = os.write

    def half(number, data):
        if len(data) < 40:
            raise OSError(code, os.strerror(code))
        return write(number, data[: len(data) // 2])

    journal = Journal(path)
    journal.append(A)
    journal.append(B)
    monkeypatch.setattr(os, "write", half)
    message = (
        rf"^cannot write {re.escape(str(path))}: {re.escape(os.strerror(code))}; the 2 records "
        "before are safe$"
    )
    with pytest.raises(FolderError, match=message) as first:
        journal.append(C)
    assert first.value.__cause__.errno == code
    assert path.read_bytes() == bytes_of(A, B)
    monkeypatch.undo()
    for refused in (lambda: journal.append(C), journal.sync, journal.check_place):
        with pytest.raises(JournalError, match=message):
            refused()
    journal.close()
    assert Journal(path).records == {(A.genome, ""): A, (B.genome, ""): B}


def test_short_writes_add_up(path, monkeypatch):
    write = os.write
    journal = Journal(path)
    monkeypatch.setattr(os, "write", lambda number, data: write(number, data[:7]))
    journal.append(A)
    assert path.read_bytes() == bytes_of(A)


@pytest.mark.parametrize("n_written", [0, 7, 1000])
def test_an_interrupt_in_the_middle_of_a_line_leaves_whole_ones(path, monkeypatch, n_written):
    write = os.write

    def interrupted(number, data):
        write(number, data[:n_written])
        raise KeyboardInterrupt

    journal = Journal(path)
    journal.append(A)
    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.append(B)
    monkeypatch.undo()
    journal.append(C)
    assert path.read_bytes() == (bytes_of(A, B, C) if n_written == 1000 else bytes_of(A, C))


def fail(*arguments):
    raise OSError(errno.EIO, "Input/output error")


def test_what_may_not_have_reached_the_disk_is_said(path, monkeypatch):
    for finish in (Journal.sync, Journal.close):
        journal = Journal(path)
        monkeypatch.setattr(os, "fsync", fail)
        message = (
            r"^cannot write .*jsonl: Input/output error; the last records may not have reached "
            "the disk$"
        )
        with pytest.raises(JournalError, match=message):
            finish(journal)
        journal.close()
        monkeypatch.undo()
        Journal(path).close()


@pytest.mark.parametrize("what", ["moved", "folder moved", "deleted", "replaced"])
def test_a_journal_that_is_no_longer_in_its_place_is_written_no_further(tmp_path, what):
    (tmp_path / "run").mkdir()
    path, elsewhere = tmp_path / "run" / "records.jsonl", tmp_path / "elsewhere"
    journal = Journal(path)
    journal.append(A)
    if what == "moved":
        path.rename(elsewhere)
    elif what == "folder moved":
        path.parent.rename(elsewhere)
    elif what == "deleted":
        path.unlink()
    else:
        (tmp_path / "other").write_bytes(bytes_of(A, B))
        (tmp_path / "other").replace(path)
    truth = "are where it is now" if "moved" in what else "went with it"
    message = (
        f"^{re.escape(str(path))} was moved or deleted while the run was writing to it; its 1 "
        f"records {truth}$"
    )
    for _ in range(2):
        with pytest.raises(JournalError, match=message):
            journal.append(C)
    with pytest.raises(JournalError, match=message):
        journal.sync()
    journal.close()
    if what == "replaced":
        assert path.read_bytes() == bytes_of(A, B)


def test_a_change_of_the_working_directory_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    journal = Journal(Path("records.jsonl"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    journal.append(A)
    journal.close()
    assert (tmp_path / "records.jsonl").read_bytes() == bytes_of(A)
