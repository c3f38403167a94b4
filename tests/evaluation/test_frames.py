import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.frames import HEAD_BYTES, MARK, FrameError, framed, n_further, unframed

MESSAGES = st.binary(max_size=300).filter(lambda message: MARK not in message)


@given(st.lists(MESSAGES), st.integers(1, 50))
def test_messages_can_be_told_apart_however_they_arrive(messages, step):
    stream, buffer, found = b"".join(map(framed, messages)), bytearray(), []
    for start in range(0, len(stream), step):
        buffer += stream[start : start + step]
        while (message := unframed(buffer)) is not None:
            found.append(message)
    assert found == messages
    assert not buffer


@given(st.binary(max_size=100))
def test_the_head_says_how_much_follows(message):
    assert HEAD_BYTES + n_further(framed(message)[:HEAD_BYTES]) == len(framed(message))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"nonsense", "does not begin"),
        (b"\0", "does not begin"),
        (MARK[:3] + b"x", "does not begin"),
        (MARK + b"\xff" * 8, "it would be of 18446744073709551655 bytes"),
        (MARK + (99).to_bytes(8, "big") + b"torn" + framed(b"answer"), "it ends too early"),
        (MARK + (3).to_bytes(8, "big") + b"torn" + framed(b"answer"), "does not end as"),
        (framed(b"answer")[:-1] + b"?", "does not end as"),
    ],
)
def test_what_is_no_message_is_refused_at_once(said, reason):
    with pytest.raises(FrameError, match=reason):
        unframed(bytearray(said))


@given(st.binary(max_size=60))
def test_whatever_comes_first_no_message_behind_it_is_waited_for_in_vain(said):
    buffer = bytearray(said + framed(b"answer"))
    try:
        found = unframed(buffer)
    except FrameError:
        return
    assert found is not None
