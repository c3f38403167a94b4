from types import SimpleNamespace

import numpy as np
import toy

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.engine.result import Result
from evonas.evaluation.successive_halving import Rung
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record

GOALS = Goals((ACC, FLOPS))
FRONT = (
    Record((0, 1, 2, 0), {"flops": 5.0, "acc": 60.5, "params": 3.0}, 0.1),
    Record((1, 0, 1, 1), {"flops": 1.25e20, "acc": 40.0}, 0.1),
)
FAILED = Record((1, 1, 1, 1), {}, 0.1, error="it burst")


def result(front=FRONT, **fields):
    spend = Spend(1.0, 1.0, 1.0, 0.0, 0.0, 0.0, "a guess")
    return Result(
        config=Config(),
        goals=GOALS,
        front=front,
        records=(*front, FAILED),
        generations=(),
        problem=toy.Bowl(),
        stopped="told to",
        spend=spend,
        was_given_up=False,
        folder=None,
        **fields,
    )


def test_rows_are_in_natural_units_and_in_the_order_of_the_front():
    found = result()
    assert found.F.tolist() == [[60.5, 5.0], [40.0, 1.25e20]]
    assert found.genomes == [(0, 1, 2, 0), (1, 0, 1, 1)]
    assert found.architectures[1] == {"kind": "residual", "width": 8, "depth": 2, "skip": True}
    assert found.failures == [FAILED]


def test_an_empty_front_keeps_its_shape():
    found = result(())
    assert found.F.shape == (0, 2)
    assert found.table() == (["genome"], [])
    assert (found.genomes, found.architectures) == ([], [])


def test_a_table_has_objectives_first_and_nothing_where_nothing_was_measured():
    header, rows = result().table()
    assert header[:4] == ["genome", "acc [%]", "flops [FLOP]", "params"]
    assert header[4:] == ["kind", "width", "depth", "skip"]
    assert rows[0] == ["0 1 2 0", "60.5", "5", "3", "plain", 16, 3, False]
    assert rows[1][:4] == ["1 0 1 1", "40", "125000000000000000000", ""]


def test_numbers_of_a_table_read_back_exactly():
    values = np.random.default_rng(0).lognormal(0, 9, 50).tolist()
    front = tuple(Record((0, 0, 0, 0), {"acc": v, "flops": 1.0}, 0.1) for v in values)
    _, rows = result(front).table()
    assert [float(row[1]) for row in rows] == values


def test_rungs_and_objectives_have_tables_where_there_are_any(monkeypatch):
    assert "rungs" not in result().tables()
    rung = Rung("epochs=3", "acc", 9, 3, 0.5, 0.4, 2, 1)
    found = result(rungs=(rung,))
    told = SimpleNamespace(table=lambda: (["objective"], [["acc"]]))
    monkeypatch.setitem(found.__dict__, "degeneracy", told)
    tables = found.tables()
    assert list(tables) == ["front", "rungs", "objectives"]
    header, rows = tables["rungs"]
    assert dict(zip(header, rows[0], strict=True))["n_whole"] == 3
    assert tables["objectives"] == (["objective"], [["acc"]])


def test_a_front_of_one_has_a_table_as_well():
    _, rows = result(FRONT[:1]).table()
    assert rows == [["0 1 2 0", "60.5", "5", "3", "plain", 16, 3, False]]
    assert result().n_left_out == 0
