"""The contract of every task, and a second one that is brought from outside."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from evonas import Gene, Metric, SearchSpace, TrainedProblem, search
from evonas.config import Config
from evonas.data.published import DataInfo
from evonas.objectives import ACC, TEST_ACC
from evonas.problem import Settings
from evonas.training.recipe import Recipe
from evonas.training.tasks import CLASSIFICATION, Task, check_task

TINY = Settings(epochs=2, subset=60, device="cpu")
INFO = DataInfo("made up", 1, 8, 4, 60, 20, 20, flip=False)
FIRST_ACC = Metric("first_acc", "%", "accuracy of the first head", -1, best=100.0, worst=0.0)


class DeepSupervision:
    """Two heads learn together; each is judged, the last one as the network's own."""

    metrics = (ACC, FIRST_ACC, TEST_ACC)

    def loss(self, outputs, labels, *, recipe):
        smoothing = recipe.label_smoothing
        losses = [
            functional.cross_entropy(outputs[head], labels, label_smoothing=smoothing)
            for head in ("first", "last")
        ]
        return 0.3 * losses[0] + losses[1]

    def scores(self, outputs, labels):
        return {
            name: 100.0 * (outputs[head].argmax(1) == labels).double()
            for name, head in (("first_acc", "first"), ("acc", "last"))
        }

    def guessing_loss(self, info):
        return 1.3 * math.log(info.n_classes)


class TwoHeads(nn.Module):
    """Gives a mapping."""

    def __init__(self, n_channels, n_classes, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(n_channels, width, 3, padding=1), nn.ReLU())
        self.more = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
        self.first, self.last = (nn.Linear(4 * width, n_classes) for _ in range(2))

    def forward(self, images):
        early = self.body(images)
        late = self.more(early)
        pooled = [functional.adaptive_avg_pool2d(maps, 2).flatten(1) for maps in (early, late)]
        return {"first": self.first(pooled[0]), "last": self.last(pooled[1])}


class Supervised(TrainedProblem):
    """Networks of two heads."""

    space = SearchSpace([Gene("width", (4, 8))])
    recipe = Recipe(epochs=2, batch_size=32, augment=())
    task = DeepSupervision()

    def build(self, architecture):
        return TwoHeads(self.n_channels, self.n_classes, architecture["width"])


class Plain(TrainedProblem):
    """The same body with one head, in the kind of output that an option says."""

    space = Supervised.space
    recipe = Supervised.recipe
    options = {"kind": "tensor"}  # noqa: RUF012

    def build(self, architecture):
        return Wrapped(self.n_channels, self.n_classes, architecture["width"], self.option)


class Wrapped(TwoHeads):
    def __init__(self, n_channels, n_classes, width, option):
        super().__init__(n_channels, n_classes, width)
        self.kind = option["kind"]

    def forward(self, images):
        logits = super().forward(images)["last"]
        return {
            **{"tensor": logits, "tuple": (logits.detach(), logits), "list": [logits]},
            **{"mapping": {"logits": logits}, "text": {"out": logits}},
        }[self.kind]


OUTPUTS = {
    "Classification": lambda logits: logits,
    "DeepSupervision": lambda logits: {"first": logits, "last": logits},
}
every_task = pytest.mark.parametrize(
    "task", [CLASSIFICATION, DeepSupervision()], ids=lambda task: type(task).__name__
)


def batch(n: int = 12):
    logits = torch.randn(n, INFO.n_classes, generator=torch.Generator().manual_seed(n))
    return logits.requires_grad_(), torch.arange(n) % INFO.n_classes


@every_task
def test_it_has_its_words_and_metrics_that_its_scores_give(task):
    assert isinstance(task, Task)
    check_task(task, problem="mine")
    logits, labels = batch()
    scores = task.scores(OUTPUTS[type(task).__name__](logits), labels)
    assert set(scores) == {m.name for m in task.metrics if m.when == "trained"}


@every_task
def test_its_loss_is_one_number_that_can_be_learnt_from(task):
    logits, labels = batch()
    loss = task.loss(OUTPUTS[type(task).__name__](logits), labels, recipe=Recipe())
    assert loss.shape == ()
    loss.backward()
    assert logits.grad.abs().sum() > 0


@every_task
def test_a_score_is_the_mean_over_images_however_they_are_cut_into_batches(task):
    logits, labels = batch()
    outputs = OUTPUTS[type(task).__name__]
    whole = task.scores(outputs(logits), labels)
    for name, shares in whole.items():
        assert shares.shape == labels.shape
        cuts = slice(5), slice(5, 12)
        halves = [task.scores(outputs(logits[cut]), labels[cut])[name] for cut in cuts]
        assert torch.equal(torch.cat(halves), shares)


@every_task
def test_guessing_has_the_loss_that_it_says(task):
    logits, labels = batch()
    guess = OUTPUTS[type(task).__name__](torch.zeros_like(logits))
    loss = task.loss(guess, labels, recipe=Recipe(label_smoothing=0.0))
    assert float(loss.detach()) == pytest.approx(task.guessing_loss(INFO))


def test_a_problem_of_another_task_is_counted_trained_and_tested():
    problem = Supervised(TINY)
    assert [m.name for m in problem.metrics][:2] == ["acc", "flops"]
    found = problem.measure((1,), ["acc", "first_acc", "test_acc", "params"], seed=0)
    assert {"acc", "first_acc", "test_acc", "params"} <= set(found.metrics)
    assert "test_first_acc" not in found.metrics
    assert [set(point) for point in found.curve] == 2 * [{"epoch", "loss", "first_acc", "acc"}]
    assert found.curve[-1]["first_acc"] == found.metrics["first_acc"]
    assert found == problem.measure((1,), ["acc", "first_acc", "test_acc", "params"], seed=0)


def test_a_search_improves_what_another_task_scores():
    config = Config(
        objectives=("first_acc", "flops"),
        **{"epochs": 1, "subset": 60, "device": "cpu", "n_jobs": 0},
        **{"evaluations": 2, "pop_size": 2},
    )
    result = search(config, problem=Supervised)
    assert len(result.front) >= 1
    assert {"first_acc", "flops", "test_acc"} <= set(result.front[0].metrics)


@pytest.mark.parametrize("kind", ["tuple", "list", "mapping"])
def test_networks_that_give_their_logits_otherwise_train_to_the_same_numbers(kind):
    reference, other = (
        Plain(Settings(**{**vars(TINY), "options": (("kind", word),)})).measure(
            (1,), ["acc", "test_acc", "flops", "snip"], seed=3
        )
        for word in ("tensor", kind)
    )
    assert other == reference


def test_outputs_that_cannot_be_classified_are_refused_with_the_way_out():
    problem = Plain(Settings(**{**vars(TINY), "options": (("kind", "text"),)}))
    assert problem.measure((0,), ["flops"], seed=0).metrics["flops"] > 0
    with pytest.raises(ValueError, match="the network gives a dict of out; to classify it"):
        problem.measure((0,), ["acc"], seed=0)
