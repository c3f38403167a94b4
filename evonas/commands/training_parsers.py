"""The parsers of the commands that make and use trained models."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any

from evonas.commands.arguments import Parser, add_words, option, real, whole
from evonas.commands.parsers import add_ways
from evonas.sections.tracking import TrackingSection
from evonas.sections.words import texts
from evonas.training.full_recipe import FullRecipe

OWN = "the optimiser's own"
DEVICE, SEEDS = "auto", "0"


def train_parser() -> Parser:
    """The arguments of ``evonas train``."""
    parser = Parser(
        "evonas train",
        "Train a chosen architecture in full, and write a model folder: weights, exports that "
        "plain torch and onnxruntime load, and a card; or a whole front, each member to a "
        "model folder of its own. The same command on the same folder goes on where a training "
        "was cut off. The code of the problem is run.",
        usage="evonas train RUN [--knee | --best METRIC | --genome GENOME ...] [flags]\n"
        "       evonas train RUN --front [--budget-time 2h] [flags]\n"
        "       evonas train --problem P --architecture NAME|FILE.json [flags]\n"
        "       evonas train --resume FOLDER",
    )
    parser.add_argument(
        "run", metavar="RUN", nargs="?", type=Path, help="run to pick from, if any"
    )
    ways = parser.add_argument_group("which architecture of the run, by one of them")
    add_ways(ways)
    genome = "a genome as a table shows it, such as 1-0-2, or a JSON list"
    option(ways, "--genome", genome, shown="--knee")
    family = parser.add_argument_group("all of the front")
    family.add_argument(
        "--front",
        action="store_true",
        help="train every member of the front, or of what --where leaves of it, by one recipe",
    )
    budget = (
        "time that the whole front may take, such as 2h: sets the epochs, equal for all and at "
        "most --epochs, or 300"
    )
    option(family, "--budget-time", budget, shown="none, so --epochs holds", metavar="TIME")
    without = parser.add_argument_group("without a run")
    problem = "problem that builds the network, or FILE.py:CLASS"
    option(without, "--problem", problem, shown="the run's")
    spelt = (
        "a JSON file of genes, such as a model's architecture.json or what pick --out wrote; "
        "or a genome, or the name of a known architecture"
    )
    option(without, "--architecture", spelt, shown="none", metavar="NAME|FILE|TEXT")
    data = parser.add_argument_group("data, networks and device")
    own = (
        "an option of the problem, such as width=32; of a run's problem one that leaves its "
        "genes as they are, such as a number of cells"
    )
    shown = "the run's or the problem's"
    option(data, "--option", own, default=[], shown=shown, is_repeated=True)
    option(
        data,
        "--data",
        "data set, folder of images, or file of sequences",
        shown="the run's or the problem's",
    )
    option(data, "--data-dir", "folder of data sets", shown="$EVONAS_DATA", metavar="FOLDER")
    size = "side of the images in pixels, 8 to 224"
    option(data, "--image-size", size, shown="the run's or the data's", kind=whole)
    exits = "exits of the network, its end included, where it is a chain"
    option(data, "--exits", exits, shown="the run's or the problem's", kind=whole)
    device = "where the network is trained: auto, cpu or cuda"
    option(data, "--device", device, shown=DEVICE)
    threads = "threads of the processor, which sums depend on"
    option(data, "--threads", threads, shown="one per core", kind=whole)
    seeds = "trainings to make, by their seeds, with commas; the best on validation is kept"
    option(data, "--seeds", seeds, shown=SEEDS, metavar="N,...")
    data.add_argument(
        "--from-proxy",
        action="store_true",
        help="begin with the weights of the search's short training, which is made once more; "
        "else each seed draws its own at random",
    )
    _add_recipe(parser)
    add_words(parser.add_argument_group("tracking"), TrackingSection)
    files = parser.add_argument_group("files")
    out = "model folder to write, or folder for those of a front"
    option(files, "--out", out, shown="models/NAME", kind=Path, metavar="FOLDER")
    on = "model folder, or folder of a front, whose training is gone on with"
    option(files, "--resume", on, shown="none", kind=Path, metavar="FOLDER")
    files.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def predict_parser() -> Parser:
    """The arguments of ``evonas predict``."""
    parser = Parser(
        "evonas predict",
        "Say what a trained model takes images, or the sequences of a file, for: labels with "
        "their probabilities.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="model folder")
    given = "image file; of a model that takes sequences a .npz file with an array x"
    parser.add_argument("images", metavar="IMAGE", nargs="+", help=given)
    option(parser, "--top", "how many labels to tell of each", default=3, kind=whole)
    budget = "FLOPs that an answer may take; the last exit that costs no more gives it"
    option(parser, "--budget", budget, shown="all of the network", kind=real, metavar="FLOPS")
    sure = "probability from which an exit is sure enough to answer, [0, 1]"
    option(parser, "--confidence", sure, shown="the last exit answers", kind=real, metavar="P")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    return parser


def recipe_of(given: argparse.Namespace) -> FullRecipe:
    """The recipe that was given.

    Args:
        given: the arguments of ``evonas train``.

    Raises:
        ValueError: A value is out of its range, or a word unknown.
    """
    values: dict[str, Any] = {
        word.name: getattr(given, word.name) for word in fields(FullRecipe)
    }
    return FullRecipe(**{name: value for name, value in values.items() if value is not None})


def seeds_of(text: str) -> tuple[int, ...]:
    """The seeds that a text names.

    Args:
        text: what a user wrote, such as ``0,1,2``.

    Raises:
        ValueError: The text is something else.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and word.isascii() for word in words):
        raise ValueError(f"cannot read the seeds {text!r}; expected numbers such as 0,1,2")
    seeds = tuple(map(int, words))
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"--seeds {text!r} names a seed twice")
    return seeds


def _add_recipe(parser: Parser) -> None:
    group = parser.add_argument_group("recipe")
    explained = texts(FullRecipe)
    for word in fields(FullRecipe):
        text = explained.get(word.name, "").replace("``", "").removesuffix(".")
        kind = str(word.type).partition(" | ")[0]
        option(
            group,
            f"--{word.name.replace('_', '-')}",
            text[:1].lower() + text[1:],
            shown=OWN if word.default is None else str(word.default),
            kind={"int": whole, "float": real}.get(kind, str),
        )
