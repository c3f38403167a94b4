"""The task of networks with several exits: answers by budget, and answers by confidence."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from evonas.data.published import DataInfo
from evonas.networks.exits import (
    Exits,
    answered,
    exit_names,
    first_confident,
    geometric_shares,
    thresholds,
)
from evonas.networks.outputs import Outputs, logits_of
from evonas.objectives import ACC, Metric
from evonas.space import Genome, SearchSpace
from evonas.training.recipe import Recipe
from evonas.training.tasks import CLASSIFICATION, TEST

WEIGHTS: Mapping[str, Callable[[int], tuple[float, ...]]] = {
    "equal": lambda n: (1.0,) * n,  # MS-RANAS, section 3.3, and MSDNet
    "rising": lambda n: tuple(2 * k / (n + 1) for k in range(1, n + 1)),
    "falling": lambda n: tuple(2 * k / (n + 1) for k in range(n, 0, -1)),
}


N_TYPICAL = 64  # networks of a space, drawn with a fixed seed


def typical_flops(space: SearchSpace, flops_of: Callable[[Genome], float]) -> float:
    """FLOPs of the middle one of 64 networks of a space, drawn with a fixed seed.

    Budgets end there where nobody says otherwise: it follows from the space and the images
    alone, and neither a search nor its best or worst network moves it.

    Args:
        space: The space of the networks.
        flops_of: Counts a network.
    """
    return statistics.median(flops_of(genome) for genome in drawn(space))


def drawn(space: SearchSpace) -> list[Genome]:
    """The genomes by which a space is known where not all can be looked at: always the same.

    Args:
        space: The space of the networks.
    """
    return space.sample(N_TYPICAL, np.random.default_rng(0))


@dataclass(frozen=True)
class Anytime:
    """Tell classes apart at every exit of a network.

    A network gives ``ExitLogits``, or anything that has the logits of its exits by the name
    ``exits``; a network with one exit gives what ``Classification`` takes. The loss is Eq. 3 of
    Cioflan and Timofte (MS-RANAS): the sum of the exits' cross entropies, each times a weight.

    The scores, on the validation part and with ``test_`` in front for the final front:

    * ``acc`` of the last exit, ``first_acc``, and ``acc_1`` to ``acc_k`` of every exit; a
      network with fewer exits has its last one stand for those that it lacks.
    * ``anytime``: the mean accuracy over budgets of [0, ``max_budget``] FLOPs, each answered by
      the last exit that costs no more, or by guessing; the area under accuracy against FLOPs.
    * ``budget_loss``: the mean cross entropy over the same budgets (their Eq. 4).
    * ``budgeted_acc`` and ``budgeted_flops``: accuracy and mean FLOPs where an image leaves at
      the first exit that is confident enough. The thresholds are set on the validation part,
      without its labels, such that an image costs ``mean_share`` of the network's FLOPs on
      average, with shares of the exits as in MSDNet; ``settled`` sets them.

    Attributes:
        n_exits: How many exits a network of the space has at most.
        weights: How much each exit counts in the loss: ``equal``, 1 each; ``rising`` or
            ``falling``, in equal steps from exit to exit, and 1 on average.
        exits: What the exits of the network cost; ``None`` where the task stands for a whole
            space. Then only the accuracies are told.
        max_budget: The end of the range of budgets, in FLOPs; 0 leaves it to the problem.
        mean_share: What an image may cost on average where it leaves by confidence, as a share
            of the network's own FLOPs, (0, 1].
        levels: The confidence from which an image leaves at each exit, once settled.

    Raises:
        ValueError: There is no exit, the weights are none of those above, or a budget or a
            share is out of range.
    """

    n_exits: int
    weights: str = "equal"
    exits: Exits | None = None
    max_budget: float = 0.0
    mean_share: float = 0.5
    levels: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.n_exits < 1:
            raise ValueError(f"a network has at least 1 exit; got {self.n_exits}")
        if self.weights not in WEIGHTS:
            raise ValueError(
                f"exit_weights is {self.weights!r}; choose from {', '.join(WEIGHTS)}"
            )
        if not 0 <= self.max_budget < math.inf:
            raise ValueError(
                f"max_budget is {self.max_budget:g}; expected FLOPs above 0, or 0 to leave it "
                "to the problem"
            )
        if not 0 < self.mean_share <= 1:
            raise ValueError(
                f"mean_share is {self.mean_share:g}; expected a share above 0 and up to 1"
            )

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The scores above; the first says which epoch of a full training is the best."""
        scores = (
            _accuracy("anytime", "anytime accuracy"),
            ACC,
            _accuracy("first_acc", "validation accuracy of the first exit"),
            *(
                _accuracy(name, f"validation accuracy of exit {k}")
                for k, name in enumerate(exit_names("acc", self.n_exits), start=1)
            ),
            Metric("budget_loss", "nat", "expected loss under a budget", +1),
            _accuracy("budgeted_acc", "validation accuracy, leaving by confidence"),
            Metric("budgeted_flops", "FLOP", "mean FLOPs, leaving by confidence", +1),
        )
        return (*scores, *map(_on_test, scores))

    @property
    def options(self) -> Mapping[str, Any]:
        """What a user may set, as options of the problem."""
        return {
            "exit_weights": self.weights,
            "max_budget": self.max_budget,
            "mean_share": self.mean_share,
        }

    def told(self, option: Mapping[str, Any]) -> Anytime:
        """The task as a user wants it.

        Args:
            option: The options by name, as in ``options``.

        Raises:
            ValueError: An option is out of range.
        """
        return replace(
            self,
            weights=option["exit_weights"],
            max_budget=option["max_budget"],
            mean_share=option["mean_share"],
        )

    def for_space(self, space: SearchSpace, flops_of: Callable[[Genome], float]) -> Anytime:
        """The task with the end of the budgets, where it is left open, set by a space.

        Args:
            space: The space of the networks.
            flops_of: Counts a network.
        """
        return replace(self, max_budget=self.max_budget or typical_flops(space, flops_of))

    def for_network(self, exits: Exits) -> Anytime:
        """The task of one network of the space.

        Args:
            exits: What the exits of the network cost.
        """
        return replace(self, exits=exits)

    def settled(self, outputs: Outputs, labels: Tensor) -> Anytime:
        """The task with the thresholds that bring the mean cost of an image to its share.

        Args:
            outputs: What the trained network gave for the whole validation part.
            labels: The classes of these images, which do not matter here.
        """
        if self.exits is None:
            return self
        costs = self.exits.in_turn
        shares = geometric_shares(costs, mean_budget=self.mean_share * costs[-1])
        confidences = _confidences(self._exits_of(outputs))
        return replace(self, levels=thresholds(confidences, shares.tolist()))

    def loss(self, outputs: Outputs, labels: Tensor, *, recipe: Recipe) -> Tensor:
        """The weighted sum of the exits' cross entropies, with the recipe's label smoothing."""
        losses = [
            functional.cross_entropy(logits, labels, label_smoothing=recipe.label_smoothing)
            for logits in self._exits_of(outputs)
        ]
        weights = WEIGHTS[self.weights](len(losses))
        return torch.stack([w * loss for w, loss in zip(weights, losses, strict=True)]).sum()

    def scores(self, outputs: Outputs, labels: Tensor) -> Mapping[str, Tensor]:
        """Every image's share in the scores that the task knows enough for."""
        exits = self._exits_of(outputs)
        is_right = torch.stack([logits.argmax(1) == labels for logits in exits], 1)
        right = 100.0 * is_right.to(torch.float64)  # (n, k)
        found = {"acc": right[:, -1], "first_acc": right[:, 0]}
        for place, name in enumerate(exit_names("acc", self.n_exits)):
            found[name] = right[:, min(place, len(exits) - 1)]
        if self.exits is not None:
            found |= self._by_budget(self.exits, right, exits, labels)
            if self.levels is not None:
                found |= self._by_confidence(self.exits, right, exits)
        return found

    def guessing_loss(self, info: DataInfo) -> float:
        """The weights' sum times the logarithm of the number of classes."""
        n = self.exits.n if self.exits else self.n_exits
        return sum(WEIGHTS[self.weights](n)) * math.log(info.n_classes)

    def check_outputs(self, outputs: Outputs, *, info: DataInfo, n_images: int) -> None:
        """Refuse outputs that are not the logits of the exits that the task was told of.

        Args:
            outputs: What a network gave for a few images.
            info: The data set in numbers.
            n_images: How many images the network was given.

        Raises:
            ValueError: There are more or fewer exits, or logits of another shape.
        """
        for logits in self._exits_of(outputs):
            CLASSIFICATION.check_outputs(logits, info=info, n_images=n_images)

    def _exits_of(self, outputs: Outputs) -> tuple[Tensor, ...]:
        """The logits of every exit, ``(n, n_classes)`` each."""
        given = outputs.get("exits") if isinstance(outputs, Mapping) else None
        exits = tuple(getattr(outputs, "exits", given) or (logits_of(outputs),))
        expected = self.exits.n if self.exits else self.n_exits
        if len(exits) != expected if self.exits else len(exits) > expected:
            most = "" if self.exits else "at most "
            raise ValueError(
                f"the network answers at {len(exits)} exits; expected {most}{expected}"
            )
        return exits

    def _by_budget(
        self, costs: Exits, right: Tensor, exits: tuple[Tensor, ...], labels: Tensor
    ) -> dict[str, Tensor]:
        """What an image is worth over all budgets, guessing where no exit can be had."""
        n_classes = exits[0].shape[1]
        shares = torch.from_numpy(answered(costs.alone, max_budget=self.max_budget))
        nothing, *each = shares.to(right.device).unbind()
        losses = [functional.cross_entropy(e, labels, reduction="none") for e in exits]
        area = nothing * 100.0 / n_classes + right @ torch.stack(each)
        loss = nothing * math.log(n_classes) + torch.stack(losses, 1).to(
            right.dtype
        ) @ torch.stack(each)
        return {"anytime": area, "budget_loss": loss}

    def _by_confidence(
        self, costs: Exits, right: Tensor, exits: tuple[Tensor, ...]
    ) -> dict[str, Tensor]:
        """Accuracy and FLOPs where each image leaves at the first exit that is sure enough."""
        assert self.levels is not None
        leaves_at = torch.from_numpy(first_confident(_confidences(exits), self.levels))
        places = leaves_at.to(right.device)
        flops = torch.tensor(costs.in_turn, dtype=right.dtype, device=right.device)
        return {
            "budgeted_acc": right.gather(1, places[:, None])[:, 0],
            "budgeted_flops": flops[places],
        }


def _confidences(exits: tuple[Tensor, ...]) -> np.ndarray:
    """The largest probability at each exit, ``(n, k)``."""
    columns = [logits.detach().softmax(1).amax(1) for logits in exits]
    return np.asarray(torch.stack(columns, 1).cpu())


def _accuracy(name: str, label: str) -> Metric:
    return Metric(name, "%", label, -1, best=100.0, worst=0.0)


def _on_test(metric: Metric) -> Metric:
    """The same score on the test part."""
    label = metric.label
    said = label.replace("validation", "test") if "validation" in label else f"{label}, test"
    return replace(metric, name=TEST + metric.name, label=said, when="final")
