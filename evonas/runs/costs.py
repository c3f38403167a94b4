"""What networks of a run's front cost, counted once and kept beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evonas.hardware.memory import Memory
from evonas.hardware.roofline import Cost, Operation
from evonas.problem import Problem
from evonas.runs.journal import logger
from evonas.space import Genome, genome_text

COSTS = "costs.json"
MEMORY = ("peak_activations", "n_weights")  # left out where nobody counted them
OPERATION = ("flops", "activation_bytes", "weight_bytes", "kind")


def count_costs(problem: Problem, genomes: Sequence[Genome]) -> dict[Genome, Cost]:
    """What a problem counts for networks, where it counts at all.

    Any problem may have a method ``cost(genome)`` that gives a ``Cost``, as every trained one
    has. What cannot be counted is left out, and a warning says so.

    Args:
        problem: The problem that builds the networks; its code runs in this process.
        genomes: Canonical genomes of networks that were measured before.
    """
    cost = getattr(problem, "cost", None)
    counted: dict[Genome, Cost] = {}
    if not callable(cost):
        return counted
    for genome in genomes:
        try:
            found = cost(genome)
        except Exception as error:  # user code; a front is worth more than its costs
            named = genome_text(genome)
            logger.warning("no cost of %s: %s: %s", named, type(error).__name__, error)
            continue
        if isinstance(found, Cost):
            counted[genome] = found
    return counted


def costs_text(costs: Mapping[Genome, Cost]) -> str:
    """The content of ``costs.json``: a line for each network, every operation as a list."""
    networks = ",\n".join(json.dumps(_row(*each)) for each in costs.items())
    return f'{{"operation": {json.dumps(OPERATION)}, "networks": [\n{networks}\n]}}\n'


def read_costs(file: Path) -> dict[Genome, Cost]:
    """What ``costs_text`` wrote; empty where there is no such file.

    Raises:
        ValueError: The file cannot be read as costs; the message names it.
    """
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        parts = content["operation"]
        return {tuple(row["genome"]): _cost(row, parts=parts) for row in content["networks"]}
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {error}") from error


def _row(genome: Genome, cost: Cost) -> dict[str, Any]:
    memory = cost.memory
    return {
        "genome": genome,
        "flops": cost.flops,
        "params": cost.params,
        **({part: getattr(memory, part) for part in MEMORY} if memory else {}),
        "operations": [[getattr(o, part) for part in OPERATION] for o in cost.operations],
    }


def _cost(row: Mapping[str, Any], *, parts: Sequence[str]) -> Cost:
    operations = tuple(
        Operation(**dict(zip(parts, values, strict=True))) for values in row["operations"]
    )
    is_known = all(part in row for part in MEMORY)
    memory = Memory(*(int(row[part]) for part in MEMORY)) if is_known else None
    return Cost(int(row["flops"]), int(row["params"]), operations, memory)
