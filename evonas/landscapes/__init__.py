"""Made-up spaces of networks, whose true fronts are known by construction.

Modules:
    accuracy: From what a made-up network loses to its accuracy, and how noisy a training of
        it is.
    cells: Cells, whose worth lies in the paths from their input to their output.
    chain: Chains of layers, in which what a layer is worth depends on the layer before it.
    conditional: Stages whose kind and depth decide which other genes make a difference.
    deceptive: Blocks that are traps, away from whose best setting every single gene leads.
    disasters: Smooth spaces in which some conjunctions of choices are the ruin of a network.
    noise: Mobile blocks whose trainings are so noisy that one says little.
    parts: Parts of made-up networks: what each costs and loses, given the parts before it.
    training: A made-up training: what is learnt after some of its epochs, and what these take.
    true_front: True fronts of made-up spaces, by dynamic programming over their parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.landscapes.accuracy import AccuracyScale as AccuracyScale
    from evonas.landscapes.accuracy import scale_of as scale_of
    from evonas.landscapes.parts import Adder as Adder
    from evonas.landscapes.parts import Design as Design
    from evonas.landscapes.parts import Part as Part
    from evonas.landscapes.true_front import best_by_state as best_by_state

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "accuracy": ["AccuracyScale", "scale_of"],
        "parts": ["Adder", "Design", "Part"],
        "true_front": ["best_by_state"],
    },
)
