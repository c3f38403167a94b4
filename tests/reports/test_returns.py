import pytest

from evonas.carbon.meter import Tariff
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.reports.returns import returns_in_words
from evonas.runs.price_tag import PriceTag
from evonas.runs.run import Run


def tag(accs, *, flops=10.0):
    records = tuple(
        Record((i,), {"acc": acc, "flops": 5.0}, 3600.0, cpu_seconds=3600.0)
        for i, acc in enumerate(accs)
    )
    goals = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": flops})
    return PriceTag(Run("run", records, goals), Tariff(0.0, 1.0, 400.0, core_w=1000.0))


def test_saturation_and_the_last_fifth_are_said_in_a_sentence():
    assert returns_in_words(tag((50, 76, 80, 80, 80, 80, 80, 80, 79, 81))) == (
        "run: hypervolume 0.4050 for 10 kWh, 90 % of it after 20 % and 99 % of it after 100 % "
        "of that energy; the last 20 % of it brought 1.2 % of the hypervolume, 0.617%/kWh."
    )


def test_of_a_few_trials_no_last_fifth_is_told():
    assert returns_in_words(tag((50, 80))) == (
        "run: hypervolume 0.4000 for 2 kWh, 90 % of it after 100 % and 99 % of it after 100 % "
        "of that energy."
    )


@pytest.mark.parametrize("accs", [(float("nan"),)])
def test_why_nothing_can_be_said_is_said(accs):
    assert returns_in_words(tag(accs)).startswith("No point of saturation: run run has no hyp")
