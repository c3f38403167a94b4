"""The words of a config that say what is searched: a problem, its data and its options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from evonas.parsing import name_and_value
from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class ProblemSection:
    """Which problem is searched, and on which data.

    Attributes:
        problem: The problem's short name, or where to find it, as ``FILE.py:CLASS`` or
            ``MODULE:CLASS``.
        data: Name of a data set, a folder of images, or a file of sequences (``.npz``).
        data_dir: Folder in which data sets and tables lie.
        data_seed: Number that fixes the split into training, validation and test part.
        skip_bad: Leave out files of a folder of images that cannot be read, and say how many.
        option: An option of the problem's own, such as ``noisy=true``.
        strict_flops: Refuse networks with operators whose FLOPs nobody has declared, which else
            count as 0 with a warning.
        exits: Exits of every network, its end included, at even shares of its FLOPs; for
            problems whose networks are chains.

    Raises:
        ValueError: A value is out of range, or an option cannot be read.
    """

    problem: str = word("digits")
    data: str | None = word(None, shown="the problem's own")
    data_dir: str | None = word(None, shown="$EVONAS_DATA")
    data_seed: int = word(0, least=0)
    skip_bad: bool = word(False, shown="they are refused")
    option: Sequence[str] = word((), shown="the problem's own")
    strict_flops: bool = word(False, shown="no")
    exits: int | None = word(None, shown="those of the problem's networks", least=2)

    def __post_init__(self) -> None:
        settle(self)
        self.options  # noqa: B018  they must parse

    @cached_property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The problem's own options, as (name, text) pairs."""
        return tuple(name_and_value(text, "option", "noisy=true") for text in self.option)
