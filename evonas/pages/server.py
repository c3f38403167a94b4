"""A web server for a folder of runs, on this machine and for this machine alone."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from evonas.pages.known_runs import KnownRuns
from evonas.pages.page import INDEX, REPORT, assembled
from evonas.pages.payload import News, distinct, payload

HOST = "127.0.0.1"
EVERY_SECONDS = 3.0
HTML, JSON, TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"
MOST_COMPARED = 12
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Dashboard(ThreadingHTTPServer):
    """Serves the runs of a folder, until ``shutdown`` is called.

    It only reads, runs no code that a run names, and answers this machine alone.

    Args:
        folder: The folder of runs.
        port: Where it listens; 0 for any port that is free.

    Raises:
        NotADirectoryError: There is no such folder.
        ValueError: The folder is itself a run.
        OSError: The port is taken, or needs rights.
    """

    daemon_threads = True
    allow_reuse_address = True  # the port of one that has just ended

    def __init__(self, folder: Path, *, port: int) -> None:
        self.known = KnownRuns(folder)
        try:
            super().__init__((HOST, port), Request)
        except (OSError, OverflowError) as error:
            raise _refused(port, error) from error

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://{HOST}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """By which names it may be asked for, so that no page of somebody else can ask."""
        port = self.server_port
        return tuple(f"{name}{end}" for name in (HOST, "localhost") for end in (f":{port}", ""))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that has left."""


def _refused(port: int, error: OSError | OverflowError) -> OSError:
    if isinstance(error, OverflowError):
        return OSError(f"no port {port}; expected 0 to 65535")
    if error.errno == errno.EADDRINUSE:
        return OSError(f"port {port} is taken; give another one with --port, or 0 for any")
    return OSError(f"cannot listen on port {port}: {error.strerror or error}")


class Request(BaseHTTPRequestHandler):
    """One request, and its answer."""

    server: Dashboard
    server_version, sys_version = "evonas", ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer with a page or with data."""
        if self.headers.get("Host") not in self.server.hosts:
            self._answer(HTTPStatus.FORBIDDEN, "this dashboard answers its own machine alone\n")
            return
        try:
            self._route()
        except LookupError as error:
            said = error.args[0] if error.args else "not found"
            self._answer(HTTPStatus.NOT_FOUND, f"{said}\n")
        except (ArithmeticError, OSError, ValueError) as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, f"cannot be read: {error}\n")

    do_HEAD = do_GET  # noqa: N815  the library's name

    def _route(self) -> None:
        asked = urlsplit(self.path)
        head, _, rest = asked.path.lstrip("/").partition("/")
        names = parse_qs(asked.query).get("run", [])[:MOST_COMPARED]
        if head == "run" and rest:
            self._page([unquote(rest)])
        elif asked.path == "/compare" and names:
            self._page(names)
        elif asked.path == "/data" and names:
            self._data(names)
        elif asked.path == "/runs.json":
            self._answer(HTTPStatus.OK, _json(self._list()), kind=JSON)
        elif asked.path == "/":
            text = assembled(self._list(), frame="index", scripts=INDEX)
            self._answer(HTTPStatus.OK, text, kind=HTML)
        else:
            raise LookupError(f"nothing at {asked.path}")

    def _list(self) -> dict[str, Any]:
        folder = self.server.known.folder
        return {
            "title": f"Runs in {folder.resolve().name or folder}",
            "folder": str(folder),
            "source": "/runs.json",
            "live": EVERY_SECONDS,
            "runs": self.server.known.listing(),
        }

    def _page(self, names: list[str]) -> None:
        text = assembled(self._told(names), frame="report", scripts=REPORT)
        self._answer(HTTPStatus.OK, text, kind=HTML)

    def _data(self, names: list[str]) -> None:
        """The data of a page, unless they are those that the browser has."""
        self.server.known.runs(names)
        seal = hashlib.sha256(repr(self.server.known.versions(names)).encode()).hexdigest()[:16]
        if self.headers.get("If-None-Match") == f'"{seal}"':
            self._answer(HTTPStatus.NOT_MODIFIED, "")
            return
        text = _json(self._told(names))
        self._answer(HTTPStatus.OK, text, kind=JSON, headers={"ETag": f'"{seal}"'})

    def _told(self, names: list[str]) -> dict[str, Any]:
        runs = distinct(self.server.known.runs(names))
        words = "&".join(f"run={quote(name, safe='')}" for name in names)
        news = News(seconds=EVERY_SECONDS, source=f"/data?{words}", home="/")
        return payload(runs, news=news)

    def _answer(
        self,
        status: HTTPStatus,
        text: str,
        *,
        kind: str = TEXT,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**_HEADERS, **(headers or {})}.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of a request."""


_json = partial(json.dumps, allow_nan=False, separators=(",", ":"))
