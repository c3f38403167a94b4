"""The command line: arguments to a config, a search, files."""

from __future__ import annotations

import argparse
import importlib
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import evonas
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.engine.result import Result
from evonas.engine.search import search
from evonas.evaluation.worker import WorkerError
from evonas.listener import ListenerError
from evonas.parsing import read_settings
from evonas.plots import runs as drawing
from evonas.plugins.loading import problem_summaries
from evonas.reports.progress import Progress
from evonas.reports.summary import summary
from evonas.reports.text import complain
from evonas.runs.journal import FolderError
from evonas.runs.manifest import read_config
from evonas.runs.warm_start_files import read_prior

LISTS = ("objectives", "then", "features", "augment")  # given as one word with commas
REPEATED = ("constraint", "aspire", "reference", "option")
NUMBERS: dict[str, Callable[[str], Any]] = {"int": int, "float": float}
HELP = {
    "problem": "short name, FILE.py:CLASS or MODULE:CLASS (default: digits)",
    "data": "data set name, or a folder of images",
    "data_dir": "where data sets and tables lie (default: $EVONAS_DATA)",
    "data_seed": "fixes the training, validation and test split",
    "objectives": "names with commas; another as FILE.py:NAME",
    "constraint": "such as 'params<=200000'; repeatable",
    "then": "objectives of a second stage, which keeps what the first has reached",
    "tolerance": "share of it that may be lost (default: 0.01)",
    "aspire": "levels such as acc=95,flops=1e6, near which R-NSGA-II searches; repeatable",
    "reference": "of the hypervolume, such as flops=1e8; repeatable",
    "algorithm": "short name, or MODULE:NAME of a pymoo Algorithm (default: nsga2)",
    "surrogate": "gp, forest or auto: predict, and measure the most promising (default: none)",
    "screen": "gp, forest or auto: leave out what could not reach the front (default: none)",
    "features": "metrics without training that its model sees as well, such as naswot",
    "warm_start": "run, front.csv or JSON file of architectures to begin with and learn from",
    "batch": "architectures that a surrogate's search measures at a time (default: 8)",
    "proposals": "architectures that it looks at before (default: 1000)",
    "fidelity": "epochs, subset or image-size: begin with less, go on with the promising",
    "rungs": "amounts of it, the whole included (default: 3)",
    "reduction": "factor between them; one in so many goes on (default: 3)",
    "sampling": "MODULE:NAME of a pymoo Sampling",
    "crossover": "MODULE:NAME of a pymoo Crossover",
    "mutation": "MODULE:NAME of a pymoo Mutation",
    "pop_size": "population (default: 20)",
    "generations": "budget (default: 10 if no other is given)",
    "evaluations": "budget: distinct architectures measured, exactly",
    "budget_time": "such as 90s, 30m, 8h; the first budget that is spent ends the search",
    "budget_kwh": "kilowatt-hours for the search itself",
    "budget_co2": "emissions of the search itself, such as 50g or 2kg",
    "tracker": "codecarbon, for a second opinion on the search's energy",
    "budget_flops": "floating-point operations of all proxy trainings together",
    "seed": "of everything random",
    "n_jobs": "worker processes (default: one per core; one on a GPU); 0 for none, to debug",
    "timeout": "seconds that one candidate may take (default: for ever)",
    "memory_limit": "gigabytes that a worker process may take",
    "max_failures": "give up when a larger share of candidates fails (default: 0.9)",
    "device": "auto, cpu or cuda",
    "epochs": "of a proxy training",
    "subset": "training images that a proxy training sees",
    "image_size": "side of the images in pixels, 8 to 224",
    "batch_size": "images per training step",
    "augment": "crop, flip, cutout with commas, or none",
    "carbon": "TOML or JSON file of what CO2 assumes; the next seven win",
    "target": "device that the network will live on, such as a100 (default: v100)",
    "grid": "of its electricity, such as fra or us-ca (default: world)",
    "intensity_g_per_kwh": "in place of a grid",
    "pue": "power usage effectiveness of the data centre (default: 1.59)",
    "trainings": "in a network's life (default: 50)",
    "citations": "in place of them: papers with 50 trainings each",
    "inferences": "inputs in a network's life (default: a million)",
    "option": "option of the problem, such as noisy=true; repeatable",
}


