"""The weights of a search's short training, had again by training once more.

A run keeps no weights, but a record depends on what was asked for, on the genome and on the
candidate's seed alone; so the same training again ends, on an equal machine, in the same
network.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import Any

import numpy as np
from torch import Tensor, nn

from evonas.models.order import Proxy, TrainingOrder
from evonas.models.sources import dataset_of, untrained
from evonas.networks.building import built
from evonas.networks.costs import proxy_flops
from evonas.plugins.loading import ProblemSpec
from evonas.space import Genome
from evonas.training.device import reproducible
from evonas.training.loop import Training
from evonas.training.trained_problem import TrainedProblem

_NO_FIT = "--from-proxy: the proxy's weights do not fit"


@dataclass(frozen=True, eq=False)
class Start:
    """What a training begins with in place of random weights, and what it took.

    Attributes:
        weights: The state of the proxy's network, by name of tensor.
        scores: How good it is on the validation part: value by name of trained metric.
        seconds: Wall-clock time of the proxy training, in seconds.
        cpu_seconds: Seconds of processor cores that it took.
        fpo: Floating-point operations of the proxy training.
    """

    weights: Mapping[str, Tensor]
    scores: Mapping[str, float]
    seconds: float
    cpu_seconds: float
    fpo: float

    def state(self) -> dict[str, Any]:
        """The start as a mapping, for ``from_state``."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Start:
        """What ``state`` gave.

        Raises:
            KeyError: Something is missing in the state.
        """
        return cls(**{name: state[name] for name in cls.__dataclass_fields__})

    def put_into(self, model: nn.Module, *, without: tuple[str, ...]) -> None:
        """Give a network these weights.

        Args:
            model: The untrained network; changed in place.
            without: Names of tensors that keep what they have.
        """
        kept = {name: tensor for name, tensor in self.weights.items() if name not in without}
        model.load_state_dict({**model.state_dict(), **kept})


def repeated(proxy: Proxy, genome: Genome) -> Start:
    """Make the proxy training of a record once more.

    Args:
        proxy: The proxy training, completely.
        genome: The architecture.

    Raises:
        DivergedError: The training diverged.
        OSError: The data set is not there.
    """
    problem, epochs = _opened(proxy)
    problem.prepare()
    started, cpu_started = perf_counter(), process_time()
    with reproducible(), _drawing_from(proxy.seed):
        training = Training(
            untrained(problem, genome, seed=proxy.seed),
            dataset_of(problem),
            recipe=problem.recipe,
            device=problem.device,
            seed=proxy.seed,
            task=problem.task_for(genome),
        )
        training.run(epochs)
    state = training.model.state_dict()
    return Start(
        weights={name: tensor.detach().cpu().clone() for name, tensor in state.items()},
        scores={name: training.curve[-1][name] for name in proxy.scores},
        seconds=perf_counter() - started,
        cpu_seconds=process_time() - cpu_started,
        fpo=proxy_flops(problem.cost(genome), problem.info, epochs=epochs),
    )


def left_out(order: TrainingOrder, problem: TrainedProblem) -> tuple[str, ...]:
    """Names of the tensors that cannot begin with the proxy's weights: a head's, or none.

    Args:
        order: What is to be trained, from the weights of a proxy.
        problem: The problem of the order, opened.

    Raises:
        ValueError: The proxy's weights do not fit, or cannot be had again.
    """
    assert order.proxy is not None
    source, _ = _opened(order.proxy)
    theirs, own = _shapes(source, order.genome), _shapes(problem, order.genome)
    if theirs.keys() != own.keys():
        raise ValueError(f"{_NO_FIT}: the network has other layers there than here")
    different = tuple(name for name in own if own[name] != theirs[name])
    for name in different:
        is_head = theirs[name] == (source.n_classes, *own[name][1:])
        if source.n_classes == problem.n_classes or not is_head:
            raise ValueError(
                f"{_NO_FIT}: {name} is {_by(theirs[name])} there, on {_inputs(source)}, and "
                f"{_by(own[name])} here, on {_inputs(problem)}"
            )
    return different


def check_repeatable(problem: TrainedProblem, name: str) -> None:
    """Refuse a problem whose records come from a training of its own making.

    Args:
        problem: The problem, opened.
        name: What the user calls the problem, for the message.

    Raises:
        ValueError: The problem measures in a way of its own.
    """
    own = type(problem)
    ours = TrainedProblem
    if own.measure is not ours.measure or own.measure_at is not ours.measure_at:
        raise ValueError(
            f"--from-proxy: {name} measures in a way of its own, so the weights that it had "
            "cannot be had again"
        )


def start_in_words(proxy: Proxy | None, start: Start | None) -> str:
    """Where the weights came from that the trainings began with, in a sentence.

    Args:
        proxy: The proxy training that was asked for, if any.
        start: What came of it.
    """
    if proxy is None or start is None:
        return "The weights at the beginning were drawn at random, anew for each seed."
    at = f" at {proxy.fidelity}" if proxy.fidelity else ""
    scores = ", ".join(
        f"{name} {found:.4g}, {_beside(proxy.scores[name], found)}"
        for name, found in start.scores.items()
    )
    return (
        f"The weights at the beginning were those of the short training{at} of run "
        f"{proxy.run}, repeated with the candidate's seed {proxy.seed} in "
        f"{start.seconds:.3g} s ({scores})."
    )


def _beside(then: float, found: float) -> str:
    return "as in the run" if is_same(then, found) else f"in the run {then:.4g}"


def is_same(then: float, found: float) -> bool:
    """Whether a score that was repeated is the one that was recorded.

    Args:
        then: The score in the record.
        found: The score of the training that was made again.
    """
    return abs(then - found) <= 1e-9 * max(1.0, abs(then))


def _opened(proxy: Proxy) -> tuple[TrainedProblem, int]:
    """The problem as the proxy training had it, and for how many epochs it was trained."""
    problem = ProblemSpec(proxy.config.problem, proxy.config.settings).open()
    assert isinstance(problem, TrainedProblem)
    kind, _, amount = proxy.fidelity.partition("=")
    if kind == "epochs":
        return problem, int(amount)
    if kind:
        less: dict[str, Any] = {kind.replace("-", "_"): int(amount)}
        problem = type(problem)(replace(problem.settings, **less))
    return problem, problem.recipe.epochs


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """Python's and numpy's global random states as a candidate of a search has them."""
    before, numpy_before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(numpy_before)


def _shapes(problem: TrainedProblem, genome: Genome) -> dict[str, tuple[int, ...]]:
    model = built(lambda: problem.build(problem.decode(genome)), problem.input_shape)
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _inputs(problem: TrainedProblem) -> str:
    info = problem.info
    sizes = " x ".join(map(str, info.shape))
    return f"{info.kind.name} of {info.name} of {sizes} and {info.n_classes} classes"
