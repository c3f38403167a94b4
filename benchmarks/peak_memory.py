"""How far the peak memory of random networks, as it is told, is from what torch allocates.

    python benchmarks/peak_memory.py [--networks 50] [--image-size 32] [--batch 4] [--seed 0]

Random networks of every space of images that ships. Each is told from its trace, and measured
on this processor in three ways: as deployed, with batch norms folded and what can work in place
doing so, by the storages that are alive after each kernel; the same by what torch's allocator
gives and takes back, so with the workspace of kernels; and as PyTorch runs the module itself,
by the allocator. Maps of the deployed networks lie with their channels last, in which oneDNN's
kernels need not lay them out anew; those of the modules with their channels first. Inputs are
counted. Weights are compared apart, with those of the deployed network. Writes a row for each
network to ``results/``, and prints a table.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.fx.experimental.proxy_tensor import make_fx
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from evonas.data.kinds import IMAGES
from evonas.networks.building import completed
from evonas.networks.chain import traced
from evonas.networks.tracing import storage_key
from evonas.pareto.correlation import spearman
from evonas.plugins.loading import ProblemSpec, load, problem_entries
from evonas.problem import Settings
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

RESULTS = Path(__file__).parent / "results"
ATEN = torch.ops.aten
LAST = torch.channels_last
SINGLE = 4  # bytes of a number


@dataclass(frozen=True)
class Peak:
    """The peak memory of one network, in bytes of activations of a batch.

    Attributes:
        space: Short name of the space.
        genome: The genome of the network, its numbers joined.
        flops: FLOPs of one input.
        params: Parameters of the network.
        told: The peak as it is told.
        weights: Bytes of weights as they are told.
        deployed_weights: Bytes of weights of the deployed network.
        told_unfused: The peak as it is told where every kernel makes what it gives anew.
        deployed: Storages alive at most in the deployed network.
        allocated: What the allocator has given at most to the deployed network.
        eager: What the allocator has given at most to the network as PyTorch runs it.
    """

    space: str
    genome: str
    flops: int
    params: int
    told: int
    weights: int
    deployed_weights: int
    told_unfused: int
    deployed: int
    allocated: int
    eager: int


class Alive(TorchDispatchMode):
    """Follows which storages are alive, and for how many bytes.

    Args:
        model: The network, whose weights do not count.

    Attributes:
        most: The most bytes that were alive at a time.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        weights = {storage_key(t) for t in (*model.parameters(), *model.buffers())}
        self._ignored, self._bytes = weights, dict[int, tuple[Any, int]]()
        self.most = 0

    def hold(self, tensors: Sequence[Tensor]) -> None:
        """Look at tensors, and at what is alive still."""
        for tensor in tensors:
            key = storage_key(tensor)
            if key not in self._ignored:
                storage = tensor.untyped_storage()
                self._bytes[key] = (
                    torch.multiprocessing.reductions.StorageWeakRef(storage),
                    storage.nbytes(),
                )
        self._bytes = {k: v for k, v in self._bytes.items() if not v[0].expired()}
        self.most = max(self.most, sum(n for _, n in self._bytes.values()))

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        self.hold([t for t in tree_iter(out) if isinstance(t, Tensor)])
        return out


def deployed(model: nn.Module, images: Tensor) -> fx.GraphModule:
    """The kernels of a network as a graph, with norms folded and work in place where it can be.

    Args:
        model: The network, in evaluation.
        images: What the network is to be followed with.
    """
    with torch.no_grad():
        graph = make_fx(model)(images)
    for node in list(graph.graph.nodes):
        if node.target is ATEN.native_batch_norm.default:
            _fold(graph, node)
    graph.graph.eliminate_dead_code()
    order = {node: i for i, node in enumerate(graph.graph.nodes)}
    for node in list(graph.graph.nodes):
        _work_in_place(graph, node, order)
    graph.recompile()
    return graph


