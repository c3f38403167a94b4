"""A config with everything that follows from it, before anything is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evonas.algorithms.ask_tell import AskTell, check_algorithm
from evonas.algorithms.strategy import Strategy
from evonas.algorithms.two_stages import TwoStages, first_stage, second_stage
from evonas.carbon.meter import Tariff
from evonas.carbon.tracker import CodeCarbon
from evonas.config import Config
from evonas.evaluation.candidate import Order
from evonas.evaluation.chosen_rungs import ChoosingLadder
from evonas.evaluation.engines import make_executor
from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.executor import Executor
from evonas.evaluation.isolation import isolated
from evonas.evaluation.oracle import Oracle
from evonas.evaluation.successive_halving import Ladder
from evonas.evaluation.worker import WorkerError
from evonas.evaluation.worker_process import Task
from evonas.fidelity import Fidelity, rungs, to_try
from evonas.hardware.devices import V100, recognise
from evonas.objectives import Goals, Objective
from evonas.plugins.contract import rehearse
from evonas.plugins.goals import resolve_goals, trained_metrics, wanted_references
from evonas.plugins.loading import ProblemSpec, load_objective, nearest
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem, is_on_accelerator
from evonas.runs.schema import described
from evonas.space import Genome


@dataclass(frozen=True)
class SearchPlan:
    """A config with everything that follows from it.

    Attributes:
        config: Config of the search.
        spec: How every process opens the problem.
    """

    config: Config
    spec: ProblemSpec

    @classmethod
    def of(cls, config: Config, problem: type[Problem] | None = None) -> SearchPlan:
        """The plan of a config.

        Args:
            config: Config of the search.
            problem: A problem class in place of the one that the config names.
        """
        if problem is None:
            return cls(config, ProblemSpec(config.problem, config.settings))
        named = replace(config, problem=f"{problem.__module__}:{problem.__qualname__}")
        return cls(named, ProblemSpec(problem, config.settings))

    @cached_property
    def problem(self) -> Problem:
        """The problem, opened."""
        return self.spec.open()

    @cached_property
    def goals(self) -> Goals:
        """Objectives, constraints and reference point of the search."""
        return resolve_goals(self.config, self.problem, sample=self._sample)

    @cached_property
    def executor(self) -> Executor:
        """Who measures; to be closed."""
        return make_executor(
            self.spec,
            engine=self.config.engine,
            n_jobs=self.n_jobs,
            memory_limit_gb=self.config.memory_limit,
        )

    @property
    def order(self) -> Order:
        """What is measured of every candidate."""
        wanted = wanted_references(self.config, self.goals)
        return Order(
            self.spec, wanted, self.goals.constraints, self.config.seed, self.config.timeout
        )

    @property
    def n_jobs(self) -> int:
        """Worker processes: one per core by default, and one alone for a GPU; 0 for none."""
        default = 1 if self.is_on_gpu else os.cpu_count() or 1
        return default if self.config.n_jobs is None else self.config.n_jobs

    @property
    def is_on_gpu(self) -> bool:
        """Whether candidates are trained on an accelerator."""
        return is_on_accelerator(self.problem)

    @property
    def tariff(self) -> Tariff:
        """What time and energy cost where the search runs."""
        assumptions = self.spec.settings.carbon
        return Tariff(
            accelerator_w=self._accelerator_w() if self.is_on_gpu else 0.0,
            pue=assumptions.pue,
            intensity_g_per_kwh=assumptions.intensity_g_per_kwh,
            n_sharing=max(1, self.n_jobs) if self.is_on_gpu else 1,
        )

    def check(self) -> None:
        """Refuse, before anything is written or measured, what cannot work.

        Raises:
            ValueError: Something in the config does not fit.
            OSError: A file that it names is not there, or data cannot be had.
        """
        goals = resolve_goals(self.config, self.problem, sample=lambda genomes, of: ())
        self._check_strategy(goals)
        if isinstance(self.problem, ForeignProblem):
            with isolated(0):
                self.problem.check_rows()
        else:
            wanted = {*goals.metrics, *trained_metrics(self.problem, goals)}
            rehearse(self.problem, self.config.problem, wanted=wanted)
        if self.config.budget_flops is not None and self.problem.effort is None:
            raise ValueError(
                f"budget_flops needs a problem that knows the FLOPs of its trainings, and "
                f"{self.config.problem} names none as its effort; take another budget"
            )
        for name in self.config.features:
            if name not in self.problem.hints:
                raise ValueError(
                    f"feature {name!r} is no hint of {self.config.problem}"
                    f"{nearest(name, self.problem.hints)}; it has "
                    f"{', '.join(sorted(self.problem.hints)) or 'none'}"
                )
        if self.rungs and not trained_metrics(self.problem, goals):
            raise ValueError(
                f"nothing of {', '.join(goals.metrics)} takes a training, so there is nothing "
                "to measure less of; leave out --fidelity"
            )
        self.tracking()
        try:
            self.executor.begin()
        except WorkerError as error:  # nothing was written yet
            raise ValueError(str(error)) from error
        if self.config.least_return and not self.goals.is_scaled:
            names = ", ".join(objective.name for objective in self.goals.objectives)
            raise ValueError(
                "budget_return needs a hypervolume, and so a best and a reference value of "
                f"each of {names}; take another budget"
            )

    def strategy(self, oracle: Oracle) -> Strategy:
        """Who decides what is measured next.

        Args:
            oracle: Measures what the strategy asks for.
        """

        def begin(config: Config, goals: Goals) -> Strategy:
            return self._stage(config, oracle, goals)

        if self.config.then:
            return TwoStages(self.config, oracle, self.goals, begin=begin)
        return begin(self.config, self.goals)

    def ladder(self, evaluator: Evaluator, *, store: Path) -> Ladder | ChoosingLadder | None:
        """Who measures in several steps, if the config has any.

        Args:
            evaluator: Measures architectures at each of the rungs.
            store: Folder for what a later step needs of an earlier one.
        """
        stored = [replace(rung, store=str(store)) for rung in self.rungs]
        if not stored:
            return None
        metrics, reduction = trained_metrics(self.problem, self.goals), self.config.reduced
        if self.config.chooses_rungs:
            return ChoosingLadder(
                evaluator, self.goals, stored, metrics=metrics, reduction=reduction
            )
        return Ladder(evaluator, self.goals, stored, metric=metrics[0], reduction=reduction)

    @cached_property
    def rungs(self) -> tuple[Fidelity, ...]:
        """Fidelities, from the least thorough to the whole; empty for whole measurements alone.

        Where the search chooses among them, these are all that it chooses from.

        Raises:
            ValueError: The problem has no such fidelity, or too little of it.
        """
        kind = self.config.fidelity
        if kind is None:
            return ()
        whole, known = self.problem.full_amount(kind), self.problem.amounts(kind)
        if self.config.chooses_rungs:
            return to_try(kind, whole, known=known)
        n, reduction = self.config.n_rungs, self.config.reduced
        return rungs(kind, whole, n=n, reduction=reduction, known=known)

    def tracking(self) -> CodeCarbon | None:
        """A tracker of the search's energy, if the config wants one.

        Raises:
            ValueError: The tracker is not installed.
        """
        if self.config.tracker is None:
            return None
        return CodeCarbon(pue=self.tariff.pue, grid=self.config.assumptions.grid.name)

    def resolved(self) -> dict[str, Any]:
        """Everything that was settled beyond the config, JSON-able."""
        goals = self.goals
        return {
            "objectives": [
                {"name": o.name, "unit": o.unit, "label": o.label, "sign": o.sign}
                for o in goals.objectives
            ],
            "constraints": list(map(str, goals.constraints)),
            "hypervolume": {
                "ideal": {o.name: o.best for o in goals.objectives},
                "reference": dict(goals.reference),
            },
            "pop_size": self.config.population,
            "n_jobs": self.n_jobs,
            "search_energy": asdict(self.tariff),
            **self.problem.describe(),
            **({"notes": list(notes)} if (notes := getattr(self.problem, "notes", ())) else {}),
            **described(self.problem, goals),
        }

    def _check_strategy(self, goals: Goals) -> None:
        """Refuse an algorithm, surrogate or screen that does not suit a stage of the search."""
        stages = [(self.config, goals)]
        if self.config.then:
            best = {o.name: 0.0 for o in goals.objectives}  # any will do: bounds come later
            stages = [
                first_stage(self.config, goals),
                second_stage(self.config, goals, best=best),
            ]
        for config, seen in stages:
            if config.surrogate != "none":
                from evonas.surrogates.search import check_surrogate  # scikit-learn: see _stage

                check_surrogate(config, self.problem, seen)
                continue
            if config.screen != "none":
                from evonas.surrogates.features import check_predictable

                check_predictable(self.problem, seen)
            check_algorithm(config, self.problem, seen)

    def _stage(self, config: Config, oracle: Oracle, goals: Goals) -> Strategy:
        if config.surrogate == "none":
            return AskTell(config, self._screened(oracle, goals), goals)
        from evonas.surrogates.search import SurrogateSearch  # imports scikit-learn, slowly

        return SurrogateSearch(config, oracle, goals, rungs=oracle.rungs)

    def _screened(self, oracle: Oracle, goals: Goals) -> Oracle:
        """What leaves out those that cannot reach the front, if the config wants it."""
        if self.config.screen == "none":
            return oracle
        from evonas.surrogates.screen import Screen
        from evonas.surrogates.surrogate import Surrogate

        surrogate = Surrogate(
            self.problem,
            goals,
            oracle.count,
            cheap=oracle.counted,
            kind=self.config.screen,
            seed=self.config.seed,
            rungs=oracle.rungs,
        )
        return Screen(oracle, goals, surrogate)

    def _accelerator_w(self) -> float:
        """Power of the accelerator here; that of a V100 where it is not listed (Fu et al.)."""
        found = recognise(str(getattr(self.problem, "device_name", "")))
        return (found or V100).tdp_w

    def _sample(
        self, genomes: Sequence[Genome], objectives: Sequence[Objective]
    ) -> Iterator[Mapping[str, float]]:
        """By the executor, for counting can end a process as well as training."""
        words = (*self.config.objectives, *self.config.then)
        loaded = [(load_objective(word, self.problem), word) for word in words]
        named = {metric.name: word for metric, word in loaded if metric.compute is not None}
        wanted = tuple(named.get(objective.name, objective.name) for objective in objectives)
        order = Order(self.spec, wanted, timeout=self.config.timeout)
        tasks = [Task(self.problem.canonical(genome), 0) for genome in genomes]
        for record in self.executor.measure(order, tasks, should_stop=lambda: False):
            if record.error is None:
                yield record.metrics
