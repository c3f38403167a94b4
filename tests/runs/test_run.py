import math
import sys

import pytest
import toy

from evonas import Config, open_run, search
from evonas.hardware.roofline import Cost, Operation
from evonas.objectives import ACC, FLOPS, PARAMS, Goals
from evonas.record import Record
from evonas.runs.costs import costs_text
from evonas.runs.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with rungs, at which some fail."""
    config = Config(
        problem=toy.reference("DropOut"),
        fidelity="epochs",
        evaluations=30,
        pop_size=8,
        n_jobs=0,
    )
    folder = tmp_path_factory.mktemp("runs") / "rungs"
    search(config, folder=folder)
    return open_run(folder)


def test_a_column_has_the_unit_of_its_metric_at_every_rung(run):
    header, rows = run.table()
    assert "acc@epochs=3 [%]" in header
    assert (run.column("flops"), run.column("strange")) == ("flops [FLOP]", "strange")
    table = [dict(zip(header, row, strict=True)) for row in rows]
    failed = [row for row in table if row["error"]]
    assert failed
    assert all(row["failure"] == "diverged" and math.isnan(row["acc [%]"]) for row in failed)
    assert sum(row["on_front"] for row in table) == len(run.front)
    assert all(row["kind"] in toy.GENES[0].choices for row in table)


def test_a_data_frame_holds_the_table_by_short_ids(run):
    frame = run.to_dataframe()
    header, rows = run.table()
    assert list(frame.columns) == header
    assert len(frame) == len(rows) == 30
    for column, values in zip(header, zip(*rows, strict=True), strict=True):
        missing = [value is None or value != value for value in values]
        assert frame[column].isna().tolist() == missing
        assert [v for v in frame[column] if v is not None and v == v] == [
            value for value, is_missing in zip(values, missing, strict=True) if not is_missing
        ]
    assert [run.genome_of_id(text) for text in frame.index] == [r.genome for r in run.records]


def test_without_pandas_there_is_a_way_out(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(
        ImportError, match=r"needs pandas.*: pip install pandas; Run\.table\(\)"
    ):
        run.to_dataframe()


def test_a_real_data_frame_has_units_in_its_columns_and_a_row_for_every_record(run):
    frame = run.to_dataframe()
    assert frame["acc [%]"].dtype == float
    assert frame["error"].notna().any()
    units = frame.attrs["units"]
    assert (units["acc [%]"], units["acc@epochs=3 [%]"]) == ("%", "%")
    assert units["seconds [s]"] == "s"
    assert not {"genome", "params", "error"} & set(units)


def test_a_data_frame_of_the_front_has_its_members_in_its_order(run):
    frame = run.to_dataframe(front_only=True)
    assert list(frame.index) == [run.ids[record.genome] for record in run.front]
    assert frame["on_front"].all()
    assert frame["genome"].tolist() == [record.genome for record in run.front]
    assert frame.attrs["units"] == run.to_dataframe().attrs["units"]


GOOD = Record((1,), {"acc": 50.0, "flops": 1.0, "params": 3.0}, 1.0)
BETTER = Record((2,), {"acc": 60.0, "flops": 2.0, "params": 3.0}, 1.0)
WORSE = Record((3,), {"acc": 40.0, "flops": 2.0, "params": 9.0}, 1.0)
SCREENED = Record((4,), {"flops": 9.0, "latency": 1.0}, 1.0)
FAILED = Record((5,), {}, 1.0, error="it burst")
RECORDS = (WORSE, GOOD, FAILED, SCREENED, BETTER)


def by_hand(**fields):
    return Run("mine", RECORDS, Goals((ACC, FLOPS)), metrics=(PARAMS,), **fields)


def test_the_front_is_of_what_succeeded_best_first():
    assert by_hand().front == (BETTER, GOOD)
    assert by_hand().failures == (FAILED,)


def test_without_objectives_there_is_no_front_and_all_else_can_be_told():
    run = Run("mine", RECORDS, Goals(()), metrics=(PARAMS,))
    message = (
        r"^mine has no objectives, so no front; give its goals some, such as "
        r"Goals\(\(ACC, FLOPS\)\)$"
    )
    with pytest.raises(ValueError, match=message):
        _ = run.front
    assert repr(run) == "<Run mine: 5 architectures of digits (1 failed), no objectives>"
    header, rows = run.table()
    assert len(rows) == 5
    assert not any(row[header.index("on_front")] for row in rows)


def test_what_all_have_in_common_is_that_of_records_that_were_measured_in_full():
    assert by_hand().shared == ("acc", "flops", "params")
    assert Run("none", (FAILED,), Goals((ACC, FLOPS)), metrics=(), config=Config()).shared == ()


def test_a_metric_has_the_direction_that_the_run_tells_and_none_is_guessed():
    assert by_hand().metric("params") is PARAMS
    assert by_hand().metric("acc") is ACC
    with pytest.raises(
        ValueError, match=r"^mine does not tell whether 'latency' .* only that of params, acc, "
    ):
        by_hand().metric("latency")


def test_columns_of_known_metrics_come_first_and_each_once():
    header, rows = by_hand().table()
    assert header[1:5] == ["params", "acc [%]", "flops [FLOP]", "latency"]
    assert rows[3][3:5] == [9.0, 1.0]
    assert [row[0] for row in rows if row[header.index("on_front")]] == [(1,), (2,)]


def test_costs_are_those_beside_the_run_where_there_are_any(tmp_path):
    cost = Cost(6, 3, (Operation(6.0, 4.0, 2.0, "conv"),))
    (tmp_path / "costs.json").write_text(costs_text({(1,): cost}))
    assert by_hand(path=tmp_path).costs == {(1,): cost}
    assert by_hand(path=tmp_path / "none").costs == by_hand().costs == {}


def test_a_record_of_the_objectives_alone_was_measured_in_full():
    bare = Record((6,), {"acc": 1.0, "flops": 1.0}, 1.0)
    run = Run("mine", (*RECORDS, bare), Goals((ACC, FLOPS)), metrics=(), config=Config())
    assert run.shared == ("acc", "flops")
    assert repr(run).startswith(
        "<Run mine: 6 architectures of digits (1 failed), 2 on the front of acc, "
    )
