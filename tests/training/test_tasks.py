from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from evonas.networks.costs import Count
from evonas.objectives import ACC, FLOPS, TEST_ACC, Metric
from evonas.training.recipe import Recipe
from evonas.training.tasks import (
    CLASSIFICATION,
    Classification,
    check_task,
    for_network,
    for_space,
    gathered,
    on_test,
)

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


INFO = SimpleNamespace(name="digits", n_classes=2)


def check(outputs, *, n_images=3, task=CLASSIFICATION):
    task.check_outputs(outputs, info=INFO, n_images=n_images)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (torch.zeros(3, 5), "^5 outputs, but digits has 2 classes; give the last layer"),
        (torch.zeros(3, 1), "^1 outputs, but digits has 2 classes"),
        (
            torch.zeros(4, 2),
            r"^logits of shape \(4, 2\) for 3 images; expected \(3, 2\): is a fl",
        ),
        (torch.zeros(3, 2, 2), r"^logits of shape \(3, 2, 2\) for 3 images"),
        ({"logits": torch.zeros(3, 5)}, "^5 outputs, but digits has 2 classes"),
    ],
)
def test_outputs_that_do_not_fit_data_and_batch_are_refused(outputs, message):
    with pytest.raises(ValueError, match=message):
        check(outputs)


@pytest.mark.parametrize(
    ("outputs", "is_told"),
    [
        (LOGITS, False),
        ((LOGITS,), False),
        ((LOGITS, torch.zeros(3)), False),  # of which one alone is a matrix
        ((LOGITS, LOGITS), True),
        ([LOGITS, LOGITS], False),  # a list of exits is one head for each depth
        ({"logits": LOGITS, "auxiliary": LOGITS}, False),
    ],
)
def test_a_tuple_of_several_that_may_be_logits_is_warned_of(outputs, is_told, caplog):
    check(outputs)
    assert ("several tensors that may be logits" in caplog.text) == is_told


def test_a_task_that_reads_outputs_in_its_own_way_is_let_alone():
    class Own(Classification):
        def scores(self, outputs, labels):
            return {}

    check(torch.zeros(9, 7), task=Own())


def counted(name):
    return Metric(name, "", name, 1, when="counted")


@pytest.mark.parametrize(
    ("metrics", "named"),
    [
        ((ACC, counted("test_acc")), "'test_acc' with when='counted'"),
        ((counted("acc"), TEST_ACC), "'acc' with when='counted'"),
        (
            (ACC, replace(TEST_ACC, name="test_top5")),
            "'test_top5' with when='final'; .* of acc$",
        ),
    ],
)
def test_a_test_score_is_final_and_that_of_a_score_on_the_validation_part(metrics, named):
    task = Classification()
    task.metrics = metrics
    with pytest.raises(ValueError, match=f"task Classification has the metric {named}"):
        check_task(task, problem="mine")


def test_classification_is_a_task():
    check_task(CLASSIFICATION, problem="mine")
    assert CLASSIFICATION.guessing_loss(SimpleNamespace(n_classes=10)) == pytest.approx(
        2.302585
    )


def test_a_task_that_asks_for_nothing_is_told_nothing():
    assert for_space(CLASSIFICATION, None, None) is CLASSIFICATION
    assert for_network(CLASSIFICATION, None) is CLASSIFICATION


def test_a_task_that_asks_is_told_of_its_space_and_network():
    task = SimpleNamespace(
        for_space=lambda space, flops_of: (space, flops_of(2)), for_network=lambda exits: exits
    )
    assert for_space(task, "space", lambda genome: genome) == ("space", 2)
    assert for_network(task, lambda: "exits") == "exits"
    assert on_test({"acc": 1.0}) == {"test_acc": 1.0}
