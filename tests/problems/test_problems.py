"""The contract of every installed problem, and the known answers of those that ship."""

import functools
import inspect
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks import counting as cost
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec, load, problem_entries, problem_summaries
from evonas.problem import Measurement, Problem, Settings
from evonas.training.trained_problem import TrainedProblem

DATA = Path(os.environ.get("EVONAS_DATA") or "/nowhere")
TABLE = DATA / "nas-bench-macro" / "nas-bench-macro_cifar10.json"
needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="EVONAS_DATA names no folder with nas-bench-macro/ in it"
)
NAMES = list(problem_entries())
NETWORKS = [name for name in NAMES if issubclass(load(problem_entries()[name]), TrainedProblem)]
LAYERWISE = ["digits", "layerwise"]
TABLES = {
    "nas-bench-macro": needs_table,
    "ec-nas": pytest.mark.skipif(
        not (DATA / "ec-nas").is_dir(), reason="EVONAS_DATA names no folder with ec-nas/ in it"
    ),
}
every_problem = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=TABLES.get(name, ())) for name in NAMES]
)
every_network = pytest.mark.parametrize("name", NETWORKS)
few_examples = hypothesis_settings(max_examples=40, deadline=None)
TINY = Settings(epochs=1, subset=50)


def opened(name: str, settings: Settings = TINY) -> Problem:
    return ProblemSpec(name, settings).open()


def sampled(problem: Problem, n: int, seed: int = 0) -> list:
    return problem.space.sample(n, np.random.default_rng(seed))


def genomes(problem: Problem) -> st.SearchStrategy:
    return st.tuples(*(st.integers(0, size - 1) for size in problem.space.sizes))


@st.composite
def neighbours(draw, problem: Problem, genome) -> tuple[int, ...]:
    """The genome with one gene changed, or with two genes swapped where they fit."""
    sizes = problem.space.sizes
    place, source = (draw(st.integers(0, len(genome) - 1)) for _ in range(2))
    other = list(genome)
    if draw(st.booleans()) and genome[place] < sizes[source] and genome[source] < sizes[place]:
        other[place], other[source] = genome[source], genome[place]
    else:
        other[place] = draw(st.integers(0, sizes[place] - 1))
    return tuple(other)


def measured(problem: Problem, genome, wanted, seed: int = 0) -> dict[str, float]:
    answer = problem.measure(genome, wanted, seed=seed)
    return dict(answer.metrics if isinstance(answer, Measurement) else answer)


def built(problem: TrainedProblem, genome) -> nn.Sequential:
    with torch.device("meta"):
        return problem.build(problem.decode(genome))


def architecture_of(network: nn.Sequential) -> list[str]:
    """The network in words; what does nothing between two layers is not part of it."""
    return [str(child) for child in network if not isinstance(child, nn.Identity)]


def shapes_of(network: nn.Module) -> list[torch.Size]:
    return [tensor.shape for tensor in network.state_dict().values()]


@every_problem
def test_its_docstring_begins_with_one_line(name):
    summary = problem_summaries()[name]
    lines = (inspect.getdoc(load(problem_entries()[name])) or "").splitlines()
    assert summary.endswith(".")
    assert len(summary) <= 80
    assert lines[1:2] in ([], [""])


@every_problem
def test_it_has_objectives_of_distinct_names_and_defaults_among_them(name):
    problem = opened(name)
    offered = [objective.name for objective in problem.objectives]
    assert len(set(offered)) == len(offered)
    assert set(problem.default_objectives) <= set(offered)
    assert problem.cheap <= set(offered)
    assert not {objective.name for objective in problem.final} & set(offered)


@every_problem
@few_examples
@given(data=st.data())
def test_decoding_then_encoding_returns_the_genome(name, data):
    space = opened(name).space
    genome = data.draw(genomes(opened(name)))
    assert space.encode(space.decode(genome)) == genome


