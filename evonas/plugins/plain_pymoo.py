"""A plain pymoo problem, seen as an evonas problem; pymoo itself is not needed for that."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from evonas.faults import MetricError
from evonas.objectives import Constraint, Metric, Relation
from evonas.problem import Problem, Settings
from evonas.space import Genome

# pymoo's tolerance of an equality, as two inequalities.
_NEARLY_ZERO: tuple[tuple[Relation, float], ...] = (("<=", 1e-4), (">=", -1e-4))

N_TRIED = 3  # points that are evaluated together and alone
_F: Mapping[str, Any] = {"return_values_of": ["F"]}


class ForeignProblem(Problem):
    """Measures the points of a plain pymoo problem, one at a time.

    Its variables are the genome: integers, reals, or with mixed variables any values, in the
    order of ``problem.vars``. Its metrics are ``f1, f2, ...`` to be minimised and, where it
    has constraints, ``g1, ...`` (kept at or below zero) and ``h1, ...`` (kept at zero).

    Where an option of a choice is no number, text or truth value, as a function is none, the
    genome holds the index of the option.

    Args:
        problem: The plain problem: anything with pymoo's ``n_var``, ``n_obj`` and ``evaluate``.
        settings: What the user set; only ``options`` could matter, and a plain problem has
            none.

    Attributes:
        seen: The problem as pymoo's algorithms are to see it.
    """

    def __init__(self, problem: Any, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.problem = problem
        variables = getattr(problem, "vars", None)  # pymoo sets it only where there are any
        self.names: tuple[str, ...] = tuple(
            variables or (f"x{i + 1}" for i in range(problem.n_var))
        )
        self.is_mixed = bool(variables)
        self._indexed = {
            name: list(variable.options)
            for name, variable in (variables or {}).items()
            if not all(
                _can_be_kept(option) for option in getattr(variable, "options", None) or ()
            )
        }
        self.seen = self._with_indices()
        self._check_bounds()
        self.metrics = tuple(
            Metric(f"f{i + 1}", "", f"f{i + 1}", +1, best=None) for i in range(problem.n_obj)
        )
        self.n_inequalities = int(problem.n_ieq_constr)
        self.n_equalities = int(problem.n_eq_constr)
        self.constraints = (
            *(Constraint(f"g{i + 1}", "<=", 0.0) for i in range(self.n_inequalities)),
            *(
                Constraint(f"h{i + 1}", relation, bound)
                for i in range(self.n_equalities)
                for relation, bound in _NEARLY_ZERO
            ),
        )

    def _with_indices(self) -> Any:
        """The problem with choices among indices where the options cannot be journaled."""
        if not self._indexed:
            return self.problem
        variables = dict(self.problem.vars)
        for name, known in self._indexed.items():
            variables[name] = copy.copy(variables[name])
            variables[name].options = variables[name].all = list(range(len(known)))
        seen = copy.copy(self.problem)
        seen.vars = variables
        return seen

    def _check_bounds(self) -> None:
        """Refuse variables of which no point could be drawn."""
        if self.is_mixed:
            return
        low, high = getattr(self.problem, "xl", None), getattr(self.problem, "xu", None)
        for i, name in enumerate(self.names):
            ends = [end if end is None else float(end[i]) for end in (low, high)]
            if not all(end is not None and np.isfinite(end) for end in ends):
                raise ValueError(
                    f"variable {name} of {type(self.problem).__name__} goes from {ends[0]} to "
                    f"{ends[1]}; expected finite bounds: give the problem xl and xu"
                )

    def check_rows(self) -> None:
        """Refuse values of a point that depend on the points that are evaluated beside it.

        A few points are evaluated together and alone. Where they cannot be, or values differ
        from one evaluation to the next anyway, nothing is said.

        Raises:
            ValueError: A point is worth one thing alone, and another in company.
        """
        if getattr(self.problem, "elementwise", False):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as of a scale that one point alone does not have
            try:
                X = self.points(N_TRIED)
                together = self.problem.evaluate(X, **_F)
                alone, again = (
                    np.vstack(
                        [self.problem.evaluate(X[i : i + 1], **_F) for i in range(len(X))]
                    )
                    for _ in range(2)
                )
                is_noisy = not np.allclose(alone, again, equal_nan=True)
                differs = ~np.isclose(together, alone, rtol=1e-4, equal_nan=True)
            except Exception:  # of a user's code; it will be said of every candidate
                return
        if differs.any() and not is_noisy:
            at = tuple(np.argwhere(differs)[0])
            raise ValueError(
                f"f{at[1] + 1} of {type(self.problem).__name__} depends on the points beside: "
                f"one is {alone[at]:.4g} alone and {together[at]:.4g} among {len(X)}; a search "
                "keeps one value for each point, so make it depend on the point alone, or run "
                "pymoo's minimize"
            )

    def points(self, n: int) -> np.ndarray:
        """Points drawn with a fixed seed, as the problem takes them: a row, or a mapping each.

        Args:
            n: How many points are drawn.
        """
        rng = np.random.default_rng(0)
        if self.is_mixed:
            drawn = {
                name: variable.sample(n, random_state=rng)
                for name, variable in self.problem.vars.items()
            }
            rows = [{name: drawn[name][i] for name in drawn} for i in range(n)]
            return np.array(rows, dtype=object)
        low, high = self.problem.bounds()
        X = rng.uniform(low, high, (n, self.problem.n_var))
        kind = self.problem.vtype
        return X.round().astype(kind) if kind in (int, bool) else X

    def canonical(self, genome: Genome) -> Genome:
        """The point itself, for every point stands for itself."""
        return genome

    def decode(self, genome: Genome) -> dict[str, Any]:
        """The point as values by variable name."""
        point = dict(zip(self.names, genome, strict=True))
        return point | {name: known[point[name]] for name, known in self._indexed.items()}

    def to_genome(self, x: Any) -> Genome:
        """The values of one point of ``seen``, as Python numbers and strings."""
        values = [x[name] for name in self.names] if self.is_mixed else x
        return tuple(v.item() if isinstance(v, np.generic) else v for v in values)

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Evaluate one point; ``wanted`` and ``seed`` mean nothing to a plain problem."""
        kind = object if self.is_mixed else None
        X = np.array([self.decode(genome) if self.is_mixed else genome], dtype=kind)
        with warnings.catch_warnings():  # pymoo would keep the real part of a complex value
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            out = self.problem.evaluate(
                X,
                return_values_of=["F", "G", "H"],
                return_as_dictionary=True,
            )
        return {
            f"{key.lower()}{i + 1}": _real(key, value)
            for key in ("F", "G", "H")
            if key in out  # a wrapper that turns constraints into objectives leaves them out
            for i, value in enumerate(np.atleast_2d(out[key])[0])
        }


def _real(key: str, value: Any) -> float:
    """A value as a number, and not the real part of one that has another part too."""
    if isinstance(value, (complex, np.complexfloating)):
        raise MetricError(f"{key} is the complex number {value!s:.40}; expected a real one")
    return float(value)


def _can_be_kept(option: Any) -> bool:
    """Whether a journal holds an option of a choice as it is."""
    return option is None or isinstance(option, (bool, int, float, str, np.generic))
