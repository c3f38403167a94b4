import torch

from evonas.models.sources import dataset_of, untrained

from .conftest import GENOME


def test_the_images_are_those_of_the_problem(problem):
    assert dataset_of(problem).info == problem.info


def test_equal_seeds_give_equal_networks(problem):
    one, same, other = (untrained(problem, GENOME, seed=seed) for seed in (3, 3, 4))
    first = next(iter(one.state_dict()))
    assert torch.equal(one.state_dict()[first], same.state_dict()[first])
    assert not torch.equal(one.state_dict()[first], other.state_dict()[first])
