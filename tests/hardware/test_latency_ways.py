import pytest

from evonas.hardware.latency_ways import WAY_OF_METRIC, WAYS, LatencyWays
from evonas.plugins.loading import metric_entries


def test_there_are_the_four_ways_of_the_survey():
    assert WAYS == ("analysis", "look-up table", "prediction", "measurement")


def test_every_metric_of_a_way_ships():
    assert set(WAY_OF_METRIC) <= set(metric_entries())
    assert set(WAY_OF_METRIC.values()) == set(WAYS[1:])


def test_another_runtime_is_refused():
    with pytest.raises(ValueError, match=r"^unknown runtime 'tflite' to measure with; choose"):
        LatencyWays(runtime="tflite")


def test_an_empty_batch_is_refused():
    with pytest.raises(ValueError, match=r"^a batch of 0 is empty; expected 1 or more$"):
        LatencyWays(batch=0)
