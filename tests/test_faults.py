import errno

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evonas.faults import (
    FAULT_KINDS,
    MAX_LINE,
    MAX_REASON,
    N_TRACE_LINES,
    DivergedError,
    Fault,
    LateError,
    MetricError,
    harmless,
    printable,
    tail,
)


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def fault_of(error):
    try:
        raise error
    except BaseException as caught:
        return Fault.of(caught)


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (RuntimeError("the network\nexploded"), "raised", "RuntimeError: the network exploded"),
        (SystemExit(3), "raised", "SystemExit: 3"),
        (TimeoutError("of a socket"), "raised", "TimeoutError: of a socket"),
        (OSError(errno.ENOENT, "no file"), "raised", r"FileNotFoundError: [Errno 2] no file"),
        (MuteError(), "raised", "MuteError: (an error that cannot be printed)"),
        (MetricError("metric acc is nan"), "invalid", "metric acc is nan"),
        (DivergedError("in epoch 1"), "diverged", "in epoch 1"),
        (MemoryError(), "memory", "MemoryError:"),
        (OSError(errno.ENOMEM, "full"), "memory", "OSError: [Errno 12] full"),
        (torch.OutOfMemoryError("CUDA out"), "memory", "OutOfMemoryError: CUDA out"),
        (LateError("took longer than 3 s"), "timeout", "took longer than 3 s"),
    ],
)
def test_every_error_has_a_kind_a_reason_and_a_trace(error, kind, reason):
    fault = fault_of(error)
    assert fault.kind == kind
    assert kind in FAULT_KINDS
    assert fault.reason.strip() == reason
    assert any("test_faults.py" in line for line in fault.trace)


def test_torch_without_memory_on_a_cpu_is_a_matter_of_memory():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert Fault.of(caught.value).kind == "memory"


def test_a_long_reason_is_cut():
    fault = fault_of(RuntimeError("words " * 1000))
    assert len(fault.reason) == MAX_REASON
    assert fault.reason.endswith(" ...")


@given(st.text())
def test_the_tail_of_a_text_is_short(text):
    lines = tail(text)
    assert len(lines) <= N_TRACE_LINES
    assert all(0 < len(line) <= MAX_LINE for line in lines)
    assert all(any(whole.startswith(line) for whole in text.splitlines()) for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ninety-three", "ninety-three"),
        ("größer als 3 µs", "größer als 3 µs"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x9b31mred", "\\x9b31mred"),
        ("half \ud800", "half \\ud800"),
        ("\u202eback", "\\u202eback"),
        ("a\rb\nc\x07", "a\\rb\\nc\\x07"),
    ],
)
def test_what_would_steer_a_terminal_is_spelt_out(text, shown):
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_whatever_was_said_can_be_printed_and_written(text):
    assert printable(text).isprintable()
    assert printable(text).encode().decode() == printable(text)
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "=1+1",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+3+cmd",
            "=HYPERLINK(1)",
            "\t=1",
            "\r=1",
        ),
        *("\n=1", "=", "-")[:1],
        "--x",
    ],
)
def test_no_cell_is_a_formula(cell):
    assert str(harmless(cell)).startswith("'")


@pytest.mark.parametrize(
    "cell",
    [
        *(
            -1.5,
            3,
            None,
            True,
            "",
            "-",
            "+",
            "-3.2",
            "+4",
            "-1e-07",
            "-1.5e+20",
            "0 1 2",
            "relu",
        ),
        *("-0.305 1.64 -0.89", "-0.5-1.64--0.89", "(1, 2)", "a=b", "[-1]", "3-0-2"),
    ],
)
def test_numbers_genomes_and_words_stay_as_they_are_in_a_table(cell):
    assert harmless(cell) == cell
