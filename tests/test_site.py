"""The site of the documentation builds, and shows what code and parsers say today."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evonas.commands.main import COMMANDS

pytest.importorskip("mkdocs", reason="needs pip install 'evonas[docs]'")
pytest.importorskip("mkdocstrings", reason="needs pip install 'evonas[docs]'")

import site_pages

ROOT = Path(__file__).parents[1]


def test_every_command_has_a_page_with_all_that_its_help_says():
    pages = site_pages.command_pages()
    for name, command in COMMANDS.items():
        page = pages[f"commands/{name}.md"]
        for action in command.make_parser()._actions:
            assert all(f"`{flag}" in page for flag in action.option_strings), action
            first = (action.help or "").partition(" (default: ")[0].replace("%%", "%")
            assert site_pages.quoted(first).replace("|", "\\|") in page, action
        assert f"[`evonas {name}`]({name}.md)" in pages["commands/index.md"]


def test_a_default_has_a_column_of_its_own():
    page = site_pages.command_pages()["commands/search.md"]
    assert "| `--seed N` | number that fixes everything random, of the search" in page
    assert "of every candidate | 0 |" in page


def test_every_package_with_public_names_has_a_page_of_them():
    pages = site_pages.api_pages()
    packages = {f"evonas.{path.parent.name}" for path in ROOT.glob("evonas/*/__init__.py")}
    offering = {name for name in packages if importlib.import_module(name).__all__}
    assert {f"api/{name}.md" for name in offering | {"evonas"}} | {"api/index.md"} == set(pages)
    assert "        - open_run\n" in pages["api/evonas.runs.md"]


KNOWN = {"index.md", "carbon.md", "CONTRIBUTING.md", "benchmarks.md", "front.png"}


@pytest.mark.parametrize(
    ("page", "written", "expected"),
    [
        ("index.md", "[a](../CONTRIBUTING.md#a-page)", "[a](CONTRIBUTING.md#a-page)"),
        ("index.md", "[a](../README.md#in-python)", "[a](index.md)"),
        ("CONTRIBUTING.md", "[a](docs/carbon.md)", "[a](carbon.md)"),
        ("benchmarks.md", "[a](../docs/carbon.md)", "[a](carbon.md)"),
        ("carbon.md", "[a](../benchmarks/README.md)", "[a](benchmarks.md)"),
        ("index.md", "![a](front.png)", "![a](front.png)"),
        ("index.md", "[a](../CITATION.cff)", "a"),
        ("index.md", "[a](https://pymoo.org) [b](#here)", "[a](https://pymoo.org) [b](#here)"),
        ("index.md", "```\n[a](../README.md)\n```", "```\n[a](../README.md)\n```"),
    ],
)
def test_links_lead_to_where_things_lie_on_the_site(page, written, expected):
    assert site_pages.led(written, page=page, known=KNOWN) == expected


def test_the_first_mention_of_a_command_and_of_a_name_leads_to_its_reference():
    told = site_pages.named("`evonas pick RUN`, `evonas pick`, `open_run`", page="a/b.md")
    assert told == (
        "[`evonas pick RUN`](../commands/pick.md), `evonas pick`, [`open_run`][evonas.open_run]"
    )


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_fetches_nothing_from_elsewhere(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = list(tmp_path.glob("**/*.html"))
    assert len(pages) > 40
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|iframe|source)[^>]* src=\"?([^\" >]+)", text)
        fetched += re.findall(r"<link[^>]* rel=\"?(?:stylesheet|icon|preconnect)[^>]*>", text)
        others = [link for link in fetched if urlsplit(link).netloc or "://" in link]
        assert not others, page
    assert not list(tmp_path.glob("**/*.py"))
    shown = (tmp_path / "api" / "evonas.runs.html").read_text(encoding="utf-8")
    assert "A run as plain values, from what its directory holds." in shown
    assert 'id="evonas.runs.open_run"' in shown
