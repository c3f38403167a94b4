"""How far the model of time and energy is from what others have measured, before and after.

Networks whose name hashes to an even number served to fit the model's constants; only the
others are judged here. What is judged of each data set is a share of it, likewise by hash.

    python benchmarks/time_model.py --data-dir FOLDER [--out FILE.csv]

timm's networks are judged where ``timm`` is installed, the others always.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import price
from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Operation, moved_bytes
from evonas.hardware.targets import End, Target, forward_pass, training_step
from evonas.networks.blocks import convolution
from evonas.networks.chain import Part, count_chain
from evonas.networks.counting import count
from evonas.networks.zoo import count_network
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

Operations = tuple[Operation, ...]
ENDS: tuple[End, ...] = ("low", "central", "high")
TIMM = Path("timm-throughput")
INFERENCE = TIMM / "benchmark-infer-amp-nchw-pt240-cu124-rtx3090.csv"
TRAINING = TIMM / "benchmark-train-amp-nchw-pt112-cu113-rtx3090.csv"
HELP = Path("help-latency", "nasbench201_latency_ms.csv")
# Columns of HELP, and what they were measured on. What runs on its Raspberry Pi leaves out what
# leads nowhere: cells without a path take no time there.
HELP_TARGETS = {
    "gtx_1080_ti_batch1": "gtx-1080-ti",
    "gtx_1080_ti_batch32": "gtx-1080-ti:b32",
    "titan_rtx_batch256": "titan-rtx:b256",
    "xeon_gold_6226": "xeon-6226",
    "raspberry_pi_4": "raspberry-pi-4:onnx",
}
EC_NAS_GPU, EC_NAS_BATCH, EC_NAS_EPOCHS, EC_NAS_IMAGES = "quadro-rtx-6000", 256, 4, 40_000
# Accuracies on all 60,000 images of CIFAR-10 were measured after epochs 1 and 4.
EC_NAS_JUDGED = 2 * 60_000 // EC_NAS_EPOCHS
SHARES = {"timm": 3, "EC-NAS": 3, "HELP": 32}  # one in so many networks is looked at
LEAST_CASES = 10  # of which ranks say something
PUBLISHED = (  # NVIDIA, DeepLearningExamples, ResNet50 v1.5 for PyTorch, README of 2021 [s]
    ("training, V100 fp32", "v100:b256", True, 256 / 367),
    ("training, V100 mixed precision", "v100:fp16:b256", True, 256 / 1200),
    ("training, A100 tf32", "a100:b256", True, 256 / 938),
    ("training, A100 mixed precision", "a100:fp16:b256", True, 256 / 2470),
    ("inference of 1, V100 fp32", "v100", False, 10.37e-3),
    ("inference of 8, V100 fp32", "v100:b8", False, 11.5e-3),
    ("inference of 32, V100 fp32", "v100:b32", False, 29.37e-3),
    ("inference of 256, V100 fp32", "v100:b256", False, 214.48e-3),
    ("inference of 1, V100 mixed precision", "v100:fp16", False, 12.78e-3),
    ("inference of 32, V100 mixed precision", "v100:fp16:b32", False, 15.84e-3),
    ("inference of 256, V100 mixed precision", "v100:fp16:b256", False, 84.14e-3),
    ("inference of 1, T4 fp32", "t4", False, 10.7e-3),
    ("inference of 8, T4 fp32", "t4:b8", False, 22.41e-3),
    ("inference of 128, T4 fp32", "t4:b128", False, 309.26e-3),
    ("inference of 1, T4 mixed precision", "t4:fp16", False, 12.96e-3),
    ("inference of 128, T4 mixed precision", "t4:fp16:b128", False, 114.24e-3),
)


@dataclass(frozen=True)
class Case:
    """One network with what was measured of it, and what both editions say.

    Attributes:
        family: Which kind of network it is.
        batch: How many inputs passed at a time.
        measured: Seconds, or joules.
        flops: Arithmetic of the batch.
        n_bytes: Memory traffic of the batch.
        before: What the first edition says, at the low end, in the middle, at the high end.
        after: What the second edition says, likewise.
    """

    family: str
    batch: int
    measured: float
    flops: float
    n_bytes: float
    before: tuple[float, ...]
    after: tuple[float, ...]


def main() -> None:
    """Print the tables, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, help="a CSV file to write")
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # of operators that count as nothing
    warnings.simplefilter("ignore")  # of names that timm has changed
    tables = {**ec_nas(given.data_dir), **help_latency(given.data_dir)}
    try:
        tables |= timm_throughput(given.data_dir)
    except ModuleNotFoundError:
        print("timm is not installed, so that its networks are left out")
    header = ["", "n", *(f"Spearman {word}" for word in ("FLOPs", "bytes", "before", "after"))]
    header += ["ratio before", "ratio after", "in band before", "in band after"]
    rows = [row for name, cases in tables.items() for row in split(name, cases)]
    print("Ranks with what was measured, medians of measured / modelled, shares in band:")
    print_table([header, *rows])
    print("\nResNet-50 as NVIDIA published it, measured / modelled seconds, and in band:")
    print_table(published())
    if given.out:
        with given.out.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerows([header, *rows])


