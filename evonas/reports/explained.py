"""Explaining a run: what drives its objectives, what changes along its front, and who is on it.

Fu et al. 2021 say of architecture search that it "suffers from a lack of explainability. Often,
the models are generated through black-box approaches", and that "a glass-box approach to model
optimization would allow the community to directly manipulate optimization parameters, meaning
a greater focus on FLOP reduction which curbs long-term CO2 emissions" (section 3.1, "CV-NAS
community"). They propose no method. What stands here are Sobol's indices for which parameters
to manipulate (Hutter et al. 2014 do so for hyperparameters), Shapley's values for what a
change of some of them has brought, and distances to being dominated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from evonas.explanation.counted import counted_drivers
from evonas.explanation.counting import Counter, Tell
from evonas.explanation.drivers import Drivers
from evonas.explanation.learnt import learnt_drivers
from evonas.explanation.members import members_of
from evonas.explanation.steps import Step, sorted_front, sorting_metric, step_between
from evonas.objectives import Metric
from evonas.parsing import nearest
from evonas.plugins.loading import ProblemSpec, load_objective
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.reports.explanation import Explanation
from evonas.reports.naming import genome_in
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.space import Genome, SearchSpace

N_SAMPLES = 256
LEAST_SAMPLES = 8  # of fewer genomes no interval can be told


def explain(
    run: Run | str | Path,
    *,
    about: Genome | str | None = None,
    objectives: Sequence[str] = (),
    samples: int = N_SAMPLES,
    seed: int = 0,
    tell: Tell | None = None,
) -> Explanation:
    """Explain a run's front, and which genes drive what it was searched for.

    The code of the problem is run, to count; nothing is trained. Where it cannot be opened,
    or counts otherwise than when the run was made, models of the records stand in.

    Args:
        run: The run, or its directory.
        about: One architecture, by its short id, its genome, or a text of that: whether and why
            it is on the front, and nothing of what drives the run.
        objectives: Names of the metrics whose genes are wanted; the run's objectives if empty.
        samples: How many genomes each block of a sample has, 8 or more, where a space is too
            large to be counted as a whole.
        seed: Fixes whatever is drawn.
        tell: Told how far the counting and the predicting have got.

    Raises:
        ValueError: The run has no front, a metric is unknown or is of the front alone, or there
            are too few samples.
        FileNotFoundError: There is no such run.
    """
    if samples < LEAST_SAMPLES:
        raise ValueError(f"samples must be at least {LEAST_SAMPLES}, got {samples}")
    opened = run if isinstance(run, Run) else open_run(run)
    if not opened.front:
        raise ValueError(f"run {opened.name} has no front to explain")
    wanted = [_metric(opened, name) for name in objectives] or list(opened.objectives)
    source = _source(opened, wanted, tell)
    genome = None if about is None else source.genome_of(about)
    drivers: list[Drivers] = []
    unexplained: dict[str, str] = {}
    for metric in wanted if genome is None else ():
        try:
            drivers.append(_drivers(metric, source, samples=samples, seed=seed, tell=tell))
        except ValueError as error:
            unexplained[metric.name] = str(error)
    return Explanation(
        run=opened,
        drivers=tuple(drivers),
        unexplained=unexplained,
        steps=_steps(source, genome, seed=seed),
        members=members_of(sorted_front(opened.front, opened.objectives), opened.goals),
        notes=source.notes,
        about=genome,
    )


@dataclass(frozen=True)
class _Source:
    """Where values are from.

    Attributes:
        run: The run.
        problem: Its problem, where that could be opened and is still the run's.
        space: The genes; ``None`` where genomes have none.
        counter: Counts metrics; ``None`` where nothing can be counted.
        notes: What a reader should know of it.
    """

    run: Run
    problem: Problem | None
    space: SearchSpace | None = None
    counter: Counter | None = None
    notes: tuple[str, ...] = ()

    def canonical(self, genome: Genome) -> Genome:
        """The canonical form of a genome, as far as anybody can tell."""
        return self.problem.canonical(genome) if self.problem else genome

    def genome_of(self, about: Genome | str) -> Genome:
        """The canonical genome of an architecture, or of the text of one."""
        if isinstance(about, str):
            return genome_in(self.run, about, canonical=self.canonical)
        return self.canonical(about)

    def values(self, genome: Genome) -> Mapping[str, Any]:
        """What each place of a genome chooses: by gene, by variable, or else by place."""
        if self.space:
            return self.space.decode(genome)
        if isinstance(self.problem, ForeignProblem):
            return self.problem.decode(genome)
        names = self.run.spelling.variables or [f"gene {i + 1}" for i in range(len(genome))]
        return dict(zip(names, genome, strict=True))


def _metric(run: Run, name: str) -> Metric:
    """A metric of a run that can be explained."""
    known = {metric.name: metric for metric in (*run.metrics, *run.objectives)}
    if name not in known:
        raise ValueError(
            f"unknown metric {name!r}{nearest(name, known)}; run {run.name} tells of "
            f"{', '.join(known)}"
        )
    if known[name].when == "final":
        raise ValueError(
            f"{name} is measured for the front alone, which tells nothing of the space; choose "
            f"from {', '.join(n for n, metric in known.items() if metric.when != 'final')}"
        )
    return known[name]


def _source(run: Run, wanted: Sequence[Metric], tell: Tell | None) -> _Source:
    problem, note = _opened(run)
    if isinstance(problem, ForeignProblem):
        note = "A plain pymoo problem has variables and no genes, so nothing is said of genes."
        return _Source(run, problem, notes=(note,))
    space = problem.space if problem else run.space
    names = dict.fromkeys(metric.name for metric in (*wanted, *run.objectives))
    counted = _countable(run, problem, list(names)) if problem else []
    counter = Counter(problem, counted, tell=tell) if problem and counted else None
    if counter and (said := counter.contradicted(run.records)):
        note = (
            f"The problem counts otherwise than when run {run.name} was made: of one "
            f"architecture {said}. So nothing is counted."
        )
        counter = None
    return _Source(run, problem, space, counter, (note,) * bool(note))


def _opened(run: Run) -> tuple[Problem | None, str]:
    """The run's problem, or why there is none."""
    try:
        problem = ProblemSpec(run.config.problem, run.config.settings).open()
    except (ValueError, OSError, ImportError) as error:
        reason = f"The problem of run {run.name} cannot be opened: {error}."
    else:
        if isinstance(problem, ForeignProblem) or run.space is None:
            return problem, ""
        if run.space.as_dicts() == problem.space.as_dicts():
            return problem, ""
        reason = f"The genes of run {run.name} are not those of its problem any more."
    return None, f"{reason} So nothing is counted, and every gene is taken to be active."


