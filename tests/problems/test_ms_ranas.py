"""MS-RANAS: the paper's networks, its ablations as options, and that every genome builds."""

import time

import numpy as np
import pytest
import torch

from evonas.networks.graph import GraphNetwork
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


def opened(*options: str, **settings):
    pairs = tuple((name, value) for name, _, value in (each.partition("=") for each in options))
    return ProblemSpec("ms-ranas", Settings(options=pairs, **settings)).open()


def sampled(problem, n: int, seed: int = 0) -> list:
    return problem.space.sample(n, np.random.default_rng(seed))


def known(problem, word: str):
    return problem.canonical(problem.space.encode(problem.known[word]))


def cells_alone(**settings):
    """The space of cells, in which all else is fixed."""
    return opened("scales=3", "layers=7", "channels=16", "exits=all", **settings)


@pytest.mark.parametrize(("nodes", "n_genes"), [(2, 16), (4, 32)])
def test_two_cells_have_as_many_genes_as_their_nodes_have_inputs_and_operations(nodes, n_genes):
    problem = opened(f"nodes={nodes}", "scales=1", "layers=5", "channels=16", "exits=last")
    assert len(problem.space.genes) == n_genes
    assert opened(f"nodes={nodes}").space.names[:n_genes] == problem.space.names
    if nodes == 2:
        assert problem.space.cardinality == 147_456**2


def test_the_network_of_the_last_comparison_has_seven_layers_and_six_exits():
    problem = opened(data="cifar10")
    told = problem.network(problem.decode(known(problem, "seven-layers")))
    assert (told.n_layers, told.n_scales, told.exits) == (7, 3, (2, 3, 4, 5, 6, 7))
    cost = problem.cost(known(problem, "seven-layers"))
    assert (cost.params, cost.flops // 2) == (3_027_532, 51_696_896)
    exits = problem.exits(known(problem, "seven-layers")).alone
    assert list(exits) == sorted(exits)
    assert exits[0] / exits[-1] == pytest.approx(0.12, abs=0.01)  # the paper's section 4.3


def test_the_baseline_of_the_ablation_has_one_exit_and_one_scale():
    problem = opened(data="cifar10")
    told = problem.network(problem.decode(known(problem, "baseline")))
    assert (told.n_layers, told.n_scales, told.channels, told.exits) == (5, 1, 16, (5,))
    fixed = opened("scales=1", "layers=5", "channels=16", "exits=last", data="cifar10")
    assert fixed.cost(known(fixed, "baseline")) == problem.cost(known(problem, "baseline"))


def test_known_architectures_have_the_genes_of_the_space_whatever_is_fixed():
    for options in ((), ("nodes=4",), ("scales=3", "exits=all"), ("layers=5",)):
        problem = opened(*options)
        assert set(problem.known) == {"seven-layers", "baseline"}
        for architecture in problem.known.values():
            problem.space.check(problem.space.encode(architecture))


def test_its_cells_are_drawn_without_what_takes_nothing():
    problem = opened()
    architecture = {**problem.known["seven-layers"], "normal2_op_b": "none"}
    cells = problem.cells(architecture)
    assert cells["normal"].lines() == [
        "node 1 = sep_conv_3x3(layer before last) + sep_conv_3x3(last layer)",
        "node 2 = sep_conv_3x3(layer before last)",
        "output = joined(node 1, node 2)",
    ]
    assert (
        cells["reduction"].lines()[1]
        == "node 2 = max_pool_3x3(last layer) + skip_connect(node 1)"
    )


def test_an_option_fixes_what_is_a_gene_without_it():
    assert "scales" in opened().space.names
    assert "scales" not in opened("scales=3").space.names
    early = cells_alone()
    genome = known(early, "seven-layers")
    assert early.network(early.decode(genome)).exits == (2, 3, 4, 5, 6, 7)
    assert opened("layers=4").space.names[-3:] == ("exit2", "exit3", "exit4")


def test_the_last_layer_always_answers_and_one_that_is_not_there_never_does():
    problem = opened()
    architecture = {**problem.known["seven-layers"], "layers": 4, "exit3": False}
    bits = [architecture["exit4"], *(False,) * 4]
    told = problem.decode(problem.canonical(problem.space.encode(architecture)))
    assert [told[f"exit{layer}"] for layer in range(2, 9)] == [True, False, *bits]
    architecture["exit4"], architecture["exit7"] = False, False
    assert problem.decode(problem.canonical(problem.space.encode(architecture))) == told


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("nodes=3", "option 'nodes' is 3; expected 2 or 4"),
        ("scales=4", "option 'scales' is '4'; expected any, 1, 2, 3"),
        ("exits=some", "option 'exits' is 'some'; expected any, all, last"),
        ("layers=two", "option 'layers' is 'two'; expected any, 3, 4, 5, 6, 7, 8"),
        ("channels=7", "option 'channels' is '7'; expected any, 4, 8, 12, 16, 24, 32"),
    ],
)
def test_an_option_that_offers_no_such_choice_is_refused(option, message):
    with pytest.raises(ValueError, match=message):
        opened(option)


def run_through(problem, genomes, *, side: int) -> None:
    """Build every genome's network, and pass two images forward and backward."""
    torch.manual_seed(0)
    images = torch.randn(2, problem.n_channels, side, side)
    for genome in genomes:
        network = problem.build(problem.decode(genome))
        assert isinstance(network, GraphNetwork)
        outputs = network(images)
        exits = getattr(outputs, "exits", (outputs,))
        assert len(exits) == problem.exits(genome).n
        assert all(logits.shape == (2, problem.n_classes) for logits in exits)
        assert all(torch.isfinite(logits).all() for logits in exits)
        sum(logits.square().sum() for logits in exits).backward()
        gradients = [parameter.grad for parameter in network.parameters()]
        assert all(grad is None or torch.isfinite(grad).all() for grad in gradients)


@pytest.mark.parametrize("nodes", [2, 4])
@pytest.mark.parametrize(("data", "side"), [("digits", 8), ("digits", 14), ("cifar10", 33)])
def test_any_genome_runs_forward_and_backward(nodes, data, side):
    problem = opened(f"nodes={nodes}", "channels=4", data=data, image_size=side)
    empty, last = (0,) * len(problem.space.sizes), tuple(n - 1 for n in problem.space.sizes)
    run_through(problem, [empty, last, *sampled(problem, 6, seed=side)], side=side)


def test_a_large_network_is_counted_in_no_time_once_its_parts_are_known():
    problem = opened("nodes=4", data="cifar10")
    genomes = [problem.canonical(genome) for genome in sampled(problem, 200)]
    for genome in genomes[:100]:
        problem.cost(genome)
    began = time.process_time()
    for genome in genomes[100:]:
        problem.cost(genome)
    assert time.process_time() - began < 100 * 0.030  # seconds; some 0.001 each when idle


def test_a_network_that_does_nothing_is_trained_all_the_same():
    problem = opened(epochs=1, subset=60)
    genome = problem.canonical((0,) * len(problem.space.sizes))
    found = problem.measure(genome, ["anytime", "acc", "params"], seed=0).metrics
    assert 0 <= found["acc"] <= 100
    assert found["params"] > 0
