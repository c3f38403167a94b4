"""Who proposes what to measure next.

Modules:
    ageing: Search by age: regularised evolution.
    ask_tell: Running a pymoo algorithm by ask and tell, within a budget of true evaluations.
    local_search: Search by neighbours: Pareto local search.
    operators: Evolutionary operators that keep genomes integer, gene by gene, by each gene's
        kind.
    pymoo_bridge: Between evonas and pymoo: problems, genomes and records in each other's terms.
    pymoo_guard: What a search does not serve of a user's pymoo algorithm, and whose its errors
        are.
    pymoo_fixes: Where algorithms of pymoo 0.6.2 differ between equal runs, share state, or
        hang.
    random_search: Search by chance, which every other search must beat.
    registry: Search algorithms by short name, and any of pymoo's by import path.
    reinforce: Search by gradient: a policy that draws every gene by itself.
    strategy: A strategy of search: it asks, is told, and says after every generation how it
        stands.
    two_stages: A search in two stages: first what counts most, then what is to be had at its
        price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.algorithms.ask_tell import AskTell as AskTell
    from evonas.algorithms.ask_tell import choose_algorithm as choose_algorithm
    from evonas.algorithms.ask_tell import known_genomes as known_genomes
    from evonas.algorithms.operators import GenomeCrossover as GenomeCrossover
    from evonas.algorithms.operators import GenomeMutation as GenomeMutation
    from evonas.algorithms.operators import SpreadSampling as SpreadSampling
    from evonas.algorithms.operators import as_genomes as as_genomes
    from evonas.algorithms.strategy import Status as Status
    from evonas.algorithms.strategy import Strategy as Strategy
    from evonas.algorithms.strategy import why_over as why_over
    from evonas.algorithms.two_stages import TwoStages as TwoStages

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "ask_tell": ["AskTell", "known_genomes", "choose_algorithm"],
        "operators": ["SpreadSampling", "GenomeCrossover", "GenomeMutation", "as_genomes"],
        "strategy": ["Status", "Strategy", "why_over"],
        "two_stages": ["TwoStages"],
    },
)
