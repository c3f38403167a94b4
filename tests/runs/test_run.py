import math
import sys
from types import SimpleNamespace

import pytest
import toy

from evonas import Config, open_run, search


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


def test_a_data_frame_holds_the_table(run, monkeypatch):
    frame = SimpleNamespace(DataFrame=lambda rows, columns: (columns, rows))
    monkeypatch.setitem(sys.modules, "pandas", frame)
    assert str(run.to_dataframe()) == str(run.table())


def test_without_pandas_there_is_a_way_out(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(
        ImportError, match=r"needs pandas.*: pip install pandas; Run\.table\(\)"
    ):
        run.to_dataframe()


def test_a_real_data_frame_has_units_in_its_columns_and_a_row_for_every_record(run):
    pytest.importorskip("pandas")
    frame = run.to_dataframe()
    assert len(frame) == 30
    assert frame["acc [%]"].dtype == float
    assert frame["error"].notna().any()
