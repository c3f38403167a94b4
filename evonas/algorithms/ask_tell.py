"""Running a pymoo algorithm by ask and tell, within a budget of true evaluations."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence

import numpy as np
from pymoo.core.algorithm import Algorithm
from pymoo.core.evaluator import Evaluator as PymooEvaluator
from pymoo.core.problem import Problem as PymooProblem
from pymoo.termination.max_gen import MaximumGenerationTermination

from evonas.algorithms.operators import OnlyNew, Seeded
from evonas.algorithms.pymoo_bridge import (
    GenomeProblem,
    RecordingEvaluator,
    SpentError,
    Translator,
)
from evonas.algorithms.pymoo_guard import blamed, check_served, is_exhausted
from evonas.algorithms.registry import (
    IGNORES_CONSTRAINTS,
    Parts,
    genome_operators,
    load_operator,
    make_algorithm,
    plain_operators,
)
from evonas.algorithms.strategy import NOTHING_LEFT, Status, why_over
from evonas.config import Config
from evonas.evaluation.oracle import Oracle
from evonas.objectives import Goals
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.space import Genome
from evonas.warm_start import Prior

OPERATORS = ("sampling", "crossover", "mutation")
ENDED_ITSELF = "the algorithm ended itself"
MAX_IDLE_GENERATIONS = 100  # without a new architecture, before a search gives up
OPEN_ENDED_GENERATIONS = 1000  # what an algorithm is told that only a time limit will end


class AskTell:
    """The strategy that measures whatever a pymoo algorithm asks for.

    Args:
        config: Names algorithm and operators, and says population, budgets and seed.
        oracle: Measures what the algorithm asks for.
        goals: Objectives and constraints that the algorithm sees.

    Raises:
        ValueError: The algorithm or an operator does not exist or does not fit the problem.
        FileNotFoundError: A file that they name is not there.
    """

    def __init__(self, config: Config, oracle: Oracle, goals: Goals) -> None:
        self._config = config
        self._oracle = oracle
        self._measured = oracle.records
        self._translator = Translator(
            oracle, goals, with_penalty=config.algorithm in IGNORES_CONSTRAINTS
        )
        self._problem = seen_by_pymoo(config, oracle.problem, goals)
        self._algorithm = choose_algorithm(
            config,
            oracle.problem,
            goals=goals,
            taken=oracle.settled,
            seeds=known_genomes(config.prior, oracle.problem),
            aspirations=_scaled(config.aspirations, goals),
        )
        self._evaluator = RecordingEvaluator(self._translator, budget=config.evaluations)
        _set_up(config, self._algorithm, self._problem, evaluator=self._evaluator)

    def __iter__(self) -> Generator[Status, None, str]:
        """Run; yields after every generation, also the cut one that ends a budget.

        Returns:
            Why it ended, in words.

        Raises:
            StoppedError: The search was told to end.
            ValueError: The algorithm proposed what is no genome.
        """
        n_done = n_idle = 0
        while not (over := self._why_over(n_done, n_idle)):
            n_known = len(self._measured)
            if not self._advance(n_done + 1):
                return NOTHING_LEFT
            n_done += 1
            n_idle = n_idle + 1 if len(self._measured) == n_known else 0
            yield Status()
            if self._algorithm.termination.force_termination:
                return self._why_over(n_done, n_idle) or ENDED_ITSELF
        return over

    def _advance(self, number: int) -> bool:
        """Run one generation; whether anything was asked for.

        An algorithm that asks for nothing may yet evaluate while it advances, as some do for
        problems that change.
        """
        algorithm, evaluator = self._algorithm, self._evaluator
        n_asked = evaluator.n_asked
        when = f"algorithm {self._config.algorithm} failed in generation {number}"
        with blamed(when):
            asked = algorithm.ask()
        if is_exhausted(algorithm, asked):
            return False
        try:
            if asked is not None:
                algorithm.evaluator.eval(self._problem, asked, algorithm=algorithm)
            with blamed(when):
                algorithm.tell(infills=asked)
        except SpentError:  # this generation is cut, and the last one
            return True
        return asked is not None or evaluator.n_asked > n_asked

    def _why_over(self, n_done: int, n_idle: int) -> str:
        over = why_over(self._config, n_done=n_done, n_measured=len(self._measured))
        if n_idle >= MAX_IDLE_GENERATIONS and not over:
            return f"nothing new came in {n_idle} generations"
        return over


def check_algorithm(
    config: Config, problem: Problem, goals: Goals, *, pop_size: int | None = None
) -> None:
    """Refuse an algorithm, or operators for it, that do not suit a problem; measures nothing.

    Args:
        config: Names algorithm, operators and what to begin with.
        problem: The opened problem.
        goals: Objectives and constraints that the algorithm would see.
        pop_size: Population that the algorithm would have; the config's if left out.

    Raises:
        ValueError: The algorithm or an operator does not exist or does not fit the problem.
        FileNotFoundError: A file that they name is not there.
    """
    algorithm = choose_algorithm(
        config,
        problem,
        goals=goals,
        taken=(),
        pop_size=pop_size,
        seeds=known_genomes(config.prior, problem),
        aspirations=_scaled(config.aspirations, goals),
    )
    _set_up(config, algorithm, seen_by_pymoo(config, problem, goals))


def seen_by_pymoo(config: Config, problem: Problem, goals: Goals) -> PymooProblem:
    """A problem in the shape in which a config's algorithm sees it."""
    if isinstance(problem, ForeignProblem):
        return problem.seen
    is_blind = config.algorithm in IGNORES_CONSTRAINTS
    return GenomeProblem(
        problem.space,
        n_objectives=len(goals.objectives),
        n_constraints=0 if is_blind else len(goals.constraints),
    )


