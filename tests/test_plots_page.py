"""Every command and the program on the page about plots do what it says."""

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from evonas.commands.main import main
from evonas.plots.runs import Kind

PAGE = (Path(__file__).parents[1] / "docs" / "plots.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]


def test_every_kind_is_explained():
    kinds = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert tuple(kinds) == get_args(Kind)


@pytest.mark.slow
def test_every_command_leaves_what_it_names_and_the_program_works(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert program == "evonas"
        assert main(words) == 0, command
        said = capsys.readouterr().out
        if words[0] == "plot":
            written = Path(said.strip())
            assert written.stat().st_size > 5_000
            named = words[words.index("--out") + 1] if "--out" in words else words[1]
            assert str(written).startswith(named)
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(program, "plots.md", "exec"), {})
    assert Path("both.pdf").read_bytes().startswith(b"%PDF")
