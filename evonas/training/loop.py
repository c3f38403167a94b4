"""Proxy training: a short, seeded training over tensors that are already in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from evonas import deadline
from evonas.data.dataset import Dataset, Part
from evonas.faults import DivergedError
from evonas.networks.layout import first_layout, in_first_layout, laid_out, lay_out
from evonas.networks.outputs import Outputs, as_float
from evonas.training.batches import batch_sizes, make_transform, precision
from evonas.training.judging import judge, judge_validation
from evonas.training.recipe import Recipe, learning_rate
from evonas.training.tasks import CLASSIFICATION, Task


class Training:
    """A training that can be left after any epoch and taken up again, here or elsewhere.

    Args:
        model: The initialised network, on ``device``; trained in place.
        dataset: The images: the training part is learnt, the validation part judged after every
            epoch.
        recipe: How the network is trained.
        device: Where the network is trained. On CUDA the arithmetic is mixed precision.
        seed: Fixes the order of the images and the augmentation.
        task: What the network is trained for, and by what it is judged.

    Attributes:
        model: The network, as far as it is trained.
        curve: The training curve, one mapping for every epoch so far: ``epoch``, the mean
            training ``loss``, and the task's scores on the validation part.
        layout: How images and weights lie in memory: channels last, or channels first where
            the network's code takes that for granted, which the first epoch shows.
        task: What the network is trained for.
    """

    def __init__(
        self,
        model: nn.Module,
        dataset: Dataset,
        *,
        recipe: Recipe,
        device: torch.device,
        seed: int,
        task: Task = CLASSIFICATION,
    ) -> None:
        self.layout = first_layout(model)
        lay_out(model, self.layout)
        self.curve: list[dict[str, float]] = []
        self.model = model
        self._dataset, self._recipe, self._device = dataset, recipe, device
        self.task, self._settled, self._is_laid_out = task, task, False
        self._generator = torch.Generator(device).manual_seed(seed)
        self._images = dataset.train.images.to(device)
        self._labels = dataset.train.labels.to(device)
        self._sizes = batch_sizes(len(self._images), recipe.batch_size)
        self._weights = torch.tensor(self._sizes, device=device) / len(self._images)
        self._optimizer = _optimizer(model, recipe)
        self._scaler = torch.amp.GradScaler(device.type, enabled=device.type == "cuda")
        self._transform = make_transform(
            dataset, recipe=recipe, device=device, generator=self._generator
        )

    def run(self, until: int) -> None:
        """Train to the end of an epoch, counted from 1.

        Raises:
            DivergedError: The loss is not finite, or far above that of guessing.
            LateError: The training took longer than ``deadline.within`` allows.
        """
        if not self._is_laid_out and len(self.curve) < until:
            self._find_layout()
        while len(self.curve) < until:
            self._run_epoch()

    def judged(self, part: Part) -> dict[str, float]:
        """The task's scores of the network as it is now, means over a part's images.

        What the task sets by the validation part stands as the last epoch has set it.
        """
        return judge(
            self.model,
            part,
            dataset=self._dataset,
            device=self._device,
            task=self._settled,
            layout=self.layout,
        )

    def state(self) -> dict[str, np.ndarray]:
        """All that going on depends on, as arrays."""
        notes = {"curve": self.curve, "scaler": self._scaler.state_dict()}
        state = {f"model {name}": t for name, t in self.model.state_dict().items()}
        state |= {f"momentum {i}": t for i, t in enumerate(self._momenta()) if t is not None}
        state |= {"order": self._generator.get_state(), "random": torch.get_rng_state()}
        arrays = {name: tensor.cpu().numpy() for name, tensor in state.items()}
        return {**arrays, "notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up what ``state`` gave; the numbers that follow are the same as if never left.

        Raises:
            KeyError: Something is missing in the state, or too much.
            RuntimeError: The state is another network's.
        """
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in state.items()}
        own = self.model.state_dict()
        self.model.load_state_dict({name: tensors[f"model {name}"] for name in own})
        for i, parameter in enumerate(self._parameters()):
            if f"momentum {i}" in tensors:
                buffer = torch.empty_like(parameter).copy_(tensors[f"momentum {i}"])
                self._optimizer.state[parameter]["momentum_buffer"] = buffer
        notes = json.loads(bytes(state["notes"]))
        self._scaler.load_state_dict(notes["scaler"])
        self._generator.set_state(tensors["order"])
        torch.set_rng_state(tensors["random"])
        self.curve = notes["curve"]

    def _find_layout(self) -> None:
        """Run one epoch, from the same state in each layout that is tried."""
        before = {name: array.copy() for name, array in self.state().items()}

        def run(layout: torch.memory_format) -> None:
            if layout != self.layout:
                self.layout = layout
                lay_out(self.model, layout)
                self.restore(before)
            self._run_epoch()

        in_first_layout(run)
        self._is_laid_out = True

    def _run_epoch(self) -> None:
        epoch = len(self.curve) + 1
        loss = self._learn(epoch)
        guessing = self.task.guessing_loss(self._dataset.info)
        check_loss(loss, epoch=epoch, recipe=self._recipe, guessing=guessing)
        scores, self._settled = judge_validation(
            self.model,
            dataset=self._dataset,
            device=self._device,
            task=self.task,
            layout=self.layout,
        )
        self.curve.append({"epoch": epoch, "loss": round(loss, 6), **scores})

    def _learn(self, epoch: int) -> float:
        """Pass over the training part once; the mean loss."""
        recipe, n_batches = self._recipe, len(self._sizes)
        self.model.train()
        losses = []
        order = torch.randperm(
            len(self._images), generator=self._generator, device=self._device
        )
        for i, index in enumerate(order.split(self._sizes)):
            deadline.check()
            step = (epoch - 1) * n_batches + i
            rate = learning_rate(step, n_steps=recipe.epochs * n_batches, recipe=recipe)
            for group in self._optimizer.param_groups:
                group["lr"] = rate
            with precision(self._device):
                images = self._transform(self._images[index])
                outputs = self.model(laid_out(images, self.layout))
            losses.append(self._step(as_float(outputs), self._labels[index]))
        return float(torch.stack(losses) @ self._weights)

    def _step(self, outputs: Outputs, labels: Tensor) -> Tensor:
        """Learn from one batch; returns its mean loss."""
        loss = self.task.loss(outputs, labels, recipe=self._recipe)
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return loss.detach()

    def _parameters(self) -> list[nn.Parameter]:
        return [p for group in self._optimizer.param_groups for p in group["params"]]

    def _momenta(self) -> list[Tensor | None]:
        return [self._optimizer.state[p].get("momentum_buffer") for p in self._parameters()]


