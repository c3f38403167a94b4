"""Every command on the page about a front of models does what it says."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from evonas.commands.main import main
from evonas.models import family, folder

PAGE = (Path(__file__).parents[1] / "docs" / "front_of_models.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
WITH_FRONT = [words for words in COMMANDS if "--front" in words]


def test_the_page_names_the_files_of_a_family():
    for name in (family.FAMILY, family.TABLE, family.PICTURE):
        assert f"`{name}`" in PAGE
    assert f"and {family.MOST_EPOCHS} if not" in PAGE


@pytest.mark.slow
def test_its_commands_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folder, "missing", lambda: "onnx")  # seconds for each of many models
    for words in COMMANDS:
        status = main(words)
        told = capsys.readouterr()
        assert status == 0, (words, told.err)
    for words in WITH_FRONT:
        place = tmp_path / words[words.index("--out") + 1]
        rows = list(csv.DictReader((place / "family.csv").open()))
        assert rows
        assert all(float(row["test_acc [%]"]) > 0 for row in rows)
        assert (place / "family.png").is_file()
        assert all((place / row["id"] / "model.pt2").is_file() for row in rows)
    assert "s.d." in (tmp_path / "models" / "seeds" / "card.md").read_text()
    assert "repeated proxy" in (tmp_path / "models" / "warm" / "card.md").read_text()
