import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from evonas import Gene, SearchSpace, TrainedProblem
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.fidelity import Fidelity
from evonas.models.order import Proxy
from evonas.models.proxy_start import (
    Start,
    check_repeatable,
    is_same,
    left_out,
    repeated,
    start_in_words,
)
from evonas.models.sources import untrained
from evonas.plugins.loading import ProblemSpec, load_problem
from evonas.record import candidate_seed

from .conftest import GENOME


@pytest.mark.parametrize(
    "fidelity",
    [
        Fidelity("epochs", 2, is_whole=True, after=1),
        Fidelity("epochs", 1),
        Fidelity("subset", 30),
        Fidelity("image-size", 9),
    ],
    ids=str,
)
def test_a_proxy_training_ends_again_where_the_search_ended(fidelity):
    config = Config(problem="digits", epochs=2, subset=60, image_size=10)
    seed = candidate_seed(0, GENOME)
    found = SearchPlan.of(config).problem.measure_at(
        GENOME, ["acc"], seed=seed, fidelity=fidelity
    )
    score = {"acc": found.metrics["acc"]}
    proxy = Proxy(run="a", config=config, seed=seed, fidelity=fidelity.label, scores=score)
    assert repeated(proxy, GENOME).scores == score


def test_repeating_leaves_the_random_states_as_they_were(proxy):
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    repeated(proxy, GENOME)
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])


class Drawing(TrainedProblem):
    """Draws a weight from numpy's global state, as some people's networks do."""

    space = SearchSpace((Gene("width", (2, 4)),))

    def build(self, architecture):
        model = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(self.n_channels * self.image_size**2, 10)
        )
        with torch.no_grad():
            model[1].bias.fill_(float(np.random.rand()) + random.random())
        return model


def test_what_is_drawn_outside_torch_is_drawn_again(monkeypatch):
    settings = Config(problem="digits", epochs=1, subset=60).settings
    spec = ProblemSpec(Drawing, settings)
    monkeypatch.setattr("evonas.models.proxy_start.ProblemSpec", lambda *_: spec)
    proxy = Proxy(run="a", config=Config(epochs=1, subset=60), seed=5, scores={"acc": 0.0})
    one, other = repeated(proxy, (0,)), repeated(proxy, (0,))
    assert all(torch.equal(one.weights[n], other.weights[n]) for n in one.weights)


@pytest.fixture
def onto(order, proxy):
    """Names of what cannot begin with the proxy's weights on other data, and the problem."""

    def onto(**words):
        config = Config(problem="digits", **words)
        there = replace(order(proxy=proxy), config=config)
        problem = SearchPlan.of(config).problem
        return left_out(there, problem), problem

    return onto


def test_larger_images_take_all_weights(onto):
    assert onto(image_size=16)[0] == ()


def test_other_classes_take_all_but_the_head(onto, tmp_path, proxy):
    from PIL import Image

    for label in "abc":
        (tmp_path / label).mkdir()
        for i in range(10):
            Image.new("L", (8, 8), i).save(tmp_path / label / f"{i}.png")
    names, problem = onto(data=str(tmp_path))
    start = repeated(proxy, GENOME)
    assert all(len(start.weights[name]) == 10 for name in names)
    assert len(names) == 2  # weight and bias
    model = untrained(problem, GENOME, seed=0)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    start.put_into(model, without=names)
    for name, tensor in model.state_dict().items():
        expected = before[name] if name in names else start.weights[name]
        assert torch.equal(tensor, expected)


def test_other_channels_are_refused_in_a_line(onto):
    with pytest.raises(
        ValueError,
        match=r"--from-proxy: the proxy's weights do not fit: \S+ is 16 x 1 x 3 x 3 there, on "
        r"images of digits of 1 x 8 x 8 and 10 classes, and 16 x 3 x 3 x 3 here, on images",
    ):
        onto(data="cifar10", data_dir="nowhere")


class Renamed(TrainedProblem):
    """The space of digits, with networks of its own."""

    space = load_problem("digits")().space

    def build(self, architecture):
        return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))


def test_other_layers_are_refused(order, proxy):
    with pytest.raises(ValueError, match="do not fit: the network has other layers there"):
        left_out(order(proxy=proxy), Renamed())


class Own(TrainedProblem):
    """Measures in a way of its own."""

    space = SearchSpace((Gene("width", (2, 4)),))

    def build(self, architecture):
        return torch.nn.Linear(8, 10)

    def measure(self, genome, wanted, *, seed):
        return {"acc": 1.0}


def test_a_training_of_somebody_elses_making_cannot_be_repeated(problem):
    check_repeatable(problem, "digits")
    with pytest.raises(ValueError, match="--from-proxy: own measures in a way of its own"):
        check_repeatable(Own(), "own")


def test_a_start_goes_through_a_state():
    start = Start({"a": torch.ones(2)}, {"acc": 50.0}, seconds=1.0, cpu_seconds=2.0, fpo=3.0)
    again = Start.from_state(start.state())
    assert torch.equal(again.weights["a"], start.weights["a"])
    assert (again.scores, again.seconds, again.fpo) == ({"acc": 50.0}, 1.0, 3.0)


def test_another_score_than_the_recorded_one_is_told(proxy):
    start = Start({}, {"acc": proxy.scores["acc"] + 1}, 1.0, 1.0, 1.0)
    assert f"in the run {proxy.scores['acc']:.4g})" in start_in_words(proxy, start)
    assert is_same(81.5, 81.5)
    assert not is_same(81.5, 81.6)
