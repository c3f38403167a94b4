"""Who predicts what a measurement would say.

Modules:
    acquisition: How much a candidate is expected to add to a front, before it is measured.
    active_genes: Which genes make a difference to an architecture, told without asking for
        every change.
    encoding: Genomes and metrics as numbers that a regression takes.
    features: What a model sees of an architecture.
    forecast: What is expected of architectures: moments, and draws of them together.
    gaussian_process: A Gaussian process whose kernel is a sum of few parts, each as large as
        the data say.
    initial_design: The first architectures that a search measures, before anything is known of
        the others.
    inner_search: Evolution on predictions, which costs no training.
    joint_improvement: How much candidates are expected to add to a front together, by draws of
        what they are.
    one_thread: One thread for linear algebra, since sums depend on the number of threads.
    predictors: Regression models that say how sure they are.
    proposals: Candidates for a batch: what lies near the front, and what evolves from there.
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
