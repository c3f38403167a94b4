"""Measuring one candidate; whatever goes wrong in it becomes a word in its record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from time import perf_counter, process_time  # as now, whatever a candidate makes of them

from evonas import deadline
from evonas.evaluation.isolation import isolated
from evonas.faults import Fault
from evonas.fidelity import Fidelity
from evonas.objectives import Constraint, Objective, broken
from evonas.plugins.asking import ask, checked, checked_curve
from evonas.plugins.loading import ProblemSpec, is_derived, load_objective
from evonas.problem import Measurement, Problem
from evonas.record import Record
from evonas.space import Genome


@dataclass(frozen=True)
class Terms:
    """What an order says but for the problem, for a process that has opened it already.

    Attributes:
        wanted: References of objectives and names of other metrics that are to be measured.
        constraints: A candidate whose cheap metrics break one of them is not measured further.
        timeout: Seconds that one candidate may take; ``None`` for no limit.
        fidelity: How thoroughly candidates are measured; ``None`` in a search without rungs.
    """

    wanted: tuple[str, ...]
    constraints: tuple[Constraint, ...] = ()
    timeout: float | None = None
    fidelity: Fidelity | None = None


@dataclass(frozen=True)
class Order:
    """What to measure of every candidate.

    Attributes:
        spec: How a process opens the problem.
        wanted: References of objectives and names of other metrics that are to be measured.
        constraints: A candidate whose cheap metrics break one of them is not measured further.
        seed: Seed of the search, from which that of every candidate derives.
        timeout: Seconds that one candidate may take; ``None`` for no limit.
        fidelity: How thoroughly candidates are measured; ``None`` in a search without rungs.
    """

    spec: ProblemSpec
    wanted: tuple[str, ...]
    constraints: tuple[Constraint, ...] = ()
    seed: int = 0
    timeout: float | None = None
    fidelity: Fidelity | None = None

    @property
    def terms(self) -> Terms:
        """The order without the problem, and without the seed that its tasks bring along."""
        return Terms(self.wanted, self.constraints, self.timeout, self.fidelity)


@dataclass(frozen=True)
class Measured:
    """What measuring one candidate has shown.

    Attributes:
        metrics: Value by metric name, as the whole measurement has it.
        curve: The training curve: for each epoch, value by name.
        partial: Value by metric name after a training with less, by label of the fidelity.
        effort: FLOPs of this step of the training, where it is one step of several and the
            order asks for them; else 0.
    """

    metrics: Mapping[str, float]
    curve: Sequence[Mapping[str, float]] = ()
    partial: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    effort: float = 0.0


@dataclass(frozen=True)
class Trial:
    """What measuring one candidate has shown, and what it has left in its process.

    Attributes:
        record: The record of the candidate.
        lasting: Names of what the candidate has changed for all that is measured after it in
            the same process; empty where everything was put back.
    """

    record: Record
    lasting: tuple[str, ...] = ()


def attempt(order: Order, genome: Genome, *, seed: int) -> Trial:
    """Measure one candidate, and put back what it has changed in its process.

    Whatever goes wrong in it becomes the record's error.
    """
    classes = _classes(order)
    if _is_pure(order, classes):
        return Trial(measure(order, genome, seed=seed))
    with isolated(seed, classes=classes) as lasting:
        record = copy_context().run(measure, order, genome, seed=seed)
    return Trial(record, tuple(lasting))


def _classes(order: Order) -> tuple[type, ...]:
    """The classes that the user's problem is made of; none where it cannot be opened."""
    try:
        classes = type(order.spec.open()).__mro__
    except Exception:  # as the record will say
        return ()
    return tuple(each for each in classes if each.__module__ != "builtins")


def _is_pure(order: Order, classes: tuple[type, ...]) -> bool:
    """Whether nothing of the user's own runs, and the problem itself says that it is pure."""
    is_said = bool(classes) and vars(classes[0]).get("is_pure", False)
    return is_said and not any(map(is_derived, order.wanted))


def measure(order: Order, genome: Genome, *, seed: int) -> Record:
    """Measure one candidate; whatever goes wrong in it becomes the record's error."""
    started, cpu_started = perf_counter(), process_time()
    found, fault = Measured({}), None
    try:
        with deadline.within(order.timeout):
            found = measure_openly(order, genome, seed=seed)
    except KeyboardInterrupt:  # meant for the process
        raise
    except BaseException as error:  # also SystemExit
        fault = Fault.of(error)
    return Record(
        genome=genome,
        metrics=found.metrics,
        partial=found.partial,
        seconds=max(0.0, perf_counter() - started),
        error=fault.reason if fault else None,
        seed=seed,
        kind=fault.kind if fault else "",
        trace=fault.trace if fault else (),
        curve=found.curve,
        effort=found.effort,
        cpu_seconds=max(0.0, process_time() - cpu_started),
        fidelity=order.fidelity.label if order.fidelity else "",
    )


def measure_openly(order: Order, genome: Genome, *, seed: int) -> Measured:
    """Measure one candidate, and raise whatever goes wrong in it."""
    problem = order.spec.open()
    screened = {c.metric for c in order.constraints} & problem.untrained
    if screened:
        cheap = _ask(problem, genome, screened, seed)
        if broken(order.constraints, cheap.metrics):
            return _ask(
                problem, genome, problem.untrained.intersection(order.wanted) | screened, seed
            )
    if order.fidelity is not None:
        return _ask_at(problem, genome, order.wanted, seed, order.fidelity)
    return _ask(problem, genome, order.wanted, seed)


def _ask_at(
    problem: Problem, genome: Genome, wanted: Collection[str], seed: int, fidelity: Fidelity
) -> Measured:
    """What is cheap exactly; what is not, and the effort of this step, at the fidelity."""
    derived = _derived(wanted, problem)
    raw = set(wanted).difference(derived)
    raw |= {need for objective in derived.values() for need in objective.needs}
    trained = raw - problem.untrained
    effort = raw & {problem.effort}
    exact = ask(problem, genome, raw - trained, seed=seed).metrics if raw - trained else {}
    answer = problem.measure_at(genome, sorted(trained | effort), seed=seed, fidelity=fidelity)
    measured = answer if isinstance(answer, Measurement) else Measurement(answer)
    found = checked(measured.metrics, trained | effort)
    values = {**exact, **{name: found[name] for name in trained}}
    computed = {o.name: o.compute(values) for o in derived.values() if o.compute is not None}
    uncertain = checked({**{name: found[name] for name in trained}, **computed}, ())
    label, curve = fidelity.label, checked_curve(measured.curve)
    return Measured(
        metrics=exact if label else {**exact, **uncertain},
        curve=curve,
        partial={label: uncertain} if label and uncertain else {},
        effort=sum(found[name] for name in effort),
    )


def _derived(wanted: Collection[str], problem: Problem) -> dict[str, Objective]:
    return {name: load_objective(name, problem) for name in wanted if is_derived(name)}


def _ask(problem: Problem, genome: Genome, wanted: Collection[str], seed: int) -> Measured:
    derived = _derived(wanted, problem)
    raw = set(wanted).difference(derived)
    answer = ask(problem, genome, raw, derived.values(), seed=seed)
    return Measured(answer.metrics, answer.curve)
