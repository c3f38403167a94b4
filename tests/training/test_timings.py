from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import torch

from evonas.hardware.calibration import LEAST_NETWORKS, fit_inference, fit_training
from evonas.networks.clocks import LEAST_REPEATS, TimedPass
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.training.timings import designed_sample, measure_timings


def test_a_sample_is_reproducible_and_spreads_over_the_flops():
    problem = ProblemSpec("digits", Settings()).open()
    sample = designed_sample(problem, n=8, seed=0)
    assert sample == designed_sample(problem, n=8, seed=0)
    assert len(set(sample)) == 8
    flops = [problem.cost(genome).flops for genome in sample]
    assert flops == sorted(flops)
    assert flops[-1] > 50 * flops[0]


@pytest.mark.slow
def test_timings_of_real_networks_can_be_fitted():
    problem = ProblemSpec("digits", Settings(device="cpu")).open()
    genomes = designed_sample(problem, n=LEAST_NETWORKS, seed=0)
    timings = measure_timings(problem, genomes, batch=4, seconds=5)
    assert all(t.training_seconds > t.batch_seconds > 0 for t in timings)
    training, inference = fit_training(timings, batch=4), fit_inference(timings, batch=4)
    assert training.model.batch == 4
    assert inference.model.batch == 1
    assert training.model.n_held_out == inference.model.n_held_out == LEAST_NETWORKS // 3


def test_a_sample_of_a_small_space_has_every_network_once():
    problem = ProblemSpec("digits", Settings()).open()
    problem.canonical = lambda genome: (genome[0] % 2,) + (0,) * (len(genome) - 1)
    assert len(designed_sample(problem, n=50, seed=0)) == 2


class Line:
    """Networks in a line; that of genome (i, 0) takes i * i FLOPs; says how many were drawn."""

    class space:  # noqa: N801  stands for an object
        sizes = (101, 1)
        drawn: ClassVar = []

        @classmethod
        def sample(cls, n, rng):
            cls.drawn.append(n)
            return [(int(i), 0) for i in np.linspace(10, 50, n)]

    def canonical(self, genome):
        assert all(
            0 <= gene < size for gene, size in zip(genome, self.space.sizes, strict=True)
        )
        return genome

    def cost(self, genome):
        return SimpleNamespace(flops=float(genome[0] ** 2))


def test_a_sample_holds_both_corners_of_the_space_and_ranks_evenly_spaced():
    Line.space.drawn.clear()
    # Drawn are 15 from 10 to 50, with both corners 17: every fourth of them.
    sample = designed_sample(Line(), n=5, seed=0)
    ranked = [0, *map(int, np.linspace(10, 50, 15)), 100]
    assert [genome[0] for genome in sample] == [ranked[i] for i in (0, 4, 8, 12, 16)]


def test_the_larger_the_sample_the_more_are_drawn_to_spread_it():
    Line.space.drawn.clear()
    for n in (2, 4, 20):
        assert len(designed_sample(Line(), n=n, seed=0)) == n
    assert Line.space.drawn == [6, 12, 60]  # three for each


def counted(seen):
    """Stands for what makes passes of torch; each tells the threads, and takes its batch."""

    def made(model, shape, *, batch, device):
        def clock(once):
            seen.append((torch.get_num_threads(), batch))
            return float(batch)

        return TimedPass(lambda: None, clock)

    return made


@pytest.fixture
def digits():
    return ProblemSpec("digits", Settings(device="cpu")).open()


def test_networks_are_timed_in_turn_on_one_thread_and_the_threads_come_back(
    monkeypatch, digits
):
    seen, steps = [], []
    for name in ("training_pass", "inference_pass"):
        monkeypatch.setattr(f"evonas.training.timings.{name}", counted(seen))
    before = torch.get_num_threads()
    genomes = designed_sample(digits, n=2, seed=0)
    first, second = measure_timings(
        digits, genomes, batch=8, seconds=0, on_step=lambda *step: steps.append(step)
    )
    assert seen == [(1, 8), (1, 8), (1, 1)] * 2 * LEAST_REPEATS
    assert torch.get_num_threads() == before
    assert (first.genome, second.genome) == tuple(genomes)
    assert first.operations == digits.cost(genomes[0]).operations
    assert (first.training_seconds, first.batch_seconds, first.single_seconds) == (8, 8, 1)
    assert steps[:3] == [
        ("networks built", 1, 2),
        ("networks built", 2, 2),
        ("rounds timed", 1, 30),
    ]
    assert steps[-1] == ("rounds timed", 30, 30)


def test_networks_too_large_to_be_held_at_once_are_timed_in_lots(monkeypatch, digits):
    for name in ("training_pass", "inference_pass"):
        monkeypatch.setattr(f"evonas.training.timings.{name}", counted([]))
    genomes, steps = designed_sample(digits, n=5, seed=0), []
    n_params = sum(digits.cost(genome).params for genome in genomes)
    monkeypatch.setattr("evonas.training.timings.MOST_PARAMS", 0.6 * n_params)
    timings = measure_timings(
        digits, genomes, batch=8, seconds=0, on_step=lambda *step: steps.append(step)
    )
    assert [timing.genome for timing in timings] == genomes
    built = [n for what, n, _ in steps if what == "networks built"]
    assert built == [1, 2, 3, 4, 5]
    assert steps.index(("networks built", 4, 5)) > steps.index(("rounds timed", 30, 60))
    assert steps[-1] == ("rounds timed", 60, 60)


def test_forward_passes_are_made_by_whatever_runtime_is_given(monkeypatch, digits):
    monkeypatch.setattr("evonas.training.timings.training_pass", counted([]))
    asked = []

    def inference(model, shape, batch):
        asked.append((type(model), shape, batch))
        return TimedPass(lambda: None, lambda once: 0.25 * batch)

    genomes = designed_sample(digits, n=2, seed=0)[:1]
    (timing,) = measure_timings(digits, genomes, batch=8, inference=inference, seconds=0)
    assert (timing.batch_seconds, timing.single_seconds) == (2.0, 0.25)
    assert [each[1:] for each in asked] == [(digits.input_shape, 8), (digits.input_shape, 1)]


def test_the_threads_come_back_after_an_error_too(monkeypatch, digits):
    def fail(*_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr("evonas.training.timings.training_pass", fail)
    before = torch.get_num_threads()
    with pytest.raises(MemoryError, match="no room"):
        measure_timings(digits, designed_sample(digits, n=2, seed=0), batch=8)
    assert torch.get_num_threads() == before


def test_the_genomes_of_all_first_and_all_last_choices_lie_within_the_sample():
    problem = ProblemSpec("digits", Settings()).open()
    sizes = problem.space.sizes
    corners = [(0,) * len(sizes), tuple(size - 1 for size in sizes)]
    low, high = (problem.cost(problem.canonical(genome)).flops for genome in corners)
    flops = [problem.cost(g).flops for g in designed_sample(problem, n=4, seed=1)]
    assert flops[0] <= low
    assert high <= flops[-1]
