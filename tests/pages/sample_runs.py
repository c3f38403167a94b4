"""Runs of any size for pages to show, written as a search writes them, measured by nobody."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.listener import Generation
from evonas.objectives import ACC, CO2, FLOPS, PARAMS, TEST_ACC, Metric
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.runs.folder import RunFolder
from evonas.runs.reading import open_run
from evonas.space import Gene, SearchSpace

BLOCKS = ("plain", "separable", "inverted", "residual")
GENES = tuple(
    gene
    for i in range(1, 8)
    for gene in (
        Gene(f"depth{i}", (1, 2, 3)),
        Gene(f"width{i}", (8, 16, 24, 32, 48, 64)),
        Gene(f"kernel{i}", (3, 5)),
        Gene(f"block{i}", BLOCKS),
    )
)
METRICS = (ACC, FLOPS, CO2, TEST_ACC, PARAMS)
N_EPOCHS = 10


def resolved(objectives: tuple[Metric, ...], constraints: tuple[str, ...]) -> dict[str, Any]:
    reference = {"acc": 0.0, "flops": 4e8, "co2": 0.2}
    return {
        "objectives": [
            {"name": o.name, "unit": o.unit, "label": o.label, "sign": o.sign}
            for o in objectives
        ],
        "constraints": list(constraints),
        "hypervolume": {
            "ideal": {o.name: o.best for o in objectives},
            "reference": {o.name: reference[o.name] for o in objectives},
        },
        "search_energy": {
            "accelerator_w": 0.0,
            "pue": 1.59,
            "intensity_g_per_kwh": 475.0,
            "core_w": 7.5,
            "n_sharing": 1,
        },
        "carbon": {**Assumptions().as_dict(), "n_train": 1000, "n_validation": 200},
        "data": {"name": "digits", "channels": 1, "image_size": 8, "n_train": 1000},
        "space": SearchSpace(GENES).as_dicts(),
        "decoded_by": "space",
        "metrics": [metric.as_dict() for metric in METRICS],
    }


def record_of(genome: tuple[int, ...], rng: np.random.Generator) -> Record:
    sizes = np.array([g.choices[i] for g, i in zip(GENES, genome, strict=True) if g.ordered])
    flops = float(np.prod(sizes[:9], dtype=float) * rng.uniform(0.6, 1.6))
    acc = float(np.round(60 + 4.2 * np.log10(flops) + rng.normal(0, 2.5), 2))
    curve = [
        {"epoch": float(e), "loss": 2.3 / (e + rng.random()), "acc": acc * (1 - 0.6**e)}
        for e in range(1, N_EPOCHS + 1)
    ]
    params = float(round(flops / 130))
    metrics = {"acc": acc, "flops": flops, "co2": 0.001 + flops * 3.1e-10, "params": params}
    return Record(genome, metrics, seconds=1.7, seed=1, curve=curve, cpu_seconds=1.6)


def write_run(
    folder: Path,
    *,
    n: int = 60,
    seed: int = 0,
    n_failed: int = 0,
    constraints: tuple[str, ...] = (),
    surrogate: str = "none",
    error: str = "the loss is no longer a number",
    has_ended: bool = True,
    rung: str = "",
    pop_size: int = 20,
    problem: str = "digits",
) -> Path:
    """A run directory; a part of the architectures fails, and a part stays at the rung."""
    rng = np.random.default_rng(seed)
    config = Config(
        problem=problem,
        objectives=("acc", "flops", "co2"),
        constraint=constraints,
        seed=seed,
        surrogate=surrogate,
        evaluations=max(n, 2),
        pop_size=2,
    )
    run = RunFolder.create(folder, config, resolved=resolved((ACC, FLOPS, CO2), constraints))
    genomes = sorted({tuple(map(int, g)) for g in rng.integers(0, 2, (2 * n, len(GENES)))})
    for i, genome in enumerate(rng.permutation(np.array(genomes))[:n].tolist()):
        record = record_of(tuple(genome), rng)
        if i < n_failed:
            kind = "diverged" if i % 3 else "raised"
            trace = ("Traceback (most recent call last):", f'File "net.py", line {i % 2}')
            record = Record(
                record.genome, {}, seconds=0.4, error=error, kind=kind, trace=trace, seed=1
            )
        elif rung:
            metrics = dict(record.metrics)
            partial = {rung: {"acc": metrics["acc"] - float(rng.uniform(2, 9))}}
            if i % 3:
                del metrics["acc"]
            record = Record(
                record.genome,
                metrics,
                seconds=1.0,
                partial=partial,
                seed=1,
                fidelity=rung if i % 3 else "",
            )
        run.journal.append(record)
        if (i + 1) % pop_size == 0 or i + 1 == n:
            run.add_generation(generation_of(i, n, n_failed, surrogate=surrogate).row())
    if has_ended:
        run.write_spend(vars(spend_of(n)) | {"method": "Eq. 1 at 7.5 W per busy core"})
    run.close()
    return folder


def generation_of(i: int, n: int, n_failed: int, *, surrogate: str) -> Generation:
    known = (20, 0.3 + 0.4 * i / n, 0.4 + 0.5 * i / n, 0.9) if i > 20 else (0, *[math.nan] * 3)
    return Generation(
        number=i // 20 + 1,
        n_evaluations=i + 1,
        n_failures=min(i + 1, n_failed),
        front_size=3 + i // 30,
        hypervolume=1 - 0.6 * float(np.exp(-3 * i / n)),
        best={"acc": 90.0, "flops": 1e5, "co2": 0.01},
        spend=spend_of(i + 1),
        reliability=None if surrogate == "none" else Reliability("acc", surrogate, *known),
    )


def spend_of(n: int) -> Spend:
    return Spend(2.0 * n, 1.7 * n, 1.6 * n, 4e9 * n, 5.4e-6 * n, 2.6e-3 * n, "counted")


def front_ids(folder: Path) -> list[str]:
    run = open_run(folder)
    return [run.ids[record.genome] for record in run.front]
