"""A problem whose architectures change what is set for the whole process."""

from __future__ import annotations

import builtins
import decimal
import gc
import json
import locale
import math
import os
import pickle
import random
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from evonas import Gene, Problem, SearchSpace
from evonas.objectives import ACC, FLOPS
from evonas.space import Genome


def removes_its_folder() -> None:
    os.mkdir("scratch")
    os.chdir("scratch")
    os.rmdir(os.getcwd())


def handles_the_alarm() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)


def takes_another_generator() -> None:
    np.random.set_bit_generator(np.random.PCG64(7))


def numbers_are_shortened() -> None:
    sys.set_int_max_str_digits(640)


RESTORED: Mapping[str, Callable[[], object]] = {
    "default dtype": lambda: torch.set_default_dtype(torch.float64),
    "no gradients": lambda: torch.set_grad_enabled(False),
    "default device": lambda: torch.set_default_device("meta"),
    "determinism": lambda: torch.use_deterministic_algorithms(True),
    "threads": lambda: torch.set_num_threads(3),
    "precision": lambda: torch.set_float32_matmul_precision("medium"),
    "autocast": lambda: torch.set_autocast_enabled("cpu", True),
    "cudnn": lambda: setattr(torch.backends.cudnn, "benchmark", True),
    "denormals": lambda: torch.set_flush_denormal(True),
    "torch's state": lambda: torch.manual_seed(3),
    "numpy's state": lambda: np.random.seed(3),
    "numpy's generator": takes_another_generator,
    "Python's state": lambda: random.seed(3),
    "numpy's errors": lambda: np.seterr(all="raise"),
    "folder": lambda: os.chdir("/"),
    "a folder that is gone": removes_its_folder,
    "environment": lambda: os.environ.update(HOME="/nowhere", EVONAS_NEW="1"),
    "environment emptied": os.environ.clear,
    "warnings": lambda: warnings.simplefilter("error"),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C"),
    "decimals": lambda: setattr(decimal.getcontext(), "prec", 3),
    "recursion": lambda: sys.setrecursionlimit(200),
    "digits": numbers_are_shortened,
    "streams": lambda: setattr(sys, "stdout", None),
    "garbage": gc.disable,
    "cores": lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    "alarm": lambda: signal.setitimer(signal.ITIMER_REAL, 0.2),
    "handler": handles_the_alarm,
    "a module's place": lambda: sys.modules.update(json=math),  # type: ignore[dict-item]
    "files": lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (20, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    ),
}


def square(number: float) -> float:
    return number * number


REPLACED: Mapping[str, Callable[[], object]] = {
    "a built-in function": lambda: setattr(builtins, "len", lambda things: 7),
    "a function of math": lambda: setattr(math, "sqrt", math.cbrt),
    "numpy's function": lambda: setattr(np, "sum", np.prod),
    "torch's function": lambda: setattr(functional, "relu", functional.silu),
    "a layer": lambda: setattr(nn.ReLU, "forward", lambda self, x: -x),
    "a class of layers": lambda: setattr(nn, "ReLU", nn.GELU),
    "how answers are pickled": lambda: setattr(pickle, "dumps", lambda answer: b"nonsense"),
    "how JSON is read": lambda: delattr(json, "loads"),
    "its own module": lambda: globals().update(square=math.sqrt),
    "its own class": lambda: setattr(Changing, "bonus", lambda self: 99.0),
}
LASTING: Mapping[str, Callable[[], object]] = {
    "hooks": lambda: nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 2),
    "inference": lambda: torch.inference_mode().__enter__(),
}
CHANGES = {**RESTORED, **REPLACED, **LASTING}
WORDS = ("nothing", *CHANGES)


def seen() -> dict[str, Any]:
    """All that a candidate can see of its process, each as a text or a number."""
    torch_net = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    with warnings.catch_warnings(record=True):
        warnings.warn("something", stacklevel=1)
    return {
        "dtype": str(torch.zeros(1).dtype),
        "device": str(torch.zeros(1).device),
        "grad": torch.is_grad_enabled()
        and (torch.ones(1, requires_grad=True) * 2).requires_grad,
        "flags": (torch.get_num_threads(), torch.backends.cudnn.benchmark),
        "determinism": torch.are_deterministic_algorithms_enabled(),
        "precision": torch.get_float32_matmul_precision(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "denormals": sys.float_info.min * 0.5,
        "net": torch_net(torch.ones(2, 3)).sum().item(),
        "relu": functional.relu(torch.tensor([-2.0, 2.0])).sum().item(),
        "draws": (random.random(), np.random.rand(), torch.rand(1).item()),
        "numpy": (float(np.sum([2, 5])), dict(np.geterr())),
        "folder": os.getcwd(),
        "environment": (os.environ.get("HOME"), os.environ.get("EVONAS_NEW")),
        "filters": [entry[0] for entry in warnings.filters],
        "locale": locale.setlocale(locale.LC_ALL),
        "decimals": decimal.getcontext().prec,
        "limits": (sys.getrecursionlimit(), sys.get_int_max_str_digits(), gc.isenabled()),
        "streams": sys.stdout is None,
        "cores": len(os.sched_getaffinity(0)),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        "handler": str(signal.getsignal(signal.SIGALRM)),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "modules": sys.modules["json"] is json,
        "python": (len([1, 2]), math.sqrt(64.0), square(3.0), json.loads("[1]")),
    }


class Changing(Problem):
    """One gene says what is changed; the accuracy is a digest of all that is seen before."""

    space = SearchSpace((Gene("change", WORDS), Gene("width", tuple(range(4)))))
    objectives = (ACC, FLOPS)
    default_objectives = ("acc", "flops")
    cheap = frozenset({"flops"})

    def bonus(self) -> float:
        return 0.0

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> dict[str, float]:
        change, width = self.decode(genome).values()
        metrics = {"flops": 1e3 * (1 + width)}
        if "acc" in wanted:
            text = json.dumps(seen(), default=str)
            metrics["acc"] = sum(map(ord, text)) % 997 / 10 + width / 1000 + self.bonus()
            if change in CHANGES:
                CHANGES[change]()
        return metrics
