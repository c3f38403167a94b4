"""Why a run is as it is: what drives its metrics, and what makes its front.

Modules:
    anova: Functional analysis of variance of a function that is tabulated over its genes.
    attribution: Sharing out the difference between two architectures among the genes that
        differ.
    counted: Which genes drive a metric that is counted.
    counting: Counting metrics of any genome of a space, none twice.
    drivers: Which genes drive a metric, with names, choices and intervals.
    learnt: Which genes drive a metric that takes a training, by a model of what was measured.
    members: Why members are on a front, in natural units.
    membership: Why points are on a front: what each adds, and how much worse it could be and
        stay.
    pick_freeze: Estimating Sobol indices from a sample, where a space is too large to be
        tabulated.
    steps: Which changes lead from one member of a front to the next.
    tables: Tabulating a function of genes: as a whole, or part by part where it is a sum of
        parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.explanation.drivers import Drivers as Drivers
    from evonas.explanation.drivers import Estimate as Estimate
    from evonas.explanation.drivers import GeneEffect as GeneEffect
    from evonas.explanation.drivers import PairEffect as PairEffect
    from evonas.explanation.members import Margin as Margin
    from evonas.explanation.members import Member as Member
    from evonas.explanation.steps import Change as Change
    from evonas.explanation.steps import Step as Step

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "drivers": ["Drivers", "Estimate", "GeneEffect", "PairEffect"],
        "members": ["Margin", "Member"],
        "steps": ["Change", "Step"],
    },
)
