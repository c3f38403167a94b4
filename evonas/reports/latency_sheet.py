"""The latency of one network as words and tables: in all, in each way to know it, by layer."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from evonas.hardware.latency_ways import Way
from evonas.hardware.measured import Measured
from evonas.hardware.target_times import TargetTimes
from evonas.networks.layers import Layer, LayerTable
from evonas.reports.text import aligned

UNKNOWN = "-"
WAY_COLUMNS = ("known by", "where", "batch", "latency", "from", "to", "how")
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


@dataclass(frozen=True)
class Known:
    """One latency, and how it is known.

    Attributes:
        way: The way to know it.
        where: The target, the machine or the command.
        batch: How many inputs pass at a time.
        seconds: Time of a pass of one batch.
        low: The lower end of its range: of the model's, or the lower quartile.
        high: The upper end of its range: of the model's, or the upper quartile.
        how: What a reader must know of it.
    """

    way: Way
    where: str
    batch: int
    seconds: float
    low: float | None = None
    high: float | None = None
    how: str = ""


@dataclass(frozen=True, repr=False)
class LatencySheet:
    """What a network takes where it will live.

    Attributes:
        name: What the network is called.
        network: Its layers.
        known: Its latency, once for each way to know it and each place.
        modelled: What it is modelled to take on each target, by layer.
        measured: What each layer took here by itself, where that was measured.
        notes: What a reader should know, a line each.
    """

    name: str
    network: LayerTable
    known: tuple[Known, ...]
    modelled: tuple[TargetTimes, ...] = ()
    measured: tuple[Measured, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        ways = ", ".join(dict.fromkeys(known.way for known in self.known))
        return f"<LatencySheet of {self.name}: {ways}>"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The sheet in words and tables."""
        cost = self.network.cost
        takes = " and ".join(map(str, self.network.inputs))
        ways = aligned(WAY_COLUMNS, [_way_row(known) for known in self.known], n_left=2)
        return [
            f"{self.name}, one input of {takes}: {cost.params:,} parameters, "
            f"{cost.flops:,} FLOPs, {len(self.network.layers)} layers",
            *("", *ways),
            *("", *aligned(self.columns, self.rows(), n_left=3)),
            *(("", *self.notes) if self.notes else ()),
        ]

    @property
    def columns(self) -> tuple[str, ...]:
        """Headers of the table of layers."""
        each = (f"{t.target} [us]|share|bound by".split("|") for t in self.modelled)
        measured = ("measured here [us]",) if self.measured else ()
        return (
            *("layer", "operator", "output", "FLOPs", "bytes"),
            *(word for words in each for word in words),
            *measured,
        )

    def rows(self) -> list[list[str]]:
        """The table of layers; the last row is their sum."""
        layers = self.network.layers
        shares = [times.shares for times in self.modelled]
        rows = [
            [
                *_layer_cells(layer),
                *(
                    cell
                    for times, of_each in zip(self.modelled, shares, strict=True)
                    for cell in (
                        _us(times.parts[i].seconds),
                        f"{100 * of_each[i]:.1f} %",
                        times.parts[i].bound,
                    )
                ),
                *([_us(self.measured[i].seconds)] if self.measured else []),
            ]
            for i, layer in enumerate(layers)
        ]
        sums = [
            *("(all layers)", "", ""),
            *(f"{sum(layer.flops for layer in layers):,.0f}",),
            *(f"{sum(layer.n_bytes for layer in layers):,.0f}",),
            *(
                cell
                for times in self.modelled
                for cell in (_us(sum(part.seconds for part in times.parts)), "100.0 %", "")
            ),
            *([_us(sum(m.seconds for m in self.measured))] if self.measured else []),
        ]
        return [*rows, sums]

    def as_dict(self) -> dict[str, Any]:
        """The sheet as JSON has it."""
        return {
            "name": self.name,
            "input": [str(each) for each in self.network.inputs],
            "flops": self.network.cost.flops,
            "params": self.network.cost.params,
            "latencies": [_known_dict(known) for known in self.known],
            "layers": [self._layer_dict(i) for i in range(len(self.network.layers))],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The sheet as one line of JSON."""
        return json.dumps(self.as_dict())

    def to_csv(self) -> str:
        """The layers as CSV, their times in seconds."""
        found = io.StringIO()
        writer = csv.writer(found, lineterminator="\n")
        each = (f"{t.target} [s]|{t.target} bound by".split("|") for t in self.modelled)
        measured = ["measured here [s]"] if self.measured else []
        head = ["layer", "operator", "output", "flops", "bytes"]
        writer.writerow([*head, *(word for words in each for word in words), *measured])
        for i, layer in enumerate(self.network.layers):
            parts = (times.parts[i] for times in self.modelled)
            writer.writerow(
                [
                    *_names(layer),
                    *(layer.flops, layer.n_bytes),
                    *(cell for part in parts for cell in (part.seconds, part.bound)),
                    *([self.measured[i].seconds] if self.measured else []),
                ]
            )
        return found.getvalue()

    def _layer_dict(self, i: int) -> dict[str, Any]:
        layer = self.network.layers[i]
        return {
            "name": layer.name,
            "operator": f"{layer.kind} {layer.detail}".rstrip(),
            "output": list(layer.shape),
            "flops": layer.flops,
            "bytes": layer.n_bytes,
            "modelled": {
                str(times.target): {
                    "seconds": times.parts[i].seconds,
                    "share": times.shares[i],
                    "bound": times.parts[i].bound,
                }
                for times in self.modelled
            },
            "measured_s": self.measured[i].seconds if self.measured else None,
        }


def time_text(seconds: float | None) -> str:
    """A time to three digits, in the unit that suits it.

    Args:
        seconds: The time; ``None`` where it is not known.
    """
    if seconds is None:
        return UNKNOWN
    size, unit = next((pair for pair in _UNITS if seconds >= pair[0]), _UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


def _us(seconds: float) -> str:
    return f"{1e6 * seconds:,.3g}" if seconds < 1e-3 else f"{1e6 * seconds:,.0f}"


def _names(layer: Layer) -> list[str]:
    return [
        layer.name or "(itself)",
        f"{layer.kind} {layer.detail}".rstrip(),
        "x".join(map(str, layer.shape)) or UNKNOWN,
    ]


def _layer_cells(layer: Layer) -> list[str]:
    return [*_names(layer), f"{layer.flops:,.0f}", f"{layer.n_bytes:,.0f}"]


def _way_row(known: Known) -> list[str]:
    times = (time_text(t) for t in (known.seconds, known.low, known.high))
    return [known.way, known.where, str(known.batch), *times, known.how]


def _known_dict(known: Known) -> dict[str, Any]:
    return {
        "way": known.way,
        "where": known.where,
        "batch": known.batch,
        "seconds": known.seconds,
        "low": known.low,
        "high": known.high,
        "how": known.how,
    }
