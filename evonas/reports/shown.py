"""Data sheets of architectures, made from a run or from a problem alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evonas.networks.costs import co2_shares
from evonas.networks.exits import Exits
from evonas.networks.layers import LayerTable, layer_table
from evonas.plugins.loading import ProblemSpec
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem, Settings
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in
from evonas.reports.sheet import DataSheet
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.short_ids import short_id
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem


def show(
    run: Run | str | Path | None = None,
    genome: Genome | str | None = None,
    *,
    problem: str | type[Problem] | None = None,
    architecture: str | Mapping[str, Any] | Genome | None = None,
    settings: Settings | None = None,
) -> DataSheet:
    """The data sheet of one architecture, of a run or of a problem.

    The code of the problem is run, to build the network; no data set is read for that.

    Args:
        run: The run, or its directory.
        genome: Which architecture of the run: its short id, its genome, or a text of that.
        problem: In place of a run, a problem by its name, ``FILE.py:CLASS``, or its class.
        architecture: Which architecture of the problem: values by gene name, a genome, a text
            of either, or a file that ends in ``.json``.
        settings: What the problem is told from outside, such as its data set.

    Raises:
        ValueError: The architecture is missing, unknown or not of the space.
        FileNotFoundError: There is no such run or file.
    """
    if (run is None) == (problem is None):
        raise ValueError("show needs a run and a genome, or a problem and an architecture")
    if run is not None:
        if genome is None:
            raise ValueError("show needs a genome: which architecture of the run to show")
        return sheet_of_run(run if isinstance(run, Run) else open_run(run), genome)
    if architecture is None:
        raise ValueError("show needs an architecture: which network of the problem to show")
    assert problem is not None
    opened = ProblemSpec(problem, settings or Settings()).open()
    canonical = architecture_of(architecture, problem=opened)
    name = problem if isinstance(problem, str) else problem.__name__
    return sheet_of(opened, canonical, name=name)


def sheet_of(problem: Problem, genome: Genome, *, name: str) -> DataSheet:
    """The data sheet of an architecture that no run has measured.

    Args:
        problem: The problem, opened.
        genome: The canonical genome.
        name: How the sheet calls the problem.
    """
    network, shares, note = _network(problem, genome)
    return DataSheet(
        id=short_id(genome),
        problem=name,
        genome=genome,
        architecture=problem.decode(genome),
        active=_active(problem, genome),
        network=network,
        exits=_exits(problem, genome) if network else None,
        shares=shares,
        notes=(note,) if note else (),
        spelling=problem.spell(problem.decode(genome)),
        cells=problem.cells(problem.decode(genome)),
    )


def sheet_of_run(
    run: Run, genome: Genome | str, *, problem: Problem | None = None
) -> DataSheet:
    """The data sheet of an architecture of a run's space, measured or not.

    Where the problem of the run cannot be opened, what the directory holds is shown.

    Args:
        run: The run.
        genome: The genome, the text of one, or a short id of the run.
        problem: The problem of the run, where it is open already.

    Raises:
        ValueError: The genome is not of the run's space, or no architecture has the id.
    """
    notes: list[str] = []
    try:
        problem = problem or ProblemSpec(run.config.problem, run.config.settings).open()
    except (ValueError, OSError, ImportError) as error:
        notes.append(f"No network: the problem of run {run.name} cannot be opened: {error}")
    fold = problem.canonical if problem else _as_it_is
    found = genome_in(run, genome, canonical=fold) if isinstance(genome, str) else fold(genome)
    record = next((each for each in run.records if each.genome == found), None)
    known = record.metrics if record else {}
    network, shares, note = _network(problem, found) if problem else (None, (), "")
    return DataSheet(
        id=run.ids.get(found) or short_id(found),
        problem=run.config.problem,
        genome=found,
        architecture=problem.decode(found) if problem else run.decode(found),
        active=_active(problem, found) if problem else None,
        run=run.name,
        metrics=known,
        columns={name: run.column(name) for name in known},
        network=network,
        exits=_exits(problem, found) if network and problem else None,
        shares=shares,
        notes=(*notes, *([note] if note else []), *_of_record(run, record)),
        spelling=problem.spell(problem.decode(found)) if problem else "",
        cells=problem.cells(problem.decode(found)) if problem else {},
    )


def _as_it_is(genome: Genome) -> Genome:
    return genome


def _of_record(run: Run, record: Record | None) -> list[str]:
    if record is None:
        return [f"Run {run.name} has not measured this architecture."]
    if record.error is not None:
        return [f"In run {run.name} it failed: {record.error}"]
    place = [each.genome for each in run.front]
    return [
        "It is on the front of the run."
        if record.genome in place
        else "It is not on the front of the run."
    ]


def _active(problem: Problem, genome: Genome) -> tuple[str, ...] | None:
    if isinstance(problem, ForeignProblem):  # whose genomes hold values
        return None
    return problem.space.active(genome, canonical=problem.canonical)


def _input_shape(problem: Any) -> tuple[int, ...]:
    shape: tuple[int, ...] | None = getattr(problem, "input_shape", None)
    return shape or (problem.n_channels, problem.image_size, problem.image_size)


def _exits(problem: Problem, genome: Genome) -> Exits | None:
    """What the exits of a network cost, if it has several."""
    found = problem.exits(genome) if isinstance(problem, TrainedProblem) else None
    return found if found and found.n > 1 else None


def _network(
    problem: Problem, genome: Genome
) -> tuple[LayerTable | None, tuple[float, ...], str]:
    """The layers of an architecture's network, their shares of its CO2e, and a note if none.

    Any problem builds networks that has ``build(architecture)`` and ``input_shape``, as every
    trained one has, or ``n_channels`` and ``image_size``; with ``info`` there are shares of
    CO2e too.
    """
    build = getattr(problem, "build", None)
    if not callable(build):
        return None, (), "The problem builds no network, so there are no layers to show."
    architecture = problem.decode(genome)
    try:
        network = layer_table(lambda: build(architecture), _input_shape(problem))
    except Exception as error:  # user code
        return None, (), f"No network: building it fails: {type(error).__name__}: {error}"
    info = getattr(problem, "whole", None) or getattr(problem, "info", None)
    parts = [layer.operations for layer in network.layers]
    shares = co2_shares(parts, info, problem.settings.carbon) if info else ()
    return network, shares, ""
