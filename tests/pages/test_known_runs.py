import os

import pytest
from pages.sample_runs import write_run

from evonas.pages import known_runs as pages
from evonas.pages.known_runs import KnownRuns
from evonas.runs.folder import GENERATIONS, RECORDS


@pytest.fixture
def folder(tmp_path):
    runs = tmp_path / "runs"
    for i, name in enumerate(("old", "new")):
        place = write_run(runs / name, n=3 + i)
        for file in place.iterdir():
            os.utime(file, (1e9 + i, 1e9 + i))
    return runs


def test_runs_are_listed_the_one_that_changed_last_first(folder):
    (folder / "notes").mkdir()
    (folder / "file").write_text("")
    first, second = KnownRuns(folder).listing()
    assert (first["name"], first["measured"], first["state"]) == ("new", 4, "ended")
    assert (second["name"], second["measured"], second["error"]) == ("old", 3, "")
    assert first["seconds_ago"] > 1e6


def test_a_new_run_is_there_at_once(folder):
    known = KnownRuns(folder)
    assert len(known.names()) == 2
    write_run(folder / "third", n=1)
    assert known.names()[0] == "third"


def test_a_run_is_read_again_only_when_it_has_changed(folder):
    known = KnownRuns(folder)
    (before,) = known.runs(["old"])
    assert known.runs(["old"])[0] is before
    version = known.versions(["old"])
    file = folder / "old" / RECORDS
    file.write_bytes(file.read_bytes().split(b"\n", 1)[1])
    assert known.versions(["old"]) != version
    assert len(known.runs(["old"])[0].records) == 2


def test_only_so_many_runs_are_kept_in_memory(folder, monkeypatch):
    monkeypatch.setattr(pages, "MOST_KEPT", 1)
    known = KnownRuns(folder)
    (old,) = known.runs(["old"])
    known.runs(["new"])
    assert known.runs(["old"])[0] is not old


@pytest.mark.parametrize("name", ["..", ".", "", "../outside", "notes", "link", "/etc"])
def test_no_name_leads_to_what_is_no_run_of_the_folder(folder, tmp_path, name):
    outside = write_run(tmp_path / "outside", n=1)
    (folder / "notes").mkdir()
    (folder / "link").symlink_to(outside, target_is_directory=True)
    with pytest.raises(LookupError, match="no run "):
        KnownRuns(folder).runs([name])


def test_a_damaged_run_is_listed_with_the_reason(folder):
    (folder / "old" / RECORDS).write_text("{}\n{}\n")
    told = {run["name"]: run["error"] for run in KnownRuns(folder).listing()}
    assert "line 1: not a record" in told["old"]
    assert told["new"] == ""


def test_a_hypervolume_that_is_no_number_is_none(folder):
    file = folder / "old" / GENERATIONS
    header, row = file.read_text().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True)) | {"hypervolume": "nan"}
    file.write_text(f"{header}\n{','.join(cells.values())}\n")
    told = {run["name"]: run["hypervolume"] for run in KnownRuns(folder).listing()}
    assert told["old"] is None
    assert told["new"] > 0


def test_a_folder_that_is_gone_holds_no_run(folder):
    known = KnownRuns(folder)
    folder.rename(folder.with_name("away"))
    assert known.names() == []


def test_what_is_no_folder_of_runs_is_refused(folder, tmp_path):
    with pytest.raises(NotADirectoryError, match=r"no folder at .*none: a dashboard shows"):
        KnownRuns(tmp_path / "none")
    with pytest.raises(
        ValueError, match=r"old is itself a run; give the folder that it lies in"
    ):
        KnownRuns(folder / "old")
