import os
import re
import signal
from dataclasses import replace

import pytest

from evonas.interactive import watched_training
from evonas.interactive.full_training import Chosen
from evonas.interactive.run import open_run
from evonas.interactive.training_orders import Terms
from evonas.interactive.watched_training import train
from evonas.models import sittings
from evonas.models.folder import ModelFolder
from evonas.reports.picking import Way
from evonas.runs.run import Run
from evonas.training.full_recipe import FullRecipe


@pytest.fixture
def notebook(as_notebook):
    return as_notebook(watched_training)


@pytest.fixture
def given(small_run, tmp_path, monkeypatch):
    """A training of two epochs, without exports, which take seconds."""
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    return {
        "run": Run(**vars_of(open_run(small_run))),
        "way": Way(best="acc"),
        "genome": None,
        "terms": Terms(recipe=FullRecipe(epochs=2), n_threads=1),
        "out": tmp_path / "a model",
        "progress": None,
    }


def vars_of(run):
    names = Run.__dataclass_fields__
    return {name: getattr(run, name) for name in names}


def run_of(given):
    return train(given.pop("run"), **given)


def test_a_notebook_is_shown_epochs_and_what_came_of_it(notebook, given, capfd):
    folder = run_of(given)
    assert folder == given["out"]
    assert (folder / "card.md").is_file()
    lines = [view.line for view in notebook]
    assert lines[0] == "Reading the data"
    assert [line[:9] for line in lines[1:3]] == ["epoch 1/2", "epoch 2/2"]
    assert [(view.done, view.total) for view in notebook[1:3]] == [(1, 2), (2, 2)]
    assert lines[3].startswith("Validation accuracy ")
    assert notebook[0].notes[0] == "Picked for the highest acc."
    assert notebook[3].notes[-1].startswith("Written: ")
    assert capfd.readouterr() == ("", "")


def test_a_finished_folder_has_nothing_left(notebook, given):
    run = given["run"]
    run_of(dict(given, progress=False))
    assert notebook == []
    before = {file.name: file.read_bytes() for file in given["out"].iterdir()}
    assert train(run, **{k: v for k, v in given.items() if k != "run"}) == given["out"]
    assert notebook[-1].line == "It is finished: nothing is left to train."
    assert before == {file.name: file.read_bytes() for file in given["out"].iterdir()}


def test_a_script_is_told_nothing_unless_it_asks_and_then_each_line_once(given, capfd):
    run_of(dict(given))
    assert capfd.readouterr() == ("", "")
    run_of(dict(given, out=given["out"].with_name("other"), progress=True))
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == "Picked for the highest acc."
    assert len([line for line in lines if line.startswith("epoch ")]) == 2
    assert len(set(lines)) == len(lines)


def test_the_weights_that_it_begins_with_are_noted_and_a_difference_is_warned_of(
    notebook, given, monkeypatch
):
    terms = Terms(recipe=FullRecipe(epochs=1), n_threads=1, from_proxy=True)
    run_of(dict(given, terms=terms))
    (note,) = [note for note in notebook[-1].notes if note.startswith("The weights at the")]
    assert re.search(r"of run small, repeated .* \(acc \S+, as in the run\)\.$", note)
    repeat = sittings.repeated
    other = {"acc": 12.5}
    monkeypatch.setattr(sittings, "repeated", lambda *to: replace(repeat(*to), scores=other))
    run_of(dict(given, terms=terms, out=given["out"].with_name("other")))
    assert any(
        note.startswith("Warning: the repeated proxy training differs from that of run small: ")
        for note in notebook[-1].notes
    )


def test_an_interrupted_training_goes_on_by_the_same_call(notebook, given, monkeypatch):
    whole = Chosen.train

    def interrupted(self, folder, *, on_epoch, **others):
        def told(seed, row):
            on_epoch(seed, row)
            os.kill(os.getpid(), signal.SIGINT)

        return whole(self, folder, on_epoch=told, **others)

    monkeypatch.setattr(Chosen, "train", interrupted)
    folder = given["out"]
    said = f"stopped; the same call goes on, and so does evonas train --resume '{folder}'"
    with pytest.raises(KeyboardInterrupt, match=re.escape(said)):
        run_of(dict(given))
    assert notebook[-1].line == said
    assert "stopping after this epoch; Ctrl-C again stops at once" in notebook[-1].notes
    assert not (folder / "card.md").exists()
    monkeypatch.setattr(Chosen, "train", whole)
    notebook.clear()
    assert run_of(dict(given)) == folder
    epochs = [view.line[:9] for view in notebook if view.total]
    assert epochs == ["epoch 2/2"]
