"""All that a page shows, JSON-able."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import evonas
from evonas.pages.accounts import MOST_REASONS, sections
from evonas.pages.architectures import FAILED, architectures
from evonas.pages.comparison import comparison
from evonas.pages.spending import prices
from evonas.runs.run import Run
from evonas.runs.state import state_of

NO_NETWORKS: Mapping[str, Any] = {"families": [], "sheets": {}, "note": ""}


@dataclass(frozen=True)
class News:
    """How a page gets to know what is new.

    Attributes:
        seconds: Time between two looks; 0 for a page of runs that have ended.
        source: Where a page that was served asks; empty for a file, which loads itself again.
        home: Where the list of all runs is; empty where there is none.
    """

    seconds: float = 0.0
    source: str = ""
    home: str = ""


def payload(
    runs: Sequence[Run],
    *,
    networks: Mapping[str, Mapping[str, Any]] | None = None,
    news: News | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """What a page of one run or of several holds.

    Args:
        runs: The runs, of different names.
        networks: What ``front_networks`` tells of each run, by its name.
        news: How the page gets to know what is new; it does not, if left out.
        now: The time that the page bears; none if left out.
    """
    news, told = news or News(), networks or {}
    written = f"Written {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC by " if now else "By "
    return {
        "title": title(runs),
        "subtitle": subtitle(runs),
        "footer": f"{written}evonas {evonas.__version__}.",
        "live": news.seconds,
        "source": news.source,
        "home": news.home,
        "sections": comparison(runs),
        "runs": [_run(run, told.get(run.name, NO_NETWORKS)) for run in runs],
    }


def title(runs: Sequence[Run]) -> str:
    """What stands above a page.

    Args:
        runs: The runs that it shows.
    """
    names = ", ".join(run.name for run in runs[:4])
    more = f" and {len(runs) - 4} more" if len(runs) > 4 else ""
    return names + more


def subtitle(runs: Sequence[Run]) -> str:
    """What a page shows, in a line.

    Args:
        runs: The runs that it shows.
    """
    n_measured = sum(len(run.records) for run in runs)
    objectives = dict.fromkeys(o.name for run in runs for o in run.objectives)
    problems = dict.fromkeys(run.config.problem for run in runs)
    noun = "architecture" if n_measured == 1 else "architectures"
    return f"{n_measured:,} {noun} of {', '.join(problems)}, for {', '.join(objectives)}"


def distinct(runs: Sequence[Run]) -> list[Run]:
    """The runs with names of their own: where two share one, each has its path.

    Args:
        runs: The runs.
    """
    shared = {name for name, n in Counter(run.name for run in runs).items() if n > 1}
    return [replace(run, name=str(run.path)) if run.name in shared else run for run in runs]


def _run(run: Run, networks: Mapping[str, Any]) -> dict[str, Any]:
    told = architectures(run)
    n_left_out = told.pop("n_curves_left_out")
    notes = [networks["note"]] if networks["note"] else []
    if n_left_out:
        notes.append(f"The learning curves of {n_left_out:,} architectures have no room here.")
    notes += [f"Of the data: {note}." for note in run.resolved.get("notes", ())]
    return {
        "name": run.name,
        "objectives": [objective.name for objective in run.objectives],
        "constraints": list(map(str, run.goals.constraints)),
        "facts": facts(run),
        "notes": notes,
        "commands": commands(run),
        **told,
        **_faults(run),
        "prices": prices(run),
        "networks": networks,
        "sections": sections(run),
    }


def facts(run: Run) -> list[tuple[str, str]]:
    """What one wants to know of a run first: names and values.

    Args:
        run: The run.
    """
    n_failed = len(run.failures)
    failed = f" ({n_failed:,} failed)" if n_failed else ""
    surrogate = "" if run.config.surrogate == "none" else f" with {run.config.surrogate}"
    found = [
        ("problem", run.config.problem),
        ("search", f"{run.config.algorithm}{surrogate}, seed {run.config.seed}"),
        ("measured", f"{len(run.records):,}{failed}"),
        ("front", f"{len(run.front):,}"),
    ]
    if run.hypervolumes:
        found.append(("hypervolume", f"{run.hypervolumes[-1][1]:.4f}"))
    if run.spend:
        kwh = run.spend.energy_kwh
        found.append(("energy", f"{kwh:.3g} kWh" if kwh >= 1 else f"{1000 * kwh:.3g} Wh"))
        found.append(("emissions", f"{run.spend.co2_g:.3g} g CO2e"))
    if run.path:
        found.append(("state", state_of(run.path)))
    return found


def commands(run: Run) -> list[dict[str, str]]:
    """What one may do with an architecture: commands that lack its id, and for which marks.

    Args:
        run: The run; one that comes from no directory has none.
    """
    if run.path is None:
        return []
    place = shlex.quote(str(run.path))
    found = [{"label": "Show it layer by layer", "text": f"evonas show {place} --genome"}]
    if "data" in run.resolved:  # there is something to be trained on
        found.insert(0, {"label": "Train it in full", "text": f"evonas train {place} --genome"})
    again = {"label": "See it fail", "text": f"evonas rerun {place} --genome", "for": FAILED}
    return [*({**each, "for": "fobli"} for each in found), again]


def _faults(run: Run) -> dict[str, Any]:
    """Kinds and reasons of failures, each once, and which of them an architecture has."""
    reasons = Counter((record.kind, record.error or "") for record in run.failures)
    place = {pair: i for i, (pair, _) in enumerate(reasons.most_common(MOST_REASONS))}
    others = ("", "the reason is in failures.csv")
    return {
        "reasons": [*place, others],
        "faults": {
            i: place.get((record.kind, record.error or ""), len(place))
            for i, record in enumerate(run.records)
            if record.error is not None
        },
    }