def _set_up(
    config: Config,
    algorithm: Algorithm,
    problem: PymooProblem,
    *,
    evaluator: PymooEvaluator | None = None,
) -> None:
    check_served(algorithm, config.algorithm)
    termination = MaximumGenerationTermination(_n_planned_generations(config))
    try:
        algorithm.setup(
            problem,
            seed=config.seed,
            evaluator=evaluator or PymooEvaluator(),
            termination=termination,
        )
    except AssertionError as error:  # pymoo's way to refuse a problem
        raise ValueError(
            f"algorithm {config.algorithm} does not suit this problem: {error}"
        ) from error


def _n_planned_generations(config: Config) -> int:
    """For algorithms whose course depends on how long they will run."""
    if config.max_generations is not None:
        return config.max_generations
    if config.evaluations is None:
        return OPEN_ENDED_GENERATIONS
    return max(1, -(-config.evaluations // config.population))


def known_genomes(prior: Prior | None, problem: Problem) -> list[Genome]:
    """Genomes to begin with, in a problem's space, each once; empty without a prior.

    Raises:
        ValueError: No architecture of the prior can be told in that space.
    """
    if prior is None:
        return []
    if isinstance(problem, ForeignProblem):
        raise ValueError("a plain pymoo problem has no genes by name; leave out --warm-start")
    genomes = prior.genomes(problem.space)[: prior.n_best]
    return list(dict.fromkeys(map(problem.canonical, genomes)))


def _scaled(levels: Sequence[Mapping[str, float]], goals: Goals) -> np.ndarray | None:
    return np.array([goals.scaled(level) for level in levels]) if levels else None


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
        config: Names the algorithm and its operators, and says the population.
        problem: The opened problem, which is to be searched.
        goals: Objectives, which the algorithm is told the number of.
        taken: Genomes that need not be proposed again; read anew all the time.
        pop_size: Population in place of the config's.
        seeds: Genomes to begin with, beside drawn ones.
        aspirations: The config's levels, ``(n, n_objectives)``, on the scale that the
            algorithm sees; ``None`` where there are none.

    Raises:
        ValueError: The algorithm or an operator does not exist or does not fit.
        FileNotFoundError: A file that they name is not there.
    """
    if isinstance(problem, ForeignProblem):
        operators = plain_operators(problem.seen)
    else:
        operators = genome_operators(canonical=problem.canonical, taken=taken)
    given = {kind for kind in OPERATORS if getattr(config, kind) is not None}
    operators.update({kind: load_operator(getattr(config, kind)) for kind in given})
    if seeds:
        operators["sampling"] = Seeded(seeds, operators["sampling"])
    parts = Parts(
        len(goals.objectives),
        pop_size or config.population,
        operators,
        frozenset(given),
        aspirations,
    )
    algorithm = make_algorithm(config.algorithm, parts)
    if seeds and hasattr(algorithm, "initialization"):  # of which some are taken on purpose
        algorithm.initialization.eliminate_duplicates = OnlyNew(())
    return algorithm
