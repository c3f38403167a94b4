import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.data.tensorflow_files import fields, masked_crc, records


def framed(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    crcs = [struct.pack("<I", masked_crc(part)) for part in (length, content)]
    return length + crcs[0] + content + crcs[1]


def test_the_checksum_is_that_of_known_bytes():
    """CRC-32C of nine digits is 0xE3069283 (RFC 3720 and Rocksoft's test word)."""
    crc = 0xE3069283
    assert masked_crc(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32
    assert masked_crc(bytes(32)) == ((0x8A9136AA >> 15 | 0x8A9136AA << 17) + 0xA282EAD8) % 2**32


@given(contents=st.lists(st.binary(max_size=50), max_size=5))
def test_what_is_framed_is_read_record_by_record(tmp_path_factory, contents):
    file = tmp_path_factory.mktemp("records") / "some.tfrecord"
    file.write_bytes(b"".join(map(framed, contents)))
    assert list(records(file)) == contents


def test_a_file_that_is_none_or_was_cut_is_refused(tmp_path):
    file = tmp_path / "some.tfrecord"
    file.write_bytes(framed(b"one") + b'{"acc": 12.5}')
    with pytest.raises(ValueError, match=r"some\.tfrecord is no TFRecord file, or is dam"):
        list(records(file))
    file.write_bytes(framed(b"one") + framed(b"two")[:-5])
    with pytest.raises(ValueError, match=r"some\.tfrecord ends within a record; get it once"):
        list(records(file))
    file.write_bytes(framed(b"one")[:7])
    with pytest.raises(ValueError, match="its checksum do not agree before byte 7"):
        list(records(file))


def test_fields_are_read_in_every_way_that_a_value_is_stored():
    """From the guide of Protocol Buffers: field 1 as 150, and field 2 as "testing"."""
    message = bytes.fromhex("089601") + bytes.fromhex("120774657374696e67")
    message += b"\x19" + struct.pack("<d", 0.9425) + b"\x25" + struct.pack("<f", 0.5)
    assert list(fields(message)) == [(1, 150), (2, b"testing"), (3, 0.9425), (4, 0.5)]
    assert list(fields(b"")) == []


def test_what_is_no_message_is_refused():
    with pytest.raises(ValueError, match="a field of kind 7 at byte 1; this is no message"):
        list(fields(b"\x0f"))
    for cut in (b"\x08", b"\x09\x00", b"\x12\x07test", b"\x08\x96"):
        with pytest.raises(ValueError, match=f"ends within a field, after byte {len(cut)}"):
            list(fields(cut))