def split(name: str, cases: Sequence[Case]) -> Iterator[list[str]]:
    """Rows of a table: of all cases, then by family and by batch where there are several."""
    yield row(name, cases)
    for family in sorted({case.family for case in cases} - {""}):
        yield row(f"{name}, {family}", [case for case in cases if case.family == family])
    if len({case.batch for case in cases}) > 1:
        for low, high in ((1, 64), (65, 256), (257, 2048)):
            some = [case for case in cases if low <= case.batch <= high]
            if len(some) >= LEAST_CASES:
                yield row(f"{name}, batch {low} to {high}", some)


def row(name: str, cases: Sequence[Case]) -> list[str]:
    """Ranks, levels and coverage of some cases in words."""
    measured = np.array([case.measured for case in cases])
    before = np.array([case.before for case in cases])  # (n, 3)
    after = np.array([case.after for case in cases])  # (n, 3)
    rivals = ([c.flops for c in cases], [c.n_bytes for c in cases], before[:, 1], after[:, 1])
    return [
        *(name, str(len(cases))),
        *(f"{spearmanr(rival, measured).statistic:.3f}" for rival in rivals),
        *(f"{np.median(measured / model[:, 1]):.2f}" for model in (before, after)),
        *(f"{covered(measured, model):.0%}" for model in (before, after)),
    ]


