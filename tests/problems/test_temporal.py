"""Known answers of the space of 1-D networks."""

import numpy as np
import pytest
import torch

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.training.trained_problem import TrainedProblem


def opened(**settings) -> TrainedProblem:
    return ProblemSpec("temporal-conv", Settings(epochs=1, subset=50, **settings)).open()


def of_shape(folder, channels: int, length: int) -> TrainedProblem:
    """The problem on a file of sequences of some shape."""
    file = folder / f"{channels}x{length}.npz"
    x = np.random.default_rng(0).normal(size=(40, channels, length))
    np.savez(file, x=x, y=np.arange(40) % 4)
    return ProblemSpec("temporal-conv", Settings(data=str(file))).open()


def test_the_network_of_wang_et_al_is_a_genome_of_the_space():
    # Wang, Yan and Oates 2017: kernels 8, 5, 3 of 128, 256, 128 filters, batch norm, the mean.
    # Their convolutions have biases, which batch norm makes idle; ours have none.
    problem = opened()
    genome = problem.space.encode(problem.known["fcn"])
    cost = problem.cost(problem.canonical(genome))
    kernels = 8 * 1 * 128, 5 * 128 * 256, 3 * 256 * 128
    assert cost.params == sum(kernels) + 2 * (128 + 256 + 128) + 128 * 10 + 10 == 265_482
    assert cost.macs == 64 * sum(kernels) + 128 * 10 == 16_844_032
    assert problem.canonical(genome) == genome


def test_equal_layers_of_several_stages_fold_into_one():
    problem = opened()
    first = problem.decode((0,) * len(problem.space.genes))
    two = {**first, "depth2": 1}
    assert problem.decode(problem.canonical(problem.space.encode(two)))["depth1"] == 2
    pooled = {**two, "pool2": "max"}
    assert problem.decode(problem.canonical(problem.space.encode(pooled)))["depth1"] == 1


@pytest.mark.parametrize(("channels", "length"), [(1, 8), (3, 9), (2, 500)])
def test_every_genome_fits_every_shape(tmp_path, channels, length):
    problem = of_shape(tmp_path, channels, length)
    corners = [(0,) * len(problem.space.sizes), tuple(s - 1 for s in problem.space.sizes)]
    for genome in [*corners, *problem.space.sample(10, np.random.default_rng(length))]:
        with torch.device("meta"):
            network = problem.build(problem.decode(genome))
            trunk = network[:-1](torch.empty(2, channels, length))
            logits = network(torch.empty(2, channels, length))
        logits.sum().backward()
        assert logits.shape == (2, 4)
        assert trunk.shape[2] >= 4
        assert all(p.grad is not None for p in network.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("length", [8, 64, 500])
def test_five_hundred_genomes_of_each_length_build_and_run(tmp_path, length):
    problem = of_shape(tmp_path, 2, length)
    for genome in problem.space.sample(500, np.random.default_rng(length)):
        with torch.device("meta"):
            network = problem.build(problem.decode(genome))
            logits = network(torch.empty(2, 2, length))
        logits.sum().backward()
        assert logits.shape == (2, 4)


def test_a_network_counted_part_by_part_costs_what_the_whole_costs():
    problem = opened()
    for genome in problem.space.sample(5, np.random.default_rng(1)):
        architecture = problem.decode(genome)
        whole = TrainedProblem.count(problem, architecture, problem.input_shape)
        parted = problem.cost(genome)
        assert (parted.flops, parted.params) == (whole.flops, whole.params)


def test_digits_pixel_by_pixel_are_the_images_line_by_line():
    from evonas.data.dataset import load

    images, sequences = load("digits").test, load("digit-sequences").test
    assert torch.equal(images.labels, sequences.labels)
    pixels = torch.round(sequences.images * 255).to(torch.uint8)
    assert torch.equal(pixels.reshape(-1, 1, 8, 8), images.images)


def test_it_learns_what_a_child_can_tell(tmp_path):
    steps, y = np.arange(32), np.arange(80) % 2
    x = np.sin(steps / (1 + 3 * y[:, None, None]) + np.linspace(0, 6, 80)[:, None, None])
    np.savez(tmp_path / "waves.npz", x=x, y=y)
    settings = Settings(data=str(tmp_path / "waves.npz"), epochs=12, batch_size=8)
    problem = ProblemSpec("temporal-conv", settings).open()
    first = problem.decode((0,) * len(problem.space.genes))
    genome = problem.space.encode({**first, "width1": 32, "kernel1": 8, "depth2": 1})
    assert problem.measure(genome, ["acc"], seed=0).metrics["acc"] >= 90


def test_less_image_size_is_no_fidelity_of_sequences():
    with pytest.raises(ValueError, match="sequences have no image size: name epochs or subset"):
        opened().full_amount("image-size")
    assert opened().full_amount("subset") == 50
