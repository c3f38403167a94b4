"""Measuring on another machine: a model file goes out by a command, a JSON comes back."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from evonas.hardware.device_lock import alone_on
from evonas.hardware.measured import Measured, read_answer

TIMEOUT_S = 300.0
MODEL, BATCH = "{model}", "{batch}"


def words_of(command: str) -> list[str]:
    """The words of a measuring command; no shell reads it.

    Raises:
        ValueError: There is none, or a quotation is not closed.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"cannot read the command {command!r}: {error}") from error
    if not words:
        raise ValueError("the measuring command is empty; expected one as 'bench.py {model}'")
    return words


def measured_with(
    command: str, model: Path, *, batch: int = 1, timeout_s: float = TIMEOUT_S
) -> Measured:
    """Have a user's command measure a model file.

    ``{model}`` in the command stands for the file, and ``{batch}`` for the batch. Without
    ``{model}`` the file's content is the command's standard input, which ``ssh`` carries.

    Args:
        command: The command, which prints JSON as ``read_answer`` reads it.
        model: The model as an ONNX file.
        batch: How many inputs pass at a time.
        timeout_s: Seconds that the command may take.

    Raises:
        ValueError: The command cannot be started, fails, takes too long, or prints no times.
    """
    words = [
        word.replace(MODEL, str(model)).replace(BATCH, str(batch)) for word in words_of(command)
    ]
    content = None if MODEL in command else model.read_bytes()
    try:
        with alone_on(command):
            done = subprocess.run(
                words,
                input=content,
                stdin=subprocess.DEVNULL if content is None else None,
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
    except OSError as error:
        raise ValueError(f"cannot run {words[0]}: {error.strerror or error}") from error
    except subprocess.TimeoutExpired:
        raise ValueError(f"{words[0]} took more than {timeout_s:g} s to measure") from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ValueError(
            f"{words[0]} ended with exit status {done.returncode}"
            + (f": {last[:200]}" if last else "")
        )
    try:
        return read_answer(done.stdout.decode(errors="replace"))
    except ValueError as error:
        raise ValueError(f"{words[0]} measured nothing: {error}") from None
