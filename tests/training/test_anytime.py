"""The task of several exits: its loss, its scores, and where its thresholds come from."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from evonas.data.published import DataInfo
from evonas.networks.blocks import Classifier, convolution
from evonas.networks.chain import Part
from evonas.networks.costs import Carbon, Count, ExitFlops
from evonas.networks.exits import Exits
from evonas.networks.graph import IMAGES, ExitLogits, Graph, Node
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.training.anytime import N_TYPICAL, Anytime, typical_flops
from evonas.training.graph_problem import GraphProblem
from evonas.training.judging import judge, judge_validation
from evonas.training.recipe import Recipe
from evonas.training.tasks import check_task

from .stripes import CPU, stripes

INFO = DataInfo("some", 1, 8, 4, 10, 10, 10, flip=False)
COSTS = Exits((10.0, 20.0, 40.0), (10.0, 21.0, 42.0))
PLAIN = Recipe(label_smoothing=0.0)


def logits(n: int = 12, seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


def outputs(n: int = 12, k: int = 3) -> ExitLogits:
    exits = tuple(logits(n, seed) for seed in range(k))
    return ExitLogits(exits[-1], exits)


def labels(n: int = 12) -> torch.Tensor:
    return torch.arange(n) % 4


def task(**words) -> Anytime:
    return Anytime(3, exits=COSTS, max_budget=50.0, mean_share=0.6, **words)


def means(scored) -> dict[str, float]:
    return {name: float(shares.mean()) for name, shares in scored.items()}


@given(st.integers(1, 6), st.sampled_from([0.0, 0.1]), st.sampled_from(["equal", "rising"]))
def test_equal_logits_at_k_exits_lose_k_times_the_cross_entropy(k, smoothing, weights):
    same = logits()
    loss = Anytime(k, weights).loss(
        ExitLogits(same, (same,) * k), labels(), recipe=Recipe(label_smoothing=smoothing)
    )
    once = functional.cross_entropy(same, labels(), label_smoothing=smoothing)
    assert float(loss) == pytest.approx(k * float(once), rel=1e-5)


def test_weights_say_how_much_each_exit_counts():
    found = outputs(k=3)
    each = [float(functional.cross_entropy(e, labels())) for e in found.exits]
    for weights, factors in (("rising", (0.5, 1, 1.5)), ("falling", (1.5, 1, 0.5))):
        loss = Anytime(3, weights).loss(found, labels(), recipe=PLAIN)
        expected = sum(f * e for f, e in zip(factors, each, strict=True))
        assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_guessing_loses_at_every_exit():
    assert Anytime(5).guessing_loss(INFO) == pytest.approx(5 * math.log(4))
    assert task().guessing_loss(INFO) == pytest.approx(3 * math.log(4))
    assert replace(task(), n_exits=9).guessing_loss(INFO) == pytest.approx(3 * math.log(4))


def test_accuracies_are_told_of_every_exit_and_the_last_stands_for_those_that_lack():
    found = means(Anytime(5).scores(outputs(k=3), labels()))
    each = [100 * float((e.argmax(1) == labels()).double().mean()) for e in outputs().exits]
    assert [found[f"acc_{k}"] for k in range(1, 6)] == pytest.approx([*each, each[2], each[2]])
    assert found["first_acc"] == found["acc_1"]
    assert found["acc"] == found["acc_5"]
    assert "anytime" not in found  # it depends on costs, which nobody told


def test_area_and_expected_loss_are_means_over_budgets():
    found = means(task().scores(outputs(), labels()))
    accuracies = [found[f"acc_{k}"] for k in (1, 2, 3)]
    losses = [float(functional.cross_entropy(e, labels())) for e in outputs().exits]
    shares = (0.2, 0.2, 0.4, 0.2)  # of budgets up to 10, 20, 40 and 50
    for name, values in (
        ("anytime", [25.0, *accuracies]),
        ("budget_loss", [1.386294, *losses]),
    ):
        expected = sum(s * v for s, v in zip(shares, values, strict=True))
        assert found[name] == pytest.approx(expected, rel=1e-5)


@given(st.integers(1, 30), st.integers(1, 30))
def test_scores_do_not_depend_on_batches(n, size):
    known = task(levels=(0.7, 0.6, 0.0))
    found, truth = outputs(n), labels(n)
    whole = known.scores(found, truth)
    cut = zip(*(e.split(size) for e in (*found.exits, truth)), strict=True)
    parts = [known.scores(ExitLogits(c, (a, b, c)), t) for a, b, c, t in cut]
    for name, shares in whole.items():
        assert torch.cat([each[name] for each in parts]).tolist() == pytest.approx(
            shares.tolist()
        )


def test_thresholds_bring_the_mean_cost_of_an_image_to_its_share():
    found = outputs(400)
    settled = task().settled(found, labels(400))
    scores = means(settled.scores(found, labels(400)))
    assert scores["budgeted_flops"] == pytest.approx(25.2, abs=0.2)
    other = task().settled(found, labels(400).flip(0))
    assert other.levels == settled.levels  # of classes nothing is taken
    rich = replace(task(), mean_share=1.0).settled(found, labels(400))
    assert means(rich.scores(found, labels(400)))["budgeted_flops"] == 42.0
    poor = replace(task(), mean_share=0.01).settled(found, labels(400))
    scores = means(poor.scores(found, labels(400)))
    assert scores["budgeted_flops"] == 10.0
    assert scores["budgeted_acc"] == scores["first_acc"]


def test_before_thresholds_are_set_nothing_is_said_of_leaving_by_confidence():
    assert not [name for name in task().scores(outputs(), labels()) if "budgeted" in name]
    assert Anytime(3).settled(outputs(), labels()) == Anytime(3)


class Guess(torch.nn.Module):
    """Two exits of which the first is sure of the class that it is told to like."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, images):
        left = images[..., :4].mean((1, 2, 3)) - images[..., 4:].mean((1, 2, 3))
        exit_ = torch.stack([left, -left], 1) * self.scale
        return ExitLogits(exit_, (exit_ / 2, exit_))


