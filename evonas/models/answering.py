"""Answers of networks with several exits: by a budget of FLOPs, or by confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, fx

from evonas.networks.exits import Exits
from evonas.networks.graph import IMAGES, GraphNetwork


class Answers(NamedTuple):
    """What a network says of images, and what that took.

    Attributes:
        logits: The logits of the exit that answered, ``(n, n_classes)``.
        exits: The number of that exit, from 1, ``(n,)``.
        flops: What each answer took, in FLOPs, ``(n,)``.
    """

    logits: Tensor
    exits: Tensor
    flops: Tensor


class Evaluation(Protocol):
    """One pass over some images, which goes no further than is asked."""

    def answer(self, k: int) -> Tensor:
        """The logits of an exit, counted from 1; what ran before does not run again."""

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the images alone.

        Args:
            rows: Which of those that are left, ``(n,)`` booleans.
        """


class GraphEvaluation:
    """A pass of a ``GraphNetwork``.

    Args:
        network: The network, in evaluation mode.
        images: Images as the network takes them.
    """

    def __init__(self, network: GraphNetwork, images: Tensor) -> None:
        self._network = network
        self._found = {IMAGES: images}

    def answer(self, k: int) -> Tensor:
        """The logits of an exit, counted from 1."""
        graph, found = self._network.graph, self._found
        for name, module in self._network.nodes.items():
            if name in graph.needs[k - 1] and name not in found:
                found[name] = module(*(found[source] for source in graph.nodes[name].sources))
        return found[graph.exits[k - 1]]

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the images alone."""
        self._found = {name: tensor[rows] for name, tensor in self._found.items()}


class ProgramEvaluation:
    """A pass of an exported network, operator by operator.

    Args:
        program: The module of the exported network, which gives the logits of every exit.
        images: Images as the program takes them.
    """

    def __init__(self, program: fx.GraphModule, images: Tensor) -> None:
        self._run = fx.Interpreter(program, garbage_collect_values=False)
        self._exits = list(_exits_of(program))
        (self._images,) = (node for node in program.graph.nodes if node.op == "placeholder")
        self._depends = _depending(program.graph, self._images)
        self._has_rows = {node for node in self._depends if _rows(node) == _rows(self._images)}
        self._run.env = {self._images: images}

    def answer(self, k: int) -> Tensor:
        """The logits of an exit, counted from 1."""
        wanted, env = [self._exits[k - 1]], self._run.env
        while wanted:
            node = wanted[-1]
            missing = [n for n in node.all_input_nodes if n not in env and node not in env]
            wanted += missing
            if not missing:
                if node not in env:
                    env[node] = self._run.run_node(node)
                wanted.pop()
        answer: Tensor = env[self._exits[k - 1]]
        return answer

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the images alone.

        What has no row for every image, such as their number, is found again when it is needed.
        """
        kept = self._has_rows
        self._run.env = {
            node: value[rows] if node in kept else value
            for node, value in self._run.env.items()
            if node in kept or node not in self._depends
        }


