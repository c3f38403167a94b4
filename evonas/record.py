"""One measured architecture, and the line that keeps it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from evonas.faults import FAULT_KINDS, printable
from evonas.fidelity import FIDELITIES
from evonas.space import Genome

AGAIN = "remove the line to have its architecture measured again"
SEAL = re.compile(rb', "crc": "[0-9a-f]{8}"\}')  # nothing within a line can look like it
AT_A_FIDELITY = re.compile(rf"(?P<metric>.+)@(?P<label>({'|'.join(FIDELITIES)})=\d+)")
_N_SEAL = len(', "crc": "01234567"}')
_NOT_A_RECORD = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
PLAIN = {int, str, bool}  # genes of these types can be nothing wrong
_to_json = json.JSONEncoder(allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Record:
    """One measured architecture: the unit of truth.

    Attributes:
        genome: The canonical genome of the architecture.
        metrics: Value by metric name, in natural units; empty where the measuring failed.
            A candidate that breaks a constraint on a cheap metric has the cheap ones alone.
        partial: What trainings with less than the whole have shown: value by metric name, by
            label of the fidelity, such as ``{"epochs=3": {"acc": 51.2}}``.
        seconds: Wall-clock time that the measuring took, in seconds.
        error: Why the measuring failed, in one line; ``None`` where it did not.
        seed: The candidate's own seed, which fixes all that its measuring draws.
        kind: The kind of the failure, one of ``faults.FAULT_KINDS``; empty where there is none.
        trace: The last lines of the failure's traceback, in order; empty where there is none.
        curve: The training curve, one mapping per epoch, in order.
        cpu_seconds: Seconds of processor cores that the measuring took; 0 where its worker
            died.
        effort: FLOPs of the candidate's training as planned, in full even where it failed; 0
            where there was none, or where the problem does not know.
        fidelity: Label of the last rung that the candidate was measured at, such as
            ``epochs=3``, where that was not the whole; what was trained is then in ``partial``
            alone.
    """

    genome: Genome
    metrics: Mapping[str, float]
    seconds: float
    error: str | None = None
    seed: int = 0
    kind: str = ""
    trace: Sequence[str] = field(default=(), repr=False)
    curve: Sequence[Mapping[str, float]] = field(default=(), repr=False)
    cpu_seconds: float = 0.0
    effort: float = 0.0
    fidelity: str = ""
    partial: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def core_seconds(self) -> float:
        """Seconds of processor cores; of the clock where the worker did not live to tell."""
        return self.cpu_seconds or self.seconds

    def __post_init__(self) -> None:
        if self.error is not None and not self.kind:
            object.__setattr__(self, "kind", "raised")
        if isinstance(self.error, str):  # of a candidate, which may hold orders to a terminal
            line = self.error if self.error.isprintable() else " ".join(self.error.split())
            object.__setattr__(self, "error", printable(line))
        if self.trace and all(isinstance(line, str) for line in self.trace):
            shown = (line.replace("\t", " ") for line in self.trace)
            object.__setattr__(self, "trace", tuple(map(printable, shown)))

    def at(self, label: str) -> Mapping[str, float] | None:
        """The metrics as they stood at a fidelity: what was trained with less, all else exact.

        Args:
            label: The fidelity's label, such as ``epochs=3``; empty for the whole.

        Returns:
            Value by metric name; ``None`` where nothing was trained so.
        """
        if not label:
            return self.metrics
        return {**self.metrics, **self.partial[label]} if label in self.partial else None

    @property
    def measured(self) -> frozenset[str]:
        """Names of all metrics that were measured, at whatever fidelity."""
        return frozenset(self.metrics).union(*self.partial.values())

    def rounded(self) -> Record:
        """The record as a journal gives it back, with times in whole microseconds."""
        return replace(
            self, seconds=round(self.seconds, 6), cpu_seconds=round(self.cpu_seconds, 6)
        )

    def to_line(self) -> str:
        """The record as one line of JSON, ending in its checksum and a newline.

        Raises:
            ValueError: The record holds what no record may hold, and could not be read back.
        """
        _check(self)
        fields: dict[str, Any] = {
            "genome": self.genome,
            "metrics": self.metrics,
            "seconds": round(self.seconds, 6),
            "error": self.error,
            "seed": self.seed,
        }
        if self.error is not None:
            fields |= {"kind": self.kind, "trace": self.trace}
        if self.cpu_seconds:
            fields["cpu_seconds"] = round(self.cpu_seconds, 6)
        if self.effort:
            fields["effort"] = self.effort
        if self.fidelity:
            fields["fidelity"] = self.fidelity
        if self.partial:
            fields["partial"] = self.partial
        if self.curve:
            fields["curve"] = self.curve
        return _sealed(_to_json(fields)[:-1].encode()).decode() + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Record:
        """Read what ``to_line`` wrote, with or without its newline.

        Raises:
            ValueError: The line is no record, or not as it was written.
        """
        raw = (line.encode() if isinstance(line, str) else line).removesuffix(b"\n")
        if raw != _sealed(raw[:-_N_SEAL]):
            if b'"crc"' in raw:
                raise ValueError(
                    "the checksum does not fit: the line was damaged, or edited by hand; "
                    + AGAIN
                )
            raise ValueError(_no_record(raw, "it has no checksum"))
        try:
            record = cls(**_fields(json.loads(raw)))
            _check(record)
        except _NOT_A_RECORD as error:
            raise ValueError(_no_record(raw, error)) from error
        return record


def merge(earlier: Record, later: Record) -> Record:
    """One record out of two measurements of an architecture; the first keeps the word.

    Only where the first was not the whole does the second decide whether it is a failure.
    """
    kept = later if earlier.fidelity and earlier.error is None else earlier
    return replace(
        kept,
        metrics={} if kept.error is not None else {**later.metrics, **earlier.metrics},
        partial={} if kept.error is not None else {**later.partial, **earlier.partial},
        seconds=earlier.seconds + later.seconds,
        cpu_seconds=earlier.cpu_seconds + later.cpu_seconds,
        effort=earlier.effort + later.effort,
    )


def _sealed(body: bytes) -> bytes:
    """A line that lacks its end, with its checksum as the end."""
    return b'%b, "crc": "%08x"}' % (body, crc32(body))


def _no_record(raw: bytes, reason: object) -> str:
    return f"not a record ({reason}): {raw[:60].decode(errors='replace')!r}; {AGAIN}"


def _fields(line: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record, numbers and lists checked."""
    failure = ("kind", "trace") if line["error"] is not None else ()
    if bool(failure) != bool(line.get("kind")):
        raise ValueError("there is an error and no kind of it, or a kind and no error")
    lists = {name: line[name] for name in ("genome", "trace", "curve") if name in line}
    for name, value in lists.items():
        if not isinstance(value, list):
            raise ValueError(f"{name} is no list")
    return {
        **{name: line[name] for name in ("error", "seed", *failure)},
        "genome": tuple(lists["genome"]),
        **_by_fidelity(line),
        "seconds": _number("seconds", line["seconds"]),
        "cpu_seconds": _number("cpu_seconds", line.get("cpu_seconds", 0.0)),
        "effort": _number("effort", line.get("effort", 0.0)),
        "fidelity": line.get("fidelity", ""),
        "trace": tuple(lists.get("trace", ())),
        "curve": tuple(map(_numbers, lists.get("curve", ()))),
    }


