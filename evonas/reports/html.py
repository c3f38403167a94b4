"""Values as HTML that notebooks show: everything escaped, and readable on light and on dark."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from evonas.faults import printable
from evonas.objectives import Metric
from evonas.record import Record
from evonas.reports.text import genome_text, number
from evonas.runs.run import Run

MOST_ROWS = 20
UNKNOWN = "-"


def paragraph(text: str) -> str:
    """A paragraph of plain text.

    Args:
        text: What it says, which is escaped.
    """
    return f"<p>{_escaped(text)}</p>"


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, titles: Sequence[str] = ()
) -> str:
    """A table of plain texts.

    Args:
        header: The names of the columns.
        rows: The cells of each row.
        titles: What a row says when it is pointed at; one for each row, if any.
    """
    head = "".join(f"<th>{_escaped(name)}</th>" for name in header)
    hints = [f' title="{_escaped(title)}"' for title in titles] or [""] * len(rows)
    body = "".join(
        f"<tr{hint}>{''.join(f'<td>{_escaped(cell)}</td>' for cell in row)}</tr>"
        for row, hint in zip(rows, hints, strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def picture(content: bytes, *, kind: str, alt: str, width: int | None = None) -> str:
    """A picture that lies within the page.

    Args:
        content: The file of the picture.
        kind: What the file is: ``png`` or ``svg+xml``.
        alt: What the picture shows, for who cannot see it.
        width: Its width on the page in pixels; its own if left out.
    """
    data = base64.b64encode(content).decode()
    wide = "" if width is None else f' width="{width}"'
    return f'<img src="data:image/{kind};base64,{data}" alt="{_escaped(alt)}"{wide}>'


def folded(title: str, content: str) -> str:
    """HTML that is shown once its title is clicked on.

    Args:
        title: Plain text that stands there in any case.
        content: The HTML.
    """
    return f"<details><summary>{_escaped(title)}</summary>{content}</details>"


def front_table(run: Run, *, most_rows: int = MOST_ROWS) -> str:
    """The front of a run as a table: short ids, and metrics with their units.

    Objectives come first, then what constraints are on, then what only the front is measured
    for; a long front is cut.

    Args:
        run: The run.
        most_rows: How many members are shown at most.
    """
    metrics = _columns(run)
    shown = run.front[:most_rows]
    header = ["id", *(metric.column for metric in metrics)]
    rows = [[run.ids[record.genome], *_cells(record, metrics)] for record in shown]
    found = table(header, rows, titles=[genome_text(record.genome) for record in shown])
    n_more = len(run.front) - len(shown)
    return found + (paragraph(f"... and {n_more} more") if n_more else "")


def _columns(run: Run) -> list[Metric]:
    demanded = {constraint.metric for constraint in run.goals.constraints}
    bounded = [metric for metric in run.metrics if metric.name in demanded]
    final = [metric for metric in run.metrics if metric.when == "final"]
    offered = {metric.name: metric for metric in (*run.objectives, *bounded, *final)}
    measured = {name for record in run.front for name in record.metrics}
    return [metric for name, metric in offered.items() if name in measured]


def _cells(record: Record, metrics: Sequence[Metric]) -> list[str]:
    known = record.metrics
    return [number(known[m.name]) if m.name in known else UNKNOWN for m in metrics]


def _escaped(text: str) -> str:
    return escape(printable(text))
