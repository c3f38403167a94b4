import json
from types import SimpleNamespace

import pytest
import toy

from evonas.objectives import ACC, FLOPS, TEST_ACC, Goals
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.runs.schema import Spelling, described, genome_key, metrics_of, read_written

GENOME = (1, 2, 3, 1)


class Spelt(toy.Bowl):
    def decode(self, genome):
        return {"text": genome_key(genome)}


def through_json(problem, goals=None):
    return json.loads(json.dumps(described(problem, goals or Goals(problem.objectives))))


def test_every_metric_says_when_it_is_known():
    goals = Goals((toy.thrift, ACC))
    found = {metric.name: metric.when for metric in metrics_of(toy.Elephant(), goals)}
    assert list(found) == ["thrift", "acc", "test_acc", "flops", "params", "fpo"]
    assert found == {
        "thrift": "trained",
        "acc": "trained",
        "test_acc": "final",
        "flops": "counted",
        "params": "counted",
        "fpo": "counted",
    }


def test_what_is_computed_is_known_with_the_last_that_it_needs():
    problem = SimpleNamespace(
        objectives=(ACC, FLOPS),
        final=(TEST_ACC,),
        cheap=frozenset({"flops"}),
        untrained=frozenset({"flops", "naswot"}),
    )
    for needs, when in (
        (("flops",), "counted"),
        (("flops", "naswot"), "hinted"),
        (
            ("acc", "flops"),
            "trained",
        ),
    ):
        own = toy.Objective("own", "", "own", -1, needs=needs, compute=min)
        assert metrics_of(problem, Goals((own,)))[0].when == when


def test_of_two_metrics_of_one_name_the_objective_counts():
    (first, *others) = metrics_of(toy.Bowl(), Goals((toy.second_acc,)))
    assert first.label == "accuracy again"
    assert "acc" not in {metric.name for metric in others}


def test_a_space_decodes_without_its_problem():
    spelling = Spelling.read(through_json(toy.Bowl()))
    assert spelling.is_complete
    assert spelling.names == toy.Bowl.space.names
    assert spelling.decode(GENOME) == toy.Bowl().decode(GENOME)


def test_the_genome_of_a_plain_problem_holds_the_values_themselves():
    problem = ForeignProblem(toy.Mixed())
    spelling = Spelling.read(through_json(problem))
    assert (spelling.space, spelling.names) == (None, ("layers", "rate", "act"))
    assert spelling.decode((3, 0.5, "tanh")) == problem.decode((3, 0.5, "tanh"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, "it was written before runs held their space"),
        (through_json(Spelt()), "its problem decodes genomes by code of its own"),
    ],
)
def test_what_the_directory_does_not_tell_is_looked_up_in_the_fronts_table(
    tmp_path, told, reason
):
    table = tmp_path / "front.csv"
    table.write_text('genome,acc [%],acc,text\n1 2 3 1,50.5,9,"a, b"\n')
    spelling = Spelling.read(told)
    assert not spelling.is_complete
    written = read_written(table, measured={"acc"})
    known = Spelling(spelling.space, decoded_by=spelling.decoded_by, written=written)
    assert known.names == ("acc", "text")  # the second acc can be a gene alone
    assert known.decode(GENOME) == {"acc": "9", "text": "a, b"}
    with pytest.raises(ValueError, match=rf"genome 0 0 stands for: {reason}.*; evonas rerun"):
        known.decode((0, 0))


def test_a_table_that_is_not_there_tells_nothing(tmp_path):
    assert read_written(tmp_path / "front.csv", measured=()) == {}


@pytest.mark.parametrize("content", ["", "genome,acc\n1,2,3\n", "genome,acc\n\n"])
def test_a_damaged_table_is_named(tmp_path, content):
    (tmp_path / "front.csv").write_text(content)
    with pytest.raises(ValueError, match=r"front\.csv cannot be read: "):
        read_written(tmp_path / "front.csv", measured=())
