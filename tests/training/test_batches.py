import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evonas.data.dataset import Dataset, Part
from evonas.data.published import DataInfo
from evonas.training.batches import as_values, batch_sizes, make_transform, normalise, precision
from evonas.training.recipe import Recipe

CPU = torch.device("cpu")


@given(n=st.integers(1, 300), batch_size=st.integers(1, 70))
def test_batches_hold_every_image_once_and_never_a_last_one_alone(n, batch_size):
    sizes = batch_sizes(n, batch_size)
    assert sum(sizes) == n
    assert len(sizes) == 1 or batch_size == 1 or min(sizes) > 1
    assert max(sizes) <= batch_size + 1


def test_normalised_bytes_have_mean_zero_and_deviation_one():
    images = torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1)
    half = torch.full((1, 1, 1), 0.5)
    assert normalise(images, half, half).flatten().tolist() == [-1.0, 1.0]
    assert images.dtype == torch.uint8


@pytest.mark.parametrize(("flips", "n_kinds"), [(True, 2), (False, 1)])
def test_images_are_mirrored_only_where_that_keeps_their_label(flips, n_kinds):
    images = torch.arange(64, dtype=torch.uint8).reshape(1, 1, 8, 8).expand(50, 1, 8, 8)
    part = Part(images, torch.zeros(50, dtype=torch.int64))
    half = torch.full((1, 1, 1), 0.5)
    info = DataInfo("ramps", 1, 8, 1, 50, 50, 50, flip=flips)
    transform = make_transform(
        Dataset(info, part, part, part, half, half),
        recipe=Recipe(augment=("flip",)),
        device=CPU,
        generator=torch.Generator().manual_seed(0),
    )
    assert len(transform(images).flatten(1).unique(dim=0)) == n_kinds


def test_a_processor_computes_in_single_precision():
    with precision(CPU):
        assert torch.mm(torch.ones(2, 2), torch.ones(2, 2)).dtype == torch.float32


def test_numbers_other_than_bytes_are_normalised_as_they_are():
    values = torch.tensor([-3.0, 5.0]).reshape(2, 1, 1)
    assert normalise(
        values, torch.full((1, 1), 1.0), torch.full((1, 1), 4.0)
    ).flatten().tolist() == [
        -1.0,
        1.0,
    ]
    assert as_values(values).flatten().tolist() == [-3.0, 5.0]
    assert as_values(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("word", "changes"),
    [("flip", False), *((w, True) for w in ("crop", "scale", "jitter", "cutout"))],
)
def test_sequences_are_augmented_by_what_applies_to_them(word, changes):
    values = torch.rand(20, 2, 16) + 1
    part = Part(values, torch.zeros(20, dtype=torch.int64))
    info = DataInfo("steps", 2, 0, 1, 20, 20, 20, flip=False, length=16)
    zero, one = torch.zeros(2, 1), torch.ones(2, 1)
    transform = make_transform(
        Dataset(info, part, part, part, zero, one),
        recipe=Recipe(augment=(word,)),
        device=CPU,
        generator=torch.Generator().manual_seed(0),
    )
    assert torch.equal(transform(values), values) is not changes
