"""How well cheap numbers and the carbon model rank the measured energy of EC-NAS's cells.

The 2,441 cells of five vertices and the 91 smaller ones were trained for four epochs on a
Quadro RTX 6000, with the energy measured. The model's constants were fitted to the times of a
part of them; ``time_model.py`` judges on the others alone.

    python benchmarks/ec_nas.py --data-dir FOLDER
"""

from __future__ import annotations

import argparse
import csv
import itertools
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau, spearmanr

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import price
from evonas.hardware.calibration import fit
from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Operation, terms
from evonas.hardware.targets import Target, training_step
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

IMAGES, EPOCHS = 40_000, 4  # of NAS-Bench-101's training
BATCH = 256  # Ying et al. 2019
GPU = DEVICES["quadro-rtx-6000"]
LIFE = Assumptions(
    device=GPU, epochs=EPOCHS, training_images=IMAGES, validation_images=0, training_batch=BATCH
)
N_SPLITS = 11


def main() -> None:
    """Print the table, and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, help="a CSV file to write")
    given = parser.parse_args()
    problem = ProblemSpec("ec-nas", Settings(data_dir=given.data_dir)).open()
    raw = itertools.product(*(range(n) for n in problem.space.sizes))
    genomes = sorted({problem.canonical(genome) for genome in raw})
    networks = [problem.cost(genome).operations for genome in genomes]
    wanted = ["energy", "training", "params"]
    rows = [problem.measure(genome, wanted, seed=0) for genome in genomes]
    energy = np.array([row["energy"] for row in rows])
    seconds = np.array([row["training"] for row in rows])
    modelled = np.array([kwh(network) for network in networks])
    found = {
        "FLOPs": [sum(o.flops for o in network) for network in networks],
        "parameters": [row["params"] for row in rows],
        "bytes moved": [sum(o.activation_bytes for o in network) for network in networks],
        "whole-network roofline": [naive_seconds(network) for network in networks],
        "our time of a step of training": [
            training_step(n, Target(GPU, batch=BATCH)).seconds for n in networks
        ],
        "our physical model": modelled,
        "measured time": seconds,
    }
    table = [(name, *scores(np.array(values, float), energy)) for name, values in found.items()]
    table.append(("calibrated on one half, judged on the other", *calibrated(networks, energy)))
    print(f"{len(genomes)} cells; measured / modelled kWh, median and quartiles:")
    print(np.quantile(energy / modelled, (0.25, 0.5, 0.75)).round(2))
    print(f"{'':45} Spearman  Kendall  R2 of a line")
    for name, spearman, kendall, r2 in table:
        print(f"{name:45} {spearman:8.3f} {kendall:8.3f} {r2:8.3f}")
    if given.out:
        with given.out.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerows([["predictor", "spearman", "kendall", "r2"], *table])


def kwh(network: tuple[Operation, ...]) -> float:
    """Energy of the training, by our model from data sheets."""
    return price(network, n_train=0, n_validation=0, assumptions=LIFE).training_kwh


def naive_seconds(network: tuple[Operation, ...]) -> float:
    """The usual roofline: one maximum for the whole network."""
    flops, n_bytes = (
        sum(o.flops for o in network),
        sum(o.activation_bytes + o.weight_bytes / BATCH for o in network),
    )
    return max(flops / GPU.peak_flops_per_s, n_bytes / GPU.bandwidth_bytes_per_s)


def scores(predicted: np.ndarray, measured: np.ndarray) -> tuple[float, float, float]:
    """Spearman, Kendall, and R2 of the best line through the points."""
    r2 = float(np.corrcoef(predicted, measured)[0, 1] ** 2)
    ranks = spearmanr(predicted, measured).statistic, kendalltau(predicted, measured).statistic
    return float(ranks[0]), float(ranks[1]), r2


def calibrated(
    networks: list[tuple[Operation, ...]], energy: np.ndarray
) -> tuple[float, float, float]:
    """Medians over random halves of the scores of our linear model of operations.

    R2 is that of the prediction itself, not of a line through it.
    """
    results = []
    for seed in range(N_SPLITS):
        order = np.random.default_rng(seed).permutation(len(networks))
        half = len(order) // 2
        samples = [(networks[i], BATCH, float(energy[i])) for i in order[:half]]
        per_unit = fit(samples)
        judged = order[half:]
        predicted = np.array(
            [
                sum(
                    per_unit.get(t, 0.0) * n for t, n in terms(networks[i], batch=BATCH).items()
                )
                for i in judged
            ]
        )
        measured = energy[judged]
        residual = ((predicted - measured) ** 2).sum()
        r2 = 1 - residual / ((measured - measured.mean()) ** 2).sum()
        results.append((*scores(predicted, measured)[:2], r2))
    spearman, kendall, r2 = np.median(results, axis=0)
    print(f"calibrated, Spearman over {N_SPLITS} halves: {np.sort([r[0] for r in results])}")
    return float(spearman), float(kendall), float(r2)


if __name__ == "__main__":
    main()
