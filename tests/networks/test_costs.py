from types import SimpleNamespace

import pytest

from evonas.carbon.assumptions import Assumptions
from evonas.data.published import DataInfo
from evonas.hardware.roofline import Cost, Operation
from evonas.networks.costs import Carbon, Count, priced, proxy_flops

COST = Cost(flops=100, params=7, operations=(Operation(100.0, 40.0, 28.0),))
INFO = DataInfo("made up", 1, 8, 10, 60, 20, 20, flip=False)
WHOLE = DataInfo("made up", 1, 8, 10, 600, 200, 200, flip=False)
NETWORK = SimpleNamespace(cost=COST)
CONTEXT = SimpleNamespace(info=INFO, whole=WHOLE, epochs=3, assumptions=Assumptions())


def test_a_count_tells_size_and_planned_training():
    assert Count().measure(NETWORK, CONTEXT, wanted=()) == {
        **{"flops": 100.0, "macs": 50.0, "params": 7.0},
        "fpo": 100.0 * (3 * 60 + 20) * 3,
    }


def test_the_steps_of_a_training_add_up():
    steps = [proxy_flops(COST, INFO, epochs=epochs) for epochs in (1, 2)]
    assert sum(steps) == proxy_flops(COST, INFO, epochs=3)


def test_carbon_is_that_of_both_parts_and_of_the_whole_data_set():
    found = Carbon().measure(NETWORK, CONTEXT, wanted=())
    assert found["co2"] == pytest.approx(found["co2_training"] + found["co2_inference"])
    assert priced(COST, WHOLE, Assumptions()) != priced(COST, INFO, Assumptions())
