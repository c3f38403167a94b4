from dataclasses import replace

import pytest
from torch import nn

from evonas.hardware.devices import V100
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import Target
from evonas.networks.counting import count
from evonas.networks.memory import model_bytes, peak_bytes

CARD = replace(V100, peaks=(("int8", 1e12),))


def test_memory_is_of_a_batch_and_of_the_targets_numbers():
    cost = count(lambda: nn.Linear(6, 4), (6,))
    one, many = Target(CARD), Target(CARD, precision="int8", batch=32)
    assert peak_bytes(cost, one) == 4 * ((6 + 4) + (24 + 4))
    assert peak_bytes(cost, many) == 32 * (6 + 4) + (24 + 4)
    assert (model_bytes(cost, one), model_bytes(cost, many)) == (112, 28)


@pytest.mark.parametrize("asked", [peak_bytes, model_bytes])
def test_a_cost_that_says_nothing_of_memory_is_refused(asked):
    with pytest.raises(ValueError, match="the memory of this network is not known: its prob"):
        asked(Cost(8, 4, ()), Target(CARD))
