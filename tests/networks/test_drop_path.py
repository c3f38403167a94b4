import pytest
import torch
from torch import nn

from evonas.networks.drop_path import DropPath, set_drop_path

IMAGES = torch.ones(4000, 1, 2, 2)


def test_whole_maps_are_left_out_and_the_mean_stays():
    path = DropPath().train()
    path.rate = 0.25
    torch.manual_seed(0)
    given = path(IMAGES)
    assert sorted(set(given.flatten(1).sum(1).tolist())) == pytest.approx([0.0, 4 / 0.75])
    assert given.mean() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(("learns", "rate"), [(False, 0.5), (True, 0.0)])
def test_nothing_is_left_out_in_evaluation_or_at_a_rate_of_zero(learns, rate):
    path = DropPath().train(learns)
    path.rate = rate
    assert path(IMAGES) is IMAGES


def test_all_paths_of_a_network_are_told_and_counted():
    network = nn.Sequential(DropPath(), nn.Sequential(nn.ReLU(), DropPath()))
    assert set_drop_path(network, 0.3) == 2
    assert network[0].rate == network[1][1].rate == 0.3
    assert set_drop_path(nn.ReLU(), 0.3) == 0
