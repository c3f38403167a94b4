"""A front that is trained in full: what is to be trained, and what came of each member."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evonas.hardware.roofline import Cost
from evonas.models.folder import METRICS, ModelFolder
from evonas.models.judgement import Spread
from evonas.models.order import TrainingOrder
from evonas.objectives import Metric
from evonas.pareto.correlation import Agreement
from evonas.space import Genome, genome_text
from evonas.whole_files import read_value, whole

FAMILY, TABLE, PICTURE = "family.json", "family.csv", "family.png"
MOST_EPOCHS = 300  # with a budget alone, which small data would else fill with thousands
_TOLD = ("model.pt2", "model.onnx")


@dataclass(frozen=True, kw_only=True)
class Family:
    """All of a front that is to be trained, by one recipe.

    Attributes:
        orders: What is to be trained, by the short id of the member, in the order of the front;
            orders differ in the architecture and where it comes from alone.
        budget_seconds: Time that all of it may take, in seconds; infinite without a budget.
        most_epochs: The most epochs that a budget may give every member.
        trial_seconds: Time that the trials took by which the epochs were chosen, in seconds.
        trial_co2_g: Grams of CO2e that the trials emitted.
    """

    orders: Mapping[str, TrainingOrder]
    budget_seconds: float = math.inf
    most_epochs: int = MOST_EPOCHS
    trial_seconds: float = 0.0
    trial_co2_g: float = 0.0

    @property
    def first(self) -> TrainingOrder:
        """The order of the first member, which tells what all have in common."""
        return next(iter(self.orders.values()))

    @property
    def asked(self) -> TrainingOrder:
        """The order of the first member, with the epochs that were asked for as the most."""
        if not self.has_budget:
            return self.first
        return replace(self.first, recipe=replace(self.first.recipe, epochs=self.most_epochs))

    @property
    def has_budget(self) -> bool:
        """Whether a budget sets the number of epochs."""
        return math.isfinite(self.budget_seconds)

    def with_epochs(self, epochs: int) -> Family:
        """The same family, every member trained for so many epochs."""
        orders = {
            name: replace(order, recipe=replace(order.recipe, epochs=epochs))
            for name, order in self.orders.items()
        }
        return replace(self, orders=orders)

    def with_track(self, track: Sequence[str] | str) -> Family:
        """The same family, of whose trainings these listeners are told."""
        orders = {
            name: replace(order, config=order.config.replaced({"track": track}))
            for name, order in self.orders.items()
        }
        return replace(self, orders=orders)

    def differences(self, kept: Family) -> list[str]:
        """What differs from a family that a folder holds, in words.

        The epochs that a budget has set there are none.
        """
        if self.orders.keys() != kept.orders.keys():
            there, here = (", ".join(each.orders) for each in (kept, self))
            return [f"its members are {there} there and {here} here"]
        said = [
            f"{name.replace('_', ' ')} is {getattr(kept, name):g} there and "
            f"{getattr(self, name):g} here"
            for name in ("budget_seconds", *(("most_epochs",) if self.has_budget else ()))
            if getattr(kept, name) != getattr(self, name)
        ]
        mine = self.with_epochs(kept.first.recipe.epochs) if self.has_budget else self
        for name, order in mine.orders.items():
            said += order.differences(kept.orders[name])
        return said

    def as_dict(self) -> dict[str, Any]:
        """The family as keys and values, JSON-able; ``from_dict`` reads it."""
        return {
            "budget_seconds": self.budget_seconds if self.has_budget else None,
            "most_epochs": self.most_epochs,
            "trial_seconds": self.trial_seconds,
            "trial_co2_g": self.trial_co2_g,
            "members": {name: order.as_dict() for name, order in self.orders.items()},
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Family:
        """The family that ``as_dict`` gave.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of the wrong kind.
            ValueError: Something is out of range, or there is no member.
        """
        members = {n: TrainingOrder.from_dict(order) for n, order in kept["members"].items()}
        if not members:
            raise ValueError("it has no member")
        budget = kept["budget_seconds"]
        return cls(
            orders=members,
            budget_seconds=math.inf if budget is None else float(budget),
            most_epochs=int(kept["most_epochs"]),
            trial_seconds=float(kept["trial_seconds"]),
            trial_co2_g=float(kept["trial_co2_g"]),
        )


def begin_family(folder: Path, family: Family) -> None:
    """Make the folder of a family, and fix in it what is to be trained.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / FAMILY) as file:
        file.write(json.dumps(family.as_dict(), indent=2) + "\n")


