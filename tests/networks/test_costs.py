from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from sample_networks import lives, operation_lists

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import lifetime
from evonas.data.published import DataInfo
from evonas.hardware.roofline import Cost, Operation
from evonas.networks.costs import Carbon, Count, ExitFlops, co2_shares, priced, proxy_flops
from evonas.networks.exits import Exits
from evonas.networks.metrics import Network

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


@given(operation_lists, operation_lists, lives)
def test_the_shares_of_the_parts_of_a_network_are_those_of_its_co2(one, other, life):
    shares = co2_shares([one, other, ()], WHOLE, life)
    assert shares[2] == 0
    assert sum(shares) == pytest.approx(1) or shares == (0, 0, 0)
    whole, part = (
        lifetime(priced(Cost(0, 0, tuple(operations)), WHOLE, life), life).total_kg
        for operations in ([*one, *other], one)
    )
    assert whole * shares[0] == pytest.approx(part)


def test_a_life_that_emits_the_same_for_all_has_no_shares():
    idle = replace(Assumptions(), trainings=0, inferences=0)
    assert co2_shares([COST.operations], WHOLE, idle) == (0.0,)


def test_exits_are_counted_and_the_last_stands_for_those_that_lack():
    network = SimpleNamespace(exits=Exits((10.0, 30.0), (10.0, 31.0)))
    provider = ExitFlops(3)
    found = provider.measure(network, CONTEXT, wanted=())
    assert found == {"first_flops": 10.0, "flops_1": 10.0, "flops_2": 30.0, "flops_3": 30.0}
    assert [metric.name for metric in provider.metrics] == list(found)
    whole = Network({}, (), None, lambda: COST, None)
    assert ExitFlops(1).measure(whole, CONTEXT, wanted=())["flops_1"] == COST.flops
