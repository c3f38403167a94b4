import json
from dataclasses import replace

import pytest
import toy
from torch import nn

import evonas
from evonas import Config, Gene, SearchSpace, TrainedProblem, open_run, search
from evonas.networks.counting import count
from evonas.problem import Problem, Settings
from evonas.reports.shown import sheet_of_run, show
from evonas.short_ids import short_id


class Nets(TrainedProblem):
    """Two layers, of which the second may be left out."""

    space = SearchSpace(
        (Gene("width", (2, 4)), Gene("has_more", (False, True)), Gene("more", (3, 5, 7))),
        fold=lambda genome: genome if genome[1] else (*genome[:2], 0),
    )

    def build(self, architecture):
        width = architecture["width"]
        layers = [nn.Conv2d(self.n_channels, width, 3), nn.ReLU()]
        if architecture["has_more"]:
            layers.append(nn.Conv2d(width, width, architecture["more"], padding="same"))
        head = nn.Linear(width, self.n_classes)
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


class Looked(Problem):
    """A table that also builds its networks, without any data."""

    space = SearchSpace((Gene("width", (2, 4)),))
    objectives = (evonas.Objective("acc", "%", "accuracy", -1),)
    n_channels, image_size = 3, 8

    def measure(self, genome, wanted, *, seed):
        return {"acc": 50.0}

    def build(self, architecture):
        if architecture["width"] == 2:
            raise RuntimeError("too narrow")
        return nn.Conv2d(3, 4, 3)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "bowl"
    words = {"problem": toy.reference("Bowl"), "n_jobs": 0}
    search(Config(**words, evaluations=20, pop_size=10), folder=folder)
    return open_run(folder)


def test_a_network_is_shown_without_a_run_and_without_any_image(tmp_path):
    sheet = show(
        problem=Nets,
        architecture={"width": 4, "has_more": False, "more": 7},
        settings=Settings(data="cifar10", data_dir=str(tmp_path)),
    )
    assert sheet.genome == (1, 0, 0)
    assert sheet.id == short_id((1, 0, 0))
    assert sheet.active == ("width", "has_more")
    cost = count(lambda: Nets(sheet_settings(tmp_path)).build(sheet.architecture), (3, 32, 32))
    told = sheet.as_dict()
    assert (told["params"], told["macs"], told["flops"]) == (
        *(cost.params, cost.macs, cost.flops),
    )
    assert told["input"] == [[3, 32, 32]]
    assert sum(layer["flops"] for layer in told["layers"]) == cost.flops
    assert sum(layer["co2_share"] for layer in told["layers"]) == pytest.approx(1)
    assert json.loads(sheet.to_json()) == told
    assert not list(tmp_path.iterdir())


def sheet_settings(folder):
    return Settings(data="cifar10", data_dir=str(folder))


def test_a_gene_that_makes_a_difference_elsewhere_is_shown_only_there():
    deep = show(problem=Nets, architecture="0-1-2")
    assert deep.active == ("width", "has_more", "more")
    words = str(show(problem=Nets, architecture="0-0-2"))
    assert "... and 1 more, which make no difference to this network" in words
    assert "\nmore " not in words


def test_a_member_of_a_run_is_shown_with_what_was_measured_of_it(run):
    member = run.front[0]
    sheet = sheet_of_run(run, run.ids[member.genome])
    assert sheet == sheet_of_run(run, member.genome) == show(run.path, member.genome)
    assert (sheet.run, sheet.id) == ("bowl", run.ids[member.genome])
    assert sheet.metrics == member.metrics
    assert "flops [FLOP]" in str(sheet)
    assert "It is on the front of the run." in sheet.notes
    assert "The problem builds no network, so there are no layers to show." in sheet.notes
    assert sheet.as_dict()["params"] is None
    with pytest.raises(ValueError, match="has no layers to draw: The problem builds no net"):
        sheet.draw(run.path / "a.png")


def test_what_a_run_did_not_measure_is_shown_too(run):
    known = {record.genome for record in run.records}
    sizes = toy.Bowl.space.sizes
    other = next(
        genome
        for genome in ((0,) * i + (1,) + (0,) * (len(sizes) - i - 1) for i in range(len(sizes)))
        if genome not in known
    )
    sheet = sheet_of_run(run, "-".join(map(str, other)))
    assert "Run bowl has not measured this architecture." in sheet.notes
    assert not sheet.metrics


def test_a_run_whose_problem_is_gone_shows_what_it_holds(run):
    gone = replace(run, config=replace(run.config, problem="gone.py:Bowl"))
    sheet = sheet_of_run(gone, run.front[0].genome)
    assert sheet.active is None
    assert sheet.architecture == run.decode(run.front[0].genome)
    assert sheet.notes[0].startswith("No network: the problem of run bowl cannot be opened: ")


def test_any_problem_that_builds_has_its_networks_shown():
    sheet = show(problem=Looked, architecture="1")
    assert sheet.as_dict()["params"] == 3 * 4 * 9 + 4
    assert sheet.shares == ()
    assert sheet.as_dict()["layers"][0]["co2_share"] is None


def test_a_network_that_cannot_be_built_is_a_note():
    sheet = show(problem=Looked, architecture="0")
    assert sheet.notes == ("No network: building it fails: RuntimeError: too narrow",)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "show needs a run and a genome, or a problem and an architecture"),
        ({"run": "none", "problem": Nets}, "show needs a run and a genome, or a problem"),
        ({"run": "none"}, "show needs a genome: which architecture of the run to show"),
        ({"problem": Nets}, "show needs an architecture: which network of the problem"),
    ],
)
def test_show_says_what_it_lacks(words, message):
    with pytest.raises(ValueError, match=message):
        show(**words)


def test_it_is_a_function_of_the_package():
    assert evonas.show is show
