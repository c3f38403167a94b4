import numpy as np
import pytest

from evonas.fidelity import rungs
from evonas.pareto.dominance import front
from evonas.problem import Settings
from evonas.problems.landscape import KINDS, N_EPOCHS, Landscape

SMALL = {"chain": 3, "conditional": 1, "deceptive": 2, "disasters": 2, "noise": 2}
METRICS = ("acc", "macs", "params")


def opened(kind, **options):
    given = {"kind": kind, **options}
    return Landscape(Settings(options=tuple((k, str(v)) for k, v in given.items())))


def by_minimum(problem, genome, names=METRICS):
    metrics = problem.measure(genome, names, seed=0)
    return [-metrics[name] if name == "acc" else metrics[name] for name in names]


@pytest.mark.parametrize("names", [METRICS[:2], METRICS])
@pytest.mark.parametrize("kind", SMALL)
def test_the_true_front_of_a_small_space_is_that_of_all_its_networks(kind, names):
    problem = opened(kind, size=SMALL[kind], noisy="false")
    every = {problem.canonical(genome) for genome in np.ndindex(*problem.space.sizes)}
    F = np.unique([by_minimum(problem, genome, names) for genome in every], axis=0)
    found = [by_minimum(problem, genome, names) for genome in problem.true_front_of(names)]
    assert np.array_equal(np.unique(found, axis=0), F[front(F)])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_no_drawn_network_is_better_than_the_true_front(kind, seed):
    problem = opened(kind, seed=seed, noisy="false")
    true = np.array([by_minimum(problem, genome) for genome in problem.true_front_of(METRICS)])
    rng = np.random.default_rng(0)
    near = [
        (*genome[:place], int(rng.integers(problem.space.sizes[place])), *genome[place + 1 :])
        for genome in problem.true_front()
        for place in rng.integers(0, len(genome), 5).tolist()
    ]
    for genome in [*problem.space.sample(500, rng), *near]:
        assert (true <= by_minimum(problem, genome)).all(1).any()


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_as_realistic_as_it_says(kind):
    problem = opened(kind, noisy="false")
    genomes = problem.space.sample(1000, np.random.default_rng(0))
    accs = np.array([problem.measure(g, ["acc"], seed=0)["acc"] for g in genomes])
    ends = np.array([by_minimum(problem, g) for g in problem.true_front()])
    assert accs.min() >= 10.0
    assert 89.0 <= -ends[:, 0].min() <= 95.0
    assert np.mean(accs > 90.0) < 0.06
    assert accs.max() < -ends[:, 0].min()


@pytest.mark.parametrize("kind", KINDS)
def test_another_seed_draws_another_and_the_same_draws_the_same(kind):
    genome = opened(kind).true_front()[-1]
    accs = [
        opened(kind, seed=seed, noisy="false").measure(genome, ["acc"], seed=0)["acc"]
        for seed in (0, 0, 1)
    ]
    assert accs[0] == accs[1] != accs[2]


def test_trainings_are_noisy_by_default_where_noise_is_the_difficulty():
    assert {kind: opened(kind).option["noisy"] for kind in KINDS} == {
        kind: kind == "noise" for kind in KINDS
    }
    assert opened("noise", noisy="false").option["noisy"] is False
    assert opened("chain", noisy="true").option["noisy"] is True


def test_the_mean_of_many_trainings_is_the_truth_and_small_networks_vary_more():
    noisy, exact = opened("noise"), opened("noise", noisy="false")
    by_macs = {}
    for genome in noisy.space.sample(30, np.random.default_rng(0)):
        true = exact.measure(genome, ["acc"], seed=0)
        accs = [noisy.measure(genome, ["acc"], seed=seed)["acc"] for seed in range(400)]
        assert np.mean(accs) == pytest.approx(true["acc"], abs=1.0)
        by_macs[true["macs"]] = np.std(accs)
    spread = [by_macs[macs] for macs in sorted(by_macs)]
    assert np.mean(spread[:8]) > 1.3 * np.mean(spread[-8:])


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_are_no_function_of_macs(kind):
    problem = opened(kind)
    found = {}
    for genome in problem.space.sample(500, np.random.default_rng(0)):
        metrics = problem.measure(genome, [], seed=0)
        found.setdefault(metrics["macs"], set()).add(metrics["params"])
    assert max(map(len, found.values())) > 2


def test_a_cell_can_be_drawn_and_nothing_else():
    problem = opened("cell")
    genome = problem.space.sample(1, np.random.default_rng(0))[0]
    (cell,) = problem.cells(problem.decode(genome)).values()
    assert cell.nodes[0] == "input"
    chain = opened("chain")
    assert chain.cells(chain.decode((0,) * 16)) == {}


def test_after_few_epochs_a_network_is_worse_and_its_steps_cost_what_the_whole_does():
    problem = opened("chain")
    genome = problem.true_front()[-1]
    steps = rungs("epochs", problem.full_amount("epochs"), n=3, reduction=3)
    found = [problem.measure_at(genome, ["acc"], seed=0, fidelity=step) for step in steps]
    whole = problem.measure(genome, ["acc"], seed=0)
    assert problem.full_amount("epochs") == N_EPOCHS
    assert found[0]["acc"] < found[1]["acc"] < found[2]["acc"] == whole["acc"]
    assert sum(step["fpo"] for step in found) == pytest.approx(whole["fpo"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "hill"}, "option kind is 'hill'; choose from chain, cell, conditional, dece"),
        ({"kind": "chain", "seed": -1}, "option seed is -1; expected 0 or more"),
        ({"kind": "cell", "size": 3}, "option size is 3, and every cell has eight edges"),
        ({"kind": "noise", "size": 17}, "option size is 17; expected 1 to 16, or 0 for the k"),
        ({"kind": "noise", "size": -1}, "option size is -1; expected 1 to 16, or 0 for the k"),
    ],
)
def test_options_that_do_not_do_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        opened(**options)


def test_other_fronts_are_not_known():
    assert opened("chain").true_front_of(["acc", "params"]) == ()