def covered(measured: np.ndarray, model: np.ndarray) -> float:
    """Share of what was measured that lies between the low and the high end."""
    return float(((model[:, 0] <= measured) & (measured <= model[:, 2])).mean())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows as a table of Markdown, its header first."""
    for i, cells in enumerate(rows):
        print("| " + " | ".join(cells) + " |")
        if i == 0:
            print("|---" * len(cells) + "|")


def ec_nas(data_dir: Path) -> dict[str, list[Case]]:
    """Cells of NAS-Bench-101 on a Quadro RTX 6000 in fp32: time and energy of a training."""
    problem = ProblemSpec("ec-nas", Settings(data_dir=str(data_dir))).open()
    names = {str(record): record for record in sorted(genomes(problem))}
    target = Target(DEVICES[EC_NAS_GPU], "fp32", EC_NAS_BATCH)
    n_steps = EC_NAS_EPOCHS * EC_NAS_IMAGES / EC_NAS_BATCH
    times, energies = [], []
    for name in judged(names, "EC-NAS"):
        genome = names[name]
        found = problem.measure(genome, ["energy", "training"], seed=0)
        operations = problem.cost(genome).operations
        seconds = [training_step(operations, target, end=end).seconds for end in ENDS]
        before = [3 * n_steps * s for s in first_edition(operations, target)]
        times.append(case(operations, target, found["training"], before, n_steps, seconds))
        joules = [3.6e6 * kwh(operations, end) for end in ENDS]
        old = [first_joules(s, operations) for s in before]
        energies.append(case(operations, target, 3.6e6 * found["energy"], old, 1, joules))
    return {"EC-NAS, time of training": times, "EC-NAS, energy of training": energies}


def genomes(problem: object) -> set[tuple[int, ...]]:
    """One genome for every cell of EC-NAS."""
    raw = itertools.product(*(range(n) for n in problem.space.sizes))  # type: ignore[attr-defined]
    return {problem.canonical(genome) for genome in raw}  # type: ignore[attr-defined]


def kwh(operations: Operations, end: End) -> float:
    """Energy of a training of EC-NAS, of its computer and building, as we assume them."""
    life = Assumptions(
        device=DEVICES[EC_NAS_GPU],
        epochs=EC_NAS_EPOCHS,
        training_images=EC_NAS_IMAGES,
        validation_images=EC_NAS_JUDGED,
        training_batch=EC_NAS_BATCH,
    )
    told = life if end == "central" else life.at(end)
    return price(operations, n_train=0, n_validation=0, assumptions=told).training_kwh


def first_joules(seconds: float, operations: Operations) -> float:
    """Energy by the first edition for its time: most of the power by the FLOP, not by time."""
    gpu, n = DEVICES[EC_NAS_GPU], EC_NAS_EPOCHS * EC_NAS_IMAGES
    flops = 3 * n * sum(first_flops(o, Target(gpu)) for o in operations)
    n_bytes = 3 * n * sum(moved_bytes(o, batch=EC_NAS_BATCH) for o in operations)
    at_rate = 0.2 * seconds + 0.8 * flops / gpu.peak_flops_per_s
    drawn = gpu.tdp_w * at_rate + gpu.joules_per_byte * n_bytes / EC_NAS_BATCH
    return 1.59 * (drawn + 45.0 * seconds)


def help_latency(data_dir: Path) -> dict[str, list[Case]]:
    """Cells of NAS-Bench-201 on five devices: latency of a batch, in fp32."""
    with (data_dir / HELP).open(encoding="utf-8") as lines:
        rows = {line["architecture"]: line for line in csv.DictReader(lines)}
    whole, folded = (
        ProblemSpec("nb201", Settings(data="digits", options=options)).open()
        for options in ((("whole", "true"),), ())
    )
    tables: dict[str, list[Case]] = {column: [] for column in HELP_TARGETS}
    for name in judged(rows, "HELP"):
        as_built = (*cells(whole, name), *zeros(name.count("none")))
        as_compiled = cells(folded, name)
        for column, text in HELP_TARGETS.items():
            target = Target.parse(text)
            target = replace(target, precision="fp32")
            operations = as_built if target.runtime == "eager" else as_compiled
            seconds = [forward_pass(operations, target, end=end).seconds for end in ENDS]
            measured = float(rows[name][column]) / 1000
            before = first_edition(operations, target)
            tables[column].append(case(operations, target, measured, before, 1, seconds))
    return {f"HELP, {column}": cases for column, cases in tables.items()}


def cells(problem: object, name: str) -> Operations:
    """The network of a cell on images of CIFAR-10."""
    parts = problem.parts(problem.parse(name))[1:]  # type: ignore[attr-defined]
    stem = Part.of(convolution, 3, 16, activation=None)
    return count_chain([stem, *parts], (3, 32, 32)).operations


def zeros(n: int) -> Iterator[Operation]:
    """What the benchmark's own code does on edges that are none: times zero, and added."""
    for n_bytes in (4.0 * 16 * 32 * 32, 4.0 * 32 * 16 * 16, 4.0 * 64 * 8 * 8):
        for _ in range(5 * n):
            yield Operation(0, 2 * n_bytes, 0, "pointwise")
            yield Operation(0, 3 * n_bytes, 0, "pointwise")


