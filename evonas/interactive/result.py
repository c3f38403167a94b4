"""What a search found, with what one does with it next."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from evonas.engine import result as engine
from evonas.interactive.architectures import Architectures
from evonas.problem import Problem


class Result(engine.Result, Architectures):
    """What a search found, to look at, to train, and to go on with.

    In a notebook it shows its front, as a picture and as a table.
    """

    __doc__ = f"{__doc__}\n{engine.Result.__doc__}"

    @classmethod
    def of(cls, found: engine.Result) -> Result:
        """The same, with what one does next.

        Args:
            found: What the search has found.
        """
        return cls(**{each.name: getattr(found, each.name) for each in fields(found)})

    def _opened(self) -> Problem:
        return self.problem

    def to_dataframe(self, *, front_only: bool = False) -> Any:
        """Every record as a row of a pandas ``DataFrame``, with the short ids as its index.

        Args:
            front_only: Whether to give the members of the front alone, in the order of
                ``front``, in place of all records in the order of asking.

        Returns:
            The data frame of ``Run.to_dataframe``.

        Raises:
            ImportError: pandas is not installed.
        """
        return self.as_run().to_dataframe(front_only=front_only)
