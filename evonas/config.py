"""One search, completely: two runs with equal configs give equal fronts."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.files import CARBON_FLAGS, overruled, read_assumptions
from evonas.carbon.spend import GRAMS_BY_UNIT, SECONDS_BY_UNIT, Budget, read_amount
from evonas.carbon.tracker import TRACKERS
from evonas.fidelity import KINDS
from evonas.objectives import Constraint
from evonas.parsing import check_kind, name_and_value
from evonas.problem import Settings
from evonas.warm_start import Prior

DEFAULT_POP_SIZE = 20
DEFAULT_GENERATIONS = 10
DEFAULT_BATCH = 8
DEFAULT_PROPOSALS = 1000
DEFAULT_RUNGS = 3
DEFAULT_REDUCTION = 3.0
DEFAULT_TOLERANCE = 0.01
TEXTS = ("objectives", "constraint", "then", "aspire", "reference", "features", "option")
SURROGATES = ("none", "gp", "forest", "auto")
SPENDING = ("budget_time", "budget_kwh", "budget_co2", "budget_flops")
# What may differ between a run and its resumption: how long, how fast, and from where.
FREE_ON_RESUME = frozenset(
    {
        "budget_co2",
        "budget_flops",
        "budget_kwh",
        "budget_time",
        "data_dir",
        "evaluations",
        "generations",
        "max_failures",
        "memory_limit",
        "n_jobs",
        "timeout",
        "tracker",
    }
)


@dataclass(frozen=True)
class Config:
    """One search, completely.

    Every field is also a flag of the command line and a key of a config file. ``None`` and
    the empty tuple leave a choice to the problem or to the defaults named below.

    Attributes:
        problem: Short name, ``file.py:Class`` or ``module:Class``.
        data: Data set name, or a folder of images.
        data_dir: Where data sets and tables lie.
        data_seed: Fixes the training, validation and test split.
        objectives: Names, or ``file.py:name``; the problem's own choice if empty.
        constraint: Such as ``params<=200000``; all must be kept.
        then: Objectives of a second stage, which begins at half of the budget and keeps the
            first stage's within ``tolerance``.
        tolerance: Of the best that the first stage found, as a share of it; 0.01 by default.
        aspire: Such as ``acc=95,flops=1e6``: levels of aspiration, a point each, near which
            R-NSGA-II looks for the front.
        reference: Such as ``flops=1e8``: the hypervolume's reference point, where the
            default (see ``evonas.search.reference_point``) does not suit.
        algorithm: Short name, or ``module:name`` of a pymoo Algorithm.
        surrogate: ``gp``, ``forest`` or ``auto`` for a search that predicts what takes a
            training, lets the algorithm evolve on the predictions, and measures the most
            promising; ``none`` for one that measures all that the algorithm asks for.
        screen: ``gp``, ``forest`` or ``auto``: a model leaves out what an algorithm asks for
            and what could not reach the front; ``none`` to measure it all.
        features: Metrics without training, such as ``synflow``, that its model sees beside the
            genes and what is counted.
        warm_start: As ``evonas.runs.warm_start_files`` reads it: architectures to begin with,
            and what was measured of them elsewhere, for a surrogate's model to learn from.
        batch: Architectures that a surrogate's search measures at a time; 8 by default.
        proposals: Architectures that it looks at before it chooses them; 1000 by default.
        fidelity: ``epochs``, ``subset`` or ``image-size``: what architectures are measured with
            less of, until they prove promising.
        rungs: Amounts of it, the whole included; 3 by default.
        reduction: By which they grow, and one in so many goes on; 3 by default.
        sampling: ``module:name`` of a pymoo Sampling; likewise crossover and mutation.
        crossover: See ``sampling``.
        mutation: See ``sampling``.
        pop_size: Population; 20 by default.
        generations: Budget; 10 by default where no other budget is given.
        evaluations: Budget: distinct architectures measured, exactly.
        budget_time: Such as ``8h``. Of all budgets the first that is spent ends the search, but
            for the last measuring of the front.
        budget_kwh: Of energy for the search itself.
        budget_co2: Of emissions of the search itself, such as ``50g`` or ``2kg``.
        tracker: ``codecarbon`` for a second opinion on the energy of the search.
        budget_flops: Budget of floating-point operations for all proxy trainings together.
        seed: Of the search and, together with the genome, of every candidate.
        n_jobs: Worker processes; by default one per core on a CPU and one on a GPU. With 0 this
            process measures, for a debugger; nothing then stops a candidate that ends it.
        timeout: Seconds that one candidate may take; without it, for ever.
        memory_limit: Gigabytes that one worker process may take.
        max_failures: Share of failed candidates beyond which a search is given up, [0, 1].
        device: ``auto``, ``cpu`` or ``cuda``.
        epochs: Of a proxy training; likewise the next four.
        subset: Training images that a proxy training sees.
        image_size: Side of the images, in pixels.
        batch_size: Images per training step.
        augment: Any of ``crop``, ``flip``, ``cutout``; ``none`` for none.
        carbon: As a file for ``evonas.carbon.files`` holds it; the next seven take precedence.
        target: Device on which the network will live, by name; ``this-machine`` guesses.
        grid: That feeds it, and this search, by name.
        intensity_g_per_kwh: CO2e of its kWh, in place of a grid that is listed.
        pue: Power usage effectiveness of the data centre.
        trainings: How often the network will be trained in its life.
        citations: In place of it: papers that cite it, with 50 trainings each.
        inferences: How many inputs it will classify in its life.
        option: Options of the problem, as ``name=value``.

    Raises:
        ValueError: A value is out of range, or two contradict each other.
    """

    problem: str = "digits"
    data: str | None = None
    data_dir: str | None = None
    data_seed: int = 0
    objectives: tuple[str, ...] = ()
    constraint: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    tolerance: float | None = None
    aspire: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    algorithm: str = "nsga2"
    surrogate: str = "none"
    screen: str = "none"
    features: tuple[str, ...] = ()
    warm_start: Mapping[str, Any] = field(default_factory=dict)
    batch: int | None = None
    proposals: int | None = None
    fidelity: str | None = None
    rungs: int | None = None
    reduction: float | None = None
    sampling: str | None = None
    crossover: str | None = None
    mutation: str | None = None
    pop_size: int | None = None
    generations: int | None = None
    evaluations: int | None = None
    budget_time: str | None = None
    budget_kwh: float | None = None
    budget_co2: str | None = None
    budget_flops: float | None = None
    tracker: str | None = None
    seed: int = 0
    n_jobs: int | None = None
    timeout: float | None = None
    memory_limit: float | None = None
    max_failures: float = 0.9
    device: str = "auto"
    epochs: int | None = None
    subset: int | None = None
    image_size: int | None = None
    batch_size: int | None = None
    augment: tuple[str, ...] | None = None
    carbon: Mapping[str, Any] = field(default_factory=dict)
    target: str | None = None
    grid: str | None = None
    intensity_g_per_kwh: float | None = None
    pue: float | None = None
    trainings: float | None = None
    citations: float | None = None
    inferences: float | None = None
    option: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*TEXTS, "augment"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise ValueError(f"{name} is the text {value!r}; expected a list of texts")
            object.__setattr__(self, name, None if value is None else tuple(value))
        self._check_ranges()
        self._check_names()
        self._check_company()
        self._check_budget()
        named = (*self.objectives, *self.then)
        if len(set(named)) < len(named):
            raise ValueError(f"objectives name one twice: {', '.join(named)}")
        self._check_formulation()
        self.aspirations  # noqa: B018
        self.constraints  # noqa: B018  all of these must parse
        self.reference_point  # noqa: B018
        self.settings  # noqa: B018
        self.prior  # noqa: B018
        self.budget  # noqa: B018

    def __hash__(self) -> int:
        return hash(json.dumps(self.as_dict(), sort_keys=True))

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints, parsed."""
        return tuple(map(Constraint.parse, self.constraint))

    @property
    def reference_point(self) -> dict[str, float]:
        """The given part of the reference point, by objective name."""
        pairs = [name_and_value(text, "reference", "flops=1e8") for text in self.reference]
        try:
            point = {name: float(value) for name, value in pairs}
        except ValueError as error:
            raise ValueError(f"reference: {error}; expected OBJECTIVE=NUMBER") from None
        for name, value in point.items():
            if not math.isfinite(value):
                raise ValueError(f"reference {name} is {value}; expected a finite number")
        return point

    @property
    def aspirations(self) -> tuple[dict[str, float], ...]:
        """Levels by objective name, a point each."""
        return tuple(_levels(text) for text in self.aspire)

    @property
    def population(self) -> int:
        """The population size that holds, whether given or by default."""
        if self.pop_size is not None:
            return self.pop_size
        return min(DEFAULT_POP_SIZE, self.evaluations or DEFAULT_POP_SIZE)

    @property
    def n_batch(self) -> int:
        """Architectures that a surrogate's search measures at a time."""
        return self.batch or DEFAULT_BATCH

    @property
    def n_first(self) -> int:
        """Architectures that it measures before it can predict any."""
        return self.n_batch + self.n_batch // 2

    @property
    def n_proposals(self) -> int:
        """Architectures that it looks at before it chooses a batch."""
        return self.proposals or DEFAULT_PROPOSALS

    @property
    def n_rungs(self) -> int:
        """Amounts of a fidelity, the whole included."""
        return self.rungs or DEFAULT_RUNGS

    @property
    def reduced(self) -> float:
        """The factor between them; one architecture in so many goes on."""
        return self.reduction or DEFAULT_REDUCTION

    @property
    def n_expected(self) -> int | None:
        """Architectures that the search will measure; ``None`` if its budget does not say."""
        if self.evaluations is not None or self.max_generations is None:
            return self.evaluations
        if self.surrogate == "none":
            return self.max_generations * self.population
        return self.n_first + (self.max_generations - 1) * self.n_batch

    @property
    def max_generations(self) -> int | None:
        """The generations budget that holds; ``None`` where another budget ends the search."""
        others = (self.evaluations, *(getattr(self, name) for name in SPENDING))
        if self.generations is None and all(budget is None for budget in others):
            return DEFAULT_GENERATIONS
        return self.generations

    @property
    def budget(self) -> Budget:
        """What the search itself may spend."""
        return Budget(
            seconds=read_amount("budget_time", self.budget_time, SECONDS_BY_UNIT),
            kwh=self.budget_kwh or math.inf,
            co2_g=read_amount("budget_co2", self.budget_co2, GRAMS_BY_UNIT),
            flops=self.budget_flops or math.inf,
        )

    @property
    def prior(self) -> Prior | None:
        """What is known beforehand, if anything."""
        return Prior.from_dict(self.warm_start) if self.warm_start else None

    @property
    def assumptions(self) -> Assumptions:
        """What the carbon model assumes."""
        given = {name: getattr(self, name) for name in CARBON_FLAGS}
        return read_assumptions(overruled(self.carbon, given))

    @property
    def settings(self) -> Settings:
        """What of this the problem is told."""
        augment = self.augment
        return Settings(
            data=self.data,
            data_dir=self.data_dir,
            data_seed=self.data_seed,
            epochs=self.epochs,
            subset=self.subset,
            image_size=self.image_size,
            batch_size=self.batch_size,
            augment=() if augment == ("none",) else augment,
            device=self.device,
            carbon=self.assumptions,
            options=tuple(name_and_value(t, "option", "noisy=true") for t in self.option),
            providers=(*self.objectives, *self.then),
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; ``from_dict`` reads it."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Config:
        """A config from keys and values, such as a TOML or JSON file holds.

        Raises:
            ValueError: A key is unknown, or a value is of the wrong kind or out of range.
        """
        known = {field.name: str(field.type) for field in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; choose from {', '.join(known)}")
            check_kind(name, value, known[name])
        return cls(**values)

    def differences(self, other: Config) -> list[str]:
        """Each setting that a resumed run must not change, and that differs, in words."""
        mine, others = self.as_dict(), other.as_dict()
        return [
            f"{name} is {others[name]!r} there and {mine[name]!r} here"
            for name in mine
            if name not in FREE_ON_RESUME and mine[name] != others[name]
        ]

    def replaced(self, changes: Mapping[str, Any]) -> Config:
        """A copy with some settings changed; a new budget takes the place of the old."""
        budgets = ("generations", "evaluations")
        cleared = dict.fromkeys(budgets) if any(b in changes for b in budgets) else {}
        return Config.from_dict({**self.as_dict(), **cleared, **changes})

    def _check_ranges(self) -> None:
        lowest = {
            "pop_size": 2,
            "batch": 1,
            "proposals": 50,
            "rungs": 2,
            "generations": 1,
            "evaluations": 2,
            "n_jobs": 0,
            "epochs": 1,
            "subset": 1,
            "batch_size": 2,
            "seed": 0,
            "data_seed": 0,
        }
        for name, least in lowest.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        units = {
            "timeout": "seconds",
            "memory_limit": "gigabytes",
            "budget_kwh": "kilowatt-hours",
            "budget_flops": "FLOPs",
        }
        for name, unit in units.items():
            limit = getattr(self, name)
            if limit is not None and not (math.isfinite(limit) and limit > 0):
                raise ValueError(f"{name} must be a positive number of {unit}, got {limit}")
        if self.reduction is not None and not 1 < self.reduction < math.inf:
            raise ValueError(f"reduction must be more than 1, got {self.reduction}")
        if not 0 <= self.max_failures <= 1:
            raise ValueError(f"max_failures must be in [0, 1], got {self.max_failures}")

    def _check_names(self) -> None:
        if self.tracker not in (None, *TRACKERS):
            raise ValueError(f"unknown tracker {self.tracker!r}; choose from {TRACKERS[0]}")
        offered = {"surrogate": SURROGATES, "screen": SURROGATES, "fidelity": (None, *KINDS)}
        for name, choices in offered.items():
            if (chosen := getattr(self, name)) not in choices:
                known = ", ".join(filter(None, choices))
                raise ValueError(f"unknown {name} {chosen!r}; choose from {known}")

    def _check_company(self) -> None:
        """Refuse what is of no use beside the rest."""
        if "none" not in (self.screen, self.surrogate):
            raise ValueError("a surrogate chooses what it measures, and needs no screen")
        for name in ("rungs", "reduction"):
            if self.fidelity is None and getattr(self, name) is not None:
                raise ValueError(f"{name} is of use to a fidelity only; name one, or leave it")
        for name in ("batch", "proposals", "features"):
            if self.surrogate == "none" and getattr(self, name):
                raise ValueError(f"{name} is of use to a surrogate only; name one, or leave it")
        if self.memory_limit is not None and self.n_jobs == 0:
            raise ValueError("memory_limit is kept by worker processes; n_jobs=0 has none")
        if self.memory_limit is not None and sys.platform != "linux":
            raise ValueError(f"memory_limit needs Linux; {sys.platform} has no such limit")

    def _check_formulation(self) -> None:
        if self.then and not self.objectives:
            raise ValueError("then is a second stage: name the objectives of the first as well")
        if self.then and self.evaluations is None and self.max_generations is None:
            raise ValueError("two stages need a budget of evaluations or generations to halve")
        if self.tolerance is not None and not self.then:
            raise ValueError("tolerance is of use to a second stage only; name one with then")
        if self.tolerance is not None and not 0 <= self.tolerance < 1:
            raise ValueError(f"tolerance must be a share in [0, 1), got {self.tolerance}")
        if self.aspire and self.then:
            raise ValueError("aspire and then are two formulations; choose one of them")
        if self.aspire and self.algorithm != "nsga2":
            raise ValueError(
                f"aspire is for R-NSGA-II, which replaces nsga2; leave out {self.algorithm}"
            )

    def _check_budget(self) -> None:
        if self.generations is not None and self.evaluations is not None:
            raise ValueError(
                f"generations={self.generations} and evaluations={self.evaluations} "
                "contradict each other; give one of them"
            )
        is_guided = self.surrogate != "none"
        if (
            self.evaluations is not None
            and not is_guided
            and self.population > self.evaluations
        ):
            raise ValueError(
                f"evaluations={self.evaluations} does not pay for one population of "
                f"pop_size={self.population}; raise the first or lower the second"
            )


def _levels(text: str) -> dict[str, float]:
    """Numbers by name, from a text such as ``acc=95,flops=1e6``."""
    pairs = [name_and_value(word, "part of aspire", "acc=95") for word in text.split(",")]
    try:
        levels = {name: float(value) for name, value in pairs}
    except ValueError as error:
        raise ValueError(f"aspire {text!r}: {error}; expected OBJECTIVE=NUMBER") from None
    if len(levels) < len(pairs) or not all(map(math.isfinite, levels.values())):
        raise ValueError(f"aspire {text!r}: expected a finite number for each, once")
    return levels
