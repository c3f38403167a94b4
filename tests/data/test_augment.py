import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.data.augment import blank, crop, cutout, flip, jitter, scale, shift

sizes = st.integers(2, 12)


seeds = st.integers(0, 2**31)


quickly = settings(max_examples=40, deadline=None)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ramps(n: int, side: int) -> torch.Tensor:
    """Images whose pixels are all different and none is zero."""
    return torch.arange(1.0, n * 3 * side * side + 1).reshape(n, 3, side, side)


@quickly
@given(n=st.integers(1, 5), side=sizes, padding=st.integers(1, 4), seed=seeds)
def test_a_crop_shifts_every_image_by_at_most_the_padding(n, side, padding, seed):
    images = ramps(n, side)
    cropped = crop(images, padding=padding, generator=seeded(seed))
    assert cropped.shape == images.shape
    assert cropped.dtype == images.dtype
    padded = nn.functional.pad(images, (padding,) * 4)
    for image, result in zip(padded, cropped, strict=True):
        shifts = range(2 * padding + 1)
        assert any(
            torch.equal(image[:, row : row + side, column : column + side], result)
            for row in shifts
            for column in shifts
        )


def test_a_crop_shifts_by_every_amount_and_the_images_independently():
    images = torch.zeros(2000, 1, 5, 5)
    images[:, :, 2, 2] = 1
    where = crop(images, padding=1, generator=seeded(0)).flatten(1).argmax(1)
    counts = torch.bincount(where, minlength=25).reshape(5, 5)
    assert (counts[1:4, 1:4] > 2000 / 9 * 0.7).all()
    assert counts[1:4, 1:4].sum() == 2000


@quickly
@given(n=st.integers(1, 9), side=sizes, seed=seeds)
def test_a_flip_mirrors_an_image_or_leaves_it_and_twice_the_same_undoes_it(n, side, seed):
    images = ramps(n, side)
    flipped = flip(images, generator=seeded(seed))
    for image, result in zip(images, flipped, strict=True):
        assert torch.equal(result, image) or torch.equal(result, image.flip(2))
    assert torch.equal(flip(flipped, generator=seeded(seed)), images)


def test_a_flip_mirrors_half_of_the_images():
    images = ramps(2000, 2)
    kept = (flip(images, generator=seeded(0)) == images).all((1, 2, 3)).sum()
    assert 900 < kept < 1100  # four standard deviations


@quickly
@given(n=st.integers(1, 9), size=sizes, side=st.integers(1, 8), seed=seeds)
def test_a_cutout_blanks_at_most_a_square_and_touches_nothing_else(n, size, side, seed):
    images = ramps(n, size)
    cut = cutout(images, side=side, generator=seeded(seed))
    blank = cut == 0
    assert torch.equal(cut[~blank], images[~blank])
    assert (blank == blank[:, :1]).all()  # in all channels alike
    for mask in blank[:, 0]:
        height, width = mask.any(1).sum(), mask.any(0).sum()
        assert 1 <= mask.sum() == height * width <= side**2
        assert max(height, width) <= side


@pytest.mark.parametrize("side", [3, 4])
def test_a_cutout_inside_the_image_is_the_whole_square(side):
    cut = cutout(torch.ones(200, 1, 16, 16), side=side, generator=seeded(0))
    assert (cut == 0).sum((1, 2, 3)).max() == side**2


@pytest.mark.parametrize(
    "augment",
    [
        lambda images, generator: crop(images, padding=2, generator=generator),
        lambda images, generator: flip(images, generator=generator),
        lambda images, generator: cutout(images, side=3, generator=generator),
    ],
)
def test_augmentation_is_fixed_by_its_seed_alone(augment):
    images = ramps(20, 8)
    first, other = augment(images, seeded(1)), augment(images, seeded(2))
    torch.manual_seed(5)
    assert torch.equal(augment(images, seeded(1)), first)
    assert not torch.equal(first, other)
    assert torch.equal(images, ramps(20, 8))  # the given images are not written to


def steps(n: int, length: int) -> torch.Tensor:
    """Sequences of two channels whose values are all different and none is zero."""
    return torch.arange(1.0, n * 2 * length + 1).reshape(n, 2, length)


@quickly
@given(n=st.integers(1, 5), length=sizes, padding=st.integers(1, 4), seed=seeds)
def test_a_shift_moves_all_channels_of_a_sequence_by_at_most_the_padding(
    n, length, padding, seed
):
    shifted = shift(steps(n, length), padding=padding, generator=seeded(seed))
    padded = nn.functional.pad(steps(n, length), (padding, padding))
    for sequence, result in zip(padded, shifted, strict=True):
        firsts = range(2 * padding + 1)
        assert any(torch.equal(sequence[:, i : i + length], result) for i in firsts)


@quickly
@given(n=st.integers(1, 5), length=sizes, blanked=st.integers(0, 6), seed=seeds)
def test_a_stretch_of_every_sequence_is_blank_and_the_rest_as_it_was(n, length, blanked, seed):
    before = steps(n, length)
    after = blank(before, length=blanked, generator=seeded(seed))
    for sequence, result in zip(before, after, strict=True):
        is_blank = (result == 0).all(0)
        assert torch.equal(result[:, ~is_blank], sequence[:, ~is_blank])
        places = is_blank.nonzero().flatten().tolist()
        assert places == list(range(places[0], places[-1] + 1)) if places else blanked == 0
        assert len(places) <= blanked


def test_a_scaled_channel_is_a_multiple_of_itself_and_jitter_is_of_its_deviation():
    ones = torch.ones(4000, 2, 5)
    scaled = scale(ones, std=0.1, generator=seeded(0))
    assert (scaled == scaled[:, :, :1]).all()
    assert scaled[..., 0].mean() == pytest.approx(1.0, abs=0.01)
    assert scaled[..., 0].std() == pytest.approx(0.1, rel=0.05)
    noise = jitter(ones, std=0.03, generator=seeded(0)) - ones
    assert noise.std() == pytest.approx(0.03, rel=0.05)
    assert noise.mean() == pytest.approx(0.0, abs=1e-3)
