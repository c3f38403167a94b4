"""The terms of a full training, and the order that they make of an architecture."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.interactive.training_starts import proxy_of
from evonas.models.order import Proxy, TrainingOrder
from evonas.problem import Problem
from evonas.record import Record
from evonas.runs.run import Run
from evonas.sections.carbon import CarbonSection
from evonas.sections.problem import ProblemSection
from evonas.space import Genome
from evonas.training.full_recipe import FullRecipe
from evonas.training.trained_problem import TrainedProblem


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a network is to be trained, whichever it is.

    Attributes:
        recipe: How the network is trained.
        seeds: One training is made for each seed, and the best by the validation part is kept.
        n_threads: How many threads of a processor train; one per core if ``None``.
        data: What is said of data, device and networks, by the word of the config: ``data``,
            ``data_dir``, ``image_size``, ``device``, ``exits`` and ``option``; what is left out
            is the run's, each option by its name.
        from_proxy: Whether to begin with the weights of a run's short training, which is made
            once more, and not with random ones.
        track: Listeners that are told how the training goes, each by its name.
    """

    recipe: FullRecipe = field(default_factory=FullRecipe)
    seeds: tuple[int, ...] = (0,)
    n_threads: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    from_proxy: bool = False
    track: Sequence[str] = ()


def config_of(run: Run, data: Mapping[str, Any]) -> Config:
    """What a run's config says of its problem and of carbon, with what was given in place.

    Args:
        run: The run that architectures are taken from.
        data: What is said of data, device and networks, by the word of the config.
    """
    names = [word.name for part in (ProblemSection, CarbonSection) for word in fields(part)]
    words = {name: getattr(run.config, name) for name in names if name != "tracker"}
    if "option" in data:
        options = dict(run.config.options) | dict(ProblemSection(option=data["option"]).options)
        data = {**data, "option": tuple(f"{name}={value}" for name, value in options.items())}
    if data.get("data") is None:
        words["image_size"] = run.config.image_size
    return Config(**{**words, **data})


def plan_of(run: Run, terms: Terms) -> SearchPlan:
    """A run's problem on the data that a training shall have, with the options it shall have.

    Args:
        run: The run that architectures are taken from.
        terms: How they are to be trained.

    Raises:
        ValueError: The options make another space, in which a genome of the run would mean
            something else; or the proxy's weights are wanted, which fit the run's options.
    """
    plan = SearchPlan.of(config_of(run, terms.data))
    if "option" not in terms.data:
        return plan
    said = f"--option {' '.join(terms.data['option'])}"
    if terms.from_proxy:
        raise ValueError(
            f"{said}: the short training of run {run.name} had its own options, so its weights "
            "do not fit; leave out --option or --from-proxy"
        )
    mine, theirs = plan.problem.space, run.spelling.space
    if theirs is None or mine is None or mine.as_dicts() != theirs.as_dicts():
        raise ValueError(
            f"{said}: with that {plan.config.problem} has other genes than run {run.name}, "
            "whose genomes would mean something else; give --problem with --architecture"
        )
    return plan


def order_of(run: Run, record: Record, *, plan: SearchPlan, terms: Terms) -> TrainingOrder:
    """The order to train an architecture that a run has measured.

    Args:
        run: The run.
        record: The architecture's record in it.
        plan: The problem's config with what follows from it.
        terms: How the network is to be trained.

    Raises:
        ValueError: The problem builds no networks, or the proxy's weights are wanted and cannot
            be had again.
    """
    problem = networks(plan.problem, plan.config.problem)
    proxy = proxy_of(run, record, problem, data=terms.data) if terms.from_proxy else None
    origin = origin_of(run, record, terms=terms)
    return ordered(plan, record.genome, terms=terms, origin=origin, proxy=proxy)


def ordered(
    plan: SearchPlan,
    genome: Genome,
    *,
    terms: Terms,
    origin: Mapping[str, Any],
    proxy: Proxy | None = None,
) -> TrainingOrder:
    """The order to train one architecture.

    Args:
        plan: The problem's config with what follows from it.
        genome: The architecture.
        terms: How the network is to be trained.
        origin: Where the architecture comes from, JSON-able.
        proxy: The proxy training whose weights to begin with, if any.

    Raises:
        ValueError: The problem builds no networks, the genome is not of its space, or what the
            recipe has does not apply to the inputs.
    """
    problem = networks(plan.problem, plan.config.problem)
    problem.decode(genome)  # it must be of the space
    terms.recipe.check_for(problem.takes)
    return TrainingOrder(
        config=plan.config.replaced({"track": terms.track}),
        genome=genome,
        recipe=terms.recipe,
        seeds=terms.seeds,
        n_threads=terms.n_threads or os.cpu_count() or 1,
        origin=origin,
        proxy=proxy,
    )


def origin_of(run: Run, record: Record | None, *, terms: Terms) -> dict[str, Any]:
    """Where an architecture comes from, JSON-able.

    Args:
        run: The run that it is taken from.
        record: Its record in the run, if there is one.
        terms: How the network is to be trained; of other data, and of networks with other
            options, the run has measured nothing.
    """
    told: dict[str, Any] = {"run": run.name}
    is_as_measured = terms.data.get("data") is None and "option" not in terms.data
    if record is not None and is_as_measured:
        told["metrics"] = dict(record.metrics)
    if run.spend is not None:
        told |= {"search_co2_g": run.spend.co2_g, "search_kwh": run.spend.energy_kwh}
    return told


def networks(problem: Problem, name: str) -> TrainedProblem:
    """The problem, if what it builds can be trained.

    Args:
        problem: The problem, opened.
        name: What the user calls the problem, for the message.

    Raises:
        ValueError: The problem builds no networks.
    """
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{name} builds no networks that could be trained")
    return problem
