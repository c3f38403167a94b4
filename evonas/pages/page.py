"""One HTML file that holds everything that it shows, and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from evonas.pages.networks import Openable, front_networks
from evonas.pages.payload import News, distinct, payload
from evonas.runs.journal import write_whole
from evonas.runs.places import open_new
from evonas.runs.reading import open_run
from evonas.runs.run import Run

SCRIPTS = (
    "dom",
    "state",
    "model",
    "chart",
    "scatter",
    "parallel",
    "sheet",
    "table",
    "sections",
)
REPORT = (*SCRIPTS, "theme", "live", "main")
INDEX = ("dom", "theme", "index")
DEFAULT = "report.html"
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_IN_JSON = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def write_report(
    folders: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    networks: Openable = "installed",
    news: News | None = None,
    on_network: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the page of one run or of several, finished or not.

    A reader of the file sees the old page or the new one, never half.

    Args:
        folders: The run directories.
        out: The file to write; ``report.html`` in the run directory if left out, and here
            where there are several.
        networks: Whose problems may be opened to draw the front's networks: those that are
            ``installed``, ``any``, which runs code that a run names, or ``none``.
        news: How the page gets to know what is new; it does not, if left out.
        on_network: Told how many networks are done, and of how many.

    Returns:
        The file that was written.

    Raises:
        FileNotFoundError: A run is not there.
        ValueError: A file of a run cannot be read.
        OSError: The page cannot be written.
    """
    paths = [Path(folder) for folder in folders]
    runs = [open_run(path) for path in paths]
    text = report_page(runs, networks=networks, news=news, on_network=on_network)
    file = Path(out) if out else (paths[0] if len(paths) == 1 else Path()) / DEFAULT
    replace_text(file, text)
    return file


def report_page(
    runs: Sequence[Run],
    *,
    networks: Openable = "none",
    news: News | None = None,
    on_network: Callable[[int, int], None] | None = None,
) -> str:
    """The page of one run or of several.

    Args:
        runs: The runs.
        networks: Whose problems may be opened to draw the front's networks: those that are
            ``installed``, ``any``, which runs code that a run names, or ``none``.
        news: How the page gets to know what is new; it does not, if left out.
        on_network: Told how many networks are done, and of how many.

    Raises:
        ValueError: There is no run, or a file of a run cannot be read.
    """
    if not runs:
        raise ValueError("a report needs a run at least")
    shown = distinct(runs)
    drawn = {run.name: front_networks(run, networks, on_network=on_network) for run in shown}
    data = payload(shown, networks=drawn, news=news, now=datetime.now(UTC))
    return assembled(data, frame="report", scripts=REPORT)


def assembled(data: Mapping[str, Any], *, frame: str, scripts: Sequence[str]) -> str:
    """A page that needs no other file: a frame, its look, scripts and data.

    Its policy allows this very script and look and nothing else; a page that has a
    ``source`` may ask whoever served it.

    Args:
        data: What the page shows, JSON-able, with a ``title`` and a ``source``.
        frame: The name of the HTML file, without its suffix.
        scripts: The names of the scripts in their order, without their suffix.
    """
    css = _static("look.css")
    js = "\n".join(_static(f"{name}.js") for name in scripts)
    asks = "'self'" if data["source"] else "'none'"
    policy = (
        f"default-src 'none'; script-src '{_digest(js)}'; style-src '{_digest(css)}'; "
        f"img-src data:; connect-src {asks}; "
        "base-uri 'none'; form-action 'none'"
    )
    text = json.dumps(data, allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    parts = {
        "policy": html.escape(policy, quote=False),
        "title": html.escape(data["title"]),
        "css": css,
        "js": js,
        "data": text.translate(_IN_JSON),
    }
    return _SLOT.sub(lambda slot: parts[slot[1]], _static(f"{frame}.html"))


def replace_text(file: Path, text: str) -> None:
    """Write a file so that it holds, whatever happens, its old content or its new one.

    Args:
        file: The file; a link in its place is replaced, not followed.
        text: The new content.

    Raises:
        OSError: The file cannot be written.
    """
    draft = file.with_name(f".{file.name}.part")
    try:
        with open_new(draft) as opened:
            write_whole(opened, text.encode())
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError as error:
        raise OSError(f"cannot write {file}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _static(name: str) -> str:
    place = resources.files("evonas.pages").joinpath("static", name)
    return place.read_text(encoding="utf-8")
