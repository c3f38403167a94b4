"""A run whose networks are counted, small enough to be reckoned by hand."""

import pytest
from sample_networks import dense

from evonas.carbon import deployment
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import Pass, Target
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.reports.aims import read_aims
from evonas.reports.retargeted import price_run
from evonas.runs.run import Run

# In the middle: slow 64, 2304, 9216, 768 and 27648, fast 1, 1, 1, 12 and 3.
CHANNELS = {(0, 0): (8,), (0, 1): (48,), (1, 0): (96,), (1, 1): (8,) * 12, (1, 2): (96,) * 3}
ACCURACIES = {(0, 0): 50.0, (0, 1): 60.0, (1, 0): 80.0, (1, 1): 80.0, (1, 2): 70.0}
SLOW = "raspberry-pi-4"  # where arithmetic takes the time
FAST = "a100"  # where launching kernels does
TARGETS = (Target.parse(SLOW), Target.parse(FAST))


class Counting:
    """What a problem has that counts networks.

    Attributes:
        counted: Genomes in the order in which they were counted.
    """

    def __init__(self, channels=CHANNELS):
        self.channels = channels
        self.counted = []

    def cost(self, genome):
        """The cost of a chain of convolutions; a failure for a genome that is unknown."""
        self.counted.append(genome)
        operations = tuple(dense(n, size=8, kernel=3) for n in self.channels[genome])
        params = sum(9 * n**2 for n in self.channels[genome])
        return Cost(sum(int(o.flops) for o in operations), params, operations)


def counted_run(**words):
    """A run of five architectures, and of one that failed.

    Args:
        **words: What else the run is made of.
    """
    records = [Record(g, {"acc": a, "flops": 1e3}, 0.1) for g, a in ACCURACIES.items()]
    records.append(Record((9, 9), {}, 0.1, error="it broke", kind="exception"))
    return Run("mine", tuple(records), Goals((ACC, FLOPS)), metrics=(ACC, FLOPS), **words)


def plain_pass(operations, target, *, end="central"):
    """A pass in which the slow target waits for arithmetic, and the fast one for launches.

    Args:
        operations: The kernels.
        target: The target.
        end: The end of a band from half to twice of what is in the middle.
    """
    factor = {"low": 0.5, "central": 1.0, "high": 2.0}[end]
    is_slow = target.device.name == SLOW
    amount = sum(o.flops for o in operations) / 1152 if is_slow else len(operations)
    return Pass(factor * amount, 2 * factor * amount)


def priced(**words):
    """The run on both targets, by ``plain_pass``.

    Args:
        **words: Objectives and limits.
    """
    run = counted_run()
    aims = read_aims(run, TARGETS, **words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deployment, "forward_pass", plain_pass)
        return price_run(run, aims, problem=Counting())
