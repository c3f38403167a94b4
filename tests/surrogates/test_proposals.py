from collections import Counter

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.space import Gene, SearchSpace
from evonas.surrogates.proposals import EXCHANGED, N_CHANGES, STEPS, Proposer

seeds = st.integers(0, 2**32 - 1)


def proposer(space, *, seed=0, taken=(), canonical=lambda genome: genome):
    return Proposer(space, canonical, taken=taken, rng=np.random.default_rng(seed))


def plain_space(n_genes, n_choices, *, ordered=False):
    return SearchSpace(
        [Gene(f"g{i}", tuple(range(n_choices)), ordered=ordered) for i in range(n_genes)]
    )


LARGE = plain_space(6, 5)
TARGET = (1, 4, 0, 2, 3, 3)


def nearness(genomes):
    """Largest at the target alone."""
    return -(np.array(genomes) != TARGET).sum(1).astype(float)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(50, 400))
def test_it_proposes_what_is_new_canonical_and_of_the_space_once(seed, n):
    space = toy.Bowl.space
    drawn = map(toy.fold, space.sample(20, np.random.default_rng(seed)))
    taken, asked = set(drawn), []

    def fitness(genomes):
        asked.extend(genomes)
        return np.array([float(sum(genome)) for genome in genomes])

    made = proposer(space, seed=seed, taken=taken, canonical=toy.fold)
    found = made.propose(n, seeds=sorted(taken)[:3], fitness=fitness)
    assert found == asked  # each was looked at once
    assert 0 < len(set(found)) == len(found) <= n
    assert not taken & set(found)
    for genome in found:
        space.check(genome)
        assert genome == toy.fold(genome)
        assert set(map(type, genome)) == {int}


@pytest.mark.parametrize("n", [50, 1000])
def test_of_a_large_space_at_least_half_as_many_are_proposed_as_were_asked_for(n):
    space = plain_space(12, 5)
    found = proposer(space).propose(
        n, seeds=[(0,) * 12, (4,) * 12], fitness=lambda genomes: np.array(genomes).sum(1)
    )
    assert 0.5 * n <= len(found) <= n


def test_what_was_taken_meanwhile_is_not_proposed_again():
    taken = set()
    made = proposer(LARGE, taken=taken)
    first = made.propose(200, seeds=[(0,) * 6], fitness=nearness)
    taken.update(first)
    assert not taken & set(made.propose(200, seeds=[(0,) * 6], fitness=nearness))


def test_the_generator_decides_what_is_proposed():
    one, same, other = (
        proposer(LARGE, seed=seed).propose(200, seeds=[TARGET], fitness=nearness)
        for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize("seed", range(3))
def test_it_evolves_towards_what_is_promising(seed):
    """Of 15,625 genomes it finds the best, and not if it is told to go away from it."""
    start = [tuple((gene + 1) % 5 for gene in TARGET)]
    found = proposer(LARGE, seed=seed).propose(600, seeds=start, fitness=nearness)
    assert TARGET in found
    away = proposer(LARGE, seed=seed).propose(600, seeds=start, fitness=lambda g: -nearness(g))
    assert TARGET not in away


def test_without_anything_to_begin_with_it_goes_on_from_what_it_drew():
    assert TARGET in proposer(LARGE).propose(600, seeds=[], fitness=nearness)


def test_a_space_that_is_used_up_has_nothing_to_propose():
    space = plain_space(2, 3)
    everything = set(np.ndindex(*space.sizes))
    made = proposer(space, taken=everything)
    assert made.propose(50, seeds=[(0, 0)], fitness=pytest.fail) == []
    assert made.propose(50, seeds=[], fitness=pytest.fail) == []


@given(st.integers(0, 40), seeds)
def test_neighbours_differ_in_one_gene_and_are_all_if_there_is_room(n, seed):
    space = SearchSpace([Gene("a", range(4)), Gene("b", ("x",)), Gene("c", ("x", "y", "z"))])
    given_two = [(0, 0, 0), (3, 0, 2)]
    every = [(i, 0, 0) for i in (1, 2, 3)] + [(0, 0, 1), (0, 0, 2)]
    every += [(i, 0, 2) for i in (0, 1, 2)] + [(3, 0, 0), (3, 0, 1)]
    found = proposer(space, seed=seed).neighbours(given_two, n)
    assert len(found) == min(n, len(every))
    assert not Counter(found) - Counter(every)


def test_a_neighbour_stands_in_its_canonical_form():
    near = proposer(toy.Bowl.space, canonical=toy.fold).neighbours([(1, 2, 2, 0)], 100)
    assert near == [toy.fold(genome) for genome in near]


def test_drawn_genomes_are_uniform():
    space = SearchSpace([Gene("a", range(4)), Gene("b", ("x",)), Gene("c", ("x", "y"))])
    X = np.array(proposer(space).drawn(8000))
    for gene, size in enumerate(space.sizes):
        counts = np.bincount(X[:, gene])
        assert counts == pytest.approx(np.full(size, 8000 / size), rel=0.1)


def test_a_child_takes_most_genes_from_one_parent_and_some_from_another():
    space = plain_space(1000, 2)
    parents = [(0,) * 1000, (1,) * 1000]
    shares = np.array(proposer(space).children(parents, 200)).mean(1)
    kinds = np.array([0.0, EXCHANGED, 1 - EXCHANGED, 1.0])
    nearest = np.abs(shares[:, None] - kinds).argmin(1)
    assert np.abs(shares - kinds[nearest]).max() < 0.08
    # a child has either parent as its first, and either as its second, itself included
    assert np.bincount(nearest) == pytest.approx([50] * 4, abs=25)
    assert 0 < EXCHANGED < 0.5


def changes(space, parent, n=6000):
    """Children of one parent, by itself, so that they differ by mutations alone."""
    X = np.array(proposer(space).children([parent], n))
    return X, parent != X


def test_one_gene_changes_in_a_child_on_average_and_to_any_other_choice():
    space = SearchSpace([*plain_space(9, 5).genes, Gene("only", ("x",))])
    X, is_changed = changes(space, (2,) * 9 + (0,))
    assert is_changed.sum(1).mean() == pytest.approx(N_CHANGES, rel=0.05)
    assert not is_changed[:, 9].any()
    to = np.bincount(X[:, :9][is_changed[:, :9]], minlength=5)
    assert to == pytest.approx(np.where(np.arange(5) == 2, 0, to.sum() / 4), rel=0.1)


def test_an_ordered_gene_goes_to_a_neighbour_as_often_as_is_said():
    space = plain_space(9, 7, ordered=True)
    X, is_changed = changes(space, (3,) * 9)
    to = np.bincount(X[is_changed], minlength=7) / is_changed.sum()
    # A step goes to either side; otherwise to any of the six others.
    anywhere = (1 - STEPS) / 6
    expected = [anywhere] * 2 + [STEPS / 2 + anywhere, 0, STEPS / 2 + anywhere] + [anywhere] * 2
    assert to == pytest.approx(expected, abs=0.02)


def test_at_its_end_an_ordered_gene_stays_in_the_space():
    space = plain_space(9, 3, ordered=True)
    for end in (0, 2):
        X, is_changed = changes(space, (end,) * 9, n=500)
        assert set(np.unique(X)) == {0, 1, 2}
        assert is_changed.any()
