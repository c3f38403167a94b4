"""What a full training begins with: random weights, or those of a search's short training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from evonas.config import Config
from evonas.models.order import Proxy, TrainingOrder
from evonas.models.proxy_start import Start, check_repeatable, is_same, left_out
from evonas.record import Record
from evonas.runs.run import Run
from evonas.sections.problem import ProblemSection
from evonas.sections.training import TrainingSection
from evonas.training.trained_problem import TrainedProblem

_OF_RUNGS = ("fidelity", "rungs", "reduction")  # a record tells at which of them it stands


def proxy_of(
    run: Run, record: Record, problem: TrainedProblem, *, data: Mapping[str, Any]
) -> Proxy:
    """The proxy training that a record tells of.

    Args:
        run: The run.
        record: The record.
        problem: The run's problem, opened on whatever data.
        data: What is said of data and device, by the word of the config.

    Raises:
        ValueError: The record tells of none, or it cannot be made again.
    """
    check_repeatable(problem, run.config.problem)
    trained = [metric.name for metric in problem.task.metrics if metric.when == "trained"]
    found = record.at(record.fidelity) or {}
    scores = {name: found[name] for name in trained if name in found}
    if record.error is not None or not scores:
        raise ValueError(
            f"--from-proxy: run {run.name} has not trained {run.ids[record.genome]}, so there "
            "are no weights to begin with"
        )
    names = [word.name for word in fields(ProblemSection)]
    names += [word.name for word in fields(TrainingSection) if word.name not in _OF_RUNGS]
    words = {name: getattr(run.config, name) for name in names}
    words |= {name: data[name] for name in ("data_dir", "device") if name in data}
    return Proxy(
        run=run.name,
        config=Config(**words),
        seed=record.seed,
        fidelity=record.fidelity,
        scores=scores,
        seconds=record.core_seconds,
    )


def start_lines(order: TrainingOrder, problem: TrainedProblem) -> list[str]:
    """What a training will begin with, in a line, where that is not random.

    Args:
        order: What is to be trained.
        problem: The problem of the order, opened.

    Raises:
        ValueError: The proxy's weights do not fit.
    """
    if order.proxy is None:
        return []
    names = left_out(order, problem)
    but = f", but for {', '.join(names)}: there are other classes here" if names else ""
    return [f"It begins with the weights of the search's short training{but}."]


def difference_line(proxy: Proxy, start: Start) -> str:
    """How a repeated proxy training differs from that of the run; empty if it does not.

    Args:
        proxy: The proxy training that was asked for.
        start: What came of it.
    """
    then, found = proxy.scores, start.scores
    told = [
        f"{name} {found[name]:.6g} in place of {then[name]:.6g}"
        for name in then
        if not is_same(then[name], found[name])
    ]
    if not told:
        return ""
    return (
        f"the repeated proxy training differs from that of run {proxy.run}: {', '.join(told)}, "
        "by another machine or other versions than the search had"
    )
