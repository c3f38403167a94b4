"""What is to be trained, completely."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evonas.config import Config
from evonas.short_ids import short_id
from evonas.space import Genome
from evonas.training.full_recipe import FullRecipe
from evonas.whole_files import read_value

TRAINING = "training.json"
OF_NO_MATTER = {"data_dir", "track"}  # for the weights: where data lie, and who is told


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """The short training that a record of a search tells of, so that it can be made again.

    Attributes:
        run: The name of the run.
        config: What the run's config says of the problem, its data, and the proxy training.
        seed: The candidate's own seed, which fixes all that its measuring drew.
        fidelity: Label of the highest fidelity that the record was measured at, such as
            ``epochs=3``; empty for the whole.
        scores: What the record has by this training: value by name of trained metric.
        seconds: Seconds of processor cores that it took in the search.
    """

    run: str
    config: Config
    seed: int
    fidelity: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The proxy training as keys and values, JSON-able; ``from_dict`` reads it."""
        return {
            "run": self.run,
            "config": self.config.as_dict(),
            "seed": self.seed,
            "fidelity": self.fidelity,
            "scores": dict(self.scores),
            "seconds": self.seconds,
        }

    @property
    def settings(self) -> dict[str, Any]:
        """All that its weights depend on but the genome, by name, JSON-able."""
        kept = self.as_dict()
        told = {**kept["config"], "seed": self.seed, "fidelity": self.fidelity}
        return {f"the proxy's {name}": told[name] for name in told if name not in OF_NO_MATTER}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Proxy:
        """The proxy training that ``as_dict`` gave.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of the wrong kind.
            ValueError: Something is out of range.
        """
        return cls(**{**kept, "config": Config.from_dict(kept["config"])})


@dataclass(frozen=True, kw_only=True)
class TrainingOrder:
    """One full training: two of equal orders on one machine give equal weights.

    Attributes:
        config: Which problem builds the network, on which data and device, and what is assumed
            of carbon; what it says of a search is of no matter.
        genome: The architecture, as a genome of the problem's space.
        recipe: How the network is trained.
        seeds: One training is made for each seed, and the best by the validation part is kept.
        n_threads: How many threads of a processor train, which sums depend on.
        origin: Where the architecture comes from, such as the run and its CO2, JSON-able.
        proxy: The proxy training whose weights every seed begins with; ``None`` for weights
            that each seed draws at random.
    """

    config: Config
    genome: Genome
    recipe: FullRecipe = field(default_factory=FullRecipe)
    seeds: tuple[int, ...] = (0,)
    n_threads: int = 1
    origin: Mapping[str, Any] = field(default_factory=dict)
    proxy: Proxy | None = None

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) < len(self.seeds) or min(self.seeds) < 0:
            said = ",".join(map(str, self.seeds)) or "none"
            raise ValueError(f"seeds must be different whole numbers from 0, got {said}")
        if self.n_threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.n_threads}")

    @property
    def name(self) -> str:
        """A short name of the architecture: the problem, and the short id of the genome."""
        problem = self.config.problem.rpartition("/")[2].replace(":", "-")
        return f"{problem.replace('.py', '')}-{short_id(self.genome)}"

    @property
    def settings(self) -> dict[str, Any]:
        """All that the weights depend on, by name, JSON-able."""
        kept = self.as_dict()
        told = {**kept["config"], **kept["recipe"]}
        told |= {name: kept[name] for name in ("genome", "seeds", "n_threads")}
        told["start"] = "the proxy's weights" if self.proxy else "random weights"
        found = {name: value for name, value in told.items() if name not in OF_NO_MATTER}
        return found | (self.proxy.settings if self.proxy else {})

    def as_dict(self) -> dict[str, Any]:
        """The order as keys and values, JSON-able; ``from_dict`` reads it."""
        plain = {
            "config": self.config.as_dict(),
            "genome": self.genome,
            "recipe": self.recipe.as_dict(),
            "seeds": self.seeds,
            "n_threads": self.n_threads,
            "origin": dict(self.origin),
            "proxy": self.proxy.as_dict() if self.proxy else None,
        }
        return json.loads(json.dumps(plain))  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> TrainingOrder:
        """The order that ``as_dict`` gave.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of the wrong kind.
            ValueError: Something is out of range.
        """
        return cls(
            config=Config.from_dict(kept["config"]),
            genome=tuple(kept["genome"]),
            recipe=FullRecipe(**kept["recipe"]),
            seeds=tuple(kept["seeds"]),
            n_threads=int(kept["n_threads"]),
            origin=dict(kept["origin"]),
            proxy=Proxy.from_dict(kept["proxy"]) if kept.get("proxy") else None,
        )

    def differences(self, other: TrainingOrder) -> list[str]:
        """What differs from another order and would change the weights, in words."""
        mine, theirs = self.settings, other.settings
        return [
            f"{name} is {theirs.get(name)!r} there and {mine.get(name)!r} here"
            for name in mine
            if mine[name] != theirs.get(name)
        ]


def read_order(folder: Path) -> TrainingOrder | None:
    """The order of the training that a folder holds; ``None`` where it holds none.

    Raises:
        ValueError: The file of the order cannot be read.
    """
    return read_value(folder / TRAINING, TrainingOrder.from_dict)
