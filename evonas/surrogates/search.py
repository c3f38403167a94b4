"""A search that measures only the most promising of what evolution on predictions finds."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from evonas.algorithms.ask_tell import check_algorithm, choose_algorithm, known_genomes
from evonas.algorithms.operators import SpreadSampling
from evonas.algorithms.registry import IGNORES_CONSTRAINTS
from evonas.algorithms.strategy import NOTHING_LEFT, Status, why_over
from evonas.config import Config
from evonas.evaluation.oracle import Answer, Oracle
from evonas.fidelity import Fidelity
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.problem import Problem
from evonas.record import Record
from evonas.reliability import Predictions, Reliability
from evonas.space import Genome
from evonas.surrogates.acquisition import choose_batch
from evonas.surrogates.initial_design import first_design
from evonas.surrogates.inner_search import Either, PredictedProblem, evolve
from evonas.surrogates.surrogate import Surrogate, learnable

NEAR_BATCHES = 4  # batches among which one is chosen where levels are aspired to
POP_SIZE = 50  # of the evolution on predictions


class SurrogateSearch:
    """The strategy that measures only what a surrogate finds promising, round by round.

    The first round fills the space. Every further one learns from all that was measured, lets
    the config's algorithm evolve on the predictions, from the front so far, and measures the
    batch that is expected to enlarge the front most.

    Args:
        config: Settings of the search: kind of model, algorithm, batch, budgets and seed.
        oracle: Measures the batches, and counts what is cheap.
        goals: Objectives and constraints that are predicted.
        rungs: Fidelities that the oracle measures at, the whole last; empty for none.

    Raises:
        ValueError: There is nothing to predict.
    """

    def __init__(
        self, config: Config, oracle: Oracle, goals: Goals, *, rungs: Sequence[Fidelity] = ()
    ) -> None:
        self._config = config
        self._oracle = oracle
        self._problem = oracle.problem
        self._goals = goals
        self._rng = np.random.default_rng(np.random.SeedSequence([config.seed]))
        self._surrogate = Surrogate(
            self._problem,
            goals,
            oracle.count,
            cheap=oracle.counted,
            kind=config.surrogate,
            seed=config.seed,
            rungs=rungs,
            prior=config.prior,
        )

    def __iter__(self) -> Generator[Status, None, str]:
        """Run; yields after every round, also the cut one that ends a budget.

        Returns:
            Why it ended, in words.

        Raises:
            StoppedError: The search was told to end.
        """
        n_done, overall = 0, Predictions()
        while not (over := self._why_over(n_done)):
            asked = self._ask()[: self._n_left()]
            if not asked:
                return NOTHING_LEFT
            expected = self._surrogate.expect(asked) if n_done else []
            told = self._oracle(asked)
            latest = self._compared(expected, told) if expected else Predictions()
            overall += latest
            n_done += 1
            yield Status(
                self._judged(latest),
                self._judged(overall),
                dict(self._surrogate.transfer_correlation),
            )
        return over

    def _why_over(self, n_done: int) -> str:
        n_measured = len(self._oracle.records)
        return why_over(self._config, n_done=n_done, n_measured=n_measured)

    def _n_left(self) -> int | None:
        budget = self._config.evaluations
        return None if budget is None else budget - len(self._oracle.records)

    def _ask(self) -> list[Genome]:
        records = list(self._oracle.records.values())
        if not records:
            return self._design()
        if not self._surrogate.learn(records):
            return self._drawn(self._config.n_batch)
        met = [record.genome for record in records if self._goals.are_met(record.metrics)]
        known = self._surrogate.forecast(met).mean
        on_front = [genome for genome, is_on in zip(met, front(known), strict=True) if is_on]
        looked_at = self._evolved(on_front)
        pool = [g for g in looked_at.genomes if g not in self._oracle.settled]
        if not pool:
            return self._drawn(self._config.n_batch)
        expected = looked_at.forecast(pool)
        near = self._near_aspirations(expected.mean, known)
        pool, expected = [pool[i] for i in near], expected.rows(near)
        rows = choose_batch(
            expected.mean, expected.std, known, n=self._config.n_batch, chance=expected.chance
        )
        return [pool[row] for row in rows]

    def _near_aspirations(self, mean: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Rows that come nearest to what is aspired to; all where that is nothing.

        Nearest is the least achievement scalarising function (Wierzbicki 1980): the largest
        excess over a level, in shares of the known range.
        """
        levels = self._surrogate.scaled_levels(self._config.aspirations)
        if levels is None:
            return np.arange(len(mean))
        span = np.ptp(known, axis=0) if len(known) else np.ones(mean.shape[1])
        excess = (mean[:, None] - levels) / np.where(span > 0, span, 1.0)  # (n, n_levels, ...)
        n_kept = NEAR_BATCHES * self._config.n_batch
        return np.argsort(excess.max(2).min(1), kind="stable")[:n_kept]

    def _design(self) -> list[Genome]:
        names = [objective.name for objective in self._goals.objectives]
        n_first = self._config.n_first
        known = known_genomes(self._config.prior, self._problem)[: n_first - n_first // 4]
        drawn = self._drawn(n_first)
        most = self._oracle.affordable_flops(drawn)

        def is_affordable(genomes: Sequence[Genome]) -> list[bool]:
            return [effort <= most for effort in self._oracle.effort(genomes)]

        if not all(is_affordable(drawn)):
            drawn += self._drawn(n_first)
        fit = [g for g, is_fit in zip(drawn, is_affordable(drawn), strict=True) if is_fit]
        design = first_design(
            self._problem.space,
            list(dict.fromkeys(fit))[:n_first],
            canonical=self._problem.canonical,
            count=self._oracle.count,
            metrics=[name for name in names if name in self._problem.untrained],
            is_affordable=is_affordable,
        )
        return list(dict.fromkeys([*known, *design]))[:n_first]

    def _drawn(self, n: int) -> list[Genome]:
        """New genomes that fill the space; fewer where it holds no more."""
        sampling = SpreadSampling(canonical=self._problem.canonical, taken=self._oracle.settled)
        high = np.array(self._problem.space.sizes) - 1
        return sampling.draw(n, low=np.zeros_like(high), high=high, rng=self._rng)

    def _evolved(self, seeds: list[Genome]) -> PredictedProblem:
        n_constraints = len(self._goals.constraints)
        problem = PredictedProblem(
            self._surrogate,
            self._problem.space,
            n_objectives=len(self._goals.objectives),
            n_constraints=0 if self._config.algorithm in IGNORES_CONSTRAINTS else n_constraints,
        )
        space = self._problem.space
        if space.cardinality <= self._config.n_proposals:
            genomes = map(self._problem.canonical, np.ndindex(*space.sizes))
            problem.predict(list(dict.fromkeys(genomes)))
            return problem
        algorithm = choose_algorithm(
            self._config,
            self._problem,
            goals=self._goals,
            taken=Either(self._oracle.settled, problem.genomes),
            pop_size=POP_SIZE,
            seeds=seeds,
            aspirations=self._surrogate.scaled_levels(self._config.aspirations),
        )
        n_generations = max(1, self._config.n_proposals // POP_SIZE)
        seed = int(self._rng.integers(2**31))
        evolve(problem, algorithm, n_generations=n_generations, seed=seed)
        return problem

    def _compared(
        self, expected: Sequence[tuple[float, float]], told: Sequence[Answer]
    ) -> Predictions:
        """What was expected of the first learnt metric beside what measuring showed."""
        metric = self._surrogate.learnt[0]
        made = [
            Predictions((mean,), (std,), (record.metrics[metric],))
            for (mean, std), record in zip(expected, told, strict=True)
            if isinstance(record, Record) and metric in record.metrics and not record.fidelity
        ]
        return sum(made, Predictions())

    def _judged(self, predictions: Predictions) -> Reliability:
        metric = self._surrogate.learnt[0]
        return predictions.judge(metric, model=self._surrogate.chosen.get(metric, ""))


def check_surrogate(config: Config, problem: Problem, goals: Goals) -> None:
    """Refuse a surrogate's search that does not suit a problem; measures nothing.

    Args:
        config: Names kind of model and algorithm, and what to begin with.
        problem: The opened problem.
        goals: Objectives and constraints that would be predicted.

    Raises:
        ValueError: There is nothing to predict, or the algorithm does not fit the problem.
        FileNotFoundError: A file that the config names is not there.
    """
    learnable(problem, goals)
    check_algorithm(config, problem, goals, pop_size=POP_SIZE)
