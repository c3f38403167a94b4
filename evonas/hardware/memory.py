"""How much memory a pass of a network takes, told from the lives of its tensors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

# What can become of a kernel when a network is deployed. A contraction with weights can take up
# the batch norm behind it. What works on each number by itself writes over what it reads, if
# nobody reads that later; so does a batch norm, whether it is taken up or not.
Role = Literal["contraction", "norm", "pointwise", "other"]


@dataclass(frozen=True)
class Memory:
    """What a network holds in memory as deployed, in numbers whose width a target says.

    Attributes:
        peak_activations: The most activations that are alive at a time, for one input.
        n_weights: Weights and other constants that stay in memory from pass to pass.
    """

    peak_activations: int
    n_weights: int

    def peak_bytes(self, *, batch: int = 1, bytes_per_number: int = 4) -> int:
        """The most bytes that are taken at a time: activations of a batch, and the weights.

        Args:
            batch: How many inputs pass at a time.
            bytes_per_number: Width of every number, of activations and of weights.
        """
        return (batch * self.peak_activations + self.n_weights) * bytes_per_number

    def model_bytes(self, *, bytes_per_number: int = 4) -> int:
        """The size of the model: bytes of its weights and other constants.

        Args:
            bytes_per_number: Width of every number.
        """
        return self.n_weights * bytes_per_number


class Step(NamedTuple):
    """One kernel of a pass, and the buffers that it reads and makes.

    Attributes:
        reads: Numbers of the buffers of activations that it reads, each once.
        writes: The buffers that it makes, as (number, size in numbers for one input); none
            where it works in place. All but the first are made only if somebody reads them.
        n_weights: How many weights it is the first to read.
        role: What can become of it when the network is deployed.
        n_channels: Of a contraction with weights, or of a batch norm, the channels it gives.
        has_bias: Whether a contraction adds a bias.
    """

    reads: tuple[int, ...]
    writes: tuple[tuple[int, int], ...]
    n_weights: int = 0
    role: Role = "other"
    n_channels: int = 0
    has_bias: bool = False


class Call(NamedTuple):
    """A part of a network in its place.

    Attributes:
        trace: What the part does.
        reads: Numbers of what the part takes, in the order of its inputs.
        writes: Numbers of what it gives, in the order of its outputs.
    """

    trace: Trace
    reads: tuple[int, ...]
    writes: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Trace:
    """Which buffers a pass of one input reads and makes, kernel by kernel.

    What shares memory, as a tensor and its views, is one buffer. Buffers have numbers, which
    mean nothing outside of the trace.

    Attributes:
        inputs: Sizes of the buffers that the pass takes, which have the numbers from 0.
        steps: What is done, in the order of execution.
        outputs: Numbers of the buffers that the pass gives.
    """

    inputs: tuple[int, ...]
    steps: tuple[Step | Call, ...]
    outputs: tuple[int, ...]

    @classmethod
    def in_a_row(cls, traces: Sequence[Trace], *, size: int) -> Trace:
        """What parts do of which each takes what the one before it gives.

        Args:
            traces: What the parts do; all but the last give one tensor.
            size: Size of what the first part takes, which is given where there is none.
        """
        last = len(traces) - 1
        steps = tuple(
            Call(trace, (i,), tuple(range(i + 1, i + 1 + len(trace.outputs))))
            for i, trace in enumerate(traces)
        )
        return cls((size,), steps, steps[last].writes if steps else (0,))

    @cached_property
    def memory(self) -> Memory:
        """The peak and the weights, reckoned once."""
        flow = self.flow()
        return Memory(max(flow.alive()), flow.n_weights())

    def flow(self) -> Flow:
        """All kernels of the parts in a row."""
        flow = Flow(len(self.inputs), list(self.inputs), [], [])
        flow.outputs.extend(_ran(self, range(len(self.inputs)), flow=flow))
        return flow


@dataclass(frozen=True)
class Flow:
    """The kernels of a whole pass of one input, with the buffers between them.

    Attributes:
        n_inputs: How many buffers the pass takes; they have the first numbers.
        sizes: Size of every buffer in numbers.
        steps: The kernels, in the order of execution.
        outputs: Numbers of the buffers that the pass gives.
    """

    n_inputs: int
    sizes: list[int]
    steps: list[Step]
    outputs: list[int]

    def alive(self, *, is_fused: bool = True) -> Iterator[int]:
        """How many activations are alive before the first kernel, and then during each.

        What a kernel reads and what it makes are alive at once, and so is what a later one
        reads or the pass gives, such as the input of a residual block until its sum. What the
        pass takes is let go after its last use as well, but never written over.

        Args:
            is_fused: Whether kernels that can write over what they read do so.
        """
        last = self._last_reads()
        alive = sum(self.sizes[: self.n_inputs])
        yield alive
        alive -= sum(self.sizes[i] for i in range(self.n_inputs) if last[i] < 0)
        for place, step in enumerate(self.steps):
            dying = [i for i in step.reads if last[i] == place]
            made = [i for i, _ in step.writes[:1]]
            made += [i for i, _ in step.writes[1:] if last[i] >= 0]
            if is_fused and (i := self._overwritten(step, dying)) is not None:
                dying.remove(i)
                alive -= self.sizes[i]
            alive += sum(self.sizes[i] for i in made)
            yield alive
            dying += [i for i in made if last[i] < 0]
            alive -= sum(self.sizes[i] for i in dying)

    def n_weights(self) -> int:
        """Weights of the pass, each batch norm within the contraction before it if it can be.

        A contraction takes up the norm that alone reads what it gives, and has a bias then. Any
        other batch norm is a scale and a shift for each channel.
        """
        makers = {step.writes[0][0]: step for step in self.steps if step.writes}
        n_reads = Counter(i for step in self.steps for i in step.reads)
        n_reads.update(self.outputs)
        total = 0
        for step in self.steps:
            total += step.n_weights
            source = step.reads[0] if step.role == "norm" else -1
            maker = makers.get(source)
            if maker and n_reads[source] == 1 and _takes_up(maker, step):
                total += step.n_channels * (not maker.has_bias) - step.n_weights
        return total

    def _last_reads(self) -> list[int]:
        """The last kernel that reads each buffer; -1 for none, and behind all for an output."""
        last = [-1] * len(self.sizes)
        for place, step in enumerate(self.steps):
            for i in step.reads:
                last[i] = place
        for i in self.outputs:
            last[i] = len(self.steps)
        return last

    def _overwritten(self, step: Step, dying: Sequence[int]) -> int | None:
        """The buffer that a kernel writes over, if any."""
        if step.role not in ("pointwise", "norm") or not step.writes:
            return None
        size = step.writes[0][1]
        fitting = (i for i in dying if self.sizes[i] == size and i >= self.n_inputs)
        return next(fitting, None)


def _takes_up(maker: Step, norm: Step) -> bool:
    return maker.role == "contraction" and maker.n_channels == norm.n_channels


def _ran(trace: Trace, given: Sequence[int], *, flow: Flow) -> list[int]:
    """Add the kernels of a trace to a flow; gives the numbers there of what it gives."""
    known = dict(enumerate(given))
    for step in trace.steps:
        reads = [known[number] for number in step.reads]
        if isinstance(step, Call):
            known.update(zip(step.writes, _ran(step.trace, reads, flow=flow), strict=True))
            continue
        first = len(flow.sizes)
        flow.sizes.extend(size for _, size in step.writes)
        writes = tuple((first + i, size) for i, (_, size) in enumerate(step.writes))
        known.update((number, first + i) for i, (number, _) in enumerate(step.writes))
        flow.steps.append(step._replace(reads=tuple(dict.fromkeys(reads)), writes=writes))
    return [known[number] for number in trace.outputs]
