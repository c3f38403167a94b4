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


def broken(make, *sizes):
    return lambda: nn.Sequential(nn.Conv2d(1, 4, 3), make(*sizes))


WRONG = [
    (lambda: Flat(7), r"^7 outputs, but digits has 10 classes; give the last layer self\.n_cl"),
    (lambda: Flat(12), "^12 outputs, but digits has 10 classes"),
    (lambda: Flat(form=lambda t: None), "the network gives a NoneType; to classify it must"),
    (lambda: Flat(form=lambda t: {"out": t}), "the network gives a dict of out; to classify"),
    (broken(nn.Linear, 4, 10), "a linear layer does not fit .*; is a flatten missing"),
    (
        broken(nn.Conv2d, 4, 10, 6),
        r"logits of shape \(4, 10, 1, 1\) for 4 images; expected \(4",
    ),
    (lambda: Flat(form=lambda t: t[:1]), r"logits of shape \(1, 10\) for 4 images"),
]


@pytest.mark.parametrize(("build", "message"), WRONG)
def test_what_cannot_be_learnt_from_is_named(digits, build, message):
    with pytest.raises(ValueError, match=message):
        try_out(build, digits, task=CLASSIFICATION, recipe=Recipe())


def test_other_errors_are_the_networks_own(digits):
    def wide() -> nn.Module:
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 10))

    with pytest.raises(RuntimeError, match="to have 3 channels, but got 1 channels instead"):
        try_out(wide, digits, task=CLASSIFICATION, recipe=Recipe())


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


def frozen():
    network = Flat()
    network.requires_grad_(False)
    return network


class Blind(nn.Module):
    def forward(self, images):
        return images.flatten(1)[:, :10]


@pytest.mark.parametrize("build", [frozen, Blind])
def test_a_network_without_anything_to_train_is_refused(digits, build):
    with pytest.raises(ValueError, match="there is nothing to train: no parameter that takes"):
        try_out(build, digits, task=CLASSIFICATION, recipe=Recipe())


def test_parameters_of_another_precision_are_refused_with_the_reason(digits):
    with pytest.raises(ValueError, match="images are float32; parameters and buffers must be"):
        try_out(lambda: Flat().double(), digits, task=CLASSIFICATION, recipe=Recipe())


def test_networks_that_share_what_they_learn_are_refused(digits):
    shared = Flat()
    message = "share their parameter first.weight: a candidate would go on from where another"
    with pytest.raises(ValueError, match=message):
        try_out(lambda: shared, digits, task=CLASSIFICATION, recipe=Recipe())
    backbone = nn.Conv2d(1, 4, 3).requires_grad_(False)

    def on_a_frozen_backbone():
        network = Flat()
        network.first = backbone
        return network

    try_out(on_a_frozen_backbone, digits, task=CLASSIFICATION, recipe=Recipe())


def test_weights_that_no_seed_fixes_are_warned_of(digits, caplog):
    def seeded():
        torch.manual_seed(0)
        return Flat()

    try_out(seeded, digits, task=CLASSIFICATION, recipe=Recipe())
    assert not caplog.records
    try_out(Flat, digits, task=CLASSIFICATION, recipe=Recipe())
    (record,) = caplog.records
    assert record.getMessage().startswith("first.weight of a new network differs from build")