STOPPING = (signal.SIGINT, signal.SIGTERM)
# Each is imported when it is called for: a search of a table need not wait for torch.
COMMANDS = {
    "bench": "evonas.commands.bench",
    "budget": "evonas.commands.budget",
    "calibrate": "evonas.commands.calibrate",
    "carbon": "evonas.commands.carbon",
    "pick": "evonas.commands.pick",
    "plot": "evonas.commands.plot",
    "rerun": "evonas.commands.rerun",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one search, or another command of ``COMMANDS``.

    Returns:
        0 if it ended, even without a front; 1 if it was given up, because too many candidates
        failed or because the run directory can no longer be written; 2 for a mistake in the
        arguments, said in one line; 128 and the signal's number if it was stopped at once.
    """
    logging.basicConfig(format="evonas: %(message)s")
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in COMMANDS:
        command = importlib.import_module(COMMANDS[argv[0]])
        return int(command.main(argv[1:]))
    parser = make_parser()
    given = vars(parser.parse_args(argv))
    if given.pop("list_problems", False):
        for name, line in problem_summaries().items():
            print(f"{name:16} {line}")
        return 0
    is_quiet = given.pop("quiet", False)
    try:
        config, folder, resume = settle(given)
        result = watched(config, folder, resume=resume, is_quiet=is_quiet)
    except (FolderError, WorkerError, ListenerError) as error:
        return complain(error, status=1)
    except (ValueError, OSError) as error:
        return complain(error)
    except StoppedAtOnce as stop:
        return complain("stopped at once; --resume goes on with the run", status=stop.status)
    print(summary(result))
    return 1 if result.was_given_up else 0


def make_parser() -> argparse.ArgumentParser:
    """The arguments; only those that are given appear in the namespace."""
    parser = argparse.ArgumentParser(
        prog="evonas",
        description=evonas.__doc__,
        epilog=f"Other commands: {', '.join(f'evonas {name} --help' for name in COMMANDS)}",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=evonas.__version__)
    parser.add_argument("--list-problems", action="store_true", help="name them and stop")
    parser.add_argument("--config", metavar="FILE", help="settings as TOML or JSON; flags win")
    parser.add_argument("--out", metavar="FOLDER", help="a new one (default: under runs/)")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    for field in fields(Config):
        flag = f"--{field.name.replace('_', '-')}"
        kind = str(field.type).partition(" | ")[0]
        if field.name in REPEATED:
            parser.add_argument(flag, action="append", metavar="TEXT", help=HELP[field.name])
        else:
            convert = NUMBERS.get(kind, _words if field.name in LISTS else str)
            metavar = {"int": "N", "float": "X"}.get(kind, "TEXT")
            parser.add_argument(flag, type=convert, metavar=metavar, help=HELP[field.name])
    return parser


def settle(given: dict[str, Any]) -> tuple[Config, Path, bool]:
    """The config that arguments, a config file and a run to be resumed add up to.

    Returns:
        The config, the run directory, and whether it is resumed.

    Raises:
        ValueError: A setting is wrong.
        OSError: A file cannot be read.
    """
    out, run, file = (given.pop(name, None) for name in ("out", "resume", "config"))
    if "carbon" in given:
        given["carbon"] = read_settings(Path(given["carbon"]))
    changes = {**(read_settings(Path(file)) if file else {}), **given}
    start = changes.get("warm_start")
    if run is None:
        if isinstance(start, str):  # and not what a run's config.json holds of it
            cold = Config.from_dict({**changes, "warm_start": {}})
            prior = read_prior(Path(start), SearchPlan.of(cold).problem.space)
            changes["warm_start"] = prior.as_dict()
        config = Config.from_dict(changes)
        return config, Path(out) if out else _new_folder(config), False
    if out is not None:
        raise ValueError("--out and --resume contradict each other: a run goes on where it is")
    if start is not None:
        raise ValueError("--warm-start is for a new run; a resumed one has its own")
    return read_config(Path(run)).replaced(changes), Path(run), True


def watched(config: Config, folder: Path, *, resume: bool, is_quiet: bool) -> Result:
    """Run a search with progress, a clean end on Ctrl-C, and a picture."""
    with interrupts() as is_interrupted:
        result = search(
            config,
            folder=folder,
            resume=resume,
            listeners=[Progress(is_quiet=is_quiet)],
            should_stop=is_interrupted,
        )
    if result.front:
        names = [objective.name for objective in result.goals.objectives]
        try:
            drawing.save_picture([folder], objectives=names, out=folder / "front.png")
        except (ValueError, OSError) as error:  # a night's front is worth more than its picture
            print(f"evonas: no picture: {error}", file=sys.stderr)
    return result


class StoppedAtOnce(KeyboardInterrupt):
    """A second signal asked for an end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Ctrl-C or SIGTERM asks for an end after what is being measured, a second one at once."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            for ignored in STOPPING:  # or a third would leave something behind
                signal.signal(ignored, signal.SIG_IGN)
            raise StoppedAtOnce(number)
        asked.append(number)
        complain("stopping after what is being measured; Ctrl-C again stops at once", status=0)

    before = {number: signal.signal(number, ask) for number in STOPPING}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _new_folder(config: Config) -> Path:
    problem = Path(config.problem.rpartition(":")[2] or config.problem).stem
    algorithm = config.algorithm.rpartition(":")[2]
    name = f"{problem}-{algorithm}-seed{config.seed}"
    folder, number = Path("runs", name), 1
    while folder.exists():
        number += 1
        folder = Path("runs", f"{name}-{number}")
    return folder
