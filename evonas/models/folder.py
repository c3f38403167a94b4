"""The folder that a model stands in, and its files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from evonas.data.class_names import class_names
from evonas.data.dataset import Dataset
from evonas.data.kinds import IMAGES
from evonas.faults import printable
from evonas.models.answering import ProgramEvaluation, as_tuple
from evonas.models.archive import ARCHIVE, CARD, LABELS, export
from evonas.models.card import Facts, card
from evonas.models.deployed import (
    N_PASSES,
    Deployed,
    Judged,
    all_logits_for,
    deployed_with,
    judged,
    median_latency,
)
from evonas.models.known_exits import KnownExits
from evonas.models.onnx_file import labels_metadata, largest_difference, missing, write_onnx
from evonas.models.order import TRAINING, TrainingOrder
from evonas.models.rebuilt import ARCHITECTURE, WEIGHTS
from evonas.models.sittings import Outcome, checkpoint_of, start_of
from evonas.models.sources import dataset_of
from evonas.runs.manifest import environment
from evonas.training.batches import as_values
from evonas.training.device import reproducible
from evonas.training.saved_state import write_state
from evonas.training.tasks import Task
from evonas.training.trained_problem import TrainedProblem
from evonas.whole_files import whole

ONNX, CURVE, METRICS, PREVIEW = "model.onnx", "curve.csv", "metrics.json", "preview.png"
N_COMPARED = 1000  # test images on which an export must agree with torch


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a trained model, or with a training that is under way.

    Attributes:
        path: Where the folder lies.
    """

    path: Path

    @property
    def is_finished(self) -> bool:
        """Whether the model is complete: the card is the last file that is written."""
        return (self.path / CARD).is_file()

    @property
    def is_begun(self) -> bool:
        """Whether a training was begun in the folder."""
        return (self.path / TRAINING).is_file()

    def begin(self, order: TrainingOrder) -> None:
        """Make the folder, and note in it what is to be trained.

        Raises:
            OSError: The folder cannot be made or written to.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._write(TRAINING, json.dumps(order.as_dict(), indent=2) + "\n")

    def finish(
        self,
        order: TrainingOrder,
        problem: TrainedProblem,
        outcome: Outcome,
        *,
        draw: Callable[[Facts, Path], None] = lambda facts, out: None,
    ) -> Facts:
        """Write down all of a trained model, the card last, and remove the checkpoints.

        Args:
            order: What was trained.
            problem: The problem of the order, opened.
            outcome: What came of the training.
            draw: Draws the model's picture to a file.

        Returns:
            What the card tells.

        Raises:
            OSError: A file cannot be written.
        """
        dataset = dataset_of(problem)
        labels = class_names(dataset.info.name, skip_bad=problem.settings.skip_bad)
        with reproducible(n_threads=order.n_threads):
            costs, task = problem.exits(order.genome), problem.task_for(order.genome)
            deployed = deployed_with(outcome.network, dataset, n_exits=costs.n)
            write_state(self.path / WEIGHTS, deployed.network.state_dict())
            self._write(LABELS, "".join(f"{label}\n" for label in labels))
            by_seed = _judged(outcome, dataset, task=task, n_exits=costs.n)
            kept = by_seed[outcome.seed]
            known = KnownExits.of(costs, kept.task)
            self._write(ARCHITECTURE, _spelt(order, problem, dataset, known))
            self._write(CURVE, _curve_text(outcome.curves))
            exports = self._export(deployed, dataset, labels=labels, logits=kept.logits)
            facts = Facts(
                name=self.path.resolve().name,
                order=order,
                architecture=problem.decode(order.genome),
                info=dataset.info,
                labels=labels,
                judgements=kept.judgements,
                by_seed={seed: found.judgements for seed, found in by_seed.items()},
                curves=outcome.curves,
                seed=outcome.seed,
                spend=outcome.spend,
                cost=problem.cost(order.genome),
                exits=known,
                latency_s=median_latency(deployed, as_values(dataset.test.images[:1])),
                n_passes=N_PASSES,
                exports=exports,
                has=frozenset(n for n in (ARCHIVE, ONNX) if (self.path / n).is_file()),
                environment=environment(),
                start=outcome.start,
            )
        self._write(METRICS, json.dumps(_metrics(facts), indent=2) + "\n")
        draw(facts, self.path / PREVIEW)
        self._write(CARD, card(facts))
        self.tidy(order)
        return facts

    def tidy(self, order: TrainingOrder) -> None:
        """Remove the checkpoints, which a finished model needs no more."""
        for seed in order.seeds:
            checkpoint_of(self.path, seed).unlink(missing_ok=True)
        start_of(self.path).unlink(missing_ok=True)

    def _export(
        self,
        deployed: Deployed,
        dataset: Dataset,
        *,
        labels: tuple[str, ...],
        logits: Tensor,
    ) -> dict[str, str]:
        """What came of each export, in words; it must give the logits of the test images."""
        images, expected = dataset.test.images[:N_COMPARED], logits[:N_COMPARED]
        places, kind = torch.arange(2) % len(images), dataset.info.kind
        some = as_values(images[places])
        said = {WEIGHTS: "the weights alone, for the network that the problem builds"}
        try:
            program = export(deployed, some)
            torch.export.save(program, self.path / ARCHIVE)
            found, alone = all_logits_for(program.module(), images), _alone(program, some)
            missed = (found - expected, alone - expected[places])
            difference = max(float(each.abs().max()) for each in missed)
            said[ARCHIVE] = f"`torch.export`; {_agrees(difference, len(images), kind.name)}"
        except Exception as error:  # of a network that torch cannot spell as a graph
            (self.path / ARCHIVE).unlink(missing_ok=True)
            return {**said, ARCHIVE: f"not written: {_line(error)}", ONNX: "not written either"}
        if absent := missing():
            return {
                **said,
                ONNX: f"not written: {absent} is not installed; pip install 'evonas[export]'",
            }
        try:
            write_onnx(
                self.path / ONNX,
                program,
                metadata={
                    "labels": labels_metadata(labels),
                    **({"pixels": "[0, 1]"} if kind == IMAGES else {}),
                },
                takes=kind.name,
                n_exits=expected.shape[1],
            )
            difference = largest_difference(self.path / ONNX, images, logits=expected)
            said[ONNX] = f"ONNX; in onnxruntime {_agrees(difference, len(images), kind.name)}"
        except Exception as error:  # of an operator that ONNX lacks
            (self.path / ONNX).unlink(missing_ok=True)
            said[ONNX] = f"not written: {_line(error)}"
        return said

    def _write(self, name: str, text: str) -> None:
        with whole(self.path / name) as file:
            file.write(text)


def _agrees(difference: float, n: int, what: str) -> str:
    return f"its logits of {n:,} test {what} differ by at most {difference:.2g} from torch's"


def _line(error: BaseException) -> str:
    """What an error says in its first line; of an exporter's, what has caused it."""
    while error.__cause__ is not None:
        error = error.__cause__
    first = str(error).strip().partition("\n")[0]
    return printable(f"{type(error).__name__}: {first:.200}")


