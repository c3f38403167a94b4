"""Which cases of a large matrix every run of the tests takes, and which the slow one alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import pytest


def slow_but(
    fast: Iterable[Hashable], every: Iterable[Hashable], *, several: bool = False
) -> list[Any]:
    """Cases to parametrise with, those that are not fast marked as slow.

    Args:
        fast: cases of each kind that are enough to notice a mistake at once.
        every: the whole matrix, in order; it has to hold the fast ones.
        several: each case is a tuple of several arguments.
    """
    cases, quick = list(every), list(fast)
    assert set(quick) <= set(cases), sorted(map(str, {*quick} - {*cases}))
    return [
        pytest.param(
            *(case if several else (case,)),
            marks=() if case in quick else pytest.mark.slow,
        )
        for case in cases
    ]
