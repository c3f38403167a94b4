"""The card of a model: what it is, how good, what it cost, and how to load it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evonas.carbon.spend import Spend
from evonas.data.kinds import IMAGES
from evonas.data.published import DataInfo
from evonas.hardware.roofline import Cost
from evonas.models.instructions import early_answers, for_images, for_sequences
from evonas.models.judgement import Judgement, Spread
from evonas.models.known_exits import KnownExits
from evonas.models.order import TrainingOrder
from evonas.models.proxy_start import Start, start_in_words
from evonas.networks.exits import exit_names
from evonas.space import genome_text

MOST_CLASSES = 20  # in a confusion matrix that one can still read
MOST_MISTAKES = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """All that the card of a model tells.

    Attributes:
        name: What the model is called.
        order: What was trained.
        architecture: The choice of every gene, by its name.
        info: The data set in numbers.
        labels: Names of the classes, in the order of the logits.
        judgements: How good the model is, by the name of the part: ``validation``, ``test``.
        by_seed: The same of the network of every seed, the one that was not kept included.
        curves: The training curve of every seed.
        seed: The seed whose network was kept.
        spend: What the trainings took.
        cost: What the network costs, counted.
        exits: What its exits cost, and the confidence from which an image leaves at each.
        latency_s: Median time of one image on the processor here, in seconds.
        n_passes: Of how many passes the latency is the median.
        exports: By the name of an exported file, how it was checked or why it is missing.
        has: Names of the exported files that are there.
        environment: Machine and versions that the model was trained with.
        start: What the trainings began with, where that was not random.
    """

    name: str
    order: TrainingOrder
    architecture: Mapping[str, Any]
    info: DataInfo
    labels: tuple[str, ...]
    judgements: Mapping[str, Judgement]
    by_seed: Mapping[int, Mapping[str, Judgement]]
    curves: Mapping[int, Sequence[Mapping[str, float]]]
    seed: int
    spend: Spend
    cost: Cost
    exits: KnownExits
    latency_s: float
    n_passes: int
    exports: Mapping[str, str]
    has: frozenset[str]
    environment: Mapping[str, Any]
    start: Start | None = None

    def spread(self, part: str) -> Spread:
        """How the accuracy on a part, in percent, varies with the seed.

        Args:
            part: ``validation`` or ``test``.
        """
        return Spread.of(judged[part].accuracy for judged in self.by_seed.values())

    @property
    def exit_accuracies(self) -> tuple[float, ...]:
        """The accuracy of each exit on the test part, in percent; empty where there is one."""
        scores, n = self.judgements["test"].scores, len(self.exits.flops)
        names = exit_names("acc", n)
        is_known = n > 1 and scores.keys() >= {*names}
        return tuple(scores[name] for name in names) if is_known else ()


def card(facts: Facts) -> str:
    """The card as Markdown."""
    sections = {
        f"# {facts.name}": _opening(facts),
        "## How good it is": [
            *_scores(facts),
            *_seeds(facts),
            *_per_class(facts),
            *_confusion(facts),
        ],
        "## What it costs": _costs(facts),
        "## How it answers early": _exits(facts),
        "## How to load it": _loading(facts),
        "## How it was trained": _training(facts),
        "## Architecture": _architecture(facts),
        "## Made with": _versions(facts),
    }
    return "\n".join(
        "\n".join([title, "", *lines, ""]) for title, lines in sections.items() if lines
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown.

    Args:
        header: The names of the columns.
        rows: The cells, row by row.
    """
    cells = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(str(c).replace('|', '/') for c in row)} |" for row in cells]


def _opening(facts: Facts) -> list[str]:
    info, test = facts.info, facts.judgements["test"]
    low, high = test.interval
    what = info.kind.name
    if info.kind == IMAGES:
        colour = "grey" if info.channels == 1 else "colour"
        given = f"{colour} images of {info.image_size} x {info.image_size} pixels"
    else:
        channels = f"{info.channels} channel{'s' * (info.channels > 1)}"
        given = f"sequences of {info.length:,} steps, {channels}"
    return [
        f"Tells {info.n_classes} classes of {info.name} apart in {given}: "
        f"{test.accuracy:.2f} % of {test.n:,} test {what} are right (95 % interval {low:.2f} "
        f"to {high:.2f} %).",
        "",
        f"Trained on {info.n_train:,} {what}, compared on {info.n_validation:,}, tested on "
        f"{info.n_test:,} that had no say in the training.",
    ]


def _scores(facts: Facts) -> list[str]:
    rows = []
    for part, judged in facts.judgements.items():
        low, high = judged.interval
        others = ", ".join(f"{name} {v:.4g}" for name, v in judged.scores.items())
        accuracy = [f"{judged.accuracy:.2f} %", f"{low:.2f} to {high:.2f} %"]
        rows.append([part, *accuracy, f"{judged.n:,}", others])
    header = ["part", "accuracy", "95 % interval (Wilson)", facts.info.kind.name]
    header.append("scores of the task")
    return [*table(header, rows), ""]


def _seeds(facts: Facts) -> list[str]:
    """What several seeds tell; nothing of one alone."""
    if len(facts.by_seed) < 2:
        return []
    spreads = {part: facts.spread(part) for part in facts.judgements}
    rows = [
        [part, *(f"{x:.2f} %" for x in (s.mean, s.sd, s.median, s.low, s.high)), str(s.n)]
        for part, s in spreads.items()
    ]
    said = (
        f"Seed {facts.seed} is kept, the best of {len(facts.by_seed)} on the validation part, "
        "which flatters it there. What another training may expect is the mean over all seeds:"
    )
    header = ["part", "mean", "s.d.", "median", "min", "max", "seeds"]
    return [said, "", *table(header, rows), ""]


