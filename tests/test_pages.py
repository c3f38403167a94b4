"""What the pages of documentation say is so: commands, programs, options, links."""

import ast
import json
import os
import re
import shlex
import tomllib

import pytest
from documentation import LANGUAGES, ROOT, Block, Page, all_pages, in_words, without_setup
from reader import Reader, difference

from evonas.commands.main import COMMANDS

PAGES = all_pages()
MAIN = next(block for block in PAGES["README.md"].blocks if "evonas.run" in block.text)
BLOCKS = [block for page in PAGES.values() for block in page.blocks]
CARRIED_OUT = [
    block
    for page in PAGES.values()
    for block in page.blocks
    if block.is_a_demand
    and not block.why_not_run
    and not page.own_tests.is_file()
    and block != MAIN  # test_readme.py looks at what comes of that
]
N_NOT_RUN = {
    "CONTRIBUTING.md": 1,
    "README.md": 1,
    "benchmarks/README.md": 21,
    "docs/peers.md": 1,
    "docs/tables.md": 2,
    "docs/time_model.md": 1,
}
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """One who carries the pages out; what a page needs of another is done once."""
    made = Reader(tmp_path_factory.mktemp("desk"), passed_over=[MAIN])
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("block", CARRIED_OUT, ids=str)
def test_a_block_does_what_its_page_says(block, reader):
    if not reader.can_do(block):
        pytest.skip(f"{block.data} does not lie in $EVONAS_DATA")
    failure = reader.failure(block)
    assert not failure, failure


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_of_a_kind_that_is_carried_out_or_shown(block):
    assert block.language in LANGUAGES, "say in documentation.py what becomes of such blocks"
    if block.language == "python" and not block.why_not_run:
        ast.parse(block.text)
    if block.language == "toml":
        tomllib.loads(block.text)
    if block.language == "json" and not block.file:
        json.loads(block.text)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_fences_come_in_pairs(page):
    assert "```" not in page.prose


def test_as_many_blocks_as_we_know_of_are_not_run_and_say_why():
    reasons = [block for block in BLOCKS if block.why_not_run]
    assert all(len(block.why_not_run.split()) > 2 for block in reasons)
    pages = [block.page for block in reasons]
    assert {page: pages.count(page) for page in pages} == N_NOT_RUN


ENDS = ("&&", "||", "|", ">")
COMMAND_LINES = [
    (block, line)
    for block in BLOCKS
    for line in block.commands()
    if re.search(r"(^|&& )(evonas|python -m evonas\S*)( |$)", line)
]


@pytest.mark.parametrize(("block", "line"), COMMAND_LINES, ids=lambda part: str(part)[:60])
def test_a_command_has_arguments_that_its_parser_takes(block, line):
    words = shlex.split(without_setup(line).replace("python -m evonas.run", "evonas"))
    n_words = next((i for i, word in enumerate(words) if word in ENDS), len(words))
    assert words[0] == "evonas", line
    has_name = words[1:2] and not words[1].startswith("-")
    name, start = (words[1], 2) if has_name else ("search", 1)
    assert name in COMMANDS, f"{block}: {line}"
    status = 0
    try:
        COMMANDS[name].make_parser().parse_args(words[start:n_words])
    except SystemExit as end:  # with 0 after --help
        status = end.code
    assert not status, f"{block}: {line}"


def flags(text):
    return set(FLAG.findall(text))


OFFERED = {
    name: flags(command.make_parser().format_help()) for name, command in COMMANDS.items()
}
OF_SCRIPTS = flags("".join(path.read_text() for path in ROOT.glob("benchmarks/*.py")))


@pytest.mark.parametrize("page", [name for name in PAGES if name != "CHANGELOG.md"])
def test_an_option_that_is_named_in_a_text_is_there(page):
    """The changelog names those of old versions as well."""
    for quoted in re.findall(r"(?<!`)`((?:evonas |--)[^`]+)`", PAGES[page].prose):
        word = quoted.split()[1] if quoted.startswith("evonas ") else ""
        offered = OFFERED.get(word) or OF_SCRIPTS.union(*OFFERED.values())
        assert flags(quoted) <= offered, f"{page}: {quoted}"


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_an_extra_that_is_to_be_installed_is_there(page):
    for extras in re.findall(r"pip install [^\n]*(?:evonas|\.)\[([\w,]+)\]", page.text):
        assert set(extras.split(",")) <= PROJECT["optional-dependencies"].keys(), extras


