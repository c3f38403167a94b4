import math

import numpy as np
import pytest

from evonas.carbon.meter import Tariff
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.runs.price_tag import PriceTag
from evonas.runs.returns import Returns
from evonas.runs.run import Run

TARIFF = Tariff(accelerator_w=0.0, core_w=1000.0, pue=1.0, intensity_g_per_kwh=400.0)
ACCS = (50.0, 60.0, 60.0, 70.0, 70.0, 70.0, 70.0, 70.0, 70.0, 70.0)


def tag(accs=ACCS, *, seconds=3600.0, reference=None):
    """A run whose trials take a kilowatt-hour each."""
    records = tuple(
        Record((i,), {"acc": acc, "flops": 5.0}, seconds, cpu_seconds=seconds)
        for i, acc in enumerate(accs)
    )
    goals = Goals((ACC, FLOPS), (), reference or {"acc": 0.0, "flops": 10.0})
    return PriceTag(Run("run", records, goals), TARIFF)


def test_energy_and_what_it_brought_stand_side_by_side():
    found = Returns.of(tag())
    assert found.kwh == pytest.approx(np.arange(1.0, 11.0))
    assert found.best.tolist() == list(ACCS)
    assert found.hypervolume == pytest.approx(np.array(ACCS) / 100 / 2)  # half of the FLOPs


def test_what_a_kilowatt_hour_brought_is_that_of_the_last_fifth():
    found = Returns.of(tag())
    rates = found.per_kwh(found.best)
    assert np.isnan(rates[:4]).all()  # a fifth is less than a trial
    assert rates[4:] == pytest.approx([0, 0, 0, 0, 0, 0])
    later = Returns.of(tag((*ACCS, 82.0)))
    assert later.per_kwh(later.best)[-1] == pytest.approx(12 / 3)  # 2.2 of 11 kWh, or more


def test_a_run_is_saturated_where_it_had_a_share_of_what_it_ends_with():
    found = Returns.of(tag())
    assert [found.saturation_kwh(share) for share in (0.7, 0.8, 0.99, 1.0)] == [1, 2, 4, 4]


def test_trials_before_there_is_a_hypervolume_took_energy_too():
    found = Returns.of(tag((math.nan, 50.0, 60.0)))
    assert found.kwh == pytest.approx([2.0, 3.0])


def test_without_a_hypervolume_or_any_energy_nothing_can_be_said():
    with pytest.raises(ValueError, match=r"^run run has no hypervolume: nothing keeps its"):
        Returns.of(tag(reference={"acc": 0.0}))
    with pytest.raises(
        ValueError, match=r"^the records of run run tell no time and no energy$"
    ):
        Returns.of(tag(seconds=0.0))
