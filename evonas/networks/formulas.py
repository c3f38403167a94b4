"""What one operator costs: contractions have formulas, and everything else costs nothing.

A contraction multiplies and sums over an index: a matrix product, a convolution, an attention,
a transform. Its cost is told by torch's own formulas, or by one of ours. Operators that move,
reshape, compare, reduce, normalise, sample or activate count as zero, as in
``torch.utils.flop_counter``. What is neither is unknown: a contraction without a formula, such
as a decomposition of a matrix, and every operator of a library that is not torch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils.flop_counter import flop_registry

# Parts of the names of torch's contractions, and the names that only look like one.
CONTRACTING = (
    *("*mm", "*mv", "*dot", "matmul", "*linear", "conv", "conv[1-3]d", "convolution"),
    *("attention", "lstm", "gru", "rnn", "fft", "linalg", "solve", "cholesky", "svd", "qr"),
    *("lu", "*inverse", "*det", "geqrf", "orgqr", "ormqr", "cdist", "pdist", "euclidean"),
    *("encoder", "matrix"),
)
LOOKING_SO = ("upsample_*", "linalg_*norm", "linalg_cross", "linalg_*errors", "fft_*freq")
TORCH_S_OWN = ("aten", "prims", "prim", "profiler", "torchvision")

Formula = Callable[[tuple[Any, ...], Any], float]  # of the arguments, and of what they gave


def _n(tensor: Tensor) -> int:
    return math.prod(tensor.shape)


def _product(args: tuple[Any, ...], out: Any) -> float:
    """Of matrices, the first one read along its last axis."""
    return 2.0 * _n(out) * int(args[0].shape[-1])


def _batches_summed(args: tuple[Any, ...], out: Any) -> float:
    _, first, second, *_ = args
    return 2.0 * _n(first) * int(second.shape[-1])


def _all_of(place: int) -> Formula:
    """A multiply and an add for every number of one argument."""
    return lambda args, out: 2.0 * _n(args[place])


def _bilinear(args: tuple[Any, ...], out: Any) -> float:
    """The weights ``(outputs, first, second)`` with the first input, then with the second."""
    _, first, second = map(int, args[1].shape)
    return 2.0 * _n(out) * (first + 1) * second


def _attention(args: tuple[Any, ...], out: Any) -> float:
    """Every query with every key, and the weights so found with every value."""
    query, key, value, *_ = args  # (..., length, width)
    n_pairs = math.prod((*map(int, query.shape[:-1]), int(key.shape[-2])))
    return 2.0 * n_pairs * (int(query.shape[-1]) + int(value.shape[-1]))


def _recurrent(args: tuple[Any, ...], out: Any) -> float:
    """Weights of the inputs and of the state, in every step ``(steps, batch, inputs)``."""
    inputs, of_inputs, of_state, *_ = args
    n_steps = math.prod(map(int, inputs.shape[:-1]))
    return 2.0 * n_steps * (_n(of_inputs) + _n(of_state))


def _deformable(args: tuple[Any, ...], out: Any) -> float:
    """As a plain convolution; finding the sampled pixels counts as nothing."""
    return 2.0 * _n(out) * _n(args[1][0])


def _fourier(args: tuple[Any, ...], out: Any) -> float:
    """5 n log2 n, the convention of FFTW's authors, for real numbers as for complex ones."""
    larger = max(args[0], out, key=_n)  # half of a symmetric one is left out
    n = math.prod(int(larger.shape[axis]) for axis in args[1])
    return 5.0 * _n(larger) * math.log2(n)


# In addition to torch's own, which come first, and with them those that a user registers.
FORMULAS: Mapping[str, Formula] = {
    **dict.fromkeys(("aten._int_mm", "aten.linear", "aten.mkldnn_linear"), _product),
    "aten.addbmm": _batches_summed,
    **dict.fromkeys(("aten.mv", "aten.dot", "aten.vdot"), _all_of(0)),
    "aten.addmv": _all_of(1),
    "aten._trilinear": _bilinear,
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten.mkldnn_rnn_layer": _recurrent,
    **dict.fromkeys(("aten._fft_r2c", "aten._fft_c2c", "aten._fft_c2r"), _fourier),
    "torchvision.deform_conv2d": _deformable,
}


def operator_flops(func: Any, args: tuple[Any, ...], kwargs: Any, out: Any) -> float | None:
    """FLOPs of one call of an operator; ``None`` where nobody has declared them.

    Args:
        func: The overload of the operator, as a dispatch mode sees it.
        args: The operator's arguments by position.
        kwargs: The operator's arguments by name.
        out: What the operator gave.
    """
    packet = func.overloadpacket
    if packet in flop_registry:
        return float(flop_registry[packet](*args, **kwargs, out_val=out))
    if (formula := FORMULAS.get(str(packet).removesuffix("_"))) is not None:
        return formula(args, out)
    return None if is_contraction(func) or func.namespace not in TORCH_S_OWN else 0.0


def is_contraction(func: Any) -> bool:
    """Whether an operator multiplies and sums over an index, or solves a system.

    Args:
        func: The overload of the operator, as a dispatch mode sees it.
    """
    packet = func.overloadpacket
    if packet in flop_registry or str(packet).removesuffix("_") in FORMULAS:
        return True
    return _sounds_contracting(packet.__name__)


@cache
def _sounds_contracting(name: str) -> bool:
    name = name.strip("_")
    if any(fnmatch(name, pattern) for pattern in LOOKING_SO):
        return False
    words = name.split("_")
    return any(fnmatch(word, pattern) for word in words for pattern in CONTRACTING)
