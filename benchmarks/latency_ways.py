"""How well each way to know a latency tells whole networks that are measured on this machine.

    python benchmarks/latency_ways.py [--networks 30] [--fitted 40] [--seed 1]

Three spaces, torch and ONNX Runtime, one input at a time, one thread. A look-up table is made
of each space, as ``evonas latency --table`` makes it; a time model is fitted to some networks,
as a calibration is, and so predicts; the analysis is the model of this machine as it stands.
Judged by random networks that neither has seen, each measured 30 times in turn with the others.
Writes a row for each network to ``results/``, and prints a table.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from evonas.hardware.calibration import fit
from evonas.hardware.latency_ways import MEASURERS, Measurer
from evonas.hardware.roofline import terms
from evonas.hardware.targets import Target, forward_pass
from evonas.hardware.this_machine import this_machine
from evonas.models.measured_latency import batch_of
from evonas.models.operator_times import measured_table
from evonas.models.passes import pass_of
from evonas.networks.building import built
from evonas.networks.layers import layer_table
from evonas.networks.operators import operators_of
from evonas.networks.repeats import interleaved
from evonas.pareto.correlation import spearman
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.space import Genome
from evonas.training.device import reproducible
from evonas.training.trained_problem import TrainedProblem

RESULTS = Path(__file__).parent / "results"
SPACES = (("digits", "digits"), ("nb201", "digits"), ("mobilenetv2", "cifar10"))
WAYS = ("analysis", "look_up_table", "prediction")


@dataclass(frozen=True)
class Row:
    """One network, in seconds of one pass of one input.

    Attributes:
        space: Short name of the space.
        runtime: What ran it.
        genome: Its genome, the numbers joined.
        measured: The shortest of 30 passes.
        analysis: What the model of this machine tells.
        look_up_table: What the look-up table of the space tells.
        prediction: What a time model tells that was fitted to other networks of the space.
        n_estimated: Operators that the table lacked.
    """

    space: str
    runtime: str
    genome: str
    measured: float
    analysis: float
    look_up_table: float
    prediction: float
    n_estimated: int


def measured(
    problem: TrainedProblem, genomes: Sequence[Genome], runtime: Measurer
) -> list[float]:
    """Seconds of each network, timed in turn."""
    passes = []
    for genome in genomes:
        architecture = problem.decode(genome)
        model = built(lambda a=architecture: problem.build(a), problem.input_shape)
        passes.append(pass_of(model, batch_of(problem.input_shape, 1), runtime=runtime))
    return [each.seconds for each in interleaved(passes)]


def rows_of(
    space: str, problem: TrainedProblem, runtime: Measurer, *, n: int, n_fitted: int, seed: int
) -> list[Row]:
    """All networks of one space under one runtime."""
    table = measured_table(problem, runtime=runtime)
    print(f"{space}, {runtime}: {len(table.seconds)} operators, {table.quality}", flush=True)
    drawn = problem.space.sample(n + n_fitted, np.random.default_rng(seed))
    genomes = list(dict.fromkeys(map(problem.canonical, drawn)))
    rest, fitted = genomes[:n], genomes[n:]
    operations = {genome: problem.cost(genome).operations for genome in genomes}
    seconds = measured(problem, fitted, runtime)
    pairs = zip(fitted, seconds, strict=True)
    coefficients = fit([(operations[genome], 1, took) for genome, took in pairs])
    here = Target(this_machine(), runtime="onnx" if runtime == "onnx" else "eager")
    rows = []
    for genome, took in zip(rest, measured(problem, rest, runtime), strict=True):
        architecture = problem.decode(genome)
        layers = layer_table(lambda a=architecture: problem.build(a), problem.input_shape)
        placed = operators_of(layers, is_fused=table.is_fused)
        looked = table.look_up([each.operator for each in placed])
        amounts = terms(operations[genome], batch=1)
        predicted = sum(c * amounts.get(name, 0.0) for name, c in coefficients.items())
        modelled = forward_pass(operations[genome], here).seconds
        joined = "-".join(map(str, genome))
        told = (took, modelled, looked.seconds, predicted)
        rows.append(Row(space, runtime, joined, *told, len(looked.estimated)))
    return rows


def lines_of(rows: Sequence[Row]) -> list[str]:
    """A line for each space, runtime and way."""
    lines = [
        f"{'space':12} {'by':6} {'way':14} {'Spearman':>8} {'measured/told':>13} {'error':>6}"
    ]
    groups = dict.fromkeys((row.space, row.runtime) for row in rows)
    for space, runtime in groups:
        group = [row for row in rows if (row.space, row.runtime) == (space, runtime)]
        took = np.array([row.measured for row in group])
        for way in WAYS:
            told = np.array([getattr(row, way) for row in group])
            error = np.median(abs(told / took - 1))
            lines.append(
                f"{space:12} {runtime:6} {way:14} {spearman(told, took):8.3f} "
                f"{np.median(took / told):13.2f} {100 * error:5.0f}%"
            )
    return lines


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, write, print.

    Args:
        argv: the arguments; those of the process if left out.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=30)
    parser.add_argument("--fitted", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args(argv)
    rows = []
    for space, data in SPACES:
        problem = ProblemSpec(space, Settings(data=data, device="cpu")).open()
        for runtime in MEASURERS:
            with reproducible():
                rows += rows_of(
                    space,
                    problem,
                    runtime,
                    n=given.networks,
                    n_fitted=given.fitted,
                    seed=given.seed,
                )
    file = given.out / f"latency-ways-{given.networks}networks-batch1-seed{given.seed}-cpu.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows(map(astuple, rows))
    print("\n".join(lines_of(rows)))


if __name__ == "__main__":
    main()
