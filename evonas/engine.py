"""A search from its config to its result."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evonas import carbon
from evonas.archive import Archive, Generation
from evonas.asktell import AskTell
from evonas.audit import check_records
from evonas.config import Config
from evonas.contract import rehearse
from evonas.crew import Crew
from evonas.evaluate import Evaluator, StoppedError
from evonas.folder import RunFolder, check_free
from evonas.foreign import ForeignProblem
from evonas.goals import resolve_goals, wanted_references
from evonas.loading import ProblemSpec, load_objective
from evonas.manifest import check_resumable
from evonas.measure import Order
from evonas.objectives import Goals, Objective
from evonas.problem import Problem
from evonas.record import Record
from evonas.result import Result
from evonas.space import Genome
from evonas.workbench import Task
from evonas.worker import WorkerError


def search(
    config: Config | None = None,
    *,
    problem: type[Problem] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    on_generation: Callable[[Generation], None] = lambda generation: None,
    on_record: Callable[[Record], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Search for the Pareto front of a problem.

    Args:
        config: The search; all defaults if left out.
        problem: A problem class, in place of the config's reference to one.
        folder: Where to keep the run; nothing is written if left out.
        resume: Whether ``folder`` holds a run that is to go on. Its records answer for what
            they know, so the end is that of an uninterrupted run.
        on_generation: Told of every generation.
        on_record: Told of every measured candidate as it arrives.
        should_stop: Asked before every candidate; the search then ends with what is there.

    Returns:
        The front, and all that led to it.

    Raises:
        ValueError: Something in the config does not fit, or the run to go on with is damaged;
            the message names it.
        FileNotFoundError: A file or folder is not there.
        FileExistsError: ``folder`` exists and ``resume`` is false.
        BusyError: Another process is writing to ``folder``.
        FolderError: ``folder`` cannot be written any more; what was written can be read.
        WorkerError: A worker process cannot open the problem.
    """
    plan = SearchPlan(*_named(config or Config(), problem))
    if folder is not None:
        check_resumable(Path(folder), plan.config) if resume else check_free(Path(folder))
    with plan.crew:
        plan.check()
        if folder is None:
            return _run(plan, None, on_generation, on_record, should_stop)
        start = RunFolder.resume if resume else RunFolder.create
        run_folder = start(Path(folder), plan.config, resolved=plan.resolved())
        try:
            check_records(
                run_folder.journal,
                plan.problem,
                metrics=plan.goals.metrics,
                constraints=plan.goals.constraints,
                seed=plan.config.seed,
            )
            return _run(plan, run_folder, on_generation, on_record, should_stop)
        finally:
            run_folder.close()


@dataclass(frozen=True)
class SearchPlan:
    """A config with everything that follows from it.

    Attributes:
        config: Of the search.
        spec: How every process opens the problem.
    """

    config: Config
    spec: ProblemSpec

    @cached_property
    def problem(self) -> Problem:
        """The problem, opened."""
        return self.spec.open()

    @cached_property
    def goals(self) -> Goals:
        """What counts."""
        return resolve_goals(self.config, self.problem, sample=self._sample)

    @cached_property
    def crew(self) -> Crew:
        """Who measures; to be closed."""
        return Crew(self.spec, n_jobs=self.n_jobs, memory_limit_gb=self.config.memory_limit)

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
        return str(getattr(self.problem, "device", "cpu")) != "cpu"

    @property
    def accelerator_w(self) -> float:
        """Power of the accelerator that a worker keeps busy; 0 without one."""
        return self.config.settings.carbon.device.tdp_w if self.is_on_gpu else 0.0

    def check(self) -> None:
        """Refuse, before anything is written or measured, what cannot work.

        Raises:
            ValueError: Something in the config does not fit.
            OSError: A file that it names is not there, or data cannot be had.
        """
        goals = resolve_goals(self.config, self.problem, sample=lambda genomes, of: ())
        AskTell(self.config, Evaluator(Order(self.spec, ())), goals)
        if not isinstance(self.problem, ForeignProblem):
            rehearse(self.problem, self.config.problem)
        try:
            self.crew.begin()
        except WorkerError as error:  # nothing was written yet
            raise ValueError(str(error)) from error

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
            "search_energy": {
                "method": "PUE x busy seconds x (core_w + accelerator_w)",
                "core_w": carbon.CORE_W,
                "accelerator_w": self.accelerator_w,
                "pue": self.config.pue,
                "intensity_g_per_kwh": self.config.intensity_g_per_kwh,
            },
            **self.problem.describe(),
        }

    def _sample(
        self, genomes: Sequence[Genome], objectives: Sequence[Objective]
    ) -> Iterator[Mapping[str, float]]:
        """By the crew, for counting can end a process as well as training."""
        named = {
            load_objective(word, self.problem).name: word for word in self.config.objectives
        }
        wanted = tuple(named.get(objective.name, objective.name) for objective in objectives)
        order = Order(self.spec, wanted, timeout=self.config.timeout)
        tasks = [Task(self.problem.canonical(genome), 0) for genome in genomes]
        for record in self.crew.measure(order, tasks, should_stop=lambda: False):
            if record.error is None:
                yield record.metrics


