import os
import shutil

import pytest
from pages.sample_runs import write_run

from evonas.runs.folder import RECORDS, SPEND
from evonas.runs.journal import Journal
from evonas.runs.state import LOCKS, is_written_to, last_change, state_of, version_of

on_linux = pytest.mark.skipif(not LOCKS.exists(), reason="only Linux lists its locks")


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run", n=4)


@on_linux
def test_a_run_goes_on_as_long_as_a_process_holds_its_journal(run):
    assert state_of(run) == "ended"
    journal = Journal(run / RECORDS)
    assert state_of(run) == "going on"
    journal.close()
    assert state_of(run) == "ended"


@on_linux
def test_looking_locks_nothing_out(run):
    journal = Journal(run / RECORDS)
    assert is_written_to(run)
    journal.close()
    assert not is_written_to(run)
    Journal(run / RECORDS).close()  # which a lock would refuse


def test_a_run_without_its_account_has_not_ended(run):
    (run / SPEND).unlink()
    assert state_of(run) == "not ended"


def test_an_account_that_is_older_than_the_last_record_is_of_an_earlier_end(run):
    os.utime(run / SPEND, (1e9, 1e9))
    assert state_of(run) == "not ended"


def test_a_copy_that_was_made_file_by_file_has_ended_as_well(run, tmp_path):
    copied = shutil.copytree(run, tmp_path / "copy", copy_function=shutil.copyfile)
    os.utime(copied / RECORDS, (1e9 + 5, 1e9 + 5))
    os.utime(copied / SPEND, (1e9, 1e9))
    assert state_of(copied) == "ended"


def test_where_no_locks_are_listed_none_is_seen(run, tmp_path):
    journal = Journal(run / RECORDS)
    assert not is_written_to(run, locks=tmp_path / "nothing")
    journal.close()


def test_a_change_shows_in_the_version_and_in_the_time(run):
    before, then = version_of(run), last_change(run)
    assert version_of(run) == before
    (run / "report.html").write_text("no file of a search")
    assert version_of(run) == before
    with (run / RECORDS).open("a") as file:
        file.write(" ")
    os.utime(run / RECORDS, (then + 50, then + 50))
    assert version_of(run) != before
    assert last_change(run) == pytest.approx(then + 50)


def test_of_what_is_not_there_nothing_has_changed(tmp_path):
    assert last_change(tmp_path / "none") == 0
    assert version_of(tmp_path / "none") == ((-1, 0),) * 4
