"""The words of a config that say who is told of a search as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class TrackingSection:
    """Who is told how the search gets on, beside the person who watches it.

    Attributes:
        track: Listeners that are told how it goes, with commas: ``tensorboard``, some of yours
            as ``FILE.py:CLASS`` or ``MODULE:CLASS``, or ``none``.

    Raises:
        ValueError: A listener is named twice.
    """

    track: Sequence[str] = word((), shown="none")

    def __post_init__(self) -> None:
        settle(self)
        if tuple(self.track) == ("none",):
            object.__setattr__(self, "track", ())
        if len(set(self.track)) < len(self.track):
            raise ValueError(f"track names a listener twice: {', '.join(self.track)}")
