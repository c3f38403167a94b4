"""Six made-up landscapes to tune a search on, each with a difficulty of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from evonas.cell import Cell
from evonas.fidelity import Fidelity
from evonas.landscapes import cells, chain, conditional, deceptive, disasters, noise
from evonas.landscapes.accuracy import scale_of
from evonas.landscapes.parts import LOSS, MACS, PARAMS, STATE, Adder, Design
from evonas.landscapes.training import N_EPOCHS, accuracy_after, training_flops
from evonas.landscapes.true_front import best_by_state, non_dominated
from evonas.objectives import FPO, Metric
from evonas.objectives import MACS as MACS_METRIC
from evonas.objectives import PARAMS as PARAMS_METRIC
from evonas.problem import Problem, Settings
from evonas.space import Genome

SIZED = {  # kinds of as many layers, stages or blocks as one wishes
    "chain": chain.drawn,
    "conditional": conditional.drawn,
    "deceptive": deceptive.drawn,
    "disasters": disasters.drawn,
    "noise": noise.drawn,
}
KINDS = ("chain", "cell", "conditional", "deceptive", "disasters", "noise")
LARGEST = 16  # layers, stages or blocks
MADE_UP_ACC = Metric("acc", "%", "made-up accuracy", -1, best=100.0, worst=0.0)


class Landscape(Problem):
    """Six kinds of made-up spaces, each hard in its own way, of known true fronts.

    ``--option kind=chain``: layers with an operation and a width, each of which suits its
    neighbour more or less. ``cell``: graphs whose paths count, many of which are the same.
    ``conditional``: genes that make a difference only where others let them. ``deceptive``:
    traps, away from whose best setting every single gene leads. ``disasters``: conjunctions of
    two or three genes, a sixth of the space, that ruin a network. ``noise``: trainings that
    vary as much as the better half of the space does, those of small networks more.

    ``--option seed=1`` draws another of its kind, ``--option size=12`` makes it of as many
    layers, stages or blocks. Accuracies are learnt; MACs and parameters are counted, neither a
    function of the other. With ``noisy=true`` an accuracy is that of one training among many;
    it is the default of ``noise`` alone. After fewer epochs than all 27 it is lower, more so
    for a large network, and less certain.
    """

    metrics = (MADE_UP_ACC, MACS_METRIC, PARAMS_METRIC, FPO)
    default_objectives = ("acc", "macs")
    is_pure = True
    options: ClassVar[Mapping[str, Any]] = {
        "kind": "chain",
        "seed": 0,
        "size": 0,
        "noisy": False,
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        kind = self.option["kind"]
        if kind not in KINDS:
            raise ValueError(f"option kind is {kind!r}; choose from {', '.join(KINDS)}")
        if self.option["seed"] < 0:
            raise ValueError(f"option seed is {self.option['seed']}; expected 0 or more")
        rng = np.random.default_rng([KINDS.index(kind), self.option["seed"]])
        self._design = self._drawn(kind, rng)
        self._scale = scale_of(self._design, rng)
        self.space = self._design.space
        self._add = Adder(self._design)
        self._most_macs = self._design.base[0] + sum(
            int(part.table[..., MACS].max()) for part in self._design.parts
        )

    @property
    def offered_options(self) -> Mapping[str, Any]:
        """The options; heavy noise is seen unless one says otherwise."""
        is_heavy = dict(self.settings.options).get("kind") == "noise"
        return {**self.options, "noisy": is_heavy}

    def _drawn(self, kind: str, rng: np.random.Generator) -> Design:
        size = self.option["size"]
        if kind not in SIZED:
            if size:
                raise ValueError(f"option size is {size}, and every {kind} has eight edges")
            return cells.drawn(rng)
        if not 0 <= size <= LARGEST:
            raise ValueError(
                f"option size is {size}; expected 1 to {LARGEST}, or 0 for the kind's own"
            )
        return SIZED[kind](rng, size) if size else SIZED[kind](rng)

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Add up the parts of one network."""
        loss, macs, params, state = self._add(genome)
        acc = self._scale.of_one(loss, state)
        if self.option["noisy"]:
            luck = np.random.default_rng(seed).standard_normal()
            acc = min(max(acc + self._scale.noise_of(macs) * luck, 0.0), 100.0)
        of_a_mac, of_a_parameter = self._design.units
        return {
            "acc": acc,
            "macs": float(macs * of_a_mac),
            "params": float(params * of_a_parameter),
            "fpo": training_flops(macs * of_a_mac),
        }

    def full_amount(self, kind: str) -> int:
        """The number of epochs of a training; there is nothing else to have less of."""
        return N_EPOCHS if kind == "epochs" else super().full_amount(kind)

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        """Measure one network as after some epochs of a training."""
        whole = self.measure(genome, wanted, seed=seed)
        macs, largest = whole["macs"], self._most_macs * self._design.units[0]
        acc = accuracy_after(
            fidelity, whole=whole["acc"], macs=macs, largest=largest, seed=seed
        )
        fpo = training_flops(macs, epochs=fidelity.amount - fidelity.after)
        return {**whole, "acc": acc, "fpo": fpo}

    def cells(self, architecture: Mapping[str, Any]) -> Mapping[str, Cell]:
        """The only cell, of the kind that has one."""
        if self._design.cells is None:
            return {}
        return {"cell": self._design.cells(self.canonical(self.space.encode(architecture)))}

    def true_front(self) -> Sequence[Genome]:
        """One genome for every point of the true front of accuracy and MACs."""
        return self.true_front_of(("acc", "macs"))

    def true_front_of(self, names: Collection[str]) -> Sequence[Genome]:
        """One genome for every point of the true front of some metrics, where it is known.

        Args:
            names: Accuracy and MACs, with parameters or without.
        """
        if set(names) not in ({"acc", "macs"}, {"acc", "macs", "params"}):
            return ()
        with_params = "params" in names
        found = best_by_state(self._design, with_params=with_params)
        error = -self._scale(found.totals[:, LOSS], found.totals[:, STATE])
        values = np.column_stack([error, found.totals[:, [MACS, PARAMS]]])
        kept = non_dominated(values, with_params=with_params)
        genomes = {self.canonical(tuple(row)) for row in found.genomes[kept].tolist()}
        return sorted(genomes)
