"""What the measured architectures tell of all others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr
from sklearn.ensemble import ExtraTreesClassifier
from threadpoolctl import threadpool_limits

from evonas.encoding import CheapColumns, Encoder, ErrorScale
from evonas.fidelity import Fidelity, as_if_whole
from evonas.foreign import ForeignProblem
from evonas.front import front
from evonas.goals import trained_metrics
from evonas.objectives import Constraint, Goals, Objective
from evonas.predictor import PREDICTORS, Predictor, cross_validated
from evonas.prior import Prior
from evonas.problem import Problem
from evonas.ranks import spearman
from evonas.record import Record
from evonas.space import Genome

Counter = Callable[[Sequence[Genome]], list[Mapping[str, float]]]

N_LEARNT = 300  # records at most, so that a fit takes no longer however long a search is
N_BEST = 200  # of them the nearest to the front; the others are drawn
N_TREES = 100
LEAST_FORETELLING = 8  # architectures, to model a metric from elsewhere, or to judge that
HARDLY = 1e-3  # of the least metric: what counts as nothing, and has a logarithm
HOPELESS = 1e3  # for what cannot be counted, on the scale of the objectives


@dataclass(frozen=True)
class Forecast:
    """What is expected of architectures, row by row.

    Attributes:
        mean: Objectives to be minimised, ``(n, n_objectives)``.
        std: Their standard deviations, of the same shape; 0 where an objective is exact.
        violation: Of the constraints, as expected, ``(n, n_constraints)``; kept at 0 or below.
        chance: With which an architecture can be measured and keeps all constraints, ``(n,)``.
    """

    mean: np.ndarray
    std: np.ndarray
    violation: np.ndarray
    chance: np.ndarray

    def rows(self, indices: np.ndarray) -> Forecast:
        """Some of the rows."""
        columns = (self.mean, self.std, self.violation, self.chance)
        return Forecast(*(column[indices] for column in columns))


@dataclass(frozen=True)
class _Seen:
    """What one measurement of an architecture showed, at a rung."""

    genome: Genome
    metrics: Mapping[str, float]
    rung: int


class Guide:
    """Predicts what training would show; the rest is counted, and so exact.

    One model for every metric that takes a training. It sees the genes, encoded by their kind,
    and the metrics that are known without training. On the scale of its forecasts a counted
    objective whose ideal is 0 stands by its logarithm: half the FLOPs are as much progress for
    a small network as for a large one. A learnt metric whose ideal is known stands by the
    square root of its distance from it, for a little of the same.

    Args:
        problem: Whose architectures these are.
        goals: What counts.
        count: Answers the cheap metrics of genomes, and nothing where counting fails.
        cheap: Names of these metrics.
        kind: Of the models, one of ``PREDICTORS``, or ``auto`` for the one that tells
            held-out records best.
        seed: Of everything random.
        rungs: Fidelities that architectures are measured at, the whole last; empty for none.
        prior: What was measured elsewhere. A model of it foretells each metric, and that is
            another column for the model proper, scaled by how far it has come true.

    Attributes:
        learnt: Names of the metrics that are predicted.
        chosen: Kind of the model by metric, after the first call of ``learn``.
        foretold: Rank correlation of what the prior foretold with what was measured, by metric.

    Raises:
        ValueError: There is nothing to predict, or the problem does not say what.
    """

    def __init__(
        self,
        problem: Problem,
        goals: Goals,
        count: Counter,
        *,
        cheap: Sequence[str],
        kind: str,
        seed: int,
        rungs: Sequence[Fidelity] = (),
        prior: Prior | None = None,
    ) -> None:
        if isinstance(problem, ForeignProblem):
            raise ValueError(
                "a plain pymoo problem does not say what of it is cheap, and so takes no "
                "surrogate and no screen; leave them out"
            )
        self._goals = goals
        self._count = count
        self._kind = kind
        self._seed = seed
        self._rungs = rungs
        self._encode = Encoder(problem.space)
        self.learnt = trained_metrics(problem, goals)
        if not self.learnt:
            raise ValueError(
                f"nothing of {', '.join(goals.metrics)} takes a training, so there is nothing "
                "for a surrogate or a screen to predict; leave them out"
            )
        self._cheap = list(cheap)
        offered = {o.name: o for o in (*problem.objectives, *goals.objectives)}
        self._scales = {name: ErrorScale(offered[name]) for name in self.learnt}
        self._models: dict[str, Predictor] = {}
        self._n_compared = 0
        self._noise = np.zeros(len(goals.objectives))
        self._least = 1.0
        self._columns = CheapColumns()
        self._failing: ExtraTreesClassifier | None = None
        self.chosen: dict[str, str] = {}
        self.foretold: dict[str, float] = {}
        self._elders = self._learnt_elsewhere(prior, problem) if prior else {}

    def learn(self, records: Sequence[Record]) -> bool:
        """Learn from what was measured, failures included.

        Returns:
            Whether there is enough to predict from.
        """
        known = [seen for record in records for seen in self._seen(record)]
        if len(known) < 2:
            return False
        with threadpool_limits(1):  # sums depend on the number of threads
            self._learn_failures(records)
            known = self._telling(known)
            cheap = self._cheap_rows([seen.metrics for seen in known])
            self._columns.fit(cheap)
            self._least = float(min(cheap[cheap > 0], default=1.0)) * HARDLY
            self._judge_elders(known)
            steps = np.array([seen.rung for seen in known])
            X = self._features([seen.genome for seen in known], cheap, steps)
            for name in self.learnt:
                values = np.array([seen.metrics[name] for seen in known])
                y = self._scales[name].forward(values)
                self._model(name, X, y).fit(X, y)
            self._n_compared = len(known)
            self._noise = self._learnt_noise(known)
        return True

    def forecast(self, genomes: Sequence[Genome]) -> Forecast:
        """What is expected of genomes; one that cannot be counted has no chance."""
        counted = self._count(genomes)
        predicted = self._predicted(genomes, counted)
        is_counted = np.array([len(row) > 0 or not self._cheap for row in counted], dtype=bool)
        rows = [
            self._outcomes(row, {name: (m[i], s[i]) for name, (m, s) in predicted.items()})
            for i, row in enumerate(counted)
        ]
        n, n_objectives = len(genomes), len(self._goals.objectives)
        table = np.array(rows).reshape(n, n_objectives + len(self._goals.constraints), 2)
        mean, std = table[:, :n_objectives, 0], table[:, :n_objectives, 1]
        violation, spread = table[:, n_objectives:, 0], table[:, n_objectives:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(spread > 0, ndtr(-violation / spread), violation <= 0).prod(1)
        return Forecast(mean, std, violation, self._chance(genomes) * is_counted * kept)

    def seen_from(self, levels: Sequence[Mapping[str, float]]) -> np.ndarray | None:
        """Objectives in natural units on the scale of forecasts; ``None`` for no rows."""
        rows = [
            [self._turned(o, row[o.name]) for o in self._goals.objectives] for row in levels
        ]
        return np.array(rows) if rows else None

    @property
    def noise(self) -> np.ndarray:
        """Of one training, in every objective on the scale of forecasts, ``(n_objectives,)``.

        Of the latest records; 0 in what is counted.
        """
        return self._noise

    def tell(self, genomes: Sequence[Genome]) -> list[dict[str, float]]:
        """All metrics that goals rest on, as counted and as predicted, in natural units."""
        counted = self._count(genomes)
        predicted = self._predicted(genomes, counted)
        told = []
        for i, row in enumerate(counted):
            metrics = {**row, **{name: float(mean[i]) for name, (mean, _) in predicted.items()}}
            told.append({o.name: _value(o, metrics) for o in self._goals.objectives} | metrics)
        return told

    def expect(self, genomes: Sequence[Genome]) -> list[tuple[float, float]]:
        """What measuring the first learnt metric is expected to show, its noise included.

        Returns:
            Mean and standard deviation by genome, in natural units.
        """
        if self.learnt[0] not in self._models:
            return []
        name, counted = self.learnt[0], self._count(genomes)
        mean, std = self._predicted(genomes, counted, is_noisy=True)[name]
        return list(zip(mean.tolist(), std.tolist(), strict=True))

    def _predicted(
        self,
        genomes: Sequence[Genome],
        counted: Sequence[Mapping[str, float]],
        *,
        is_noisy: bool = False,
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Mean and standard deviation of every learnt metric, in natural units."""
        if not len(genomes):
            return {name: (np.empty(0), np.empty(0)) for name in self.learnt}
        predicted = {}
        with threadpool_limits(1):
            cheap = self._cheap_rows(counted)
            X = self._features(genomes, cheap, np.full(len(genomes), len(self._rungs) - 1))
            for name, model in self._models.items():
                mean, std = model.predict(X)
                if is_noisy:
                    std = np.hypot(std, model.noise_std)
                predicted[name] = self._scales[name].backward(mean, std)
        return predicted

    def _outcomes(
        self, counted: Mapping[str, float], predicted: Mapping[str, tuple[float, float]]
    ) -> list[tuple[float, float]]:
        """Mean and standard deviation of every objective, then of every constraint."""
        goals = self._goals
        if self._cheap and not counted:
            return [(HOPELESS, 0.0)] * (len(goals.objectives) + len(goals.constraints))
        expected = {**counted, **{name: mean for name, (mean, _) in predicted.items()}}
        targets = [partial(self._minimised, objective) for objective in goals.objectives]
        targets += [partial(self._violation, constraint) for constraint in goals.constraints]
        return [_propagated(target, expected, predicted) for target in targets]

    def _minimised(self, objective: Objective, metrics: Mapping[str, float]) -> float:
        return self._turned(objective, _value(objective, metrics))

    def _turned(self, objective: Objective, value: float) -> float:
        if objective.name in self._scales:
            return self._scales[objective.name].minimised(value)
        is_counted = objective.name in self._cheap
        if is_counted and objective.best == 0 and objective.sign > 0:
            return math.log(max(value, self._least))
        return objective.sign * value

    def _violation(self, constraint: Constraint, metrics: Mapping[str, float]) -> float:
        derived = {o.name: o for o in self._goals.objectives}
        objective = derived.get(constraint.metric)
        value = _value(objective, metrics) if objective else metrics[constraint.metric]
        return constraint.violation(value)

    def _learnt_noise(self, known: Sequence[_Seen]) -> np.ndarray:
        """By how much one standard deviation of the noise makes the best known better."""
        objectives = self._goals.objectives
        met = [seen.metrics for seen in known]
        noise = np.zeros(len(objectives))
        for i, objective in enumerate(objectives):
            best = min(met, key=lambda m: self._minimised(objective, m))
            for name, model in self._models.items():
                y = self._scales[name].forward(np.array([best[name]]))
                mean, std = self._scales[name].backward(y, np.array([model.noise_std]))
                predicted = {name: (float(mean[0]), float(std[0]))}
                target = partial(self._minimised, objective)
                noise[i] = np.hypot(noise[i], _propagated(target, best, predicted)[1])
        return noise

    def _seen(self, record: Record) -> list[_Seen]:
        """What a record shows, rung by rung and as a whole."""
        ladder, found = self._rungs, []
        for i, rung in enumerate(ladder[:-1]):
            place, metrics = as_if_whole(record.metrics, [rung])
            if place == 0 and all(name in metrics for name in self.learnt):
                found.append(_Seen(record.genome, metrics, i))
        if all(name in record.metrics for name in self.learnt):
            found.append(_Seen(record.genome, record.metrics, len(ladder) - 1))
        return found

    def _features(
        self, genomes: Sequence[Genome], cheap: np.ndarray, rung: np.ndarray
    ) -> np.ndarray:
        """Genes, cheap metrics, and a column for every step between rungs: 1 below it."""
        below = rung[:, None] < np.arange(1, len(self._rungs))
        genes = self._encode(genomes)
        foretold = [
            self._weight(name) * elder.predict(genes)[0][:, None]
            for name, elder in self._elders.items()
        ]
        return np.hstack([genes, self._columns(cheap), below, *foretold])

    def _learnt_elsewhere(self, prior: Prior, problem: Problem) -> dict[str, Predictor]:
        """Models of what the prior knows, of the genes alone, on a scale of variance 1."""
        elders = {}
        genomes = [problem.canonical(genome) for genome in prior.genomes(problem.space)]
        rows = np.linspace(0, len(genomes) - 1, min(len(genomes), N_LEARNT)).astype(int)
        X = self._encode([genomes[i] for i in rows])
        for name in self.learnt:
            if name not in prior.metrics or len(rows) < LEAST_FORETELLING:
                continue
            y = self._scales[name].forward(np.array(prior.metrics[name])[rows])
            if np.ptp(y) > 0:
                kind = "gp" if self._kind == "auto" else self._kind
                with threadpool_limits(1):
                    elders[name] = PREDICTORS[kind](seed=self._seed)
                    elders[name].fit(X, (y - y.mean()) / y.std())
        return elders

    def _judge_elders(self, known: Sequence[_Seen]) -> None:
        whole = [seen for seen in known if seen.rung == len(self._rungs) - 1]
        genes = self._encode([seen.genome for seen in whole])
        for name, elder in self._elders.items():
            if len(whole) >= LEAST_FORETELLING:
                y = self._scales[name].forward(np.array([seen.metrics[name] for seen in whole]))
                self.foretold[name] = spearman(elder.predict(genes)[0], y)

    def _weight(self, name: str) -> float:
        """How much a model is told of what was foretold: nothing where it proved no good."""
        return max(0.0, float(np.nan_to_num(self.foretold.get(name, 1.0))))

    def _cheap_rows(self, metrics: Sequence[Mapping[str, float]]) -> np.ndarray:
        rows = [[m.get(name, np.nan) for name in self._cheap] for m in metrics]
        return np.array(rows, dtype=float).reshape(len(rows), len(self._cheap))

    def _model(self, name: str, X: np.ndarray, y: np.ndarray) -> Predictor:
        """The model of a metric; ``auto`` compares again when there is half as much to add."""
        if self._kind != "auto":
            self.chosen[name] = self._kind
        elif name not in self.chosen or len(y) >= 1.5 * self._n_compared:
            best, _ = cross_validated(X, y, seed=self._seed)
            if best != self.chosen.get(name):
                self._models.pop(name, None)
            self.chosen[name] = best
        if name not in self._models:
            self._models[name] = PREDICTORS[self.chosen[name]](seed=self._seed)
        return self._models[name]

    def _telling(self, records: list[_Seen]) -> list[_Seen]:
        """Those to learn from: all, or the nearest to the front and some of the others."""
        if len(records) <= N_LEARNT:
            return records
        F = np.array([self._goals.scaled(record.metrics) for record in records])
        order = _from_the_front(F)
        rest = np.random.default_rng(self._seed).permutation(order[N_BEST:])
        chosen = sorted([*order[:N_BEST], *rest[: N_LEARNT - N_BEST].tolist()])
        return [records[i] for i in chosen]

    def _learn_failures(self, records: Sequence[Record]) -> None:
        failed = np.array([record.error is not None for record in records])
        self._failing = None
        if failed.any() and not failed.all():
            X = self._encode([record.genome for record in records])
            forest = ExtraTreesClassifier(N_TREES, min_samples_leaf=2, random_state=self._seed)
            self._failing = forest.fit(X, failed)

    def _chance(self, genomes: Sequence[Genome]) -> np.ndarray:
        """With which genomes can be measured."""
        if self._failing is None:
            return np.ones(len(genomes))
        with threadpool_limits(1):
            failing: np.ndarray = self._failing.predict_proba(self._encode(genomes))[:, 1]
        return 1.0 - failing


def _value(objective: Objective, metrics: Mapping[str, float]) -> float:
    return objective.compute(metrics) if objective.compute else metrics[objective.name]


def _propagated(
    target: Callable[[Mapping[str, float]], float],
    expected: Mapping[str, float],
    predicted: Mapping[str, tuple[float, float]],
) -> tuple[float, float]:
    """A function of metrics where some are uncertain, to first order."""
    variance = 0.0
    for name, (mean, std) in predicted.items():
        above = target({**expected, name: mean + std})
        below = target({**expected, name: mean - std})
        variance += ((above - below) / 2) ** 2
    return target(expected), math.sqrt(variance)


def _from_the_front(F: np.ndarray) -> list[int]:
    """Rows from the front inward, front by front."""
    order: list[int] = []
    left = np.arange(len(F))
    while len(left):
        is_next = front(F[left])
        order += left[is_next].tolist()
        left = left[~is_next]
    return order
