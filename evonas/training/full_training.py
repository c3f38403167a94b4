"""The full training of a chosen network, one epoch at a time."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter, process_time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from evonas.data.dataset import Dataset
from evonas.data.mixing import Mixed, cutmix, mixup
from evonas.data.policies import POLICIES, make_policy
from evonas.networks.auxiliary import AuxiliaryLogits, WithAuxiliary, without_auxiliary
from evonas.networks.drop_path import set_drop_path
from evonas.networks.graph import GraphNetwork
from evonas.networks.layout import in_first_layout, laid_out, lay_out
from evonas.networks.outputs import Outputs, as_float
from evonas.training.average import Average
from evonas.training.batches import batch_sizes, make_transform, normalise
from evonas.training.full_recipe import FullRecipe
from evonas.training.judging import judge_validation
from evonas.training.loop import check_loss, weight_groups
from evonas.training.recipe import Recipe
from evonas.training.tasks import CLASSIFICATION, Task
from evonas.training.torch_state import random_state, set_random_state


class FullTraining:
    """A training that can be left after any epoch and taken up again by its ``state``.

    Dropout and the policies of torchvision draw from torch's global random state, which the
    state holds as well; whoever trains seeds it before the network is built.

    Args:
        model: The initialised network, on ``device``; trained in place.
        dataset: The images: the training part is learnt, the validation part judged after every
            epoch.
        recipe: How the network is trained.
        device: Where the network is trained.
        seed: Fixes the order of the images and the augmentation.
        task: What the network is trained for, and by what it is judged.
        proxy: The recipe of the problem's proxy trainings, which the task may ask for what the
            full recipe does not say.

    Attributes:
        model: The network, as far as it is trained.
        curve: One mapping for every epoch so far: ``epoch``, the mean training ``loss``, the
            task's scores on the validation part, the learning ``rate`` of its last step, and
            the ``seconds`` and ``cpu_seconds`` that it took.
        layout: How images and weights lie in memory.
    """

    def __init__(
        self,
        model: nn.Module,
        dataset: Dataset,
        *,
        recipe: FullRecipe,
        device: torch.device,
        seed: int,
        task: Task = CLASSIFICATION,
        proxy: Recipe | None = None,
    ) -> None:
        self.model, self.curve = taught(model, recipe).to(device), list[dict[str, float]]()
        self._dataset, self._recipe, self._device, self._task = dataset, recipe, device, task
        self._plain = recipe.for_task(proxy or Recipe())
        self._generator = torch.Generator(device).manual_seed(seed)
        self._images = dataset.train.images.to(device)
        self._labels = dataset.train.labels.to(device)
        self._sizes = batch_sizes(len(self._images), recipe.batch_size)
        self.layout = self._find_layout()
        lay_out(self.model, self.layout)
        self._average = Average(self.model, decay=recipe.ema) if recipe.ema else None
        self._best: dict[str, Tensor] = {}
        self._optimizer = _optimizer(self.model, recipe)
        self._is_mixed = recipe.amp == "on" or (recipe.amp == "auto" and device.type == "cuda")
        is_scaled = self._is_mixed and device.type == "cuda"
        self._scaler = torch.amp.GradScaler(device.type, enabled=is_scaled)
        self._transform = self._make_transform()

    @property
    def best_epoch(self) -> int:
        """The first epoch with the best score on the validation part; 0 before any."""
        metric = next(m for m in self._task.metrics if m.when == "trained")
        costs = [metric.sign * row[metric.name] for row in self.curve]
        return costs.index(min(costs)) + 1 if costs else 0

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or patience has come to its end."""
        n_done, patience = len(self.curve), self._recipe.patience
        return n_done >= self._recipe.epochs or 0 < patience <= n_done - self.best_epoch

    @property
    def judged(self) -> nn.Module:
        """The network that is judged after every epoch: the average, if there is one."""
        return self._average.model if self._average else self.model

    def trained(self) -> nn.Module:
        """A copy of the network that is to be kept, in evaluation mode.

        With patience it is that of the best epoch, else that of the last.
        """
        kept = copy.deepcopy(self.judged)
        if self._best:
            kept.load_state_dict(self._best)
        return without_auxiliary(kept).eval()

    def run_epoch(self) -> dict[str, float]:
        """Pass over the training part once, and judge the network.

        Returns:
            The new row of the curve.

        Raises:
            DivergedError: The loss is not finite, or far above that of guessing.
        """
        started, cpu_started = perf_counter(), process_time()
        epoch = len(self.curve) + 1
        loss = self._learn(epoch)
        guessing = self._task.guessing_loss(self._dataset.info)
        check_loss(loss, epoch=epoch, recipe=self._plain, guessing=guessing)
        scores, _ = judge_validation(
            self.judged,
            dataset=self._dataset,
            device=self._device,
            task=self._task,
            layout=self.layout,
        )
        row = {"epoch": epoch, "loss": round(loss, 6), **scores, "rate": self._rate(epoch, -1)}
        self.curve.append(row)
        if self._recipe.patience and self.best_epoch == epoch:
            self._best = {n: t.clone() for n, t in self.judged.state_dict().items()}
        row["seconds"] = perf_counter() - started
        row["cpu_seconds"] = process_time() - cpu_started
        return row

    def state(self) -> dict[str, Any]:
        """All that going on depends on: tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "average": self._average.model.state_dict() if self._average else {},
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
            "order": self._generator.get_state(),
            "random": list(random_state()),
            "curve": self.curve,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what ``state`` gave; the weights that follow are the same as if never left.

        Raises:
            KeyError: Something is missing in the state.
            RuntimeError: The state is another network's.
            ValueError: The state is another optimiser's.
        """
        self.model.load_state_dict(state["model"])
        if self._average:
            self._average.model.load_state_dict(state["average"])
        self._best = {name: tensor.to(self._device) for name, tensor in state["best"].items()}
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        self._generator.set_state(state["order"])
        set_random_state(tuple(state["random"]))
        self.curve = [dict(row) for row in state["curve"]]

    def _find_layout(self) -> torch.memory_format:
        """The first layout in which a copy of the network can learn from a few images."""
        images, labels = self._images[:2], self._labels[:2]
        mean, std = self._dataset.mean.to(self._device), self._dataset.std.to(self._device)

        def tried(layout: torch.memory_format) -> torch.memory_format:
            copied = copy.deepcopy(self.model).train()
            lay_out(copied, layout)
            outputs = copied(laid_out(normalise(images, mean, std), layout))
            self._loss(as_float(outputs), labels).backward()
            return layout

        with torch.random.fork_rng(devices=[]):
            return in_first_layout(tried)

    def _make_transform(self) -> Callable[[Tensor], Tensor]:
        transform = make_transform(
            self._dataset, recipe=self._plain, device=self._device, generator=self._generator
        )
        if self._recipe.augment not in POLICIES:
            return transform
        policy = make_policy(self._recipe.augment)
        return lambda images: transform(policy(images))

    def _rate(self, epoch: int, i: int) -> float:
        """The learning rate of the i-th step of an epoch, or of its last for -1."""
        n = len(self._sizes)
        n_steps = self._recipe.epochs * n
        return self._recipe.rate_at((epoch - 1) * n + i % n, n_steps=n_steps)

    def _learn(self, epoch: int) -> float:
        """Pass over the training part once; the mean loss."""
        self.model.train()
        set_drop_path(self.model, self._recipe.drop_path_in(epoch))
        order = torch.randperm(
            len(self._images), generator=self._generator, device=self._device
        )
        losses = []
        for i, index in enumerate(order.split(self._sizes)):
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate(epoch, i)
            mixed = self._mixed(self._transform(self._images[index]))
            with self._precision():
                outputs = self.model(laid_out(mixed.images, self.layout))
            losses.append(self._step(as_float(outputs), self._labels[index], mixed=mixed))
            if self._average:
                step = (epoch - 1) * len(self._sizes) + i
                self._average.update(self.model, step=step)
        weights = torch.tensor(self._sizes, device=self._device) / len(self._images)
        return float(torch.stack(losses) @ weights)

    def _step(self, outputs: Outputs, labels: Tensor, *, mixed: Mixed) -> Tensor:
        """Learn from one batch; returns its mean loss."""
        loss = self._loss(outputs, labels)
        if mixed.share < 1:
            others = self._loss(outputs, labels[mixed.partners])
            loss = mixed.share * loss + (1 - mixed.share) * others
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        if self._recipe.clip_norm:
            self._scaler.unscale_(self._optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), self._recipe.clip_norm)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return loss.detach()

    def _loss(self, outputs: Outputs, labels: Tensor) -> Tensor:
        """The task's loss, and that of the auxiliary head where there is one."""
        if not isinstance(outputs, AuxiliaryLogits):
            return self._task.loss(outputs, labels, recipe=self._plain)
        main = self._task.loss(outputs.logits, labels, recipe=self._plain)
        head = cross_entropy(
            outputs.auxiliary, labels, label_smoothing=self._plain.label_smoothing
        )
        return main + self._recipe.aux_weight * head

    def _mixed(self, images: Tensor) -> Mixed:
        """A batch after mixup or cutmix, if the recipe has them."""
        ways = [(mixup, self._recipe.mixup), (cutmix, self._recipe.cutmix)]
        offered = [(way, alpha) for way, alpha in ways if alpha]
        if not offered:
            return Mixed(images, torch.arange(0), 1.0)
        draw = torch.rand((), generator=self._generator, device=self._device).item()
        way, alpha = offered[math.floor(draw * len(offered))]
        return way(images, alpha=alpha, generator=self._generator)

    def _precision(self) -> AbstractContextManager[object]:
        if not self._is_mixed:
            return nullcontext()
        dtype = torch.float16 if self._device.type == "cuda" else torch.bfloat16
        return torch.autocast(self._device.type, dtype=dtype)


def taught(model: nn.Module, recipe: FullRecipe) -> nn.Module:
    """A network as it learns: with its auxiliary head, where the recipe asks for it.

    Args:
        model: The network.
        recipe: How the network is trained.

    Raises:
        ValueError: The recipe asks for a head or for paths to leave out, and the network has
            none.
    """
    if recipe.drop_path and not set_drop_path(model, 0.0):
        raise ValueError("this network has no paths to leave out; go without drop_path")
    if not recipe.aux_weight:
        return model
    if not isinstance(model, GraphNetwork) or not model.graph.auxiliary:
        raise ValueError("this network offers no auxiliary head; go without aux_weight")
    return WithAuxiliary(model)


def _optimizer(model: nn.Module, recipe: FullRecipe) -> torch.optim.Optimizer:
    groups = weight_groups(model, weight_decay=recipe.decay)
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=recipe.rate, fused=True)
    return torch.optim.SGD(
        groups,
        lr=recipe.rate,
        momentum=recipe.momentum,
        nesterov=recipe.momentum > 0,
        fused=True,
    )