def _named(config: Config, problem: type[Problem] | None) -> tuple[Config, ProblemSpec]:
    if problem is None:
        return config, ProblemSpec(config.problem, config.settings)
    config = replace(config, problem=f"{problem.__module__}:{problem.__qualname__}")
    return config, ProblemSpec(problem, config.settings)


def _run(
    plan: SearchPlan,
    folder: RunFolder | None,
    on_generation: Callable[[Generation], None],
    on_record: Callable[[Record], None],
    should_stop: Callable[[], bool],
) -> Result:
    limit = plan.config.time_limit or math.inf
    deadline = time.monotonic() + limit
    evaluator = Evaluator(
        plan.order,
        crew=plan.crew,
        journal=folder.journal if folder else None,
        should_stop=lambda: should_stop() or time.monotonic() > deadline,
        on_record=on_record,
    )
    archive = Archive(
        evaluator,
        plan.goals,
        intensity_g_per_kwh=plan.config.intensity_g_per_kwh,
        accelerator_w=plan.accelerator_w,
        pue=plan.config.pue,
    )
    hopeless = ""
    steps = AskTell(plan.config, evaluator, plan.goals)
    try:
        for _ in steps:
            generation = archive.close_generation()
            if folder:
                folder.add_generation(generation.row())
            on_generation(generation)
            if hopeless := _why_hopeless(generation, plan.config.max_failures):
                break
        stopped = hopeless or steps.stopped
    except StoppedError:
        stopped = "it was interrupted" if should_stop() else f"{limit:g} seconds are over"
    evaluator.should_stop = should_stop  # a time limit does not cut the last step short
    result = Result(
        config=plan.config,
        goals=plan.goals,
        front=tuple(_completed(archive.front(), evaluator)),
        records=tuple(evaluator.records.values()),
        generations=tuple(archive.generations),
        problem=plan.problem,
        stopped=stopped,
        is_hopeless=bool(hopeless),
        folder=folder.path if folder else None,
    )
    if folder:
        folder.write_front(*result.table())
        folder.write_failures(result.failures)
    return result


def _why_hopeless(generation: Generation, max_failures: float) -> str:
    n, n_failures = generation.n_evaluations, generation.n_failures
    if n_failures <= max_failures * n:
        return ""
    return f"{n_failures} of {n} candidates failed, more than the share of {max_failures:g}"


def _completed(members: Sequence[Record], evaluator: Evaluator) -> list[Record]:
    """The front's members with what is measured for them alone, unless told to stop."""
    final = tuple(objective.name for objective in evaluator.problem.final)
    try:
        return evaluator.complete(members, final)
    except StoppedError:
        return [evaluator.records[record.genome] for record in members]
