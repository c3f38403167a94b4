"""Functions of discrete genes whose analysis of variance is known."""

import numpy as np

LEVELS = 6
A = np.array([0.0, 0.5, 3.0, 9.0])  # of the g-function; the larger, the less a gene matters


def g_function(genomes):
    """Sobol's g-function at the middles of equal cells: a product, so its shares are known."""
    x = (genomes + 0.5) / LEVELS
    return ((np.abs(4 * x - 2) + A) / (1 + A)).prod(1)


def g_shares():
    """Shares of a product of independent factors, alone and in all (Saltelli et al. 2010, 22).

    Each factor is normed by its own mean, for on a grid that is not 1.
    """
    x = (np.arange(LEVELS) + 0.5) / LEVELS
    factors = (np.abs(4 * x - 2) + A[:, None]) / (1 + A[:, None])
    parts = factors.var(1) / factors.mean(1) ** 2
    whole = np.prod(1 + parts) - 1
    others = np.array([np.prod(1 + np.delete(parts, i)) for i in range(len(A))])
    pairs = np.triu(np.outer(parts, parts), 1)
    return parts / whole, parts * others / whole, pairs / whole


def ishigami(genomes):
    """Ishigami & Homma 1990 at eight places on a circle; a fourth gene is not read."""
    x = -np.pi + 2 * np.pi * genomes[:, :3] / 8
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
