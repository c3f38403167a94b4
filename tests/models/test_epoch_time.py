import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.models.epoch_time import N_STEPS, N_TIMED, Times, finishing_seconds, tried
from evonas.models.folder import ModelFolder
from evonas.training.full_training import FullTraining

seconds = st.floats(0.01, 1e4)


@given(trial=seconds, epoch=seconds, other=seconds, budget=seconds)
def test_the_epochs_fit_and_one_more_would_not(trial, epoch, other, budget):
    times = Times(trial, epoch, other)
    n = times.epochs_within(budget)
    assert n >= 0
    assert n == 0 or times.seconds_of(n) <= budget * (1 + 1e-9) + 1e-9
    assert times.seconds_of(n + 1) >= budget * (1 - 1e-9)


def test_a_time_is_a_sum():
    assert Times(1.0, 10.0, 4.0).seconds_of(3) == 35.0
    assert Times(1.0, 10.0, 4.0).epochs_within(34.9) == 2
    assert Times(1.0, 10.0, 4.0).epochs_within(5.0) == 0


def test_a_few_steps_tell_of_the_whole_epoch(order, problem, monkeypatch):
    taken = iter([100.0, 2.0, 2.0])

    def run_epoch(self):
        self.curve.append({"seconds": next(taken)})
        return self.curve[-1]

    monkeypatch.setattr(FullTraining, "run_epoch", run_epoch)
    trial = tried(order(batch_size=16), problem)
    assert trial.epoch_seconds == pytest.approx(2.0 * problem.info.n_train / (16 * N_STEPS))
    assert len(trial.curve) == 1 + N_TIMED


def test_finishing_is_done_once_and_leaves_nothing(order, problem, monkeypatch, tmp_path):
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    trial = tried(order(seeds=(3, 4)), problem)
    assert trial.epoch_seconds > 0
    assert finishing_seconds(trial, problem) > 0
    assert not list(tmp_path.iterdir())
