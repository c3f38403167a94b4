"""Methods against each other.

Modules:
    cases: The problems of a contest, each with its objectives and options.
    contest: Methods against each other, on problems whose true front is known.
    judge: How much of a known true front a set of architectures covers.
    methods: What a method of a contest is: parts with a plus between them, and words of its
        own.
    notation: How the methods and the problems of a contest are written: a name, and words of
        its own.
    paired: Two ways of doing a thing, compared seed by seed.
    peers: Other people's optimisers, run for real beside ours.
    ranking: Who is ahead of whom over several problems, and whether that is luck.
    resuming: A contest that keeps what is done, so that it can be stopped and gone on with.
    scales: The scales on which a hypervolume is reckoned.
    scores_file: The file in which the scores of one problem are kept, search by search.
    standings: Who is ahead of whom on one problem, and whether that is luck.
    trials: What a method measures in one search, in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.bench.cases import Case as Case
    from evonas.bench.contest import judge_of as judge_of
    from evonas.bench.contest import judged as judged
    from evonas.bench.contest import play as play
    from evonas.bench.contest import read_method as read_method
    from evonas.bench.methods import Method as Method
    from evonas.bench.ranking import Ranking as Ranking
    from evonas.bench.scores_file import read_scores as read_scores
    from evonas.bench.standings import Standings as Standings

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "cases": ["Case"],
        "contest": ["judge_of", "judged", "play", "read_method"],
        "methods": ["Method"],
        "ranking": ["Ranking"],
        "scores_file": ["read_scores"],
        "standings": ["Standings"],
    },
)
