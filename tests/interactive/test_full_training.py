from dataclasses import replace
from pathlib import Path

import pytest
import toy

from evonas import Config, search
from evonas.interactive.full_training import Chosen
from evonas.interactive.training_orders import Terms
from evonas.models.folder import ModelFolder
from evonas.reports.picking import Way
from evonas.runs.reading import open_run
from evonas.training.full_recipe import FullRecipe

LEAST = "-".join("0" * 28)


@pytest.fixture(scope="module")
def run(small_run):
    return open_run(small_run)


def chosen(run, **words):
    return Chosen.of_run(run, **{"terms": Terms(n_threads=1), "way": Way(), **words})


def test_a_pick_of_a_run_says_how_and_where_it_comes_from(run):
    found = chosen(run, way=Way(best="acc"))
    record = next(each for each in run.front if each.genome == found.order.genome)
    assert record.metrics["acc"] == max(each.metrics["acc"] for each in run.front)
    assert found.order.origin["run"] == "small"
    assert found.order.origin["metrics"] == record.metrics
    assert found.said[0] == "Picked for the highest acc."
    assert found.said[-1].startswith("Architecture: ")


def test_the_whole_data_of_the_run_are_trained_on_unless_others_are_given(run):
    assert run.config.subset == 60
    assert chosen(run).order.config.subset is None
    assert chosen(run).order.config.epochs is None
    other = chosen(run, terms=Terms(data={"data": "digits", "image_size": 12}))
    assert other.order.config.image_size == 12
    assert "metrics" not in other.order.origin  # they were of the run's data


def test_any_architecture_of_the_space_may_be_named(run):
    found = chosen(run, genome=LEAST)
    assert found.order.genome == (0,) * 28
    assert found.said[0] == "An architecture of digits."
    by_id = chosen(run, genome=run.ids[run.front[0].genome])
    assert by_id.order.genome == run.front[0].genome


def test_an_architecture_without_a_run_is_the_same_order():
    terms = Terms(recipe=FullRecipe(epochs=2), seeds=(4,), n_threads=3)
    order = Chosen.of_problem("digits", LEAST, terms=terms).order
    assert (order.genome, order.seeds, order.n_threads) == ((0,) * 28, (4,), 3)
    assert (order.recipe.epochs, order.origin) == (2, {})


def test_what_builds_no_networks_is_refused():
    config = Config(problem=toy.reference("Bowl"), evaluations=4, pop_size=2, n_jobs=0)
    with pytest.raises(
        ValueError, match=r"toy\.py:Bowl builds no networks that could be trained"
    ):
        chosen(search(config).as_run())


def test_a_folder_that_holds_no_training_has_nothing_to_go_on_with(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no training to go on with"):
        Chosen.of_folder(tmp_path)


def test_a_folder_goes_on_with_what_it_has_begun(run, tmp_path):
    order = chosen(run).order
    ModelFolder(tmp_path).begin(order)
    assert Chosen.of_folder(tmp_path).order == order
    told = Chosen.of_folder(tmp_path, track=["tensorboard"]).order
    assert told.config.track == ("tensorboard",)
    assert not told.differences(order)
    assert Chosen.of_folder(tmp_path).folder(tmp_path).path == tmp_path


def test_a_folder_of_something_else_is_refused(run, tmp_path):
    found = chosen(run)
    assert found.folder().path == Path("models", found.order.name)
    ModelFolder(tmp_path / "a").begin(replace(found.order, seeds=(5,)))
    with pytest.raises(ValueError, match=r"holds another training: seeds is \[5\] there and"):
        found.folder(tmp_path / "a")
    (tmp_path / "b").mkdir()
    assert found.folder(tmp_path / "b").path == tmp_path / "b"
    (tmp_path / "b" / "a.txt").touch()
    with pytest.raises(ValueError, match="holds no training; give another folder"):
        found.folder(tmp_path / "b")


def test_the_weights_of_a_proxy_are_said_and_are_of_what_the_run_has_measured(run):
    terms = Terms(n_threads=1, from_proxy=True)
    found = chosen(run, terms=terms)
    assert found.said[-1] == "It begins with the weights of the search's short training."
    record = next(each for each in run.front if each.genome == found.order.genome)
    assert found.order.proxy.scores == {"acc": record.metrics["acc"]}
    named = chosen(run, terms=terms, genome=run.ids[record.genome])
    assert named.order.proxy == found.order.proxy
    with pytest.raises(ValueError, match="--from-proxy: run small has not measured 1-1-1"):
        chosen(run, terms=terms, genome="-".join("1" * 28))
    with pytest.raises(ValueError, match="--from-proxy is for a RUN, whose short training it"):
        Chosen.of_problem("digits", LEAST, terms=terms)


def test_a_training_ends_with_a_folder_and_what_came_of_it(run, tmp_path, monkeypatch):
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {"a.onnx": "an export"})
    terms = Terms(recipe=FullRecipe(epochs=1), n_threads=1)
    found = chosen(run, terms=terms, way=Way(best="acc"))
    folder, rows = found.folder(tmp_path / "model"), []
    facts = found.train(
        folder,
        on_start=lambda start: rows.append(start),
        on_epoch=lambda seed, row: rows.append((seed, row["epoch"])),
        should_stop=lambda: False,
    )
    assert rows == [(0, 1)]
    assert folder.is_finished
    assert (folder.path / "preview.png").stat().st_size > 10_000
    assert facts.exports == {"a.onnx": "an export"}
    assert facts.order == found.order


def test_a_model_is_finished_without_a_picture_whatever_keeps_it_from_being_drawn(
    run, tmp_path, monkeypatch, capsys
):
    def draw(*given, **named):
        raise RuntimeError("no font")

    monkeypatch.setattr("evonas.plots.model.draw_model", draw)
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    found = chosen(run, terms=Terms(recipe=FullRecipe(epochs=1), n_threads=1))
    folder = found.folder(tmp_path / "model")
    found.train(
        folder,
        on_start=lambda start: None,
        on_epoch=lambda seed, row: None,
        should_stop=lambda: False,
    )
    assert folder.is_finished
    assert capsys.readouterr().err == "evonas: no picture: RuntimeError: no font\n"


@pytest.mark.parametrize("recipe", [{"drop_path": 0.2}, {"aux_weight": 0.4}])
def test_a_recipe_that_the_network_cannot_follow_leaves_no_folder(recipe, tmp_path):
    terms = Terms(recipe=FullRecipe(epochs=1, **recipe), n_threads=1)
    made = Chosen.of_problem("digits", LEAST, terms=terms)
    folder = made.folder(tmp_path / "model")
    with pytest.raises(ValueError, match=f"go without {next(iter(recipe))}"):
        made.train(
            folder,
            on_start=lambda start: None,
            on_epoch=lambda seed, row: None,
            should_stop=lambda: False,
        )
    assert not folder.path.exists()
