"""What the words of a config mean for a problem: objectives, constraints, reference point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import numpy as np

from evonas.config import Config
from evonas.hardware.target_metrics import beside
from evonas.objectives import Constraint, Goals, Objective
from evonas.plugins.asking import ask
from evonas.plugins.loading import load_objective, nearest
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.space import Genome

N_REFERENCE_SAMPLES = 64


Sampler = Callable[[Sequence[Genome], Sequence[Objective]], Iterable[Mapping[str, float]]]


def resolve_goals(config: Config, problem: Problem, *, sample: Sampler | None = None) -> Goals:
    """What the config's words mean for a problem.

    Args:
        config: The config whose words are to be understood.
        problem: The problem that the words are about.
        sample: Measures the given objectives of the given genomes, and leaves out the genomes
            that cannot be measured; this process does so if it is left out.

    Raises:
        ValueError: An objective, constraint or reference does not fit the problem.
        FileNotFoundError: An objective's file is not there.
    """
    if isinstance(problem, ForeignProblem):
        constraints = _own_constraints(config, problem)
    else:
        constraints = config.constraints
    names = (*config.objectives, *config.then) or problem.default_objectives
    chosen = tuple(load_objective(name, problem) for name in names) or problem.objectives
    _check_names(chosen)
    offered = {o.name for o in (*problem.objectives, *chosen)}
    for constraint in config.constraints:
        if constraint.metric not in offered:
            close = nearest(constraint.metric, [*offered, *beside(constraint.metric)])
            raise ValueError(
                f"constraint {constraint} is on an unknown metric {constraint.metric!r}"
                f"{close}; choose from {', '.join(sorted(offered))}"
            )
    given = config.reference_point
    for name in given:
        if name not in {objective.name for objective in chosen}:
            raise ValueError(
                f"reference {name!r} is none of the objectives: "
                f"{', '.join(objective.name for objective in chosen)}"
            )
    _check_levels(config, chosen)
    point = reference_point(problem, chosen, sample=sample)
    return Goals(chosen, constraints, {**point, **given})


def wanted_references(config: Config, goals: Goals) -> tuple[str, ...]:
    """What a candidate must be measured for: metrics, and what is computed from them."""
    references = (*config.objectives, *config.then)
    pairs = zip(goals.objectives, references, strict=False)
    named = {objective.name: word for objective, word in pairs if objective.compute is not None}
    wanted = (*goals.metrics, *config.features)
    return tuple(named.get(metric, metric) for metric in dict.fromkeys(wanted))


def _check_levels(config: Config, objectives: Sequence[Objective]) -> None:
    names = {objective.name for objective in objectives}
    for levels in config.aspirations:
        if set(levels) != names:
            raise ValueError(
                f"aspire gives levels of {', '.join(levels)}; expected one for each of "
                f"{', '.join(objective.name for objective in objectives)}"
            )


def _check_names(objectives: Sequence[Objective]) -> None:
    names = [objective.name for objective in objectives]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two objectives are named {twice[0]!r}; rename one")


def _own_constraints(config: Config, problem: ForeignProblem) -> tuple[Constraint, ...]:
    names = tuple(objective.name for objective in problem.objectives)
    if config.objectives not in ((), names) or config.constraint:
        raise ValueError(
            f"a plain pymoo problem brings its own objectives ({', '.join(names)}) and "
            "constraints; leave out --objectives and --constraint"
        )
    if config.reference:
        raise ValueError(
            "a plain pymoo problem has no known scale, and so no hypervolume here; leave out "
            "--reference"
        )
    return problem.constraints


def reference_point(
    problem: Problem, objectives: Sequence[Objective], *, sample: Sampler | None = None
) -> dict[str, float]:
    """The hypervolume's reference point: the same for every search of a problem.

    An objective that states its worst value has it there. The others, where the problem
    knows them without training, have 1.1 times the worst value of the space's last genome
    and of 64 drawn with a fixed seed. What is left has none.
    """
    reference = {o.name: o.worst for o in objectives if o.worst is not None}
    sampled = [o for o in objectives if o.name not in reference and _is_cheap(o, problem)]
    if not sampled:
        return reference
    genomes = problem.space.sample(N_REFERENCE_SAMPLES, np.random.default_rng(0))
    genomes.append(tuple(size - 1 for size in problem.space.sizes))
    measured = list((sample or partial(_sample_here, problem))(genomes, sampled))
    for objective in sampled:
        values = [metrics[objective.name] for metrics in measured]
        if values:
            worst = max(values) if objective.sign > 0 else min(values)
            reference[objective.name] = worst + objective.sign * 0.1 * abs(worst)
    return reference


def _is_cheap(objective: Objective, problem: Problem) -> bool:
    return problem.untrained.issuperset(objective.needs or (objective.name,))


def _sample_here(
    problem: Problem, genomes: Sequence[Genome], objectives: Sequence[Objective]
) -> Iterator[Mapping[str, float]]:
    derived = [objective for objective in objectives if objective.compute]
    names = [objective.name for objective in objectives if not objective.compute]
    for genome in genomes:
        # An architecture that fails tells nothing of the others.
        with suppress(Exception):
            yield ask(problem, problem.canonical(genome), names, derived, seed=0).metrics


def trained_metrics(problem: Problem, goals: Goals) -> list[str]:
    """The metrics that goals rest on and that take a training."""
    derived = {o.name: o.needs for o in goals.objectives if o.compute is not None}
    raw = [need for name in goals.metrics for need in derived.get(name, (name,))]
    return [name for name in dict.fromkeys(raw) if name not in problem.untrained]
