"""Answers by budget and by confidence are those of the exits, and nothing more runs."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.models.answering import (
    AnytimePredictor,
    GraphEvaluation,
    ProgramEvaluation,
    as_tuple,
)
from evonas.models.archive import export
from evonas.networks.exits import NEVER, Exits, first_confident
from evonas.networks.graph import GraphNetwork
from evonas.problem import Settings
from evonas.problems.layerwise import Digits

PROBLEM = Digits(Settings(exits=3, device="cpu"))
GENOME = (2, *[0] * 6) * 4
COSTS = PROBLEM.exits(GENOME)
KINDS = ("network", "program")
IMAGES = torch.rand(30, 1, 8, 8, generator=torch.Generator().manual_seed(0))
few = settings(max_examples=15, deadline=None)


class AllExits(nn.Module):
    """The logits of every exit of a network."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        return self.network(images).exits


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    made = PROBLEM.build(PROBLEM.decode(GENOME))
    assert isinstance(made, GraphNetwork)
    for name, module in made.nodes.items():
        if name.startswith("exit"):  # surer than a new network is
            module.linear.weight.data *= 20
    return made.eval()


@pytest.fixture(scope="module")
def predictors(network):
    program = export(AllExits(network), IMAGES[:2]).module()
    return {
        "network": AnytimePredictor.of_network(network, COSTS),
        "program": AnytimePredictor(lambda given: ProgramEvaluation(program, given), COSTS),
    }


@pytest.fixture(scope="module")
def expected(network):
    with torch.inference_mode():
        return torch.stack(network(IMAGES).exits, 1)  # (n, k, n_classes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_budget_is_answered_by_the_last_exit_that_it_pays(predictors, expected, kind):
    for k, cost in enumerate(COSTS.alone, start=1):
        for budget in (cost, cost + 1):
            found = predictors[kind].predict(IMAGES, budget=budget)
            assert torch.allclose(found.logits, expected[:, k - 1], atol=1e-6)
            assert set(found.exits.tolist()) == {k}
            assert set(found.flops.tolist()) == {cost}
    plain = predictors[kind].predict(IMAGES)
    assert torch.allclose(plain.logits, expected[:, -1], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@few
@given(data=st.data())
def test_images_leave_at_the_first_exit_that_is_sure_enough(predictors, expected, kind, data):
    levels = data.draw(st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3))
    found = predictors[kind].predict(IMAGES, confidence=levels)
    confidences = expected.softmax(2).amax(2).numpy()
    places = torch.from_numpy(first_confident(confidences, levels))
    assert found.exits.tolist() == (places + 1).tolist()
    rows = torch.arange(len(IMAGES))
    assert torch.allclose(found.logits, expected[rows, places], atol=1e-5)
    assert found.flops.tolist() == [COSTS.in_turn[place] for place in places.tolist()]


@pytest.mark.parametrize("kind", KINDS)
def test_0_lets_all_leave_at_once_and_above_1_none(predictors, kind):
    assert set(predictors[kind].predict(IMAGES, confidence=0).exits.tolist()) == {1}
    assert set(predictors[kind].predict(IMAGES, confidence=NEVER).exits.tolist()) == {3}
    (one,) = predictors[kind].predict(IMAGES[:1], confidence=0.5).exits.tolist()
    assert one in (1, 2, 3)


def test_no_later_part_of_the_network_runs(network):
    ran = []
    hooks = [
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
        for name, module in network.nodes.items()
    ]
    evaluation = GraphEvaluation(network, IMAGES)
    evaluation.answer(1)
    first = list(ran)
    evaluation.answer(3)
    for hook in hooks:
        hook.remove()
    assert set(first) == set(network.graph.needs[0])
    assert len(ran) == len(set(ran))  # what ran before does not run again
    assert network.graph.exits[1] not in ran


class Folding(nn.Module):
    """Counts its images, and puts their rows into the channels and back."""

    def forward(self, images):
        n, _, height, width = images.shape
        early = images.mean((2, 3)) * 3
        rows = images.reshape(1, n * height, width) + n - n
        late = rows.reshape(n, height, width).mean(1)[:, :3]
        return torch.cat([early, -early, 0 * early], 1), late


def test_a_program_whose_tensors_have_other_shapes_than_rows_of_images_is_followed():
    program = export(Folding(), IMAGES[:3]).module()
    costs = Exits((1.0, 2.0), (1.0, 2.0))
    predictor = AnytimePredictor(lambda given: ProgramEvaluation(program, given), costs)
    exits = Folding()(IMAGES)
    level = float(exits[0].softmax(1).amax(1).median())
    found = predictor.predict(IMAGES, confidence=level)
    assert set(found.exits.tolist()) == {1, 2}
    for i, k in enumerate(found.exits.tolist()):
        assert torch.allclose(found.logits[i], exits[k - 1][i], atol=1e-6)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"budget": 5.0, "confidence": 0.5}, "give a budget or a confidence, not both"),
        ({"budget": 5.0}, "no exit answers within 5 FLOPs; the cheapest takes 239,776"),
        ({"confidence": [0.5, 0.5]}, "expected one number from 0 to 1, or one for each of 3"),
        ({"confidence": -0.5}, "confidence is -0.5; expected one number from 0 to 1"),
        ({"confidence": float("nan")}, "confidence is nan; expected one number from 0 to 1"),
    ],
)
def test_what_cannot_be_answered_is_refused(predictors, words, message):
    with pytest.raises(ValueError, match=message):
        predictors["network"].predict(IMAGES, **words)


def test_one_tensor_is_one_exit():
    assert as_tuple(IMAGES) == (IMAGES,)
    assert as_tuple([IMAGES, IMAGES]) == (IMAGES, IMAGES)
