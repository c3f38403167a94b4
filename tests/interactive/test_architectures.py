from dataclasses import fields
from html.parser import HTMLParser

import pytest
import toy

from evonas import Config
from evonas.hardware.targets import Target
from evonas.interactive import watched_training
from evonas.interactive.architectures import RecipeWords
from evonas.interactive.run import Run, open_run
from evonas.interactive.search import search
from evonas.objectives import Goals
from evonas.reports.sheet import DataSheet
from evonas.space import genome_text
from evonas.training.full_recipe import FullRecipe


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A result of some twenty architectures, and its run; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "<bowl>"
    config = Config(problem=toy.reference("Bowl"), evaluations=20, pop_size=10, n_jobs=0)
    return search(config, folder=folder), open_run(folder)


@pytest.fixture(params=["result", "run"])
def each(request, found):
    return found[request.param == "run"]


def test_the_words_of_a_recipe_are_those_of_the_recipe():
    assert list(RecipeWords.__annotations__) == [word.name for word in fields(FullRecipe)]


def test_the_knee_is_shown_unless_another_is_named(each):
    assert isinstance(each.show(), DataSheet)
    assert each.show() == each.show(knee=True)
    best = each.show(best="acc")
    assert best.genome == each.front[0].genome
    assert best.metrics == each.front[0].metrics
    least = each.show(best="acc", where=["params<=20000"])
    assert least.metrics["params"] <= 20000


def test_they_are_judged_on_other_targets_without_a_training(tmp_path):
    config = Config(problem=toy.reference("Layered"), evaluations=20, pop_size=10, n_jobs=0)
    result = search(config, folder=tmp_path / "run")
    found = result.retarget("raspberry-pi-4", "a100:b32", where=["params<=20000"])
    again = open_run(tmp_path / "run").retarget(
        *("raspberry-pi-4", Target.parse("a100:b32")),
        objectives="acc,latency@raspberry-pi-4,latency@a100:b32",
        where=["params<=20000"],
        out=tmp_path / "on",
    )
    assert len(found.priced) == 20
    assert again.fronts == found.fronts
    assert found.front_on("a100:b32").members
    assert (tmp_path / "on" / "start.json").is_file()
    with pytest.raises(ValueError, match=r"^nothing to aim at"):
        result.retarget()


def test_a_report_names_every_member_of_the_front(each, tmp_path):
    page = each.report(tmp_path / "page.html")
    assert page == tmp_path / "page.html"
    text = page.read_text(encoding="utf-8")
    ids = each.to_dataframe(front_only=True).index
    assert len(ids) > 1
    assert all(short_id in text for short_id in ids)


def test_a_report_of_a_search_without_a_folder_says_how_to_keep_one():
    config = Config(problem=toy.reference("Bowl"), evaluations=2, pop_size=2, n_jobs=0)
    with pytest.raises(ValueError, match=r"kept in none; name one with search\("):
        search(config).report()


def test_an_architecture_is_named_by_id_genome_or_text(each):
    genome = each.front[-1].genome
    by_id = each.show(each.as_run().ids[genome])
    assert by_id == each.show(genome) == each.show(genome_text(genome))
    assert by_id.genome == genome


def test_a_genome_and_a_way_to_pick_exclude_each_other(each):
    for words in ({"best": "acc"}, {"where": ["params<=9"]}, {"knee": True}):
        message = f"^genome and {next(iter(words))} exclude each other: give one of them$"
        with pytest.raises(ValueError, match=message):
            each.show("1-0-2-0", **words)
        with pytest.raises(ValueError, match=message):
            each.train("1-0-2-0", **words)


@pytest.fixture
def ordered(monkeypatch):
    """What the training was asked for, in place of one."""
    asked = {}

    def train(run, **words):
        asked.update(words, run=run)
        return "the folder"

    monkeypatch.setattr(watched_training, "train", train)
    return asked


def test_the_words_of_a_training_are_those_of_the_command(each, ordered, tmp_path):
    words = {"epochs": 7, "learning_rate": 0.01, "augment": "none"}
    data = {"data": "digits", "image_size": 9, "device": "cpu", "data_dir": tmp_path}
    given = {**words, **data, "seeds": [0, 3], "threads": 2, "out": "models/a"}
    given["from_proxy"] = True
    given["track"] = "tensorboard,mine.py:Mine"
    assert each.train(best="acc", where="params<=1e5", progress=False, **given) == "the folder"
    terms = ordered["terms"]
    assert terms.recipe == FullRecipe(**words)
    assert (terms.seeds, terms.n_threads, dict(terms.data)) == ((0, 3), 2, data)
    assert terms.from_proxy
    way = ordered["way"]
    assert (way.best, tuple(way.where), way.knee) == ("acc", ("params<=1e5",), False)
    assert (str(ordered["out"]), ordered["progress"]) == ("models/a", False)
    assert terms.track == ("tensorboard", "mine.py:Mine")
    assert ordered["run"].records == each.records


def test_a_genome_is_trained_as_its_text_and_defaults_are_those_of_the_command(each, ordered):
    each.train((1, 0, 2, 0))
    assert ordered["genome"] == "1-0-2-0"
    assert (ordered["out"], ordered["progress"]) == (None, None)
    assert ordered["terms"].recipe == FullRecipe()
    assert dict(ordered["terms"].data) == {"device": "auto"}
    assert not ordered["terms"].from_proxy
    assert ordered["terms"].track == ()
    each.train("ksvz3f")
    assert ordered["genome"] == "ksvz3f"


def test_a_wrong_word_of_a_recipe_is_refused(each):
    with pytest.raises(TypeError, match="unexpected keyword argument 'epoch'"):
        each.train(epoch=3)
    with pytest.raises(ValueError, match="epochs"):
        each.train(epochs=0)


class Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_a_notebook_shows_a_line_a_picture_and_the_front(each):
    seen = Seen(each._repr_html_())
    assert seen.tags[:4] == ["div", "p", "img", "table"]
    assert f"{repr(each)[1:-1]}" in seen.text
    assert "<bowl>" in seen.text  # as a text, and no tag
    assert "bowl" not in seen.tags
    shown = each.front[:20]
    assert all(each.as_run().ids[record.genome] in seen.text for record in shown)


def test_without_a_front_there_is_the_line_alone():
    config = Config(problem=toy.reference("Bowl"), evaluations=20, pop_size=10, n_jobs=0)
    result = search(config, should_stop=lambda: True)
    assert Seen(result._repr_html_()).tags == ["div", "p"]


def test_a_run_without_objectives_is_a_line_as_well(each):
    run = Run("bare", each.as_run().records, Goals(()))
    seen = Seen(run._repr_html_())
    assert seen.tags == ["div", "p"]
    assert "20 architectures" in seen.text
