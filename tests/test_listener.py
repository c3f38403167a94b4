import csv
import io

from evonas import Listener, Result
from evonas.carbon.spend import Spend
from evonas.listener import METERED, Generation
from evonas.reliability import Reliability

SPEND = Spend(1.23456, 2.0, 2.0, 1e9, 0.00012, 0.057, "reckoned")


def row(**changes):
    given = {"number": 1, "n_evaluations": 10, "n_failures": 2, "front_size": 3}
    given |= {"hypervolume": 0.5, "best": {"acc": 91.5, "flops": float("nan")}}
    return Generation(**{**given, "spend": SPEND, **changes}).row()


def test_a_generation_is_a_row_with_units_and_leaves_empty_what_there_is_none_of():
    assert row()["wall [s]"] == 1.235
    assert row()["energy [kWh]"] == "0.00012"
    assert row()["best_acc"] == 91.5
    assert row()["best_flops"] == ""
    assert row(metered_kwh=0.001)[METERED] == "0.001"


def test_a_row_tells_how_far_predictions_came_true_if_there_were_any():
    found = row(reliability=Reliability("acc", "gp", 8, 0.5, 0.75, 0.9))
    assert (found["predicted_by"], found["spearman"]) == ("gp", "0.750")
    assert "predicted_by" not in row()


def test_a_row_can_be_written_as_a_table():
    text = io.StringIO()
    csv.writer(text).writerows([row(), row().values()])
    assert len(text.getvalue().splitlines()) == 2


def test_who_overrides_nothing_hears_all_and_asks_for_nothing():
    listener = Listener()
    assert listener.on_start(None) is listener.on_record(None) is listener.on_end(None) is None
    assert listener.on_generation(None) is listener.on_training_start(None) is None
    assert listener.on_epoch(None) is listener.on_training_end(None) is None
    assert listener.why_stop() == ""


def test_a_result_is_what_listeners_are_told_in_the_end():
    for name in ("front", "records", "failures", "stopped", "spend", "tables"):
        assert name in Result.__dataclass_fields__ or hasattr(Result, name)
