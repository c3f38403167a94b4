"""Event files, which TensorBoard shows: one folder of them, written to and read again."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import (
    IMAGES,
    SCALARS,
    TENSORS,
    EventAccumulator,
)
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from evonas.runs.journal import write_whole

PATTERN = "events.out.tfevents.*"


class EventLog:
    """A folder of event files, which TensorBoard shows as one run; it gets a new file.

    Every call writes one event, whole or not at all, and nothing of it waits in memory: who is
    killed has lost nothing. TensorBoard's own writer has a thread that its callers wait for,
    for ever once a disk is full.

    Args:
        folder: Where the file shall lie; made if there is none.
        cut: The last step that holds of what earlier files say; later ones are taken back.
            ``None`` where all of it holds.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, folder: Path, *, cut: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        n_earlier = len(list(folder.glob(PATTERN)))
        name = PATTERN.replace("*", f"{time.time():010.0f}.{n_earlier:04d}")  # in this order
        self._file = FileIO(folder / name, "x")
        self._records = RecordWriter(_Whole(self._file))
        self._write(Event(file_version="brain.Event:2"))
        if cut is not None and n_earlier:
            self._write(Event(step=cut + 1, session_log=SessionLog(status=SessionLog.START)))

    def add_scalars(
        self,
        step: int,
        values: Mapping[str, float],
        *,
        described: Mapping[str, str] | None = None,
    ) -> None:
        """Write numbers of one step.

        Args:
            step: The step, from 0.
            values: Number by tag.
            described: What TensorBoard says of a tag, by tag, such as its unit.
        """
        summary = Summary()
        for tag, value in values.items():
            told = scalar_metadata.create_summary_metadata("", (described or {}).get(tag, ""))
            summary.value.add(tag=tag, simple_value=value, metadata=told)
        self._write(Event(step=step, summary=summary))

    def add_text(self, step: int, tag: str, text: str) -> None:
        """Write a text, as Markdown.

        Args:
            step: The step, from 0.
            tag: The text's tag.
            text: The text.
        """
        summary = Summary()
        told = text_metadata.create_summary_metadata("", "")
        summary.value.add(tag=tag, tensor=make_tensor_proto([text.encode()]), metadata=told)
        self._write(Event(step=step, summary=summary))

    def add_picture(self, step: int, tag: str, png: bytes, *, size: tuple[int, int]) -> None:
        """Write a picture.

        Args:
            step: The step, from 0.
            tag: The picture's tag.
            png: The picture as a PNG file.
            size: Width and height in pixels.
        """
        width, height = size
        picture = Summary.Image(encoded_image_string=png, width=width, height=height)
        summary = Summary()
        summary.value.add(tag=tag, image=picture)
        self._write(Event(step=step, summary=summary))

    def add_settings(self, settings: Mapping[str, Any]) -> None:
        """Write what runs are compared by in TensorBoard's table of hyperparameters.

        Args:
            settings: Setting by name; what is neither a number nor a text is written as a text.
        """
        content = HParamsPluginData()
        content.session_start_info.start_time_secs = time.time()
        for name, value in settings.items():
            entry = content.session_start_info.hparams[name]
            if isinstance(value, bool):
                entry.bool_value = value
            elif isinstance(value, int | float):
                entry.number_value = value
            else:
                entry.string_value = str(value)
        summary = Summary()
        summary.value.add(
            tag=hparams_metadata.SESSION_START_INFO_TAG,
            tensor=hparams_metadata.NULL_TENSOR,
            metadata=hparams_metadata.create_summary_metadata(content),
        )
        self._write(Event(summary=summary))

    def close(self) -> None:
        """Let go of the file; once is enough."""
        self._file.close()

    def _write(self, event: Event) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())


def last_values(folder: Path) -> tuple[int, dict[str, float]]:
    """The last numbers that the event files of a folder hold.

    Args:
        folder: The folder of one ``EventLog``, which need not be there.

    Returns:
        The last step of any number, and the last number by tag; 0 and none without files.
    """
    if not any(folder.glob(PATTERN)):
        return 0, {}
    with _quiet():
        events = EventAccumulator(str(folder), {SCALARS: 1, TENSORS: 1, IMAGES: 1})  # the last
        events.Reload()
        last = {tag: events.Scalars(tag)[-1] for tag in events.Tags()[SCALARS]}
    steps = (event.step for event in last.values())
    return max(steps, default=0), {tag: event.value for tag, event in last.items()}


class _Whole:
    """A file that takes all of an event's bytes or none, as a ``RecordWriter`` expects it."""

    def __init__(self, file: FileIO) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        write_whole(self._file, content)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what TensorBoard has to say of a file that a kill has cut off."""
    logger = logging.getLogger("tensorboard")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
