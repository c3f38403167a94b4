import csv
import json
import re

import pytest

from evonas.config import Config
from evonas.folder import RunFolder, environment, read_config, read_resolved
from evonas.journal import Record

CONFIG = Config(problem="toy", seed=3, evaluations=40)


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "runs" / "first"
    folder = RunFolder.create(path, CONFIG, resolved={"pop_size": 20})
    folder.journal.append(Record((1, 2), {"acc": 90.0}, 1.0))
    folder.close()
    return path


def contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_new_folder_tells_how_to_repeat_the_run(run):
    assert sorted(contents(run)) == ["config.json", "environment.json", "records.jsonl"]
    assert read_config(run) == CONFIG
    assert read_resolved(run) == {"pop_size": 20}
    assert json.loads((run / "environment.json").read_text()) == environment()


def test_an_empty_directory_may_become_a_run(tmp_path):
    RunFolder.create(tmp_path, CONFIG, resolved={}).close()
    assert read_config(tmp_path) == CONFIG


def test_an_existing_run_is_not_overwritten_but_can_be_resumed(run):
    before = contents(run)
    message = re.escape(f"{run} exists; give another directory with --out, or go on with ")
    with pytest.raises(FileExistsError, match=message + "--resume"):
        RunFolder.create(run, CONFIG, resolved={})
    assert contents(run) == before


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"exists; give another directory with --out$"):
        RunFolder.create(tmp_path, CONFIG, resolved={})
    assert contents(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_file_is_no_place_for_a_run(tmp_path):
    path = tmp_path / "file"
    path.write_text("something")
    with pytest.raises(FileExistsError, match=r"file exists; give another directory"):
        RunFolder.create(path, CONFIG, resolved={})
    assert path.read_text() == "something"


def test_a_run_is_resumed_with_its_records_and_a_larger_budget(run):
    longer = CONFIG.replaced({"evaluations": 80, "n_jobs": 2})
    folder = RunFolder.resume(run, longer, resolved={"pop_size": 20})
    assert list(folder.journal.records) == [(1, 2)]
    folder.close()
    assert read_config(run) == longer


def test_a_run_of_another_configuration_is_not_resumed(run):
    before = contents(run)
    other = CONFIG.replaced({"seed": 4, "algorithm": "nsga3"})
    message = (
        "first belongs to another configuration: algorithm is 'nsga2' there and 'nsga3' here; "
        "seed is 3 there and 4 here"
    )
    with pytest.raises(ValueError, match=message):
        RunFolder.resume(run, other, resolved={})
    assert contents(run) == before


def test_a_run_whose_journal_is_damaged_is_not_resumed(run):
    (run / "records.jsonl").write_text("{}\n" + Record((1,), {}, 0.0).to_line())
    with pytest.raises(ValueError, match=r"records\.jsonl, line 1: not a record"):
        RunFolder.resume(run, CONFIG, resolved={})


def test_a_directory_that_is_not_there_holds_no_run(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no run at .*gone: there is no such directory"
    ):
        RunFolder.resume(tmp_path / "gone", CONFIG, resolved={})


def test_a_directory_without_a_config_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is not a run of evonas: it holds no config"):
        read_config(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"config": {}}', "3"])
def test_a_config_that_cannot_be_read_is_named(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match=r"config\.json cannot be read: "):
        read_config(tmp_path)


def test_generations_become_rows_of_a_table_that_a_resumed_run_writes_again(run):
    for n_rows in (3, 2):
        folder = RunFolder.resume(run, CONFIG, resolved={})
        for number in range(n_rows):
            folder.add_generation({"generation": number + 1, "busy [s]": 0.5})
        folder.close()
        with (run / "generations.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["generation"] for row in rows] == [str(i + 1) for i in range(n_rows)]
        assert rows[0]["busy [s]"] == "0.5"


def test_the_front_is_replaced_as_a_whole(run):
    folder = RunFolder.resume(run, CONFIG, resolved={})
    folder.write_front(["genome", "acc [%]"], [["1 2", "90"], ["3 4", "95"]])
    folder.write_front(["genome", "acc [%]"], [["5 6", "99"]])
    folder.close()
    assert (run / "front.csv").read_bytes() == b"genome,acc [%]\n5 6,99\n"
    assert not list(run.glob("*.part"))