def timm_throughput(data_dir: Path) -> dict[str, list[Case]]:
    """Networks of timm on an RTX 3090 in mixed precision: time of a batch, and of a step."""
    import timm

    tables: dict[str, list[Case]] = {}
    for name, path, word in (
        ("timm, inference", INFERENCE, "infer"),
        ("timm, training", TRAINING, "train"),
    ):
        with (data_dir / path).open(encoding="utf-8") as lines:
            rows = {}
            for line in csv.DictReader(lines):
                plain, side = line["model"].split(".")[0], int(line[f"{word}_img_size"])
                rows.setdefault((plain, side), line)
        kept = set(judged([plain for plain, _ in rows], "timm"))
        found = tables.setdefault(name, [])
        for (plain, side), line in rows.items():
            if plain not in kept or not timm.is_model(plain):
                continue
            batch = int(line[f"{word}_batch_size"])
            target = Target(DEVICES["rtx-3090"], "fp16", batch)
            try:
                cost = count(builder(timm.create_model, plain, side), (3, side, side))
            except RuntimeError as error:  # names that today's timm reads otherwise
                print(f"left out: {error}")
                continue
            ops = cost.operations
            model = forward_pass if word == "infer" else training_step
            seconds = [model(ops, target, end=end).seconds for end in ENDS]
            measured = batch / float(line[f"{word}_samples_per_sec"])
            times = 1 if word == "infer" else 3
            before = [times * s for s in first_edition(ops, replace(target, precision="fp32"))]
            found.append(case(ops, target, measured, before, 1, seconds, family(ops)))
    return tables


def builder(create: Callable[..., object], name: str, side: int) -> Callable[[], object]:
    """Makes a network of timm for images of a size."""

    def build() -> object:
        try:
            return create(name, pretrained=False, img_size=side)
        except TypeError:  # those that take any size
            return create(name, pretrained=False)

    return build


def family(operations: Operations) -> str:
    """With attention, else with depthwise convolutions, else neither."""
    if any(o.kind == "matmul" and not o.weight_bytes for o in operations):
        return "attention"
    has_depthwise = any(o.kind == "depthwise" for o in operations)
    return "depthwise" if has_depthwise else "dense"


def case(
    operations: Operations,
    target: Target,
    measured: float,
    before: Sequence[float],
    n_steps: float,
    after: Sequence[float],
    kind: str = "",
) -> Case:
    """A network with what was measured of it and what both editions say."""
    batch = target.batch
    return Case(
        family=kind,
        batch=batch,
        measured=measured,
        flops=batch * sum(o.flops for o in operations),
        n_bytes=sum(moved_bytes(o, batch=batch) for o in operations),
        before=tuple(before),
        after=tuple(n_steps * value for value in after),
    )


def first_edition(operations: Operations, target: Target) -> list[float]:
    """Seconds of a batch at utilisation .8, .5 and .25, as we reckoned before."""
    device, batch = target.device, target.batch
    peak = device.rates.get("fp32", device.peak_flops_per_s)
    rows = [(batch * first_flops(o, target), moved_bytes(o, batch=batch)) for o in operations]
    overhead = len(rows) * device.kernel_overhead_seconds
    return [
        sum(max(f / (u * peak), b / device.bandwidth_bytes_per_s) for f, b in rows) + overhead
        for u in (0.8, 0.5, 0.25)
    ]


def first_flops(operation: Operation, target: Target) -> float:
    """Arithmetic with Winograd in every 3 x 3 convolution of a graphics card."""
    is_saving = operation.kind == "conv3x3" and target.device.kind == "gpu"
    return operation.flops / (2.25 if is_saving else 1.0)


def published() -> list[list[str]]:
    """Rows of what NVIDIA published of ResNet-50; no number was fitted to it."""
    operations = count_network("resnet50", (3, 224, 224)).operations
    table = [["", "measured [ms]", "modelled [ms]", "ratio", "in band"]]
    for name, text, is_training, measured in PUBLISHED:
        model = training_step if is_training else forward_pass
        low, central, high = (
            model(operations, Target.parse(text), end=end).seconds for end in ENDS
        )
        table.append(
            [
                *(name, f"{1000 * measured:.1f}", f"{1000 * central:.1f}"),
                *(f"{measured / central:.2f}", "yes" if low <= measured <= high else "no"),
            ]
        )
    return table


def judged(names: Sequence[str] | dict[str, object], data: str) -> list[str]:
    """The names that nothing was fitted to, one in so many of a data set."""
    return [name for name in dict.fromkeys(names) if is_taken(name, data)]


def is_taken(name: str, data: str) -> bool:
    """Whether a name is of the half that is judged, and of the share that is looked at."""
    first, second, *_ = hashlib.sha256(name.encode()).digest()
    return first % 2 == 1 and second % SHARES[data] == 0


if __name__ == "__main__":
    main()
