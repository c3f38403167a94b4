"""The contract of every installed problem."""

import inspect
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from torch import nn

from evonas.fidelity import Separate, rungs
from evonas.plugins.contract import check_declaration
from evonas.plugins.importing import load
from evonas.plugins.loading import ProblemSpec, problem_entries, problem_summaries
from evonas.problem import Measurement, Problem, Settings
from evonas.training.trained_problem import TrainedProblem
from tests.small_tables import made_tables

DATA = Path(os.environ.get("EVONAS_DATA") or "/nowhere")
TABLE = DATA / "nas-bench-macro" / "nas-bench-macro_cifar10.json"
needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="EVONAS_DATA names no folder with nas-bench-macro/ in it"
)
MADE = made_tables()  # small ones in the formats of the large, so that there are some anywhere
NAMES = list(problem_entries())
NETWORKS = [name for name in NAMES if issubclass(load(problem_entries()[name]), TrainedProblem)]
TABLES = {
    "nas-bench-macro": needs_table,
    "ec-nas": pytest.mark.skipif(
        not (DATA / "ec-nas").is_dir(), reason="EVONAS_DATA names no folder with ec-nas/ in it"
    ),
}
WITH_EXITS = " with exits"
EXITS = [name + WITH_EXITS for name in NETWORKS if load(problem_entries()[name]).takes_exits]
every_problem = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=TABLES.get(name, ())) for name in [*NAMES, *EXITS]]
)
every_network = pytest.mark.parametrize("name", [*NETWORKS, *EXITS])
few_examples = hypothesis_settings(max_examples=40, deadline=None)
few_networks = hypothesis_settings(max_examples=10, deadline=None)
TINY = Settings(epochs=1, subset=50)


def opened(name: str, settings: Settings = TINY) -> Problem:
    if name in MADE:
        settings = replace(settings, data_dir=MADE[name])
    settings = replace(settings, exits=3) if name.endswith(WITH_EXITS) else settings
    return ProblemSpec(name.removesuffix(WITH_EXITS), settings).open()


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


def built(problem: TrainedProblem, genome) -> nn.Module:
    with torch.device("meta"):
        return problem.build(problem.decode(genome))


def architecture_of(network: nn.Module) -> list[str]:
    """The network in words; what does nothing between two layers is not part of it."""
    if not isinstance(network, nn.Sequential):
        return [str(network)]
    return [str(child) for child in network if not isinstance(child, nn.Identity)]


def shapes_of(network: nn.Module) -> list[torch.Size]:
    return [tensor.shape for tensor in network.state_dict().values()]


@every_problem
def test_its_docstring_begins_with_one_line(name):
    name = name.removesuffix(WITH_EXITS)
    summary = problem_summaries()[name]
    lines = (inspect.getdoc(load(problem_entries()[name])) or "").splitlines()
    assert summary.endswith(".")
    assert len(summary) <= 80
    assert lines[1:2] in ([], [""])


@every_problem
def test_it_has_objectives_of_distinct_names_and_defaults_among_them(name):
    problem = opened(name)
    check_declaration(problem, name)
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
    for genome in sampled(problem, 3):
        first, second = (measured(problem, genome, problem.cheap, seed) for seed in (0, 1))
        assert first == second
        assert set(first) >= problem.cheap


@every_problem
def test_genomes_that_fold_together_have_the_same_cheap_metrics(name):
    problem = opened(name)
    for genome in sampled(problem, 5):
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
@few_networks
@given(data=st.data())
def test_a_genome_and_its_canonical_one_build_the_same_network(name, data):
    problem = opened(name)
    genome = data.draw(genomes(problem))
    network, canonical = built(problem, genome), built(problem, problem.canonical(genome))
    assert architecture_of(network) == architecture_of(canonical)
    assert shapes_of(network) == shapes_of(canonical)


@every_network
@few_networks
@given(data=st.data())
def test_neighbours_fold_together_exactly_if_they_build_the_same(name, data):
    problem = opened(name)
    genome = data.draw(genomes(problem))
    other = data.draw(neighbours(problem, genome))
    folds = problem.canonical(genome) == problem.canonical(other)
    same = architecture_of(built(problem, genome)) == architecture_of(built(problem, other))
    assert folds == same


@every_problem
def test_it_declares_one_collection_of_metrics_and_describes_each_of_them(name):
    problem = opened(name)
    described = {metric["name"]: metric for metric in problem.describe()["metrics"]}
    assert described == {metric.name: metric.as_dict() for metric in problem.metrics}
    assert isinstance(problem.metrics, tuple)
    by_when = {metric.name: metric.when for metric in problem.metrics}
    assert {word for word, when in by_when.items() if when == "counted"} == problem.cheap
    assert {word for word, when in by_when.items() if when == "hinted"} == problem.hints


@every_problem
def test_what_it_spells_it_reads_back(name):
    problem = opened(name)
    spell = getattr(problem, "spell", lambda _: "")
    for genome in sampled(problem, 5):
        architecture = problem.decode(problem.canonical(genome))
        text = spell(architecture)
        assert not text or problem.parse(text) == architecture


@every_problem
def test_what_it_knows_after_fewer_epochs_adds_up_to_the_whole(name):
    problem = opened(name)
    if not problem.amounts("epochs")[1:]:
        return
    known = problem.amounts("epochs")
    ladder = rungs("epochs", problem.full_amount("epochs"), n=3, reduction=3, known=known)
    genome = problem.canonical(sampled(problem, 1)[0])
    wanted = sorted({o.name for o in problem.objectives} - problem.cheap | {problem.effort})
    steps = [problem.measure_at(genome, wanted, seed=0, fidelity=r) for r in ladder]
    whole = measured(problem, genome, wanted)
    assert all(step.keys() == whole.keys() for step in steps)
    assert all(np.isfinite(list(step.values())).all() for step in steps)
    effort = whole.pop(problem.effort)
    assert whole == {name: steps[-1][name] for name in whole}
    spent = [step[problem.effort] for step in steps]
    is_separate = problem.restarts or isinstance(
        dict(problem.fidelities).get("epochs"), Separate
    )
    assert (spent[-1] if is_separate else sum(spent)) == pytest.approx(effort)
