"""Other people's optimisers, run for real beside ours."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import ElementwiseProblem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

from evonas.space import Genome, SearchSpace

Oracle = Callable[[Genome], Sequence[float]]
Peer = Callable[[SearchSpace, Oracle, int, int], None]

POP_SIZE = 20
MANY = 1_000_000  # asks; the oracle ends a peer long before


def pymoo_nsga2(space: SearchSpace, oracle: Oracle, n_objectives: int, seed: int) -> None:
    """Pymoo's NSGA-II with the recipe for integers of its documentation."""

    class Asked(ElementwiseProblem):
        def __init__(self) -> None:
            high = np.array(space.sizes) - 1
            super().__init__(
                n_var=len(high), n_obj=n_objectives, xl=0 * high, xu=high, vtype=int
            )

        def _evaluate(self, x: Any, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            out["F"] = oracle(tuple(int(gene) for gene in x))

    rounded = {"prob": 1.0, "eta": 3.0, "vtype": float, "repair": RoundingRepair()}
    algorithm = NSGA2(
        pop_size=POP_SIZE,
        sampling=IntegerRandomSampling(),
        crossover=SBX(**rounded),
        mutation=PM(**rounded),
        eliminate_duplicates=True,
    )
    minimize(Asked(), algorithm, ("n_eval", MANY), seed=seed)


def _optuna(sampler_name: str, **options: Any) -> Peer:
    def run(space: SearchSpace, oracle: Oracle, n_objectives: int, seed: int) -> None:
        import optuna  # of the extra evonas[bench]

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = getattr(optuna.samplers, sampler_name)(seed=seed, **options)
        study = optuna.create_study(sampler=sampler, directions=["minimize"] * n_objectives)
        for _ in range(MANY):
            trial = study.ask()
            genome = tuple(
                trial.suggest_int(gene.name, 0, size - 1)
                if gene.ordered
                else trial.suggest_categorical(gene.name, list(range(size)))
                for gene, size in zip(space.genes, space.sizes, strict=True)
            )
            study.tell(trial, list(oracle(genome)))

    return run


def syne_tune_morea(space: SearchSpace, oracle: Oracle, n_objectives: int, seed: int) -> None:
    """Syne Tune's ageing evolution for several objectives, asked for one trial at a time.

    No extra brings it: xgboost, on which it depends, has another version of NCCL write over the
    one of torch.
    """
    from syne_tune.config_space import choice, randint
    from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler
    from syne_tune.optimizer.schedulers.multiobjective import (
        MultiObjectiveRegularizedEvolution,
    )
    from syne_tune.optimizer.schedulers.single_fidelity_scheduler import (
        SingleFidelityScheduler,
    )

    np.random.seed(seed)  # its first population comes from numpy's global generator
    domains = {
        gene.name: randint(0, size - 1) if gene.ordered else choice(list(range(size)))
        for gene, size in zip(space.genes, space.sizes, strict=True)
    }
    searcher = MultiObjectiveRegularizedEvolution(
        domains, population_size=POP_SIZE, random_seed=seed
    )
    names = [f"f{i}" for i in range(n_objectives)]
    scheduler = AskTellScheduler(
        SingleFidelityScheduler(domains, names, searcher=searcher, random_seed=seed)
    )
    for _ in range(MANY):
        trial = scheduler.ask()
        genome = tuple(int(trial.config[gene.name]) for gene in space.genes)
        scheduler.tell(trial, dict(zip(names, oracle(genome), strict=True)))


PEERS: dict[str, Peer] = {
    "pymoo-nsga2": pymoo_nsga2,
    "optuna-nsga2": _optuna("NSGAIISampler", population_size=POP_SIZE),
    "optuna-tpe": _optuna("TPESampler"),
    "optuna-gp": _optuna("GPSampler"),
    "syne-tune-morea": syne_tune_morea,
}


def lacking(name: str) -> str:
    """The package that a peer needs and that is not installed; empty if there is none."""
    package = name.rpartition("-")[0]
    return "" if importlib.util.find_spec(package.replace("-", "_")) else package