def test_thresholds_are_set_on_the_validation_part_and_judged_on_another():
    dataset, model = stripes(), Guess()
    two = Anytime(2, exits=Exits((10.0, 40.0), (10.0, 40.0)), max_budget=50, mean_share=0.625)
    scores, settled = judge_validation(model, dataset=dataset, device=CPU, task=two)
    assert settled.levels is not None
    assert scores["budgeted_flops"] == pytest.approx(25.0)
    dim = replace(dataset.test, images=dataset.test.images // 2)
    given_ = {"dataset": dataset, "device": CPU, "task": settled}
    tested = judge(model, dim, **given_)
    assert tested == pytest.approx(judge(model, dim, **given_, batch_size=7))
    assert tested["budgeted_flops"] > 30  # the same thresholds, of which fewer are sure


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"n_exits": 0}, "a network has at least 1 exit; got 0"),
        ({"n_exits": 2, "weights": "odd"}, "exit_weights is 'odd'; choose from equal, rising"),
        ({"n_exits": 2, "max_budget": -1.0}, "max_budget is -1; expected FLOPs above 0, or 0"),
        ({"n_exits": 2, "mean_share": 0.0}, "mean_share is 0; expected a share above 0"),
    ],
)
def test_what_cannot_be_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        Anytime(**words)


def test_outputs_that_are_not_those_of_the_exits_are_refused():
    check = {"info": INFO, "n_images": 12}
    task().check_outputs(outputs(), **check)
    Anytime(3).check_outputs(logits(), **check)
    Anytime(3).check_outputs({"logits": logits(), "exits": [logits(), logits()]}, **check)
    with pytest.raises(ValueError, match="answers at 2 exits; expected 3"):
        task().check_outputs(outputs(k=2), **check)
    with pytest.raises(ValueError, match="answers at 4 exits; expected at most 3"):
        Anytime(3).check_outputs(outputs(k=4), **check)
    with pytest.raises(ValueError, match="5 outputs, but some has 4 classes"):
        Anytime(1).check_outputs(torch.zeros(12, 5), **check)


def test_it_is_a_task_with_a_twin_on_the_test_part_for_every_score():
    check_task(Anytime(2), problem="mine")
    trained = [m.name for m in Anytime(2).metrics if m.when == "trained"]
    assert trained[0] == "anytime"  # by it the best epoch is known
    assert {"acc", "first_acc", "acc_1", "acc_2", "budget_loss", "budgeted_acc"} < set(trained)
    final = [m for m in Anytime(2).metrics if m.when == "final"]
    assert [m.name for m in final] == [f"test_{name}" for name in trained]
    assert not any("validation" in m.label for m in final)


class Early(GraphProblem):
    """A chain of two layers, with an exit after the first or without."""

    task = Anytime(2)
    providers = (Count(), Carbon(), ExitFlops(2))
    space = SearchSpace([Gene("width", (4, 8)), Gene("has_early_exit", (False, True))])
    recipe = Recipe(epochs=1, augment=())

    def graph(self, architecture):
        width = architecture["width"]
        head = Part.of(Classifier, width, self.n_classes)
        nodes = {
            "one": Node(Part.of(convolution, self.n_channels, width), (IMAGES,)),
            "early": Node(head, ("one",)),
            "two": Node(Part.of(convolution, width, width), ("one",)),
            "late": Node(head, ("two",)),
        }
        return Graph(nodes, ("early", "late") if architecture["has_early_exit"] else ("late",))


def early(**options) -> Early:
    return Early(Settings(epochs=1, subset=60, device="cpu", options=tuple(options.items())))


def test_a_problem_tells_the_task_the_costs_of_every_network():
    problem = early()
    head = 2 * 10 * 8
    exits, cost = problem.exits((1, 1)), problem.cost((1, 1))
    assert exits.alone[1] == cost.flops - head
    assert exits.in_turn == (exits.alone[0], cost.flops)
    known = problem.task_for((1, 1))
    assert known.exits == exits
    drawn = typical_flops(problem.space, lambda genome: problem.cost(genome).flops)
    assert known.max_budget == drawn
    assert problem.describe()["task"] == {**problem.task_of_space.options}
    assert N_TYPICAL == 64


def test_all_scores_are_measured_of_networks_with_one_exit_and_with_several():
    for genome in ((0, 0), (0, 1)):
        problem = early()
        names = {metric.name for metric in problem.metrics}
        found = problem.measure(genome, names, seed=0).metrics
        assert set(found) >= names
        assert found == early().measure(genome, names, seed=0).metrics
        assert found["flops_1"] == found["first_flops"] == problem.exits(genome).alone[0]
        assert found["flops_2"] == problem.exits(genome).alone[-1]
        assert found["acc_2"] == found["acc"]


def test_options_set_the_range_and_the_weights():
    problem = early(max_budget="5000", exit_weights="falling")
    assert problem.task_for((0, 1)).max_budget == 5000
    assert problem.task_for((0, 1)).weights == "falling"
    with pytest.raises(ValueError, match="exit_weights is 'even'; choose from equal"):
        early(exit_weights="even")
    with pytest.raises(ValueError, match="its options: exit_weights, max_budget, mean_share"):
        early(budget="5")
