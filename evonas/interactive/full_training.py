"""From a chosen architecture to a model folder, by whatever way it was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.faults import reason_of
from evonas.interactive.training_listeners import Telling
from evonas.interactive.training_orders import (
    Terms,
    networks,
    order_of,
    ordered,
    origin_of,
    plan_of,
)
from evonas.interactive.training_starts import start_lines
from evonas.listener import Training
from evonas.models.card import Facts
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder, read_order
from evonas.models.proxy_start import Start
from evonas.models.sittings import train_in_folder
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in
from evonas.reports.picking import Way, pick
from evonas.reports.text import complain, genome_text
from evonas.runs.run import Run
from evonas.training.full_training import taught
from evonas.training.trained_problem import TrainedProblem

MODELS = Path("models")


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

    @property
    def problem(self) -> TrainedProblem:
        """The problem of the order, opened."""
        return networks(self.plan.problem, self.order.config.problem)

    @classmethod
    def of_run(cls, run: Run, *, terms: Terms, way: Way, genome: str = "") -> Chosen:
        """A member of a run's front, or any architecture of the run's space.

        Args:
            run: The run.
            terms: How the network is to be trained.
            way: How to pick from the run's front.
            genome: In place of a pick, a short id of the run or the text of a genome.

        Raises:
            ValueError: Nothing can be picked so, the problem builds no networks, or the proxy's
                weights are wanted and cannot be had again, or do not fit.
        """
        plan = plan_of(run, terms)
        if not genome:
            record, said = _picked(run, way)
            order = order_of(run, record, plan=plan, terms=terms)
            return cls._with_words(order, plan, said)
        found = genome_in(run, genome, canonical=plan.problem.canonical)
        measured = next((r for r in run.records if r.genome == found), None)
        if measured:
            order = order_of(run, measured, plan=plan, terms=terms)
        elif terms.from_proxy:
            raise ValueError(
                f"--from-proxy: run {run.name} has not measured {genome_text(found)}, so there "
                "are no weights to begin with"
            )
        else:
            origin = origin_of(run, None, terms=terms)
            order = ordered(plan, found, terms=terms, origin=origin)
        return cls._with_words(order, plan, [f"An architecture of {plan.config.problem}."])

    @classmethod
    def of_problem(cls, problem: str, architecture: str, *, terms: Terms) -> Chosen:
        """An architecture of a problem, without a run.

        Args:
            problem: The reference of the problem.
            architecture: A file, JSON, or the text of a genome.
            terms: How the network is to be trained.

        Raises:
            ValueError: The problem builds no networks, or has no such architecture; or the
                weights of a proxy are wanted, which only a run has.
            FileNotFoundError: There is no such file.
        """
        if terms.from_proxy:
            raise ValueError("--from-proxy is for a RUN, whose short training it repeats")
        plan = SearchPlan.of(Config(problem=problem, **terms.data))
        genome = architecture_of(architecture, problem=networks(plan.problem, problem))
        return cls._with_words(ordered(plan, genome, terms=terms, origin={}), plan, [])

    @classmethod
    def of_folder(cls, path: Path, *, track: Sequence[str] | None = None) -> Chosen:
        """What a model folder has begun to train.

        Args:
            path: The model folder.
            track: Listeners that are told how it goes, each by its name; those of the earlier
                sitting if ``None``.

        Raises:
            FileNotFoundError: It holds no training.
            ValueError: What it holds cannot be read.
        """
        order = read_order(path)
        if order is None:
            raise FileNotFoundError(f"{path} holds no training to go on with")
        if track is not None:
            order = replace(order, config=order.config.replaced({"track": track}))
        return cls(order, SearchPlan.of(order.config))

    @classmethod
    def _with_words(cls, order: TrainingOrder, plan: SearchPlan, said: Sequence[str]) -> Chosen:
        """The same, with the architecture and its start said as well."""
        starts = start_lines(order, networks(plan.problem, order.config.problem))
        return cls(order, plan, [*said, f"Architecture: {genome_text(order.genome)}", *starts])

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
        on_start: Callable[[Start], None],
        on_epoch: Callable[[int, Mapping[str, float]], None],
        should_stop: Callable[[], bool],
    ) -> Facts:
        """Train, from the beginning or from the folder's checkpoints, and write the folder.

        Args:
            folder: The model folder.
            on_start: Told what the trainings begin with once a proxy training was repeated.
            on_epoch: Told the seed and the new row of its curve once an epoch is safe on disk.
            should_stop: Asked after every epoch whether to end.

        Raises:
            StoppedError: It was asked to end; the checkpoints are there.
            DivergedError: A training diverged.
            ValueError: A checkpoint cannot be read, the data cannot be had, a listener cannot
                be made, or the recipe asks for what the network does not have.
            OSError: The folder cannot be written to.
        """
        order, telling = self.order, Telling(self.order.config.track)

        def on_new(seed: int, row: Mapping[str, float]) -> None:
            on_epoch(seed, row)
            telling.on_epoch(seed, row)

        self.problem.prepare()
        self._check_recipe()
        training = Training(order.name, folder.path, order.settings, folder.is_begun)
        folder.begin(order)
        with telling.of(training):
            outcome = train_in_folder(
                order,
                self.problem,
                folder=folder.path,
                tariff=self.plan.tariff,
                on_start=on_start,
                on_epoch=on_new,
                on_restored=telling.on_epoch,
                should_stop=should_stop,
            )
            facts = folder.finish(order, self.problem, outcome, draw=_draw)
            telling.on_finish(facts)
        return facts

    def _check_recipe(self) -> None:
        """Refuse what the network does not have before anything is written."""
        recipe, problem = self.order.recipe, self.problem
        if recipe.drop_path or recipe.aux_weight:
            taught(problem.build(problem.decode(self.order.genome)), recipe)


def _picked(run: Run, way: Way) -> tuple[Record, list[str]]:
    """The member of a run's front that is picked, and how."""
    picked = pick(run, way)
    first, *others = picked.chosen
    texts = ", ".join(genome_text(other.genome) for other in others)
    more = [f"The first is trained; --genome takes another: {texts}"] if others else []
    return first, [picked.how, picked.members.origin(), *more]


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


def _draw(facts: Facts, out: Path) -> None:
    from evonas.plots.exits import ExitCurve, draw_exits
    from evonas.plots.model import draw_model  # half a second, which no training need wait for

    try:
        draw_model(facts.curves, facts.judgements["test"].confusion, facts.labels, out=out)
        if facts.exit_accuracies:
            draw_exits(
                ExitCurve(facts.exits.flops, facts.exit_accuracies, facts.name),
                chance=100 / facts.info.n_classes,
                out=out.with_name("exits.png"),
            )
    except Exception as error:  # a trained model is worth more than its picture
        complain(f"no picture: {reason_of(error)}", status=0)
