"""Runs that differ in nothing but their seed, together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evonas.config import Config
from evonas.runs.run import Run

# What may differ between the runs of a group: the seed, and who measures, where and how fast.
FREE = frozenset({"seed", "data_dir", "engine", "memory_limit", "n_jobs", "timeout", "tracker"})
MOST_WORDS = 3  # that differ, in a name


@dataclass(frozen=True)
class Group:
    """Runs of one config with seeds of their own, or a run by itself.

    Attributes:
        name: What a legend calls them: the settings in which they differ from other groups, or
            the name of a run by itself.
        runs: The runs, at least one.
    """

    name: str
    runs: tuple[Run, ...]

    @property
    def is_of_seeds(self) -> bool:
        """Whether there are several runs."""
        return len(self.runs) > 1


def groups_of(runs: Sequence[Run], *, is_apart: bool = False) -> tuple[Group, ...]:
    """Runs by their configs, in the order of the first of each.

    Runs of one config are a group where all their seeds differ. Runs of one config and one
    seed are the same search, so that a median over them would say nothing; then all runs of
    that config stay by themselves.

    Args:
        runs: Runs in any order.
        is_apart: Whether every run is to stay by itself.
    """
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(_key(run.config), []).append(run)
    together = {
        key: tuple(members)
        for key, members in found.items()
        if not is_apart and len(members) > 1 and _have_own_seeds(members)
    }
    named = dict(zip(together, _names([m[0].config for m in together.values()]), strict=True))
    groups: dict[str, Group] = {}
    for i, run in enumerate(runs):
        key = _key(run.config)
        if key in together:
            groups[key] = Group(named[key], together[key])
        else:
            groups[f"run {i}"] = Group(run.name, (run,))
    return tuple(groups.values())


def _have_own_seeds(runs: Sequence[Run]) -> bool:
    return len({run.config.seed for run in runs}) == len(runs)


def _settings(config: Config) -> dict[str, Any]:
    """What the runs of one group have in common."""
    return {name: value for name, value in config.as_dict().items() if name not in FREE}


def _key(config: Config) -> str:
    return json.dumps(_settings(config), sort_keys=True)


def _names(configs: Sequence[Config]) -> list[str]:
    """What each config has that others have not; the algorithm where there is one config."""
    told = [_settings(config) for config in configs]
    first = told[0] if told else {}
    differing = [name for name in first if any(t[name] != first[name] for t in told)]
    shown = differing[:MOST_WORDS] or ["algorithm"]
    more = ["..."] if len(differing) > MOST_WORDS else []
    names = [", ".join([*(_word(name, t[name]) for name in shown), *more]) for t in told]
    if len(set(names)) == len(names):
        return names
    return [f"{name} ({i})" for i, name in enumerate(names, 1)]


def _word(name: str, value: Any) -> str:
    """A setting in a few words: ``nsga2``, ``pop size 20`` or ``no surrogate``."""
    plain = name.replace("_", " ")
    if name == "algorithm":
        return str(value)
    if value is None or value is False or value in ("none", [], {}):
        return f"no {plain}"
    if value is True or isinstance(value, dict):
        return f"with {plain}"
    return f"{plain} {','.join(map(str, value)) if isinstance(value, list) else value}"
