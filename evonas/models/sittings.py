"""A full training with checkpoints, in as many sittings as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from evonas.carbon.meter import Meter, Tariff
from evonas.carbon.spend import Spend, training_flops
from evonas.models.order import TrainingOrder
from evonas.models.proxy_start import Start, left_out, repeated
from evonas.models.sources import dataset_of, untrained
from evonas.training.device import reproducible
from evonas.training.full_training import FullTraining
from evonas.training.saved_state import read_state, write_state
from evonas.training.trained_problem import TrainedProblem

Row = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a full training.

    Attributes:
        networks: The trained network of every seed, in evaluation mode.
        seed: The best seed by the validation part.
        curves: The training curve of every seed, one row for each epoch.
        best_epochs: By seed, the epoch with the best score on the validation part.
        spend: What all trainings took, earlier sittings and a repeated proxy training included.
        start: What the trainings began with, where that was not random.
    """

    networks: Mapping[int, nn.Module]
    seed: int
    curves: Mapping[int, list[dict[str, float]]]
    best_epochs: Mapping[int, int]
    spend: Spend
    start: Start | None = None

    @property
    def network(self) -> nn.Module:
        """The trained network of the best seed, in evaluation mode."""
        return self.networks[self.seed]


class StoppedError(Exception):
    """A training that was asked to end, and can be gone on with."""


def checkpoint_of(folder: Path, seed: int) -> Path:
    """Where the training of a seed leaves its state after every epoch."""
    return folder / f"checkpoint-seed{seed}.pt"


def start_of(folder: Path) -> Path:
    """Where a training keeps the weights that it began with, if they are a proxy's."""
    return folder / "checkpoint-start.pt"


def train_in_folder(
    order: TrainingOrder,
    problem: TrainedProblem,
    *,
    folder: Path,
    tariff: Tariff,
    on_start: Callable[[Start], None] = lambda start: None,
    on_epoch: Callable[[int, Row], None] = lambda seed, row: None,
    on_restored: Callable[[int, Row], None] = lambda seed, row: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train every seed of an order, from the beginning or from the folder's checkpoints.

    Args:
        order: What is to be trained.
        problem: The problem of the order, opened.
        folder: Where the checkpoints lie.
        tariff: What time and energy cost where this runs.
        on_start: Told what the trainings begin with once a proxy training was repeated.
        on_epoch: Told the seed and the new row of its curve once an epoch is safe on disk.
        on_restored: Told the same of every epoch of earlier sittings, before the seed goes on.
        should_stop: Asked after every epoch whether to end.

    Raises:
        StoppedError: It was asked to end; the checkpoints are there.
        DivergedError: A training diverged.
        ValueError: A checkpoint cannot be read, or is another network's; or the weights of the
            proxy do not fit.
    """
    files = [checkpoint_of(folder, seed) for seed in order.seeds]
    kept = {file: read_state(file) for file in (*files, start_of(folder)) if file.is_file()}
    earlier = max((float(state["metered_kwh"]) for state in kept.values()), default=0.0)
    meter = Meter(tariff, earlier_kwh=earlier)
    start = None
    if order.proxy:
        start = _start(order, folder=folder, kept=kept, meter=meter, on_start=on_start)
    trainings: dict[int, FullTraining] = {}
    with reproducible(n_threads=order.n_threads):
        for seed, file in zip(order.seeds, files, strict=True):
            training = trainings[seed] = _begun(order, problem, seed=seed, start=start)
            if file in kept:
                _restore(training, kept[file], file=file)
            for row in training.curve:
                on_restored(seed, row)
            while not training.is_over:
                if should_stop():
                    raise StoppedError
                row = training.run_epoch()
                state = {"training": training.state(), "metered_kwh": meter.measured_kwh()}
                write_state(file, state)
                on_epoch(seed, row)
    return _outcome(trainings, problem, order=order, meter=meter, start=start)


def _start(
    order: TrainingOrder,
    *,
    folder: Path,
    kept: Mapping[Path, Mapping[str, Any]],
    meter: Meter,
    on_start: Callable[[Start], None],
) -> Start:
    """What the trainings begin with: as an earlier sitting left it, or made again."""
    assert order.proxy is not None
    file = start_of(folder)
    if file in kept:
        return Start.from_state(kept[file])
    start = repeated(order.proxy, order.genome)
    write_state(file, {**start.state(), "metered_kwh": meter.measured_kwh()})
    on_start(start)
    return start


def _begun(
    order: TrainingOrder, problem: TrainedProblem, *, seed: int, start: Start | None
) -> FullTraining:
    model = untrained(problem, order.genome, seed=seed)
    if start:
        start.put_into(model, without=left_out(order, problem))
    return FullTraining(
        model,
        dataset_of(problem),
        recipe=order.recipe,
        device=problem.device,
        seed=seed,
        task=problem.task_for(order.genome),
        proxy=problem.recipe,
    )


def _restore(training: FullTraining, state: Mapping[str, Any], *, file: Path) -> None:
    try:
        training.restore(state["training"])
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"{file} does not fit this training ({reason}); remove it to begin anew"
        ) from error


def _outcome(
    trainings: Mapping[int, FullTraining],
    problem: TrainedProblem,
    *,
    order: TrainingOrder,
    meter: Meter,
    start: Start | None,
) -> Outcome:
    metric = next(m for m in problem.task.metrics if m.when == "trained")
    patient = bool(order.recipe.patience)

    def cost(seed: int) -> float:
        training = trainings[seed]
        row = training.curve[training.best_epoch - 1 if patient else -1]
        return metric.sign * row[metric.name]

    best = min(order.seeds, key=cost)
    rows = [row for training in trainings.values() for row in training.curve]
    fpo = training_flops(
        problem.cost(order.genome).flops,
        n_train=problem.info.n_train,
        n_validation=problem.info.n_validation,
        epochs=len(rows),
        evaluations=len(rows),
    )
    spend = meter.spend(
        busy_seconds=sum(row["seconds"] for row in rows) + (start.seconds if start else 0),
        cpu_seconds=sum(row["cpu_seconds"] for row in rows)
        + (start.cpu_seconds if start else 0),
        fpo=fpo + (start.fpo if start else 0),
    )
    return Outcome(
        networks={seed: training.trained() for seed, training in trainings.items()},
        seed=best,
        curves={seed: training.curve for seed, training in trainings.items()},
        best_epochs={seed: training.best_epoch for seed, training in trainings.items()},
        spend=spend,
        start=start,
    )
