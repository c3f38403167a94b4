"""Making look-up tables: every operator of a space timed once, and judged by whole networks."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from scipy.optimize import nnls
from torch import Tensor, nn

from evonas.faults import reason_of
from evonas.hardware.device_lock import alone_on
from evonas.hardware.latency_ways import Measurer
from evonas.hardware.measured import Measured
from evonas.hardware.operator_table import Operator, OperatorTable, TableQuality
from evonas.models.measured_latency import batch_of
from evonas.models.passes import CPU, onnx_pass, pass_of, write_untrained
from evonas.networks.building import built
from evonas.networks.layers import LayerTable, layer_table
from evonas.networks.layout import in_first_layout, laid_out, lay_out
from evonas.networks.operators import operators_of
from evonas.networks.repeats import REPEATS, Pass, interleaved
from evonas.networks.replay import Step, steps_by_layer, steps_of
from evonas.pareto.correlation import spearman
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

N_NETWORKS = 200
PATIENCE = 20  # networks in a row that bring no operator: the space has shown what it has
N_WHOLE = 24  # whole networks that a table is fitted to, and judged by, half of them each


@dataclass(frozen=True)
class Found:
    """The operators of a space.

    Attributes:
        passes: What runs each operator.
        networks: The operators of each network that was looked at, by its genome.
    """

    passes: dict[Operator, Pass]
    networks: dict[Genome, tuple[Operator, ...]]


def measured_table(
    problem: TrainedProblem,
    *,
    runtime: Measurer = "torch",
    batch: int = 1,
    n_networks: int = N_NETWORKS,
    seed: int = 0,
    repeats: int = REPEATS,
    on_step: Callable[[str, int, int], Any] = lambda what, n, of: None,
) -> OperatorTable:
    """Time the operators of a space on this machine, one thread, shortest of 30.

    Networks are drawn until 20 in a row have brought no operator that is new. A sum of
    operators is not the time of a network, for they run in company there; so a constant and a
    factor are fitted to twelve whole networks, and judged by twelve others.

    Args:
        problem: The problem that builds the networks.
        runtime: What runs them: ``torch``, or ``onnx`` for ONNX Runtime.
        batch: How many inputs pass at a time.
        n_networks: How many networks are looked at, at most.
        seed: Fixes which networks are drawn.
        repeats: How often each operator is timed.
        on_step: Told of progress: what is done, how many are done, and of how many.

    Raises:
        ValueError: A network cannot be built or run layer by layer.
    """
    found = operators_in(problem, runtime=runtime, batch=batch, n=n_networks, seed=seed)
    passes = [*found.passes.values(), _nothing(runtime)]
    *each, nothing = _timed(passes, "operators", repeats, on_step)
    seconds = {o: max(0.0, s - nothing) for o, s in zip(found.passes, each, strict=True)}
    table = OperatorTable(here(runtime), runtime, batch, seconds)
    genomes = list(found.networks)[:: max(1, len(found.networks) // N_WHOLE)][:N_WHOLE]
    whole = [pass_of(*_network(problem, genome, batch), runtime=runtime) for genome in genomes]
    measured = _timed(whole, "whole networks", repeats, on_step)
    sums = [table.look_up(found.networks[genome]).seconds for genome in genomes]
    return fitted(table, np.array(sums), np.array(measured))


def _timed(
    passes: Sequence[Pass], what: str, repeats: int, on_step: Callable[[str, int, int], Any]
) -> list[float]:
    """The shortest time of each pass, while nobody else measures."""
    on_step(what, 0, repeats)
    n_done = itertools.count(1)
    with alone_on(str(CPU)):
        times = interleaved(
            passes,
            repeats=repeats,
            on_round=lambda: on_step(what, next(n_done), repeats),
        )
    return [time.seconds for time in times]


def fitted(table: OperatorTable, sums: np.ndarray, measured: np.ndarray) -> OperatorTable:
    """A table with the constant and the factor that whole networks show, judged by others.

    Args:
        table: The table, whose factor is 1.
        sums: What it tells of some networks, ``(n,)``; every other one is held out.
        measured: Measured seconds of the same networks, ``(n,)``.

    Returns:
        The table as it is where there are fewer than four networks to fit and to judge by.
    """
    if len(sums) < 4:
        return table
    X = np.stack([np.full(len(sums), sums.max()), sums], 1) / measured[:, None]
    (once, factor), _ = nnls(X[::2], np.ones(len(X[::2])))
    told = X[1::2] @ np.array([once, factor])  # as shares of what was measured
    quality = TableQuality(
        n=len(told),
        spearman=spearman(told * measured[1::2], measured[1::2]),
        median_error=float(np.median(abs(told - 1))),
    )
    once_s = float(once * sums.max())
    return replace(table, once_s=once_s, factor=float(factor), quality=quality)


def operators_in(
    problem: TrainedProblem, *, runtime: Measurer, batch: int, n: int, seed: int
) -> Found:
    """The operators of a space, as networks drawn from it show them.

    Args:
        problem: The problem that builds the networks.
        runtime: What is to run the operators.
        batch: How many inputs pass at a time.
        n: How many networks are looked at, at most.
        seed: Fixes which networks are drawn.

    Raises:
        ValueError: Of no network the operators can be told.
    """
    found, reasons, n_idle = Found({}, {}), list[str](), 0
    for genome in _drawn(problem, n=n, seed=seed):
        try:
            new = _new_passes(problem, genome, found, runtime=runtime, batch=batch)
        except Exception as error:  # of a user's code, or of a library
            reasons.append(reason_of(error))
            continue
        n_idle = 0 if new else n_idle + 1
        found.passes.update(new)
        if n_idle >= PATIENCE:
            break
    if not found.passes:
        raise ValueError(f"no network of the space can be taken apart: {reasons[0]}")
    return found


def layer_times(model: nn.Module, table: LayerTable, *, batch: int = 1) -> list[Measured]:
    """What every layer of a network takes by itself, by torch on the processor.

    Args:
        model: The network; its mode and its layout may change.
        table: The layers of the network, as they were counted.
        batch: How many inputs pass at a time.

    Raises:
        ValueError: A layer that was counted did not run.
    """
    given = batch_of(table.inputs, batch)
    steps = in_first_layout(lambda layout: _steps(model.eval(), given, layout))
    groups = steps_by_layer(steps, table.layers)
    with alone_on(str(CPU)):
        return interleaved([_pass(g, "torch") for g in groups])


def here(runtime: Measurer) -> str:
    """This machine, and what runs networks on it, in words."""
    library = "torch" if runtime == "torch" else "onnxruntime"
    where = platform.processor() or platform.machine()
    return f"{where}, one thread, {library} {metadata.version(library)}"


def _drawn(problem: TrainedProblem, *, n: int, seed: int) -> list[Genome]:
    sizes = problem.space.sizes
    corners = [tuple(size - 1 for size in sizes), (0,) * len(sizes)]
    drawn = problem.space.sample(n, np.random.default_rng(seed))
    return list(dict.fromkeys(problem.canonical(genome) for genome in (*corners, *drawn)))[:n]


def _new_passes(
    problem: TrainedProblem, genome: Genome, found: Found, *, runtime: Measurer, batch: int
) -> dict[Operator, Pass]:
    """What runs those operators of a network that were not found yet."""
    architecture = problem.space.decode(genome)
    table = layer_table(lambda: problem.build(architecture), problem.input_shape)
    placed = operators_of(table, is_fused=runtime == "onnx")
    new = {p.operator: p.places for p in placed if p.operator not in found.passes}
    passes: dict[Operator, Pass] = {}
    if new:
        model, inputs = _network(problem, genome, batch)
        steps = in_first_layout(lambda layout: _steps(model, inputs, layout))
        groups = steps_by_layer(steps, table.layers)
        for operator, places in new.items():
            passes[operator] = _pass([step for i in places for step in groups[i]], runtime)
    found.networks[genome] = tuple(p.operator for p in placed)
    return passes


def _network(
    problem: TrainedProblem, genome: Genome, batch: int
) -> tuple[nn.Module, Sequence[Tensor]]:
    shape = problem.input_shape
    model = built(lambda: problem.build(problem.space.decode(genome)), shape)
    return model.eval(), batch_of(shape, batch)


def _steps(
    model: nn.Module, inputs: Sequence[Tensor], layout: torch.memory_format
) -> list[Step]:
    lay_out(model, layout)
    return steps_of(model, tuple(laid_out(tensor, layout) for tensor in inputs))


def _pass(steps: Sequence[Step], runtime: Measurer) -> Pass:
    if runtime == "torch":
        again = [step.again() for step in steps]

        def once() -> None:
            with torch.inference_mode():
                for each in again:
                    each()

        return once
    return _onnx_pass(steps)


def _nothing(runtime: Measurer) -> Pass:
    """What calling an operator takes beside the operator."""
    if runtime == "torch":
        return _pass([], runtime)
    return _onnx_pass([Step(nn.Identity(), (torch.zeros(1, 1),), {})])


def _onnx_pass(steps: Sequence[Step]) -> Pass:
    first, *rest = steps
    whole = _Fused(first, rest)
    with TemporaryDirectory() as folder:
        file = Path(folder, "operator.onnx")
        write_untrained(whole, first.given, file=file)
        return onnx_pass(file, first.given)


class _Fused(nn.Module):
    def __init__(self, first: Step, rest: Sequence[Step]) -> None:
        super().__init__()
        self.first, self.rest = first, nn.ModuleList(rest)

    def forward(self, *tensors: Tensor) -> Any:
        found = self.first(*tensors)
        for step in self.rest:
            found = step(found)
        return found
