import math

import pytest

from evonas.carbon.literature import NETWORKS, Network
from evonas.carbon.paid_back import EPOCHS, paid_back, unpriced


def network(name, top1, gmacs, *, hours=None, accelerator="v100"):
    is_searched = hours is not None
    return Network(name, top1, gmacs, None, hours, accelerator, is_searched, "made up (2020)")


FOUND = network("found", 75.0, 1.0, hours=100.0)
CHEAP, ACCURATE, DEAR = (
    network("cheap", 74.9, 1.5),
    network("accurate", 75.0, 3.0),
    network("dear", 76.0, 4.0),
)


def test_the_cheapest_that_is_as_accurate_is_the_other():
    (each,) = paid_back([FOUND, DEAR, ACCURATE, CHEAP])
    assert (each.ours, each.theirs) == (FOUND, ACCURATE)


def test_a_search_has_paid_when_what_it_saved_is_what_it_took():
    """On one device and one host Eq. 1 is hours, so that trainings are hours by hours."""
    (each,) = paid_back([FOUND, ACCURATE], utilisation=0.25)
    images = EPOCHS * (3 * 1_281_167 + 50_000)
    saved_hours = 2e9 * (3.0 - 1.0) * images / (15.7e12 * 0.25) / 3600
    assert each.search_kg == pytest.approx(1.59 * 100 * 345 * 0.707e-3)
    assert each.trainings == pytest.approx(100 / saved_hours)
    assert each.images == pytest.approx(each.trainings * images)


def test_a_search_never_pays_where_somebody_made_as_good_a_network_by_hand():
    (each,) = paid_back([FOUND, network("frugal", 75.0, 0.9)])
    assert math.isinf(each.trainings)
    assert math.isinf(each.images)


def test_who_cannot_be_compared_is_left_out_and_who_has_no_price_is_named():
    best = network("best", 90.0, 1.0, hours=1.0)
    uncounted = network("uncounted", 70.0, None, hours=1.0)
    unlisted = network("unlisted", 70.0, 1.0, hours=1.0, accelerator="abacus")
    assert paid_back([best, uncounted, unlisted, ACCURATE]) == []
    assert unpriced([best, uncounted, unlisted, ACCURATE]) == [unlisted]


def test_searches_of_the_literature_differ_by_orders_of_magnitude():
    found = {each.ours.name: each for each in paid_back(NETWORKS.values())}
    assert found["CARS-I"].trainings < 1
    assert found["NASNet-A (mobile)"].trainings > 1000
    trainings = [each.trainings for each in paid_back(NETWORKS.values())]
    assert trainings == sorted(trainings)
