"""Running a pymoo algorithm by ask and tell, within a budget of true evaluations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from pymoo.core.algorithm import Algorithm
from pymoo.core.individual import Individual
from pymoo.core.population import Population
from pymoo.termination.max_gen import MaximumGenerationTermination

from evonas.algorithms.operators import OnlyNew, Seeded
from evonas.algorithms.pymoo_bridge import (
    ArchitectureProblem,
    Measure,
    RecordingEvaluator,
    Translator,
)
from evonas.algorithms.registry import (
    IGNORES_CONSTRAINTS,
    Plan,
    genome_operators,
    load_operator,
    make_algorithm,
    plain_operators,
)
from evonas.algorithms.strategy import Reliability
from evonas.config import Config
from evonas.evaluation.evaluator import Evaluator
from evonas.objectives import Goals
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.space import Genome
from evonas.warm_start import Prior

OPERATORS = ("sampling", "crossover", "mutation")
MAX_IDLE_GENERATIONS = 100  # without a new architecture, before a search gives up
OPEN_ENDED_GENERATIONS = 1000  # what an algorithm is told that only a time limit will end


class AskTell:
    """One algorithm at work on one problem; iterating runs it generation by generation.

    Args:
        config: Algorithm, operators, population, budget and seed.
        evaluator: Measures what the algorithm asks for.
        goals: What counts.
        measure: In place of the evaluator, which keeps the records all the same.

    Attributes:
        stopped: Why it ended, in words; empty while it runs.
        reliability: Of predictions; there are none here.
        overall: Likewise.
        foretold: Likewise.

    Raises:
        ValueError: The algorithm or an operator does not exist or does not fit the problem.
        FileNotFoundError: A file that they name is not there.
    """

    reliability: Reliability | None = None
    overall: Reliability | None = None
    foretold: Mapping[str, float] = MappingProxyType({})

    def __init__(
        self, config: Config, evaluator: Evaluator, goals: Goals, measure: Measure | None = None
    ) -> None:
        self.stopped = ""
        self._config = config
        self._evaluator = evaluator
        self._measured = evaluator.records
        with_penalty = config.algorithm in IGNORES_CONSTRAINTS
        self._translator = Translator(
            evaluator, goals, with_penalty=with_penalty, measure=measure
        )
        if isinstance(evaluator.problem, ForeignProblem):
            self._problem = evaluator.problem.problem
        else:
            seen = replace(goals, constraints=()) if with_penalty else goals
            self._problem = ArchitectureProblem(evaluator, seen)
        self._algorithm = choose_algorithm(
            config,
            evaluator.problem,
            goals=goals,
            taken=self._measured,
            seeds=known_genomes(config.prior, evaluator.problem),
            aspirations=_scaled(config.aspirations, goals),
        )
        try:
            self._algorithm.setup(
                self._problem,
                seed=config.seed,
                evaluator=RecordingEvaluator(self._translator),
                termination=MaximumGenerationTermination(self._n_planned_generations()),
            )
        except AssertionError as error:  # pymoo's way to refuse a problem
            raise ValueError(
                f"algorithm {config.algorithm} does not suit this problem: {error}"
            ) from error

    def __iter__(self) -> Iterator[None]:
        """Run; yields after every generation, also the cut one that ends a budget.

        Raises:
            StoppedError: The evaluator was told to stop.
            ValueError: The algorithm proposed what is no genome.
        """
        algorithm = self._algorithm
        n_done = n_idle = 0
        while not self._is_over(n_done, n_idle):
            n_known = len(self._measured)
            asked = algorithm.ask()
            is_one = isinstance(asked, Individual)  # as of pymoo's serial MOEA/D
            if asked is None or not (is_one or len(asked)):
                self.stopped = "there is nothing left that was not measured"
                return
            affordable = self._affordable(asked)
            algorithm.evaluator.eval(self._problem, affordable, algorithm=algorithm)
            if affordable is asked:
                algorithm.tell(infills=asked)
            n_done += 1
            n_idle = n_idle + 1 if len(self._measured) == n_known else 0
            yield

    def _is_over(self, n_done: int, n_idle: int) -> bool:
        self.stopped = why_over(self._config, n_done=n_done, n_measured=len(self._measured))
        if n_idle >= MAX_IDLE_GENERATIONS and not self.stopped:
            self.stopped = f"nothing new came in {n_idle} generations"
        return bool(self.stopped)

    def _affordable(self, asked: Any) -> Any:
        """The first of the asked points that the evaluations budget pays for."""
        budget = self._config.evaluations
        if budget is None or isinstance(asked, Individual):
            return asked
        new: set[Genome] = set()
        for i, genome in enumerate(self._translator.genomes(asked.get("X"))):
            new.add(self._evaluator.problem.canonical(genome))
            if len(self._measured) + len(new.difference(self._measured)) > budget:
                return Population.create(*asked[:i])
        return asked

    def _n_planned_generations(self) -> int:
        """For algorithms whose course depends on how long they will run."""
        if self._config.max_generations is not None:
            return self._config.max_generations
        if self._config.evaluations is None:
            return OPEN_ENDED_GENERATIONS
        return max(1, -(-self._config.evaluations // self._config.population))


def known_genomes(prior: Prior | None, problem: Problem) -> list[Genome]:
    """What to begin with, in a problem's space, each once.

    Raises:
        ValueError: Nothing of it can be told in that space.
    """
    if prior is None:
        return []
    if isinstance(problem, ForeignProblem):
        raise ValueError("a plain pymoo problem has no genes by name; leave out --warm-start")
    genomes = prior.genomes(problem.space)[: prior.n_best]
    return list(dict.fromkeys(map(problem.canonical, genomes)))


def _scaled(levels: Sequence[Mapping[str, float]], goals: Goals) -> np.ndarray | None:
    return np.array([goals.scaled(level) for level in levels]) if levels else None


def why_over(config: Config, *, n_done: int, n_measured: int) -> str:
    """Which budget of a config is spent, in words; empty if none is.

    Args:
        config: Its budgets of generations and evaluations.
        n_done: Generations.
        n_measured: Distinct architectures.
    """
    n_generations, n_evaluations = config.max_generations, config.evaluations
    if n_generations is not None and n_done >= n_generations:
        return f"{n_done} generations are done"
    if n_evaluations is not None and n_measured >= n_evaluations:
        return f"the budget of {n_evaluations} architectures is spent"
    return ""


def choose_algorithm(
    config: Config,
    problem: Problem,
    *,
    goals: Goals,
    taken: Collection[Genome],
    pop_size: int | None = None,
    seeds: Sequence[Genome] = (),
    aspirations: np.ndarray | None = None,
) -> Algorithm:
    """The config's algorithm, with operators that suit the problem or that the config names.

    Args:
        config: Algorithm, operators and population.
        problem: To be searched.
        goals: For their number.
        taken: Genomes that need not be proposed again; read anew all the time.
        pop_size: In place of the config's population.
        seeds: Genomes to begin with, beside drawn ones.
        aspirations: The config's levels, ``(n, n_objectives)``, on the scale that the
            algorithm sees; ``None`` where there are none.

    Raises:
        ValueError: The algorithm or an operator does not exist or does not fit.
        FileNotFoundError: A file that they name is not there.
    """
    if isinstance(problem, ForeignProblem):
        operators = plain_operators(problem.problem)
    else:
        operators = genome_operators(canonical=problem.canonical, taken=taken)
    given = {kind for kind in OPERATORS if getattr(config, kind) is not None}
    operators.update({kind: load_operator(getattr(config, kind)) for kind in given})
    if seeds:
        operators["sampling"] = Seeded(seeds, operators["sampling"])
    plan = Plan(
        len(goals.objectives),
        pop_size or config.population,
        operators,
        frozenset(given),
        aspirations,
    )
    algorithm = make_algorithm(config.algorithm, plan)
    if seeds and hasattr(algorithm, "initialization"):  # of which some are taken on purpose
        algorithm.initialization.eliminate_duplicates = OnlyNew(())
    return algorithm
