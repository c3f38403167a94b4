"""How a chosen architecture is trained in full."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from evonas.data.kinds import InputKind
from evonas.data.policies import POLICIES
from evonas.training.recipe import Recipe

OPTIMISERS = ("sgd", "adamw")
SCHEDULES = ("cosine", "step", "constant")
AUGMENTS = ("none", "flip-crop", *POLICIES)
AMPS = ("auto", "on", "off")
RATES = {"sgd": 0.1, "adamw": 2e-3}
DECAYS = {"sgd": 5e-4, "adamw": 0.05}
STEPS = (0.5, 0.75)  # of a training, after which the step schedule divides the rate by ten
_WORDS = {
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "augment": AUGMENTS,
    "amp": AMPS,
}
_RANGES = {  # from, and up to but not including
    "warmup": (0.0, 1.0),
    "momentum": (0.0, 1.0),
    "label_smoothing": (0.0, 1.0),
    "ema": (0.0, 1.0),
    "mixup": (0.0, math.inf),
    "cutmix": (0.0, math.inf),
    "clip_norm": (0.0, math.inf),
    "drop_path": (0.0, 1.0),
    "aux_weight": (0.0, math.inf),
    "weight_decay": (0.0, math.inf),
}


@dataclass(frozen=True, kw_only=True)
class FullRecipe:
    """How a chosen architecture is trained in full.

    Attributes:
        epochs: How many passes over the training part a training makes at most.
        batch_size: How many images a step sees.
        optimiser: ``sgd``, with Nesterov momentum, or ``adamw``.
        learning_rate: The highest learning rate of the schedule; the optimiser's own is 0.1 of
            ``sgd`` and 0.002 of ``adamw``.
        schedule: What the rate does after the warm-up: falls along a ``cosine`` to zero, is
            divided by ten after half and after three quarters of the training (``step``), or
            stays (``constant``).
        warmup: Share of all steps during which the rate rises linearly, [0, 1).
        momentum: Share of the last step of ``sgd`` that the next one keeps, [0, 1).
        weight_decay: The weight decay on matrices and kernels, not on batch norm and biases;
            the optimiser's own is 5e-4 of ``sgd`` and 0.05 of ``adamw``.
        label_smoothing: Share of the target spread over all classes, [0, 1).
        augment: ``none``; ``flip-crop``, that is shifted and, where that keeps labels, mirrored
            images; or on top of that ``randaugment`` or ``trivial``, policies of torchvision.
            Sequences are shifted alone, and there are no policies for them.
        mixup: Parameter of the Beta distribution by which images are blended in pairs; 0 for no
            mixup.
        cutmix: Parameter of the Beta distribution by which images get a rectangle of another
            one, and sequences a stretch; 0 for no cutmix. With mixup as well each step takes
            one of the two at random.
        ema: Decay of the exponential moving average of the weights, which is then judged and
            kept in place of the last weights, [0, 1); 0 for none.
        patience: After how many epochs without a better score on the validation part a training
            ends, and its best epoch is kept; 0 for all epochs, of which the last is kept.
        clip_norm: Largest norm that the gradients of a step may have together; 0 for any.
        drop_path: Share of the images for which a path of a cell is left out in the last epoch,
            rising from none in the first, [0, 1); for networks that have such paths.
        aux_weight: Weight of the loss of an auxiliary head, which the network learns by and
            loses afterwards; 0 for none; for networks that offer a head.
        amp: Whether to compute in mixed precision: ``on``, ``off``, or ``auto`` for on a GPU.

    Raises:
        ValueError: A value is out of its range, or a word unknown.
    """

    epochs: int = 30
    batch_size: int = 64
    optimiser: str = "sgd"
    learning_rate: float | None = None
    schedule: str = "cosine"
    warmup: float = 0.1
    momentum: float = 0.9
    weight_decay: float | None = None
    label_smoothing: float = 0.1
    augment: str = "flip-crop"
    mixup: float = 0.0
    cutmix: float = 0.0
    ema: float = 0.0
    patience: int = 0
    clip_norm: float = 0.0
    drop_path: float = 0.0
    aux_weight: float = 0.0
    amp: str = "auto"

    def __post_init__(self) -> None:
        for name, offered in _WORDS.items():
            word = getattr(self, name)
            if word not in offered:
                raise ValueError(f"unknown {name} {word!r}; choose from {', '.join(offered)}")
        for name, least in (("epochs", 1), ("batch_size", 2), ("patience", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name, (least_, above) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least_ <= value < above:
                raise ValueError(f"{name} must be in [{least_:g}, {above:g}), got {value}")
        if self.learning_rate is not None and not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be more than 0, got {self.learning_rate}")

    @property
    def rate(self) -> float:
        """The highest learning rate, that of the optimiser where none was given."""
        return RATES[self.optimiser] if self.learning_rate is None else self.learning_rate

    @property
    def decay(self) -> float:
        """The weight decay, that of the optimiser where none was given."""
        return DECAYS[self.optimiser] if self.weight_decay is None else self.weight_decay

    def rate_at(self, step: int, *, n_steps: int) -> float:
        """The learning rate of a step.

        Args:
            step: The number of the step, [0, n_steps).
            n_steps: How many steps the whole training has.
        """
        n_warmup = round(self.warmup * n_steps)
        if step < n_warmup:
            return self.rate * (step + 1) / n_warmup
        if self.schedule == "constant":
            return self.rate
        if self.schedule == "step":
            passed = sum(step >= share * n_steps for share in STEPS)
            return float(self.rate * 0.1**passed)
        share = (step - n_warmup) / max(1, n_steps - n_warmup)
        return self.rate * (0.5 + 0.5 * math.cos(math.pi * share))

    def drop_path_in(self, epoch: int) -> float:
        """Share of the images for which a path is left out in an epoch (Liu et al. 2019).

        Args:
            epoch: The number of the epoch, from 1.
        """
        return self.drop_path * (epoch - 1) / max(1, self.epochs - 1)

    def check_for(self, kind: InputKind) -> None:
        """Refuse what does not apply to a kind of inputs.

        Raises:
            ValueError: There is a policy of torchvision for what are no images.
        """
        if self.augment in POLICIES and not kind.has_policies:
            offered = ", ".join(word for word in AUGMENTS if word not in POLICIES)
            raise ValueError(
                f"augment {self.augment!r} is of images, and does not apply to {kind.name}; "
                f"choose from {offered}"
            )

    def for_task(self, recipe: Recipe) -> Recipe:
        """A proxy's recipe with what it has in common with this one, as tasks expect it.

        Args:
            recipe: The recipe of the problem's proxy trainings, which says the rest.
        """
        return replace(
            recipe,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.rate,
            weight_decay=self.decay,
            label_smoothing=self.label_smoothing,
            augment=() if self.augment == "none" else ("crop", "flip"),
        )

    def as_dict(self) -> dict[str, Any]:
        """The recipe as keys and values, JSON-able."""
        return asdict(self)
