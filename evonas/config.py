"""One search, completely: two runs with equal configs give equal fronts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

from evonas.parsing import check_kind, listed, nearest
from evonas.problem import Settings
from evonas.sections.budget import DEFAULT_GENERATIONS as DEFAULT_GENERATIONS
from evonas.sections.budget import BudgetSection
from evonas.sections.carbon import CarbonSection
from evonas.sections.latency import LatencySection
from evonas.sections.problem import ProblemSection
from evonas.sections.search import DEFAULT_POP_SIZE as DEFAULT_POP_SIZE
from evonas.sections.search import DEFAULT_TOLERANCE as DEFAULT_TOLERANCE
from evonas.sections.search import SearchSection
from evonas.sections.surrogate import SURROGATES as SURROGATES
from evonas.sections.surrogate import SurrogateSection
from evonas.sections.tracking import TrackingSection
from evonas.sections.training import TrainingSection
from evonas.sections.words import COMMA_LISTS
from evonas.sections.workers import WorkersSection

# In the order of help texts and files.
SECTIONS: Mapping[str, type] = {
    "problem": ProblemSection,
    "search": SearchSection,
    "surrogate": SurrogateSection,
    "training": TrainingSection,
    "budget": BudgetSection,
    "carbon": CarbonSection,
    "latency": LatencySection,
    "workers": WorkersSection,
    "tracking": TrackingSection,
}
SECTION_OF = {
    field.name: name for name, section in SECTIONS.items() for field in fields(section)
}
# What may differ between a run and its resumption: how long, how fast, and from where.
FREE_ON_RESUME = frozenset(
    {
        "budget_co2",
        "budget_flops",
        "budget_kwh",
        "budget_return",
        "budget_time",
        "data_dir",
        "engine",
        "evaluations",
        "generations",
        "max_failures",
        "memory_limit",
        "n_jobs",
        "timeout",
        "track",
        "tracker",
    }
)

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Config(  # dataclasses take fields from the last base first
    TrackingSection,
    WorkersSection,
    LatencySection,
    CarbonSection,
    BudgetSection,
    TrainingSection,
    SurrogateSection,
    SearchSection,
    ProblemSection,
):
    """All settings of one search.

    Its words are those of its sections, which explain them: ``ProblemSection`` and so on, in
    ``evonas.sections``. Every word is also a flag of the command line and a key of a config
    file, alone or under its section: ``pop_size = 20``, or ``[search]`` and there
    ``pop_size = 20``. ``None`` and the empty list leave a choice to the problem or to a
    default.

    A config keeps the words as they were given, so that it can be written down, and offers
    what they mean as values, read once: ``constraints``, ``budget``, ``assumptions``. As it is
    each of its sections at the same time, what needs the words of one section takes a config
    as well; ``search``, ``training``, ``workers`` and ``section`` give one alone.

    Raises:
        ValueError: A value is out of range, or two contradict each other.
    """

    def __post_init__(self) -> None:
        for section in reversed(type(self).__bases__):
            section.__post_init__(self)  # type: ignore[attr-defined]
        self._check_company()

    def __hash__(self) -> int:
        return hash(json.dumps(self.as_dict(), sort_keys=True))

    def section(self, kind: type[S]) -> S:
        """The words of one section alone.

        Args:
            kind: the section's class, such as ``SearchSection``.
        """
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        return kind(**{name: getattr(self, name) for name in names})

    @cached_property
    def search(self) -> SearchSection:
        """What is sought, and how."""
        return self.section(SearchSection)

    @cached_property
    def training(self) -> TrainingSection:
        """How a candidate is trained."""
        return self.section(TrainingSection)

    @cached_property
    def workers(self) -> WorkersSection:
        """Who measures, and within which limits."""
        return self.section(WorkersSection)

    @property
    def population(self) -> int:
        """The population size that holds, whether given or by default."""
        if self.pop_size is not None:
            return self.pop_size
        return min(DEFAULT_POP_SIZE, self.evaluations or DEFAULT_POP_SIZE)

    @property
    def n_expected(self) -> int | None:
        """Architectures that the search will measure; ``None`` if its budget does not say."""
        if self.evaluations is not None or self.max_generations is None:
            return self.evaluations
        if self.surrogate == "none":
            return self.max_generations * self.population
        n = self.n_first
        for _ in range(self.max_generations - 1):
            n += self.n_batch(n)
        return n

    @cached_property
    def settings(self) -> Settings:
        """What the config tells the problem."""
        return Settings(
            data=self.data,
            data_dir=self.data_dir,
            data_seed=self.data_seed,
            skip_bad=self.skip_bad,
            epochs=self.epochs,
            subset=self.subset,
            image_size=self.image_size,
            batch_size=self.batch_size,
            augment=self.augmentations,
            device=self.device,
            carbon=self.assumptions,
            options=self.options,
            providers=(
                *(*self.objectives, *self.then),
                *(constraint.metric for constraint in self.constraints),
            ),
            targets=self.targets,
            strict_flops=self.strict_flops,
            exits=self.exits,
            latency=self.latency_ways,
        )

    def as_dict(self) -> dict[str, Any]:
        """The words, JSON-able and without sections; ``from_dict`` reads it."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Config:
        """A config from keys and values, such as a TOML or JSON file holds.

        Args:
            values: value by word, alone or in tables that bear the names of ``SECTIONS``; a
                list of names may be one text with commas.

        Raises:
            ValueError: A key is unknown or in the wrong section, or a value is of the wrong
                kind or out of range.
        """
        known = {field.name: str(field.type) for field in fields(cls)}
        words = flattened(values)
        for name, value in words.items():
            if name not in known:
                raise ValueError(
                    f"unknown setting {name!r}{nearest(name, known)}; choose from "
                    f"{', '.join(known)}"
                )
            if name in COMMA_LISTS and isinstance(value, str):
                words[name] = listed(value)
            check_kind(name, words[name], known[name])
        return cls(**words)

    def differences(self, other: Config) -> list[str]:
        """Each setting that differs though a resumed run must not change it, in words.

        Args:
            other: the config of the run that is to be resumed.
        """
        mine, others = self.as_dict(), other.as_dict()
        return [
            f"{name} is {others[name]!r} there and {mine[name]!r} here"
            for name in mine
            if name not in FREE_ON_RESUME and mine[name] != others[name]
        ]

    def replaced(self, changes: Mapping[str, Any]) -> Config:
        """A copy with some settings changed; a new budget takes the place of the old.

        Args:
            changes: the new value by word, alone or in tables named after sections, as
                ``from_dict`` reads them.

        Raises:
            ValueError: A key is unknown or in the wrong section, or the changed config is not
                allowed.
        """
        changes = flattened(changes)
        budgets = ("generations", "evaluations")
        cleared = dict.fromkeys(budgets) if any(b in changes for b in budgets) else {}
        return Config.from_dict({**self.as_dict(), **cleared, **changes})

    def _check_company(self) -> None:
        """Refuse words of different sections that do not go together."""
        if self.then and self.evaluations is None and self.max_generations is None:
            raise ValueError("two stages need a budget of evaluations or generations to halve")
        if (
            self.evaluations is not None
            and self.surrogate == "none"
            and self.population > self.evaluations
        ):
            raise ValueError(
                f"evaluations={self.evaluations} does not pay for one population of "
                f"pop_size={self.population}; raise the first or lower the second"
            )


