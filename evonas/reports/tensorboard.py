"""A search or a training as TensorBoard shows it, as it goes on."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evonas.engine.result import Result
from evonas.listener import Epoch, Generation, Listener, Outcome, Start, Training
from evonas.record import Record
from evonas.runs.places import without_link
from evonas.short_ids import short_id
from evonas.space import genome_text

if TYPE_CHECKING:  # it needs an optional library
    from evonas.reports.event_files import EventLog

FOLDER = "tensorboard"  # in a run directory or a model folder
SEARCH, RECORDS, CURVES = "search", "records", "curves"  # each a run for TensorBoard
N_TOLD = "search/measurements"  # the scalar by which a resumed run finds its place
DOTS_PER_INCH = 100


class TensorBoard(Listener):
    """Writes what TensorBoard shows: ``tensorboard --logdir`` of the run directory.

    ``search`` holds a point for each generation: hypervolume, size of the front, best of each
    objective, counts and what was spent; and in the end the front as a picture and a table.
    ``records`` holds a point for each measurement, in the order of arrival, and ``curves`` the
    learning curves, a run for each architecture. Of a training there is a run for each seed,
    with a point for each epoch.

    A resumed run goes on where its last generation was written; what was written of an
    unfinished one is taken back, and comes again.

    Args:
        folder: Where event files go; ``tensorboard`` in the run directory or the model folder
            if left out.

    Raises:
        ValueError: TensorBoard is not installed.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        try:
            import evonas.reports.event_files  # noqa: F401  an optional library is behind it
        except ImportError as error:
            raise ValueError(
                "tensorboard is not installed; pip install 'evonas[tensorboard]'"
            ) from error
        self._given = Path(folder) if folder is not None else None
        self._folder = Path()
        self._logs: dict[str, EventLog] = {}
        self._n_told = self._n_known = 0  # records
        self._generation = self._known_generation = 0
        self._described: dict[str, str] = {}
        self._known_epochs: dict[int, int] = {}
        self._settings: Mapping[str, Any] = {}

    def on_start(self, start: Start) -> None:
        """Find the place where an earlier session ended, and write the config.

        Raises:
            ValueError: There is neither a folder nor a run directory, or the folder holds
                another search.
            OSError: The folder cannot be written to.
        """
        self._open_folder(start.folder, is_resumed=start.is_resumed)
        self._known_generation, known = self._last_values(SEARCH)
        self._generation, self._n_known = self._known_generation, int(known.get(N_TOLD, 0))
        self._described = _described(start.resolved)
        log = self._log(SEARCH)
        self._log(RECORDS, cut=self._n_known)
        words = _said(start.config.as_dict())
        log.add_text(self._generation, "config", _as_table(words))
        log.add_text(self._generation, "settled", _as_json(start.resolved))
        if not known:
            log.add_settings({name: _as_setting(value) for name, value in words.items()})

    def on_record(self, record: Record) -> None:
        """Write a measurement, and its learning curve."""
        self._n_told += 1
        if self._n_told <= self._n_known:
            return
        values = {f"record/{name}": value for name, value in record.metrics.items()}
        for label, found in record.partial.items():
            values |= {f"record/{name}@{label}": value for name, value in found.items()}
        log = self._log(RECORDS)
        log.add_scalars(
            self._n_told,
            {**values, "record/seconds": record.seconds},
            described=self._described,
        )
        said = f", {record.error}" if record.error is not None else ""
        name = f"`{short_id(record.genome)}` {genome_text(record.genome)}{said}"
        log.add_text(self._n_told, "record/architecture", name)
        if record.curve:
            self._add_curve(record)

    def on_generation(self, generation: Generation) -> None:
        """Write where the search stands."""
        self._generation = generation.number
        if generation.number > self._known_generation:
            values = {**_values(generation), N_TOLD: float(self._n_told)}
            self._log(SEARCH).add_scalars(generation.number, values, described=self._described)

    def on_end(self, outcome: Outcome | None) -> None:
        """Write the front as a table and a picture, and close all files."""
        try:
            if isinstance(outcome, Result) and SEARCH in self._logs:
                self._add_front(outcome)
        finally:
            self._close()

    def on_training_start(self, training: Training) -> None:
        """Find the place where an earlier sitting ended.

        Raises:
            ValueError: The folder holds another training.
            OSError: The folder cannot be written to.
        """
        self._open_folder(training.folder, is_resumed=training.is_resumed)
        self._settings = training.settings

    def on_epoch(self, epoch: Epoch) -> None:
        """Write an epoch into the run of its seed."""
        name = f"seed{epoch.seed}"
        if epoch.seed not in self._known_epochs:
            self._known_epochs[epoch.seed], known = self._last_values(name)
            if not known:
                words = {**_said(self._settings), "seed": epoch.seed}
                self._log(name).add_text(0, "settings", _as_table(words))
                self._log(name).add_settings({n: _as_setting(v) for n, v in words.items()})
        if epoch.number > self._known_epochs[epoch.seed]:
            values = {f"training/{word}": value for word, value in epoch.values.items()}
            values.pop("training/epoch", None)
            self._log(name).add_scalars(epoch.number, values)

    def on_training_end(self, scores: Mapping[str, float] | None) -> None:
        """Write how good the network is, and close all files."""
        try:
            if scores:
                values = {f"model/{part}_accuracy": value for part, value in scores.items()}
                self._log("model").add_scalars(0, values)
        finally:
            self._close()

    def _open_folder(self, place: Path | None, *, is_resumed: bool) -> None:
        """Settle where the event files go.

        Raises:
            ValueError: Nobody says where, or something else lies there.
        """
        if self._given is None and place is None:
            raise ValueError("nobody says where: give TensorBoard(FOLDER), or search a folder")
        self._folder = self._given or without_link((place or Path()).absolute() / FOLDER)
        if not is_resumed and any(self._folder.glob("**/*tfevents*")):
            raise ValueError(f"{self._folder} holds another run's event files; give another")

    def _log(self, name: str, *, cut: int | None = None) -> EventLog:
        """The open log of a run's part."""
        from evonas.reports.event_files import EventLog

        if name not in self._logs:
            self._logs[name] = EventLog(self._folder / name, cut=cut)
        return self._logs[name]

    def _last_values(self, name: str) -> tuple[int, dict[str, float]]:
        from evonas.reports.event_files import last_values

        return last_values(self._folder / name)

    def _close(self) -> None:
        for log in self._logs.values():
            log.close()
        self._logs.clear()

    def _add_curve(self, record: Record) -> None:
        """Write those epochs of a learning curve that are not there yet."""
        name = f"{CURVES}/{short_id(record.genome)}"
        last, _ = self._last_values(name)
        rows = [(int(row.get("epoch", n)), row) for n, row in enumerate(record.curve, 1)]
        fresh = [(epoch, row) for epoch, row in rows if epoch > last]
        if not fresh:
            return
        log = self._log(name)
        for epoch, row in fresh:
            values = {f"curve/{word}": v for word, v in row.items() if word != "epoch"}
            log.add_scalars(epoch, values)
        self._logs.pop(name).close()  # there may be thousands

    def _add_front(self, result: Result) -> None:
        log, step = self._log(SEARCH), self._generation
        log.add_text(step, "search/end", result.stopped)
        header, rows = result.table()
        log.add_text(step, "front/table", _markdown(header, rows))
        if result.front:
            png, size = _picture(result)
            log.add_picture(step, "front/picture", png, size=size)