def read_family(folder: Path) -> Family | None:
    """The family that a folder holds; ``None`` where it holds none.

    Raises:
        ValueError: The file of the family cannot be read.
    """
    return read_value(folder / FAMILY, Family.from_dict)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of a family, as far as it is trained. Scores are NaN where there are none.

    Attributes:
        id: The short id of the architecture.
        genome: The architecture.
        cost: What the network costs, counted.
        proxy: What the search's short training had found, on the validation part.
        validation: The final score of the kept network on the validation part.
        test: Its score on the test part.
        spreads: How the final scores vary with the seed, by the name of the part.
        minutes: Minutes that its trainings took.
        co2_g: Grams of CO2e that they emitted.
        missing: Why an exported file is not there, by the file's name.
        error: Why the member could not be trained, in one line; empty where it was, or has not
            begun.
    """

    id: str
    genome: Genome
    cost: Cost
    proxy: float = math.nan
    validation: float = math.nan
    test: float = math.nan
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    minutes: float = math.nan
    co2_g: float = math.nan
    missing: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether the member is trained."""
        return not math.isnan(self.validation)

    @property
    def final(self) -> float:
        """The final score on the validation part, the mean over all seeds."""
        return self.spreads["validation"].mean if self.is_finished else math.nan


def member_of(
    folder: Path, order: TrainingOrder, *, metric: str, cost: Cost, error: str = ""
) -> Member:
    """What came of one member.

    Args:
        folder: The member's model folder, named by its short id.
        order: What was to be trained.
        metric: Name of the task's score that the proxy is compared by.
        cost: What the network costs, counted.
        error: Why it could not be trained, if so.

    Raises:
        ValueError: The folder is finished, and its metrics cannot be read.
    """
    begun = Member(
        id=folder.name,
        genome=order.genome,
        cost=cost,
        proxy=float(order.origin.get("metrics", {}).get(metric, math.nan)),
        error=error,
    )
    if not ModelFolder(folder).is_finished:
        return begun
    file = folder / METRICS
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        seeds = list(told["seeds"].values())
        return replace(
            begun,
            validation=float(told["validation"]["scores"][metric]),
            test=float(told["test"]["scores"][metric]),
            spreads={
                part: Spread.of(float(seed[part][metric]) for seed in seeds)
                for part in ("validation", "test")
            },
            minutes=told["training"]["busy_seconds"] / 60,
            co2_g=float(told["training"]["co2_g"]),
            missing={
                name: said
                for name, said in told["exports"].items()
                if name in _TOLD and not (folder / name).is_file()
            },
        )
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as caught:
        reason = f"{type(caught).__name__}: {caught}"
        raise ValueError(f"{file} cannot be read: {reason}") from caught


def agreement(members: Sequence[Member]) -> Agreement:
    """How far the proxy had the members in the order of their final scores."""
    pairs = [(member.proxy, member.final) for member in members]
    known = np.array([pair for pair in pairs if np.isfinite(pair).all()]).reshape(-1, 2)
    return Agreement.of(known[:, 0], known[:, 1])


def write_family_table(file: Path, members: Sequence[Member], *, metric: Metric) -> None:
    """Write the members as CSV, with units in the header; an unknown number is an empty cell.

    Args:
        file: Where the table shall lie.
        members: The members, in the order of the rows.
        metric: The score that the proxy is compared by.

    Raises:
        OSError: The file cannot be written.
    """
    rows = [_row(member, metric) for member in members]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with whole(file) as opened:
        opened.write(text.getvalue())


def _row(member: Member, metric: Metric) -> dict[str, str]:
    """A row of the table, by the headers of its columns."""
    unit = f" [{metric.unit}]" if metric.unit else ""
    numbers = {
        f"proxy_{metric.name}{unit}": member.proxy,
        f"validation_{metric.name}{unit}": member.validation,
        f"test_{metric.name}{unit}": member.test,
    }
    for part in ("validation", "test"):
        spread = member.spreads.get(part)
        numbers |= {
            f"{part}_{metric.name}_mean{unit}": spread.mean if spread else math.nan,
            f"{part}_{metric.name}_sd{unit}": spread.sd if spread else math.nan,
        }
    numbers |= {"training [min]": member.minutes, "co2 [g]": member.co2_g}
    return {
        "id": member.id,
        "genome": genome_text(member.genome),
        "params": str(member.cost.params),
        "flops [FLOP]": str(member.cost.flops),
        **{name: "" if math.isnan(x) else f"{x:.10g}" for name, x in numbers.items()},
        "seeds": str(member.spreads["test"].n) if member.is_finished else "",
        "missing": "; ".join(f"{name}: {said}" for name, said in member.missing.items()),
        "error": member.error,
    }
