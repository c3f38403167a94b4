"""Finding a network's latency in every way that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evonas.carbon.files import read_assumptions
from evonas.hardware.latency_ways import LatencyWays, Measurer
from evonas.hardware.measured import Measured
from evonas.hardware.table_files import read_table
from evonas.hardware.target_times import target_times
from evonas.hardware.targets import Target
from evonas.hardware.this_machine import this_machine
from evonas.models.measured_latency import measured
from evonas.models.operator_times import here, layer_times
from evonas.networks.building import built
from evonas.networks.inputs import Inputs, as_inputs
from evonas.networks.layers import LayerTable, layer_table
from evonas.networks.operators import operators_of
from evonas.parsing import read_settings
from evonas.plugins.contract import told
from evonas.problem import Problem, Settings
from evonas.reports.latency_sheet import Known, LatencySheet
from evonas.reports.named_network import (
    NamedNetwork,
    network_in,
    network_named,
    network_of_problem,
    network_of_run,
)
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.space import Genome
from evonas.training.device import reproducible


def latency(
    of: Run | str | Path | Callable[[], Any] | None = None,
    genome: Genome | str | None = None,
    *,
    problem: str | type[Problem] | None = None,
    architecture: str | Mapping[str, Any] | Genome | None = None,
    settings: Settings | None = None,
    inputs: Inputs | None = None,
    target: str | Target | Sequence[str | Target] = (),
    measure: Measurer | Sequence[Measurer] = (),
    measure_with: str = "",
    table: str | Path | None = None,
    calibration: str | Path | None = None,
    batch: int | None = None,
) -> LatencySheet:
    """What a network takes where it will live, in all and by layer.

    Args:
        of: A run or its directory, a model folder, the name of a network such as ``resnet18``
            or ``FILE.py:NAME``, or what makes a network when called.
        genome: Which architecture of a run: its short id, its genome, or a text of that.
        problem: In place of ``of``, a problem by its name, ``FILE.py:CLASS``, or its class.
        architecture: Which architecture of the problem.
        settings: What the problem is told from outside.
        inputs: What one input of a named network is; 3 x 224 x 224 if left out.
        target: Where it is modelled to run, such as ``a100:bf16:b32``; this machine if left
            out.
        measure: What measures it on this machine: ``torch``, ``onnx``, or both.
        measure_with: The command that measures it elsewhere.
        table: The file of a look-up table.
        calibration: The carbon file with a calibrated time model, to predict by.
        batch: How many inputs pass at a time where it is measured or predicted; the first
            target's if left out.

    Raises:
        ValueError: The network or a target is unknown, or a way to know its latency fails.
        FileNotFoundError: A file is not there.
    """
    network = _chosen(of, genome, problem, architecture, settings, inputs)
    runtimes: Sequence[Any] = [measure] if isinstance(measure, str) else measure
    targets, batch = _targets(target, batch, is_measured=bool(runtimes))
    layers = _layers(network)
    parts = [layer.operations for layer in layers.layers]
    modelled = tuple(target_times(parts, each) for each in targets)
    known = [
        Known("analysis", str(t.target), t.target.batch, t.seconds, t.low, t.high, "the model")
        for t in modelled
    ]
    known += [_looked_up(layers, Path(table))] if table else []
    known += [_predicted(layers, Path(calibration), batch)] if calibration else []
    known += [_measured_here(network, runtime, batch) for runtime in runtimes]
    known += [_measured_elsewhere(network, measure_with, batch)] if measure_with else []
    each, notes = _each_layer(network, layers, batch) if "torch" in runtimes else ((), ())
    return LatencySheet(network.name, layers, tuple(known), modelled, each, notes)


def _targets(
    given: str | Target | Sequence[str | Target], batch: int | None, *, is_measured: bool
) -> tuple[list[Target], int]:
    """Where the network is modelled, and how many inputs pass where it is measured.

    This machine is modelled beside what is measured, and where nothing else is named.
    """
    several = [given] if isinstance(given, (str, Target)) else list(given)
    targets = [t if isinstance(t, Target) else Target.parse(t) for t in several]
    batch = batch or (targets[0].batch if targets else 1)
    mine = Target(this_machine(), batch=batch)
    if (is_measured or not targets) and str(mine) not in map(str, targets):
        targets.append(mine)
    return targets, batch


def _chosen(
    of: Run | str | Path | Callable[[], Any] | None,
    genome: Genome | str | None,
    problem: str | type[Problem] | None,
    architecture: str | Mapping[str, Any] | Genome | None,
    settings: Settings | None,
    inputs: Inputs | None,
) -> NamedNetwork:
    if (of is None) == (problem is None):
        raise ValueError(
            "latency needs a run with a genome, a model folder or a network, or a problem and "
            "an architecture"
        )
    if problem is not None:
        if architecture is None:
            raise ValueError("latency needs an architecture: which network of the problem")
        return network_of_problem(problem, architecture, settings or Settings())
    if callable(of):
        return NamedNetwork(getattr(of, "__name__", "network"), of, inputs or (3, 224, 224))
    if isinstance(of, str) and not Path(of).is_dir():
        return network_named(of, inputs)
    if isinstance(of, Run) or genome is not None:
        if genome is None:
            raise ValueError("latency needs a genome: which architecture of the run")
        return network_of_run(of if isinstance(of, Run) else open_run(Path(str(of))), genome)
    return network_in(Path(str(of)))


def _layers(network: NamedNetwork) -> LayerTable:
    found: LayerTable = told(
        f"cannot count {network.name} on an input of "
        f"{' and '.join(map(str, as_inputs(network.inputs)))}",
        lambda: layer_table(network.build, network.inputs),
    )
    return found


def _looked_up(layers: LayerTable, file: Path) -> Known:
    table = read_table(file)
    placed = operators_of(layers, is_fused=table.is_fused)
    looked = table.look_up([each.operator for each in placed])
    n = len(looked.estimated)
    how = [f"{len(placed)} operators" + (f", {n} estimated by others" if n else "")]
    how += [str(table.quality)] if table.quality else []
    return Known("look-up table", table.device, table.batch, looked.seconds, how="; ".join(how))


def _predicted(layers: LayerTable, file: Path, batch: int) -> Known:
    calibration = read_assumptions(read_settings(file)).calibration
    if calibration is None:
        raise ValueError(
            f"{file} has no calibration to predict by; evonas calibrate writes such a file"
        )
    model = calibration.inference
    seconds = model.seconds(layers.cost.operations, batch=batch)
    error = model.relative_error
    how = (
        f"fitted on {calibration.space}; of {model.n_held_out} networks held out nine in ten "
        f"within {100 * error:.0f} %, R2 {model.r2:.2f}"
    )
    low, high = max(0.0, 1 - error) * seconds, (1 + error) * seconds
    return Known("prediction", calibration.device, batch, seconds, low, high, how)


def _measured_here(network: NamedNetwork, runtime: Measurer, batch: int) -> Known:
    found = _measured(network, LatencyWays(runtime=runtime, batch=batch))
    how = f"shortest of {found.n}; quartiles"
    low, _, high = found.quartiles
    return Known("measurement", here(runtime), batch, found.seconds, low, high, how)


def _measured_elsewhere(network: NamedNetwork, command: str, batch: int) -> Known:
    found = _measured(network, LatencyWays(command=command, batch=batch))
    if not found.n:
        return Known("measurement", command, batch, found.seconds, how="as it says")
    how = f"shortest of {found.n}; quartiles"
    low, _, high = found.quartiles
    return Known("measurement", command, batch, found.seconds, low, high, how)


def _measured(network: NamedNetwork, ways: LatencyWays) -> Measured:
    with reproducible():
        model = built(network.build, as_inputs(network.inputs))
        return measured(model, network.inputs, ways=ways)


def _each_layer(
    network: NamedNetwork, layers: LayerTable, batch: int
) -> tuple[tuple[Measured, ...], tuple[str, ...]]:
    """What every layer takes here by itself, or why that cannot be told."""
    try:
        with reproducible():
            model = built(network.build, as_inputs(network.inputs))
            return tuple(layer_times(model, layers, batch=batch)), ()
    except Exception as error:  # a network that has its own mind of how it is called
        return (), (f"Layers by themselves cannot be timed: {error}",)
