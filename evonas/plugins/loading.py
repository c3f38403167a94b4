"""Finding what a user names: problems, and the metrics and objectives that they have."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from evonas.hardware.target_metrics import beside, names_in, names_on, without_targets
from evonas.hardware.targets import Target
from evonas.objectives import Metric, Objective
from evonas.parsing import nearest as nearest
from evonas.plugins.contract import check_declaration
from evonas.plugins.expressions import is_expression, read_fitness
from evonas.plugins.importing import construct, load
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem, Settings

GROUP = "evonas.problems"
METRIC_GROUP = "evonas.metrics"
ON_TARGET = "evonas.networks.on_target:OnTarget"  # which stands to the right of here
SHIPPED_METRICS = {  # in rooms to the right of here, and imported where they are named
    "latency_measured": "evonas.models.measured_latency:MeasuredLatency",
    "latency_predicted": "evonas.networks.latency_metrics:PredictedLatency",
    "latency_table": "evonas.networks.latency_metrics:TableLatency",
}


@dataclass(frozen=True)
class ProblemSpec:
    """Enough to open the same problem in any process.

    Attributes:
        problem: A short name, ``file.py:Name``, ``package.module:Name``, or a problem class.
        settings: What the user set from outside.
    """

    problem: str | type[Problem]
    settings: Settings

    def open(self) -> Problem:
        """The problem itself, made once in every process.

        Raises:
            ValueError: There is no such problem, or it lacks what a problem must have.
            FileNotFoundError: There is no such file.
        """
        return _open(_settled(self._of_today()))

    def _of_today(self) -> ProblemSpec:
        """With the class itself where that is one of a notebook, which may be made anew."""
        if not isinstance(self.problem, str) or not self.problem.startswith("__main__:"):
            return self
        found = load(self.problem)
        return replace(self, problem=found) if isinstance(found, type) else self


@lru_cache(maxsize=4)  # asked for every candidate; what is installed is looked up only once
def _settled(spec: ProblemSpec) -> ProblemSpec:
    """A spec that keeps, of the words that may bring metrics, what does: equal for equals."""
    found: list[str] = []
    for word in spec.settings.providers:
        found += [word] if may_be_provider(word) else names_in(word)
    targets = spec.settings.targets
    if len(targets) > 1:
        found += names_on(targets)
    needed = targets[:1] if any(names_in(word) for word in found) else ()
    settings = replace(spec.settings, providers=tuple(dict.fromkeys(found)), targets=needed)
    return replace(spec, settings=settings)


@lru_cache(maxsize=4)
def _open(spec: ProblemSpec) -> Problem:
    name = spec.problem if isinstance(spec.problem, str) else spec.problem.__name__
    found = load_problem(spec.problem) if isinstance(spec.problem, str) else spec.problem
    if isinstance(found, type) and issubclass(found, Problem):
        return _checked(construct(found, name, spec.settings), name, spec.settings)
    problem = construct(found, name) if callable(found) else found
    if isinstance(problem, Problem):
        return _checked(problem, name, spec.settings)
    if not all(hasattr(problem, word) for word in ("n_var", "n_obj", "evaluate")):
        raise ValueError(
            f"{name} is a {type(problem).__name__}; expected a subclass of evonas.Problem or a "
            "pymoo Problem"
        )
    _no_targets(spec.settings.providers, name)
    return ForeignProblem(problem, spec.settings)


def problem_entries() -> dict[str, str]:
    """Import path by short name, of every installed problem."""
    found = importlib.metadata.entry_points(group=GROUP)
    return {entry.name: entry.value for entry in sorted(found, key=lambda entry: entry.name)}


def metric_entries() -> dict[str, str]:
    """Import path by short name, of every provider of metrics that ships or is installed."""
    entries = importlib.metadata.entry_points(group=METRIC_GROUP)
    found = sorted(entries, key=lambda entry: entry.name)
    return {**SHIPPED_METRICS, **{entry.name: entry.value for entry in found}}


def problem_summaries() -> dict[str, str]:
    """First line of the docstring by short name, of every installed problem.

    The lines are read from the sources, for importing a problem may take seconds; a problem
    is imported only where its source does not say.
    """
    summaries = {}
    for name, path in problem_entries().items():
        place, _, word = path.partition(":")
        doc = _written_doc(place, word) or inspect.getdoc(load(path)) or ""
        summaries[name] = doc.partition("\n")[0]
    return summaries


def _written_doc(place: str, word: str) -> str | None:
    """The docstring of a class at the top of a module, which is not imported."""
    path: Sequence[str] | None = None
    spec = None
    parts = place.split(".")
    for n in range(1, len(parts) + 1):  # a finder needs no parent imported, find_spec does
        found = (f.find_spec(".".join(parts[:n]), path) for f in sys.meta_path)
        spec = next(filter(None, found), None)
        path = spec.submodule_search_locations if spec else None
    if spec is None or not str(spec.origin).endswith(".py"):
        return None
    tree = ast.parse(Path(str(spec.origin)).read_bytes())
    written = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return ast.get_docstring(written[word]) if word in written else None


def load_problem(reference: str) -> Any:
    """The class, factory or object that a problem's name stands for.

    Raises:
        ValueError: There is no such name.
        FileNotFoundError: There is no such file.
    """
    entries = problem_entries()
    if reference in entries:
        return load(entries[reference])
    if ":" in reference or reference.endswith(".py"):
        return load(reference, kind=Problem)
    raise ValueError(
        f"unknown problem {reference!r}{nearest(reference, entries)}; choose from "
        f"{', '.join(entries)}, or name your own as FILE.py:CLASS or MODULE:CLASS"
    )


def load_objective(reference: str, problem: Problem) -> Objective:
    """The objective that a word stands for.

    It is one of the problem's, one of a file's as ``file.py:name``, the metric of a provider
    that was registered or is a file's, or an expression such as ``acc-0.5*co2`` (see
    ``evonas.plugins.expressions``). A metric on a target, such as ``latency@t4``, is one of the
    problem's if the problem was opened for it.

    Raises:
        ValueError: The problem does not measure the objective, the file holds none of that
            name, or the expression cannot be read.
        FileNotFoundError: There is no such file.
    """
    offered = {objective.name: objective for objective in problem.objectives}
    if reference in offered:
        return offered[reference]
    if may_be_provider(reference) and (provider := load_provider(reference)) is not None:
        return _provided(provider, reference, offered)
    if is_expression(reference):
        return read_fitness(reference, offered)
    if reference in {objective.name for objective in problem.final}:
        raise ValueError(
            f"{reference!r} is measured for the final front alone: a search that sees it would "
            "spoil it"
        )
    if ":" not in without_targets(reference):
        words = [*offered, *metric_entries()]
        close = nearest(reference, [*words, *beside(reference)])
        raise ValueError(
            f"unknown objective {reference!r}{close}; choose from "
            f"{', '.join(words)}, or name your own as FILE.py:NAME"
        )
    objective = load(reference)
    if not isinstance(objective, Objective):
        raise ValueError(
            f"{reference} is a {type(objective).__name__}; expected an evonas.Objective, or a "
            "provider of metrics"
        )
    missing = [name for name in objective.needs if name not in offered]
    if objective.compute is None or missing:
        raise ValueError(
            f"objective {reference} must compute itself from metrics of the problem; "
            f"it needs {', '.join(objective.needs) or 'nothing'}, the problem has "
            f"{', '.join(offered)}"
        )
    return objective


def load_provider(reference: str) -> Any:
    """The provider of metrics that a word stands for; ``None`` where it is something else.

    Args:
        reference: A short name, ``file.py:Name`` or ``package.module:Name``. The name may go
            on with a dot and the one metric that is meant, as ``file.py:Memory.peak_memory``.

    Raises:
        ValueError: The module cannot be imported, has no such name, or the provider cannot be
            made.
        FileNotFoundError: There is no such file.
    """
    path = _path_of_provider(reference)[0]
    found = load(path)
    is_class = isinstance(found, type)
    is_problem = issubclass(found, Problem) if is_class else isinstance(found, Problem)
    if is_problem or not (hasattr(found, "metrics") and callable(getattr(found, "measure", 0))):
        return None
    return construct(found, path) if is_class else found


def may_be_provider(word: str) -> bool:
    """Whether a word may stand for a provider: one that is registered, or a file's name."""
    bare = without_targets(word)
    return ":" in bare or (
        bare == word and _path_of_provider(word)[0] in metric_entries().values()
    )