def _by_fidelity(line: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics of the whole, and those of each fidelity below it.

    Lines of version 0.1.0 and before name the latter ``acc@epochs=3`` among the former.
    """
    metrics: dict[str, float] = {}
    partial = {label: _numbers(values) for label, values in line.get("partial", {}).items()}
    for name, value in _numbers(line["metrics"]).items():
        found = AT_A_FIDELITY.fullmatch(name)
        if found:
            partial.setdefault(found["label"], {})[found["metric"]] = value
        else:
            metrics[name] = value
    return {"metrics": metrics, "partial": partial}


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: _number(name, value) for name, value in values.items()}


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} is no number")
    if not math.isfinite(value):
        raise ValueError(f"{name} is not finite")
    return float(value)


def _check(record: Record) -> None:
    """Refuse what cannot be, whether it was read or is to be written."""
    error, kind = record.error, record.kind
    if not set(map(type, record.genome)) <= PLAIN and not all(map(_is_gene, record.genome)):
        raise ValueError("a gene is neither a number nor a text")
    if type(record.seed) is not int:
        raise ValueError("the seed is no whole number")
    if not (record.seconds >= 0 and record.cpu_seconds >= 0 and record.effort >= 0):
        raise ValueError("the seconds or the effort are negative")
    if not (kind in FAULT_KINDS if isinstance(error, str) else error is None and not kind):
        raise ValueError(f"the error {error!r} is of kind {kind!r}")
    if error is not None and record.measured:
        raise ValueError("it failed, and yet has metrics")
    if not all(isinstance(said, str) for said in record.trace):
        raise ValueError("the trace is no list of texts")
    if not isinstance(record.fidelity, str):
        raise ValueError("the fidelity is no text")


def _is_gene(value: object) -> bool:
    """Also a mere yes, no or nothing, which plain pymoo problems may choose from."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (int, str))


def candidate_seed(seed: int, genome: Genome) -> int:
    """The seed of one candidate, [0, 2**32): its search's and its genome's alone.

    Genomes of non-negative integers enter as they are, others by their digest.
    """
    if all(type(gene) is int and gene >= 0 for gene in genome):
        entropy = [seed, *genome]
    else:
        digest = hashlib.sha256(json.dumps(genome).encode()).digest()
        entropy = [seed, *np.frombuffer(digest, dtype=np.uint32).tolist()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])
