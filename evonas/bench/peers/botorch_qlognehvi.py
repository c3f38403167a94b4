"""BoTorch's noisy expected hypervolume improvement, with the counted objectives exact."""

from __future__ import annotations

import math
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.fit import fit_gpytorch_mll
from botorch.models import ModelList, SingleTaskGP
from botorch.models.deterministic import GenericDeterministicModel
from botorch.models.transforms.input import (
    ChainedInputTransform,
    InputTransform,
    Normalize,
    NumericToCategoricalEncoding,
)
from botorch.optim import optimize_acqf_discrete, optimize_acqf_discrete_local_search
from botorch.utils.multi_objective.hypervolume import infer_reference_point
from botorch.utils.multi_objective.pareto import is_non_dominated
from botorch.utils.sampling import draw_sobol_samples
from gpytorch.mlls import ExactMarginalLogLikelihood
from torch import Tensor
from torch.nn.functional import one_hot

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task

MAX_START = 20  # architectures measured before the first model; BoTorch's pages take 2 (d + 1)
N_POOL = 4096  # genomes of the largest space that is looked at as a whole


class Counted:
    """The counted objectives of genomes to be maximised, asked for once each.

    Args:
        task: the search that is made.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._known: dict[tuple[int, ...], list[float]] = {}

    def __call__(self, X: Tensor) -> Tensor:
        """The counted objectives, ``(..., n_counted)``, of genomes ``(..., d)``."""
        genomes = [tuple(map(int, row)) for row in X.reshape(-1, X.shape[-1]).tolist()]
        new = [genome for genome in dict.fromkeys(genomes) if genome not in self._known]
        if new:
            rows = ([-float(value) for value in row] for row in self._task.count(new))
            self._known.update(zip(new, rows, strict=True))
        values = torch.tensor([self._known[genome] for genome in genomes], dtype=X.dtype)
        return values.reshape(*X.shape[:-1], -1)


def run(task: Task) -> None:
    """Search until the task ends it.

    Args:
        task: the search to make.
    """
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(task.seed)
    torch.set_default_dtype(torch.float64)
    counted, models = Counted(task), dict[int, SingleTaskGP]()
    X, Y = torch.empty(0, len(task.sizes)), torch.empty(0, task.n_objectives)
    start = _start(task)
    while True:
        x = start.pop(0) if start else _proposed(task, X, Y, counted, models)
        if x is None:  # all there is has been measured
            return
        values = task.measure(tuple(map(int, x.tolist())))
        X = torch.cat([X, x[None]])
        Y = torch.cat([Y, -torch.tensor([values], dtype=Y.dtype)])


def _start(task: Task) -> list[Tensor]:
    """Scrambled Sobol points, no two of them alike."""
    n = min(2 * (len(task.sizes) + 1), MAX_START, max(1, task.n_evaluations // 2))
    n = min(n, math.prod(task.sizes))
    sizes = torch.tensor(task.sizes, dtype=torch.float64)
    bounds = torch.stack([torch.zeros_like(sizes), torch.ones_like(sizes)])
    n_drawn, drawn = n, dict[tuple[float, ...], None]()
    while len(drawn) < n:
        points = draw_sobol_samples(bounds, n_drawn, 1, seed=task.seed)[:, 0]
        chosen = torch.minimum(torch.floor(points * sizes), sizes - 1)
        drawn, n_drawn = dict.fromkeys(map(tuple, chosen.tolist())), 2 * n_drawn
    return [torch.tensor(point) for point in drawn][:n]


def _proposed(
    task: Task, X: Tensor, Y: Tensor, counted: Counted, models: dict[int, SingleTaskGP]
) -> Tensor | None:
    """The genome that promises most hypervolume; ``None`` if all there are have been tried.

    Args:
        task: the search that is made.
        X: genomes, ``(n, d)``.
        Y: their objectives, ``(n, n_objectives)``, to be maximised.
        counted: gives the counted objectives.
        models: the models of the last call by objective, to start from; to be replaced.
    """
    for i, is_counted in enumerate(task.is_counted):
        if not is_counted:
            models[i] = _fitted(task, X, Y[:, [i]], models.get(i))
    acquisition = qLogNoisyExpectedHypervolumeImprovement(
        _joined(task, counted, models),
        ref_point=_reference(task, Y),
        X_baseline=X,
        prune_baseline=True,
    )
    best: Tensor
    choices = [torch.arange(size, dtype=X.dtype) for size in task.sizes]
    if math.prod(task.sizes) <= N_POOL:
        pool = torch.cartesian_prod(*choices).reshape(-1, len(choices))
        pool = pool[~(pool[:, None] == X).all(-1).any(-1)]
        if not len(pool):
            return None
        best, _ = optimize_acqf_discrete(acquisition, q=1, choices=pool)
    else:
        best, _ = optimize_acqf_discrete_local_search(
            acquisition, discrete_choices=choices, q=1, X_avoid=X
        )
    return best[0]


def _fitted(task: Task, X: Tensor, y: Tensor, last: SingleTaskGP | None) -> SingleTaskGP:
    """BoTorch's Gaussian process; its fit starts where the last one ended."""
    model = SingleTaskGP(X, y, input_transform=_encoding(task))
    if last is not None:
        own = dict(model.named_parameters())
        kept = {name: value for name, value in last.state_dict().items() if name in own}
        model.load_state_dict({**model.state_dict(), **kept})
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    return model


def _encoding(task: Task) -> InputTransform:
    """Ordered genes within [0, 1], and a column for each choice of the others."""
    ordered, categories = [], dict[int, int]()
    for i, (size, is_ordered) in enumerate(zip(task.sizes, task.is_ordered, strict=True)):
        if is_ordered or size == 1:
            ordered.append(i)
        else:
            categories[i] = size
    transforms: dict[str, InputTransform] = {}
    if ordered:
        high = torch.tensor(task.sizes, dtype=torch.float64).sub(1).clamp(min=1)
        bounds = torch.stack([torch.zeros_like(high), high])
        transforms["scaled"] = Normalize(len(task.sizes), indices=ordered, bounds=bounds)
    if categories:
        encoders = {i: partial(one_hot, num_classes=size) for i, size in categories.items()}
        transforms["one_hot"] = NumericToCategoricalEncoding(
            len(task.sizes), categories, encoders
        )
    return ChainedInputTransform(**transforms)


def _joined(task: Task, counted: Counted, models: dict[int, SingleTaskGP]) -> ModelList:
    """One model for each objective, those of the counted ones exact."""
    place = {i: k for k, i in enumerate(i for i, is_c in enumerate(task.is_counted) if is_c)}

    def column(X: Tensor, k: int) -> Tensor:
        return counted(X)[..., [k]]

    return ModelList(
        *(
            GenericDeterministicModel(partial(column, k=place[i]), num_outputs=1)
            if is_counted
            else models[i]
            for i, is_counted in enumerate(task.is_counted)
        )
    )


def _reference(task: Task, Y: Tensor) -> Any:
    """What counts as no progress; BoTorch's guess from the front where nobody knows."""
    if task.reference is not None:
        return -torch.tensor(task.reference, dtype=Y.dtype)
    return infer_reference_point(Y[is_non_dominated(Y)])
