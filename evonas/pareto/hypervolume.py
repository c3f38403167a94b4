"""The hypervolume that points dominate."""

from __future__ import annotations

import numpy as np
from pymoo.indicators.hv import HV


def hypervolume(points: np.ndarray, *, reference: float = 1.0) -> float:
    """The volume that points dominate, up to a reference point of equal coordinates.

    Args:
        points: Objective values, ``(n, n_objectives)``, to be minimised. What does not beat the
            reference in every objective counts for nothing.
        reference: Each coordinate of the reference point. Where points lie between 0 and 1, the
            volume up to 1 is the share of the unit box that they dominate.
    """
    inside = points[(points < reference).all(1)]
    return float(HV(np.full(points.shape[1], reference))(inside)) if len(inside) else 0.0
