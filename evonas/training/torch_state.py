"""What torch has set for a whole process, to be put back after a candidate."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch.nn.modules import module as modules

from evonas.process_state import Kept, Setting

_cuda: Any = torch.cuda  # not typed
_memory: Any = torch.utils.deterministic  # neither is this
MODULES = (torch, torch.nn, torch.nn.functional, torch.nn.init, torch.optim, torch.linalg)
LAYERS = (  # whose methods a candidate may replace
    *{layer for layer in vars(torch.nn).values() if isinstance(layer, type)},
    torch.optim.Optimizer,
    torch.optim.SGD,
)


def seed(number: int) -> None:
    """Set torch's global random state, that of the GPUs included."""
    torch.default_generator.manual_seed(number)
    if _has_gpu():
        torch.cuda.manual_seed_all(number)


def random_state() -> Any:
    """Torch's global random state, for ``set_random_state``; that of GPUs only once in use."""
    gpus = torch.cuda.get_rng_state_all() if _cuda.is_initialized() else []
    return torch.get_rng_state(), gpus


def set_random_state(state: Any) -> None:
    """Set torch's global random state to what ``random_state`` gave."""
    here, gpus = state
    torch.set_rng_state(here)
    if gpus:
        torch.cuda.set_rng_state_all(gpus)


def untouched() -> Kept:
    """The settings with the values that they have where torch was just imported."""
    said = os.environ.get("OMP_NUM_THREADS", "")  # a worker's has it, else torch decides
    return (*_AT_FIRST, (_N_THREADS, int(said))) if said.isdigit() else _AT_FIRST


@cache
def _has_gpu() -> bool:
    return torch.cuda.is_available()


def _set_device(before: torch.device) -> None:
    torch.set_default_device(None if before.type == "cpu" else before)


def _determinism() -> tuple[bool, bool, bool]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        _memory.fill_uninitialized_memory,
    )


def _set_determinism(before: tuple[bool, bool, bool]) -> None:
    is_on, is_warning, _memory.fill_uninitialized_memory = before
    torch.use_deterministic_algorithms(is_on, warn_only=is_warning)


def _autocast() -> tuple[bool, torch.dtype]:
    return torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")


def _set_autocast(before: tuple[bool, torch.dtype]) -> None:
    is_on, dtype = before
    torch.set_autocast_enabled("cpu", is_on)
    torch.set_autocast_dtype("cpu", dtype)


def _flag(owner: Any, name: str) -> Setting:
    """A flag that is an attribute of one of torch's back ends."""
    return Setting(
        f"torch's {owner.__name__.removeprefix('torch.backends.')}.{name}",
        lambda: getattr(owner, name),
        lambda before: setattr(owner, name, before),
    )


def _cannot_be_set(before: object) -> None:
    """Left as it is: the process is then no longer fit."""


def _n_entered() -> tuple[int, int]:
    """How many modes that see all calls are on; 1 for a default device."""
    functions: Callable[[], int] = torch._C._len_torch_function_stack
    operators: Callable[[], int] = torch._C._len_torch_dispatch_stack
    return functions(), operators()


def _n_hooks() -> int:
    """How many hooks see every network."""
    tables = [value for name, value in vars(modules).items() if name.startswith("_global_")]
    return sum(len(table) for table in tables if isinstance(table, dict))


def _loses_the_smallest() -> bool:
    """Whether numbers below the normal ones count as zero, which a processor can be told."""
    return sys.float_info.min * 0.5 == 0


_N_THREADS = Setting("torch's number of threads", torch.get_num_threads, torch.set_num_threads)
_AT_FIRST: Kept = (
    (
        Setting("torch's default dtype", torch.get_default_dtype, torch.set_default_dtype),
        torch.float32,
    ),
    (Setting("torch's gradients", torch.is_grad_enabled, torch.set_grad_enabled), True),
    (
        Setting("torch's default device", torch.get_default_device, _set_device),
        torch.device("cpu"),
    ),
    (Setting("torch's determinism", _determinism, _set_determinism), (False, False, True)),
    (
        Setting(
            "torch's precision of products",
            torch.get_float32_matmul_precision,
            torch.set_float32_matmul_precision,
        ),
        "highest",
    ),
    (Setting("torch's autocast", _autocast, _set_autocast), (False, torch.bfloat16)),
    (
        Setting(
            "torch's detection of anomalies",
            lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
            lambda before: torch.set_anomaly_enabled(*before),
        ),
        (False, True),
    ),
    (
        Setting(
            "torch's smallest numbers",
            _loses_the_smallest,
            lambda before: torch.set_flush_denormal(before),
        ),
        False,
    ),
    (
        Setting("torch's inference mode", torch.is_inference_mode_enabled, _cannot_be_set),
        False,
    ),
    (_flag(torch.backends.cudnn, "enabled"), True),
    (_flag(torch.backends.cudnn, "benchmark"), False),
    (_flag(torch.backends.cudnn, "deterministic"), False),
    (_flag(torch.backends.cudnn, "allow_tf32"), True),
    (_flag(torch.backends.mkldnn, "enabled"), True),
    (Setting("torch's modes", _n_entered, _cannot_be_set), (0, 0)),
    (Setting("torch's hooks of all networks", _n_hooks, _cannot_be_set), 0),
)
TORCH: tuple[Setting, ...] = (
    *(setting for setting, _ in _AT_FIRST),
    _N_THREADS,
    Setting("torch's interop threads", torch.get_num_interop_threads, _cannot_be_set),
)
