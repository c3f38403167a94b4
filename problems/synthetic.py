"""Made-up architectures of any size, whose true front is known by construction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import numpy as np

from evonas.fidelity import Fidelity
from evonas.landscapes.training import N_EPOCHS, accuracy_after, training_flops
from evonas.objectives import FPO, MACS, Metric
from evonas.pareto.dominance import front
from evonas.problem import Problem, Settings
from evonas.space import Gene, Genome, SearchSpace

OPERATIONS = ("plain", "separable", "dilated", "pool")
WIDTHS = (8, 16, 32, 64)
LINKS = ("none", "add", "concatenate", "gate")
COSTS = (9, 3, 6, 1)  # MACs of an operation, relative to each other
EXTRA = (0, 1, 4, 2)  # of a link
MADE_UP_ACC = Metric("acc", "%", "made-up accuracy", -1, best=100.0, worst=0.0)
NOISE_STD = 0.15  # percent, as between trainings in NAS-Bench-Macro


class Synthetic(Problem):
    """A made-up space of 4^15 architectures, whose true front is known.

    ``--option blocks=10`` makes it one of 4^30.

    Every block has three genes: an operation and a link, which are categorical, and a width.
    What an operation is worth depends on the width, on the link into it and on the link out of
    it, in a table drawn once (``--option landscape=1`` for another). With ``noisy=true`` an
    accuracy is that of one training among many. After fewer epochs than all 27 it is lower,
    more so for a large network, and less certain.

    All is a sum over blocks in which only neighbours interact, so the true front follows from
    dynamic programming, whatever the size of the space; see ``true_front``.
    """

    metrics = (MADE_UP_ACC, MACS, FPO)
    default_objectives = ("acc", "macs")
    is_pure = True
    options: ClassVar[Mapping[str, Any]] = {"blocks": 5, "landscape": 0, "noisy": False}

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        n_blocks, landscape = self.option["blocks"], self.option["landscape"]
        if n_blocks < 1 or landscape < 0:
            raise ValueError(
                f"options blocks={n_blocks} and landscape={landscape} do not do; the synthetic "
                "space takes at least one block, and a landscape from 0 on"
            )
        self.space = SearchSpace(
            [
                gene
                for i in range(n_blocks)
                for gene in (
                    Gene(f"operation{i}", OPERATIONS),
                    Gene(f"width{i}", WIDTHS),
                    Gene(f"link{i}", LINKS),
                )
            ]
        )
        rng = np.random.default_rng(landscape)
        self._loss = _losses(n_blocks, rng)  # (block, link into it, operation, width, link)
        widths = np.array(WIDTHS) // WIDTHS[0]
        macs = (
            np.array(COSTS)[:, None, None] * widths[:, None] + np.array(EXTRA) * widths[:, None]
        )
        scale = rng.integers(1, 4, n_blocks)
        self._macs = scale[:, None, None, None] * macs  # (block, operation, width, link)

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Add up the blocks of one architecture."""
        loss, macs, link = 0.0, 0, 0
        for i in range(self.option["blocks"]):
            operation, width, next_link = genome[3 * i : 3 * i + 3]
            loss += self._loss[i, link, operation, width, next_link]
            macs += int(self._macs[i, operation, width, next_link])
            link = next_link
        acc = _accuracy(loss / self.option["blocks"])
        if self.option["noisy"]:
            acc += NOISE_STD * np.random.default_rng(seed).standard_normal()
        fpo = training_flops(1e6 * macs)
        return {"acc": min(acc, 100.0), "macs": 1e6 * macs, "fpo": fpo}

    def full_amount(self, kind: str) -> int:
        """The number of epochs of a training; there is nothing else to have less of."""
        return N_EPOCHS if kind == "epochs" else super().full_amount(kind)

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        """Measure one architecture as after some epochs of a training."""
        whole = self.measure(genome, wanted, seed=seed)
        macs, largest = whole["macs"], 1e6 * self._macs.max((1, 2, 3)).sum()
        acc = accuracy_after(
            fidelity, whole=whole["acc"], macs=macs, largest=largest, seed=seed
        )
        fpo = training_flops(macs, epochs=fidelity.amount - fidelity.after)
        return {"acc": acc, "fpo": fpo}

    def true_front(self) -> list[Genome]:
        """One genome for every point of the true front of accuracy and MACs."""
        partial: dict[int, _Partial] = {0: _Partial(np.zeros((1, 2)), [()])}
        for i in range(self.option["blocks"]):
            partial = {
                link: _Partial.best([self._extended(i, p, a, link) for a, p in partial.items()])
                for link in range(len(LINKS))
            }
        return _Partial.best(list(partial.values())).genomes

    def _extended(self, block: int, partial: _Partial, link: int, next_link: int) -> _Partial:
        """All partial architectures with one more block that ends in the given link."""
        pairs = np.ndindex(len(OPERATIONS), len(WIDTHS))
        parts = []
        for operation, width in pairs:
            added = (
                self._loss[block, link, operation, width, next_link],
                self._macs[block, operation, width, next_link],
            )
            suffix = (operation, width, next_link)
            parts.append(_Partial(partial.F + added, [g + suffix for g in partial.genomes]))
        return _Partial.best(parts)


class _Partial:
    """First blocks of architectures: losses and MACs so far ``(n, 2)``, and their genes."""

    def __init__(self, F: np.ndarray, genomes: list[Genome]) -> None:
        self.F = F
        self.genomes = genomes

    @classmethod
    def best(cls, parts: list[_Partial]) -> _Partial:
        """The non-dominated of several, of equal ones the first."""
        F = np.vstack([part.F for part in parts])
        genomes = [genome for part in parts for genome in part.genomes]
        _, first = np.unique(F, axis=0, return_index=True)
        kept = first[front(F[first])]
        return cls(F[kept], [genomes[i] for i in kept])


def _losses(n_blocks: int, rng: np.random.Generator) -> np.ndarray:
    """Losses by block: less with width, as far as operation and links suit each other."""
    quality = rng.uniform(0.0, 0.5, (n_blocks, 1, len(OPERATIONS), 1, 1))
    steepness = rng.uniform(0.5, 2.0, (n_blocks, 1, len(OPERATIONS), 1, 1))
    width = np.linspace(0, 1, len(WIDTHS))[:, None]
    n_links = len(LINKS)
    into = rng.normal(0, 0.15, (n_blocks, n_links, len(OPERATIONS), 1, 1))
    out_of = rng.normal(0, 0.15, (n_blocks, 1, len(OPERATIONS), 1, n_links))
    losses: np.ndarray = quality + np.exp(-steepness * (1 + width)) + into + out_of
    return losses


def _accuracy(loss: float) -> float:
    """Accuracy in percent, falling with the loss, in (37, 97)."""
    return float(97.0 - 60.0 / (1.0 + np.exp(2.0 - 2.5 * loss)))
