"""The parsers of all commands but the search, so that help needs nothing heavy."""

from __future__ import annotations

from pathlib import Path

from evonas.commands.arguments import Parser, Place, add_words, option, real, shares, whole
from evonas.parsing import listed
from evonas.sections.carbon import CarbonSection

# What heavier modules offer; a test holds these to them.
NETWORKS = (
    *("resnet18", "resnet50", "vgg16", "googlenet", "mobilenet_v2"),
    *("mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0"),
)
PEERS = (
    *("pymoo-nsga2", "optuna-nsga2", "optuna-tpe", "optuna-gp", "syne-tune-morea"),
    *("botorch-qlognehvi", "ax", "smac-parego", "smac-parego-1", "deephyper-cbo"),
)
MEASURES = ("hypervolume", "log_hypervolume", "igd_plus", "recall")
PICTURES = (".png", ".svg", ".pdf")
KINDS = ("overview", "front", "hypervolume", "best", "matrix", "parallel", "exits", "return")
BANDS = ("quartiles", "range")
SIZES = ("page", "column")
OWN = "the problem's own"


def bench_parser() -> Parser:
    """The arguments of ``evonas bench``."""
    parser = Parser(
        "evonas bench",
        "Set methods against each other on problems whose true front is known. The same "
        "command goes on where it was stopped.",
    )
    about = parser.add_argument_group("problems")
    named = (
        "a problem's short name, or FILE.py:CLASS, and words of its own: objectives=NAME,..., "
        "options such as noisy=true or seed=0..9 (which the seeds take in turn), cost=METRIC "
        "and label=TEXT, as in nas-bench-macro:objectives=acc,macs:noisy=true"
    )
    option(
        about,
        "--problem",
        named,
        default=[],
        shown="synthetic",
        metavar="NAME[:WORD=VALUE]...",
        is_repeated=True,
    )
    in_file = "file with a problem a line, in the same words"
    option(
        about,
        "--problems",
        in_file,
        default=[],
        shown="none",
        kind=Path,
        metavar="FILE",
        is_repeated=True,
    )
    option(about, "--data-dir", "folder of tables", shown="$EVONAS_DATA", metavar="FOLDER")
    names = "names of the objectives, with commas, where a problem names none"
    option(about, "--objectives", names, default="", shown=OWN, metavar="NAME,...")
    own = "an option of every problem that does not set it, such as noisy=true"
    option(about, "--option", own, default=[], shown=OWN, is_repeated=True)
    contest = parser.add_argument_group("contest")
    methods = (
        "algorithms, surrogates, fidelities, screen, several of them as gp+epochs, or peers "
        f"({', '.join(PEERS)}), with words of their own as gp:batch=4:proposals=500 or "
        "optuna-tpe:evaluations=100; the first is compared with all others"
    )
    option(contest, "--methods", methods, shown="auto,nsga2,random", metavar="NAME,...")
    measured = "distinct architectures that a search measures"
    option(contest, "--evaluations", measured, default=200, kind=whole)
    option(contest, "--pop-size", "population of algorithms", shown="20", kind=whole)
    many = "how many searches a method makes"
    option(contest, "--seeds", many, shown="11, and of --read all", kind=whole)
    cost = "metric that says what measuring takes"
    option(contest, "--cost", cost, shown="the problem's effort", metavar="METRIC")
    by = f"what tables and pictures compare: {', '.join(MEASURES)}"
    when = "numbers of evaluations, or area, whose ranks over several problems are drawn"
    option(
        contest,
        "--at",
        when,
        default=(),
        shown="20,40,100,area and the last",
        kind=listed,
        metavar="N,...",
    )
    option(contest, "--by", by, default=MEASURES[0], metavar="MEASURE")
    files = parser.add_argument_group("workers and files")
    option(files, "--n-jobs", "searches at a time", shown="one per core", kind=whole)
    python = "the Python that peers, or one of them, run in, as PYTHON or PEER=PYTHON"
    option(
        files,
        "--peer-python",
        python,
        default=[],
        shown="this one",
        metavar="[PEER=]PYTHON",
        is_repeated=True,
    )
    left = "folder of scores, tables and pictures"
    option(files, "--out", left, default="bench", metavar="FOLDER")
    read = "file of scores to be read, in place of a contest: nothing is searched"
    option(
        files,
        "--read",
        read,
        default=[],
        shown="none",
        kind=Path,
        metavar="FILE.csv",
        is_repeated=True,
    )
    return parser


