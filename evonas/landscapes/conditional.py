"""Stages whose kind and depth decide which of their other genes make a difference."""

from __future__ import annotations

import numpy as np

from evonas.landscapes.parts import Design, Part, weights
from evonas.space import Gene, Genome

N_STAGES = 3
KINDS = ("convolution", "inverted residual", "attention")
MOST_LAYERS = 3
KERNELS, RATIOS, HEADS = (3, 5, 7), (1, 2, 4), (2, 4, 8)
N_GENES = 3 + 2 * MOST_LAYERS  # of a stage: kind, depth, heads, and two for every layer
HAS_KERNEL, HAS_RATIO, HAS_HEADS = (0, 1), (1, 2), (2,)  # places in KINDS
PRICES = np.array([[6, 9, 12], [1, 2, 3], [4, 4, 4]])  # MACs of a layer by kind and kernel
WEIGHTS = np.array([[4, 6, 8], [1, 1, 1], [3, 3, 3]])  # parameters
RATIO_PRICES = np.array([1, 2, 4])


def drawn(rng: np.random.Generator, n_stages: int = N_STAGES) -> Design:
    """Stages of one kind of layer each, of one layer to three.

    Kernels are genes of the layers of convolutions and inverted residuals, ratios of inverted
    residuals (their expansion) and attention (its hidden part), heads of attention. All genes
    of layers that are not there make no difference, and fold to their first choice.

    Args:
        rng: Draws what every stage loses.
        n_stages: How many stages there are.
    """
    parts = [_stage(i, n_stages, rng) for i in range(n_stages)]
    return Design(tuple(parts), base=(5, 6), units=(800_000, 12_000), fold=fold)


def fold(genome: Genome) -> Genome:
    """The genome whose inactive genes have their first choice."""
    folded: list[int] = []
    for begin in range(0, len(genome), N_GENES):
        kind, depth, heads, *layers = genome[begin : begin + N_GENES]
        folded += [kind, depth, heads if kind in HAS_HEADS else 0]
        for layer in range(MOST_LAYERS):
            kernel, ratio = layers[2 * layer : 2 * layer + 2]
            is_there = layer <= depth
            folded.append(kernel if is_there and kind in HAS_KERNEL else 0)
            folded.append(ratio if is_there and kind in HAS_RATIO else 0)
    return tuple(folded)


def _genes(i: int) -> tuple[Gene, ...]:
    layers = [
        gene
        for layer in range(1, MOST_LAYERS + 1)
        for gene in (
            Gene(f"stage{i + 1}_kernel{layer}", KERNELS),
            Gene(f"stage{i + 1}_ratio{layer}", RATIOS),
        )
    ]
    return (
        Gene(f"stage{i + 1}_kind", KINDS),
        Gene(f"stage{i + 1}_depth", tuple(range(1, MOST_LAYERS + 1))),
        Gene(f"stage{i + 1}_heads", HEADS),
        *layers,
    )


def _stage(i: int, n_stages: int, rng: np.random.Generator) -> Part:
    """A stage, by the kind of the one before it."""
    genes = _genes(i)
    sizes = tuple(len(gene.choices) for gene in genes)
    kind, depth, heads, *layers = np.indices(sizes).reshape(len(sizes), -1)
    kernels, ratios = np.array(layers[::2]), np.array(layers[1::2])  # (layer, setting)
    is_there = np.arange(MOST_LAYERS)[:, None] <= depth
    kernels = np.where(is_there & np.isin(kind, HAS_KERNEL), kernels, 0)
    ratios = np.where(is_there & np.isin(kind, HAS_RATIO), ratios, 0)
    heads = np.where(np.isin(kind, HAS_HEADS), heads, 0)
    of_macs, of_params = weights(i, n_stages)
    macs = of_macs * (is_there * PRICES[kind, kernels] * RATIO_PRICES[ratios]).sum(0)
    params = of_params * (is_there * WEIGHTS[kind, kernels] * RATIO_PRICES[ratios]).sum(0)
    loss = _loss(rng, kind=kind, depth=depth, heads=heads, kernels=kernels, ratios=ratios)
    suited = rng.normal(0.0, 0.25, (len(KINDS) if i else 1, len(KINDS)))[:, kind]
    importance = rng.uniform(0.6, 1.4)
    return Part.of(
        genes,
        loss=importance * (loss + suited),
        macs=macs[None],
        params=params[None],
        state=kind[None],
    )


def _loss(
    rng: np.random.Generator,
    *,
    kind: np.ndarray,
    depth: np.ndarray,
    heads: np.ndarray,
    kernels: np.ndarray,
    ratios: np.ndarray,
) -> np.ndarray:
    """What a stage loses by its genes, all of which are given by setting."""
    n_kinds = len(KINDS)
    start = rng.uniform(0.0, 0.6, n_kinds)  # of a stage without layers
    pace = rng.uniform(0.4, 0.9, n_kinds)
    kernel_gain = rng.uniform(-0.25, 0.6, (n_kinds, len(KERNELS)))
    kernel_gain[:, 0] = 0.0
    ratio_gain = np.cumsum(rng.uniform(0.0, 0.5, (n_kinds, len(RATIOS))), axis=1)
    heads_loss = rng.permutation([0.0, 0.15, 0.4])
    is_there = np.arange(MOST_LAYERS)[:, None] <= depth
    gained = 1.0 + kernel_gain[kind, kernels] + ratio_gain[kind, ratios]
    capacity = (is_there * gained * 0.8 ** np.arange(MOST_LAYERS)[:, None]).sum(0)
    alike = is_there[1:] & (kernels[1:] == kernels[:-1]) & (kernels[1:] > 0)
    loss: np.ndarray = start[kind] + 2.5 * np.exp(-pace[kind] * capacity)
    loss += np.where(kind == HAS_HEADS[0], heads_loss[heads], 0.0)
    loss += rng.uniform(0.0, 0.2) * alike.sum(0)
    return loss