def _path_of_provider(reference: str) -> tuple[str, str]:
    """Where a provider is, and which of its metrics is meant, if that is said."""
    if ":" not in reference:
        name, _, metric = reference.partition(".")
        return metric_entries().get(name, reference), metric
    place, _, name = reference.rpartition(":")
    name, _, metric = name.partition(".")
    return f"{place}:{name}", metric


def _provided(provider: Any, reference: str, offered: Mapping[str, Metric]) -> Metric:
    """The one metric of a provider that is meant, as the problem offers it."""
    path, meant = _path_of_provider(reference)
    names = [metric.name for metric in provider.metrics]
    if not meant and len(names) == 1:
        meant = names[0]
    if meant not in names:
        raise ValueError(
            f"{reference} must name one of the metrics of its provider; choose from "
            f"{', '.join(f'{path}.{name}' for name in names)}"
        )
    if meant not in offered:
        raise ValueError(f"the problem was opened without {path}; name it as an objective")
    return offered[meant]


@lru_cache(maxsize=1024)  # asked for every candidate
def is_derived(word: str) -> bool:
    """Whether a word stands for an objective that is computed from metrics."""
    return ":" in without_targets(word) or is_expression(word)


def _checked(problem: Problem, name: str, settings: Settings) -> Problem:
    check_declaration(problem, name)
    _add_targets(problem, name, settings)
    for reference in filter(may_be_provider, settings.providers):
        provider = load_provider(reference)
        if provider is None:
            continue
        if not hasattr(problem, "add_provider"):
            raise ValueError(
                f"{reference} tells metrics of networks, and {name} builds none that it could "
                "be given; it takes a subclass of evonas.TrainedProblem"
            )
        if check := getattr(provider, "check_settings", None):
            check(settings)
        problem.add_provider(provider)
    return problem


def _add_targets(problem: Problem, name: str, settings: Settings) -> None:
    """Have a problem of networks tell the wanted metrics on targets that it has not itself."""
    own = {metric.name for metric in (*problem.objectives, *problem.final)}
    wanted = [word for word in settings.providers if word not in own]
    if not hasattr(problem, "add_provider"):
        _no_targets(wanted, name)
        return
    names = [word for word in wanted if not may_be_provider(word)]
    if names:
        default = (*settings.targets, Target(settings.carbon.device))[0]
        problem.add_provider(load(ON_TARGET)(names, default))


def _no_targets(words: Sequence[str], name: str) -> None:
    on_targets = [word for word in words if not may_be_provider(word)]
    if on_targets:
        raise ValueError(
            f"{on_targets[0]} is reckoned from the operations of networks, and {name} builds "
            "none; it takes a subclass of evonas.TrainedProblem"
        )