def flattened(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a config file, all on one level, without their sections.

    A table ``carbon`` is what a carbon file holds, and may hold the section's ``target`` and
    ``tracker`` beside it.

    Args:
        values: value by word, alone or in tables that bear the names of sections.

    Raises:
        ValueError: A word is unknown, in the wrong section, or given twice.
    """
    flat: dict[str, Any] = {}
    places: dict[str, str] = {}
    for key, value in values.items():
        is_section = key in SECTIONS and isinstance(value, Mapping)
        for name, inner in _entries(key, value).items() if is_section else [(key, value)]:
            place = f"in [{key}]" if is_section else "alone"
            if name in flat:
                raise ValueError(f"{name} is given twice: {places[name]} and {place}")
            flat[name], places[name] = inner, place
    return flat


def _entries(section: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a section's table."""
    if section == "carbon":
        own = {name: table[name] for name in ("target", "tracker") if name in table}
        return {"carbon": {name: v for name, v in table.items() if name not in own}, **own}
    for name in table:
        if (home := SECTION_OF.get(name)) not in (None, section):
            raise ValueError(f"{name} stands in [{section}]; it belongs in [{home}]")
        if home is None:
            own_words = [word for word, place in SECTION_OF.items() if place == section]
            raise ValueError(
                f"unknown setting {name!r} in [{section}]{nearest(name, own_words)}; choose "
                f"from {', '.join(own_words)}"
            )
    return dict(table)
