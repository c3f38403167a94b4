"""Pages of the site that nobody writes by hand: commands, public names, pages from elsewhere.

``mkdocs.yml`` names this file as a hook. The command reference comes from the parsers, the API
reference from the tables of contents of the packages, and what lies outside ``docs/`` is taken
over with its links led to where things lie on the site.
"""

from __future__ import annotations

import argparse
import importlib
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
FROM_ELSEWHERE = {  # place on the site: place in the repository
    **{"CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGELOG.md": "CHANGELOG.md"},
    **{"benchmarks.md": "benchmarks/README.md", "problems.md": "problems/README.md"},
}
ON_THE_SITE = {
    "README.md": "index.md",
    **{there: here for here, there in FROM_ELSEWHERE.items()},
}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!\w+:|#)([^)\s#]*)(#[^)\s]*)?\)")
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def command_pages() -> dict[str, str]:
    """The reference of every command as Markdown, by its place on the site."""
    from evonas.commands.main import COMMANDS

    parsers = {name: COMMANDS[name].make_parser() for name in COMMANDS}
    pages = {f"commands/{name}.md": command_page(name, parsers[name]) for name in parsers}
    rows = [
        f"| [`evonas {name}`]({name}.md) | {_first_sentence(parser.description or '')} |"
        for name, parser in parsers.items()
    ]
    head = "# Commands\n\nEach page is made of what `--help` says.\n\n| | |\n|---|---|\n"
    return {"commands/index.md": head + "\n".join(rows) + "\n", **pages}


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.:])\s", text, maxsplit=1)[0].rstrip(":")


def command_page(name: str, parser: argparse.ArgumentParser) -> str:
    """What a parser says in its help, as Markdown.

    Args:
        name: the name of the command.
        parser: its parser.
    """
    usage = re.sub(r"^usage: ", "", parser.format_usage()).strip()
    usage = re.sub(r"\n {2,}", "\n    ", usage)
    parts = [f"# evonas {name}", quoted(parser.description or ""), f"```text\n{usage}\n```"]
    for group in parser._action_groups:
        shown = [a for a in group._group_actions if a.help != argparse.SUPPRESS]
        if shown:
            title = (group.title or "options").replace("positional arguments", "arguments")
            rows = "\n".join(map(_row, shown))
            head = "| | meaning | default |\n|---|---|---|"
            parts += [f"## {title[:1].upper()}{title[1:]}", f"{head}\n{rows}"]
    return "\n\n".join([*parts, quoted(parser.epilog or "")]) + "\n"


def quoted(text: str) -> str:
    """A help text, with the options that it names in the type of code."""
    return re.sub(r"(?<![\w-])(--[a-z][a-z-]*)", r"`\1`", text).replace("[", "\\[")


