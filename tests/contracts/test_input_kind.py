"""The contract of every kind of inputs."""

import pytest
import torch

from evonas.data.augment import AUGMENTATIONS
from evonas.data.dataset import Dataset, load
from evonas.data.kinds import KINDS
from evonas.data.mixing import cutmix, mixup
from evonas.data.published import NAMES_BY_KIND
from evonas.networks.layout import FAST, PLAIN, laid_out
from evonas.training.batches import normalise

WITHOUT_DOWNLOAD = {"images": "digits", "sequences": "digit-sequences"}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def data_of(kind) -> Dataset:
    name = WITHOUT_DOWNLOAD[kind.name]
    assert name in NAMES_BY_KIND[kind]
    return load(name)


def batch(kind) -> torch.Tensor:
    data = data_of(kind)
    return normalise(data.train.images[:16], data.mean, data.std)


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@every_kind
def test_a_data_set_of_it_holds_inputs_of_the_shape_that_it_tells(kind):
    data = data_of(kind)
    assert data.info.kind == kind
    assert len(data.info.shape) == kind.n_axes + 1
    for part in (data.train, data.validation, data.test):
        assert part.images.shape == (len(part.labels), *data.info.shape)


@every_kind
def test_normalised_its_training_part_has_mean_zero_and_deviation_one(kind):
    data = data_of(kind)
    values = normalise(data.train.images, data.mean, data.std)
    assert values.dtype == torch.float32
    assert values.mean().item() == pytest.approx(0, abs=1e-4)
    assert values.std().item() == pytest.approx(1, abs=1e-3)


@every_kind
def test_its_augmentations_keep_shapes_and_draw_from_the_generator_alone(kind):
    inputs, before = batch(kind), torch.get_rng_state()
    for change in AUGMENTATIONS[kind].values():
        first, again = change(inputs, seeded()), change(inputs, seeded())
        assert first.shape == inputs.shape
        assert first.isfinite().all()
        assert torch.equal(first, again)
        assert not torch.equal(first, inputs)
    assert torch.equal(torch.get_rng_state(), before)


@every_kind
@pytest.mark.parametrize("mix", [mixup, cutmix])
def test_its_inputs_can_be_mixed(kind, mix):
    mixed = mix(batch(kind), alpha=1.0, generator=seeded())
    assert mixed.images.shape == batch(kind).shape
    assert 0 <= mixed.share <= 1


@every_kind
@pytest.mark.parametrize("layout", [FAST, PLAIN])
def test_a_layout_leaves_its_values_as_they_are(kind, layout):
    assert torch.equal(laid_out(batch(kind), layout), batch(kind))
