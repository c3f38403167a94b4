import itertools

import pytest
import torch
from torch import nn

from evonas.data.dataset import load
from evonas.fidelity import STEPS, Fidelity
from evonas.problem import Settings
from evonas.problems.layerwise import Digits
from evonas.training import probe
from evonas.training.loop import Training
from evonas.training.probe import N_JUDGED, N_ROUNDS, Clock, few, n_of_whole, timed_steps
from evonas.training.recipe import Recipe

CPU = torch.device("cpu")
DIGITS = load("digits")


def beginning(seen):
    """Begins a training of a small network, and keeps with what."""

    def begin(*, less):
        dataset, recipe = less
        seen.append(less)
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
        return Training(model, dataset, recipe=recipe, device=CPU, seed=0)

    return begin


def test_a_whole_training_has_a_step_for_every_batch_of_every_epoch():
    assert n_of_whole(Recipe(epochs=6, batch_size=64), 1079) == 6 * 17
    assert n_of_whole(Recipe(epochs=2, batch_size=8), 9) == 2  # no single image is a batch


def test_few_images_are_the_first_and_one_batch_to_judge_by():
    part = few(DIGITS, n_images=24)
    assert torch.equal(part.train.images, DIGITS.train.images[:24])
    assert torch.equal(part.validation.labels, DIGITS.validation.labels[:N_JUDGED])


def test_a_few_steps_are_taken_with_the_recipe_of_a_candidates_beginning():
    seen = []
    recipe = Recipe(epochs=6, batch_size=16, augment=("crop",))
    training, rounds = timed_steps(beginning(seen), DIGITS, recipe=recipe, n_steps=2)
    ((part, used),) = seen
    assert len(part.train.images) == 2 * 16
    assert (used.batch_size, used.learning_rate) == (16, 0.1)
    assert used.augment == ("crop",)
    n_steps_planned = used.epochs * 2
    assert n_steps_planned == pytest.approx(n_of_whole(recipe, len(DIGITS.train.images)), abs=2)
    assert len(training.curve) == N_ROUNDS == len(rounds) + 1


@pytest.fixture
def ticking(monkeypatch):
    """Every look at the clock is a second later than the last."""
    ticks = itertools.count()
    monkeypatch.setattr(Clock, "now", lambda: Clock(*[float(next(ticks))] * 2))


@pytest.mark.usefixtures("ticking")
def test_a_whole_training_follows_from_its_steps(monkeypatch):
    """Judging takes no time here, a round 1 s, and the first of all no longer."""
    monkeypatch.setattr(probe, "_judging", lambda training, part: Clock(0.0, 0.0))
    recipe = Recipe(epochs=15, batch_size=16)
    _, rounds = timed_steps(beginning([]), DIGITS, recipe=recipe, n_steps=2)
    n_steps = n_of_whole(recipe, len(DIGITS.train.images))
    assert {row["start"] for row in rounds} == {0.0}
    assert {row["step"] for row in rounds} == {row["step_cpu"] for row in rounds} == {0.5}
    assert {row["whole"] for row in rounds} == {n_steps * 0.5}


@pytest.mark.usefixtures("ticking")
def test_judging_is_told_from_learning(monkeypatch):
    monkeypatch.setattr(probe, "_judging", lambda training, part: Clock(0.25, 0.25))
    recipe = Recipe(epochs=2, batch_size=16)
    _, rounds = timed_steps(beginning([]), DIGITS, recipe=recipe, n_steps=2)
    n_judged = 2 * len(DIGITS.validation.images) / N_JUDGED
    n_rounds = n_of_whole(recipe, len(DIGITS.train.images)) / 2
    assert rounds[0]["step"] == 0.375
    assert rounds[0]["whole"] == pytest.approx(n_rounds * 0.75 + n_judged * 0.25)


def test_a_problem_of_networks_times_steps_in_place_of_training(tmp_path):
    problem = Digits(Settings(epochs=3, subset=200))
    genome = problem.canonical((0,) * len(problem.space.sizes))
    few_steps = Fidelity(STEPS, 2, store=str(tmp_path))
    measured = problem.measure_at(genome, ["acc"], seed=1, fidelity=few_steps)
    assert set(measured.metrics) == {"acc"}
    assert all(0 < row["step"] < row["whole"] for row in measured.curve)
    assert not any(tmp_path.iterdir())
    assert problem.full_amount(STEPS) == 3 * 4


def test_timing_steps_changes_nothing_of_what_is_measured_after_it():
    problem = Digits(Settings(epochs=1, subset=100))
    genome = problem.canonical((0,) * len(problem.space.sizes))
    before = problem.measure(genome, ["acc"], seed=1)
    problem.measure_at(genome, ["acc"], seed=1, fidelity=Fidelity(STEPS, 2))
    assert problem.measure(genome, ["acc"], seed=1) == before
