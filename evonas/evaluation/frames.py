"""Messages as they go through a pipe, and what cannot be one."""

from __future__ import annotations

MARK = (
    b"\x93evonas\x01\r\n\x1a\xf5\xee\x00\xfe\xff"  # at both ends of a message, and within none
)
LENGTH_BYTES = 8
HEAD_BYTES = len(MARK) + LENGTH_BYTES
MOST_BYTES = 1 << 30  # of a message


class FrameError(ValueError):
    """What came through a pipe is no message."""


def framed(message: bytes) -> bytes:
    """A message as it goes through a pipe."""
    return MARK + len(message).to_bytes(LENGTH_BYTES, "big") + message + MARK


def n_further(head: bytes | bytearray) -> int:
    """How many bytes follow the first ``HEAD_BYTES`` of a message."""
    return int.from_bytes(head[len(MARK) : HEAD_BYTES], "big") + len(MARK)


def unframed(buffer: bytearray) -> bytes | None:
    """Take the first message out of a buffer; ``None`` while it is not all there.

    Args:
        buffer: all that came so far; the message is removed from it.

    Raises:
        FrameError: Something else came: a candidate can write to any pipe of its process.
    """
    if not buffer.startswith(MARK[: len(buffer)]):
        raise FrameError("it does not begin as a message does")
    if len(buffer) < HEAD_BYTES:
        return None
    end = HEAD_BYTES + n_further(buffer)
    if end > MOST_BYTES:
        raise FrameError(f"it would be of {end} bytes")
    if len(buffer) < end:
        if len(buffer) > HEAD_BYTES and buffer.endswith(MARK):
            raise FrameError("it ends too early")
        return None
    message = bytes(buffer[HEAD_BYTES : end - len(MARK)])
    if buffer[end - len(MARK) : end] != MARK:
        raise FrameError("it does not end as a message does")
    del buffer[:end]
    return message
