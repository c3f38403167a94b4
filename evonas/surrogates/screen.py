"""Leaving out what could not reach the front, before it is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evonas.evaluation.oracle import Around, Oracle
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.space import Genome
from evonas.surrogates.surrogate import Guide

DOUBT = 2.0  # standard deviations by which a prediction may be wrong
LEAST_KNOWN = 20  # architectures, before any is left out
LABEL = "predicted"


class Screen(Around):
    """An oracle that has architectures measured, but for those that are hopeless.

    An architecture is hopeless if what is cheap of it is known, and even the best that can be
    expected of the rest would be dominated: two standard deviations better than predicted, but
    no better than the best that was seen and the noise of one training. It is told to the
    algorithm as predicted, and is neither recorded nor counted as measured.

    Args:
        oracle: Measures all others, and keeps the records.
        goals: Objectives and constraints that decide what is hopeless.
        guide: The surrogate that predicts what a training would show.
    """

    def __init__(self, oracle: Oracle, goals: Goals, guide: Guide) -> None:
        super().__init__(oracle)
        self._goals = goals
        self._surrogate = guide

    def __call__(self, genomes: Sequence[Genome]) -> list[Record]:
        """One record per genome, in the same order.

        Raises:
            StoppedError: The search was told to end before all were measured.
        """
        canonical = self._oracle.problem.canonical
        keys = [canonical(genome) for genome in genomes]
        hopeless = self._hopeless(list(dict.fromkeys(keys)))
        measured = self._oracle([key for key in keys if key not in hopeless])
        records = {record.genome: record for record in (*measured, *hopeless.values())}
        return [records[key] for key in keys]

    def _hopeless(self, genomes: Sequence[Genome]) -> dict[Genome, Record]:
        """Records as predicted of those that are not worth a training."""
        known = list(self._oracle.records.values())
        new = [genome for genome in genomes if genome not in self._oracle.records]
        if not new or len(known) < LEAST_KNOWN or not self._surrogate.learn(known):
            return {}
        met = [record.genome for record in known if self._goals.are_met(record.metrics)]
        if not met:
            return {}
        seen = self._surrogate.forecast(met)
        hoped = self._surrogate.forecast(new)
        limit = (seen.mean - self._surrogate.noise).min(0)  # (n_objectives,)
        best = hoped.mean - DOUBT * hoped.std
        best = np.where(hoped.std > 0, np.maximum(best, limit), best)
        is_doomed = [not front(np.vstack([row, seen.mean]))[0] for row in best]
        doomed = [genome for genome, is_it in zip(new, is_doomed, strict=True) if is_it]
        self._oracle.left_out.update(doomed)
        return {
            genome: Record(genome, metrics, 0.0, fidelity=LABEL)
            for genome, metrics in zip(doomed, self._surrogate.tell(doomed), strict=True)
        }
