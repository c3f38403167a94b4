"""What a run has cost and what it has brought, trial by trial (Schwartz et al., Green AI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from evonas.carbon.meter import Tariff
from evonas.config import Config
from evonas.objectives import Objective
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.runs.reading import open_run
from evonas.runs.run import Run

N_CHECKPOINTS = 200  # at which the hypervolume is reckoned


@dataclass(frozen=True)
class PriceTag:
    """What a run has cost, and what it has brought.

    Attributes:
        run: The run, as its directory tells it.
        tariff: What time and energy cost where it ran.
    """

    run: Run
    tariff: Tariff

    @classmethod
    def read(cls, path: Path) -> PriceTag:
        """The price tag of a run directory, finished or not.

        Args:
            path: The run directory, finished or not.

        Raises:
            FileNotFoundError: There is no run at the path.
            ValueError: A file of the run cannot be read, or nothing was measured yet.
        """
        return cls.of(open_run(path))

    @classmethod
    def of(cls, run: Run) -> PriceTag:
        """The price tag of a run that was read.

        Args:
            run: The run, as its directory tells it.

        Raises:
            ValueError: The run does not tell what its energy is, or nothing was measured yet.
        """
        if not run.records:
            raise ValueError(f"run {run.name} holds no measurement yet")
        try:
            return cls(run, Tariff(**run.resolved["search_energy"]))
        except (KeyError, TypeError) as error:
            place = f"{run.path or run.name}/config.json"
            raise ValueError(f"{place} does not tell its search_energy") from error

    @property
    def config(self) -> Config:
        """The settings of the search."""
        return self.run.config

    @property
    def n_trials(self) -> int:
        """How many trials were begun, failed ones too: the H of Green AI's E x D x H."""
        return len(self.run.records)

    @property
    def fpo(self) -> float:
        """Floating-point operations of all trainings, those that failed included."""
        return float(sum(record.effort for record in self.run.records))

    @property
    def busy_hours(self) -> float:
        """Hours of measuring, summed over all measurements."""
        return sum(record.seconds for record in self.run.records) / 3600

    @property
    def kwh(self) -> float:
        """Energy by the run's own account; by Eq. 1 of Fu et al. where it was cut short."""
        return self.run.energy_kwh or self._kwh()[-1]

    @property
    def kg(self) -> float:
        """Kilograms of CO2e that the run's energy emitted."""
        return self.kwh * self.tariff.intensity_g_per_kwh / 1000

    @property
    def split(self) -> tuple[float, float, int] | None:
        """Green AI's E, D and H: FLOPs of an example, examples of a trial, trials.

        E is the mean over trials of one forward pass, the last trainings of a front's members
        counted to their trials; D counts an example three times where it is learnt from and
        once where it is judged, times epochs. Their product is ``fpo``.
        """
        try:
            data, epochs = self.run.resolved["data"], self.run.resolved["training"]["epochs"]
            n_examples = (3 * data["n_train"] + data["n_validation"]) * epochs
        except (KeyError, TypeError):
            return None
        if not self.fpo or not n_examples:
            return None
        return self.fpo / n_examples / self.n_trials, float(n_examples), self.n_trials

    @cached_property
    def progress(self) -> Mapping[str, np.ndarray]:
        """Cumulated costs and the best so far, trial by trial, in the journal's order.

        Returns:
            ``(n_trials,)`` columns with units in their names; ``hypervolume`` is NaN where it
            was not reckoned, or where the run has no reference point.
        """
        records = self.run.records
        kwh = self._kwh()
        objective = self.run.objectives[0]
        return {
            "evaluations": np.arange(1, len(records) + 1),
            "fpo [FLOP]": np.cumsum([record.effort for record in records]),
            "busy [h]": np.cumsum([record.seconds for record in records]) / 3600,
            "energy [kWh]": kwh,
            "co2 [kg]": kwh * self.tariff.intensity_g_per_kwh / 1000,
            f"best {objective.column}": self._best(objective),
            "hypervolume": self._hypervolumes(),
        }

    def scores(self) -> list[float]:
        """What each trial that did not fail scored in the first objective, larger is better."""
        objective = self.run.objectives[0]
        return [-objective.sign * r.metrics[objective.name] for r in self._kept()]

    def _kwh(self) -> np.ndarray:
        """Cumulated energy by Eq. 1 of Fu et al., trial by trial, ``(n_trials,)``."""
        records = self.run.records
        found = [
            self.tariff.kwh(busy_seconds=record.seconds, core_seconds=record.core_seconds)
            for record in records
        ]
        return np.cumsum(found)

    def _kept(self) -> list[Record]:
        return [r for r in self.run.records if self.run.goals.are_met(r.metrics)]

    def _best(self, objective: Objective) -> np.ndarray:
        values = [
            objective.sign * r.metrics[objective.name]
            if self.run.goals.are_met(r.metrics)
            else np.inf
            for r in self.run.records
        ]
        best = np.minimum.accumulate(np.array(values, dtype=float))
        return np.where(np.isfinite(best), objective.sign * best, np.nan)

    def _hypervolumes(self) -> np.ndarray:
        from evonas.pareto.hypervolume import hypervolume  # pymoo, which no account needs

        goals, n = self.run.goals, self.n_trials
        found = np.full(n, np.nan)
        if not goals.is_scaled:
            return found
        places = np.linspace(0, n - 1, min(n, N_CHECKPOINTS)).round().astype(int)
        members, n_seen = np.empty((0, len(goals.objectives))), 0
        for place in np.unique(places):
            fresh = self.run.records[n_seen : place + 1]  # the front needs no others again
            rows = [goals.scaled(r.metrics) for r in fresh if goals.are_met(r.metrics)]
            n_seen = place + 1
            if rows:
                points = np.vstack([members, np.array(rows)])
                members = points[front(points)]
            if len(members):
                found[place] = hypervolume(members)
        return found


def why_not_independent(tags: Sequence[PriceTag]) -> str:
    """Why the trials of runs are no independent draws; empty where they are.

    Those of one random search are, and so are whole searches that differ in nothing but their
    seeds.
    """
    if len(tags) == 1:
        if tags[0].config.algorithm == "random":
            return ""
        return (
            f"the trials of a {tags[0].config.algorithm} search depend on each other; the "
            "expected best is defined for independent draws alone: take a random search, or "
            "several runs with different seeds"
        )
    seeds = [tag.config.seed for tag in tags]
    if len(set(seeds)) < len(seeds):
        return f"runs share seeds ({', '.join(map(str, seeds))}), so they are no new draws"
    first = {**tags[0].config.as_dict(), "seed": 0}
    for tag in tags[1:]:
        differing = [n for n, v in {**tag.config.as_dict(), "seed": 0}.items() if v != first[n]]
        if set(differing) - {"data_dir", "engine", "n_jobs"}:
            return f"runs differ in more than their seeds: {', '.join(sorted(differing))}"
    return ""
