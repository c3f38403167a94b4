"""Pages of documentation, and what a reader would do with them: block by block, in order.

The first line of a block may say what becomes of it, for the reader and for the tests alike:

* ``# file: NAME``: it is the text of a file;
* ``# not run by the tests: REASON``: nobody can carry it out here;
* ``# needs NAME in $EVONAS_DATA``: it is carried out where that data set lies;
* ``# figures differ from machine to machine``: of what it shows, the words count.

A page that holds ``<!-- after: PAGE -->`` begins in a copy of that one's folder, once all
of that one is done. Where a page needs something around it, such as a cluster, tests of its own
carry it out: ``tests/test_NAME_page.py`` for ``docs/NAME.md``.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHELLS = {"sh", "bash", "console"}
LANGUAGES = SHELLS | {"python", "toml", "json", "bibtex", "text", "diff", ""}
FENCE = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```[ ]*$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(
    r"(?:python3 -m venv \S+|\. \S+/activate|pip install [^&\n]*)(?: && |(?= *\n|$))"
)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|(?<![\w.])-?\.\d+")
SHORT_ID = re.compile(r"\b[b-df-hj-np-tv-z2-9]{6}\b")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: the page's place in the repository.
        line: the line of its fence, from 1.
        language: the word behind the fence; empty if there is none.
        text: what stands between the fences.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def _says(self, beginning: str) -> str:
        first = self.text.partition("\n")[0]
        return first.removeprefix(beginning).strip() if first.startswith(beginning) else ""

    @property
    def file(self) -> str:
        """The name of the file whose text it is; empty if it is none."""
        return self._says("# file: ")

    @property
    def why_not_run(self) -> str:
        """Why no test carries it out; empty if one does."""
        return self._says("# not run by the tests: ")

    @property
    def data(self) -> str:
        """The folder of ``$EVONAS_DATA`` without which it cannot be carried out, or nothing."""
        return self._says("# needs ").removesuffix(" in $EVONAS_DATA")

    @property
    def is_a_demand(self) -> bool:
        """Whether a reader is told to do something, rather than shown something."""
        return self.language in SHELLS | {"python"} or bool(self.file)

    def steps(self) -> list[tuple[str, str | None]]:
        """Commands, each with what it is said to show; None if nothing."""
        if self.language != "console":
            return [(self.text, None)]
        parts = re.split(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n?", self.text, flags=re.MULTILINE)[1:]
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [(command, told.strip("\n") or None) for command, told in pairs]

    def commands(self) -> Iterator[str]:
        """Its commands, a line each, joined where a backslash ends one, its words filled in."""
        if self.language not in SHELLS:
            return
        words = dict(re.findall(r'^(\w+)="(.*)"$', self.text, re.MULTILINE))
        for command, _ in self.steps():
            for line in re.sub(r"\\\n\s*", "", command).splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield re.sub(r"\$(\w+)", lambda found: words.get(found[1], found[0]), line)


@dataclass(frozen=True)
class Page:
    """A page of documentation.

    Attributes:
        name: its place in the repository.
    """

    name: str

    @property
    def path(self) -> Path:
        """The file."""
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """It without its fenced blocks."""
        return FENCE.sub("", self.text)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its fenced blocks, in order."""
        return tuple(
            Block(
                self.name,
                self.text.count("\n", 0, found.start()) + 1,
                found[2],
                textwrap.dedent(found[3]),
            )
            for found in FENCE.finditer(self.text)
        )

    @property
    def after(self) -> str:
        """The page in whose folder it goes on; empty if it begins in an empty one."""
        found = re.search(r"<!-- after: (\S+) -->", self.text)
        if found is None:
            return ""
        return os.path.relpath((self.path.parent / found[1]).resolve(), ROOT)

    @property
    def own_tests(self) -> Path:
        """The tests that carry it out in place of ``test_pages.py``, if there are any."""
        return ROOT / "tests" / f"test_{Path(self.name).stem.lower()}_page.py"


def all_pages() -> dict[str, Page]:
    """Every page of documentation that there is, by its place in the repository."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    found += [ROOT / "problems" / "README.md", ROOT / "benchmarks" / "README.md"]
    names = sorted(str(path.relative_to(ROOT)) for path in found)
    return {name: Page(name) for name in names}


def without_setup(command: str) -> str:
    """A command without what sets an environment up, for the tests run in one."""
    return SETUP.sub("", command)


def in_words(shown: str) -> str:
    """What was shown, without its figures and the short ids of architectures."""
    return NUMBER.sub("0", SHORT_ID.sub("ID", shown))