def _per_class(facts: Facts) -> list[str]:
    rows = [
        [
            label,
            f"{100 * n_right / n:.1f} %" if n else "-",
            f"{low:.1f} to {high:.1f} %",
            str(n),
        ]
        for label, (n_right, n, (low, high)) in zip(
            facts.labels, facts.judgements["test"].per_class(), strict=True
        )
    ]
    return [
        "Of each class, on the test part:",
        "",
        *table(["class", "right", "95 %", "of"], rows),
    ]


def _confusion(facts: Facts) -> list[str]:
    confusion = facts.judgements["test"].confusion
    if len(facts.labels) <= MOST_CLASSES:
        rows = [
            [f"**{label}**", *map(str, row)]
            for label, row in zip(facts.labels, confusion.tolist(), strict=True)
        ]
        said = "Confusion on the test part: true classes in rows, predicted ones in columns."
        return ["", said, "", *table(["", *facts.labels], rows)]
    mistakes = [
        (int(confusion[i, j]), true, taken)
        for i, true in enumerate(facts.labels)
        for j, taken in enumerate(facts.labels)
        if i != j and confusion[i, j]
    ]
    worst = sorted(mistakes, key=lambda mistake: (-mistake[0], mistake[1:]))[:MOST_MISTAKES]
    rows = [[true, taken, str(n)] for n, true, taken in worst]
    said = "The most frequent mistakes on the test part (all are in metrics.json):"
    return ["", said, "", *table(["class", "taken for", "times"], rows)]


def _costs(facts: Facts) -> list[str]:
    cost, spend, origin = facts.cost, facts.spend, facts.order.origin
    one = facts.info.kind.name[:-1]
    rows = [
        ["parameters", f"{cost.params:,}"],
        [f"multiply-accumulates of one {one}", f"{cost.macs:,}"],
        [f"floating-point operations of one {one}", f"{cost.flops:,}"],
        [
            f"latency of one {one} here",
            f"{1000 * facts.latency_s:.3g} ms (median of {facts.n_passes}, torch, processor, "
            f"{facts.order.n_threads} thread{'s' * (facts.order.n_threads > 1)})",
        ],
        [
            f"this training{', with the repeated proxy' * (facts.start is not None)}",
            f"{spend.co2_g:.3g} g CO2e, {spend.energy_kwh:.3g} kWh, "
            f"{spend.busy_seconds:.0f} s, {spend.fpo:.3g} FLOP ({spend.method})",
        ],
    ]
    if "search_co2_g" in origin:
        searched = f"{origin['search_co2_g']:.3g} g CO2e, {origin['search_kwh']:.3g} kWh"
        rows.append([f"the search, run {origin['run']}", searched])
    return table(["", ""], rows)


def _exits(facts: Facts) -> list[str]:
    """What each exit costs and is worth; nothing of a network with one."""
    exits, n = facts.exits, len(facts.exits.flops)
    if n == 1:
        return []
    scores = {part: judged.scores for part, judged in facts.judgements.items()}
    rows = [
        [
            str(k),
            f"{exits.flops[k - 1]:,.0f}",
            f"{100 * exits.flops[k - 1] / exits.flops[-1]:.1f} %",
            *(_percent(own.get(f"acc_{k}")) for own in scores.values()),
        ]
        for k in range(1, n + 1)
    ]
    header = ["exit", "FLOPs of its answer", "of the last", *scores]
    said = early_answers(exits, scores["test"], of_images=facts.info.kind == IMAGES)
    return [*table(header, rows), "", *said]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} %"


def _loading(facts: Facts) -> list[str]:
    info, has_exits = facts.info, len(facts.exits.flops) > 1
    if info.kind == IMAGES:
        lines = for_images(info, facts.has, has_exits=has_exits)
    else:
        lines = for_sequences(info.shape, facts.has, has_exits=has_exits)
    if "model.pt2" not in facts.has:
        lines += [
            "",
            "torch could not export this network: evonas has its problem, "
            f"`{facts.order.config.problem}`, build it, whose code must be there.",
        ]
    rows = [[f"`{name}`", said] for name, said in facts.exports.items()]
    return [*lines, "", *table(["file", ""], rows)]


def _training(facts: Facts) -> list[str]:
    recipe = facts.order.recipe.as_dict() | {
        "learning_rate": facts.order.recipe.rate,
        "weight_decay": facts.order.recipe.decay,
    }
    lines = [", ".join(f"{word} {value}" for word, value in recipe.items()) + ".", ""]
    lines.append(start_in_words(facts.order.proxy, facts.start))
    names = [n for n in next(iter(facts.curves.values()))[-1] if "seconds" not in n]
    rows = [
        [
            f"{seed}{' (kept)' if seed == facts.seed else ''}",
            *(f"{c[-1][n]:.4g}" for n in names),
        ]
        for seed, c in facts.curves.items()
    ]
    last = "The last epoch of every seed, on the validation part; all are in curve.csv:"
    return [*lines, "", last, "", *table(["seed", *names], rows)]


def _architecture(facts: Facts) -> list[str]:
    config = facts.order.config
    rows = [[f"`{name}`", str(choice)] for name, choice in facts.architecture.items()]
    said = f"Problem `{config.problem}`, genome `{genome_text(facts.order.genome)}`."
    return [said, "", *table(["gene", "choice"], rows)]


def _versions(facts: Facts) -> list[str]:
    told = facts.environment
    versions = ", ".join(f"{name} {version}" for name, version in told["packages"].items())
    return [f"Python {told['python']} on {told['platform']}; {versions}."]
