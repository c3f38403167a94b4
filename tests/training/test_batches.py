import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evonas.data.dataset import Dataset, Part
from evonas.data.published import DataInfo
from evonas.training.batches import batch_sizes, make_transform, normalise, precision
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
