"""Between evonas and pymoo: problems, genomes and records in each other's terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pymoo.core.evaluator import Evaluator as PymooEvaluator
from pymoo.core.problem import Problem as PymooProblem

from evonas.algorithms.operators import as_genomes
from evonas.evaluation.oracle import Answer, Oracle
from evonas.objectives import Goals
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.space import Genome, SearchSpace

MARGIN = 0.1  # how far beyond the worst value seen a failed candidate is placed


class GenomeProblem(PymooProblem):
    """The shape of a problem of genomes, as pymoo's algorithms look at it.

    Its variables are integers. What its points are worth is told by whoever evaluates them, so
    it can be made, and an algorithm set up on it, before anything can be measured.

    Args:
        space: The search space, whose genes are the variables and choices their values.
        n_objectives: How many columns F has.
        n_constraints: How many columns G has.

    Attributes:
        is_ordered: Whether the choices of each gene have an order, ``(n_genes,)``.
    """

    def __init__(self, space: SearchSpace, *, n_objectives: int, n_constraints: int) -> None:
        super().__init__(
            n_var=len(space.sizes),
            n_obj=n_objectives,
            n_ieq_constr=n_constraints,
            xl=np.zeros(len(space.sizes), dtype=int),
            xu=np.array(space.sizes, dtype=int) - 1,
            vtype=int,
        )
        self.is_ordered = np.array([bool(gene.ordered) for gene in space.genes])


class ArchitectureProblem(GenomeProblem):
    """An evonas problem as any pymoo algorithm takes it: integer vectors in, F and G out.

    F is scaled to 0 at the best and 1 at the reference point, for some algorithms compare
    objectives with each other. G holds one column per constraint. In pymoo's own ``minimize`` a
    failed candidate is feasible, but worse than all others in every objective.

    Args:
        oracle: Measures the architectures.
        goals: Objectives and constraints that F and G are made of.
    """

    def __init__(self, oracle: Oracle, goals: Goals) -> None:
        super().__init__(
            oracle.problem.space,
            n_objectives=len(goals.objectives),
            n_constraints=len(goals.constraints),
        )
        self.translator = Translator(oracle, goals)

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        F, G, _ = self.translator.evaluate(X)
        out["F"] = F
        if self.n_ieq_constr:
            out["G"] = G[:, :-1]


class Translator:
    """Measures points of a pymoo population, and answers in F, G and H.

    Args:
        oracle: Measures the architectures that the points stand for.
        goals: Objectives and constraints that F and G are made of.
        with_penalty: Add the violation to F, for an algorithm that looks at nothing else.
    """

    def __init__(self, oracle: Oracle, goals: Goals, *, with_penalty: bool = False) -> None:
        self.oracle = oracle
        self.goals = goals
        self.with_penalty = with_penalty
        self._worst = np.full(len(goals.objectives), -np.inf)
        self._best = np.full(len(goals.objectives), np.inf)

    def genomes(self, X: Any) -> list[Genome]:
        """Points of a pymoo population as genomes.

        Raises:
            ValueError: A point of an integer problem is not integer.
        """
        problem = self.oracle.problem
        if isinstance(problem, ForeignProblem):
            return [problem.to_genome(x) for x in X]
        return as_genomes(X)

    def evaluate(self, X: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Measure points of a pymoo population.

        Returns:
            F ``(n, n_objectives)``; G ``(n, n_inequalities + 1)``, whose last column is 1 for
            a failed candidate and 0 otherwise; H ``(n, n_equalities)``. All finite.
        """
        told = self.oracle(self.genomes(X))
        G = np.array([self._inequalities(answer) for answer in told])
        H = np.array([self._equalities(answer) for answer in told])
        F = self._objectives(told)
        if self.with_penalty:
            violation = np.maximum(G, 0.0).sum(1) + np.abs(H).sum(1)
            penalised = self._worse_than_all() + violation[:, None]
            F = np.where((violation > 0)[:, None], penalised, F)
        return F, G, H

    def _objectives(self, told: Sequence[Answer]) -> np.ndarray:
        F = np.full((len(told), len(self.goals.objectives)), np.nan)
        for row, answer in zip(F, told, strict=True):
            if all(objective.name in answer.metrics for objective in self.goals.objectives):
                row[:] = self.goals.scaled(answer.metrics)
        measured = F[~np.isnan(F).any(1)]
        if len(measured):
            self._worst = np.maximum(self._worst, measured.max(0))
            self._best = np.minimum(self._best, measured.min(0))
        return np.where(np.isnan(F).any(1)[:, None], self._worse_than_all(), F)

    def _worse_than_all(self) -> np.ndarray:
        """Worse than all that was measured, yet finite, so that no scale is spoilt."""
        worst = np.where(np.isfinite(self._worst), self._worst, 1.0)
        span = np.where(self._worst > self._best, self._worst - self._best, 1.0)
        return worst + MARGIN * span

    def _inequalities(self, answer: Answer) -> list[float]:
        problem, metrics = self.oracle.problem, answer.metrics
        failed = 1.0 if answer.error is not None else 0.0
        if isinstance(problem, ForeignProblem):
            names = [f"g{i + 1}" for i in range(problem.n_inequalities)]
            return [*(metrics.get(name, 0.0) for name in names), failed]
        violations = [
            c.violation(metrics[c.metric]) if c.metric in metrics else 0.0
            for c in self.goals.constraints
        ]
        return [*violations, failed]

    def _equalities(self, answer: Answer) -> list[float]:
        problem = self.oracle.problem
        n = problem.n_equalities if isinstance(problem, ForeignProblem) else 0
        return [answer.metrics.get(f"h{i + 1}", 0.0) for i in range(n)]