def _values(generation: Generation) -> dict[str, float]:
    """What a generation tells, by tag."""
    spend = generation.spend
    best = {f"best/{name}": value for name, value in generation.best.items()}
    values = {
        "search/evaluations": float(generation.n_evaluations),
        "search/failures": float(generation.n_failures),
        "front/size": float(generation.front_size),
        **best,
        "spent/energy_kwh": spend.energy_kwh,
        "spent/co2_g": spend.co2_g,
        "spent/wall_seconds": spend.wall_seconds,
        "spent/busy_seconds": spend.busy_seconds,
        "spent/cpu_seconds": spend.cpu_seconds,
        "spent/training_flops": spend.fpo,
    }
    if generation.hypervolume is not None:
        values["front/hypervolume"] = generation.hypervolume
    if generation.reliability is not None:
        values["predictions/spearman"] = generation.reliability.spearman
    return {tag: value for tag, value in values.items() if not math.isnan(value)}


def _described(resolved: Mapping[str, Any]) -> dict[str, str]:
    """Unit and direction of each metric, by tag."""
    told = {}
    for metric in resolved.get("metrics", ()):
        way = "less is better" if metric["sign"] > 0 else "more is better"
        unit = f" [{metric['unit']}]" if metric["unit"] else ""
        for place in ("best", "record"):
            told[f"{place}/{metric['name']}"] = f"{metric['label']}{unit}, {way}"
    return told


def _said(words: Mapping[str, Any]) -> dict[str, Any]:
    """Those words of a config of which something is said."""
    return {name: value for name, value in words.items() if value not in (None, [], {})}


def _as_setting(value: Any) -> Any:
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return ",".join(value)
    return json.dumps(value)


def _as_table(words: Mapping[str, Any]) -> str:
    rows = [[name, f"`{_as_setting(value)}`"] for name, value in words.items()]
    return _markdown(["setting", "value"], rows)


def _as_json(values: Mapping[str, Any]) -> str:
    lines = json.dumps(values, indent=2, default=str).splitlines()
    return "\n".join(f"    {line}" for line in lines)  # a block of code


def _markdown(header: list[str], rows: list[list[Any]]) -> str:
    cells = [header, ["---"] * len(header), *rows]
    lines = ("| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in cells)
    return "\n".join(lines)


def _picture(result: Result) -> tuple[bytes, tuple[int, int]]:
    """The front as a PNG file, with its width and height in pixels."""
    from evonas.plots.runs import draw  # half a second, which no start should take

    figure, content = draw(result), io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS_PER_INCH)
    width, height = figure.get_size_inches() * figure.dpi
    return content.getvalue(), (round(width), round(height))
