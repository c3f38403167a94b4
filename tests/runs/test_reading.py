import json
import os

import pytest
import toy

from evonas import Config, open_run, search
from evonas.commands import pick
from evonas.runs.warm_start_files import read_prior


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    config = Config(problem=toy.reference("Curved"), evaluations=30, pop_size=8, n_jobs=0)
    search(config, folder=folder / "curved")
    return folder


def changed(run, copy, **resolved):
    """A copy of a run with other things settled; ``None`` leaves a thing out."""
    copy.mkdir()
    for file in run.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    content = json.loads((copy / "config.json").read_text())
    settled = {**content["resolved"], **resolved}
    content["resolved"] = {name: value for name, value in settled.items() if value is not None}
    del content["checksums"]
    (copy / "config.json").write_text(json.dumps(content))
    return copy


@pytest.fixture
def old(made, tmp_path):
    """A run as it was written before runs held their space and metrics."""
    return changed(made / "curved", tmp_path / "old", space=None, metrics=None, decoded_by=None)


def test_an_old_run_is_read_with_its_front_and_architectures(made, old):
    new, read = open_run(made / "curved"), open_run(old)
    assert read.records == new.records
    assert read.front == new.front
    assert read.space is None
    as_text = [{name: str(value) for name, value in a.items()} for a in new.architectures]
    assert read.architectures == as_text
    assert [o.name for o in read.metrics] == [o.name for o in new.objectives]


def test_an_old_run_does_not_guess_a_direction(old, capsys):
    with pytest.raises(
        ValueError, match=r"old does not tell whether 'test_acc' is better high"
    ):
        open_run(old).metric("test_acc")
    assert pick.main([str(old), "--best", "test_acc"]) == 2
    assert "does not tell whether 'test_acc'" in capsys.readouterr().err
    assert pick.main([str(old), "--where", "test_acc>=50"]) == 0
    assert "test_acc" in capsys.readouterr().out


def test_what_an_old_run_cannot_decode_is_said(old, capsys):
    run = open_run(old)
    off_front = next(r.genome for r in run.records if r not in run.front)
    with pytest.raises(ValueError, match="written before runs held their space"):
        run.decode(off_front)
    (old / "front.csv").unlink()
    assert pick.main([str(old)]) == 0
    assert "No architectures: the run does not tell what genome" in capsys.readouterr().out


def test_an_old_run_is_a_warm_start_by_its_front_alone(made, old, caplog):
    space = toy.Curved.space
    front = [record.genome for record in open_run(old).front]
    prior = read_prior(old, space)
    assert "its front alone is known" in caplog.text
    assert set(prior.genomes(space)) == set(front)
    assert len(read_prior(made / "curved", space).rows) == 30


@pytest.mark.parametrize(
    ("resolved", "message"),
    [
        ({"space": [{"name": "x"}]}, r"config\.json cannot be read: ValueError: not a gene"),
        ({"space": None}, r"config\.json cannot be read: KeyError: 'space'"),
        ({"metrics": [{"name": "acc"}]}, r"config\.json cannot be read: .* 'acc' lacks unit"),
        ({"metrics": 3}, r"config\.json cannot be read: TypeError"),
    ],
)
def test_a_damaged_description_is_named(made, tmp_path, resolved, message):
    with pytest.raises(ValueError, match=message):
        open_run(changed(made / "curved", tmp_path / "run", **resolved))


def test_a_damaged_account_is_named(made, tmp_path):
    run = changed(made / "curved", tmp_path / "run")
    (run / "spend.json").write_text("{}")
    with pytest.raises(ValueError, match=r"spend\.json cannot be read: KeyError: 'energy_kwh'"):
        open_run(run)


def test_generations_are_numbers_where_there_are_numbers(made):
    first = open_run(made / "curved").generations[0]
    assert first["generation"] == 1
    assert first["evaluations"] == 8
    assert isinstance(first["hypervolume"], float)


@pytest.mark.parametrize("content", ["", "\n", "generation,evaluations,hypervolume\n"])
def test_a_table_of_generations_without_rows_has_none(made, tmp_path, content):
    copy = changed(made / "curved", tmp_path / "copy")
    (copy / "generations.csv").write_text(content)
    assert open_run(copy).generations == ()


GARBLED = (
    b"\xff\xfe\x00garbled\n\x81\n",
    b"generation,evaluations\n1,2\n",
    b"evaluations,hypervolume\ninf,1\n",
    b"evaluations,hypervolume\nnan,1\n",
    b"evaluations,hypervolume\n" + b"9" * 5000 + b",1\n",
    b"evaluations,hypervolume\n4," + b"9" * 5000 + b"\n",
    b"evaluations,hypervolume\n4,much\n",
    b'evaluations,hypervolume\n"' + b"4" * 200_000 + b'",1\n',
)


@pytest.mark.parametrize("content", GARBLED)
def test_a_garbled_table_of_generations_is_refused_by_its_name(made, tmp_path, content):
    copy = changed(made / "curved", tmp_path / "copy")
    (copy / "generations.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"generations\.csv cannot be read: "):
        open_run(copy)


@pytest.mark.parametrize("name", ["generations.csv", "records.jsonl"])
def test_a_device_in_place_of_a_file_is_refused_and_not_read(made, tmp_path, name):
    copy = changed(made / "curved", tmp_path / "copy")
    (copy / name).unlink()
    os.mkfifo(copy / name)
    with pytest.raises(ValueError, match=f"{name} is no regular file"):
        open_run(copy)


def test_a_journal_that_is_a_hole_is_refused_and_not_read(made, tmp_path):
    copy = changed(made / "curved", tmp_path / "copy")
    os.truncate(copy / "records.jsonl", 1 << 40)
    with pytest.raises(
        ValueError, match=r"records\.jsonl is damaged: nothing was written behind"
    ):
        open_run(copy)
