from dataclasses import replace

import pytest
from sample_networks import ROUND_LIFE, dense

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.deployment import METRICS, deployed, metric_on
from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import Target, forward_pass

OPERATIONS = (dense(16, size=8, kernel=3), dense(32, size=8, kernel=3))
COST = Cost(sum(int(o.flops) for o in OPERATIONS), 1000, OPERATIONS)
HALVED = replace(DEVICES["a100"], name="halved", peaks=(("bf16", 1e14),))
TARGETS = [
    Target.parse("a100"),
    Target(HALVED, "bf16", batch=32),
    Target.parse("raspberry-pi-4"),
]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_a_network_costs_on_a_target_what_its_forward_pass_takes(target):
    found = deployed(COST, target, ROUND_LIFE)
    assert list(found) == list(METRICS)
    once = forward_pass(OPERATIONS, target)
    assert found["latency"].central == once.seconds
    assert found["energy"].central == once.joules / target.batch
    assert found["throughput"].central == target.batch / once.seconds
    assert found["latency"].low <= once.seconds <= found["latency"].high
    assert found["energy"].low <= found["energy"].central <= found["energy"].high
    assert found["throughput"].low == target.batch / found["latency"].low


def test_weights_take_fewer_bytes_in_a_narrower_precision():
    sizes = [deployed(COST, target, ROUND_LIFE)["model_size"].central for target in TARGETS]
    assert sizes == [4000, 2000, 4000]


def test_co2e_is_of_all_inferences_with_the_host_that_a_device_needs():
    told = Assumptions(inferences=3.6e9, pue=2.0, host_w=100.0)
    target = TARGETS[1]
    once = forward_pass(OPERATIONS, target)
    joules = (once.joules + 100.0 * once.seconds) / 32
    kg = 2 * 3.6e9 * joules / 3.6e6 * told.intensity_g_per_kwh / 1000
    assert target.device.has_host
    assert deployed(COST, target, told)["co2_inference"].central == pytest.approx(kg)
    alone = TARGETS[2]
    assert not alone.device.has_host
    kg = 2000 * forward_pass(OPERATIONS, alone).joules * told.intensity_g_per_kwh / 1000
    assert deployed(COST, alone, told)["co2_inference"].central == pytest.approx(kg)


def test_a_metric_on_a_target_bears_the_name_of_both():
    metric = metric_on("throughput", TARGETS[1])
    assert metric.name == "throughput@halved:bf16:b32"
    assert (metric.unit, metric.sign, metric.best, metric.when) == ("1/s", -1, None, "counted")
    assert metric_on("energy", TARGETS[0]).label == "energy of one input on a100"


def test_a_network_without_operations_takes_nothing_and_has_no_throughput():
    found = deployed(Cost(0, 0, ()), TARGETS[0], ROUND_LIFE)
    assert {band.central for band in found.values()} == {0.0}
