"""Problems whose architectures are networks: built, counted and briefly trained."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, ClassVar

import torch
from torch import nn

from evonas.carbon import model as carbon
from evonas.carbon.assumptions import Assumptions
from evonas.carbon.spend import training_flops
from evonas.data.dataset import Dataset, describe, load
from evonas.fidelity import Fidelity
from evonas.hardware.roofline import Cost
from evonas.networks.counting import count
from evonas.objectives import (
    ACC,
    CO2,
    CO2_INFERENCE,
    CO2_TRAINING,
    FLOPS,
    FPO,
    MACS,
    PARAMS,
    TEST_ACC,
    Objective,
)
from evonas.problem import Measurement, Problem, Settings
from evonas.space import Genome
from evonas.training.checkpoint import Checkpoint
from evonas.training.loop import Training, accuracy, inputs
from evonas.training.proxies import PROXIES
from evonas.training.recipe import Recipe

N_HINTING = 32  # images; with more than pixels in one, jacob_cov tells nothing
N_REMEMBERED_COSTS = 1000  # each some 10 kB


class TrainedProblem(Problem):
    """A space of networks, each judged after a short training on an image data set.

    A subclass sets ``space`` and writes ``build``; ``n_channels``, ``image_size`` and
    ``n_classes`` tell it what the network must take and give.

    Attributes:
        data: The data set when the user names none.
        recipe: How candidates are trained when the user says nothing else.
        info: The data set in numbers, as the proxy training sees it.
        whole: The data set in numbers, as the trainings of a network's life see it.
    """

    data: ClassVar[str] = "digits"
    recipe: Recipe = Recipe()
    objectives: tuple[Objective, ...] = (
        *(ACC, FLOPS, CO2, MACS, PARAMS),
        *(CO2_TRAINING, CO2_INFERENCE, FPO),
        *(Objective(name, "", f"{name}, untrained", -1, best=None) for name in PROXIES),
    )
    default_objectives: tuple[str, ...] = ("acc", "flops", "co2")
    cheap = frozenset(
        {"flops", "macs", "params", "co2", "co2_training", "co2_inference", "fpo"}
    )
    hints = frozenset(PROXIES)
    effort = "fpo"
    final: tuple[Objective, ...] = (TEST_ACC,)

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        chosen = self.settings
        name, where = chosen.data or self.data, chosen.data_dir
        size = chosen.image_size
        self.info = describe(name, data_dir=where, image_size=size, subset=chosen.subset)
        self.whole = describe(name, data_dir=where, image_size=size)
        self.recipe = _told(self.recipe, chosen)
        self.device = choose_device(chosen.device)
        self._cost_by_genome: dict[Genome, Cost] = {}
        self._lesser: dict[tuple[str, int], TrainedProblem] = {}

    @abstractmethod
    def build(self, architecture: Mapping[str, Any]) -> nn.Module:
        """Make the untrained network, from images ``(n, channels, size, size)`` to logits."""

    @property
    def device_name(self) -> str:
        """What its driver calls the accelerator that trains; empty on a processor."""
        is_cuda = self.device.type == "cuda"
        return torch.cuda.get_device_name(self.device) if is_cuda else ""

    @property
    def n_channels(self) -> int:
        """Channels of the images: 1 or 3."""
        return self.info.channels

    @property
    def image_size(self) -> int:
        """Side of the square images, in pixels."""
        return self.info.image_size

    @property
    def n_classes(self) -> int:
        """Length of the logits."""
        return self.info.n_classes

    def prepare(self) -> None:
        """Read the data set once, downloading it if need be.

        Raises:
            OSError: It is not there and cannot be downloaded.
        """
        self._dataset()

    def warm_up(self) -> None:
        """Read the data set into memory."""
        self._dataset()

    def describe(self) -> dict[str, Any]:
        """The data set, the training recipe, and every assumption of the carbon model."""
        return {
            "data": asdict(self.info),
            "training": asdict(self.recipe),
            "device": str(self.device),
            "carbon": {
                **self.settings.carbon.as_dict(),
                "n_train": self.whole.n_train,
                "n_validation": self.whole.n_validation,
            },
        }

    def measure(self, genome: Genome, wanted: Collection[str], *, seed: int) -> Measurement:
        """Count what can be counted, and train if an accuracy is wanted.

        Equal seeds give equal weights, so a network that is measured again for its test
        accuracy is the network that was measured before.
        """
        metrics = self._count(genome) if not self.cheap.isdisjoint(wanted) else {}
        metrics |= self._hinted(genome, self.hints.intersection(wanted))
        if {"acc", "test_acc"}.isdisjoint(wanted):
            return Measurement(metrics)
        dataset = self._dataset()
        with _one_thread(), torch.random.fork_rng(devices=[]):
            training = self._begun(genome, seed=seed)
            training.run(self.recipe.epochs)
            metrics["acc"] = training.curve[-1]["acc"]
            if "test_acc" in wanted:
                metrics["test_acc"] = accuracy(
                    training.model, dataset.test, dataset=dataset, device=self.device
                )
        return Measurement(metrics, training.curve)

    def full_amount(self, kind: str) -> int:
        """Epochs, training images or pixels of a whole training."""
        amounts = {"epochs": self.recipe.epochs, "subset": self.info.n_train}
        return {**amounts, "image-size": self.image_size}[kind]

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Measurement:
        """Train for some epochs and go on later, or on fewer or on smaller images.

        Fewer epochs are the first of the whole training, under the whole one's schedule, so
        that going on gives the same network as never having stopped. Other images are another
        training; the whole one then begins anew, and is the same as in a search without rungs.
        """
        if fidelity.is_whole and fidelity.kind != "epochs":
            return self.measure(genome, wanted, seed=seed)
        if fidelity.kind != "epochs":
            return self._with_less(fidelity).measure(genome, wanted, seed=seed)
        metrics = {}
        if "fpo" in wanted:
            metrics["fpo"] = self._fpo(genome, epochs=fidelity.amount - fidelity.after)
        if "acc" not in wanted:
            return Measurement(metrics)
        with _one_thread(), torch.random.fork_rng(devices=[]):
            training = self._begun(genome, seed=seed)
            earlier, later = (
                self._checkpoint(genome, fidelity.store, epoch=epoch, seed=seed)
                for epoch in (fidelity.after, fidelity.amount)
            )
            if fidelity.after and (state := earlier.read()):
                try:
                    training.restore(state)
                except (KeyError, RuntimeError, ValueError):  # then it begins anew
                    training = self._begun(genome, seed=seed)
            training.run(fidelity.amount)
            if fidelity.store and not fidelity.is_whole:
                later.write(training.state())
        if fidelity.store and fidelity.after:
            earlier.drop()
        return Measurement({**metrics, "acc": training.curve[-1]["acc"]}, training.curve)

    def cost(self, genome: Genome) -> Cost:
        """FLOPs, parameters and operations of one forward pass of one image."""
        known = self._cost_by_genome
        if genome not in known:
            shape = (self.n_channels, self.image_size, self.image_size)
            cost = self.count(self.space.decode(genome), shape)
            if len(known) >= N_REMEMBERED_COSTS:
                known.pop(next(iter(known)))
            known[genome] = cost
        return known[genome]

    def count(self, architecture: Mapping[str, Any], input_shape: tuple[int, ...]) -> Cost:
        """The cost of what ``build`` makes; see ``evonas.networks.counting.count``."""
        return count(lambda: self.build(architecture), input_shape)

    def price(self, genome: Genome, assumptions: Assumptions) -> carbon.Price:
        """What one real training and one inference of this network cost."""
        return carbon.price(
            self.cost(genome).operations,
            n_train=self.whole.n_train,
            n_validation=self.whole.n_validation,
            assumptions=assumptions,
        )

    def _count(self, genome: Genome) -> dict[str, float]:
        cost, assumptions = self.cost(genome), self.settings.carbon
        lifetime = carbon.lifetime(self.price(genome, assumptions), assumptions)
        return {
            "flops": float(cost.flops),
            "macs": float(cost.macs),
            "params": float(cost.params),
            "co2": lifetime.total_kg,
            "co2_training": lifetime.training_kg,
            "co2_inference": lifetime.inference_kg,
            "fpo": self._fpo(genome, epochs=self.recipe.epochs),
        }

    def _hinted(self, genome: Genome, names: Collection[str]) -> dict[str, float]:
        """By one initialisation and one minibatch, the same for all, whatever the seed."""
        if not names:
            return {}
        dataset = self._dataset()
        with _one_thread(), torch.random.fork_rng(devices=[]):
            model = self._built(genome, seed=0)
            images = inputs(dataset.train.images[:N_HINTING], dataset, device=self.device)
            labels = dataset.train.labels[:N_HINTING].to(self.device)
            return {name: PROXIES[name](model, images, labels) for name in names}

    def _fpo(self, genome: Genome, *, epochs: int) -> float:
        return training_flops(
            self.cost(genome).flops,
            n_train=self.info.n_train,
            n_validation=self.info.n_validation,
            epochs=epochs,
            evaluations=epochs,
        )

    def _begun(self, genome: Genome, *, seed: int) -> Training:
        model = self._built(genome, seed=seed)
        return Training(
            model, self._dataset(), recipe=self.recipe, device=self.device, seed=seed
        )

    def _built(self, genome: Genome, *, seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return self.build(self.space.decode(genome)).to(self.device)

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
        return load(
            self.settings.data or self.data,
            data_dir=self.settings.data_dir,
            image_size=self.settings.image_size,
            subset=self.settings.subset,
            seed=self.settings.data_seed,
        )


def choose_device(name: str) -> torch.device:
    """The device that a word stands for; ``auto`` takes CUDA where there is one.

    Raises:
        ValueError: The word is unknown, or the device is not there.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"unknown device {name!r}; choose from auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda' is not there: torch sees no GPU; use cpu or auto")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def _told(recipe: Recipe, settings: Settings) -> Recipe:
    told = {"epochs": settings.epochs, "batch_size": settings.batch_size}
    changes: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    if settings.augment is not None:
        changes["augment"] = settings.augment
    return replace(recipe, **changes)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The same weights anywhere: torch's sums depend on the number of its threads."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
