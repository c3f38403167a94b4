"""Leaving out what could not reach the front, before it is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evonas.evaluation.oracle import Answer, Around, Oracle, Prediction
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.space import Genome
from evonas.surrogates.surrogate import Surrogate

DOUBT = 2.0  # standard deviations by which a prediction may be wrong
LEAST_KNOWN = 20  # architectures, before any is left out


class Screen(Around):
    """An oracle that has architectures measured, but for those that cannot reach the front.

    An architecture cannot if what is cheap of it is known, and even the best that can be
    expected of the rest would be dominated: two standard deviations better than predicted, but
    no better than the best that was seen and the noise of one training. The algorithm is told
    what is predicted of it, which is neither recorded nor counted as measured.

    Args:
        oracle: Measures all others, and keeps the records.
        goals: Objectives and constraints that decide what the front is.
        surrogate: The surrogate that predicts what a training would show.
    """

    def __init__(self, oracle: Oracle, goals: Goals, surrogate: Surrogate) -> None:
        super().__init__(oracle)
        self._goals = goals
        self._surrogate = surrogate

    def __call__(self, genomes: Sequence[Genome]) -> list[Answer]:
        """A record or a prediction per genome, in the same order.

        Raises:
            StoppedError: The search was told to end before all were measured.
        """
        canonical = self._oracle.problem.canonical
        keys = [canonical(genome) for genome in genomes]
        excluded = self._excluded(list(dict.fromkeys(keys)))
        measured = self._oracle([key for key in keys if key not in excluded])
        told = {answer.genome: answer for answer in (*measured, *excluded.values())}
        return [told[key] for key in keys]

    def _excluded(self, genomes: Sequence[Genome]) -> dict[Genome, Prediction]:
        """What is predicted of those that are not worth a training."""
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
        is_dominated = [not front(np.vstack([row, seen.mean]))[0] for row in best]
        excluded = [genome for genome, is_it in zip(new, is_dominated, strict=True) if is_it]
        self._oracle.left_out.update(excluded)
        metrics = self._surrogate.expected_metrics(excluded)
        return {g: Prediction(g, of_it) for g, of_it in zip(excluded, metrics, strict=True)}
