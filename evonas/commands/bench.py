"""The command that sets methods against each other on problems with a known front."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from evonas.bench.cases import Case, read_cases
from evonas.bench.contest import Outcome, Score, read_method
from evonas.bench.notation import check_distinct
from evonas.bench.peers import peer_pythons
from evonas.bench.resuming import carried_on, held, searches_of, true_fronts
from evonas.bench.scores_file import read_scores
from evonas.bench.standings import AREA, MEASURES, SHOWN, Standings
from evonas.commands.parsers import bench_parser
from evonas.config import Config
from evonas.parsing import listed
from evonas.plots.bench import draw_contest, draw_contests
from evonas.plots.ranks import draw_ranks
from evonas.reports.contest import contest_tables, failures_in_words, rankings_in_words
from evonas.reports.text import complain

DEFAULT_PROBLEM = "synthetic"
DEFAULT_METHODS = "auto,nsga2,random"
DEFAULT_SEEDS = 11
FAILED, INTERRUPTED = 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a contest, print who was ahead, and leave tables and pictures.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0; 1 where some searches failed, and 2 for a mistake in the arguments, said in one line;
        130 after Ctrl-C.
    """
    given = bench_parser().parse_args(argv)
    try:
        return _read(given) if given.read else _play(given)
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        said = "stopped; every search that was done is kept, and the same command goes on"
        return complain(said, status=INTERRUPTED)


def _play(given: argparse.Namespace) -> int:
    pythons = peer_pythons(given.peer_python)
    words = listed(DEFAULT_METHODS if given.methods is None else given.methods)
    methods = [read_method(text, pythons=pythons) for text in words]
    n_seeds = DEFAULT_SEEDS if given.seeds is None else given.seeds
    if not methods or n_seeds < 1:
        raise ValueError("a contest needs a method and a seed at least")
    _check_at(given.at, last=given.evaluations)
    check_distinct("methods", [method.label for method in methods])
    cases, folder = _cases(given), Path(given.out)
    searches = searches_of(cases, methods, n_seeds=n_seeds)
    scores = held(searches, folder)
    done = {(score.problem, score.method, score.seed) for score in scores}
    left = [search for search in searches if search.key not in done]
    if done:
        print(f"{len(done)} of {len(searches)} searches are there already", file=sys.stderr)
    fronts = true_fronts(left)
    for shared, points in fronts.items():
        what = " ".join([shared.problem, *shared.option])
        print(f"true front of {what}: {len(points)} points", file=sys.stderr)
    failures: list[Outcome] = []
    n_jobs = min(given.n_jobs or os.cpu_count() or 1, max(1, len(left)))
    outcomes = carried_on(left, folder, true_fronts=fronts, n_jobs=n_jobs)
    with closing(outcomes):
        for outcome in tqdm(outcomes, total=len(searches), initial=len(done), unit="search"):
            scores += outcome.scores
            failures += [outcome] if outcome.error else []
    costs = dict.fromkeys(case.cost for case in cases)
    _show(scores, [method.label for method in methods], given, cost=", ".join(costs))
    for line in failures_in_words(failures):
        complain(line)
    return FAILED if failures else 0


def _read(given: argparse.Namespace) -> int:
    scores = [score for path in given.read for score in read_scores(path)]
    names = listed(given.methods or ()) or tuple(dict.fromkeys(s.method for s in scores))
    check_distinct("methods", names)
    n_seeds = math.inf if given.seeds is None else given.seeds
    kept = [score for score in scores if score.method in names and score.seed < n_seeds]
    files = ", ".join(map(str, given.read))
    if missing := set(names) - {score.method for score in kept}:
        raise ValueError(f"nothing of {min(missing)} is in {files}")
    if all(math.isnan(getattr(score.verdict, given.by)) for score in kept):
        raise ValueError(f"no {given.by} is in {files}, which an earlier version wrote")
    twice = Counter((s.problem, s.method, s.seed, s.n_evaluations) for s in kept)
    (problem, method, seed, _), n_times = twice.most_common(1)[0]
    if n_times > 1:
        raise ValueError(f"{method} with seed {seed} on {problem} is in {files} more than once")
    _check_at(given.at, last=max(score.n_evaluations for score in kept))
    _show(kept, names, given, cost="cost")
    return 0


def _check_at(words: Sequence[str], *, last: int) -> None:
    """Refuse numbers of evaluations of which no table tells."""
    offered = [*(str(n) for n in SHOWN if n < last), str(last), AREA]
    for word in words:
        if word not in offered:
            raise ValueError(f"--at {word}: choose from {', '.join(offered)}")


def _show(
    scores: Sequence[Score], methods: Sequence[str], given: argparse.Namespace, *, cost: str
) -> None:
    """Print and keep the tables, and draw the pictures."""
    if not scores:
        return
    standings = {
        label: Standings([s for s in scores if s.problem == label], methods, measure=given.by)
        for label in dict.fromkeys(score.problem for score in scores)
    }
    tables = contest_tables(standings)
    print("\n".join(line for table in tables for line in table.lines()))
    stem = _stem(scores, list(standings), given)
    folder = Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    pages = "\n".join(line for table in tables for line in table.markdown())
    (folder / f"{stem}.md").write_text(pages.lstrip() + "\n", encoding="utf-8")
    pictures = _drawn(standings, folder / stem, at=given.at, cost=cost)
    print(f"\nTables and pictures: {', '.join(map(str, [folder / f'{stem}.md', *pictures]))}")


def _drawn(
    standings: Mapping[str, Standings], place: Path, *, at: Sequence[str], cost: str
) -> list[Path]:
    """The pictures of a contest: curves, and diagrams of ranks where there are several."""
    label, first = next(iter(standings.items()))
    curves, ranks = (place.with_name(f"{place.name}{end}.png") for end in ("", "-ranks"))
    if len(standings) == 1:
        draw_contest(first, title=label, cost=cost, out=curves)
        return [curves]
    draw_contests(standings, out=curves)
    rankings = rankings_in_words(standings, at=at)
    if not rankings:
        return [curves]
    draw_ranks(rankings, first=first.methods[0], out=ranks)
    return [curves, ranks]


def _stem(scores: Sequence[Score], labels: Sequence[str], given: argparse.Namespace) -> str:
    what = labels[0] if len(labels) == 1 else f"{len(labels)}problems"
    last = max(score.n_evaluations for score in scores)
    n_seeds = max(score.seed for score in scores)
    measure = [] if given.by == MEASURES[0] else [given.by.replace("_", "-")]
    return "-".join([what, f"{last}evaluations", f"seeds0..{n_seeds}", *measure])


def _cases(given: argparse.Namespace) -> list[Case]:
    base = Config(
        data_dir=given.data_dir,
        objectives=listed(given.objectives),
        option=tuple(given.option),
        evaluations=given.evaluations,
        n_jobs=0,  # a search takes one process; the contest has many
        pop_size=given.pop_size,
    )
    texts = [*given.problem, *(text for path in given.problems for text in read_cases(path))]
    cases = [Case.of(text, base=base, cost=given.cost) for text in texts or [DEFAULT_PROBLEM]]
    check_distinct("problems", [case.label for case in cases])
    return cases
