"""One measurement at a time on a device, whichever process asks."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_on(device: str) -> Iterator[None]:
    """Wait until no other process of this user measures on a device, and keep it till the end.

    The system lets go of the lock of a process that dies.

    Args:
        device: What is locked, in a word or more, such as ``cpu`` or a measuring command.
    """
    handle = os.open(lock_file(device), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def lock_file(device: str) -> Path:
    """The file that stands for a device, in the system's temporary folder.

    Args:
        device: What is locked, as for ``alone_on``.
    """
    word = re.sub(r"\W+", "-", device).strip("-")[:60] or "device"
    return Path(tempfile.gettempdir(), f"evonas-{os.getuid()}-{word}.lock")
