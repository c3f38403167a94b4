"""One thread for linear algebra, since sums depend on the number of threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from threadpoolctl import ThreadpoolController

_is_limited: ContextVar[bool] = ContextVar("_is_limited", default=False)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread within; nested ones cost nothing."""
    if _is_limited.get():
        yield
        return
    token = _is_limited.set(True)
    try:
        with _controller().limit(limits=1):
            yield
    finally:
        _is_limited.reset(token)


@cache
def _controller() -> ThreadpoolController:
    """The libraries that are loaded by now; to look for them takes milliseconds."""
    return ThreadpoolController()
