"""Successive halving whose rungs are chosen on the first architectures of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.flops_budget import PassedOver
from evonas.evaluation.oracle import Around
from evonas.evaluation.rung_choice import Curves, RungChoice, choose_rungs
from evonas.evaluation.successive_halving import Ladder, Rung
from evonas.fidelity import Fidelity, steps
from evonas.objectives import Goals
from evonas.record import Record
from evonas.space import Genome

FEWEST_CURVES = 8  # architectures that went all the way, before rungs are chosen
MOST_CURVES = 16  # of one batch that go all the way; the others wait for the choice


class ChoosingLadder(Around):
    """An oracle that learns on the first architectures which rungs it had best have.

    These go all the way, step by step, so that there are curves which end with the whole: a
    search needs some whole measurements anyway, and where steps go on they take no more than
    one long training. Then the rungs are chosen, or none (see ``choose_rungs``), and whoever
    comes later is measured by them as in ``Ladder``. All follows from the records, so that a
    search that is resumed has the same rungs.

    Args:
        evaluator: Measures architectures at a rung, and keeps their records.
        goals: Objectives and constraints that decide who goes on.
        tried: The fidelities among which rungs are chosen, from the least thorough to the
            whole.
        metrics: Names of the trained metrics whose order must be that of the whole; ``account``
            compares the first.
        reduction: One architecture in so many goes on from a rung to the next.

    Attributes:
        choice: The rungs that were chosen; ``None`` while there are too few curves.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        goals: Goals,
        tried: Sequence[Fidelity],
        *,
        metrics: Sequence[str],
        reduction: float,
    ) -> None:
        super().__init__(evaluator)
        self.choice: RungChoice | None = None
        self._evaluator = evaluator
        self._goals = goals
        self._tried = tried
        self._metrics = metrics
        self._reduction = reduction
        self._rungs: list[Fidelity] = []
        self._ladder: Ladder | None = None

    @property
    def rungs(self) -> Sequence[Fidelity]:
        """Fidelities that it measures at, the whole last; empty before any are chosen; live."""
        return self._rungs

    def __call__(self, genomes: Sequence[Genome]) -> list[Record | PassedOver]:
        """One record per genome, in the same order; see ``Ladder``.

        Raises:
            StoppedError: The search was told to end before all were measured.
        """
        if self.choice is None:
            self._go_all_the_way(self._first(genomes))
            self._choose()
        if self.choice is None:
            self._go_all_the_way(genomes)
        return self._ladder(genomes) if self._ladder else self._evaluator(genomes)

    def account(self) -> tuple[Rung, ...]:
        """What became of the architectures at every amount that was tried."""
        records, metric = self._evaluator.records.values(), self._metrics[0]
        used = {rung.label: rung for rung in self._ladder.account()} if self._ladder else {}
        told = {each.amount: each for each in self.choice.tried} if self.choice else {}
        found = []
        for step in self._tried[:-1]:
            rung = used.get(step.label) or Rung.of(records, step.label, metric=metric)
            rung = replace(rung, is_used=step.label in used)
            if tried := told.get(step.amount):
                rung = replace(rung, agreement=tried.agreement, among_dear=tried.among_dear)
            found.append(rung)
        return tuple(found)

    def _first(self, genomes: Sequence[Genome]) -> list[Genome]:
        """Those of a batch that are to go all the way, but for what is very dear."""
        efforts = self._evaluator.effort(genomes)
        most = self._evaluator.affordable_flops(efforts)
        fit = [g for g, effort in zip(genomes, efforts, strict=True) if effort <= most]
        return fit[: max(0, MOST_CURVES - len(self._curves()))]

    def _go_all_the_way(self, genomes: Sequence[Genome]) -> None:
        for step in self._tried:
            self._evaluator(genomes, fidelity=step)

    def _curves(self) -> list[Record]:
        """Those that were measured at every amount, and as a whole."""
        labels, names = [step.label for step in self._tried], self._metrics
        return [
            record
            for record in self._evaluator.records.values()
            if all(name in (record.at(label) or {}) for label in labels for name in names)
        ]

    def _choose(self) -> None:
        """Choose the rungs, if there are curves enough."""
        seen = self._curves()
        if len(seen) < FEWEST_CURVES:
            return
        *lower, whole = self._tried
        genomes = [record.genome for record in seen]
        effort = np.array(self._evaluator.effort(genomes))
        last = np.array(self._evaluator.effort(genomes, fidelity=whole))
        self.choice = choose_rungs(
            Curves(
                amounts=[step.amount for step in lower],
                shares=[self._share(genomes, step, effort) for step in lower],
                values=self._values(seen),
                effort=effort,
                goes_on=bool((last < effort).any()) if effort.any() else whole.after > 0,
            ),
            reduction=self._reduction,
        )
        chosen = steps(whole.kind, self.choice.amounts, whole.amount)
        self._rungs[:] = [replace(step, store=whole.store) for step in chosen]
        if self.choice.amounts:
            self._ladder = Ladder(
                self._evaluator,
                self._goals,
                self._rungs,
                metric=self._metrics[0],
                reduction=self._reduction,
                beyond=genomes,
            )

    def _share(self, genomes: Sequence[Genome], step: Fidelity, whole: np.ndarray) -> float:
        """What a training with an amount takes, as a share of the whole, on average."""
        if not whole.any():
            side = step.amount / self._tried[-1].amount
            return side**2 if step.kind == "image-size" else side
        alone = self._evaluator.effort(genomes, fidelity=replace(step, after=0))
        return float(np.mean(np.array(alone)[whole > 0] / whole[whole > 0]))

    def _values(self, seen: Sequence[Record]) -> np.ndarray:
        """What was trained, the more the better, ``(n, n_metrics, n_amounts + 1)``."""
        offered = {o.name: o for o in (*self.problem.objectives, *self._goals.objectives)}
        signs = np.array([-offered[name].sign for name in self._metrics])
        shown = [[record.at(step.label) or {} for step in self._tried] for record in seen]
        rows = [[[at[name] for at in row] for name in self._metrics] for row in shown]
        values: np.ndarray = np.array(rows) * signs[:, None]
        return values