def _fold(graph: fx.GraphModule, norm: fx.Node) -> None:
    """Put a batch norm into the convolution before it, or make it a product and a sum."""
    source, weight, bias, mean, variance, _, _, epsilon = norm.args
    scale = torch.rsqrt(_tensor(graph, variance) + epsilon)
    scale = scale * _tensor(graph, weight) if weight is not None else scale
    shift = -_tensor(graph, mean) * scale
    shift = shift + _tensor(graph, bias) if bias is not None else shift
    (given,) = (user for user in norm.users if user.args[1] == 0)
    if source.target is ATEN.convolution.default and len(source.users) == 1:
        filters = _tensor(graph, source.args[1])
        offset = _tensor(graph, source.args[2]) * scale if source.args[2] else 0.0
        n_axes = filters.ndim - 1
        told = [filters * scale.view(-1, *[1] * n_axes), shift + offset]
        with graph.graph.inserting_before(source):
            new = [_constant(graph, tensor) for tensor in told]
        source.args = (source.args[0], *new, *source.args[3:])
        given.replace_all_uses_with(source)
        return
    n_axes = norm.meta["val"][0].ndim - 2
    with graph.graph.inserting_before(norm):
        shape = (-1, *[1] * n_axes)
        factors = [_constant(graph, tensor.view(shape)) for tensor in (scale, shift)]
        product = graph.graph.call_function(ATEN.mul.Tensor, (source, factors[0]))
        total = graph.graph.call_function(ATEN.add.Tensor, (product, factors[1]))
    product.meta["val"] = total.meta["val"] = given.meta["val"]
    given.replace_all_uses_with(total)


def _tensor(graph: fx.GraphModule, node: Any) -> Tensor:
    found: Tensor = getattr(graph, node.target)
    return found.detach()


def _constant(graph: fx.GraphModule, tensor: Tensor) -> fx.Node:
    name = f"folded{sum(1 for _ in graph.buffers())}"
    graph.register_buffer(name, tensor)
    return graph.graph.get_attr(name)


def _work_in_place(graph: fx.GraphModule, node: fx.Node, order: dict[fx.Node, int]) -> None:
    """Let a kernel write over the first tensor that it is the last to read."""
    if node.op != "call_function" or not isinstance(node.target, torch._ops.OpOverload):
        return
    name = node.target.overloadpacket.__name__
    is_pointwise = torch.Tag.pointwise in node.target.tags or name.startswith("hard")
    written = getattr(ATEN, f"{name}_", None)
    overload = getattr(written, node.target._overloadname, None)
    if not is_pointwise or overload is None:
        return
    operands = list(node.args)
    n = 2 if name in ("add", "mul") else 1
    for i, operand in enumerate(operands[:n]):
        if isinstance(operand, fx.Node) and _is_spent(operand, node, order):
            operands[0], operands[i] = operands[i], operands[0]
            node.target, node.args = overload, tuple(operands)
            return


def _is_spent(tensor: fx.Node, by: fx.Node, order: dict[fx.Node, int]) -> bool:
    """Whether nobody looks at a tensor of a node's shape after the node, nor at its views."""
    if tensor.op != "call_function" or tensor.meta["val"].shape != by.meta["val"].shape:
        return False
    if any(getattr(node.target, "is_view", False) for node in (tensor, *tensor.users)):
        return False
    return max(map(order.__getitem__, tensor.users)) == order[by]


def alive_at_most(graph: fx.GraphModule, shape: tuple[int, ...]) -> int:
    """The most bytes of storages that are alive at a time when a graph runs.

    Args:
        graph: The network, of which every tensor is let go after its last use.
        shape: Shape of the batch.
    """
    images = [_noise(shape, LAST)]
    with torch.no_grad(), Alive(graph) as alive:
        alive.hold(images)
        fx.Interpreter(graph).boxed_run(images)
    return alive.most


def allocated_at_most(
    run: Callable[[list[Tensor]], object],
    shape: tuple[int, ...],
    layout: torch.memory_format,
) -> int:
    """The most bytes that torch's allocator has given at a time while something runs.

    Args:
        run: What runs; it may empty the list that it is given.
        shape: Shape of the batch.
        layout: How the batch lies in memory.
    """
    with torch.inference_mode():
        run([_noise(shape, layout)])  # kernels that prepare something do so once
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
            run([_noise(shape, layout)])
    assert profiled.profiler is not None
    events = profiled.profiler.kineto_results.events()
    changes = [event for event in events if event.name() == "[memory]"]
    changes.sort(key=lambda event: event.start_ns())
    return int(np.max(np.cumsum([event.nbytes() for event in changes])))


def _noise(shape: tuple[int, ...], layout: torch.memory_format) -> Tensor:
    return torch.empty(shape, memory_format=layout).uniform_()


def weight_bytes(graph: fx.GraphModule) -> int:
    """Bytes of the weights that the kernels of a graph read.

    Args:
        graph: The network.
    """
    names = {str(node.target) for node in graph.graph.nodes if node.op == "get_attr"}
    tensors = {storage_key(t): t for t in (getattr(graph, name) for name in names)}
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors.values())


