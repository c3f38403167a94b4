"""Files of a run directory, which are read and written there and nowhere else."""

from __future__ import annotations

import stat
from io import FileIO
from pathlib import Path

BLOCK = 1 << 24  # bytes that are read at once
HOLE = 1 << 20  # zero bytes in one block: more than a torn last line has


def without_link(path: Path) -> Path:
    """The path itself, a link in its place removed: what is written there stays there."""
    if path.is_symlink():
        path.unlink()
    return path


def check_regular(path: Path) -> None:
    """Refuse a link, which may lead outside, and what is no file, such as a device or a pipe.

    Raises:
        ValueError: There is something at the path, and no regular file.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:  # as whoever opens it will say
        return
    if stat.S_ISLNK(mode):
        raise ValueError(f"{path} is a link; a run's files lie in its directory: put it there")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # of a folder whoever opens it tells
        raise ValueError(f"{path} is no regular file; put the run's own file back")


def read_blocks(file: FileIO, path: Path) -> bytes:
    """All that a file holds from here on, unless it holds a hole.

    Raises:
        OSError: The file cannot be read.
        ValueError: A large part of the file is empty; it is not read to its end.
    """
    blocks: list[bytes] = []
    while block := file.read(BLOCK):
        if block.count(0) >= HOLE:
            start = sum(map(len, blocks)) + block.index(0)
            raise ValueError(
                f"{path} is damaged: nothing was written behind byte {start}; cut it off "
                "there, or put the run's own file back"
            )
        blocks.append(block)
    return b"".join(blocks)


def open_new(path: Path) -> FileIO:
    """A new file for writing, in place of whatever bears its name, which is removed.

    Raises:
        OSError: The file cannot be made.
    """
    path.unlink(missing_ok=True)
    return path.open("xb", buffering=0)  # which goes through no link
