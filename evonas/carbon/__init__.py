"""What networks and searches emit.

Modules:
    assumptions: Everything that pricing a network assumes, with where each number comes from.
    deployment: What one network costs on one target, with the band of what is uncertain.
    embodied: What making a device has emitted, for each hour that it works.
    equivalents: What else emits as much: a car, a home, the charging of phones.
    files: Assumptions in the words of a file, as users write them.
    footprint: The life of networks in its three parts, with bands, against what others would
        cost.
    fu2021: The equations of Fu et al. 2021 as published: an index to compare with their paper.
    grids: What a kilowatt-hour emits, grid by grid; ``grids.csv`` has the numbers.
    literature: Published networks, in ``networks.csv``, and what Fu et al. 2021 print of some.
    marginal_return: What the last part of a search has bought, and whether that is still worth
        it.
    meter: What this search itself takes: measured where the machine has meters, reckoned
        elsewhere.
    model: Price the life of an architecture in kilograms of CO2e, from joules, seconds and
        FLOP.
    paid_back: When the searches of the literature have paid for themselves, at equal accuracy.
    spend: What a search has spent, and how much it may.
    traces: What a kilowatt-hour emits hour by hour, and when a search would have emitted least.
    tracker: A second opinion on what a search takes: codecarbon, beside our own account.
    water: Water that electricity takes, where it is used and where it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.carbon.assumptions import Assumptions as Assumptions
    from evonas.carbon.embodied import Manufacture as Manufacture
    from evonas.carbon.embodied import manufacture_of as manufacture_of
    from evonas.carbon.equivalents import equivalent_lines as equivalent_lines
    from evonas.carbon.files import overruled as overruled
    from evonas.carbon.files import read_assumptions as read_assumptions
    from evonas.carbon.footprint import BreakEven as BreakEven
    from evonas.carbon.footprint import Footprint as Footprint
    from evonas.carbon.footprint import assumption_lines as assumption_lines
    from evonas.carbon.footprint import compare as compare
    from evonas.carbon.literature import Printed as Printed
    from evonas.carbon.marginal_return import LeastReturn as LeastReturn
    from evonas.carbon.meter import Meter as Meter
    from evonas.carbon.meter import Tariff as Tariff
    from evonas.carbon.model import price as price
    from evonas.carbon.spend import Budget as Budget
    from evonas.carbon.spend import Spend as Spend
    from evonas.carbon.spend import read_amount as read_amount
    from evonas.carbon.spend import training_flops as training_flops
    from evonas.carbon.traces import Trace as Trace
    from evonas.carbon.traces import read_trace as read_trace
    from evonas.carbon.traces import starts as starts
    from evonas.carbon.tracker import CodeCarbon as CodeCarbon
    from evonas.carbon.tracker import Opinion as Opinion
    from evonas.carbon.water import litres as litres

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "assumptions": ["Assumptions"],
        "embodied": ["Manufacture", "manufacture_of"],
        "equivalents": ["equivalent_lines"],
        "files": ["overruled", "read_assumptions"],
        "footprint": ["Footprint", "BreakEven", "compare", "assumption_lines"],
        "literature": ["Printed"],
        "marginal_return": ["LeastReturn"],
        "meter": ["Tariff", "Meter"],
        "model": ["price"],
        "spend": ["Spend", "Budget", "training_flops", "read_amount"],
        "traces": ["Trace", "read_trace", "starts"],
        "tracker": ["Opinion", "CodeCarbon"],
        "water": ["litres"],
    },
)