@torch.inference_mode()
def _alone(program: torch.export.ExportedProgram, images: Tensor) -> Tensor:
    """The logits of every exit, each asked by itself, ``(n, k, n_classes)``."""
    module = program.module()
    n = len(as_tuple(module(images)))
    return torch.stack(
        [ProgramEvaluation(module, images).answer(k) for k in range(1, n + 1)], 1
    )


def _judged(
    outcome: Outcome, dataset: Dataset, *, task: Task, n_exits: int
) -> dict[int, Judged]:
    """How good the network of every seed is."""
    return {
        seed: judged(deployed_with(network, dataset, n_exits=n_exits), dataset, task=task)
        for seed, network in outcome.networks.items()
    }


def _spelt(
    order: TrainingOrder, problem: TrainedProblem, dataset: Dataset, exits: KnownExits
) -> str:
    """The content of ``architecture.json``."""
    content = {
        "problem": order.config.problem,
        "genome": order.genome,
        "architecture": problem.decode(order.genome),
        "data": asdict(dataset.info),
        "input": {
            "shape": ["n", *problem.input_shape],
            "dtype": "float32",
            **({"pixels": [0, 1]} if dataset.info.kind == IMAGES else {}),
        },
        "normalisation": {
            "mean": dataset.mean.flatten().tolist(),
            "std": dataset.std.flatten().tolist(),
        },
        "exits": exits.as_dict(),
        "origin": dict(order.origin),
    }
    return json.dumps(content, indent=2, default=str) + "\n"


def _metrics(facts: Facts) -> dict[str, Any]:
    return {
        **{part: judged.as_dict() for part, judged in facts.judgements.items()},
        "params": facts.cost.params,
        "macs": facts.cost.macs,
        "flops": facts.cost.flops,
        "latency_s": facts.latency_s,
        "training": asdict(facts.spend),
        "seeds": {
            str(seed): {part: dict(judged.scores) for part, judged in judgements.items()}
            for seed, judgements in facts.by_seed.items()
        },
        "kept_seed": facts.seed,
        "exports": dict(facts.exports),
        "labels": list(facts.labels),
    }


def _curve_text(curves: Mapping[int, Sequence[Mapping[str, float]]]) -> str:
    names = list(next(iter(curves.values()))[-1])
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=["seed", *names], lineterminator="\n")
    writer.writeheader()
    for seed, rows in curves.items():
        writer.writerows({"seed": seed, **row} for row in rows)
    return text.getvalue()
