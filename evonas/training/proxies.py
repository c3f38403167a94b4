"""Training-free proxies of accuracy: what one minibatch tells of an untrained network.

Every proxy takes the network as it was initialised, normalised images ``(n, channels, size,
size)`` or sequences ``(n, channels, length)``, and their labels ``(n,)``, n >= 1, on the
network's device. It returns a finite number, larger for a network expected to be more accurate;
the numbers of two proxies share no scale. A proxy works on a copy and leaves the network as it
was. In the copy all parameters are trainable, dropout is off, so that nothing is drawn, and
batch norm uses the batch's moments. Of a network that gives several tensors the logits count.
"""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from evonas.networks.metrics import Context, Network
from evonas.networks.outputs import logits_of
from evonas.objectives import Metric

Proxy = Callable[[nn.Module, Tensor, Tensor], float]

WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Linear)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
RECTIFIERS = (  # positive where their input is, and nowhere else
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU),
    *(nn.GELU, nn.Hardswish, nn.SiLU),
)
N_HINTING = 32  # inputs of a minibatch, where one has twice as many values
JACOBIAN_OFFSET = 1e-5  # k of Mellor et al. 2020
ROUNDING = 1e-6  # relative; what float32 leaves of a difference that should be zero
SMALLEST, LARGEST = sys.float_info.min, sys.float_info.max


