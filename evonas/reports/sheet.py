"""The data sheet of one architecture: genes, metrics, and its network layer by layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evonas.cell import Cell
from evonas.networks.exits import Exits
from evonas.networks.layers import Layer, LayerTable
from evonas.networks.receptive_field import ReceptiveField
from evonas.reports.html import folded, paragraph, picture, table
from evonas.reports.text import aligned, genome_text, number
from evonas.space import Genome

UNKNOWN = "-"
SINGLE = 4  # bytes of a number in single precision
LAYER_COLUMNS = (
    *("layer", "operator", "output", "params", "FLOPs", "bytes", "alive"),
    *("sees", "CO2"),
)
EXIT_COLUMNS = ("exit", "FLOPs alone", "after those before it", "of all")


@dataclass(frozen=True, repr=False)
class DataSheet:
    """All that is known of one architecture.

    Attributes:
        id: The short id of the architecture, as tables of its run show it.
        problem: The reference of the problem.
        genome: The canonical genome.
        architecture: The value of every gene, by its name.
        active: Names of the genes that make a difference; ``None`` where only the problem's
            code could tell, and that could not be run.
        run: Name of the run that the architecture is from; empty where it is from none.
        metrics: What the run measured of it, by the metric's name.
        columns: The metrics' names with their units, by the name.
        network: The layers; ``None`` where the problem builds no network.
        exits: What every exit costs; ``None`` where the network has but one.
        shares: The share of the network's CO2e of each layer, where it can be reckoned.
        notes: What a reader should know, a line each.
        spelling: The text by which the field calls the architecture; empty where it has none.
        cells: The small graphs that the network repeats, by name.
    """

    id: str
    problem: str
    genome: Genome
    architecture: Mapping[str, Any]
    active: tuple[str, ...] | None
    run: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    network: LayerTable | None = None
    exits: Exits | None = None
    shares: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    spelling: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def __repr__(self) -> str:
        home = f" of run {self.run}" if self.run else ""
        layers = f", {len(self.network.layers)} layers" if self.network else ""
        return f"<DataSheet of architecture {self.id}{home}, problem {self.problem}{layers}>"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The sheet in words and tables."""
        home = f" of run {self.run}" if self.run else ""
        lines = [
            f"Architecture {self.id}{home}, problem {self.problem}",
            f"Genome {genome_text(self.genome)}",
            *([f"Known as {self.spelling}"] if self.spelling else []),
            "",
            *self._genes(),
        ]
        for name, cell in self.cells.items():
            lines += ["", f"{name.capitalize()}:", *(f"  {line}" for line in cell.lines())]
        if self.metrics:
            rows = [[self.columns[name], number(self.metrics[name])] for name in self.metrics]
            lines += ["", *aligned(["measured", ""], rows, n_left=1)]
        if self.network:
            lines += ["", *self._totals(self.network), *self._exits()]
            lines += ["", *self._layers(self.network)]
        return [*lines, "", *self.notes] if self.notes else lines

    def draw(self, out: Path) -> None:
        """Write a picture of the network: its layers, and what feeds each of them.

        Args:
            out: The file, which ends in ``.svg``, ``.png`` or ``.pdf``.

        Raises:
            ValueError: There is no network to draw.
        """
        if self.network is None:
            raise ValueError(f"architecture {self.id} has no layers to draw: {self.notes[0]}")
        from evonas.plots.network import draw_network  # matplotlib, which a table does without

        draw_network(self.network, out=out, title=f"{self.id} of {self.problem}")

    def draw_cells(self, out: Path) -> None:
        """Write a picture of the cells that the network repeats.

        Args:
            out: The file, which ends in ``.svg``, ``.png`` or ``.pdf``.

        Raises:
            ValueError: The problem has no cells.
        """
        if not self.cells:
            raise ValueError(f"problem {self.problem} has no cells to draw")
        from evonas.plots.cell import draw_cells  # matplotlib, as above

        draw_cells(self.cells, out=out, title=f"{self.id} of {self.problem}")

    def _repr_html_(self) -> str:
        """The sheet as a notebook shows it: the network as a picture, its layers to unfold."""
        home = f" of run {self.run}" if self.run else ""
        parts = [paragraph(f"Architecture {self.id}{home}, problem {self.problem}")]
        if self.metrics:
            measured = {self.columns[name]: number(self.metrics[name]) for name in self.metrics}
            parts.append(table(["measured", ""], list(measured.items())))
        genes = [table(["gene", "value"], self._gene_rows()), *map(paragraph, self._spare())]
        parts.append(folded("Genes", "".join(genes)))
        if self.network:
            layers = table(LAYER_COLUMNS, self._layer_rows(self.network))
            parts += map(paragraph, self._totals(self.network))
            if self.exits:
                parts.append(table(EXIT_COLUMNS, self._exit_rows(self.exits)))
            parts.append(folded("Layers", layers))
            parts.append(folded("Picture", self._picture(self.draw, "layers")))
        if self.cells:
            parts.append(folded("Cells", self._picture(self.draw_cells, "cells")))
        parts += map(paragraph, self.notes)
        return f"<div>{''.join(parts)}</div>"

    def _picture(self, draw: Callable[[Path], None], what: str) -> str:
        with TemporaryDirectory() as folder:
            file = Path(folder, "picture.svg")
            draw(file)
            return picture(file.read_bytes(), kind="svg+xml", alt=f"The {what} of {self.id}")

    def _gene_rows(self) -> list[list[str]]:
        shown = self.architecture if self.active is None else self.active
        return [[name, str(self.architecture[name])] for name in shown]

    def _genes(self) -> list[str]:
        return [*aligned(["gene", "value"], self._gene_rows(), n_left=2), *self._spare()]

    def _spare(self) -> list[str]:
        n_spare = len(self.architecture) - len(self._gene_rows())
        if not n_spare:
            return []
        return [f"... and {n_spare} more, which make no difference to this network"]

    @staticmethod
    def _totals(network: LayerTable) -> list[str]:
        cost = network.cost
        n_bytes = sum(layer.n_bytes for layer in network.layers)
        takes = ", ".join(map(str, network.inputs))
        return [
            f"For one input of {takes}: {cost.params:,} parameters, {cost.macs:,} MACs, "
            f"{cost.flops:,} FLOPs, {n_bytes:,.0f} bytes moved, {len(network.layers)} layers",
            *_memory(network),
        ]

    def _exits(self) -> list[str]:
        if self.exits is None:
            return []
        return ["", *aligned(EXIT_COLUMNS, self._exit_rows(self.exits), n_left=1)]

    @staticmethod
    def _exit_rows(exits: Exits) -> list[list[str]]:
        most = exits.in_turn[-1]
        return [
            [str(k), f"{alone:,.0f}", f"{in_turn:,.0f}", f"{100 * in_turn / most:.1f} %"]
            for k, (alone, in_turn) in enumerate(
                zip(exits.alone, exits.in_turn, strict=True), start=1
            )
        ]

    def _layers(self, network: LayerTable) -> list[str]:
        return aligned(LAYER_COLUMNS, self._layer_rows(network), n_left=2)

    def _layer_rows(self, network: LayerTable) -> list[list[str]]:
        return [
            [
                layer.name or "(itself)",
                f"{layer.kind} {layer.detail}".rstrip(),
                "x".join(map(str, layer.shape)) or UNKNOWN,
                f"{layer.params:,}",
                f"{layer.flops:,.0f}",
                f"{layer.n_bytes:,.0f}",
                f"{layer.n_alive * SINGLE:,}",
                seen(layer.receptive_field),
                f"{100 * self.shares[i]:.1f} %" if self.shares else UNKNOWN,
            ]
            for i, layer in enumerate(network.layers)
        ]

    def as_dict(self) -> dict[str, Any]:
        """The sheet as JSON has it."""
        network = self.network
        cost = network.cost if network else None
        memory = cost.memory if cost else None
        return {
            "id": self.id,
            "problem": self.problem,
            "run": self.run or None,
            "genome": list(self.genome),
            "architecture": {name: _plain(value) for name, value in self.architecture.items()},
            "spelling": self.spelling or None,
            "cells": {name: list(map(list, cell.edges)) for name, cell in self.cells.items()},
            "active": None if self.active is None else list(self.active),
            "metrics": dict(self.metrics),
            "input": [list(each.shape) for each in network.inputs] if network else None,
            "params": cost.params if cost else None,
            "macs": cost.macs if cost else None,
            "flops": cost.flops if cost else None,
            "peak_activations": memory.peak_activations if memory else None,
            "weights": memory.n_weights if memory else None,
            "exits": None
            if self.exits is None
            else {"flops": list(self.exits.alone), "flops_in_turn": list(self.exits.in_turn)},
            "layers": [
                _layer_dict(layer, self.shares[i] if self.shares else None)
                for i, layer in enumerate(network.layers if network else ())
            ],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The sheet as one line of JSON."""
        return json.dumps(self.as_dict())


def seen(sees: ReceptiveField | None) -> str:
    """A receptive field as tables show it.

    Args:
        sees: The receptive field; ``None`` where it cannot be told.
    """
    if sees is None:
        return UNKNOWN
    return "all" if sees.is_whole else "x".join(map(str, sees.size))


def _memory(network: LayerTable) -> list[str]:
    """What the network takes in memory, in single precision."""
    memory = network.cost.memory
    if memory is None:
        return []
    peak = memory.peak_activations
    at = next((layer for layer in network.layers if layer.n_alive == peak), None)
    place = f"in {at.name or at.kind}" if at else "before the first layer"
    return [
        f"In memory: {peak * SINGLE:,} bytes of activations at most, {place}, and "
        f"{memory.model_bytes(bytes_per_number=SINGLE):,} bytes of weights"
    ]


def _layer_dict(layer: Layer, share: float | None) -> dict[str, Any]:
    sees = layer.receptive_field
    return {
        "name": layer.name,
        "kind": layer.kind,
        "detail": layer.detail,
        "output": list(layer.shape),
        "params": layer.params,
        "macs": layer.macs,
        "flops": layer.flops,
        "bytes": layer.n_bytes,
        "activations_alive": layer.n_alive,
        "receptive_field": None
        if sees is None
        else "all"
        if sees.is_whole
        else list(sees.size),
        "co2_share": share,
        "sources": list(layer.sources),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return value if value is None or type(value) in (bool, int, float, str) else str(value)