def budget_parser() -> Parser:
    """The arguments of ``evonas budget``."""
    parser = Parser(
        "evonas budget",
        "Say what searches have cost, in FLOPs of all trials, hours, energy and CO2e, against "
        "what they found; with a paragraph and a table for a paper.",
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run directory")
    parser.add_argument(
        "--expected",
        action="store_true",
        help="insist on the expected best performance, or be told why there is none",
    )
    again = "shares of the training images on which members of the front are trained again"
    option(parser, "--fractions", again, shown="none", kind=shares, metavar="X,...")
    option(parser, "--members", "how many members are trained again", default=3, kind=whole)
    out = "folder of tables and pictures"
    option(parser, "--out", out, shown="the first run", kind=Path, metavar="FOLDER")
    return parser


def carbon_parser() -> Parser:
    """The arguments of ``evonas carbon``."""
    parser = Parser(
        "evonas carbon",
        "Price the lives of networks in kg of CO2e: search, training, inference. Name a run, "
        "or --model, --paper, --zoo or --list.",
        epilog=f"Networks to compare with: {', '.join(NETWORKS)}, or MODULE:CALLABLE.",
    )
    parser.add_argument(
        "run", nargs="?", type=Path, metavar="RUN", help="run whose front is priced"
    )
    model = "network to be priced, such as resnet50"
    option(parser, "--model", model, shown="none", metavar="NAME")
    given = "input of --model: its shape, and what it is unless float32, as 77:int64"
    option(parser, "--input", given, shown="3x224x224", metavar="CxHxW", is_repeated=True)
    parser.add_argument(
        "--strict-flops",
        action="store_true",
        help="refuse --model if nobody has declared the FLOPs of one of its operators",
    )
    other = "network to compare with"
    some = "for a run resnet18 and mobilenet_v2"
    option(parser, "--baseline", other, shown=some, metavar="NAME", is_repeated=True)
    level = "what the networks to compare with reach on the run's data, in its first objective"
    option(parser, "--at-accuracy", level, shown="no comparison", kind=real, metavar="VALUE")
    parser.add_argument(
        "--measure",
        action="store_true",
        help="time the front on this machine too, which runs the code of the run's problem",
    )
    paper = "folder for Figures 2 to 4 of Fu et al. 2021; Table 1 is printed"
    option(parser, "--paper", paper, shown="none", kind=Path, metavar="FOLDER")
    zoo = "folder for Figure 4 of Schwartz et al.: all of torchvision's networks against FPO"
    option(parser, "--zoo", zoo, shown="none", kind=Path, metavar="FOLDER")
    parser.add_argument("--list", action="store_true", help="list devices and grids")
    market = "grams of CO2e of a kWh by the contracts for it, for the search of a run"
    option(parser, "--market-based", market, shown="by place alone", kind=real, metavar="G/KWH")
    json = "file to which the price of --model is written"
    option(parser, "--json", json, shown="none", kind=Path, metavar="FILE")
    assumed = parser.add_argument_group("carbon")
    add_words(assumed, CarbonSection, leave_out={"tracker"})  # which is of a search
    return parser


def pick_parser() -> Parser:
    """The arguments of ``evonas pick``."""
    parser = Parser(
        "evonas pick",
        "Pick architectures from the front of a run, in one of four ways. All numbers are in "
        "natural units.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run directory")
    add_ways(parser.add_argument_group("ways to pick, one of them"))
    out = "file to which genomes and metrics of the picks are written"
    option(parser, "--out", out, shown="none", kind=Path, metavar="FILE.json")
    return parser


def add_ways(ways: Place) -> None:
    """Make the flags by which members of a front are picked.

    Args:
        ways: The parser, or a group of its arguments.
    """
    ways.add_argument(
        "--knee", action="store_true", help="where leaving loses most for the gain (default)"
    )
    weights = "gains in proportion, such as acc=2,co2=1; what is not named has no say"
    option(ways, "--weights", weights, shown="--knee", metavar="NAME=X,...")
    option(ways, "--best", "the best in one metric", shown="--knee", metavar="METRIC")
    near = (
        "what misses levels of the objectives least: 92,2e7 or acc=92,flops=2e7, or "
        "--near=-1,2 where the first is negative"
    )
    option(ways, "--near", near, shown="--knee", metavar="LEVEL,...")
    where = (
        "only from the front of what keeps it, such as 'params<=1e5', on any metric that was "
        "measured"
    )
    option(
        ways,
        "--where",
        where,
        default=[],
        shown="none",
        metavar="CONSTRAINT",
        is_repeated=True,
    )


def plot_parser() -> Parser:
    """The arguments of ``evonas plot``."""
    parser = Parser(
        "evonas plot",
        "Draw runs, finished or still going on. Members of a front bear their short ids. Runs "
        "that differ in their seed alone are drawn together, as a median in a band.",
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run directory")
    kinds = (
        "what is drawn: an overview by the number of objectives, or one panel of those that it "
        f"is made of, any of {', '.join(KINDS)}"
    )
    option(parser, "--kind", kinds, default=KINDS[0], metavar="KIND")
    names = "metrics to show, with commas, the first one upwards"
    first = "the first run's objectives"
    option(parser, "--objectives", names, default="", shown=first, metavar="NAME,...")
    for flag, what, usual in (
        ("--x", "metric that goes right", "the second objective"),
        ("--y", "metric that goes up", "the first objective"),
        ("--color", "metric that colours show", "a third objective, if there is one"),
    ):
        option(parser, flag, what, default="", shown=usual, metavar="METRIC")
    seeds = parser.add_argument_group("runs of several seeds")
    band = "band around the median: quartiles of the seeds, or their whole range"
    option(seeds, "--band", band, default=BANDS[0], metavar="BAND")
    apart = "draw every run by itself, also where only seeds differ"
    seeds.add_argument("--apart", action="store_true", help=apart)
    files = parser.add_argument_group("look and file")
    bare = "leave out the ids of the members"
    files.add_argument("--no-labels", action="store_true", help=bare)
    width = "width in print: page, 7.16 inches, or one column of two, 3.5 inches"
    option(files, "--size", width, default=SIZES[0], metavar="SIZE")
    out = f"picture to write, {', '.join(PICTURES)}"
    place = "RUN/front.png; front.png for several runs"
    option(files, "--out", out, shown=place, kind=Path, metavar="FILE")
    return parser


def rerun_parser() -> Parser:
    """The arguments of ``evonas rerun``."""
    parser = Parser(
        "evonas rerun",
        "Measure candidates of a run again in the foreground, with all that they print and "
        "their full tracebacks. The run stays as it is. The code of the problem that the run "
        "names is run.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run directory")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--failed", action="store_true", help="all that failed")
    genome = "a short id of the run, or a genome: 1-0-2, '1 0 2' or a JSON list"
    option(which, "--genome", genome, shown="none", metavar="GENOME", is_repeated=True)
    return parser


def show_parser() -> Parser:
    """The arguments of ``evonas show``."""
    parser = Parser(
        "evonas show",
        "Show one architecture: its genes that make a difference, what was measured of it, and "
        "its network layer by layer. Name a run, whose knee is shown unless another member is "
        "named, or --problem and --architecture. The code of the problem is run, to build the "
        "network; no data set is read.",
    )
    parser.add_argument("run", nargs="?", type=Path, metavar="RUN", help="run directory")
    genome = "a short id of the run, or a genome: 1-0-2, '1 0 2' or a JSON list"
    option(parser, "--genome", genome, shown="--knee", metavar="GENOME")
    add_ways(parser.add_argument_group("ways to pick, one of them"))
    about = parser.add_argument_group("without a run")
    option(about, "--problem", "the problem's short name, or FILE.py:CLASS", shown="the run's")
    given = (
        "the architecture: a file that ends in .json, values by gene name or a genome in JSON, "
        "1-0-2, or a text that the problem can read, such as the name of a known one"
    )
    option(about, "--architecture", given, shown="none", metavar="NAME|FILE.json|TEXT")
    option(about, "--data", "data set, which says how large images are", shown=OWN)
    option(about, "--data-dir", "folder of tables", shown="$EVONAS_DATA", metavar="FOLDER")
    option(about, "--image-size", "side of the images in pixels", shown=OWN, kind=whole)
    own = "an option of the problem, such as noisy=true"
    option(about, "--option", own, default=[], shown=OWN, is_repeated=True)
    exits = "exits of the network, its end included, where it is a chain"
    option(about, "--exits", exits, shown=OWN, kind=whole)
    files = parser.add_argument_group("what is written")
    files.add_argument("--json", action="store_true", help="print one JSON object instead")
    drawn = f"picture of the layers to write, {', '.join(PICTURES)}"
    option(files, "--draw", drawn, shown="none", kind=Path, metavar="FILE")
    small = f"picture of the cells to write, {', '.join(PICTURES)}"
    option(files, "--draw-cells", small, shown="none", kind=Path, metavar="FILE")
    out = "folder for the sheet as text and as JSON, and the pictures as SVG and PNG"
    option(files, "--out", out, shown="none", kind=Path, metavar="FOLDER")
    return parser
