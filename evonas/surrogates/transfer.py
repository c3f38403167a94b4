"""Transfer from measurements made elsewhere, as far as it is to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evonas.pareto.correlation import spearman
from evonas.space import Genome
from evonas.surrogates.encoding import Encoder, ErrorScale
from evonas.surrogates.predictors import PREDICTORS, Predictor
from evonas.surrogates.training_set import N_LEARNT, Sample
from evonas.warm_start import Prior

LEAST = 8  # architectures, to model a metric from elsewhere, or to judge that model


class Transfer:
    """A model of what was measured elsewhere, of the genes alone, for every learnt metric.

    Args:
        prior: Architectures that were measured elsewhere, and their metrics.
        genomes: Genome of each row of the prior, in the space that is searched.
        encode: Encodes genomes as numbers.
        scales: Scale of every metric that is learnt, by name.
        kind: Kind of the models, one of ``PREDICTORS``.
        seed: Fixes whatever is random in the models.

    Attributes:
        correlation: Rank correlation of predicted with measured values, by metric, once enough
            were measured here.
    """

    def __init__(
        self,
        prior: Prior,
        genomes: Sequence[Genome],
        *,
        encode: Encoder,
        scales: Mapping[str, ErrorScale],
        kind: str,
        seed: int,
    ) -> None:
        self.correlation: dict[str, float] = {}
        self._encode = encode
        self._scales = scales
        self._models: dict[str, Predictor] = {}
        rows = np.linspace(0, len(genomes) - 1, min(len(genomes), N_LEARNT)).astype(int)
        X = encode([genomes[i] for i in rows])
        for name, scale in scales.items():
            if name not in prior.metrics or len(rows) < LEAST:
                continue
            y = scale.forward(np.array(prior.metrics[name])[rows])
            if np.ptp(y) > 0:
                self._models[name] = PREDICTORS[kind](seed=seed)
                self._models[name].fit(X, (y - y.mean()) / y.std())

    def judge(self, whole: Sequence[Sample]) -> None:
        """Compare predictions with samples that were measured as a whole."""
        if len(whole) < LEAST:
            return
        genes = self._encode([sample.genome for sample in whole])
        for name, model in self._models.items():
            values = np.array([sample.metrics[name] for sample in whole])
            y = self._scales[name].forward(values)
            self.correlation[name] = spearman(model.predict(genes)[0], y)

    def columns(self, genes: np.ndarray) -> np.ndarray:
        """Predictions, ``(n, n_metrics)``, each metric weighted by how far it came true."""
        columns = [
            self._weight(name) * model.predict(genes)[0] for name, model in self._models.items()
        ]
        return np.array(columns).reshape(len(columns), len(genes)).T

    def _weight(self, name: str) -> float:
        return max(0.0, float(np.nan_to_num(self.correlation.get(name, 1.0))))
