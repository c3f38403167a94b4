import time

import pytest

from evonas.networks import repeats
from evonas.networks.repeats import interleaved, repeated


def test_passes_run_in_turn_and_as_often_as_asked():
    order = []
    found = interleaved([lambda: order.append("a"), lambda: order.append("b")], repeats=4)
    assert "".join(order[2 * repeats.WARMING :]) == "aabb" * 4
    assert [each.n for each in found] == [4, 4]


def test_the_longer_pass_takes_longer():
    found = interleaved([lambda: time.sleep(0.001), lambda: time.sleep(0.004)], repeats=3)
    assert 0.001 <= found[0].seconds < found[1].seconds
    assert found[1].seconds >= 0.004


def test_progress_is_told_after_each_round():
    told = []
    interleaved([lambda: None], repeats=3, on_round=lambda: told.append(1))
    assert len(told) == 3


def test_a_pass_is_timed_thirty_times_by_default():
    assert repeated(lambda: None).n == 30


@pytest.mark.parametrize(("longest", "n"), [(0.0, repeats.LEAST_REPEATS), (1e9, 30)])
def test_what_takes_too_long_is_timed_less_often(longest, n, monkeypatch):
    monkeypatch.setattr(repeats, "LONG_ENOUGH_S", longest)
    assert repeated(lambda: time.sleep(1e-4)).n == n
