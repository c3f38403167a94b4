"""From a chosen architecture to a model folder, by whatever way it was chosen."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.models.card import Facts
from evonas.models.folder import CARD, PREVIEW, ModelFolder
from evonas.models.order import TrainingOrder, read_order
from evonas.models.sittings import train_in_folder
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in
from evonas.reports.picking import Way, pick
from evonas.reports.text import complain, genome_text, number
from evonas.runs.run import Run
from evonas.sections.carbon import CarbonSection
from evonas.sections.problem import ProblemSection
from evonas.space import Genome
from evonas.training.full_recipe import FullRecipe
from evonas.training.trained_problem import TrainedProblem

MODELS = Path("models")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a network is to be trained, whichever it is.

    Attributes:
        recipe: How the network is trained.
        seeds: One training is made for each seed, and the best by the validation part is kept.
        n_threads: How many threads of a processor train; one per core if ``None``.
        data: What is said of data and device, by the word of the config: ``data``,
            ``data_dir``, ``image_size``, ``device`` and ``exits``; what is left out is the
            run's.
    """

    recipe: FullRecipe = field(default_factory=FullRecipe)
    seeds: tuple[int, ...] = (0,)
    n_threads: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """What is to be trained, and how it was chosen.

    Attributes:
        order: What is to be trained.
        plan: The problem's config with what follows from it.
        said: How the architecture was chosen, in words.
    """

    order: TrainingOrder
    plan: SearchPlan
    said: Sequence[str] = ()

    @classmethod
    def of_run(cls, run: Run, *, terms: Terms, way: Way, genome: str = "") -> Chosen:
        """A member of a run's front, or any architecture of the run's space.

        Args:
            run: The run.
            terms: How the network is to be trained.
            way: How to pick from the run's front.
            genome: In place of a pick, a short id of the run or the text of a genome.

        Raises:
            ValueError: Nothing can be picked so, or the problem builds no networks.
        """
        plan = SearchPlan.of(_config_of(run, terms.data))
        is_same = terms.data.get("data") is None
        if genome:
            found = genome_in(run, genome, canonical=plan.problem.canonical)
            record = next((r for r in run.records if r.genome == found), None)
            said = [f"An architecture of {plan.config.problem}."]
        else:
            picked = pick(run, way)
            record, *others = picked.chosen
            found = record.genome
            texts = ", ".join(genome_text(other.genome) for other in others)
            said = [picked.how, picked.members.origin()]
            said += [f"The first is trained; --genome takes another: {texts}"] if others else []
        origin = _origin(run, record, is_same_data=is_same)
        return cls._of(plan, found, terms=terms, origin=origin, said=said)

    @classmethod
    def of_problem(
        cls, problem: str, architecture: str, *, terms: Terms, options: Sequence[str] = ()
    ) -> Chosen:
        """An architecture of a problem, without a run.

        Args:
            problem: The reference of the problem.
            architecture: A file, JSON, or the text of a genome.
            terms: How the network is to be trained.
            options: Options of the problem, each as ``name=value``.

        Raises:
            ValueError: The problem builds no networks, or has no such architecture.
            FileNotFoundError: There is no such file.
        """
        plan = SearchPlan.of(Config(problem=problem, option=tuple(options), **terms.data))
        networks = _networks(plan.problem, problem)
        genome = architecture_of(architecture, problem=networks)
        return cls._of(plan, genome, terms=terms)

    @classmethod
    def of_folder(cls, path: Path) -> Chosen:
        """What a model folder has begun to train.

        Raises:
            FileNotFoundError: It holds no training.
            ValueError: What it holds cannot be read.
        """
        order = read_order(path)
        if order is None:
            raise FileNotFoundError(f"{path} holds no training to go on with")
        return cls(order, SearchPlan.of(order.config))

    @classmethod
    def _of(
        cls,
        plan: SearchPlan,
        genome: Genome,
        *,
        terms: Terms,
        origin: Mapping[str, Any] | None = None,
        said: Sequence[str] = (),
    ) -> Chosen:
        _networks(plan.problem, plan.config.problem).decode(genome)  # it must be of the space
        order = TrainingOrder(
            config=plan.config,
            genome=genome,
            recipe=terms.recipe,
            seeds=terms.seeds,
            n_threads=terms.n_threads or os.cpu_count() or 1,
            origin=origin or {},
        )
        return cls(order, plan, [*said, f"Architecture: {genome_text(genome)}"])

    def folder(self, out: Path | None = None) -> ModelFolder:
        """The model folder of the training, checked.

        Args:
            out: Where the model folder lies; ``models/NAME`` if left out.

        Raises:
            ValueError: It holds another training, or files that are no training's.
        """
        folder = ModelFolder(out or MODELS / self.order.name)
        _check_folder(folder, self.order)
        return folder

    def train(
        self,
        folder: ModelFolder,
        *,
        on_epoch: Callable[[int, Mapping[str, float]], None],
        should_stop: Callable[[], bool],
    ) -> Facts:
        """Train, from the beginning or from the folder's checkpoints, and write the folder.

        Args:
            folder: The model folder.
            on_epoch: Told the seed and the new row of its curve once an epoch is safe on disk.
            should_stop: Asked after every epoch whether to end.

        Raises:
            StoppedError: It was asked to end; the checkpoints are there.
            DivergedError: A training diverged.
            ValueError: A checkpoint cannot be read, or the data cannot be had.
            OSError: The folder cannot be written to.
        """
        problem = _networks(self.plan.problem, self.order.config.problem)
        problem.prepare()
        folder.begin(self.order)
        outcome = train_in_folder(
            self.order,
            problem,
            folder=folder.path,
            tariff=self.plan.tariff,
            on_epoch=on_epoch,
            should_stop=should_stop,
        )
        facts = folder.finish(self.order, problem, outcome)
        _draw(facts, folder.path / PREVIEW)
        return facts