def _row(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    names = [f"{flag} {value}".strip() for flag in action.option_strings] or [value]
    text = (action.help or "").replace("%%", "%")
    found = re.fullmatch(r"(.*) \(default: (.*)\)", text, re.DOTALL)
    text, default = found.groups() if found else (text, "")
    cells = [", ".join(f"`{name}`" for name in names), quoted(text), quoted(default)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def api_pages() -> dict[str, str]:
    """The reference of the public names, a page a room, by its place on the site."""
    rooms = sorted(path.parent.name for path in ROOT.glob("evonas/*/__init__.py"))
    names = ["evonas", *(f"evonas.{room}" for room in rooms)]
    names = [name for name in names if importlib.import_module(name).__all__]
    pages = {f"api/{name}.md": api_page(name) for name in names}
    rows = [f"| [`{name}`]({name}.md) | {_first_line(name)} |" for name in names]
    head = (
        "# Public names\n\nWhat a package offers, it names in its `__init__`; only that is "
        "here. [How evonas is built](../architecture.md) says who may import whom.\n\n"
        "| | |\n|---|---|\n"
    )
    return {"api/index.md": head + "\n".join(rows) + "\n", **pages}


def api_page(name: str) -> str:
    """The page of a package: its table of contents, and every public name.

    Args:
        name: the full name of the package.
    """
    members = importlib.import_module(name).__all__
    listed = "\n".join(f"        - {member}" for member in members)
    return f"# {name}\n\n::: {name}\n    options:\n      members:\n{listed}\n"


def _first_line(name: str) -> str:
    return (importlib.import_module(name).__doc__ or "").partition("\n")[0]


def pages_from_elsewhere() -> dict[str, str]:
    """The pages that lie outside ``docs/``, by their place on the site."""
    return {
        place: (ROOT / source).read_text(encoding="utf-8")
        for place, source in FROM_ELSEWHERE.items()
    }


def pictures_from_elsewhere() -> Iterator[str]:
    """The pictures that lie outside ``docs/`` and that a page shows."""
    texts = [*pages_from_elsewhere().values()]
    texts += [path.read_text(encoding="utf-8") for path in ROOT.glob("docs/**/*.md")]
    for path in ROOT.glob("benchmarks/results/*.png"):
        if any(path.name in text for text in texts):
            yield str(path.relative_to(ROOT))


def led(markdown: str, *, page: str, known: set[str]) -> str:
    """A page whose links lead to where things lie on the site; a link to nothing is a text.

    Args:
        markdown: the text of the page.
        page: its place on the site.
        known: places of everything on the site.
    """
    folder = posixpath.dirname(FROM_ELSEWHERE.get(page, f"docs/{page}"))

    def lead(found: re.Match[str]) -> str:
        is_picture, text, target, place = found.groups()
        source = posixpath.normpath(posixpath.join(folder, target))
        there = ON_THE_SITE.get(source, source.removeprefix("docs/"))
        if there not in known:
            return found[0] if there.startswith("..") else text
        way = posixpath.relpath(there, posixpath.dirname(page) or ".")
        place = "" if there == "index.md" else place or ""
        return f"{is_picture}[{text}]({way}{place})"

    return outside_fences(markdown, lambda text: LINK.sub(lead, text))


def named(markdown: str, *, page: str) -> str:
    """A page on which the first mention of each command and public name leads to its reference.

    Args:
        markdown: the text of the page.
        page: its place on the site.
    """
    if page.startswith(("commands/", "api/")):
        return markdown
    way = posixpath.relpath(".", posixpath.dirname(page) or ".")
    for place in command_pages():
        name = Path(place).stem
        pattern = rf"(?<!\[)`evonas {name}((?: [A-Z]+)?)`(?!\])"
        link = rf"[`evonas {name}\1`]({posixpath.join(way, place)})"
        markdown = once_outside_fences(markdown, pattern, link)
    for name in importlib.import_module("evonas").__all__:
        pattern = rf"(?<!\[)`(evonas\.)?{name}((?:\(\.\.\.\))?)`(?!\])"
        markdown = once_outside_fences(markdown, pattern, rf"[`\1{name}\2`][evonas.{name}]")
    return markdown


def once_outside_fences(markdown: str, pattern: str, replacement: str) -> str:
    """Replace the first match of a pattern in the prose of a page."""
    left = 1

    def replace(text: str) -> str:
        nonlocal left
        found, n = re.subn(pattern, replacement, text, count=left) if left else (text, 0)
        left -= n
        return found

    return outside_fences(markdown, replace)


def outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    """A page of which the prose is changed and the fenced blocks are not."""
    parts, end = [], 0
    for fence in FENCED.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def on_config(config: Any) -> Any:
    """Put the pages of a reference behind its index in the navigation; mkdocs calls it."""
    for pages in (command_pages(), api_pages()):
        index, *others = pages
        _list_at(config.nav, index).extend(others)
    return config


def _list_at(nav: list[Any], place: str) -> list[Any]:
    """The part of a navigation that begins with a page; an empty one if there is none."""
    if place in nav:
        return nav
    parts = [part for entry in nav if isinstance(entry, dict) for part in entry.values()]
    found = (_list_at(part, place) for part in parts if isinstance(part, list))
    return next((part for part in found if part), [])


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and pictures that do not lie in ``docs/``; mkdocs calls it."""
    pages = {**command_pages(), **api_pages(), **pages_from_elsewhere()}
    for place, text in pages.items():
        files.append(File.generated(config, place, content=text))
    for place in pictures_from_elsewhere():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / place)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Lead the links of a page; mkdocs calls it."""
    place = page.file.src_uri
    if place == "index.md":
        page.meta["hide"] = ["navigation"]
    known = {file.src_uri for file in files}
    if place.startswith(("commands/", "api/")):
        return markdown
    return named(led(markdown, page=place, known=known), page=place)