@every_problem
@few_examples
@given(data=st.data())
def test_the_canonical_genome_is_of_the_space_and_stands_for_itself(name, data):
    problem = opened(name)
    canonical = problem.canonical(data.draw(genomes(problem)))
    problem.space.check(canonical)
    assert problem.canonical(canonical) == canonical


@every_problem
def test_cheap_metrics_do_not_depend_on_the_seed(name):
    problem = opened(name)
    for genome in sampled(problem, 5):
        first, second = (measured(problem, genome, problem.cheap, seed) for seed in (0, 1))
        assert first == second
        assert set(first) >= problem.cheap


@every_problem
def test_genomes_that_fold_together_have_the_same_cheap_metrics(name):
    problem = opened(name)
    for genome in sampled(problem, 10):
        canonical = problem.canonical(genome)
        assert measured(problem, genome, problem.cheap) == pytest.approx(
            measured(problem, canonical, problem.cheap), rel=1e-12
        )


@every_problem
def test_every_offered_objective_is_measured_and_repeats_itself(name):
    problem = opened(name)
    offered = {o.name for o in (*problem.objectives, *problem.final) if o.compute is None}
    genome = problem.canonical(sampled(problem, 1)[0])
    first = measured(problem, genome, offered)
    assert set(first) >= offered
    assert all(type(value) is float and np.isfinite(value) for value in first.values())
    assert measured(problem, genome, offered) == first


@every_problem
def test_what_it_says_of_itself_can_be_written_down(name):
    described = opened(name).describe()
    assert json.loads(json.dumps(described)).keys() == described.keys()


@every_network
@few_examples
@given(data=st.data())
def test_a_genome_and_its_canonical_one_build_the_same_network(name, data):
    problem = opened(name)
    genome = data.draw(genomes(problem))
    network, canonical = built(problem, genome), built(problem, problem.canonical(genome))
    assert architecture_of(network) == architecture_of(canonical)
    assert shapes_of(network) == shapes_of(canonical)


@every_network
@few_examples
@given(data=st.data())
def test_neighbours_fold_together_exactly_if_they_build_the_same(name, data):
    problem = opened(name)
    genome = data.draw(genomes(problem))
    other = data.draw(neighbours(problem, genome))
    folds = problem.canonical(genome) == problem.canonical(other)
    same = architecture_of(built(problem, genome)) == architecture_of(built(problem, other))
    assert folds == same


@pytest.mark.parametrize("name", LAYERWISE)
@pytest.mark.parametrize("image_size", [8, 9, 28, 32, 64, 224])
@pytest.mark.parametrize("data", ["digits", "cifar10"])
def test_a_layerwise_network_fits_images_of_any_size_and_colour(name, image_size, data):
    problem = opened(name, Settings(data=data, image_size=image_size))
    channels = {"digits": 1, "cifar10": 3}[data]
    largest = tuple(size - 1 for size in problem.space.sizes)
    for genome in [*sampled(problem, 4, seed=image_size), largest]:
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


@functools.cache
def cost_of_macro(canonical: tuple[int, ...]) -> tuple[int, int]:
    problem = macro()
    counted = cost.count(lambda: problem.build(problem.decode(canonical)), (3, 32, 32))
    return counted.params, counted.macs


def check_rows(digits_of_rows) -> None:
    """Su et al. 2021 publish ``params`` and, as ``flops``, the MACs of every network."""
    table = json.loads(TABLE.read_text())
    problem = macro()
    for digits in digits_of_rows:
        canonical = problem.canonical(tuple(map(int, digits)))
        row = table[digits]
        assert cost_of_macro(canonical) == (row["params"], row["flops"]), digits


@needs_table
def test_200_macro_networks_cost_what_the_table_says():
    every = sorted(json.loads(TABLE.read_text()))
    check_rows(np.random.default_rng(0).choice(every, 200, replace=False).tolist())


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


@pytest.mark.parametrize("blocks", ["5", "10"])
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
