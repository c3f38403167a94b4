"""The plug-in: a search space and a way to measure its architectures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from evonas.carbon.assumptions import Assumptions
from evonas.cell import Cell, path_traits
from evonas.declaration import OLDER, Translated, settle, translated
from evonas.fidelity import Fidelity
from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.targets import Target
from evonas.objectives import Metric
from evonas.parsing import nearest, read_options
from evonas.space import Genome, SearchSpace

_TRANSLATED: Any = Translated()


@dataclass(frozen=True)
class Settings:
    """What a user may tell a problem from outside; ``None`` leaves it to the problem.

    Attributes:
        data: Name of a data set, a folder of images, or a file of sequences.
        data_dir: The folder in which data sets and tables lie.
        data_seed: Fixes the split of the images into training, validation and test part.
        skip_bad: Whether to leave out files of a folder of images that cannot be read.
        epochs: Passes over the training images in a proxy training.
        subset: How many training images a proxy training sees.
        image_size: Side of the square images, in pixels.
        batch_size: How many images a training step sees.
        augment: The augmentations, any of ``crop``, ``flip``, ``cutout`` for images and of
            ``crop``, ``scale``, ``jitter``, ``cutout`` for sequences; empty for none.
        device: Where candidates are trained: ``auto``, ``cpu`` or ``cuda``.
        carbon: Everything that the carbon model assumes of a network's life.
        options: The problem's own options, as (name, text) pairs.
        providers: References of providers of further metrics that a problem of networks is to
            take up, such as ``file.py:PeakMemory``, and words that hold metrics on targets,
            such as ``latency@t4``. What is neither is passed over.
        targets: Where networks are to live. The first is the one of metrics that name none; of
            several, every metric on each is taken up.
        strict_flops: Whether an operator whose FLOPs nobody has declared is an error.
        exits: How many exits networks that are chains are given, their end included.
        latency: What metrics of latency go by: a look-up table, or how to measure.
    """

    data: str | None = None
    data_dir: str | None = None
    data_seed: int = 0
    skip_bad: bool = False
    epochs: int | None = None
    subset: int | None = None
    image_size: int | None = None
    batch_size: int | None = None
    augment: tuple[str, ...] | None = None
    device: str = "auto"
    carbon: Assumptions = field(default_factory=Assumptions)
    options: tuple[tuple[str, str], ...] = ()
    providers: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    strict_flops: bool = False
    exits: int | None = None
    latency: LatencyWays = field(default_factory=LatencyWays)


@dataclass(frozen=True)
class Measurement:
    """The metrics of one architecture, with the training curve that led to them.

    Attributes:
        metrics: Value by metric name, in natural units.
        curve: The training curve, one mapping per epoch, in order.
    """

    metrics: Mapping[str, float]
    curve: Sequence[Mapping[str, float]] = ()


class Problem(ABC):
    """A search space and a way to measure its architectures.

    A subclass sets ``space`` and ``metrics`` and writes ``measure``. It is opened once in
    every process, from its name and settings, so it may hold what cannot be pickled.

    Older files set, in place of ``metrics``, any of ``objectives``, ``cheap``, ``hints``,
    ``effort`` and ``final``. Those that are not set are read from ``metrics``, and ``metrics``
    from those that are.

    Attributes:
        space: The architectures to choose from.
        metrics: Every metric that ``measure`` can be asked for, each saying when it is known.
            Those that are not for the final front alone stand in the order in which a search
            takes them as objectives when told nothing else.
        default_objectives: Names of the metrics that a search takes as objectives when told
            nothing else; all but those for the final front where empty.
        objectives: The metrics that a search may see: all but those for the final front.
        cheap: Names of the metrics that are counted exactly, without a training.
        hints: Names of the metrics that take no training either, and hint at what one would
            show. They take longer than counting, and are measured only where they are wanted.
        effort: Name of the counted metric that is the number of FLOPs that measuring takes. A
            search keeps account of them, and its workers begin with the dearest candidates, so
            that none waits long for the last.
        final: The metrics that are measured for the members of the final front alone; the
            search never sees them.
        options: The problem's own options with their defaults; a user's text is read as the
            type of the default.
        known: Architectures of the field by name, each as values by gene name. A name is a word
            that begins with a letter; ``parse`` reads it, and a search may begin with what it
            stands for.
        is_pure: Whether measuring is known to change nothing in its process and to draw from
            none of its global random states, as looking up a table does. Then nothing is put
            back after a candidate, which takes longer than a table does. It holds for the class
            that says so, and for none that derives from it.
        takes_exits: Whether the networks can be given early exits, as chains can.
        settings: What the user set from outside.

    Raises:
        ValueError: An option is unknown or cannot be read, or exits are wanted where none can
            be given.
    """

    space: SearchSpace
    metrics: tuple[Metric, ...] = _TRANSLATED
    default_objectives: tuple[str, ...] = ()
    objectives: tuple[Metric, ...] = OLDER["objectives"]
    cheap: frozenset[str] = OLDER["cheap"]
    hints: frozenset[str] = OLDER["hints"]
    effort: str | None = OLDER["effort"]
    final: tuple[Metric, ...] = OLDER["final"]
    options: ClassVar[Mapping[str, Any]] = {}
    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    is_pure: ClassVar[bool] = False
    takes_exits: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        settle(cls)

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        name, offered = type(self).__name__, self.offered_options
        if self.settings.exits is not None and not self.takes_exits:
            raise ValueError(
                f"exits go on networks that are chains of parts, such as those of digits; "
                f"{name} has none"
            )
        self.option = read_options(offered, self.settings.options, problem=name)

    @property
    def offered_options(self) -> Mapping[str, Any]:
        """What a user may set: ``options``, and what the settings bring with them."""
        return self.options

    @property
    def untrained(self) -> frozenset[str]:
        """All metrics that take no training."""
        return self.cheap | self.hints

    def rehearse(self, genome: Genome, wanted: Collection[str]) -> None:  # noqa: B027  an offer
        """Try what measuring an architecture takes, before a search begins; nothing by default.

        Whatever is raised for every one of a few genomes keeps the search from beginning.

        Args:
            genome: A canonical genome of ``space``.
            wanted: Names of the metrics that the search will ask for.
        """

    @abstractmethod
    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float] | Measurement:
        """Measure one architecture.

        Args:
            genome: The canonical genome of the architecture, of ``space``.
            wanted: Names of the metrics to measure; at least these must be in the answer.
            seed: The only source of randomness in the measuring. Equal arguments give equal
                answers.

        Returns:
            Value by metric name, or a ``Measurement`` where there is a curve to keep.
        """

    def full_amount(self, kind: str) -> int:
        """The full amount of a kind of fidelity: how many epochs, images or pixels.

        Raises:
            ValueError: The problem cannot be measured less thoroughly by this kind of fidelity.
        """
        raise ValueError(f"{type(self).__name__} has no measurements with less {kind}")

    def amounts(self, kind: str) -> Sequence[int]:
        """The only amounts of a kind of fidelity that can be measured with; empty for any.

        Args:
            kind: One of ``evonas.fidelity.FIDELITIES``.
        """
        return ()

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float] | Measurement:
        """Measure one architecture less thoroughly, or go on with it.

        Args:
            genome: The canonical genome of the architecture, of ``space``.
            wanted: Names of metrics that take a training; or the ``effort`` of this step, what
                came before it not included.
            seed: The only source of randomness in the measuring, as in ``measure``.
            fidelity: How thoroughly to measure. Where it is whole the answer is that of
                ``measure``.
        """
        raise NotImplementedError

    def canonical(self, genome: Genome) -> Genome:
        """The genome that stands for everything that builds the same network."""
        return self.space.canonical(genome)

    def decode(self, genome: Genome) -> dict[str, Any]:
        """The architecture that a genome stands for."""
        return self.space.decode(genome)

    def parse(self, text: str) -> Mapping[str, Any]:
        """The architecture that a text of the field's own stands for: the name of a known one.

        Args:
            text: What a user wrote, such as the string of a benchmark's cell.

        Raises:
            ValueError: The text stands for no architecture.
        """
        if text in self.known:
            return self.known[text]
        raise ValueError(
            f"cannot read the architecture {text!r}{nearest(text, self.known)}; expected "
            f"{_names(self.known)}a file that ends in .json, values by gene name or a genome "
            "in JSON, or a genome such as 1-0-2"
        )

    def spell(self, architecture: Mapping[str, Any]) -> str:
        """The text of the field's own that ``parse`` reads as an architecture; none by default.

        Args:
            architecture: The architecture, by gene name.
        """
        return ""

    def cells(self, architecture: Mapping[str, Any]) -> Mapping[str, Cell]:
        """The small graphs that a network repeats, by the names that a reader should see.

        They are what is drawn of a space of cells; by default there are none.

        Args:
            architecture: The architecture, by gene name.
        """
        return {}

    def traits(self, genome: Genome) -> Mapping[str, float]:
        """What a model that predicts measurements should see of an architecture, by name.

        It says more than gene after gene: how deep a network is, how many of its blocks are
        wide. A name that an architecture lacks counts as 0. By default it is what the paths
        through ``cells`` have in common. ``genome`` is canonical.
        """
        cells = self.cells(self.decode(genome))
        return {
            f"{place}: {name}": value
            for place, cell in cells.items()
            for name, value in path_traits(cell).items()
        }

    def prepare(self) -> None:  # noqa: B027  most have nothing to prepare
        """Do once, in the parent process, what all workers rely on, such as a download.

        Raises:
            FileNotFoundError: Something that the problem needs is not there.
        """

    def warm_up(self) -> None:  # noqa: B027  most have nothing to warm up
        """Do once in every process that measures, outside any candidate's time limit."""

    def true_front(self) -> Sequence[Genome]:
        """The front of the default objectives, where it is known by construction; else empty.

        One genome for every distinct point will do.
        """
        return ()

    def true_front_of(self, names: Collection[str]) -> Sequence[Genome]:
        """The front of some objectives, where it is known by construction; else empty.

        By default that of the default objectives is, if ``true_front`` tells it.

        Args:
            names: Names of the objectives.
        """
        known = self.default_objectives or tuple(o.name for o in self.objectives)
        return self.true_front() if set(names) == set(known) else ()

    def describe(self) -> dict[str, Any]:
        """Everything that was settled and is worth keeping beside a result, JSON-able.

        Under ``metrics`` stands what a reader of the numbers must know of each of them.
        """
        return {"metrics": [metric.as_dict() for metric in translated(self)]}


def _names(known: Collection[str]) -> str:
    return f"a known one ({', '.join(known)}), " if known else ""


def is_on_accelerator(problem: Problem) -> bool:
    """Whether candidates of a problem are trained on anything but a processor."""
    return str(getattr(problem, "device", "cpu")) != "cpu"
