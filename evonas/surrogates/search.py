"""A search that measures only the most promising of what evolution on predictions finds."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from evonas.algorithms.ask_tell import check_algorithm, choose_algorithm, known_genomes
from evonas.algorithms.operators import SpreadSampling, UniformSampling
from evonas.algorithms.registry import IGNORES_CONSTRAINTS
from evonas.algorithms.strategy import NOTHING_LEFT, Status, why_over
from evonas.config import Config
from evonas.evaluation.oracle import Answer, Oracle
from evonas.fidelity import Fidelity
from evonas.objectives import Goals
from evonas.pareto.correlation import spearman
from evonas.pareto.dominance import front
from evonas.problem import Problem
from evonas.record import Record
from evonas.reliability import Predictions, Reliability
from evonas.space import Genome
from evonas.surrogates.acquisition import promise
from evonas.surrogates.features import check_predictable
from evonas.surrogates.forecast import Forecast
from evonas.surrogates.initial_design import N_DRAWN, first_design
from evonas.surrogates.inner_search import Either, PredictedProblem, evolve
from evonas.surrogates.joint_improvement import JointVolume, choose_jointly
from evonas.surrogates.proposals import Proposer
from evonas.surrogates.surrogate import Surrogate
from evonas.surrogates.training_set import from_the_front

NEAR_BATCHES = 4  # batches among which one is chosen where levels are aspired to
N_SHORTLISTED = 150  # the most promising one by one, of which a batch is chosen jointly
N_NEAR = 60  # of what is known, the nearest to the front, drawn together with candidates
N_DRAWS = 32
N_JUDGED = 24  # latest predictions, by which a model is trusted or not
N_CHILDREN = 20  # of the front, for every new one that is wanted
N_LOOKED_FOR = 100  # new genomes at least, so that a space that is nearly used up is used up
POP_SIZE = 50  # of the evolution on predictions


class SurrogateSearch:
    """The strategy that measures only what a surrogate finds promising, round by round.

    The first round fills the space. Every further one learns from all that was measured, looks
    around on the predictions from the front so far, by evolution of its own or by an algorithm
    that the config names, and measures the batch that is expected to enlarge the front most,
    batches that grow with what is known. When the order of its latest predictions
    was no better than chance, half of a batch comes from evolution without a model.

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
        self._overall = Predictions()
        self._proposer = Proposer(
            self._problem.space, self._problem.canonical, taken=oracle.settled, rng=self._rng
        )
        self._surrogate = Surrogate(
            self._problem,
            goals,
            oracle.count,
            cheap=oracle.counted,
            kind=config.surrogate,
            seed=config.seed,
            rungs=rungs,
            prior=config.prior,
            scale=config.scale,
        )

    def __iter__(self) -> Generator[Status, None, str]:
        """Run; yields after every round, also the cut one that ends a budget.

        Returns:
            Why it ended, in words.

        Raises:
            StoppedError: The search was told to end.
        """
        n_done = 0
        while not (over := self._why_over(n_done)):
            asked = self._ask()[: self._n_left()]
            if not asked:
                return NOTHING_LEFT
            expected = self._surrogate.expect(asked) if n_done else []
            told = self._oracle(asked)
            latest = self._compared(expected, told) if expected else Predictions()
            self._overall += latest
            n_done += 1
            yield Status(
                self._judged(latest),
                self._judged(self._overall),
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
        n = self._config.n_batch(len(records))
        if not self._surrogate.learn(records):
            return self._drawn(max(n, N_LOOKED_FOR), UniformSampling)[:n]
        met = [record for record in records if self._goals.are_met(record.metrics)]
        known = self._surrogate.scaled([record.metrics for record in met])
        on_front = [r.genome for r, is_on in zip(met, front(known), strict=True) if is_on]
        looked_at = self._looked_around(on_front, known)
        pool = [g for g in looked_at.genomes if g not in self._oracle.settled]
        if not pool:
            return self._drawn(max(n, N_LOOKED_FOR), UniformSampling)[:n]
        expected = looked_at.forecast(pool)
        near = self._near_aspirations(expected.mean, known)
        pool, expected = [pool[row] for row in near], expected.rows(near)
        gain = promise(expected, known)
        order = np.lexsort((-expected.std.max(1), -gain))  # of equals, the least known
        chosen = self._jointly([pool[row] for row in order[:N_SHORTLISTED]], met, known, n=n)
        if self._has_skill():
            return chosen
        return list(dict.fromkeys([*self._evolved(on_front, n // 2), *chosen]))[:n]

    def _has_skill(self) -> bool:
        """Whether the order of what was predicted of late was any better than chance."""
        recent = self._overall.last(N_JUDGED)
        if len(recent.mean) < N_JUDGED:
            return True
        return not spearman(np.array(recent.mean), np.array(recent.measured)) <= 0.0

    def _evolved(self, on_front: Sequence[Genome], n: int) -> list[Genome]:
        """At most ``n`` new genomes as evolution without a model makes them of the front."""
        if not on_front:
            return []
        children = self._proposer.children(on_front, N_CHILDREN * n)
        new = (genome for genome in children if genome not in self._oracle.settled)
        return list(dict.fromkeys(new))[:n]

    def _jointly(
        self, pool: Sequence[Genome], met: Sequence[Record], known: np.ndarray, *, n: int
    ) -> list[Genome]:
        """The batch that is expected to enlarge the dominated volume most."""
        near = from_the_front(known, n=N_NEAR)
        both = [*(met[row].genome for row in near), *pool]
        draws = self._surrogate.draws(both, n=N_DRAWS, rng=self._rng)
        volumes = [
            JointVolume(part.columns(0, len(near)), part.columns(len(near)), is_wide=is_wide)
            for part, is_wide in ((draws.every(0, 2), False), (draws.every(1, 2), True))
        ]
        return [pool[row] for row in choose_jointly(volumes, len(pool), n=n)]

    def _near_aspirations(self, mean: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Rows that come nearest to what is aspired to; all where that is nothing.

        Nearest is the least achievement scalarising function (Wierzbicki 1980): the largest
        excess over a level, in shares of the known range.
        """
        levels = self._levels()
        if levels is None:
            return np.arange(len(mean))
        excess = _excess(mean, levels, known)
        n_batch = self._config.n_batch(len(known))
        return np.argsort(excess, kind="stable")[: NEAR_BATCHES * n_batch]

    def _levels(self) -> np.ndarray | None:
        """What is aspired to, on the scale of the search, ``(n_levels, n_objectives)``."""
        aspired = self._config.aspirations
        return self._surrogate.scaled(aspired) if aspired else None

    def _design(self) -> list[Genome]:
        names = [objective.name for objective in self._goals.objectives]
        n_first = self._config.n_first
        known = known_genomes(self._config.prior, self._problem)[: n_first - n_first // 4]
        costs = [name for name in names if name in self._problem.untrained]
        costs += [name for name in self._oracle.counted if name in self._problem.cheap]
        drawn = self._drawn(n_first * N_DRAWN if costs else n_first, SpreadSampling)
        efforts = self._oracle.effort(drawn)
        most = self._oracle.affordable_flops(efforts)

        def is_affordable(genomes: Sequence[Genome]) -> list[bool]:
            return [effort <= most for effort in self._oracle.effort(genomes)]

        fit = [g for g, effort in zip(drawn, efforts, strict=True) if effort <= most]
        design = first_design(
            self._problem.space,
            fit or drawn,
            canonical=self._problem.canonical,
            count=self._oracle.count,
            cost=costs[0] if costs else None,
            n=n_first,
            is_affordable=is_affordable,
        )
        return list(dict.fromkeys([*known, *design]))[:n_first]

    def _drawn(self, n: int, sampling: type[UniformSampling]) -> list[Genome]:
        """New genomes; fewer where the space holds no more."""
        drawn = sampling(canonical=self._problem.canonical, taken=self._oracle.settled)
        high = np.array(self._problem.space.sizes) - 1
        return drawn.draw(n, low=np.zeros_like(high), high=high, rng=self._rng)

    def _looked_around(self, on_front: list[Genome], known: np.ndarray) -> PredictedProblem:
        """Predictions of all that a batch is chosen from."""
        n_constraints = len(self._goals.constraints)
        problem = PredictedProblem(
            self._surrogate,
            self._problem.space,
            n_objectives=len(self._goals.objectives),
            n_constraints=0 if self._config.algorithm in IGNORES_CONSTRAINTS else n_constraints,
        )
        space, n = self._problem.space, self._config.n_proposals
        if space.cardinality <= n:
            genomes = map(self._problem.canonical, np.ndindex(*space.sizes))
            problem.predict(list(dict.fromkeys(genomes)))
        elif self._config.names_algorithm:
            self._evolve(problem, on_front)
        else:
            self._proposer.propose(
                n,
                seeds=on_front,
                fitness=lambda genomes: self._fitness(problem.predict(genomes), known),
            )
        return problem

    def _fitness(self, expected: Forecast, known: np.ndarray) -> np.ndarray:
        levels = self._levels()
        if levels is None:
            return promise(expected, known)
        return -_excess(expected.mean, levels, known)

    def _evolve(self, problem: PredictedProblem, seeds: list[Genome]) -> None:
        """Let the config's algorithm evolve on the predictions."""
        algorithm = choose_algorithm(
            self._config,
            self._problem,
            goals=self._goals,
            taken=Either(self._oracle.settled, problem.genomes),
            pop_size=POP_SIZE,
            seeds=seeds,
            aspirations=self._levels(),
        )
        n_generations = max(1, self._config.n_proposals // POP_SIZE)
        seed = int(self._rng.integers(2**31))
        evolve(problem, algorithm, n_generations=n_generations, seed=seed)

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


def _excess(mean: np.ndarray, levels: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How far each row misses the nearest level, in shares of the known range, ``(n,)``."""
    span = np.ptp(known, axis=0) if len(known) else np.ones(mean.shape[1])
    shares = (mean[:, None] - levels) / np.where(span > 0, span, 1.0)  # (n, n_levels, ...)
    return np.asarray(shares.max(2).min(1))


def check_surrogate(config: Config, problem: Problem, goals: Goals) -> None:
    """Refuse a surrogate's search that does not suit a problem; measures nothing.

    Args:
        config: Names kind of model and algorithm, and what to begin with.
        problem: The opened problem.
        goals: Objectives and constraints that would be predicted.

    Raises:
        ValueError: There is nothing to predict, or the problem's traits cannot be had, or the
            algorithm does not fit the problem.
        FileNotFoundError: A file that the config names is not there.
    """
    check_predictable(problem, goals)
    check_algorithm(config, problem, goals, pop_size=POP_SIZE)
