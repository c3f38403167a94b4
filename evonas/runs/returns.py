"""What a run has brought for its energy, and where more energy brought little more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evonas.carbon.marginal_return import Gain, last_gain
from evonas.objectives import Objective
from evonas.runs.price_tag import PriceTag


@dataclass(frozen=True)
class Returns:
    """A run's hypervolume and best value by the energy of its trials.

    Attributes:
        name: The run's name.
        objective: The first objective of the run.
        kwh: Energy up to each checkpoint, by Eq. 1 of Fu et al. 2021, ``(n,)``, ascending.
        hypervolume: The hypervolume at each checkpoint, ``(n,)``; NaN before there is any.
        best: The best value of the first objective so far, in natural units, ``(n,)``; NaN
            before there is any.
    """

    name: str
    objective: Objective
    kwh: np.ndarray
    hypervolume: np.ndarray
    best: np.ndarray

    @classmethod
    def of(cls, tag: PriceTag) -> Returns:
        """The returns of a run.

        Args:
            tag: The run's price tag.

        Raises:
            ValueError: The run has no hypervolume, or took no energy that its records tell.
        """
        objective, progress = tag.run.objectives[0], tag.progress
        is_known = np.isfinite(progress["hypervolume"])
        if not is_known.any():
            raise ValueError(
                f"run {tag.run.name} has no hypervolume: nothing keeps its constraints, or an "
                "objective has no best or no reference value"
            )
        kwh = progress["energy [kWh]"][is_known]
        if not kwh[-1] > 0:
            raise ValueError(f"the records of run {tag.run.name} tell no time and no energy")
        return cls(
            name=tag.run.name,
            objective=objective,
            kwh=kwh,
            hypervolume=progress["hypervolume"][is_known],
            best=progress[f"best {objective.column}"][is_known],
        )

    @property
    def gains(self) -> list[Gain | None]:
        """What the last fifth of the energy had brought at each checkpoint."""
        kwh, volumes = self.kwh.tolist(), self.hypervolume.tolist()
        return [last_gain(kwh[:n], volumes[:n]) for n in range(1, len(kwh) + 1)]

    def per_kwh(self, values: np.ndarray) -> np.ndarray:
        """What each kilowatt-hour of the last fifth of the energy had brought.

        Args:
            values: What is brought, at each checkpoint, larger is better, ``(n,)``.

        Returns:
            ``(n,)``, in the unit of the values by kilowatt-hours; NaN where nothing can be
            said yet.
        """
        found = np.full(len(self.kwh), np.nan)
        for i, gain in enumerate(self.gains):
            if gain is not None:
                found[i] = (values[i] - values[gain.start]) / gain.spent
        return found

    def saturation_kwh(self, share: float) -> float:
        """The least energy for which the run had a share of its last hypervolume.

        Args:
            share: The share, (0, 1].
        """
        reached = self.hypervolume >= share * self.hypervolume[-1]
        return float(self.kwh[int(np.argmax(reached))])