def train(
    model: nn.Module,
    dataset: Dataset,
    *,
    recipe: Recipe,
    device: torch.device,
    seed: int,
    task: Task = CLASSIFICATION,
) -> list[dict[str, float]]:
    """Train a network in place, from its first epoch to its last; see ``Training``.

    Returns:
        The curve, one mapping for every epoch.

    Raises:
        DivergedError: The loss is not finite, or far above that of guessing.
        LateError: The training took longer than ``deadline.within`` allows.
    """
    training = Training(model, dataset, recipe=recipe, device=device, seed=seed, task=task)
    training.run(recipe.epochs)
    return training.curve


def weight_groups(model: nn.Module, *, weight_decay: float) -> list[dict[str, Any]]:
    """What an optimiser learns: matrices and kernels, which decay, and all else."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        weight_groups(model, weight_decay=recipe.weight_decay),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.momentum > 0,
        fused=True,  # a step of a small network is mostly overhead
    )


def check_loss(loss: float, *, epoch: int, recipe: Recipe, guessing: float) -> None:
    """Refuse the loss of an epoch that has diverged.

    Raises:
        DivergedError: The loss is not finite, or far above that of guessing.
    """
    if not loss < recipe.diverged_above * guessing:  # also true for nan
        raise DivergedError(
            f"training diverged in epoch {epoch}: mean loss {loss:g}, guessing has "
            f"{guessing:.3g}"
        )
