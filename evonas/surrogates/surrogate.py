"""What the measured architectures tell of all others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import ndtr
from sklearn.ensemble import ExtraTreesClassifier

from evonas.fidelity import Fidelity
from evonas.objectives import Goals
from evonas.problem import Problem
from evonas.record import Record
from evonas.space import Genome
from evonas.surrogates.encoding import ErrorScale
from evonas.surrogates.features import Features
from evonas.surrogates.forecast import Draws, Forecast
from evonas.surrogates.one_thread import one_thread
from evonas.surrogates.predictors import PREDICTORS, Predictor, cross_validated
from evonas.surrogates.scale import ObjectiveScale, value_of
from evonas.surrogates.training_set import learnable, samples_of, subsample
from evonas.surrogates.transfer import Transfer
from evonas.warm_start import Prior

Counter = Callable[[Sequence[Genome]], list[Mapping[str, float]]]

N_TREES = 100
LIMIT = 1.0  # standard deviations by which what is worse than expected may pull a model along


class Surrogate:
    """Predicts what training would show; the rest is counted, and so exact.

    One model for every metric that takes a training. It sees ``Features``. What is far worse
    than expected pulls it along no farther than ``LIMIT``, for a network that has learnt
    nothing says little of those that have; unless a constraint is on it. Forecasts are on an
    ``ObjectiveScale``.

    Args:
        problem: The opened problem whose architectures are predicted.
        goals: Objectives and constraints that are predicted.
        count: Answers the cheap metrics of genomes, and nothing where counting fails.
        cheap: Names of the metrics that ``count`` answers.
        kind: Kind of the models, one of ``PREDICTORS``, or ``auto`` for the one that tells
            held-out records best.
        seed: Fixes whatever is random in the models and in the choice of their training set.
        rungs: Fidelities that architectures are measured at, the whole last; empty for none.
        prior: What was measured elsewhere; models of it give this one further features.
        scale: ``linear`` or ``log``: how objectives are compared, see ``ObjectiveScale``.

    Attributes:
        learnt: Names of the metrics that are predicted.
        chosen: Kind of the model by metric name, after the first call of ``learn``.

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
        scale: str = "linear",
    ) -> None:
        self._goals = goals
        self._count = count
        self._kind = kind
        self._seed = seed
        self._rungs = rungs
        self._features = Features(problem, n_rungs=len(rungs))
        self.learnt = learnable(problem, goals)
        self._cheap = list(cheap)
        offered = {o.name: o for o in (*problem.objectives, *goals.objectives)}
        self._scales = {name: ErrorScale(offered[name]) for name in self.learnt}
        self._models: dict[str, Predictor] = {}
        self._n_compared = 0
        self._noise = np.zeros(len(goals.objectives))
        self._failing: ExtraTreesClassifier | None = None
        self.chosen: dict[str, str] = {}
        self._objective_scale = ObjectiveScale(
            goals, cheap=self._cheap, scales=self._scales, is_log=scale == "log"
        )
        bounded = {constraint.metric for constraint in goals.constraints}
        self._limits = {n: math.inf if n in bounded else LIMIT for n in self.learnt}
        self._transfer = self._transfer_from(prior, problem) if prior else None

    def learn(self, records: Sequence[Record]) -> bool:
        """Learn from what was measured, failures included.

        Returns:
            Whether there is enough to predict from.
        """
        known = samples_of(records, self._rungs, self.learnt)
        if len(known) < 2:
            return False
        with one_thread():
            self._learn_failures(records)
            known = subsample(known, self._goals, seed=self._seed)
            cheap = self._cheap_rows([sample.metrics for sample in known])
            genomes = [sample.genome for sample in known]
            self._features.fit(genomes, cheap)
            self._objective_scale.fit(cheap)
            if self._transfer:
                self._transfer.judge([s for s in known if s.rung == len(self._rungs) - 1])
            steps = np.array([sample.rung for sample in known])
            X = self._seen(genomes, cheap, steps)
            for name in self.learnt:
                values = np.array([sample.metrics[name] for sample in known])
                y = self._scales[name].forward(values)
                self._model(name, X, y).fit(X, y, limit=self._limits[name])
            self._n_compared = len(known)
            self._noise = self._objective_scale.noise(
                [sample.metrics for sample in known],
                {name: model.noise_std for name, model in self._models.items()},
            )
        return True

    def forecast(self, genomes: Sequence[Genome]) -> Forecast:
        """What is expected of genomes, row by row; one that cannot be counted has chance 0."""
        counted = self._count(genomes)
        with one_thread():
            X = self._rows(genomes, counted)
            predicted = {name: model.predict(X) for name, model in self._models.items()}
        found, std = self._objective_scale.outcomes(self._columns_of(counted), predicted)
        n_objectives = len(self._goals.objectives)
        violation, spread = found[:, n_objectives:], std[:, n_objectives:]
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(spread > 0, ndtr(-violation / spread), violation <= 0).prod(1)
        chance = self._chance(genomes) * self._is_counted(counted) * kept
        return Forecast(found[:, :n_objectives], std[:, :n_objectives], violation, chance)

    def draws(self, genomes: Sequence[Genome], *, n: int, rng: np.random.Generator) -> Draws:
        """Possible outcomes of genomes, each draw one of all of them together.

        Args:
            genomes: Canonical genomes.
            n: How many draws.
            rng: Fixes the draws.
        """
        counted = self._count(genomes)
        with one_thread():
            X = self._rows(genomes, counted)
            normals = {name: rng.standard_normal((n, len(X))) for name in self._models}
            draws = {name: m.draws(X, normals[name]) for name, m in self._models.items()}
        found = self._objective_scale.drawn(self._columns_of(counted), draws)
        n_objectives = len(self._goals.objectives)
        chance = self._chance(genomes) * self._is_counted(counted)
        is_measured = rng.random((n, len(X))) < chance
        is_kept = (found[:, :, n_objectives:] <= 0).all(2)
        return Draws(found[:, :, :n_objectives], is_measured & is_kept)

    @property
    def transfer_correlation(self) -> Mapping[str, float]:
        """Rank correlation of what the prior predicts with what was measured, by metric."""
        return self._transfer.correlation if self._transfer else {}

    def scaled(self, rows: Sequence[Mapping[str, float]]) -> np.ndarray:
        """Objectives in natural units on the scale of ``Forecast.mean``.

        Args:
            rows: Value of every objective by name.

        Returns:
            ``(n, n_objectives)``.
        """
        turned, objectives = self._objective_scale.turned, self._goals.objectives
        columns = [turned(o, np.array([row[o.name] for row in rows])) for o in objectives]
        return np.array(columns, dtype=float).reshape(len(objectives), len(rows)).T

    @property
    def noise(self) -> np.ndarray:
        """Standard deviation of the noise of one training, by objective, ``(n_objectives,)``.

        On the scale of forecasts, as estimated from the latest records; 0 in what is counted.
        """
        return self._noise

    def expected_metrics(self, genomes: Sequence[Genome]) -> list[dict[str, float]]:
        """All metrics that goals rest on, as counted and as predicted, in natural units."""
        counted = self._count(genomes)
        predicted = self._predicted(genomes, counted)
        found = []
        for i, row in enumerate(counted):
            metrics = {**row, **{name: float(mean[i]) for name, (mean, _) in predicted.items()}}
            found.append(
                {o.name: value_of(o, metrics) for o in self._goals.objectives} | metrics
            )
        return found

    def expect(self, genomes: Sequence[Genome]) -> list[tuple[float, float]]:
        """What measuring the first learnt metric is expected to show, its noise included.

        Returns:
            Mean and standard deviation by genome, in natural units; empty before ``learn``.
        """
        if self.learnt[0] not in self._models:
            return []
        name, counted = self.learnt[0], self._count(genomes)
        mean, std = self._predicted(genomes, counted)[name]
        return list(zip(mean.tolist(), std.tolist(), strict=True))

    def _predicted(
        self, genomes: Sequence[Genome], counted: Sequence[Mapping[str, float]]
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Mean and standard deviation of every learnt metric, in natural units, with noise."""
        if not len(genomes):
            return {name: (np.empty(0), np.empty(0)) for name in self.learnt}
        predicted = {}
        with one_thread():
            X = self._rows(genomes, counted)
            for name, model in self._models.items():
                mean, std = model.predict(X)
                noisy = np.hypot(std, model.noise_std)
                predicted[name] = self._scales[name].backward(mean, noisy)
        return predicted

    def _rows(
        self, genomes: Sequence[Genome], counted: Sequence[Mapping[str, float]]
    ) -> np.ndarray:
        """Features of architectures as a whole measurement would show them."""
        rung = np.full(len(genomes), len(self._rungs) - 1)
        return self._seen(genomes, self._cheap_rows(counted), rung)

    def _seen(
        self, genomes: Sequence[Genome], cheap: np.ndarray, rung: np.ndarray
    ) -> np.ndarray:
        """Features of architectures, and what was measured elsewhere as it would be here."""
        seen = self._features(genomes, cheap, rung)
        if self._transfer is None:
            return seen
        return np.hstack([seen, self._transfer.columns(self._features.encode(genomes))])

    def _columns_of(self, counted: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray]:
        rows = self._cheap_rows(counted)
        return {name: rows[:, i] for i, name in enumerate(self._cheap)}

    def _is_counted(self, counted: Sequence[Mapping[str, float]]) -> np.ndarray:
        return np.array([len(row) > 0 or not self._cheap for row in counted], dtype=bool)

    def _transfer_from(self, prior: Prior, problem: Problem) -> Transfer:
        genomes = [problem.canonical(genome) for genome in prior.genomes(problem.space)]
        kind = "gp" if self._kind == "auto" else self._kind
        with one_thread():
            return Transfer(
                prior,
                genomes,
                encode=self._features.encode,
                scales=self._scales,
                kind=kind,
                seed=self._seed,
            )

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

    def _learn_failures(self, records: Sequence[Record]) -> None:
        failed = np.array([record.error is not None for record in records])
        self._failing = None
        if failed.any() and not failed.all():
            X = self._features.encode([record.genome for record in records])
            forest = ExtraTreesClassifier(N_TREES, min_samples_leaf=2, random_state=self._seed)
            self._failing = forest.fit(X, failed)

    def _chance(self, genomes: Sequence[Genome]) -> np.ndarray:
        """Probability with which each genome can be measured, ``(n,)``."""
        if self._failing is None:
            return np.ones(len(genomes))
        with one_thread():
            X = self._features.encode(genomes)
            failing: np.ndarray = self._failing.predict_proba(X)[:, 1]
        return 1.0 - failing
