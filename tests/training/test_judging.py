"""Scores are means over all images, and a task may be settled by the validation part."""

import torch

from evonas.training.judging import inputs, judge, judge_validation
from evonas.training.loop import Training
from evonas.training.recipe import Recipe
from evonas.training.tasks import CLASSIFICATION, Classification

from .stripes import CPU, network, stripes


def test_inputs_are_normalised():
    dataset = stripes()
    images = dataset.test.images[:3]
    expected = (images / 255 - dataset.mean) / dataset.std
    assert torch.allclose(inputs(images, dataset, device=CPU), expected, atol=1e-5)


def test_scores_do_not_depend_on_batches_and_the_network_is_left_in_evaluation():
    dataset, model = stripes(), network().train()
    given = {"dataset": dataset, "device": CPU}
    whole = judge(model, dataset.test, **given)
    assert not model.training
    assert judge(model, dataset.test, **given, batch_size=7) == whole


class Settling(Classification):
    """Notes how many outputs it was settled by, and tells it as a score."""

    def __init__(self, n: int = 0):
        self.n = n

    def settled(self, outputs, labels):
        assert len(outputs) == len(labels)
        return Settling(self.n + len(outputs))

    def scores(self, outputs, labels):
        return {"acc": torch.full(labels.shape, float(self.n), dtype=torch.float64)}


def test_a_task_is_settled_by_the_whole_validation_part_anew_after_every_epoch():
    dataset, plan = stripes(), Recipe(epochs=2, batch_size=16, augment=())
    training = Training(network(), dataset, recipe=plan, device=CPU, seed=0, task=Settling())
    training.run(2)
    n = len(dataset.validation.images)
    assert [row["acc"] for row in training.curve] == [n, n]
    assert training.judged(dataset.test) == {"acc": n}
    scores, settled = judge_validation(
        network(), dataset=dataset, device=CPU, task=Settling(), batch_size=7
    )
    assert (scores, settled.n) == ({"acc": n}, n)


def test_a_task_that_sets_nothing_judges_the_validation_part_as_any_other():
    dataset, model = stripes(), network()
    scores, task = judge_validation(model, dataset=dataset, device=CPU)
    assert task is CLASSIFICATION
    assert scores == judge(model, dataset.validation, dataset=dataset, device=CPU)
