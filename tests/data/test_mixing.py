import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.data.mixing import cutmix, mixup

quickly = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 2**31)
alphas = st.floats(0.05, 4)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def constants(n: int, side: int = 8) -> torch.Tensor:
    """Images of one brightness each, all different."""
    return torch.arange(float(n))[:, None, None, None].expand(n, 1, side, side).clone()


@quickly
@given(n=st.integers(2, 9), alpha=alphas, seed=seeds)
def test_mixup_blends_an_image_and_its_partner_by_the_share(n, alpha, seed):
    images = constants(n)
    mixed = mixup(images, alpha=alpha, generator=seeded(seed))
    assert 0 <= mixed.share <= 1
    assert sorted(mixed.partners.tolist()) == list(range(n))
    for row, partner in enumerate(mixed.partners.tolist()):
        expected = mixed.share * row + (1 - mixed.share) * partner
        assert mixed.images[row].flatten().tolist() == pytest.approx([expected] * 64, abs=1e-4)


@quickly
@given(n=st.integers(2, 9), side=st.integers(4, 12), alpha=alphas, seed=seeds)
def test_cutmix_leaves_the_share_of_pixels_that_it_says(n, side, alpha, seed):
    images = constants(n, side)
    mixed = cutmix(images, alpha=alpha, generator=seeded(seed))
    for row, partner in enumerate(mixed.partners.tolist()):
        own = (mixed.images[row] == row).float().mean().item()
        assert own == pytest.approx(1.0 if partner == row else mixed.share, abs=1e-5)
        assert set(mixed.images[row].flatten().tolist()) <= {float(row), float(partner)}
    assert torch.equal(images, constants(n, side))


def test_shares_are_drawn_from_the_beta_distribution():
    shares = torch.tensor(
        [mixup(constants(2), alpha=2.0, generator=seeded(i)).share for i in range(600)]
    )
    assert shares.mean().item() == pytest.approx(0.5, abs=0.03)
    assert shares.var().item() == pytest.approx(1 / 20, abs=0.01)  # 1 / (4 (2 alpha + 1))


@quickly
@given(n=st.integers(2, 9), length=st.integers(4, 30), alpha=alphas, seed=seeds)
def test_cutmix_pastes_a_stretch_into_a_sequence(n, length, alpha, seed):
    sequences = torch.arange(float(n))[:, None, None].expand(n, 2, length).clone()
    mixed = cutmix(sequences, alpha=alpha, generator=seeded(seed))
    for row, partner in enumerate(mixed.partners.tolist()):
        is_own = (mixed.images[row] == row).all(0)
        assert is_own.float().mean().item() == pytest.approx(mixed.share) or row == partner
        if row != partner:
            assert (mixed.images[row][:, ~is_own] == partner).all()
            assert int(is_own.int().diff().abs().sum()) <= 2  # one stretch
