"""Cells of two inputs whose nodes add two operations each, and how DARTS writes them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from evonas.networks.primitives import PRIMITIVES

N_INPUTS = 2  # what the two cells before give, that of the last one second

Pair = tuple[str, int]  # an operation, and the number of what it takes, inputs first


class Genotype(NamedTuple):
    """The two cells of a network, as the code of DARTS has them (Liu et al. 2019).

    Attributes:
        normal: Two pairs for each node in turn: an operation, and the number of what it takes,
            where 0 and 1 are the inputs and 2 is the first node.
        reduce: The same of the cell that halves the map.
    """

    normal: tuple[Pair, ...]
    reduce: tuple[Pair, ...]

    def __str__(self) -> str:
        joined = list(range(N_INPUTS, N_INPUTS + len(self.normal) // 2))
        return (
            f"Genotype(normal={list(self.normal)}, normal_concat={joined}, "
            f"reduce={list(self.reduce)}, reduce_concat={joined})"
        )


# The cells that DARTS found on CIFAR-10 by its first-order and its second-order way.
_SKIP, _MAX, _AVG, _SEP = "skip_connect", "max_pool_3x3", "avg_pool_3x3", "sep_conv_3x3"
DARTS_V1 = Genotype(
    normal=(
        *((_SEP, 1), (_SEP, 0), (_SKIP, 0), (_SEP, 1)),
        *((_SKIP, 0), (_SEP, 1), (_SEP, 0), (_SKIP, 2)),
    ),
    reduce=(
        *((_MAX, 0), (_MAX, 1), (_SKIP, 2), (_MAX, 0)),
        *((_MAX, 0), (_SKIP, 2), (_SKIP, 2), (_AVG, 0)),
    ),
)
DARTS_V2 = Genotype(
    normal=(
        *((_SEP, 0), (_SEP, 1), (_SEP, 0), (_SEP, 1)),
        *((_SEP, 1), (_SKIP, 0), (_SKIP, 0), ("dil_conv_3x3", 2)),
    ),
    reduce=(
        *((_MAX, 0), (_MAX, 1), (_SKIP, 2), (_MAX, 1)),
        *((_MAX, 0), (_SKIP, 2), (_SKIP, 2), (_MAX, 1)),
    ),
)


def read_genotype(text: str) -> Genotype:
    """The cells that a line of DARTS stands for, read without running it.

    Args:
        text: Such as ``Genotype(normal=[('skip_connect', 0), ...], normal_concat=range(2, 6),
            reduce=[...], reduce_concat=[2, 3, 4, 5])``; a name and ``=`` may come first.

    Raises:
        ValueError: The text is something else, a pair is none, or a cell does not join all its
            nodes, as all cells here do.
    """
    fields = _fields(text)
    cells = {}
    for name in ("normal", "reduce"):
        cells[name] = _checked(fields.get(name), name)
        nodes = list(range(N_INPUTS, N_INPUTS + len(cells[name]) // 2))
        joined = fields.get(f"{name}_concat", nodes)
        if not isinstance(joined, (list, tuple, range)) or sorted(joined) != nodes:
            raise ValueError(
                f"the {name} cell joins {joined}; expected all its nodes, {nodes}, for other "
                "cells are not of this space"
            )
    if len(cells["normal"]) != len(cells["reduce"]):
        raise ValueError(
            f"the cells have {len(cells['normal']) // 2} and {len(cells['reduce']) // 2} "
            "nodes; expected as many in both"
        )
    return Genotype(**cells)


def _fields(text: str) -> dict[str, object]:
    """The arguments by name, of plain values alone."""
    try:
        (line,) = ast.parse(text.strip()).body
        call = line.value if isinstance(line, (ast.Expr, ast.Assign)) else None
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError("it is no Genotype(normal=..., ...)")
        if getattr(call.func, "id", getattr(call.func, "attr", "")) != "Genotype":
            raise ValueError("it calls something else")
        return {str(word.arg): _plain(word.value) for word in call.keywords}
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"cannot read the genotype {text!r:.80}: {reason}; expected Genotype("
            "normal=[('sep_conv_3x3', 0), ...], normal_concat=[2, ...], reduce=[...], "
            "reduce_concat=[2, ...])"
        ) from None


def _plain(value: ast.expr) -> object:
    """A literal, or a ``range`` of literals."""
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "range":
        return range(*(ast.literal_eval(each) for each in value.args))
    return ast.literal_eval(value)


def _checked(pairs: object, name: str) -> tuple[Pair, ...]:
    if not isinstance(pairs, Sequence) or not pairs or len(pairs) % 2:
        raise ValueError(
            f"the {name} cell is {pairs!r:.60}; expected a list of two pairs for each node"
        )
    for place, pair in enumerate(pairs):
        n_before = N_INPUTS + place // 2
        match pair:
            case (str(word), int(source)) if word in PRIMITIVES and 0 <= source < n_before:
                continue
        raise ValueError(
            f"{pair!r:.60} stands in the {name} cell; expected an operation of "
            f"{', '.join(PRIMITIVES)}, and a number from 0 to {n_before - 1}"
        )
    return tuple((word, source) for word, source in pairs)
