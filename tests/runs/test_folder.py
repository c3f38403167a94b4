import csv
import errno
import json
import os
import re
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import toy

from evonas.config import Config
from evonas.objectives import Constraint
from evonas.record import Record, candidate_seed
from evonas.runs import folder as folder_module
from evonas.runs.audit import check_records
from evonas.runs.folder import RunFolder
from evonas.runs.journal import BusyError, FolderError, JournalError, read_journal
from evonas.runs.manifest import FORMAT, environment, read_config, read_resolved

CONFIG = Config(problem="toy", seed=3, evaluations=40)
METRICS = ("acc", "flops")
SMALL = Constraint("flops", "<=", 5e5)


def record(genome, metrics=None, **fields):
    """What a search with seed 3 on ``toy.Bowl`` could have measured."""
    metrics = {"acc": 90.0, "flops": 1e5} if metrics is None else metrics
    return Record(genome, metrics, 1.0, **{"seed": candidate_seed(3, genome), **fields})


A, B, C = record((1, 2, 3, 0)), record((1, 2, 3, 1)), record((0, 4, 4, 0))


def make(path):
    folder = RunFolder.create(path, CONFIG, resolved={"pop_size": 20})
    for known in (A, B, C):
        folder.journal.append(known)
    folder.close()
    return path


@pytest.fixture
def run(tmp_path):
    return make(tmp_path / "runs" / "first")


def resume(run, config=CONFIG, resolved=None):
    """Go on with a run, and check its records, as a search does."""
    folder = RunFolder.resume(run, config, resolved=resolved or {"pop_size": 20})
    try:
        check_records(folder.journal, toy.Bowl(), metrics=METRICS, constraints=[SMALL], seed=3)
    except ValueError:
        folder.close()
        raise
    return folder


def contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def full_disk(n_bytes):
    """No file may become longer than that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def failing(code):
    def fail(*arguments, **more):
        raise OSError(code, os.strerror(code))

    return fail


def test_a_new_folder_tells_how_to_repeat_the_run(run):
    assert sorted(contents(run)) == ["config.json", "environment.json", "records.jsonl"]
    assert read_config(run) == CONFIG
    assert read_resolved(run) == {"pop_size": 20}
    assert json.loads((run / "environment.json").read_text()) == environment()
    assert json.loads((run / "config.json").read_text())["format"] == FORMAT == 3


def test_an_empty_directory_may_become_a_run(tmp_path):
    RunFolder.create(tmp_path, CONFIG, resolved={}).close()
    assert read_config(tmp_path) == CONFIG


@pytest.mark.parametrize(
    "left",
    [
        {"records.jsonl": ""},
        {"records.jsonl": "", "environment.part": "{"},
        {"records.jsonl": "", "environment.json": "{}", "config.part": '{"format'},
    ],
)
def test_what_a_killed_creation_left_may_become_a_run(tmp_path, left):
    for name, text in left.items():
        (tmp_path / name).write_text(text)
    RunFolder.create(tmp_path, CONFIG, resolved={}).close()
    assert read_config(tmp_path) == CONFIG
    assert sorted(contents(tmp_path)) == ["config.json", "environment.json", "records.jsonl"]


def test_an_existing_run_is_not_overwritten_but_can_be_resumed(run):
    before = contents(run)
    message = re.escape(f"{run} exists; give another directory with --out, or go on with ")
    way_out = f"--resume {re.escape(str(run))}, in Python resume=True"
    with pytest.raises(FileExistsError, match=f"^{message}{way_out}$"):
        RunFolder.create(run, CONFIG, resolved={})
    assert contents(run) == before


@pytest.mark.parametrize(
    "others",
    [
        {"thesis.tex": "years of work"},
        {"records.jsonl": "", "thesis.tex": "years of work"},
        {"records.jsonl": A.to_line()},
        {"environment.json": "of something else"},
        {".hidden": ""},
    ],
)
def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path, others):
    for name, text in others.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(FileExistsError, match=r"exists; give another directory with --out$"):
        RunFolder.create(tmp_path, CONFIG, resolved={})
    assert contents(tmp_path) == {name: text.encode() for name, text in others.items()}


def test_a_file_is_no_place_for_a_run(tmp_path):
    path = tmp_path / "file"
    path.write_text("something")
    with pytest.raises(FileExistsError, match=r"file exists; give another directory"):
        RunFolder.create(path, CONFIG, resolved={})
    with pytest.raises(OSError, match=r"^cannot make .*file/run: Not a directory$") as kept:
        RunFolder.create(path / "run", CONFIG, resolved={})
    assert not isinstance(kept.value, FolderError)
    assert path.read_text() == "something"


def test_a_link_to_nowhere_is_no_place_for_a_run(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileExistsError, match=r"link exists; give another directory"):
        RunFolder.create(tmp_path / "link", CONFIG, resolved={})


def test_a_directory_that_cannot_be_made_is_named_and_leaves_no_others(tmp_path, monkeypatch):
    mkdir = os.mkdir

    def fail(path, *mode):
        if os.fspath(path).endswith("run"):
            raise PermissionError(errno.EACCES, "Permission denied")
        mkdir(path, *mode)

    monkeypatch.setattr(os, "mkdir", fail)
    with pytest.raises(OSError, match=r"^cannot make .*/a/b/run: Permission denied$"):
        RunFolder.create(tmp_path / "a" / "b" / "run", CONFIG, resolved={})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("n_bytes", "name"), [(20, "environment"), (700, "config")])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_disk_too_full_for_a_run_leaves_nothing_of_it(tmp_path, n_bytes, name, is_there):
    path = tmp_path / "runs" / "first"
    if is_there:
        path.mkdir(parents=True)
    message = rf"^cannot write {re.escape(str(path))}/{name}\.json: File too large$"
    with full_disk(n_bytes), pytest.raises(FolderError, match=message):
        RunFolder.create(path, CONFIG, resolved={"pop_size": 20})
    assert list(tmp_path.rglob("*")) == ([path.parent, path] if is_there else [])
    assert read_config(make(path)) == CONFIG


def test_a_run_whose_journal_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module.Journal, "__init__", failing(errno.EROFS))
    with pytest.raises(OSError, match="Read-only file system"):
        RunFolder.create(tmp_path / "runs" / "first", CONFIG, resolved={})
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_as_json_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        RunFolder.create(tmp_path / "run", CONFIG, resolved={"data": object()})
    assert list(tmp_path.iterdir()) == []


def test_a_creation_can_be_interrupted(tmp_path, monkeypatch):
    def interrupt(number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        RunFolder.create(tmp_path / "run", CONFIG, resolved={})
    assert list(tmp_path.iterdir()) == []


RACER = """
import sys, time
from pathlib import Path
from evonas.config import Config
from evonas.runs.folder import RunFolder
from evonas.runs.journal import BusyError
from evonas.record import Record
me, start, place = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
for n in range(40):
    while time.time() < start + n * 0.03:
        pass
    try:
        folder = RunFolder.create(place / str(n), Config(seed=me), resolved={"me": me})
        folder.journal.append(Record((me,), {}, 0.0))
        print("won", flush=True)
        if n % 2:
            folder.close()
    except (BusyError, FileExistsError) as error:
        print(type(error).__name__, flush=True)
