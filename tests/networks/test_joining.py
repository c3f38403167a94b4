import torch

from evonas.networks.joining import Joined, Sum


def test_maps_are_added_and_joined():
    one, other = torch.rand(2, 1, 3, 3), torch.rand(2, 1, 3, 3)
    assert torch.equal(Sum()(one, other), one + other)
    assert torch.equal(Joined()(one, other)[:, 1:], other)


def test_what_is_added_and_joined_is_left_alone():
    left, right = torch.ones(1, 2, 3, 3), torch.full((1, 2, 3, 3), 2.0)
    assert torch.equal(Sum()(left, right), torch.full((1, 2, 3, 3), 3.0))
    assert torch.equal(left, torch.ones(1, 2, 3, 3))
    assert Joined()(left, right).flatten().tolist() == [1.0] * 18 + [2.0] * 18
