"""What is counted part by part is what would be counted as a whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks import counting as cost
from evonas.problem import Settings
from evonas.problems.layerwise import Digits
from evonas.problems.macro import Macro
from evonas.training.tasks import Classification

OPENED = [
    *(Digits(), Macro(Settings(data="digits")), Digits(Settings(image_size=70))),
    Macro(Settings(data="digits", exits=3)),
]


def shape_of(problem):
    return (problem.n_channels, problem.image_size, problem.image_size)


@pytest.mark.parametrize("problem", OPENED, ids=["digits", "macro", "large images", "exits"])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_chain_costs_what_its_parts_cost(problem, data):
    genes = [st.integers(0, size - 1) for size in problem.space.sizes]
    genome = problem.canonical(data.draw(st.tuples(*genes)))
    whole = cost.count(lambda: problem.build(problem.decode(genome)), shape_of(problem))
    assert problem.cost(genome) == whole


class Longer(Macro):
    """Builds something else than its parts."""

    def build(self, architecture):
        return nn.Sequential(super().build(architecture), nn.Linear(10, 10))


def test_who_builds_something_else_is_counted_as_a_whole():
    problem, plain = Longer(Settings(data="digits")), OPENED[1]
    genome = (0,) * 8
    assert problem.cost(genome).params == plain.cost(genome).params + 110
    assert problem.cost(genome).flops == plain.cost(genome).flops + 200


TINY = Settings(epochs=1, subset=60, device="cpu", exits=3)
SMALL_AND_DEEP = (2, *[0] * 6) * 4


def test_exits_bring_their_task_their_metrics_and_their_costs():
    problem = Digits(TINY)
    genome = SMALL_AND_DEEP
    names = {metric.name for metric in problem.metrics}
    assert {"acc_3", "test_acc_3", "flops_3", "anytime", "budgeted_flops"} < names
    assert len(problem.exits(genome).alone) == 3
    assert problem.task_for(genome).exits == problem.exits(genome)
    assert problem.task_for(genome).n_exits == 3
    found = problem.measure(genome, names, seed=0).metrics
    assert names <= set(found)
    assert found["flops_3"] < found["flops"]  # which has the heads of the others, too
    assert "anytime" not in {metric.name for metric in Digits().metrics}


def test_without_exits_a_chain_has_one():
    problem = OPENED[0]
    assert problem.exits((0,) * 28).alone == (problem.cost((0,) * 28).flops,)


def test_more_exits_than_any_network_has_places_for_are_refused():
    with pytest.raises(
        ValueError, match="exits is 14, but the networks of Digits have places for 13"
    ):
        Digits(Settings(exits=14)).describe()
    assert Digits(Settings(exits=13)).describe()["task"]["max_budget"] > 0


class Judged(Classification):
    """A task of the problem's own."""


class Own(Macro):
    """Has one."""

    task = Judged()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Longer, "exits are for chains, and Longer has a 'build' of its own"),
        (Own, "exits bring the task Anytime, and Own has a task of its own, Judged"),
    ],
)
def test_exits_are_refused_where_they_cannot_be(kind, message):
    with pytest.raises(ValueError, match=message):
        kind(Settings(data="digits", exits=3))