def n_hinting(shape: Sequence[int]) -> int:
    """How many inputs a minibatch has: with more than values in one, jacob_cov tells nothing.

    Args:
        shape: Shape of one input, without the batch.
    """
    return min(N_HINTING, max(2, math.prod(shape) // 2))


@torch.enable_grad()
def synflow(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Synaptic flow: the logarithm of the sum over parameters of |p dL/dp|.

    Tanaka et al. 2020, "Pruning neural networks without any data by iteratively conserving
    synaptic flow", algorithm 1, as a score of networks by Abdelfattah et al. 2021,
    "Zero-Cost Proxies for Lightweight NAS": L is the sum of the outputs for an input of ones
    through the absolute parameters, batch norm bypassed; of the images only the shape matters.
    We differ in three ways. The flow, in float64, is returned as its logarithm, for it grows by
    a factor with every layer; beyond the range of float64, or where nothing flows, that is the
    logarithm of the nearest normal float, about 709 or -708. ReLU6 is not clipped from above,
    for it would be saturated and let nothing flow. The sum is over all parameters but those of
    batch norm, biases included, so that it covers whatever layer a space has.
    """
    copied = _copied(network).eval().double()
    for module in copied.modules():
        if isinstance(module, NORMS):
            module.register_forward_hook(lambda module, inputs, output: inputs[0].clone())
        elif isinstance(module, nn.Hardtanh):
            module.max_val = math.inf
    parameters = list(copied.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.abs_()
    shape = (1, *images.shape[1:])
    ones = torch.ones(shape, dtype=torch.float64, device=images.device)
    gradients = _gradients(logits_of(copied(ones)).sum(), parameters)
    flow = _saliency(zip(parameters, gradients, strict=True))
    return math.log(min(flow, LARGEST)) if flow > SMALLEST else math.log(SMALLEST)


def snip(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Connection sensitivity: the sum over weights of |w dL/dw|, L the mean cross-entropy.

    Lee et al. 2019, "SNIP: Single-shot network pruning based on connection sensitivity",
    summed over the weights of convolutions and linear layers as in Abdelfattah et al. 2021.
    Unlike Lee et al. we do not divide by the sum, for it is the score, and take the weights as
    they are instead of drawing them. A sum that is not finite counts as 0, the worst.
    """
    return _finite(_saliency(_weights_and_gradients(network, images, labels)))


def grad_norm(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sum over layers of the Euclidean norm of the gradient of the mean cross-entropy.

    Abdelfattah et al. 2021, "Zero-Cost Proxies for Lightweight NAS": the layers are the
    convolutions and linear layers, and biases do not count. We differ only where the sum is not
    finite: that counts as 0, the worst.
    """
    pairs = _weights_and_gradients(network, images, labels)
    return _finite(sum(float(gradient.double().norm()) for _, gradient in pairs))


@torch.no_grad()
def naswot(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How differently the rectifiers fire for different images: log det K.

    Mellor et al. 2021, "Neural Architecture Search without Training": K_ij is the number of
    rectifier units that agree, in being positive or not, on images i and j. Labels do not
    matter. We count all modules of ``RECTIFIERS``, not only ReLU, for some spaces choose their
    activation; ``functional.relu`` is not seen. A regular K has a positive integer for a
    determinant and scores 0 or more; a singular one, minus infinity in the paper, scores about
    -708 for every eigenvalue that is zero, so that networks without rectifiers come last.
    """
    n = len(images)
    kernel = torch.zeros(n, n, dtype=torch.float64, device=images.device)

    def count_agreements(module: nn.Module, inputs: object, output: Tensor) -> None:
        signs = torch.where(output[:n].flatten(1) > 0, 1.0, -1.0)  # (n, units)
        kernel.add_((signs @ signs.T + signs.shape[1]) / 2)

    copied = _copied(network)
    for module in copied.modules():
        if isinstance(module, RECTIFIERS):
            module.register_forward_hook(count_agreements)
    copied(_batch(images))
    eigenvalues = torch.linalg.eigvalsh(kernel)
    is_zero = eigenvalues <= n * torch.finfo(torch.float64).eps * eigenvalues.max()
    if is_zero.any():
        return int(is_zero.sum()) * math.log(SMALLEST)
    return float(eigenvalues.log().sum())


@torch.enable_grad()
def jacob_cov(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How differently the outputs change with different images: -sum(log(v + k) + 1 / (v + k)).

    Mellor et al. 2020, the first version of "Neural Architecture Search without Training", as
    in Abdelfattah et al. 2021: v are the eigenvalues of the correlation matrix of the Jacobians
    of the summed outputs, one row per image, and k = 1e-5. Labels do not matter. Where an
    image's Jacobian is constant, above all zero, its correlations are not defined; we set them
    to 0, that with itself too, which costs as much as an image that equals another. Give fewer
    images than an image has values: centred rows of m values span m - 1 dimensions, and every
    dimension short costs about 1 / k whatever the network.
    """
    leaves = _batch(images).requires_grad_()
    (jacobians,) = _gradients(logits_of(_copied(network)(leaves.clone())).sum(), [leaves])
    rows = jacobians[: len(images)].flatten(1).double()  # (n, pixels)
    shifted = torch.linalg.eigvalsh(_correlation(rows)) + JACOBIAN_OFFSET
    return -float((shifted.log() + 1 / shifted).sum())


PROXIES: dict[str, Proxy] = {
    "synflow": synflow,
    "snip": snip,
    "grad_norm": grad_norm,
    "naswot": naswot,
    "jacob_cov": jacob_cov,
}


class Proxies:
    """The training-free proxies of one initialisation and one minibatch, the same for all."""

    metrics = tuple(
        Metric(name, "", f"{name}, untrained", -1, best=None, when="hinted") for name in PROXIES
    )

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Compute the wanted proxies and no other, for each takes a pass or two."""
        images, labels = context.batch
        return {name: PROXIES[name](network.model, images, labels) for name in wanted}


def _copied(network: nn.Module) -> nn.Module:
    copied = copy.deepcopy(network).eval().requires_grad_()
    for module in copied.modules():
        if isinstance(module, NORMS):
            module.train()
    return copied


def _batch(tensor: Tensor) -> Tensor:
    """A copy to write to; of one image two, for batch norm refuses one, with equal moments."""
    return torch.cat([tensor] * (2 if len(tensor) == 1 else 1))


@torch.enable_grad()
def _weights_and_gradients(
    network: nn.Module, images: Tensor, labels: Tensor
) -> list[tuple[Tensor, Tensor]]:
    """The weights of every convolution and linear layer, each with its gradient."""
    copied = _copied(network)
    weights = [m.weight for m in copied.modules() if isinstance(m, WEIGHTED)]
    loss = functional.cross_entropy(logits_of(copied(_batch(images))), _batch(labels))
    return list(zip(weights, _gradients(loss, weights), strict=True))


def _gradients(loss: Tensor, tensors: Sequence[Tensor]) -> Sequence[Tensor]:
    """Gradients of the loss; zero for a tensor that the loss does not depend on."""
    if not tensors or not loss.requires_grad:
        return [torch.zeros_like(tensor) for tensor in tensors]
    return torch.autograd.grad(loss, tensors, allow_unused=True, materialize_grads=True)


@torch.no_grad()
def _saliency(pairs: Iterable[tuple[Tensor, Tensor]]) -> float:
    """Sum of |w g|; an undefined product, as of 0 and infinity, counts as 0."""
    products = ((w.double() * g.double()).abs() for w, g in pairs)
    return sum(float(product.nan_to_num(0.0, math.inf).sum()) for product in products)


def _correlation(rows: Tensor) -> Tensor:
    rows = rows.nan_to_num(0.0, 0.0, 0.0)
    centred = rows - rows.mean(1, keepdim=True)
    spread = centred.norm(dim=1, keepdim=True)
    is_constant = spread <= ROUNDING * rows.norm(dim=1, keepdim=True)
    unit: Tensor = (centred / spread).masked_fill(is_constant, 0.0)
    return unit @ unit.T


def _finite(total: float) -> float:
    return total if math.isfinite(total) else 0.0