def peak_of(problem: TrainedProblem, genome: Genome, *, space: str, batch: int) -> Peak:
    """The peak memory of one network, told and measured.

    Args:
        problem: The space, opened.
        genome: The canonical genome.
        space: Short name of the space.
        batch: How many images pass at a time.
    """
    model = completed(problem.build(problem.decode(genome)), problem.input_shape).eval()
    cost = problem.cost(genome)
    assert cost.memory is not None
    shape = (batch, *problem.input_shape)
    eager = allocated_at_most(lambda images: model(*images), shape, torch.contiguous_format)
    graph = deployed(model.to(memory_format=LAST), _noise(shape, LAST))
    unfused = max(traced(cost).flow().alive(is_fused=False))
    return Peak(
        space=space,
        genome="-".join(map(str, genome)),
        flops=cost.flops,
        params=cost.params,
        told=batch * SINGLE * cost.memory.peak_activations,
        weights=cost.memory.model_bytes(bytes_per_number=SINGLE),
        deployed_weights=weight_bytes(graph),
        told_unfused=batch * SINGLE * unfused,
        deployed=alive_at_most(graph, shape),
        allocated=allocated_at_most(fx.Interpreter(graph).boxed_run, shape, LAST),
        eager=eager,
    )


def peaks(n: int, *, image_size: int, batch: int, seed: int) -> Iterator[Peak]:
    """The peaks of random networks, as many of each space as can be.

    Args:
        n: How many networks there are in all.
        image_size: Side of the images, in pixels.
        batch: How many images pass at a time.
        seed: Fixes the genomes.
    """
    spaces = {name: load(path) for name, path in problem_entries().items()}
    trained = [name for name, found in spaces.items() if _takes_images(found)]
    for i, space in enumerate(trained):
        problem = ProblemSpec(space, Settings(image_size=image_size)).open()
        assert isinstance(problem, TrainedProblem)
        wanted = len(range(i, n, len(trained)))
        for genome in problem.space.sample(wanted, np.random.default_rng([seed, i])):
            yield peak_of(problem, problem.canonical(genome), space=space, batch=batch)


def _takes_images(found: object) -> bool:
    is_trained = isinstance(found, type) and issubclass(found, TrainedProblem)
    return is_trained and found.takes is IMAGES


def table(rows: Sequence[Peak]) -> list[str]:
    """How what is told, and what else might stand for it, goes with what is measured.

    Args:
        rows: The networks.
    """
    lines = ["| told by | measured | measured / told: median | range | Spearman |"]
    lines.append("|---|---|---|---|---|")
    for told in ("told", "told_unfused", "flops", "params"):
        for measured in ("deployed", "allocated", "eager"):
            found = np.array([getattr(row, told) for row in rows], dtype=float)
            true = np.array([getattr(row, measured) for row in rows], dtype=float)
            low, median, high = np.quantile(true / found, [0, 0.5, 1])
            is_bytes = told.startswith("told")
            ratio = f"{median:.3f} | {low:.2f} to {high:.2f}" if is_bytes else "- | -"
            lines.append(f"| {told} | {measured} | {ratio} | {spearman(found, true):.3f} |")
    n = sum(row.weights == row.deployed_weights for row in rows)
    n_equal = sum(row.told == row.deployed for row in rows)
    whole = [(row.allocated + row.weights) / (row.told + row.weights) for row in rows]
    return [
        *lines,
        f"with weights, allocated / told: median {np.median(whole):.3f}, {min(whole):.2f} to "
        f"{max(whole):.2f}",
        f"told exactly as deployed: weights of {n}, peaks of {n_equal} of {len(rows)} networks",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=50, metavar="N")
    parser.add_argument("--image-size", type=int, default=32, metavar="PIXELS")
    parser.add_argument("--batch", type=int, default=4, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="SEED")
    given = parser.parse_args()
    rows = []
    for row in peaks(
        given.networks, image_size=given.image_size, batch=given.batch, seed=given.seed
    ):
        rows.append(row)
        print(f"{len(rows):3} of {given.networks}: {row}", flush=True)
    name = f"{len(rows)}networks-{given.image_size}px-batch{given.batch}-seed{given.seed}"
    file = RESULTS / f"peak-memory-{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([field.name for field in fields(Peak)])
        writer.writerows(map(astuple, rows))
    print("\n".join([*table(rows), f"written to {file}"]))


if __name__ == "__main__":
    main()
