import pytest
import torch
from torch.nn import functional

from evonas.networks.costs import Count
from evonas.objectives import ACC, FLOPS, TEST_ACC, Metric
from evonas.training.recipe import Recipe
from evonas.training.tasks import CLASSIFICATION, Classification, check_task, gathered

LOGITS, LABELS = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), torch.tensor([0, 1, 1])


def test_classification_is_cross_entropy_with_label_smoothing():
    for smoothing in (0.0, 0.2):
        loss = CLASSIFICATION.loss(LOGITS, LABELS, recipe=Recipe(label_smoothing=smoothing))
        expected = functional.cross_entropy(LOGITS, LABELS, label_smoothing=smoothing)
        assert torch.equal(loss, expected)


@pytest.mark.parametrize("outputs", [LOGITS, (-LOGITS, LOGITS), {"logits": LOGITS}])
def test_accuracy_counts_what_is_right(outputs):
    assert CLASSIFICATION.scores(outputs, LABELS)["acc"].tolist() == [100.0, 100.0, 0.0]


class Wrong(Classification):
    metrics = (ACC, FLOPS)


class Untold(Classification):
    metrics = (TEST_ACC,)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (
            Classification,
            "the task of mine is <class .*; expected an object with 'metrics",
        ),
        (
            "classify",
            "the task of mine is 'classify'; expected an object with 'metrics'",
        ),
        (Wrong(), "task Wrong has the metric 'flops' with when='counted'; expected 'trained'"),
        (Untold(), "task Untold has the metric 'test_acc' with when='final'; .* of nothing"),
    ],
)
def test_what_is_no_task_is_refused(task, message):
    with pytest.raises(ValueError, match=message):
        check_task(task, problem="mine")


def test_metrics_that_every_problem_has_come_first_and_in_one_order():
    class Headed(Classification):
        metrics = (Metric("first", "%", "of the first head", -1), ACC)

    names = [metric.name for metric in gathered(Headed(), (Count(),), problem="mine")]
    assert names == ["acc", "flops", "macs", "params", "fpo", "first"]
