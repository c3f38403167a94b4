"""Small problems that cost nothing to measure, and what a user might bring along with them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pymoo.algorithms.moo.moead import MOEAD
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3
from pymoo.algorithms.moo.rvea import RVEA
from pymoo.algorithms.moo.sms import SMSEMOA
from pymoo.algorithms.moo.spea2 import SPEA2, SPEA2Survival
from pymoo.algorithms.moo.unsga3 import UNSGA3
from pymoo.core.problem import ElementwiseProblem
from pymoo.core.problem import Problem as PymooProblem
from pymoo.core.variable import Choice, Integer, Real
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.sampling.rnd import FloatRandomSampling, IntegerRandomSampling
from pymoo.util.ref_dirs import get_reference_directions

from evonas.algorithms.operators import GenomeCrossover, GenomeMutation
from evonas.faults import DivergedError
from evonas.fidelity import Fidelity
from evonas.hardware.roofline import Cost, Operation
from evonas.objectives import ACC, FLOPS, FPO, PARAMS, TEST_ACC, Objective
from evonas.problem import Measurement, Problem
from evonas.space import Gene, Genome, SearchSpace

GENES = (
    Gene("kind", ("plain", "residual", "dense")),
    Gene("width", (8, 16, 24, 32, 48)),
    Gene("depth", (1, 2, 3, 4, 5)),
    Gene("skip", (False, True)),
)


def reference(name: str) -> str:
    """What a user writes to name something of this file."""
    return f"{Path(__file__).resolve()}:{name}"


def fold(genome: Genome) -> Genome:
    """A plain network has no use for a skip."""
    return (*genome[:3], 0) if genome[0] == 0 else genome


class Bowl(Problem):
    """Accuracy rises with width and depth, and so do FLOPs and parameters."""

    space = SearchSpace(GENES, fold=fold)
    objectives = (ACC, FLOPS, PARAMS)
    cheap = frozenset({"flops", "params"})
    is_pure = True
    n_distinct: ClassVar[int] = 25 + 2 * 50

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float] | Measurement:
        kind, width, depth, skip = genome
        channels = GENES[1].choices[width]
        metrics = {
            "flops": 1e3 * channels**2 * (depth + 1) * (1 + 0.2 * skip),
            "params": 9.0 * channels**2 * (depth + 1 + kind) + 100 * (4 - depth),
        }
        if "acc" in wanted:
            luck = np.random.default_rng(seed).random()
            metrics["acc"] = 40 + 5 * width + 4 * depth + 3 * kind + 2 * skip + luck
        return metrics


class Layered(Bowl):
    """Networks whose kernels are counted: as many as they are deep."""

    def cost(self, genome: Genome) -> Cost:
        _, width, depth, _ = genome
        n = GENES[1].choices[width]
        kernel = Operation(2.0 * 64 * 9 * n**2, 8.0 * 64 * n, 36.0 * n**2, "conv3x3")
        kernels = (kernel,) * (depth + 1)
        return Cost(int(sum(k.flops for k in kernels)), 9 * n**2 * (depth + 1), kernels)


class Schooled(Bowl):
    """Learns over nine epochs, the wide networks more slowly; may fail at a rung."""

    effort = "fpo"
    objectives = (*Bowl.objectives, FPO)
    is_pure = True
    cheap = frozenset({*Bowl.cheap, "fpo"})

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        metrics = dict(super().measure(genome, wanted, seed=seed))
        return {**metrics, "fpo": 9 * metrics["flops"]}

    def full_amount(self, kind: str) -> int:
        return 9 if kind == "epochs" else super().full_amount(kind)

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        metrics = dict(self.measure(genome, wanted, seed=seed))
        if "acc" in wanted:
            metrics["acc"] -= (9 - fidelity.amount) * (1 + genome[1] / 4)
        return {**metrics, "fpo": (fidelity.amount - fidelity.after) * metrics["flops"]}


class Elephant(Schooled):
    """The genome of all last choices takes many times what it should; the front is tested."""

    final = (TEST_ACC,)
    options: ClassVar[Mapping[str, Any]] = {"times": 1000.0}
    is_pure = True

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        metrics = dict(super().measure(genome, wanted, seed=seed))
        if "test_acc" in wanted:
            metrics["test_acc"] = super().measure(genome, ["acc"], seed=seed)["acc"]
        return {**metrics, "fpo": self._times(genome) * metrics["fpo"]}

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        metrics = super().measure_at(genome, wanted, seed=seed, fidelity=fidelity)
        return {**metrics, "fpo": self._times(genome) * metrics["fpo"]}

    def _times(self, genome: Genome) -> float:
        return float(self.option["times"]) if genome == (2, 4, 4, 1) else 1.0


class Fickle(Schooled):
    """What it shows before its last epoch says nothing of what it shows then."""

    is_pure = True

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        metrics = dict(super().measure_at(genome, wanted, seed=seed, fidelity=fidelity))
        if "acc" in metrics and not fidelity.is_whole:
            entropy = [fidelity.amount, *genome]
            metrics["acc"] = float(np.random.default_rng(entropy).uniform(20, 90))
        return metrics


class DropOut(Schooled):
    """A residual network diverges after its first rung."""

    is_pure = True

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        if genome[0] == 1 and fidelity.after and "acc" in wanted:
            raise DivergedError("it diverged")
        return super().measure_at(genome, wanted, seed=seed, fidelity=fidelity)


class Curved(Bowl):
    """Leaves a training curve, and measures its front on a test part as well."""

    final = (TEST_ACC,)
    is_pure = True

    def measure(self, genome: Genome, wanted: Collection[str], *, seed: int) -> Measurement:
        metrics = dict(super().measure(genome, {*wanted, "acc"}, seed=seed))
        if "test_acc" in wanted:
            metrics["test_acc"] = metrics["acc"] - 1
        return Measurement(metrics, ({"epoch": 1.0, "acc": metrics["acc"]},))


class Slow(Bowl):
    """Takes its time to find an accuracy."""

    options: ClassVar[Mapping[str, Any]] = {"seconds": 0.02}

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float] | Measurement:
        if "acc" in wanted:
            time.sleep(self.option["seconds"])
        return super().measure(genome, wanted, seed=seed)


FATES = ("fine", "raises", "not a number", "infinite", "misses a metric", "is a text")


class Flaky(Problem):
    """One gene says how the measuring goes wrong."""

    space = SearchSpace(
        (
            Gene("fate", FATES),
            Gene("width", (1, 2, 3, 4, 5)),
            Gene("depth", (1, 2, 3, 4, 5)),
        )
    )
    objectives = (ACC, FLOPS)
    cheap = frozenset({"flops"})
    is_pure = True

    def measure(self, genome: Genome, wanted: Collection[str], *, seed: int) -> dict[str, Any]:
        fate, width, depth = genome
        metrics: dict[str, Any] = {"flops": float((width + 1) * (depth + 1))}
        if "acc" not in wanted:
            return metrics
        if FATES[fate] == "raises":
            raise RuntimeError("the network\nexploded")
        metrics["acc"] = {
            "not a number": float("nan"),
            "infinite": float("inf"),
            "is a text": "ninety",
        }.get(FATES[fate], 10.0 * width + depth)
        if FATES[fate] == "misses a metric":
            del metrics["acc"]
        return metrics


class Zero(Bowl):
    """Networks that cost nothing."""

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float] | Measurement:
        return {"acc": 50.0, "flops": 0.0, "params": 0.0}


class Hopeless(Bowl):
    """No network of it can be trained."""

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float] | Measurement:
        if "acc" in wanted:
            raise MemoryError("no network fits")
        return super().measure(genome, wanted, seed=seed)


class Killer(Problem):
    """Genome (3,) ends the process that measures it; never measure it with one worker.

    With the option ``marker``, the path of a file, it does so only once: while there is no
    such file.
    """

    space = SearchSpace((Gene("level", tuple(range(8))),))
    objectives = (ACC, FLOPS)
    options: ClassVar[Mapping[str, Any]] = {"marker": ""}

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        (level,) = genome
        marker = self.option["marker"]
        if level == 3 and not (marker and Path(marker).exists()):
            if marker:
                Path(marker).touch()
            os._exit(1)
        return {"acc": 50.0 + level, "flops": 10.0 * level}


def _acc_per_megaflop(metrics: Mapping[str, float]) -> float:
    return 1e6 * metrics["acc"] / metrics["flops"]


thrift = Objective(
    "thrift",
    "%/MFLOP",
    "accuracy per MFLOP",
    -1,
    best=100.0,
    worst=0.0,
    needs=("acc", "flops"),
    compute=_acc_per_megaflop,
)
NEED = Objective(
    "need",
    "MFLOP/%",
    "MFLOP per percent",
    +1,
    needs=("acc", "flops"),
    compute=(lambda metrics: metrics["flops"] / metrics["acc"] / 1e6),
)
second_acc = Objective(
    "acc", "%", "accuracy again", -1, needs=("acc",), compute=lambda m: m["acc"]
)
STATED = Objective("stated", "", "says nothing", +1)
NEEDY = Objective("needy", "", "wants much", +1, needs=("latency",), compute=lambda m: 0.0)


class Reals(PymooProblem):
    """Two real variables, two objectives, all rows at once."""

    def __init__(self) -> None:
        super().__init__(n_var=3, n_obj=2, xl=0.0, xu=1.0)

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        g = 1 + X[:, 1:].sum(1)
        out["F"] = np.column_stack([X[:, 0], g * (1 - np.sqrt(X[:, 0] / g))])


class Integers(PymooProblem):
    """Integer variables of a plain pymoo problem."""

    def __init__(self) -> None:
        super().__init__(n_var=4, n_obj=2, xl=0, xu=9, vtype=int)

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        assert (np.round(X.astype(float)) == X).all()
        out["F"] = np.column_stack([X.sum(1), ((9 - X) ** 2).sum(1)]).astype(float)


class Bits(PymooProblem):
    """Yes or no, eight times."""

    def __init__(self) -> None:
        super().__init__(n_var=8, n_obj=2, xl=0, xu=1, vtype=bool)

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        X = X.astype(float)
        out["F"] = np.column_stack([X.sum(1), ((1 - X) * np.arange(1, 9)).sum(1)])


class Mixed(ElementwiseProblem):
    """An integer, a real and a category."""

    def __init__(self) -> None:
        variables = {
            "layers": Integer(bounds=(1, 6)),
            "rate": Real(bounds=(0.0, 1.0)),
            "act": Choice(options=["relu", "tanh"]),
        }
        super().__init__(vars=variables, n_obj=2)

    def _evaluate(
        self, x: Mapping[str, Any], out: dict[str, Any], *args: Any, **kwargs: Any
    ) -> None:
        out["F"] = [x["layers"] + x["rate"], (6 - x["layers"]) + (x["act"] == "tanh")]


class Elementwise(ElementwiseProblem):
    """One row at a time; rows near the middle cannot be evaluated."""

    def __init__(self) -> None:
        super().__init__(n_var=2, n_obj=2, xl=-1.0, xu=1.0)

    def _evaluate(self, x: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if abs(x[1]) < 0.05:
            raise ArithmeticError("too near the middle")
        out["F"] = [x[0] ** 2 + x[1] ** 2, (x[0] - 1) ** 2 + x[1] ** 2]


class Constrained(ElementwiseProblem):
    """One inequality."""

    def __init__(self) -> None:
        super().__init__(n_var=2, n_obj=2, n_ieq_constr=1, xl=0.0, xu=2.0)

    def _evaluate(self, x: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        out["F"] = [x[0], x[1]]
        out["G"] = [1.0 - x[0] - x[1]]


class Balanced(PymooProblem):
    """One equality, and one inequality that holds everywhere."""

    def __init__(self) -> None:
        super().__init__(n_var=3, n_obj=2, n_ieq_constr=1, n_eq_constr=1, xl=0, xu=4, vtype=int)

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        X = X.astype(float)
        out["F"] = np.column_stack([X[:, 0] + X[:, 2], 8 - X[:, 0] + X[:, 2]])
        out["G"] = -np.ones((len(X), 1))
        out["H"] = (X[:, 0] - X[:, 1])[:, None]


def _directions() -> np.ndarray:
    directions: np.ndarray = get_reference_directions("das-dennis", 2, n_partitions=9)
    return directions


def plain_nsga2() -> NSGA2:
    return NSGA2(pop_size=10)


def plain_nsga3() -> NSGA3:
    return NSGA3(_directions(), pop_size=10)


def plain_unsga3() -> UNSGA3:
    return UNSGA3(_directions(), pop_size=10)


def plain_moead() -> MOEAD:
    return MOEAD(_directions(), n_neighbors=4)


def plain_smsemoa() -> SMSEMOA:
    return SMSEMOA(pop_size=10)


def plain_rvea() -> RVEA:
    return RVEA(_directions(), pop_size=10)


def plain_spea2() -> SPEA2:
    return SPEA2(pop_size=10, survival=SPEA2Survival())  # pymoo's default is one for all


PLAIN = (
    plain_nsga2,
    plain_nsga3,
    plain_unsga3,
    plain_moead,
    plain_smsemoa,
    plain_rvea,
    plain_spea2,
)


def sized(pop_size: int, sampling: Any, crossover: Any, mutation: Any) -> NSGA2:
    """A factory that takes what evonas offers."""
    return NSGA2(pop_size, sampling=sampling, crossover=crossover, mutation=mutation)


def towards(ref_dirs: np.ndarray, sampling: Any, crossover: Any, mutation: Any) -> NSGA3:
    """A factory that asks for directions."""
    return NSGA3(ref_dirs, sampling=sampling, crossover=crossover, mutation=mutation)


instance = NSGA2(
    pop_size=6,
    sampling=IntegerRandomSampling(),
    crossover=GenomeCrossover(),
    mutation=GenomeMutation(),
)
Class = NSGA2
floats = FloatRandomSampling()
IntegerSampling = IntegerRandomSampling
crossover = GenomeCrossover(exchanged=0.5)
FloatCrossover = SBX
FloatMutation = PM


def eager_mutation() -> GenomeMutation:
    return GenomeMutation(n_changes=2.0)


def unfinished(strength: float) -> GenomeMutation:
    return GenomeMutation(n_changes=strength)


def a_text() -> str:
    return "not an algorithm"


class Hinted(Slow):
    """Says what its effort grows with."""

    effort = "flops"


class Laborious(Flaky):
    """Knows what its trainings cost; some of them fail."""

    effort = "flops"
    is_pure = True
