"""What one does with the architectures of a search, whether it was just run or read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from evonas.hardware.targets import Target
from evonas.parsing import listed
from evonas.problem import Problem
from evonas.reports.aims import read_aims, read_targets
from evonas.reports.html import front_table, paragraph, picture
from evonas.runs.run import Run
from evonas.space import Genome, genome_text

if TYPE_CHECKING:
    from evonas.interactive.on_targets import OnTargets
    from evonas.reports.picking import Levels, Way
    from evonas.reports.sheet import DataSheet


class RecipeWords(TypedDict, total=False):
    """The words of a recipe, as ``evonas train`` and ``FullRecipe`` explain them."""

    epochs: int
    batch_size: int
    optimiser: str
    learning_rate: float | None
    schedule: str
    warmup: float
    momentum: float
    weight_decay: float | None
    label_smoothing: float
    augment: str
    mixup: float
    cutmix: float
    ema: float
    patience: int
    clip_norm: float
    drop_path: float
    aux_weight: float
    amp: str


class Architectures(ABC):
    """Architectures that a search has measured: to look at, to train, and to go on with."""

    @abstractmethod
    def as_run(self) -> Run:
        """All of it as plain values."""

    def show(
        self,
        genome: Genome | str | None = None,
        *,
        knee: bool = False,
        best: str | None = None,
        weights: Levels | None = None,
        near: Levels | None = None,
        where: Sequence[str] = (),
    ) -> DataSheet:
        """The data sheet of one architecture, as ``evonas show`` prints it.

        The code of the problem is run, to build the network; no data set is read for that.

        Args:
            genome: Which architecture: its short id, its genome, or a text of that.
            knee: Whether to show the member where leaving loses most for the gain, which is
                shown as well where nothing is said.
            best: The metric in which the best member is shown.
            weights: Gains in proportion, such as ``acc=2,co2=1`` or ``{"acc": 2, "co2": 1}``.
            near: Levels of all objectives, such as ``acc=92,flops=2e7``; the member that misses
                them least is shown.
            where: Constraints on any metric that was measured, such as ``params<=1e5``; the
                front of what keeps them is picked from.

        Raises:
            ValueError: Nothing can be picked so, or the genome is unknown.
        """
        # pymoo and torch, which reading does without
        from evonas.reports.picking import Way, pick
        from evonas.reports.shown import sheet_of_run

        way = Way(knee=knee, best=best, weights=weights, near=near, where=where)
        run = self.as_run()
        _check_alone(genome, way)
        chosen = pick(run, way).chosen[0].genome if genome is None else genome
        return sheet_of_run(run, chosen, problem=self._opened())

    def report(self, out: str | Path | None = None) -> Path:
        """Write the page that ``evonas report`` writes, which opens in any browser.

        Networks are drawn where the problem is an installed one.

        Args:
            out: The file to write; ``report.html`` in the run directory if left out.

        Returns:
            The file that was written.

        Raises:
            ValueError: The search was kept in no folder, or a file there cannot be read.
            OSError: The page cannot be written.
        """
        from evonas.pages.page import write_report  # torch, to draw networks

        run = self.as_run()
        if run.path is None:
            raise ValueError(
                "a report is made of a run directory, and this search was kept in none; "
                "name one with search(..., folder=...)"
            )
        return write_report([run.path], out)

    def retarget(
        self,
        *targets: str | Target,
        objectives: Sequence[str] | str = (),
        where: Sequence[str] = (),
        out: str | Path | None = None,
    ) -> OnTargets:
        """Judge all of them on other targets, as ``evonas retarget`` does; nothing is trained.

        The code of the problem is run, to count networks that no file keeps the costs of.

        Args:
            *targets: The targets, such as ``"raspberry-pi-4"`` or ``"a100:b32"``.
            objectives: What counts there, such as ``acc,latency@raspberry-pi-4``; what was
                trained for, and the latency on each target, if left out.
            where: Constraints to be kept, such as ``latency@raspberry-pi-4<=0.05``.
            out: Folder for what the command writes; nothing is written if left out.

        Returns:
            Prices and fronts on the targets, and what these disagree about; ``print`` says it
            in words, and ``front_on`` gives one of the fronts.

        Raises:
            ValueError: A word cannot be read, or no network can be priced.
        """
        from evonas.interactive.on_targets import OnTargets
        from evonas.reports.retargeted import price_run
        from evonas.reports.retargeted_files import COSTS

        run, aimed = self.as_run(), read_targets([str(target) for target in targets])
        aims = read_aims(run, aimed, objectives=listed(objectives), limits=where)
        file = None if out is None else Path(out) / COSTS
        found = OnTargets.of(price_run(run, aims, problem=self._opened(), costs_file=file))
        if out is not None:
            found.write(out)
        return found

    def train(
        self,
        genome: Genome | str | None = None,
        *,
        knee: bool = False,
        best: str | None = None,
        weights: Levels | None = None,
        near: Levels | None = None,
        where: Sequence[str] = (),
        data: str | None = None,
        data_dir: str | Path | None = None,
        image_size: int | None = None,
        option: Sequence[str] = (),
        exits: int | None = None,
        device: str = "auto",
        threads: int | None = None,
        seeds: Sequence[int] = (0,),
        from_proxy: bool = False,
        track: Sequence[str] | str = (),
        out: str | Path | None = None,
        progress: bool | None = None,
        **recipe: Unpack[RecipeWords],
    ) -> Path:
        """Train one architecture in full, as ``evonas train`` does.

        The same call on the same folder goes on where a training was cut off, and has nothing
        to do where it was finished. The code of the problem is run.

        Args:
            genome: Which architecture: its short id, its genome, or a text of that.
            knee: Whether to train the member where leaving loses most for the gain, which is
                trained as well where nothing is said.
            best: The metric in which the best member is trained.
            weights: Gains in proportion, such as ``acc=2,co2=1`` or ``{"acc": 2, "co2": 1}``.
            near: Levels of all objectives, such as ``acc=92,flops=2e7``; the member that misses
                them least is trained.
            where: Constraints on any metric that was measured, such as ``params<=1e5``; the
                front of what keeps them is picked from.
            data: Data set, or folder of images; the run's if left out.
            data_dir: Folder of data sets; ``$EVONAS_DATA`` if left out.
            image_size: Side of the images in pixels; the run's or the data's if left out.
            option: Options of the problem, such as ``cells=20``, in place of the run's; they
                must leave the genes as they are.
            exits: Exits of the network, its end included, where it is a chain; those of the run
                if left out.
            device: Where the network is trained: ``auto``, ``cpu`` or ``cuda``.
            threads: Threads of the processor, which sums depend on; one per core if left out.
            seeds: Trainings to make, by their seeds; the best on validation is kept.
            from_proxy: Whether to begin with the weights of the search's short training, which
                is made once more, and not with random ones.
            track: Listeners that are told how it goes, as ``--track`` names them, such as
                ``tensorboard``; they change no weight.
            out: Model folder to write; ``models/NAME`` if left out.
            progress: Whether to show how the training gets on; in a notebook alone if left out.
            **recipe: How the network is trained, such as ``epochs=30``, by the words of
                ``evonas train``.

        Returns:
            The model folder, which ``evonas.load_model`` loads.

        Raises:
            ValueError: Nothing can be picked so, the problem builds no networks, the proxy's
                weights are wanted and cannot be had again, or the folder holds something else.
            DivergedError: The training diverged.
            KeyboardInterrupt: It was interrupted; the same call goes on.
        """
        # pymoo and torch, which reading does without
        from evonas.interactive.training_orders import Terms
        from evonas.interactive.watched_training import train
        from evonas.reports.picking import Way
        from evonas.sections.tracking import TrackingSection
        from evonas.training.full_recipe import FullRecipe

        way = Way(knee=knee, best=best, weights=weights, near=near, where=where)
        _check_alone(genome, way)
        words = {
            **{"data": data, "data_dir": data_dir, "image_size": image_size},
            **{"option": tuple(option) or None, "exits": exits, "device": device},
        }
        terms = Terms(
            recipe=FullRecipe(**recipe),
            seeds=tuple(seeds),
            n_threads=threads,
            data={name: value for name, value in words.items() if value is not None},
            from_proxy=from_proxy,
            track=TrackingSection(track=track).track,
        )
        return train(
            self.as_run(),
            way=way,
            genome=genome if isinstance(genome, str | None) else genome_text(genome),
            terms=terms,
            out=None if out is None else Path(out),
            progress=progress,
        )

    def _opened(self) -> Problem | None:
        """The problem, where it is open already."""
        return None

    def _repr_html_(self) -> str:
        run = self.as_run()
        parts = [paragraph(repr(self)[1:-1])]
        if run.objectives and run.front:
            parts += [_thumbnail(run), front_table(run)]
        return f"<div>{''.join(parts)}</div>"


def _check_alone(genome: Genome | str | None, way: Way) -> None:
    """Refuse a genome and a way to pick at once."""
    if genome is not None and (way.named or way.where):
        named = [*way.named, *(["where"] if way.where else [])]
        raise ValueError(f"genome and {named[0]} exclude each other: give one of them")


def _thumbnail(run: Run) -> str:
    from evonas.plots.thumbnail import thumbnail  # matplotlib, which reading does without

    drawn = thumbnail(run)
    alt = f"The front of {', '.join(objective.name for objective in run.objectives)}"
    return picture(drawn[0], kind="png", alt=alt, width=drawn[1]) if drawn else ""
