"""Files of TensorFlow without TensorFlow: records of a TFRecord, and fields of a message.

A TFRecord is a row of records: the length in eight bytes, a checksum of the length in four, as
many bytes, and a checksum of these in four; all little-endian (tensorflow/core/lib/io). The
checksum is a CRC-32C, rotated and shifted so that it can stand inside what it is a checksum of.
Here that of the length is held against it, and so a file that is none, or was cut, is noticed;
that of the bytes is not, for in Python it would take minutes for a large table.

A message of Protocol Buffers is a row of fields: a number, which says by its lowest three bits
how the value is stored, and the value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_POLYNOMIAL = 0x82F63B78  # of CRC-32C, reversed (Castagnoli et al. 1993)
_MASK_DELTA = 0xA282EAD8  # tensorflow/core/lib/hash/crc32c.h
_DOUBLE, _BYTES, _FLOAT, _VARINT = 1, 2, 5, 0  # how a value is stored


def records(path: Path) -> Iterator[bytes]:
    """The records of a TFRecord file, in order.

    Args:
        path: The file; one record of it is in memory at a time.

    Raises:
        ValueError: The file is none of this kind, or ends within a record.
    """
    with path.open("rb") as file:
        while head := file.read(12):
            if len(head) < 12 or masked_crc(head[:8]) != int.from_bytes(head[8:], "little"):
                raise ValueError(
                    f"{path} is no TFRecord file, or is damaged: a length and its checksum do "
                    f"not agree before byte {file.tell()}"
                )
            length = int.from_bytes(head[:8], "little")
            content = file.read(length + 4)
            if len(content) < length + 4:
                raise ValueError(f"{path} ends within a record; get it once more")
            yield content[:-4]


def masked_crc(content: bytes) -> int:
    """The checksum of some bytes as TFRecord files hold it.

    Args:
        content: What the checksum is of.
    """
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _table()[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """The fields of a message: their numbers, and whole numbers, fractions or bytes.

    Texts and messages within it are bytes.

    Args:
        message: The message as it was written.

    Raises:
        ValueError: These bytes are no message.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind, number = key & 7, key >> 3
        value: int | float | bytes
        if kind == _VARINT:
            value, place = _varint(message, place)
        elif kind in (_DOUBLE, _FLOAT):
            size, code = (8, "<d") if kind == _DOUBLE else (4, "<f")
            (value,) = struct.unpack(code, _taken(message, place, size))
            place += size
        elif kind == _BYTES:
            size, place = _varint(message, place)
            value = _taken(message, place, size)
            place += size
        else:
            raise ValueError(f"a field of kind {kind} at byte {place}; this is no message")
        yield number, value


@cache
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, the lowest first; and the place behind it."""
    value = shift = 0
    while True:
        (byte,) = _taken(message, place, 1)
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _taken(message: bytes, place: int, size: int) -> bytes:
    if place + size > len(message):
        raise ValueError(f"the message ends within a field, after byte {len(message)}")
    return message[place : place + size]
