"""What can be refused of a command line before anything heavy is imported."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from evonas.bench.methods import Method
from evonas.bench.notation import Entry
from evonas.carbon.files import CARBON_FLAGS
from evonas.carbon.traces import Trace, read_trace
from evonas.commands.member_checks import check_member, is_picking, way_of
from evonas.commands.parsers import BANDS, KINDS, MEASURES, NETWORKS, PEERS, PICTURES, SIZES
from evonas.config import Config
from evonas.networks.inputs import Input, read_input
from evonas.objectives import Constraint
from evonas.parsing import listed, nearest, read_settings
from evonas.plugins.loading import problem_entries
from evonas.reports.naming import genome_of
from evonas.runs.manifest import read_resolved
from evonas.sections.search import ALGORITHMS
from evonas.short_ids import is_short_id


def check_bench(given: argparse.Namespace) -> None:
    """Refuse an unknown problem, method or measure, and a contest without any.

    Raises:
        ValueError: Something given is unknown, or too little.
        FileNotFoundError: A file is not there.
    """
    if given.by not in MEASURES:
        raise ValueError(
            f"unknown measure {given.by!r}{nearest(given.by, MEASURES)}; choose from "
            f"{', '.join(MEASURES)}"
        )
    methods = None if given.methods is None else listed(given.methods)
    if methods == () or (given.seeds is not None and given.seeds < 1):
        raise ValueError("a contest needs a method and a seed at least")
    if given.read:
        return  # of whatever methods there were
    for method in methods or ():
        Method.of(method, peers=PEERS)
    for problem in given.problem:
        check_problem(Entry.of(problem).name)


def check_budget(given: argparse.Namespace) -> None:
    """Refuse runs that are not there, and no members.

    Raises:
        ValueError: A run's directory cannot be read, or no member is to be trained.
        FileNotFoundError: A run is not there.
    """
    check_runs(given.runs)
    if given.members < 1:
        raise ValueError(f"--members must be at least 1, got {given.members}")


def check_carbon(given: argparse.Namespace) -> None:
    """Refuse what names nothing to be priced, or an unknown network or assumption.

    Raises:
        ValueError: Something given is unknown, or missing.
        FileNotFoundError: A file or the run is not there.
    """
    is_of_a_run = not (given.list or given.paper or given.zoo or given.model)
    if is_of_a_run and not given.run:
        raise ValueError(
            "name a run, or --model, --paper, --zoo or --list; see evonas carbon -h"
        )
    if len(Config.from_dict(told(given)).targets) > 1:
        raise ValueError("a life is priced on one device; give one --target")
    inputs_of(given)
    if given.at_accuracy is not None and not is_of_a_run:
        raise ValueError("--at-accuracy is for the front of a run; name one")
    if given.market_based is not None and not is_of_a_run:
        raise ValueError("--market-based is for the search of a run; name one")
    if given.market_based is not None and not given.market_based >= 0:
        raise ValueError(f"--market-based must be 0 g/kWh or more, got {given.market_based:g}")
    for name in (given.model, *(given.baseline or ())):
        if name is not None and ":" not in name:
            check_word("network", name, NETWORKS, own="MODULE:CALLABLE")
    if is_of_a_run:
        check_runs([given.run])


def check_pick(given: argparse.Namespace) -> None:
    """Refuse two ways to pick, a constraint that cannot be read, and a run that is not there.

    Raises:
        ValueError: The ways exclude each other, or something cannot be read.
        FileNotFoundError: The run is not there.
    """
    way_of(given)
    for text in given.where:
        Constraint.parse(text)
    check_runs([given.run])


def check_plot(given: argparse.Namespace) -> None:
    """Refuse runs that are not there, and a picture of an unknown kind.

    Raises:
        ValueError: A run's directory cannot be read, or the suffix or another word is unknown.
        FileNotFoundError: A run is not there.
    """
    check_picture(given.out)
    for name, offered in (("kind", KINDS), ("band", BANDS), ("size", SIZES)):
        check_word(name, getattr(given, name), offered)
    check_runs(given.runs)


def check_rerun(given: argparse.Namespace) -> None:
    """Refuse a genome that cannot be read, and a run that is not there.

    Raises:
        ValueError: A genome cannot be read, or the run's directory.
        FileNotFoundError: The run is not there.
    """
    for text in given.genome or ():
        if not is_short_id(text):
            genome_of(text)
    check_runs([given.run])


def check_show(given: argparse.Namespace) -> None:
    """Refuse what names no architecture, or two, and what is not there.

    Raises:
        ValueError: What is given excludes each other, is missing, or cannot be read.
        FileNotFoundError: The run or a file is not there.
    """
    if (given.run is None) == (given.problem is None):
        raise ValueError("name a run, or --problem with --architecture; see evonas show -h")
    way_of(given)
    check_picture(given.draw)
    check_picture(given.draw_cells)
    if given.run is None:
        if given.architecture is None:
            raise ValueError("--problem needs --architecture, which of its networks to show")
        if given.genome or is_picking(given):
            raise ValueError("ways to pick are for a run; with --problem give --architecture")
        check_problem(given.problem)
        check_exits(given)
        return
    alone = ("architecture", "data", "data_dir", "image_size", "option", "exits")
    spare = [f"--{name.replace('_', '-')}" for name in alone if getattr(given, name)]
    if spare:
        raise ValueError(f"{spare[0]} is for --problem; a run knows its own")
    if given.genome and is_picking(given):
        raise ValueError("--genome and ways to pick exclude each other")
    check_member(given)


def check_exits(given: argparse.Namespace) -> None:
    """Refuse less than two exits.

    Raises:
        ValueError: There would be no early exit.
    """
    if given.exits is not None and given.exits < 2:
        raise ValueError(f"--exits must be at least 2, got {given.exits}")


def check_runs(paths: Sequence[Path]) -> None:
    """Refuse directories that hold no run.

    Args:
        paths: the directories.

    Raises:
        ValueError: A run's config cannot be read.
        FileNotFoundError: A directory is not there, or is no run's.
    """
    for path in paths:
        read_resolved(path)


def check_problem(reference: str) -> None:
    """Refuse a problem of which nothing is known; none is imported for that.

    Args:
        reference: a short name, ``FILE.py:CLASS`` or ``MODULE:CLASS``.

    Raises:
        ValueError: There is no problem of that name.
        FileNotFoundError: There is no such file.
    """
    place = reference.rpartition(":")[0] or reference
    if place.endswith(".py"):
        path = Path(place).expanduser().resolve()
        if not path.is_file():
            raise FileNotFoundError(f"no such file: {place} (looked for {path})")
    elif ":" not in reference:
        check_word("problem", reference, problem_entries(), own="FILE.py:CLASS or MODULE:CLASS")


def check_algorithm(reference: str) -> None:
    """Refuse an algorithm of which nothing is known.

    Args:
        reference: a short name, or ``MODULE:NAME``.

    Raises:
        ValueError: There is no algorithm of that name.
    """
    if ":" not in reference:
        check_word("algorithm", reference, ALGORITHMS, own="MODULE:NAME of a pymoo Algorithm")


def check_word(what: str, word: str, offered: Collection[str], *, own: str = "") -> None:
    """Refuse a word that is not on offer.

    Args:
        what: what the word names, for the message.
        word: what a user wrote.
        offered: the words that are understood.
        own: how users name one of their own, for the message; empty if they cannot.

    Raises:
        ValueError: The word is none of those on offer.
    """
    if word not in offered:
        more = f", or name your own as {own}" if own else ""
        raise ValueError(
            f"unknown {what} {word!r}{nearest(word, offered)}; choose from "
            f"{', '.join(offered)}{more}"
        )


def check_picture(out: Path | None) -> None:
    """Refuse a picture of an unknown kind.

    Args:
        out: the file; ``None`` where none was named.

    Raises:
        ValueError: The suffix is none of those that can be written.
    """
    if out and out.suffix.lower() not in PICTURES:
        raise ValueError(f"cannot write {out}; its suffix must be one of {', '.join(PICTURES)}")


def check_free_file(out: Path, *, is_forced: bool) -> None:
    """Refuse a carbon file that cannot be written.

    Args:
        out: the file.
        is_forced: whether a file that is there may be overwritten.

    Raises:
        ValueError: The suffix is not that of a JSON file.
        OSError: The file exists, or its directory does not.
    """
    if out.suffix != ".json":
        raise ValueError(f"cannot write {out}; its suffix must be .json")
    if out.exists() and not is_forced:
        raise FileExistsError(f"{out} exists; give another file with --out, or --force")
    if not out.absolute().parent.is_dir():
        raise FileNotFoundError(f"no directory for {out}")


def told(given: argparse.Namespace) -> dict[str, Any]:
    """The settings of the carbon model that were given.

    Args:
        given: the arguments of ``evonas carbon``.

    Raises:
        ValueError: The carbon file cannot be read.
        FileNotFoundError: There is no such file.
    """
    values = {name: getattr(given, name) for name in CARBON_FLAGS}
    if trace := trace_of(given):
        values |= {"grid": None, "intensity_g_per_kwh": trace.mean}
    words = {name: value for name, value in values.items() if value is not None}
    return {**({"carbon": read_settings(Path(given.carbon))} if given.carbon else {}), **words}


def trace_of(given: argparse.Namespace) -> Trace | None:
    """The hourly trace that ``--grid`` names, whose mean stands for the grid; else ``None``.

    Raises:
        ValueError: The trace cannot be read, an intensity is given too, or there is no run.
        FileNotFoundError: There is no such file.
    """
    if given.grid is None or not given.grid.lower().endswith(".csv"):
        return None
    if given.intensity_g_per_kwh is not None:
        raise ValueError("grid and intensity_g_per_kwh contradict each other; give one")
    if given.list or given.paper or given.model:
        raise ValueError(f"the trace {given.grid} is for the search of a run; name one")
    return read_trace(Path(given.grid))


def inputs_of(given: argparse.Namespace) -> tuple[Input, ...]:
    """What one input of the network that is to be priced is.

    Args:
        given: the arguments of ``evonas carbon``.

    Raises:
        ValueError: One of the inputs cannot be read.
    """
    return tuple(read_input(text) for text in given.input or ["3x224x224"])
