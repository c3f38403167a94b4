"""The words of a config that say what is predicted in place of being measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evonas.sections.words import settle, word

LEAST_BATCH, MOST_BATCH = 2, 16
BATCH_GROWTH = 8  # architectures that are known, for one of a batch
DEFAULT_FIRST = 8
DEFAULT_PROPOSALS = 500
SCALES = ("linear", "log")
SURROGATES = ("none", "gp", "forest", "auto")


@dataclass(frozen=True, kw_only=True)
class SurrogateSection:
    """Which model predicts measurements, and what the search makes of that.

    Attributes:
        surrogate: Model (``gp``, ``forest`` or ``auto``) that predicts what takes a training;
            the algorithm evolves on the predictions, and the most promising are measured.
        screen: Model (``gp``, ``forest`` or ``auto``) that leaves out what an algorithm asks
            for and what could not reach the front.
        features: Metrics without training, with commas, such as ``naswot``, that the model
            sees beside the genes and what is counted.
        scale: How a surrogate's search compares architectures: ``linear``, by the volume that
            they dominate as objectives are, or ``log``, by that of their logarithms.
        first: How many architectures a surrogate's search measures before it predicts any.
        batch: How many architectures it measures at a time; more as more is known if left out.
        proposals: How many architectures a surrogate's search looks at before it chooses.

    Raises:
        ValueError: A value is out of range, or two contradict each other.
    """

    surrogate: str = word("none", offered=SURROGATES)
    screen: str = word("none", offered=SURROGATES)
    features: Sequence[str] = word((), shown="none")
    scale: str = word(SCALES[0], offered=SCALES)
    first: int | None = word(None, shown="8, or a batch", least=2)
    batch: int | None = word(None, shown="2, later more", least=1)
    proposals: int | None = word(None, shown=str(DEFAULT_PROPOSALS), least=50)

    def __post_init__(self) -> None:
        settle(self)
        self.check_models()

    def check_models(self) -> None:
        """Refuse what is of no use beside the rest.

        Raises:
            ValueError: The words of the section do not go together.
        """
        if "none" not in (self.screen, self.surrogate):
            raise ValueError("a surrogate chooses what it measures, and needs no screen")
        for name in ("features", "scale", "first", "batch", "proposals"):
            if self.surrogate == "none" and getattr(self, name) not in (None, (), SCALES[0]):
                raise ValueError(f"{name} is of use to a surrogate only; name one, or leave it")

    def n_batch(self, n_known: int) -> int:
        """Architectures that a surrogate's search measures at a time.

        Args:
            n_known: How many it has measured by then.
        """
        return self.batch or min(max(n_known // BATCH_GROWTH, LEAST_BATCH), MOST_BATCH)

    @property
    def n_first(self) -> int:
        """Architectures that a surrogate's search measures before it can predict any."""
        return self.first or max(DEFAULT_FIRST, self.batch or 0)

    @property
    def n_proposals(self) -> int:
        """Architectures that a surrogate's search looks at before it chooses a batch."""
        return self.proposals or DEFAULT_PROPOSALS
