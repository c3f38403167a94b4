"""The folder that a model stands in, and its files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from evonas.data.class_names import class_names
from evonas.data.dataset import Dataset, Part
from evonas.models.answering import ProgramEvaluation, as_tuple
from evonas.models.archive import ARCHIVE, LABELS, export
from evonas.models.card import Facts, card
from evonas.models.deployed import (
    N_PASSES,
    Deployed,
    DeployedExits,
    all_logits_for,
    logits_for,
    median_latency,
)
from evonas.models.judgement import Judgement
from evonas.models.known_exits import KnownExits
from evonas.models.onnx_file import labels_metadata, largest_difference, missing, write_onnx
from evonas.models.order import TRAINING, TrainingOrder
from evonas.models.sittings import Outcome, checkpoint_of, dataset_of
from evonas.networks.layout import PLAIN
from evonas.runs.manifest import environment
from evonas.training.device import reproducible
from evonas.training.judging import judge, judge_validation
from evonas.training.saved_state import whole, write_state
from evonas.training.tasks import Task
from evonas.training.trained_problem import TrainedProblem

WEIGHTS, ONNX, CARD, CURVE = "model.pt", "model.onnx", "card.md", "curve.csv"
ARCHITECTURE, METRICS, PREVIEW = "architecture.json", "metrics.json", "preview.png"
N_COMPARED = 1000  # test images on which an export must agree with torch
CPU = torch.device("cpu")


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a trained model, or with a training that is under way.

    Attributes:
        path: Where the folder lies.
    """

    path: Path

    @property
    def is_finished(self) -> bool:
        """Whether the model is complete: the card is the last file but one that is written."""
        return (self.path / CARD).is_file()

    def begin(self, order: TrainingOrder) -> None:
        """Make the folder, and note in it what is to be trained.

        Raises:
            OSError: The folder cannot be made or written to.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._write(TRAINING, json.dumps(order.as_dict(), indent=2) + "\n")

    def finish(self, order: TrainingOrder, problem: TrainedProblem, outcome: Outcome) -> Facts:
        """Write down all of a trained model, and remove the checkpoints.

        Args:
            order: What was trained.
            problem: The problem of the order, opened.
            outcome: What came of the training.

        Returns:
            What the card tells.

        Raises:
            OSError: A file cannot be written.
        """
        dataset = dataset_of(problem)
        labels = class_names(dataset.info.name, skip_bad=problem.settings.skip_bad)
        with reproducible(n_threads=order.n_threads):
            deployed = Deployed(outcome.network, dataset)
            write_state(self.path / WEIGHTS, deployed.network.state_dict())
            self._write(LABELS, "".join(f"{label}\n" for label in labels))
            _, task = judge_validation(
                deployed.network,
                dataset=dataset,
                device=CPU,
                task=problem.task_for(order.genome),
                layout=PLAIN,
            )
            known = KnownExits.of(problem.exits(order.genome), task)
            self._write(ARCHITECTURE, _spelt(order, problem, dataset, known))
            self._write(CURVE, _curve_text(outcome.curves))
            whole = _whole(outcome, dataset, n_exits=len(known.flops))
            exports = self._export(whole, dataset, labels=labels)
            facts = Facts(
                name=self.path.resolve().name,
                order=order,
                architecture=problem.decode(order.genome),
                info=dataset.info,
                labels=labels,
                judgements={
                    "validation": _judged(deployed, dataset.validation, dataset, task),
                    "test": _judged(deployed, dataset.test, dataset, task),
                },
                curves=outcome.curves,
                seed=outcome.seed,
                spend=outcome.spend,
                cost=problem.cost(order.genome),
                exits=known,
                latency_s=median_latency(deployed, dataset.test.images[:1].float() / 255),
                n_passes=N_PASSES,
                exports=exports,
                has=frozenset(n for n in (ARCHIVE, ONNX) if (self.path / n).is_file()),
                environment=environment(),
            )
        self._write(METRICS, json.dumps(_metrics(facts), indent=2) + "\n")
        self._write(CARD, card(facts))
        for seed in order.seeds:
            checkpoint_of(self.path, seed).unlink(missing_ok=True)
        return facts

    def _export(
        self, deployed: Deployed, dataset: Dataset, *, labels: tuple[str, ...]
    ) -> dict[str, str]:
        """What came of each export, in words."""
        images = dataset.test.images[:N_COMPARED]
        some = images[torch.arange(2) % len(images)].float() / 255
        expected = all_logits_for(deployed, images)
        said = {WEIGHTS: "the weights alone, for the network that the problem builds"}
        try:
            program = export(deployed, some)
            torch.export.save(program, self.path / ARCHIVE)
            found, alone = all_logits_for(program.module(), images), _alone(program, some)
            missed = (found - expected, alone - all_logits_for(deployed, images[:2]))
            difference = max(float(each.abs().max()) for each in missed)
            said[ARCHIVE] = f"`torch.export`; {_agrees(difference, len(images))}"
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
                metadata={"labels": labels_metadata(labels), "pixels": "[0, 1]"},
                n_exits=expected.shape[1],
            )
            difference = largest_difference(self.path / ONNX, images, logits=expected)
            said[ONNX] = f"ONNX; in onnxruntime {_agrees(difference, len(images))}"
        except Exception as error:  # of an operator that ONNX lacks
            (self.path / ONNX).unlink(missing_ok=True)
            said[ONNX] = f"not written: {_line(error)}"
        return said

    def _write(self, name: str, text: str) -> None:
        with whole(self.path / name) as file:
            file.write(text)


def _agrees(difference: float, n: int) -> str:
    return f"its logits of {n:,} test images differ by at most {difference:.2g} from torch's"


def _line(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first:.200}"


def _whole(outcome: Outcome, dataset: Dataset, *, n_exits: int) -> Deployed:
    """The network as it is exported: with all that it answers."""
    kind = Deployed if n_exits == 1 else DeployedExits
    return kind(outcome.network, dataset)


@torch.inference_mode()
def _alone(program: torch.export.ExportedProgram, images: Tensor) -> Tensor:
    """The logits of every exit, each asked by itself, ``(n, k, n_classes)``."""
    module = program.module()
    n = len(as_tuple(module(images)))
    return torch.stack(
        [ProgramEvaluation(module, images).answer(k) for k in range(1, n + 1)], 1
    )


def _judged(deployed: Deployed, part: Part, dataset: Dataset, task: Task) -> Judgement:
    scores = judge(deployed.network, part, dataset=dataset, device=CPU, task=task, layout=PLAIN)
    predicted = logits_for(deployed, part.images).argmax(1)
    n_classes = dataset.info.n_classes
    return Judgement.of(
        predicted.numpy(), part.labels.numpy(), n_classes=n_classes, scores=scores
    )


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
            "shape": ["n", problem.n_channels, problem.image_size, problem.image_size],
            "dtype": "float32",
            "pixels": [0, 1],
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
