"""Methods against each other.

Modules:
    contest: Methods against each other, on a problem whose true front is known.
    judge: How much of a known true front a set of architectures covers.
    paired: Two ways of doing a thing, compared seed by seed.
    peers: Other people's optimisers, run for real beside ours.
    standings: Who is ahead of whom in a contest, and whether that is luck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.bench.contest import check_method as check_method
    from evonas.bench.contest import has_fidelity as has_fidelity
    from evonas.bench.contest import judge_of as judge_of
    from evonas.bench.contest import judged as judged
    from evonas.bench.contest import play as play
    from evonas.bench.standings import Standings as Standings

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "contest": ["check_method", "has_fidelity", "play", "judged", "judge_of"],
        "standings": ["Standings"],
    },
)