"""


def test_one_of_two_processes_that_make_the_same_run_wins_and_the_other_changes_nothing(
    tmp_path,
):
    words = [sys.executable, "-c", RACER]
    start = str(time.time() + 1.5)
    racers = [
        subprocess.Popen([*words, str(me), start, str(tmp_path)], stdout=subprocess.PIPE)
        for me in (1, 2)
    ]
    said = [racer.communicate()[0].decode().split() for racer in racers]
    for n, words in enumerate(zip(*said, strict=True)):
        winner = words.index("won") + 1
        assert words[2 - winner] in ("BusyError", "FileExistsError")
        run = tmp_path / str(n)
        assert sorted(contents(run)) == ["config.json", "environment.json", "records.jsonl"]
        assert read_resolved(run) == {"me": winner}
        assert read_config(run).seed == winner
        assert list(read_journal(run / "records.jsonl")) == [(winner,)]
    assert n == 39


def test_a_run_that_another_process_has_just_made_and_ended_is_left_alone(
    tmp_path, monkeypatch
):
    path, is_first = tmp_path / "run", True
    make_directories = folder_module._make_directories

    def slow(path):
        nonlocal is_first
        if is_first:
            is_first = False
            make(path)
        return make_directories(path)

    monkeypatch.setattr(folder_module, "_make_directories", slow)
    with pytest.raises(FileExistsError, match=r"exists; .* go on with --resume"):
        RunFolder.create(path, CONFIG.replaced({"seed": 4}), resolved={})
    assert read_config(path) == CONFIG
    resume(path).close()


def test_a_run_that_is_going_on_is_neither_made_nor_resumed(tmp_path):
    path = tmp_path / "run"
    folder = RunFolder.create(path, CONFIG, resolved={"pop_size": 20})
    before = contents(path)
    with pytest.raises(BusyError, match=r"run is in use: another process is writing to it"):
        resume(path)
    (path / "config.json").unlink()
    with pytest.raises(BusyError, match=r"run is in use: another process is writing to it"):
        RunFolder.create(path, CONFIG, resolved={})
    assert contents(path) == {n: c for n, c in before.items() if n != "config.json"}
    folder.close()


def test_a_run_is_resumed_with_its_records_and_a_larger_budget(run, caplog):
    longer = CONFIG.replaced({"evaluations": 80, "n_jobs": 2})
    folder = resume(run, longer)
    assert list(folder.journal.records.values()) == [A, B, C]
    folder.close()
    folder.close()
    assert read_config(run) == longer
    assert caplog.messages == []


def test_a_run_of_another_configuration_is_not_resumed(run):
    before = contents(run)
    other = CONFIG.replaced({"seed": 4, "algorithm": "nsga3"})
    message = (
        "first belongs to another configuration: algorithm is 'nsga2' there and 'nsga3' here; "
        "seed is 3 there and 4 here"
    )
    with pytest.raises(ValueError, match=message):
        resume(run, other)
    assert contents(run) == before


def test_a_directory_that_is_not_there_holds_no_run(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no run at .*gone: there is no such directory"
    ):
        resume(tmp_path / "gone")


def test_a_directory_without_a_config_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is not a run of evonas: it holds no config"):
        read_config(tmp_path)


def test_a_run_without_its_journal_is_not_begun_anew(run):
    (run / "records.jsonl").unlink()
    with pytest.raises(
        FileNotFoundError,
        match=r"holds no records\.jsonl, and so nothing that was measured; put it back, or",
    ):
        resume(run)
    assert sorted(contents(run)) == ["config.json", "environment.json"]


def lines(*some):
    return "".join(known.to_line() for known in some)


def config_with(**changes):
    content = {"format": 3, "config": CONFIG.as_dict(), "resolved": {}, **changes}
    return json.dumps({k: v for k, v in content.items() if v != "left out"})


def setting(**changes):
    return config_with(config={**CONFIG.as_dict(), **changes})


WHOLE = config_with()
OTHER_VERSION = (
    r"^{file} was written by another version of evonas \(format %s; this one reads format 3\); "
    r"run it with that version, or start a new run with --out$"
)
UNREADABLE = r"^{file} cannot be read: "
NO_RECORD = r"^{file}, line %d: not a record \(.*\): .*; remove the line to have its archit"
CHECKSUM = r"^{file}, line %d: the checksum does not fit: the line was damaged, or edited by"
NOT_ITS_SPACE = (
    r"^{file}, line %d: the genome is not of this search space \(%s\): the problem is"
)
MALFORMED = {
    "an empty config": ("config.json", "", UNREADABLE + "JSONDecodeError: Expecting value"),
    "a torn config": ("config.json", WHOLE[:70], UNREADABLE + ".*line 1 column"),
    "a list": ("config.json", "[]", UNREADABLE + "ValueError: expected keys and values"),
    "a number": ("config.json", "3", UNREADABLE + "ValueError: expected keys and values"),
    "no keys": ("config.json", "{}", UNREADABLE + "ValueError: it has no format"),
    "a comma too many": ("config.json", WHOLE[:-1] + ",\n}", UNREADABLE + ".*line [12] column"),
    "no config": ("config.json", config_with(config="left out"), UNREADABLE + ".*config is mi"),
    "a text as config": ("config.json", config_with(config="a"), UNREADABLE + ".*config is mi"),
    "nothing resolved": (
        "config.json",
        config_with(resolved="left out"),
        UNREADABLE + ".*resol",
    ),
    "a list resolved": (
        "config.json",
        config_with(resolved=[]),
        UNREADABLE + ".*resolved is mi",
    ),
    "the first version": ("config.json", config_with(format="left out"), OTHER_VERSION % 1),
    "a later version": ("config.json", config_with(format=4), OTHER_VERSION % 4),
    "no version": ("config.json", config_with(format=None), OTHER_VERSION % "None"),
    "a version in words": ("config.json", config_with(format="2"), OTHER_VERSION % "'2'"),
    "a key twice": (
        "config.json",
        '{"format": 3, ' + WHOLE[1:],
        UNREADABLE + ".*'format' stands",
    ),
    "UTF-16": ("config.json", WHOLE.encode("utf-16"), UNREADABLE + "UnicodeDecodeError"),
    "UTF-16 unmarked": ("config.json", WHOLE.encode("utf-16-le"), UNREADABLE + "JSONDecodeErr"),
    "a byte order mark": ("config.json", "\ufeff" + WHOLE, UNREADABLE + ".*BOM"),
    "Latin-1": (
        "config.json",
        config_with(resolved="é").replace("\\u00e9", "é").encode("latin-1"),
        UNREADABLE + "UnicodeDecodeError",
    ),
    "zeros": ("config.json", "\0" * 300, UNREADABLE + "JSONDecodeError"),
    "nesting": ("config.json", '{"format": ' + "[" * 10**5, UNREADABLE + "RecursionError"),
    "an unknown setting": ("config.json", setting(colour=1), UNREADABLE + ".*setting 'colour'"),
    "a text as a number": (
        "config.json",
        setting(seed="3"),
        UNREADABLE + ".*setting seed is '3'",
    ),
    "a number out of range": ("config.json", setting(pop_size=-1), UNREADABLE + ".*at least 2"),
    "an unreadable constraint": (
        "config.json",
        setting(constraint=["flops"]),
        UNREADABLE + ".*cannot read the constraint 'flops'",
    ),
    "another seed": ("config.json", setting(seed=4), "first belongs to another configuration"),
    "a line of nonsense": ("records.jsonl", lines(A) + "nonsense\n", NO_RECORD % 2),
    "an empty line": ("records.jsonl", lines(A) + "\n" + lines(B), NO_RECORD % 2),
    "a line of the first version": (
        "records.jsonl",
        lines(A) + lines(B).partition(', "crc"')[0] + "}\n" + lines(C),
        NO_RECORD % 2,
    ),
    "a journal in UTF-16": ("records.jsonl", lines(A, B).encode("utf-16"), NO_RECORD % 1),
    "zeros in a journal": ("records.jsonl", lines(A) + "\0" * 64 + "\n", NO_RECORD % 2),
    "an edited metric": (
        "records.jsonl",
        lines(A, B, C).replace("90.0", "99.0"),
        CHECKSUM % 1,
    ),
    "lines in one": ("records.jsonl", lines(A) + lines(B, C).replace("\n", ""), CHECKSUM % 2),
    "a line torn in the middle": (
        "records.jsonl",
        lines(A) + lines(B)[:40] + lines(C),
        CHECKSUM % 2,
    ),
    "line ends of Windows": (
        "records.jsonl",
        lines(A, B).replace("\n", "\r\n"),
        CHECKSUM % 1,
    ),
    "a gene out of range": (
        "records.jsonl",
        lines(A, record((1, 5, 0, 0))),
        NOT_ITS_SPACE % (2, "gene 'width' is 5; expected 0 to 4"),
    ),
    "a gene that is no integer": (
        "records.jsonl",
        lines(A, record((1, 0.5, 0, 0))),
        NOT_ITS_SPACE % (2, "gene 'width' is 0.5, a float; genomes hold integers"),
    ),
    "too many genes": (
        "records.jsonl",
        lines(A, B, record((1, 0, 0, 0, 0))),
        NOT_ITS_SPACE % (3, "genome .* has 5 genes; this space has 4"),
    ),
    "a genome that is not canonical": (
        "records.jsonl",
        lines(A, record((0, 1, 1, 1))),
        r"^{file}, line 2: the genome \(0, 1, 1, 1\) stands for another one, \(0, 1, 1, 0\): ",
    ),
    "the seed of another candidate": (
        "records.jsonl",
        lines(A, record(B.genome, seed=A.seed)),
        rf"^{{file}}, line 2: its seed is {A.seed}, and not {B.seed} as in a search with",
    ),
    "a metric missing": (
        "records.jsonl",
        lines(A, B, record(C.genome, {"flops": 1e5})),
        r"^{file}, line 3: it was not measured for acc, though it keeps every constraint; remo",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_run_is_named_by_file_and_line_and_left_as_it_was(run, name):
    file, content, message = MALFORMED[name]
    (run / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = contents(run)
    pattern = message.replace("{file}", re.escape(str(run / file)))
    with pytest.raises(ValueError, match=pattern):
        resume(run)
    assert contents(run) == before
    (run / "config.json").write_text(WHOLE)
    (run / "records.jsonl").write_text(lines(A, B, C))
    resume(run).close()  # it was not left locked


def test_other_versions_are_said_when_a_run_is_resumed(run, caplog):
    before = environment()
    before["python"] = "3.1.4"
    before["packages"]["torch"] = "0.1"
    del before["packages"]["joblib"]
    (run / "environment.json").write_text(json.dumps(before))
    resume(run).close()
    now = environment()
    assert caplog.messages == [
        f"{name} was {then} when the run began and is {version} now: further measurements may "
        "differ"
        for name, then, version in [
            ("python", "3.1.4", now["python"]),
            ("joblib", "unknown", now["packages"]["joblib"]),
            ("torch", "0.1", now["packages"]["torch"]),
        ]
    ]
    assert json.loads((run / "environment.json").read_text()) == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "FileNotFoundError"),
        ("{", "JSONDecodeError"),
        ("[]", "expected keys and values"),
        ("{}", "KeyError: 'python'"),
        ('{"python": "3", "packages": 3}', "TypeError"),
    ],
)
def test_an_environment_that_cannot_be_read_is_a_warning(run, caplog, text, reason):
    (run / "environment.json").unlink()
    if text is not None:
        (run / "environment.json").write_text(text)
    resume(run).close()
    (message,) = caplog.messages
    assert message.startswith(f"{run / 'environment.json'} cannot be read: ")
    assert reason in message
    assert message.endswith("; whether the versions are those of its beginning is unknown")


def test_generations_become_rows_of_a_table_that_a_resumed_run_writes_again(run):
    for n_rows in (3, 2):
        folder = resume(run)
        for number in range(n_rows):
            folder.add_generation({"generation": number + 1, "busy [s]": 0.5})
            assert len(rows(run / "generations.csv")) == number + 1
        folder.close()
        table = rows(run / "generations.csv")
        assert [row["generation"] for row in table] == [str(i + 1) for i in range(n_rows)]
        assert table[0]["busy [s]"] == "0.5"
    assert not list(run.glob("*.part"))


def test_the_generations_of_a_run_stay_until_the_resumed_one_has_its_first(run):
    folder = resume(run)
    folder.add_generation({"generation": 1})
    folder.close()
    folder = resume(run)
    assert len(rows(run / "generations.csv")) == 1
    folder.close()


def test_the_front_is_replaced_as_a_whole(run):
    folder = resume(run)
    folder.write_front(["genome", "acc [%]"], [["1 2", "90"], ["3 4", "95"]])
    folder.write_front(["genome", "acc [%]"], [["5 6", "99"]])
    folder.close()
    assert (run / "front.csv").read_bytes() == b"genome,acc [%]\n5 6,99\n"
    assert not list(run.glob("*.part"))


FAILED = (
    record(
        (2, 0, 0, 1),
        {},
        error='ValueError: "odd", \ud800',
        kind="raised",
        trace=("Traceback:", '  File "a.py", line 1, in f', '  File "b.py", line 2', "  boom"),
    ),
    record((2, 1, 0, 1), {}, error="it\nburst", kind="died", trace=("one", " two ")),
    record((2, 2, 0, 1), {}, error="late", kind="timeout"),
)


def test_failures_become_a_table(run):
    folder = resume(run)
    folder.write_failures(FAILED)
    folder.close()
    table = rows(run / "failures.csv")
    assert list(table[0]) == ["kind", "genome", "seed", "seconds [s]", "error", "where"]
    assert [row["kind"] for row in table] == ["raised", "died", "timeout"]
    assert [row["genome"] for row in table] == ["2 0 0 1", "2 1 0 1", "2 2 0 1"]
    assert [int(row["seed"]) for row in table] == [failure.seed for failure in FAILED]
    assert {row["seconds [s]"] for row in table} == {"1.0"}
    assert [row["error"] for row in table] == ['ValueError: "odd", \\ud800', "it burst", "late"]
    assert [row["where"] for row in table] == ['File "b.py", line 2', "two", ""]


def test_where_nothing_failed_there_is_no_table_of_failures(run):
    folder = resume(run)
    folder.write_failures([])
    folder.close()
    assert not (run / "failures.csv").exists()


def write_front(folder):
    folder.write_front(["genome"], [["1 2 3 4"]] * 200)


def write_failures(folder):
    folder.write_failures(FAILED * 10)


def add_generation(folder):
    folder.add_generation({"generation": 2, "text": "a" * 600})


WRITERS = {
    "front.csv": write_front,
    "failures.csv": write_failures,
    "generations.csv": add_generation,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_table_that_the_disk_is_too_full_for_stays_as_it_was(run, name, is_first):
    folder = resume(run)
    if not is_first:
        folder.add_generation({"generation": 1, "text": "a" * 600})
        folder.write_front(["genome"], [["1 2"]])
        folder.write_failures(FAILED[:1])
    before = contents(run)
    message = rf"^cannot write {re.escape(str(run / name))}: File too large$"
    with full_disk(620 if is_first is False else 100):
        with pytest.raises(FolderError, match=message) as kept:
            WRITERS[name](folder)
        assert not isinstance(kept.value, JournalError)
        folder.close()
    assert contents(run) == before


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_table_that_cannot_be_made_is_named(run, monkeypatch, name, code):
    folder = resume(run)
    before = contents(run)
    monkeypatch.setattr(Path, "open", failing(code))
    message = rf"^cannot write {re.escape(str(run / name))}: {re.escape(os.strerror(code))}$"
    with pytest.raises(FolderError, match=message):
        WRITERS[name](folder)
    monkeypatch.undo()
    folder.close()
    assert contents(run) == before


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_front_that_does_not_reach_the_disk_leaves_the_old_one(run, monkeypatch, step):
    folder = resume(run)
    folder.write_front(["genome"], [["1 2"]])
    before = contents(run)
    monkeypatch.setattr(os, step, failing(errno.EIO))
    with pytest.raises(FolderError, match=r"^cannot write .*front\.csv: Input/output error$"):
        write_front(folder)
    monkeypatch.undo()
    folder.close()
    assert contents(run) == before


def test_a_resumption_that_cannot_write_its_config_keeps_the_old_one_and_lets_go(run):
    before = contents(run)
    with (
        full_disk(100),
        pytest.raises(FolderError, match=r"^cannot write .*config\.json: File"),
    ):
        resume(run, CONFIG.replaced({"evaluations": 80}))
    assert contents(run) == before
    resume(run).close()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_run_that_may_not_be_written_is_not_resumed(run):
    (run / "records.jsonl").chmod(0o400)
    with pytest.raises(
        FolderError, match=r"^cannot write .*records\.jsonl: Permission denied$"
    ):
        resume(run)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("what", ["moved", "deleted"])
def test_a_run_directory_that_goes_away_is_named(run, tmp_path, name, what):
    folder = resume(run)
    run.rename(tmp_path / "elsewhere")
    if what == "deleted":
        for file in (tmp_path / "elsewhere").iterdir():
            file.unlink()
    with pytest.raises(
        JournalError, match=r"records\.jsonl was moved or deleted while the run"
    ):
        WRITERS[name](folder)
    folder.close()
    assert not run.exists()


def test_closing_does_not_hide_what_went_wrong_before(run, monkeypatch):
    folder = resume(run)
    folder.add_generation({"generation": 1})
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    with pytest.raises(JournalError, match="No space left on device; the 3 records before are"):
        folder.journal.append(record((2, 0, 0, 1)))
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    folder.close()
    folder.close()


def test_closing_says_what_may_not_have_reached_the_disk_and_lets_go(run, monkeypatch):
    folder = resume(run)
    folder.add_generation({"generation": 1})
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(JournalError, match=r"last records may not have reached the disk$"):
        folder.close()
    folder.close()
    monkeypatch.undo()
    resume(run).close()


def test_a_change_of_the_working_directory_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = RunFolder.create(Path("run"), CONFIG, resolved={})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for write in WRITERS.values():
        write(folder)
    folder.close()
    assert {*WRITERS, "config.json"} <= set(contents(tmp_path / "run"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_directory_that_goes_away_between_two_writes_is_missed(tmp_path, monkeypatch):
    folder = RunFolder.create(tmp_path / "run", CONFIG, resolved={})
    replace = folder._replace

    def replace_and_move(*arguments):
        replace(*arguments)
        (tmp_path / "run").rename(tmp_path / "elsewhere")

    monkeypatch.setattr(folder, "_replace", replace_and_move)
    with pytest.raises(JournalError, match="was moved or deleted while the run was writing"):
        folder.add_generation({"generation": 1})
    folder.close()


@pytest.mark.parametrize("name", ["front.part", "front.csv", "generations.part", "config.part"])
def test_nothing_is_written_through_a_link_to_outside(run, tmp_path, name):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (run / name).symlink_to(outside)
    folder = resume(run)
    folder.add_generation({"generation": 1})
    folder.add_generation({"generation": 2})
    folder.write_front(["genome"], [["0 1"]])
    folder.close()
    assert outside.read_text() == "mine"
    assert (run / "front.csv").read_text() == "genome\n0 1\n"
    assert not [file for file in run.iterdir() if file.is_symlink()]


def test_a_journal_that_is_a_link_is_not_written_to(run, tmp_path):
    outside = tmp_path / "outside"
    (run / "records.jsonl").rename(outside)
    (run / "records.jsonl").symlink_to(outside)
    before = outside.read_bytes()
    with pytest.raises(ValueError, match="is a link; a run's files lie in its directory"):
        resume(run)
    assert outside.read_bytes() == before


def test_no_table_holds_a_formula_of_a_candidate(run):
    folder = resume(run)
    folder.write_failures([record((1, 1, 1, 1), {}, error="=cmd|' /C calc'!A0 \x1b[2J")])
    folder.close()
    (row,) = rows(run / "failures.csv")
    assert row["error"] == "'=cmd|' /C calc'!A0 \\x1b[2J"


@pytest.mark.parametrize(
    "content", ["", "generation\n", "generation,metered [kWh]\n", "\0\n\0", "a,b\n1\n"]
)
def test_a_table_that_tells_nothing_counts_nothing(run, content):
    (run / "generations.csv").write_text(content)
    folder = resume(run)
    assert folder.read_metered_kwh() == 0.0
    folder.close()
