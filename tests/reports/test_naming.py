import json

import pytest

from evonas.config import Config
from evonas.objectives import ACC, Goals
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in, genome_of
from evonas.runs.run import Run
from evonas.short_ids import short_id
from evonas.space import Gene, SearchSpace


class Spelt(Problem):
    """Choices of every kind, and texts of its own."""

    space = SearchSpace(
        (
            Gene("width", (8, 16)),
            Gene("kernel", ((1, 3), (3, 3))),
            Gene("is_deep", (False, True)),
            Gene("act", (max, min)),
        ),
        fold=lambda genome: (*genome[:3], 0),
    )
    objectives = (ACC,)

    def measure(self, genome, wanted, *, seed):
        return {"acc": 1.0}

    def parse(self, text):
        if text != "|wide|":
            return super().parse(text)
        return {"width": 16, "kernel": (1, 3), "is_deep": True, "act": str(max)}


PROBLEM = Spelt()
VALUES = {"width": 16, "kernel": [3, 3], "is_deep": True, "act": str(min)}
GENOME = (1, 1, 1, 0)


@pytest.mark.parametrize(
    "given",
    [
        VALUES,
        json.dumps(VALUES),
        {"id": "bcdfgh", "architecture": VALUES},
        {"genomes": [[1, 1, 1, 1]], "metrics": []},
        "1-1-1-1",
        "[1, 1, 1, 1]",
        (1, 1, 1, 1),
        [1, 1, 1, 0],
        {**VALUES, "kernel": (3, 3), "act": min},
    ],
)
def test_whatever_spells_an_architecture_gives_its_canonical_genome(given):
    assert architecture_of(given, problem=PROBLEM) == GENOME


def test_a_file_and_a_text_of_the_problems_own_are_read(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(VALUES))
    assert architecture_of(str(file), problem=PROBLEM) == GENOME
    assert architecture_of("|wide|", problem=PROBLEM) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("none.json", "no architecture in none.json: there is no such file"),
        ("{", "cannot read --architecture: it is no JSON"),
        (
            "|narrow|",
            r"cannot read the architecture '\|narrow\|'; expected a file that ends in",
        ),
        ({**VALUES, "widht": 8}, r"unknown gene 'widht' \(did you mean 'width'\?\); the genes"),
        ({"width": 8, "act": "x"}, "the architecture lacks a value of kernel, is_deep"),
        ({**VALUES, "width": 9}, "gene 'width' cannot be 9; choose from 8, 16"),
        ({**VALUES, "is_deep": 1}, "gene 'is_deep' cannot be 1; choose from False, True"),
        ({"genomes": [[1], [2]]}, "the file holds 2 genomes; name one of them"),
        ("1-1", "has 2 genes; this space has 4"),
        ("[1, 1, 1, 5]", "gene 'act' is 5; expected 0 to 1"),
    ],
)
def test_what_spells_none_is_refused(given, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError), match=message):
        architecture_of(given, problem=PROBLEM)


def test_a_file_that_holds_a_number_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("3")
    with pytest.raises(ValueError, match="it holds a int; expected values by gene name"):
        architecture_of(str(tmp_path / "a.json"), problem=PROBLEM)


def test_a_genome_of_a_run_is_named_by_its_id_or_by_itself():
    records = tuple(Record((i, 0), {"acc": 1.0 * i}, 0.1) for i in range(3))
    run = Run("mine", records, Goals((ACC,)), metrics=(), config=Config())
    assert genome_in(run, short_id((2, 0)), canonical=tuple) == (2, 0)
    assert genome_in(run, "1-0", canonical=lambda genome: genome[::-1]) == (0, 1)
    with pytest.raises(ValueError, match="no architecture of run mine has the id 'bcdfgh'"):
        genome_in(run, "bcdfgh", canonical=tuple)


def test_a_genome_is_read_from_its_text():
    assert genome_of("1 0 2") == (1, 0, 2)
