import re
from dataclasses import replace

import pytest

from evonas.hardware.devices import V100
from evonas.hardware.target_metrics import metric_of
from evonas.hardware.targets import Target
from evonas.objectives import ACC, FLOPS, Constraint, Goals, Metric
from evonas.record import Record
from evonas.reports.per_target import best_of_run, best_there, target_lines, target_table
from evonas.runs.run import Run
from evonas.short_ids import short_ids

HERE = Target(V100)
PI, CARD = metric_of("latency@raspberry-pi-4", HERE), metric_of("energy@a100", HERE)
GOALS = Goals((ACC, PI, CARD))
# accuracy, latency on the board, energy on the card: what suits one wastes the other.
ROWS = (
    (90.0, 9.0, 1.0),
    (88.0, 3.0, 4.0),
    (80.0, 1.0, 9.0),
    (85.0, 3.5, 2.0),
    (79.0, 2.0, 9.5),
)
RECORDS = tuple(
    Record((i,), dict(zip(("acc", PI.name, CARD.name), row, strict=True)), 1.0)
    for i, row in enumerate(ROWS)
)


def found(*limits, goals=GOALS, records=RECORDS, metrics=()):
    told = replace(goals, constraints=tuple(map(Constraint.parse, limits)))
    return best_there(told, records, metrics=metrics, default=HERE)


def test_each_target_has_its_best_within_its_own_limits_alone():
    board, card = found("latency@raspberry-pi-4<=2", "energy@a100<=1.5")
    assert (board.target, board.record.metrics["acc"]) == ("raspberry-pi-4", 80.0)
    assert board.way == "best acc within latency@raspberry-pi-4<=2"
    assert (card.target, card.record.metrics["acc"]) == ("a100", 90.0)
    assert [c.metric for c in card.limits] == ["energy@a100"]


def test_limits_on_no_target_hold_on_all():
    board, card = found("latency@raspberry-pi-4<=4", "energy@a100<=3", "acc<=87")
    assert board.record.metrics["acc"] == card.record.metrics["acc"] == 85.0


def test_without_limits_it_is_the_knee_of_what_counts_there():
    board, card = found()
    assert board.way == "knee of acc, latency@raspberry-pi-4"
    assert board.record.metrics[PI.name] == 3.0
    assert card.record == RECORDS[0], "best in both"


def test_limits_that_nothing_keeps_are_said():
    board, card = found("latency@raspberry-pi-4<=0.5")
    assert board.record is None
    assert board.way == "none keeps latency@raspberry-pi-4<=0.5"
    assert card.record == RECORDS[0]
    table = target_table((board, card), ids=short_ids(r.genome for r in RECORDS))[1]
    assert table[0][2:] == ["-"] * 5


def test_one_target_needs_no_table():
    assert found(goals=Goals((ACC, PI))) == ()
    assert found("latency@raspberry-pi-4<=5", goals=Goals((ACC, FLOPS))) == ()
    assert target_lines((), ids={}) == []


def test_a_name_without_a_target_is_on_the_one_by_default_unless_a_table_measured_it():
    modelled = metric_of("latency", HERE)
    records = [replace(r, metrics={**r.metrics, "latency": 1.0}) for r in RECORDS]
    goals = Goals((ACC, modelled, CARD))
    assert [each.target for each in found(goals=goals, records=records)] == ["v100", "a100"]
    own = Metric("latency", "ms", "measured", +1)
    assert found(goals=Goals((ACC, own, CARD)), records=records) == ()
    bound = "latency<=2"
    assert found(bound, goals=Goals((ACC, CARD)), records=records, metrics=[own]) == ()
    assert len(found(bound, goals=Goals((ACC, CARD)), records=records, metrics=[modelled])) == 2


def test_an_objective_of_a_metric_on_a_target_has_no_say_on_others():
    fitness = Metric("acc-2*energy@a100", "", "f", -1, needs=("acc", CARD.name))
    records = [
        replace(
            r, metrics={**r.metrics, fitness.name: r.metrics["acc"] - 2 * r.metrics[CARD.name]}
        )
        for r in RECORDS
    ]
    board, card = found(goals=Goals((ACC, fitness, PI)), records=records)
    assert [o.name for o in board.goals.objectives] in (["acc", fitness.name], ["acc", PI.name])
    assert {board.target, card.target} == {"a100", "raspberry-pi-4"}


def test_it_is_told_in_a_table_with_units():
    run = Run("mine", RECORDS, GOALS)
    lines = target_lines(best_of_run(run), ids=run.ids)
    assert lines[0] == "The best on each target, as if there were no other:"
    assert re.match(r"target +picked +id +acc \[%\] +latency@raspberry-pi-4 \[s\]", lines[1])
    assert [line.partition(" ")[0] for line in lines[2:]] == ["raspberry-pi-4", "a100"]


@pytest.mark.parametrize("error", [None, "exploded"])
def test_failures_are_not_picked(error):
    bad = Record((9,), {"acc": 99.0, PI.name: 0.1, CARD.name: 0.1}, 1.0, error)
    picked = {each.record.genome for each in found(records=(*RECORDS, bad))}
    assert (picked == {(9,)}) == (error is None)
