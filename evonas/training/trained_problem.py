"""Problems whose architectures are networks: built, counted and briefly trained."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from functools import cached_property, lru_cache, partial
from typing import Any, ClassVar

import torch
from torch import nn

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import Price
from evonas.data.dataset import Dataset
from evonas.data.kinds import IMAGES, InputKind
from evonas.declaration import state, translated
from evonas.fidelity import STEPS, Fidelity
from evonas.hardware.roofline import Cost
from evonas.networks.building import completed
from evonas.networks.costs import Carbon, Count, priced, proxy_flops
from evonas.networks.counting import count
from evonas.networks.exits import Exits
from evonas.networks.metrics import MetricProvider, Network, are_same, offered
from evonas.problem import Measurement, Problem, Settings
from evonas.space import Genome
from evonas.training.anytime import Anytime
from evonas.training.checkpoint import Checkpoint
from evonas.training.chosen_data import data_of, info_of
from evonas.training.continuation import continued
from evonas.training.device import choose_device, reproducible
from evonas.training.loop import Training
from evonas.training.probe import Less, n_of_whole, timed_steps
from evonas.training.proxies import Proxies
from evonas.training.recipe import Recipe, told
from evonas.training.rehearsal import try_out
from evonas.training.tasks import (
    CLASSIFICATION,
    Task,
    for_network,
    for_space,
    gathered,
    on_test,
)
from evonas.training.untrained import by_clock, untrained

N_REMEMBERED_COSTS = 1000  # each some 10 kB


class TrainedProblem(Problem):
    """A space of networks, each judged after a short training on a data set.

    A subclass sets ``space`` and writes ``build``; ``n_channels``, ``image_size`` (of sequences
    ``length``) and ``n_classes`` tell it what the network must take and give.

    Attributes:
        data: Name of the data set that is taken when the user names none.
        takes: The kind of inputs that the networks take; data of another kind are refused.
        recipe: How candidates are trained when the user says nothing else.
        task: The loss that candidates are trained by, and the scores that they get.
        providers: The providers of metrics that take no training. A subclass adds to them with
            ``providers = (*TrainedProblem.providers, PeakMemory())``; ``metrics`` follow.
        info: The data set in numbers, as the proxy training sees it.
        whole: The data set in numbers, as the trainings of a network's life see it.
        notes: What a user should know of the data's files, in words.
    """

    data: ClassVar[str] = "digits"
    takes: ClassVar[InputKind] = IMAGES
    recipe: Recipe = Recipe()
    task: Task = CLASSIFICATION
    providers: tuple[MetricProvider, ...] = (Count(), Carbon(), Proxies())
    default_objectives: tuple[str, ...] = ("acc", "flops", "co2")

    def __init_subclass__(cls) -> None:
        own = vars(cls)
        if "metrics" not in own and not own.keys().isdisjoint(("task", "providers")):
            cls.metrics = gathered(cls.task, cls.providers, problem=cls.__name__)
        super().__init_subclass__()

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        chosen = self.settings
        name, data, takes = type(self).__name__, self.data, self.takes
        self.info, self.whole, self.notes = info_of(chosen, data, takes=takes, problem=name)
        self.recipe = told(self.recipe, chosen)
        self.device = choose_device(chosen.device)
        self._counted = lru_cache(N_REMEMBERED_COSTS)(
            lambda genome: self.count(self.space.decode(genome), self.input_shape)
        )
        self._lesser: dict[tuple[str, int], TrainedProblem] = {}
        if isinstance(self.task, Anytime):
            self.task = self.task.told(self.option)

    @abstractmethod
    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """Make the untrained network, from inputs ``(n, *input_shape)`` to logits.

        What else it may give is for the ``task`` to say.
        """

    @property
    def offered_options(self) -> Mapping[str, Any]:
        """The problem's own options, and those of its task."""
        return {**self.options, **getattr(self.task, "options", {})}

    @property
    def device_name(self) -> str:
        """What the driver calls the accelerator that trains; empty on a processor."""
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else ""

    @property
    def n_channels(self) -> int:
        """Channels of the inputs: of images 1 or 3."""
        return self.info.channels

    @property
    def image_size(self) -> int:
        """Side of the square images, in pixels; 0 where there are none."""
        return self.info.image_size

    @property
    def length(self) -> int:
        """How many steps each sequence has; 0 where there are none."""
        return self.info.length

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input: ``(channels, size, size)``, or ``(channels, length)``."""
        return self.info.shape

    @property
    def n_classes(self) -> int:
        """How many classes there are: the length of the logits."""
        return self.info.n_classes

    def prepare(self) -> None:
        """Read the data set once, downloading it if need be.

        Raises:
            OSError: The data set is not there and cannot be downloaded.
        """
        self._dataset()

    def warm_up(self) -> None:
        """Read the data set into memory."""
        self._dataset()

    def describe(self) -> dict[str, Any]:
        """Metrics, data set, training recipe, and every assumption of the carbon model."""
        options = dict(getattr(self.task_of_space, "options", {}))
        return {
            **super().describe(),
            **({"task": options} if options else {}),
            "data": asdict(self.info),
            "training": asdict(self.recipe),
            "device": str(self.device),
            "carbon": {
                **self.settings.carbon.as_dict(),
                "n_train": self.whole.n_train,
                "n_validation": self.whole.n_validation,
            },
        }

    def rehearse(self, genome: Genome, wanted: Collection[str]) -> None:
        """Count and try out one network, unless the problem has a measuring of its own."""
        if type(self).measure is not TrainedProblem.measure:
            return
        with reproducible():
            if not set(wanted).isdisjoint(self._trained):
                new = partial(self._built, genome, seed=0)
                task = self.task_for(genome)
                try_out(new, self._dataset(), task=task, recipe=self.recipe)
            if not self.cheap.isdisjoint(wanted):
                self.cost(genome)

    def measure(self, genome: Genome, wanted: Collection[str], *, seed: int) -> Measurement:
        """Count what can be counted, and train if an accuracy is wanted.

        Equal seeds give equal weights, so a network that is measured again for its test
        accuracy is the network that was measured before.
        """
        network, dataset = self._network(genome), self._dataset
        metrics = untrained(self, network, wanted=wanted, seed=seed, get_dataset=dataset)
        final = [metric.name for metric in self.task.metrics if metric.when == "final"]
        if set(wanted).isdisjoint((*self._trained, *final)):
            return Measurement(metrics)
        with reproducible():
            training = self._begun(genome, seed=seed)
            training.run(self.recipe.epochs)
            metrics |= self._scores(training)
            if not set(wanted).isdisjoint(final):
                scores = on_test(training.judged(self._dataset().test))
                metrics |= {name: scores[name] for name in final if name in scores}
        return Measurement(metrics, training.curve)

    def add_provider(self, provider: MetricProvider) -> None:
        """Offer and measure the metrics of one more provider, in this object alone.

        Raises:
            ValueError: The object is no provider, or one of its metrics is here already.
        """
        if any(are_same(known, provider) for known in self.providers):
            return
        state(self, offered(translated(self), [provider], problem=type(self).__name__))
        self.providers = (*self.providers, provider)

    def full_amount(self, kind: str) -> int:
        """How many epochs, training images, pixels or steps a whole training has."""
        recipe, n_train = self.recipe, self.info.n_train
        amounts = {"epochs": recipe.epochs, "subset": n_train, "image-size": self.image_size}
        if kind == "image-size" and not self.takes.has_sizes:
            raise ValueError(f"{self.takes.name} have no image size: name epochs or subset")
        return {**amounts, STEPS: n_of_whole(recipe, n_train)}[kind]

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Measurement:
        """Train for some epochs and go on later, or on fewer or on smaller images.

        A few steps are timed, and the times take the place of the curve (see ``probe``). Fewer
        epochs are the first of the whole training, under the whole one's schedule, so that
        going on gives the same network as never having stopped. Other images are another
        training; the whole one then begins anew, and is the same as in a search without rungs.
        """
        if fidelity.is_whole and fidelity.kind != "epochs":
            return self.measure(genome, wanted, seed=seed)
        if fidelity.kind not in (STEPS, "epochs"):
            return self._with_less(fidelity).measure(genome, wanted, seed=seed)
        metrics = by_clock(self, self._network(genome), wanted=wanted, seed=seed)
        if fidelity.kind == STEPS:
            with reproducible():
                begin, n = partial(self._begun, genome, seed=seed), fidelity.amount
                timed = timed_steps(begin, self._dataset(), recipe=self.recipe, n_steps=n)
            return Measurement({**metrics, **self._scores(timed[0])}, timed[1])
        if "fpo" in wanted:
            epochs = fidelity.amount - fidelity.after
            metrics["fpo"] = proxy_flops(self.cost(genome), self.info, epochs=epochs)
        if set(wanted).isdisjoint(self._trained):
            return Measurement(metrics)
        training = continued(
            partial(self._begun, genome, seed=seed),
            fidelity=fidelity,
            checkpoint=lambda epoch: self._checkpoint(
                genome, fidelity.store, epoch=epoch, seed=seed
            ),
        )
        return Measurement({**metrics, **self._scores(training)}, training.curve)

    def cost(self, genome: Genome) -> Cost:
        """FLOPs, parameters and operations of one forward pass of one image."""
        return self._counted(genome)

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The cost of what ``build`` makes; see ``evonas.networks.counting.count``."""
        is_strict = self.settings.strict_flops
        return count(lambda: self.build(architecture), input_shape, is_strict=is_strict)

    def task_for(self, genome: Genome) -> Task:
        """The task that one network is trained for: ``task``, told what it must know of it.

        A score may depend on what a network costs, as the area under a curve of accuracy
        against FLOPs does. The task offers the same metrics for every network.
        """
        return for_network(self.task_of_space, partial(self.exits, genome))

    @cached_property
    def task_of_space(self) -> Task:
        """The ``task``, told what it must know of the networks of the space."""
        return for_space(self.task, self.space, self._flops)

    def exits(self, genome: Genome) -> Exits:
        """FLOPs of the answer of every exit; by default there is one, the network's end."""
        return Exits.single(self._flops(genome))

    def price(self, genome: Genome, assumptions: Assumptions) -> Price:
        """What one real training and one inference of this network cost."""
        return priced(self.cost(genome), self.whole, assumptions)

    def _flops(self, genome: Genome) -> float:
        return float(self.cost(genome).flops)

    @property
    def _trained(self) -> list[str]:
        return [metric.name for metric in self.task.metrics if metric.when == "trained"]

    def _network(self, genome: Genome) -> Network:
        architecture = self.space.decode(genome)
        return Network(
            architecture=architecture,
            input_shape=self.input_shape,
            build=lambda: completed(self.build(architecture), self.input_shape),
            get_cost=lambda: self.cost(genome),
            get_model=lambda: self._built(genome, seed=0),  # whatever the candidate's seed
            get_exits=lambda: self.exits(genome),
        )

    def _scores(self, training: Training) -> dict[str, float]:
        last = training.curve[-1]
        return {name: last[name] for name in self._trained if name in last}

    def _begun(self, genome: Genome, *, seed: int, less: Less | None = None) -> Training:
        model, device = self._built(genome, seed=seed), self.device
        dataset, recipe = less or (self._dataset(), self.recipe)
        task = self.task_for(genome)
        return Training(model, dataset, recipe=recipe, device=device, seed=seed, task=task)

    def _built(self, genome: Genome, *, seed: int) -> nn.Module:
        torch.manual_seed(seed)
        model = self.build(self.space.decode(genome))
        return completed(model, self.input_shape).to(self.device)

    def _checkpoint(self, genome: Genome, store: str, *, epoch: int, seed: int) -> Checkpoint:
        identity = {"genome": genome, "seed": seed, "epoch": epoch, **self.describe()}
        return Checkpoint(store, identity)

    def _with_less(self, fidelity: Fidelity) -> TrainedProblem:
        """This problem with fewer or smaller images; opened once."""
        key = fidelity.kind, fidelity.amount
        if key not in self._lesser:
            setting: dict[str, Any] = {fidelity.kind.replace("-", "_"): fidelity.amount}
            self._lesser[key] = type(self)(replace(self.settings, **setting))
        return self._lesser[key]

    def _dataset(self) -> Dataset:
        return data_of(self.settings, self.data)


TrainedProblem.metrics = gathered(
    TrainedProblem.task, TrainedProblem.providers, problem="TrainedProblem"
)
