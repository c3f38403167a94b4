import time

import pytest
import torch
from torch import nn

from evonas.carbon.assumptions import Assumptions
from evonas.data.dataset import dataset_info
from evonas.hardware.target_metrics import QUANTITIES, names_on
from evonas.hardware.targets import Target, forward_pass
from evonas.networks.counting import count
from evonas.networks.memory import model_bytes, peak_bytes
from evonas.networks.metrics import Context, Network
from evonas.networks.on_target import OnTarget

SHAPE = (3, 32, 32)
FIVE = ("a100:bf16:b32", "a100", "raspberry-pi-4", "t4:int8", "jetson-nano")


def build():
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)),
    )


def network(make=build) -> Network:
    return Network({}, SHAPE, make, lambda: count(make, SHAPE), make)


def context() -> Context:
    info = dataset_info("digits")
    cpu = torch.device("cpu")
    return Context(info, info, 1, Assumptions(), cpu, 0, lambda: (torch.empty(0),) * 2)


def told(names, network=None, default=None):
    provider = OnTarget(names, default)
    return provider.measure(network or globals()["network"](), context(), wanted=names)


def listed(target: str) -> str:
    """The target as this version's list of devices has it, for precisions come with it."""
    try:
        return str(Target.parse(target))
    except ValueError:
        return target.partition(":")[0]


@pytest.mark.parametrize("text", FIVE)
def test_all_five_are_those_of_the_model_of_the_target(text):
    target = Target.parse(listed(text))
    cost = network().cost
    once = forward_pass(cost.operations, target)
    values = told(names_on([target]))
    assert values == {
        f"latency@{target}": once.seconds,
        f"energy@{target}": once.joules / target.batch,
        f"throughput@{target}": target.batch / once.seconds,
        f"memory@{target}": peak_bytes(cost, target),
        f"model_size@{target}": model_bytes(cost, target),
    }


def test_a_batch_takes_longer_than_an_input_and_an_input_of_it_less_energy():
    one, many = Target.parse("t4"), Target.parse("t4:b64")
    values = told(names_on([one, many]))
    assert values["latency@t4"] < values["latency@t4:b64"] < 64 * values["latency@t4"]
    assert values["energy@t4:b64"] < values["energy@t4"]
    assert values["throughput@t4:b64"] > values["throughput@t4"]
    assert values["memory@t4:b64"] > values["memory@t4"]
    assert values["model_size@t4:b64"] == values["model_size@t4"]


def test_a_name_without_a_target_is_of_the_one_by_default():
    values = told(["latency"], default=Target.parse("raspberry-pi-4"))
    assert values["latency"] == told(["latency@raspberry-pi-4"])["latency@raspberry-pi-4"]
    assert told(["latency"])["latency"] == told(["latency@v100"])["latency@v100"]


def test_only_what_is_wanted_is_told():
    provider = OnTarget(names_on([Target.parse("t4")]))
    assert len(provider.metrics) == len(QUANTITIES)
    found = provider.measure(network(), context(), wanted=["energy@t4"])
    assert set(found) == {"energy@t4"}


def test_memory_of_a_network_whose_tensors_nobody_followed_is_refused():
    from evonas.hardware.roofline import Cost

    bare = Network({}, SHAPE, build, lambda: Cost(1, 1, ()), build)
    with pytest.raises(ValueError, match="the memory of this network is not known"):
        told(["memory@t4"], bare)


def test_pricing_a_counted_network_on_five_targets_takes_less_than_25_ms():
    def deep():
        return nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(150)))

    counted = network(deep)
    assert len(counted.cost.operations) >= 150
    names = names_on([Target.parse(listed(text)) for text in FIVE])
    provider, around = OnTarget(names), context()
    spent = []
    for _ in range(5):
        begun = time.perf_counter()
        provider.measure(counted, around, wanted=names)
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.025