def _countable(run: Run, problem: Problem, names: Sequence[str]) -> list[Metric]:
    """Those of some metrics that the problem counts, as the problem itself declares them."""
    offered = {metric.name: metric for metric in problem.objectives}
    for word in (*run.config.objectives, *run.config.then):
        loaded = load_objective(word, problem)
        offered[loaded.name] = loaded
    known = [offered[name] for name in names if name in offered]
    return [
        metric for metric in known if problem.cheap.issuperset(metric.needs or (metric.name,))
    ]


def _drivers(
    metric: Metric, source: _Source, *, samples: int, seed: int, tell: Tell | None
) -> Drivers:
    """Which genes drive a metric: as counted where it can be, else as learnt from records."""
    run, space = source.run, source.space
    if space is None:
        raise ValueError(f"run {run.name} does not tell of genes that choose")
    if source.counter and metric.name in source.counter.names:
        return counted_drivers(metric, source.counter, space=space, n=samples, seed=seed)
    known = [
        (record.genome, record.metrics[metric.name])
        for record in run.records
        if record.error is None and metric.name in record.metrics
    ]

    def fold(genomes: np.ndarray) -> list[Genome]:
        return [source.canonical(genome) for genome in map(tuple, genomes.tolist())]

    return learnt_drivers(
        metric, known, space=space, fold=fold, n=samples, seed=seed, tell=tell
    )


def _steps(source: _Source, about: Genome | None, *, seed: int) -> tuple[Step, ...]:
    """The steps along the front; of one architecture only those from and to it."""
    objectives = source.run.objectives
    members = sorted_front(source.run.front, objectives)
    pairs = pairwise(members)
    return tuple(
        step_between(
            first,
            second,
            (source.values(first.genome), source.values(second.genome)),
            by=sorting_metric(objectives).name,
            counter=source.counter,
            seed=seed,
        )
        for first, second in pairs
        if about is None or about in (first.genome, second.genome)
    )
