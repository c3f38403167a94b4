"""Throughput of the proxy trainer against two loops that anybody would write.

    python benchmarks/trainer.py [--data fashion-mnist --data-dir FOLDER] [--repeats 5]

Minimal: a plain loop over the same tensors in memory, without augmentation, schedule or curve.
Usual: PIL images through torchvision transforms and a DataLoader, as in most tutorials. All
three train the same networks from the same weights for the same epochs, one thread, and judge
the validation part after every epoch; the trainer with no augmentation against the minimal
loop, and with random crop and flip against the usual loop, which has them too. Prints images
per second and the ratios, run by run in turn, medians.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time

import torch
from torch import nn
from torch.nn import functional
from torchvision import transforms
from torchvision.transforms.functional import to_pil_image

from evonas.data.dataset import Dataset, Part, load
from evonas.problem import Settings
from evonas.problems.layerwise import Layerwise
from evonas.training.loop import train
from evonas.training.recipe import Recipe

EPOCHS, BATCH = 2, 64
CPU = torch.device("cpu")
NETWORKS = {  # depth, width, kernel, block, expansion, activation, halve; two stages
    "small": {"depth": 1, "width": 8, "kernel": 3, "block": "separable"},
    "middle": {"depth": 2, "width": 32, "kernel": 3, "block": "plain"},
    "large": {"depth": 2, "width": 64, "kernel": 3, "block": "residual"},
}


def network(problem: Layerwise, choices: dict[str, object]) -> nn.Module:
    """One network with the given choices in its first two stages."""
    architecture = problem.decode((0,) * len(problem.space.sizes))
    for stage in (1, 2):
        architecture.update({f"{name}{stage}": value for name, value in choices.items()})
        architecture[f"halve{stage}"] = True
    torch.manual_seed(0)
    return problem.build(architecture)


def ours(model: nn.Module, dataset: Dataset, augment: tuple[str, ...]) -> float:
    """Seconds of the proxy trainer."""
    recipe = Recipe(epochs=EPOCHS, batch_size=BATCH, augment=augment)
    started = time.perf_counter()
    train(model, dataset, recipe=recipe, device=CPU, seed=0)
    return time.perf_counter() - started


def minimal(model: nn.Module, dataset: Dataset) -> float:
    """Seconds of a plain loop over the same tensors."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    images, labels = dataset.train.images, dataset.train.labels
    started = time.perf_counter()
    for _ in range(EPOCHS):
        model.train()
        for index in torch.randperm(len(images)).split(BATCH):
            batch = (images[index].float() / 255 - dataset.mean) / dataset.std
            loss = functional.cross_entropy(model(batch), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        judge(model, dataset)
    return time.perf_counter() - started


def judge(model: nn.Module, dataset: Dataset) -> float:
    """Validation accuracy, the plain way."""
    model.eval()
    part = dataset.validation
    n_right = 0
    with torch.no_grad():
        for start in range(0, len(part.images), 256):
            batch = part.images[start : start + 256].float() / 255
            logits = model((batch - dataset.mean) / dataset.std)
            n_right += int((logits.argmax(1) == part.labels[start : start + 256]).sum())
    return n_right / len(part.images)


class Pictures(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """A part as PIL images, transformed one by one."""

    def __init__(self, part: Part, transform: transforms.Compose) -> None:
        self.pictures = [to_pil_image(image) for image in part.images]
        self.labels = part.labels.tolist()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(self.pictures[index]), self.labels[index]


def usual(model: nn.Module, training: Pictures, validation: Pictures) -> float:
    """Seconds of the loop of the tutorials."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    started = time.perf_counter()
    for _ in range(EPOCHS):
        model.train()
        for batch, labels in torch.utils.data.DataLoader(training, BATCH, shuffle=True):
            loss = functional.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for batch, _ in torch.utils.data.DataLoader(validation, 256):
                model(batch).argmax(1)
    return time.perf_counter() - started


def pictures(dataset: Dataset) -> tuple[Pictures, Pictures]:
    """Training part with crop and flip, and validation part, for the usual loop."""
    size = dataset.info.image_size
    arrive = [
        transforms.ToTensor(),
        transforms.Normalize(dataset.mean.flatten().tolist(), dataset.std.flatten().tolist()),
    ]
    vary = [transforms.RandomCrop(size, padding=max(1, size // 8))]
    if dataset.info.flip:
        vary.append(transforms.RandomHorizontalFlip())
    return (
        Pictures(dataset.train, transforms.Compose(vary + arrive)),
        Pictures(dataset.validation, transforms.Compose(arrive)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="digits")
    parser.add_argument("--data-dir")
    parser.add_argument("--subset", type=int)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = {
        "data": arguments.data,
        "data_dir": arguments.data_dir,
        "subset": arguments.subset,
    }
    problem = Layerwise(Settings(**source))
    dataset = load(arguments.data, data_dir=arguments.data_dir, subset=arguments.subset)
    training, validation = pictures(dataset)
    n_images = EPOCHS * len(dataset.train.images)
    for name, choices in NETWORKS.items():
        model = network(problem, choices)
        times: list[tuple[float, float, float, float]] = []
        for _ in range(arguments.repeats + 1):
            times.append(
                (
                    ours(copy.deepcopy(model), dataset, ()),
                    minimal(copy.deepcopy(model), dataset),
                    ours(copy.deepcopy(model), dataset, ("crop", "flip")),
                    usual(copy.deepcopy(model), training, validation),
                )
            )
        times = times[1:]  # the first warms up
        to_minimal = statistics.median(t[1] / t[0] for t in times)
        to_usual = statistics.median(t[3] / t[2] for t in times)
        rate = n_images / statistics.median(t[0] for t in times)
        print(
            f"{arguments.data} {name:7} {rate:7.0f} images/s; {to_minimal:.2f} x the minimal "
            f"loop (at least 0.95), {to_usual:.2f} x the usual loop (at least 1.3)"
        )


if __name__ == "__main__":
    main()