class SpentError(Exception):
    """The budget does not pay for all that is to be evaluated; the first part was measured."""


class RecordingEvaluator(PymooEvaluator):
    """pymoo's own plug-in point, answered from records instead of from the problem.

    Cache, journal, workers and the guard against failures stand behind the translator, so a
    plain problem, algorithm or operator needs no change.

    An algorithm may evaluate whenever it likes, also while it advances; what the budget pays
    for is therefore counted here.

    Args:
        translator: Measures points, and answers in F, G and H.
        budget: Distinct candidates that may be measured; ``None`` for no limit.

    Attributes:
        n_asked: How often anything was to be evaluated.
    """

    def __init__(self, translator: Translator, *, budget: int | None = None) -> None:
        super().__init__()
        self.translator = translator
        self.budget = budget
        self.n_asked = 0

    def _eval(self, problem: Any, pop: Any, evaluate_values_of: Any, **kwargs: Any) -> None:
        self.n_asked += 1
        X = pop.get("X")
        while (n_paid := self._n_paid(X)) < len(X):
            n_too_dear = self._n_too_dear()
            if n_paid:
                self.translator.evaluate(X[:n_paid])
            if self._n_too_dear() == n_too_dear:
                raise SpentError  # else those that were passed over have made room for others
        F, G, H = self.translator.evaluate(X)
        pop.set("F", F, "G", G)
        if H.shape[1]:
            pop.set("H", H)
        pop.apply(lambda individual: individual.evaluated.update(("F", "G", "H")))

    def _n_paid(self, X: Any) -> int:
        """How many of the points, from the first on, the budget pays for."""
        if self.budget is None:
            return len(X)
        oracle = self.translator.oracle
        new: set[Genome] = set()
        for i, genome in enumerate(self.translator.genomes(X)):
            new.add(oracle.problem.canonical(genome))
            if len(oracle.records) + len(new.difference(oracle.settled)) > self.budget:
                return i
        return len(X)

    def _n_too_dear(self) -> int:
        oracle = self.translator.oracle
        return len(oracle.settled) - len(oracle.records)