class AnytimePredictor:
    """Answers by the exit that a budget pays, or that is confident enough.

    Args:
        begin: Begins a pass over images.
        exits: What the exits cost.
        levels: The confidence from which an image leaves at each exit, as it was set on the
            validation part; empty where it was not.

    Attributes:
        exits: What the exits cost.
        levels: The confidence from which an image leaves at each exit.
    """

    def __init__(
        self,
        begin: Callable[[Tensor], Evaluation],
        exits: Exits,
        *,
        levels: Sequence[float] = (),
    ) -> None:
        self._begin = begin
        self.exits, self.levels = exits, tuple(levels)

    @classmethod
    def of_network(
        cls, network: GraphNetwork, exits: Exits, *, levels: Sequence[float] = ()
    ) -> AnytimePredictor:
        """Of a network that a problem has built, which is put into evaluation mode.

        Args:
            network: The network; it takes images as it was trained on.
            exits: What its exits cost, as ``problem.exits(genome)`` tells.
            levels: The confidence from which an image leaves at each exit.
        """
        network.eval()
        return cls(lambda images: GraphEvaluation(network, images), exits, levels=levels)

    @torch.inference_mode()
    def predict(
        self,
        images: Tensor,
        *,
        budget: float | None = None,
        confidence: float | Sequence[float] | None = None,
    ) -> Answers:
        """Answer by the last exit that a budget pays, or by the first that is sure enough.

        Without both the last exit answers.

        Args:
            images: Images, ``(n, channels, size, size)``.
            budget: FLOPs that the answer to one image may take.
            confidence: The probability of the likeliest class from which an exit is sure
                enough, for all exits or for each; the last answers whatever it is.

        Raises:
            ValueError: Both are given, no exit is within the budget, or there are not as many
                confidences as exits.
        """
        if budget is not None and confidence is not None:
            raise ValueError("give a budget or a confidence, not both")
        if confidence is not None:
            return self._by_confidence(images, confidence)
        k = self.exits.n if budget is None else self._last_within(budget)
        logits = self._begin(images).answer(k)
        n = len(logits)
        flops = torch.full((n,), self.exits.alone[k - 1], dtype=torch.float64)
        return Answers(logits, torch.full((n,), k), flops)

    def _last_within(self, budget: float) -> int:
        paid = [k for k, cost in enumerate(self.exits.alone, start=1) if cost <= budget]
        if not paid:
            raise ValueError(
                f"no exit answers within {budget:,.0f} FLOPs; the cheapest takes "
                f"{min(self.exits.alone):,.0f}"
            )
        return paid[-1]

    def _by_confidence(self, images: Tensor, confidence: float | Sequence[float]) -> Answers:
        """Let images leave exit by exit; the later ones see only what is left."""
        n_exits = self.exits.n
        given = np.atleast_1d(np.asarray(confidence, dtype=float)).tolist()
        levels = given * n_exits if len(given) == 1 else given
        if len(levels) != n_exits or not all(level >= 0 for level in levels):
            raise ValueError(
                f"confidence is {confidence!r}; expected one number from 0 to 1, or one for "
                f"each of {n_exits} exits"
            )
        evaluation, left = self._begin(images), torch.arange(len(images))
        answers = list[tuple[Tensor, Tensor, int]]()
        for k in range(1, n_exits + 1):
            logits = evaluation.answer(k)
            is_sure = logits.softmax(1).amax(1) >= levels[k - 1]
            leaves = torch.ones_like(is_sure) if k == n_exits else is_sure
            answers.append((left[leaves.cpu()], logits[leaves], k))
            left = left[~leaves.cpu()]
            if not len(left):
                break
            if k < n_exits:
                evaluation.keep(~leaves)
        return self._in_order(answers, n=len(images))

    def _in_order(self, answers: Sequence[tuple[Tensor, Tensor, int]], *, n: int) -> Answers:
        """The answers in the order of the images."""
        first = answers[0][1]
        logits = first.new_empty((n, first.shape[1]))
        exits = torch.empty(n, dtype=torch.int64)
        for places, given, k in answers:
            logits[places.to(logits.device)] = given
            exits[places] = k
        flops = torch.tensor(self.exits.in_turn, dtype=torch.float64)[exits - 1]
        return Answers(logits, exits, flops)


def _exits_of(program: fx.GraphModule) -> Iterator[fx.Node]:
    """The nodes that the program gives, in their order."""
    (output,) = (node for node in program.graph.nodes if node.op == "output")
    yield from output.all_input_nodes


def _depending(graph: fx.Graph, source: fx.Node) -> set[fx.Node]:
    """The node itself, and all whose value depends on it."""
    found = {source}
    for node in graph.nodes:
        if any(each in found for each in node.all_input_nodes):
            found.add(node)
    return found


def _rows(node: fx.Node) -> str:
    """How the program calls the length of a tensor; empty of what is none."""
    shape = [*getattr(node.meta.get("val"), "shape", ())]
    return str(shape[0]) if shape else ""


def as_tuple(outputs: Any) -> tuple[Tensor, ...]:
    """The logits of every exit, of a model that gives one tensor or several.

    Args:
        outputs: What the model gave.
    """
    return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