def headings(page):
    """Names of a page's headings, as links have them."""
    found = re.findall(r"^#+ (.*)$", page.prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text).strip().lower().replace(" ", "-") for text in found}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_link_leads_to_what_is_there(page):
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.prose):
        name, _, place = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), f"{page.name}: {target}"
        if place:
            other = Page(str(path.relative_to(ROOT)))
            assert place in headings(other), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_goes_on_from_a_page_that_there_is(page):
    assert not page.after or page.after in PAGES


def test_tests_of_their_own_are_of_pages_that_there_are_and_read_them():
    found = {page.own_tests: page for page in PAGES.values()}
    for path in sorted(ROOT.glob("tests/test_*_page.py")):
        assert path in found, path
        assert f'"{found[path].path.name}"' in path.read_text(encoding="utf-8"), path


def block(text, language="console"):
    return Block("a.md", 1, language, text)


def written(folder, *texts, **how):
    """A reader of pages a.md, b.md and so on, and all of their blocks."""
    pages = {}
    for letter, text in zip("abc", texts, strict=False):
        (folder / f"{letter}.md").write_text(text)
        name = os.path.relpath(folder / f"{letter}.md", ROOT)
        pages[name] = Page(name)
    (folder / "desk").mkdir()
    reader = Reader(folder / "desk", pages=pages, **how)
    return reader, [block for page in pages.values() for block in page.blocks]


def test_a_reader_sees_what_a_page_says_wrongly(tmp_path):
    text = (
        "```python\n# file: a.txt\n1\n```\n```console\n$ cat a.txt\n1\n$ cat a.txt\n2\n```\n"
        "```python\nx = 1\n```\n```python\nassert x == 2, 'not so'\n```\n"
    )
    reader, (file, console, first, second) = written(tmp_path, text)
    assert not reader.failure(file)
    assert "the page says\n2\nand shown was\n1" in reader.failure(console)
    assert not reader.failure(first)
    assert "AssertionError: not so" in reader.failure(second)
    reader.close()


def test_a_reader_tells_of_a_command_that_fails_and_of_what_it_leaves_out(tmp_path):
    text = "```sh\necho well; exit 3\n```\n```sh\nevonas -h > a --out runs/a\n```\n"
    reader, (failing, leaving) = written(tmp_path, text)
    assert "ends with status 3" in reader.failure(failing)
    assert "runs/a lacks ['config.json'" in reader.failure(leaving)


def test_a_page_goes_on_in_a_copy_of_the_folder_that_another_has_left(tmp_path):
    first = "```sh\necho 1 > x\n```\n"
    second = "<!-- after: a.md -->\n```console\n$ cat x && rm x\n1\n```\n"
    reader, (_, reading) = written(tmp_path, first, second)
    assert not reader.failure(reading)
    assert len(list(tmp_path.glob("desk/*/x"))) == 1


def test_a_reader_passes_over_what_is_not_run_what_lacks_its_data_and_what_he_is_told_to(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("EVONAS_DATA", str(tmp_path))
    reasons = ["# not run by the tests: it would fail", "# needs x in $EVONAS_DATA", "# a note"]
    text = "".join(f"```sh\n{reason}\nfalse\n```\n" for reason in reasons)
    _, (*_, last) = written(tmp_path, text)
    (tmp_path / "desk").rmdir()
    reader, blocks = written(tmp_path, text, passed_over=[last])
    assert not any(reader.can_do(block) or reader.failure(block) for block in blocks)
    (tmp_path / "x").mkdir()
    assert reader.can_do(blocks[1])


def test_three_dots_stand_for_anything_and_figures_differ_only_where_a_block_says_so():
    assert not difference("a ... c", "a\nb\nc", block("$ x\na ... c"))
    assert difference("acc 91", "acc 92", block("$ x\nacc 91"))
    told = block("# figures differ from machine to machine\n$ x\nacc 91")
    assert not difference("acc 91", "acc 92", told)
    assert difference("acc 91", "flops 91", told)
    assert in_words("ds6543  91.64, .5 and -1e-3") == "ID  0, 0 and 0"


def test_what_sets_up_an_environment_is_left_out():
    main = "python3 -m venv .venv && . .venv/bin/activate && pip install -q -e . && evonas -h"
    assert without_setup(main) == "evonas -h"
    assert without_setup("pip install 'evonas[dask]'\nevonas -h") == "\nevonas -h"


def test_a_block_tells_its_commands_and_what_they_show():
    shown = block("# a note\n$ one \\\n  --more\nfirst\nsecond\n$ two\n")
    assert shown.steps() == [("one \\\n  --more", "first\nsecond"), ("two", None)]
    assert list(shown.commands()) == ["one --more", "two"]
    assert block("# needs x in $EVONAS_DATA\nls", "sh").data == "x"
    assert block("# not run by the tests: it takes hours\nls", "sh").why_not_run
