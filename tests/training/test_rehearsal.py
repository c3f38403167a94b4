import collections

import pytest
import torch
from torch import nn

from evonas.data.dataset import load
from evonas.networks.outputs import logits_of
from evonas.training.recipe import Recipe
from evonas.training.rehearsal import first_batch, try_out
from evonas.training.tasks import CLASSIFICATION, Classification

CPU = torch.device("cpu")
Named = collections.namedtuple("Named", ["logits", "aux"])


@pytest.fixture(scope="module")
def digits():
    return load("digits")


class Flat(nn.Module):
    """Flattens by a view after a convolution, as most do; gives its logits in some form."""

    def __init__(self, n_outputs=10, form=lambda logits: logits):
        super().__init__()
        self.first, self.last = nn.Conv2d(1, 4, 3), nn.Linear(4 * 36, n_outputs)
        self.form = form

    def forward(self, images):
        features = self.first(images)
        return self.form(self.last(features.view(len(images), -1)))


FORMS = [
    lambda t: t,
    lambda t: [t, t],
    lambda t: (t, t.mean()),
    lambda t: (t, None),
    lambda t: (t, t[:, :, None, None]),
    lambda t: {"logits": t, "aux": t},
    lambda t: Named(t, t[:, :3]),
]


@pytest.mark.parametrize("form", FORMS)
def test_logits_may_come_in_many_forms(digits, form):
    try_out(lambda: Flat(form=form), digits, task=CLASSIFICATION, recipe=Recipe())


def broken(layer):
    return lambda: nn.Sequential(nn.Conv2d(1, 4, 3), layer)


WRONG = [
    (lambda: Flat(7), r"^7 outputs, but digits has 10 classes; give the last layer self\.n_cl"),
    (lambda: Flat(12), "^12 outputs, but digits has 10 classes"),
    (lambda: Flat(form=lambda t: None), "the network gives a NoneType; to classify it must"),
    (lambda: Flat(form=lambda t: {"out": t}), "the network gives a dict of out; to classify"),
    (broken(nn.Linear(4, 10)), "a linear layer does not fit .*; is a flatten missing"),
    (
        broken(nn.Conv2d(4, 10, 6)),
        r"logits of shape \(4, 10, 1, 1\) for 4 images; expected \(4",
    ),
    (lambda: Flat(form=lambda t: t[:1]), r"logits of shape \(1, 10\) for 4 images"),
]


@pytest.mark.parametrize(("build", "message"), WRONG)
def test_what_cannot_be_learnt_from_is_named(digits, build, message):
    with pytest.raises(ValueError, match=message):
        try_out(build, digits, task=CLASSIFICATION, recipe=Recipe())


def test_other_errors_are_the_networks_own(digits):
    def frozen() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).requires_grad_(False)

    with pytest.raises(RuntimeError, match="does not require grad"):
        try_out(frozen, digits, task=CLASSIFICATION, recipe=Recipe())


def test_a_task_that_reads_outputs_in_its_own_way_is_asked_nothing(digits):
    class Sevens(Classification):
        """Tells seven classes apart."""

        def loss(self, outputs, labels, *, recipe):
            return super().loss(outputs, labels % 7, recipe=recipe)

        def scores(self, outputs, labels):
            return {"acc": 100.0 * (logits_of(outputs).argmax(1) == labels % 7).double()}

    try_out(lambda: Flat(7), digits, task=Sevens(), recipe=Recipe())


def test_two_tensors_of_logits_without_names_are_warned_of(digits, caplog):
    build = lambda: Flat(form=lambda t: (t, t))  # noqa: E731
    try_out(build, digits, task=CLASSIFICATION, recipe=Recipe())
    assert "several tensors that may be logits: the last one" in caplog.text


def test_the_first_batch_is_normalised(digits):
    images, labels = first_batch(digits, 64, device=CPU)
    assert images.shape == (64, 1, 8, 8)
    assert images.mean().abs() < 0.2
    assert torch.equal(labels, digits.train.labels[:64])
