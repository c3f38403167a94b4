"""The known answers of the problems that ship."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from matrix import slow_but
from torch import nn

from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Measurement, Problem, Settings
from evonas.training.trained_problem import TrainedProblem

DATA = Path(os.environ.get("EVONAS_DATA") or "/nowhere")
TABLE = DATA / "nas-bench-macro" / "nas-bench-macro_cifar10.json"
needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="EVONAS_DATA names no folder with nas-bench-macro/ in it"
)
LAYERWISE = ["digits", "layerwise"]
TINY = Settings(epochs=1, subset=50)


def opened(name: str, settings: Settings = TINY) -> Problem:
    return ProblemSpec(name, settings).open()


def sampled(problem: Problem, n: int, seed: int = 0) -> list:
    return problem.space.sample(n, np.random.default_rng(seed))


def measured(problem: Problem, genome, wanted, seed: int = 0) -> dict[str, float]:
    answer = problem.measure(genome, wanted, seed=seed)
    return dict(answer.metrics if isinstance(answer, Measurement) else answer)


def built(problem: TrainedProblem, genome) -> nn.Sequential:
    with torch.device("meta"):
        return problem.build(problem.decode(genome))


@pytest.mark.parametrize("name", LAYERWISE)
@pytest.mark.parametrize("image_size", slow_but([9, 224], [8, 9, 28, 32, 64, 224]))
@pytest.mark.parametrize("data", ["digits", "cifar10"])
def test_a_layerwise_network_fits_images_of_any_size_and_colour(name, image_size, data):
    problem = opened(name, Settings(data=data, image_size=image_size))
    channels = {"digits": 1, "cifar10": 3}[data]
    largest = tuple(size - 1 for size in problem.space.sizes)
    for genome in [*sampled(problem, 2, seed=image_size), largest]:
        network = built(problem, genome)
        logits = network(torch.empty(2, channels, image_size, image_size, device="meta"))
        assert logits.shape == (2, 10)


@pytest.mark.parametrize("name", LAYERWISE)
def test_a_layerwise_network_computes_finite_logits(name):
    problem = opened(name)
    for genome in sampled(problem, 3):
        network = problem.build(problem.decode(genome))
        assert torch.isfinite(network(torch.rand(2, 1, 8, 8))).all()


@pytest.mark.parametrize("name", LAYERWISE)
@pytest.mark.parametrize("image_size", [8, 32])
def test_a_layerwise_space_holds_a_hundred_million_networks(name, image_size):
    problem = opened(name, Settings(image_size=image_size))
    drawn = sampled(problem, 2000)
    n_canonical = sum(problem.canonical(genome) == genome for genome in drawn)
    assert n_canonical >= 10  # or the share says nothing
    assert n_canonical / len(drawn) * problem.space.cardinality >= 1e8


@pytest.mark.parametrize("name", LAYERWISE)
@pytest.mark.parametrize("image_size", [8, 28, 224])
def test_no_layerwise_network_shrinks_its_maps_below_two_pixels(name, image_size):
    problem = opened(name, Settings(image_size=image_size))
    halving = [
        1 if "halve" in gene.name else len(gene.choices) - 1 for gene in problem.space.genes
    ]
    trunk = built(problem, tuple(halving))[:-1]
    maps = trunk(torch.empty(2, 1, image_size, image_size, device="meta"))
    assert 2 <= maps.shape[2] <= 4


def macro() -> TrainedProblem:
    return opened("macro", Settings(data="cifar10"))


def test_macro_has_6561_genomes_and_3969_networks():
    # Per stage of 2: 3 x 3; of 3: 3 x 7, for of 9 pairs (0, 1) is (1, 0) and (0, 2) is (2, 0).
    problem = macro()
    every = [tuple(map(int, np.base_repr(i, 3).zfill(8))) for i in range(3**8)]
    assert problem.space.cardinality == len(set(every)) == 6561
    assert len({problem.canonical(genome) for genome in every}) == 9 * 21 * 21 == 3969


def check_rows(digits_of_rows) -> None:
    """Su et al. 2021 publish ``params`` and, as ``flops``, the MACs of every network."""
    table = json.loads(TABLE.read_text())
    problem = macro()
    for digits in digits_of_rows:
        counted = problem.cost(problem.canonical(tuple(map(int, digits))))
        row = table[digits]
        assert (counted.params, counted.macs) == (row["params"], row["flops"]), digits


@needs_table
def test_30_macro_networks_cost_what_the_table_says():
    every = sorted(json.loads(TABLE.read_text()))
    check_rows(np.random.default_rng(0).choice(every, 30, replace=False).tolist())


@needs_table
@pytest.mark.slow
def test_every_macro_network_costs_what_the_table_says():
    every = sorted(json.loads(TABLE.read_text()))
    assert len(every) == 6561
    check_rows(every)


@needs_table
def test_the_table_is_answered_as_it_was_published():
    problem = opened("nas-bench-macro", Settings(data_dir=str(DATA)))
    row = json.loads(TABLE.read_text())["01200210"]
    assert measured(problem, (0, 1, 2, 0, 0, 2, 1, 0), ["acc", "macs", "flops", "params"]) == {
        "acc": pytest.approx(np.mean(row["test_acc"])),
        "macs": row["flops"],
        "flops": 2 * row["flops"],
        "params": row["params"],
    }
    noisy = opened("nas-bench-macro", Settings(data_dir=str(DATA), options=(("noisy", "yes"),)))
    drawn = {measured(noisy, (0, 1, 2, 0, 0, 2, 1, 0), ["acc"], s)["acc"] for s in range(30)}
    assert drawn == set(row["test_acc"])


def test_without_the_table_its_publisher_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=rf"no table at {tmp_path}/nas-bench-macro/nas-bench-macro_cifar10.json; get it "
        "from the repository xiusu/NAS-Bench-Macro and name the folder that holds "
        "nas-bench-macro/nas-bench-macro_cifar10.json with --data-dir",
    ):
        opened("nas-bench-macro", Settings(data_dir=str(tmp_path)))


@pytest.mark.parametrize("landscape", ["0", "1", "2"])
def test_the_true_front_of_a_small_synthetic_space_is_that_of_all_its_architectures(landscape):
    options = (("blocks", "2"), ("landscape", landscape))
    problem = opened("synthetic", Settings(options=options))
    F = np.array([by_minimum(problem, g) for g in np.ndindex(*problem.space.sizes)])
    found = np.array([by_minimum(problem, genome) for genome in problem.true_front()])
    true = np.unique(F[front(F)], axis=0)
    assert np.unique(found, axis=0) == pytest.approx(true)
    assert len(found) == len(true)


def by_minimum(problem, genome):
    metrics = problem.measure(genome, ["acc", "macs"], seed=0)
    return -metrics["acc"], metrics["macs"]


@pytest.mark.parametrize("blocks", slow_but(["5"], ["5", "10"]))
def test_no_drawn_synthetic_architecture_is_better_than_the_true_front(blocks):
    problem = opened("synthetic", Settings(options=(("blocks", blocks),)))
    true = np.array([by_minimum(problem, genome) for genome in problem.true_front()])
    assert problem.space.cardinality == 64 ** int(blocks)
    for genome in [*sampled(problem, 500), *nearly(problem.true_front(), problem)]:
        point = np.array(by_minimum(problem, genome))
        assert (true <= point + 1e-9).all(1).any()


def nearly(genomes, problem):
    rng = np.random.default_rng(0)
    for genome in genomes:
        place = int(rng.integers(len(genome)))
        yield (*genome[:place], int(rng.integers(4)), *genome[place + 1 :])


def test_noise_of_the_synthetic_space_is_that_of_single_trainings():
    noisy = opened("synthetic", Settings(options=(("noisy", "true"),)))
    genome = (0, 1, 2) * 5
    accs = [noisy.measure(genome, ["acc"], seed=seed)["acc"] for seed in range(2000)]
    assert np.std(accs) == pytest.approx(0.15, rel=0.1)
    exact = opened("synthetic").measure(genome, ["acc"], seed=0)["acc"]
    assert np.mean(accs) == pytest.approx(exact, abs=0.02)
