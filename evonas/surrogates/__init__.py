"""Who predicts what a measurement would say.

Modules:
    acquisition: How much a candidate is expected to add to a front, before it is measured.
    encoding: Genomes and metrics as numbers that a regression takes.
    initial_design: The first architectures that a search measures, before anything is known of
        the others.
    inner_search: Evolution on predictions, which costs no training.
    predictors: Regression models that say how sure they are.
    scale: What predicted and counted metrics mean for objectives and constraints.
    screen: Leaving out what could not reach the front, before it is trained.
    search: A search that measures only the most promising of what evolution on predictions
        finds.
    surrogate: What the measured architectures tell of all others.
    training_set: What a model learns from: measurements, rung by rung, and no more than it has
        time for.
    transfer: Transfer from measurements made elsewhere, as far as it is to be believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.surrogates.screen import Screen as Screen
    from evonas.surrogates.search import SurrogateSearch as SurrogateSearch
    from evonas.surrogates.surrogate import Surrogate as Surrogate

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "screen": ["Screen"],
        "search": ["SurrogateSearch"],
        "surrogate": ["Surrogate"],
    },
)
