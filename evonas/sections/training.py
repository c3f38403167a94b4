"""The words of a config that say how a candidate is trained, and how thoroughly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evonas.fidelity import FIDELITIES
from evonas.sections.words import settle, word

DEFAULT_RUNGS = 3
DEFAULT_REDUCTION = 3.0


@dataclass(frozen=True, kw_only=True)
class TrainingSection:
    """How a candidate is trained, whole or in several steps.

    Attributes:
        device: Where candidates are trained: ``auto``, ``cpu`` or ``cuda``.
        epochs: Length of a proxy training, in passes over the training images.
        subset: How many training images a proxy training sees.
        image_size: Side of the images in pixels, 8 to 224.
        batch_size: How many images a training step sees.
        augment: Any of ``crop``, ``flip`` and ``cutout``, with commas; of sequences ``crop``,
            ``scale``, ``jitter`` and ``cutout``; ``none`` for none.
        fidelity: What architectures are measured with less of (``epochs``, ``subset`` or
            ``image-size``) until they prove promising.
        rungs: How many amounts of the fidelity there are, the whole included; ``auto`` for
            those that the first architectures, trained as a whole, show to be worth it.
        reduction: One architecture in so many goes on; where the rungs are not ``auto`` also
            the factor between two amounts of the fidelity.

    Raises:
        ValueError: A value is out of range, or is of use to a fidelity only.
    """

    device: str = word("auto")
    epochs: int | None = word(None, shown="the problem's own", least=1)
    subset: int | None = word(None, shown="the problem's own", least=1)
    image_size: int | None = word(None, shown="the problem's own")
    batch_size: int | None = word(None, shown="the problem's own", least=2)
    augment: Sequence[str] | None = word(None, shown="the problem's own")
    fidelity: str | None = word(None, shown="all is measured as a whole", offered=FIDELITIES)
    rungs: int | str | None = word(
        None, shown=f"auto; {DEFAULT_RUNGS} with a reduction", least=2, offered=("auto",)
    )
    reduction: float | None = word(None, shown=f"{DEFAULT_REDUCTION:g}")

    def __post_init__(self) -> None:
        settle(self)
        self.check_steps()

    def check_steps(self) -> None:
        """Refuse steps that do not grow, or that lead nowhere.

        Raises:
            ValueError: The words of the section do not go together.
        """
        if self.reduction is not None and not 1 < self.reduction < math.inf:
            raise ValueError(f"reduction must be more than 1, got {self.reduction}")
        for name in ("rungs", "reduction"):
            if self.fidelity is None and getattr(self, name) is not None:
                raise ValueError(f"{name} is of use to a fidelity only; name one, or leave it")

    @property
    def chooses_rungs(self) -> bool:
        """Whether the search finds out by itself which amounts of the fidelity are rungs."""
        is_left_out = self.rungs is None and self.reduction is None
        return self.fidelity is not None and (is_left_out or self.rungs == "auto")

    @property
    def n_rungs(self) -> int:
        """Amounts of a fidelity that were told, the whole included."""
        return self.rungs if isinstance(self.rungs, int) else DEFAULT_RUNGS

    @property
    def reduced(self) -> float:
        """One architecture in so many goes on; and the factor between amounts that are told."""
        return self.reduction or DEFAULT_REDUCTION

    @property
    def augmentations(self) -> tuple[str, ...] | None:
        """The named augmentations; empty for none, ``None`` for the problem's own."""
        if self.augment is None:
            return None
        return () if tuple(self.augment) == ("none",) else tuple(self.augment)
