"""How far the ONNX files of random networks are from torch, for every trained space that ships.

    python benchmarks/onnx_parity.py [--data-dir FOLDER] [--networks 20] [--spaces digits,macro]

Random architectures of each space, each trained for a few steps, exported as ``evonas train``
exports them, and run by onnxruntime on 1,000 real images, test images first: the space's own
data, or Fashion-MNIST where a space is for any. Differences are of logits; their spread is that
from the smallest to the largest logit of the same images. Writes a row for each network to
``results/``, and prints a summary for each space.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import nn

from evonas.data.dataset import Dataset
from evonas.models.archive import export
from evonas.models.deployed import Deployed, logits_for
from evonas.models.onnx_file import TOLERANCE, onnx_logits, write_onnx
from evonas.models.sittings import dataset_of
from evonas.networks.building import completed
from evonas.networks.layout import first_layout, laid_out, lay_out
from evonas.plugins.loading import ProblemSpec, load, problem_entries
from evonas.problem import Settings
from evonas.short_ids import short_id
from evonas.space import Genome
from evonas.training.batches import as_values
from evonas.training.tasks import Task
from evonas.training.trained_problem import TrainedProblem

N_IMAGES, N_STEPS, BATCH_SIZE = 1000, 20, 64
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Parity:
    """How far one network's ONNX file is from torch.

    Attributes:
        space: Short name of the space.
        architecture: Short id of the architecture.
        params: Parameters of the network.
        images: How many images were compared.
        difference: Largest absolute difference of a logit.
        spread: From the smallest to the largest logit of torch's.
        largest: Largest absolute logit of torch's.
        labels_that_differ: Images that get another label.
        export_seconds: How long the two exports took.
    """

    space: str
    architecture: str
    params: int
    images: int
    difference: float
    spread: float
    largest: float
    labels_that_differ: int
    export_seconds: float

    @property
    def relative(self) -> float:
        """The difference as a share of the spread."""
        return self.difference / self.spread

    @property
    def is_kept(self) -> bool:
        """Whether ``evonas train`` would keep the file."""
        return self.difference <= TOLERANCE * max(1.0, self.largest)


def trained_spaces() -> list[str]:
    """Short names of all registered spaces whose candidates are trained."""
    entries = problem_entries()
    return [name for name, path in entries.items() if _is_trained(load(path))]


def _is_trained(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, TrainedProblem)


def parities(space: str, *, n: int, settings: Settings, seed: int = 0) -> Iterator[Parity]:
    """The parity of random networks of a space.

    Args:
        space: Short name of the space.
        n: How many architectures are drawn.
        settings: Which images they are trained and compared on.
        seed: Fixes the architectures and their weights.
    """
    problem = ProblemSpec(space, settings).open()
    assert isinstance(problem, TrainedProblem)
    dataset = dataset_of(problem)
    rng = np.random.default_rng(seed)
    drawn: dict[Genome, None] = {}
    while len(drawn) < n:
        drawn |= dict.fromkeys(map(problem.canonical, problem.space.sample(n, rng)))
    for genome in list(drawn)[:n]:
        torch.manual_seed(seed)
        network = problem.build(problem.decode(genome))
        network = completed(network, problem.input_shape)
        _train(network, problem, dataset, task=problem.task_for(genome))
        yield parity(network, dataset, space=space, architecture=short_id(genome))


def _train(
    network: nn.Module, problem: TrainedProblem, dataset: Dataset, *, task: Task
) -> None:
    """A few steps, so that weights and batch norm are no longer those of the beginning."""
    layout = first_layout(network)
    lay_out(network.train(), layout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    for index in torch.randperm(len(dataset.train.images))[: N_STEPS * BATCH_SIZE].split(64):
        images = (as_values(dataset.train.images[index]) - dataset.mean) / dataset.std
        outputs = network(laid_out(images, layout))
        loss = task.loss(outputs, dataset.train.labels[index], recipe=problem.recipe)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def parity(network: nn.Module, dataset: Dataset, *, space: str, architecture: str) -> Parity:
    """The parity of one network.

    Args:
        network: From normalised images to logits.
        dataset: Says how images are normalised; the first of them are compared.
        space: Short name of the space.
        architecture: Short id of the architecture.
    """
    parts = (dataset.test, dataset.validation, dataset.train)
    images = torch.cat([part.images for part in parts])[:N_IMAGES]
    deployed = Deployed(network, dataset)
    expected = logits_for(deployed, images).numpy()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        started = time.perf_counter()
        write_onnx(file, export(deployed, as_values(images[:2])), metadata={})
        seconds = time.perf_counter() - started
        found = onnx_logits(file, images)[:, -1]
    return Parity(
        space=space,
        architecture=architecture,
        params=sum(p.numel() for p in network.parameters()),
        images=len(images),
        difference=float(np.abs(found - expected).max()),
        spread=float(expected.max() - expected.min()),
        largest=float(np.abs(expected).max()),
        labels_that_differ=int((found.argmax(1) != expected.argmax(1)).sum()),
        export_seconds=round(seconds, 2),
    )


def settings_of(space: str, data_dir: str | None) -> Settings:
    """Digits for the space that is made for them, Fashion-MNIST for any other."""
    is_own = "data" in vars(load(problem_entries()[space]))
    return Settings() if is_own else Settings(data="fashion-mnist", data_dir=data_dir)


def summary(rows: Sequence[Parity]) -> str:
    """The worst of a space's networks, in one line."""
    return (
        f"{rows[0].space:12} {len(rows):3} networks  difference "
        f"{max(row.difference for row in rows):.2g}  of the spread "
        f"{max(row.relative for row in rows):.2g}  labels that differ "
        f"{sum(row.labels_that_differ for row in rows)} of "
        f"{sum(row.images for row in rows):,}  not kept "
        f"{sum(not row.is_kept for row in rows)}  export "
        f"{np.median([row.export_seconds for row in rows]):.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir")
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--spaces", help="short names with commas; all if left out")
    given = parser.parse_args()
    spaces = given.spaces.split(",") if given.spaces else trained_spaces()
    named = f"{'-'.join(spaces)}-{given.networks}networks-seed0-{N_IMAGES}images"
    out = RESULTS / f"onnx-parity-{named}.csv"
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [field.name for field in fields(Parity)]
        units = {"export_seconds": "export [s]"}
        writer.writerow([units.get(name, name) for name in names])
        for space in spaces:
            rows = []
            for row in parities(
                space, n=given.networks, settings=settings_of(space, given.data_dir)
            ):
                rows.append(row)
                writer.writerow(astuple(row))
                file.flush()
            print(summary(rows), flush=True)
    print(out)


if __name__ == "__main__":
    main()