def _config_of(run: Run, data: Mapping[str, Any]) -> Config:
    """What a run's config says of its problem and of carbon, with what was given in place."""
    names = [word.name for part in (ProblemSection, CarbonSection) for word in fields(part)]
    words = {name: getattr(run.config, name) for name in names if name != "tracker"}
    if data.get("data") is None:
        words["image_size"] = run.config.image_size
    return Config(**{**words, **data})


def _origin(run: Run, record: Record | None, *, is_same_data: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"run": run.name}
    if record is not None and is_same_data:
        told["metrics"] = dict(record.metrics)
    if run.spend is not None:
        told |= {"search_co2_g": run.spend.co2_g, "search_kwh": run.spend.energy_kwh}
    return told


def _networks(problem: Problem, name: str) -> TrainedProblem:
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{name} builds no networks that could be trained")
    return problem


def _check_folder(folder: ModelFolder, order: TrainingOrder) -> None:
    kept = read_order(folder.path)
    if kept is None:
        if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
            raise ValueError(f"{folder.path} holds no training; give another folder with --out")
    elif differences := order.differences(kept):
        raise ValueError(
            f"{folder.path} holds another training: {differences[0]}; give another folder with "
            "--out"
        )


def epoch_line(seed: int, row: Mapping[str, float], *, order: TrainingOrder) -> str:
    """An epoch in one line: the loss, and the scores on the validation part.

    Args:
        seed: The seed of the training.
        row: The row of its curve.
        order: What is trained.
    """
    n_epochs, others = order.recipe.epochs, ("epoch", "loss", "rate", "seconds", "cpu_seconds")
    scores = "  ".join(f"{name} {row[name]:.4g}" for name in row if name not in others)
    named = f"seed {seed}  " if len(order.seeds) > 1 else ""
    return (
        f"{named}epoch {int(row['epoch']):>{len(str(n_epochs))}}/{n_epochs}  loss "
        f"{row['loss']:.4f}  {scores}  rate {row['rate']:.2g}  {row['seconds']:.1f} s"
    )


def end_lines(facts: Facts, folder: ModelFolder) -> list[str]:
    """What came of a training: its scores, what it took, and what was written.

    Args:
        facts: What the card tells.
        folder: The model folder.
    """
    lines = []
    for part, judged in facts.judgements.items():
        low, high = judged.interval
        lines.append(
            f"{part.capitalize()} accuracy {judged.accuracy:.2f} %, 95 % interval {low:.2f} to "
            f"{high:.2f} % ({judged.n:,} images)"
        )
    measured = facts.order.origin.get("metrics", {})
    if "acc" in measured:
        lines.append(f"The search had found acc {number(measured['acc'])} by a short training.")
    spend = facts.spend
    energy = f"{spend.energy_kwh:.3g} kWh, {spend.co2_g:.3g} g CO2e"
    lines.append(f"Took {spend.busy_seconds:.0f} s, {energy}.")
    lines += [f"{name}: {said}" for name, said in facts.exports.items()]
    return [*lines, f"Written: {folder.path}; read {folder.path / CARD} first"]


def _draw(facts: Facts, out: Path) -> None:
    from evonas.plots.exits import ExitCurve, draw_exits
    from evonas.plots.model import draw_model  # half a second, which no training need wait for

    try:
        draw_model(facts.curves, facts.judgements["test"].confusion, facts.labels, out=out)
        if facts.exit_accuracies:
            draw_exits(
                ExitCurve(facts.name, facts.exits.flops, facts.exit_accuracies),
                chance=100 / facts.info.n_classes,
                out=out.with_name("exits.png"),
            )
    except (ValueError, OSError) as error:  # a trained model is worth more than its picture
        complain(f"no picture: {error}", status=0)
