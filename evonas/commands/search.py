"""The search as a command: arguments to a config and a folder, before anything heavy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import evonas
from evonas.commands.arguments import Parser, add_words, option
from evonas.commands.checks import check_algorithm, check_problem, check_runs
from evonas.config import SECTIONS, Config, flattened
from evonas.parsing import read_settings
from evonas.plugins.goals import resolve_goals
from evonas.plugins.listening import check_listener
from evonas.plugins.loading import ProblemSpec, problem_summaries
from evonas.reports.text import complain
from evonas.runs.folder import check_free
from evonas.runs.manifest import read_config
from evonas.runs.warm_start_files import prior_of

OTHERS = (
    *("bench", "budget", "calibrate", "carbon", "dashboard", "explain", "latency", "pick"),
    *("plot", "predict", "report", "rerun", "retarget", "show", "train"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one search.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0 if it ended, even without a front; 1 if it was given up, because too many candidates
        failed or because the run directory can no longer be written; 2 for a mistake in the
        arguments, said in one line; 128 and the signal's number if it was stopped at once.
    """
    given = vars(make_parser().parse_args(argv))
    if given.pop("list_problems", False):
        summaries = problem_summaries()
        width = max(map(len, summaries), default=0)
        for name, line in summaries.items():
            print(f"{name:{width}} {line}")
        return 0
    is_quiet, is_dry, as_json = (given.pop(w, False) for w in ("quiet", "dry_run", "json"))
    try:
        if as_json and not is_dry:
            raise ValueError("--json is for --dry-run; a search leaves its results in files")
        config, folder, resume = settle(given)
        if not resume:
            check_free(folder)
        for word in config.track:
            check_listener(word)
        check_goals(config)
    except (ValueError, OSError) as error:
        return complain(error)
    # torch, pymoo and matplotlib take seconds, which a mistake need not wait for
    if is_dry:
        from evonas.commands import dry_run

        return dry_run.run(config, folder, resume=resume, is_quiet=is_quiet, as_json=as_json)
    from evonas.commands.session import run

    return run(config, folder, resume=resume, is_quiet=is_quiet)


def make_parser() -> Parser:
    """The arguments; only those that are given appear in the namespace."""
    parser = Parser(
        "evonas",
        f"{evonas.__doc__} Without a command it searches.",
        usage="evonas [FLAG VALUE ...] | evonas COMMAND ...",
        epilog=f"Other commands: {', '.join(f'evonas {name} --help' for name in OTHERS)}.",
        only_given=True,
    )
    parser.add_argument(
        "--version", action="version", version=evonas.__version__, help="name it and stop"
    )
    parser.add_argument("--list-problems", action="store_true", help="name them and stop")
    files = parser.add_argument_group("run and files")
    text = "settings as TOML or JSON, alone or under their sections; flags win"
    option(files, "--config", text, shown="none", metavar="FILE")
    option(files, "--out", "a new run directory", shown="under runs/", metavar="FOLDER")
    text = "run to go on with; the code that it names, as of its problem, is run"
    option(files, "--resume", text, shown="a new run", metavar="RUN")
    files.add_argument("--quiet", action="store_true", help="show no progress")
    text = "say what the search would take and whether its bounds can be kept; write nothing"
    files.add_argument("--dry-run", action="store_true", help=text)
    text = "print what --dry-run says as one JSON object"
    files.add_argument("--json", action="store_true", help=text)
    for name, section in SECTIONS.items():
        add_words(parser.add_argument_group(name), section)
    return parser


def settle(given: dict[str, Any]) -> tuple[Config, Path, bool]:
    """The config that arguments, a config file and a run to be resumed add up to.

    Args:
        given: value by flag; those of files are taken out.

    Returns:
        The config, the run directory, and whether it is resumed.

    Raises:
        ValueError: A setting is wrong.
        OSError: A file cannot be read.
    """
    out, run, file = (given.pop(name, None) for name in ("out", "resume", "config"))
    if out == "":
        raise ValueError("--out is an empty text; expected a new run directory")
    if "carbon" in given:
        given["carbon"] = read_settings(Path(given["carbon"]))
    changes = {**(flattened(read_settings(Path(file))) if file else {}), **given}
    start = changes.get("warm_start")
    if run is None:
        cold = Config.from_dict(
            {**changes, "warm_start": {}} if isinstance(start, str) else changes
        )
        check_problem(cold.problem)
        check_algorithm(cold.algorithm)
        folder = Path(out) if out else _new_folder(cold)
        if isinstance(start, str):  # and not what a run's config.json holds of it
            return _warmed(cold, start), folder, False
        return cold, folder, False
    if out is not None:
        raise ValueError("--out and --resume contradict each other: a run goes on where it is")
    if start is not None:
        raise ValueError("--warm-start is for a new run; a resumed one has its own")
    check_runs([Path(run)])
    return read_config(Path(run)).replaced(changes), Path(run), True


def check_goals(config: Config) -> None:
    """Refuse objectives and constraints that the problem does not know.

    For that the problem is opened, which a search would do anyway, and nothing else imported.

    Args:
        config: the config of the search.

    Raises:
        ValueError: The problem cannot be made, or does not measure what is named.
        OSError: A file that is named is not there.
    """
    problem = ProblemSpec(config.problem, config.settings).open()
    resolve_goals(config, problem, sample=lambda genomes, objectives: ())


def _warmed(cold: Config, start: str) -> Config:
    """A config with what a run or a file holds to begin with, or what the problem knows.

    The problem is not opened for what can be a path alone, and leads nowhere.
    """
    if len(Path(start).parts) > 1 and not Path(start).exists():
        raise FileNotFoundError(f"cannot start from {start}: there is no such file or run")
    problem = ProblemSpec(cold.problem, cold.settings).open()
    return cold.replaced({"warm_start": prior_of(start, problem).as_dict()})


def _new_folder(config: Config) -> Path:
    problem = Path(config.problem.rpartition(":")[2] or config.problem).stem
    algorithm = config.algorithm.rpartition(":")[2]
    name = f"{problem}-{algorithm}-seed{config.seed}"
    folder, number = Path("runs", name), 1
    while folder.exists():
        number += 1
        folder = Path("runs", f"{name}-{number}")
    return folder
