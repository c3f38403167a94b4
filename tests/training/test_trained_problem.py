import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from evonas.carbon import model as carbon
from evonas.carbon.assumptions import Assumptions
from evonas.data.dataset import load
from evonas.fidelity import Fidelity
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.training.judging import inputs, judge
from evonas.training.loop import train
from evonas.training.proxies import PROXIES
from evonas.training.recipe import Recipe
from evonas.training.trained_problem import TrainedProblem

TINY = Settings(epochs=2, subset=60, device="cpu")


class Narrow(TrainedProblem):
    """One convolution, of some width."""

    space = SearchSpace([Gene("width", (4, 8))])
    recipe = Recipe(epochs=7, batch_size=32, augment=("crop",))

    def build(self, architecture):
        width = architecture["width"]
        return nn.Sequential(
            *(
                nn.Conv2d(self.n_channels, width, 3, padding=1),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ),
            *(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * width, self.n_classes)),
        )


def test_equal_seeds_give_equal_measurements():
    first = Narrow(TINY).measure((1,), ["acc", "test_acc", "flops"], seed=3)
    torch.manual_seed(77)
    again = Narrow(TINY).measure((1,), ["acc", "test_acc", "flops"], seed=3)
    other = Narrow(TINY).measure((1,), ["acc"], seed=4)
    assert first == again
    assert first.curve != other.curve


def test_the_number_of_threads_outside_does_not_matter_and_is_given_back():
    n_threads = torch.get_num_threads()
    try:
        curves = []
        for n in (1, 2):
            torch.set_num_threads(n)
            curves.append(Narrow(TINY).measure((1,), ["acc"], seed=3).curve)
            assert torch.get_num_threads() == n
        assert curves[0] == curves[1]
    finally:
        torch.set_num_threads(n_threads)


def test_measuring_leaves_the_global_seed_alone():
    state = torch.get_rng_state()
    Narrow(TINY).measure((0,), ["acc"], seed=3)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_curve_has_a_point_for_every_epoch_and_ends_at_the_accuracy():
    measurement = Narrow(TINY).measure((0,), ["acc"], seed=0)
    assert [point["epoch"] for point in measurement.curve] == [1, 2]
    assert measurement.curve[-1]["acc"] == measurement.metrics["acc"]
    assert set(measurement.metrics) == {"acc"}


def test_the_test_accuracy_is_that_of_the_network_whose_accuracy_was_searched():
    problem = Narrow(TINY)
    searched = problem.measure((1,), ["acc"], seed=5)
    final = problem.measure((1,), ["test_acc"], seed=5)
    assert final.metrics["acc"] == searched.metrics["acc"]
    assert final.curve == searched.curve
    dataset = load("digits", subset=60)
    torch.manual_seed(5)
    model = problem.build({"width": 8})
    cpu = torch.device("cpu")
    train(model, dataset, recipe=problem.recipe, device=cpu, seed=5)
    by_hand = judge(model, dataset.test, dataset=dataset, device=cpu)["acc"]
    assert final.metrics["test_acc"] == pytest.approx(by_hand, abs=1.0)  # threads may differ


CHEAP = {"flops", "macs", "params", "co2", "co2_training", "co2_inference", "fpo"}


def test_cheap_metrics_need_no_data():
    problem = Narrow(Settings(data="cifar10", data_dir="/nowhere"))
    measurement = problem.measure((0,), problem.cheap, seed=0)
    assert set(measurement.metrics) == problem.cheap == CHEAP
    assert measurement.curve == ()
    flops = 2 * (9 * 3 * 4 * 32 * 32 + 16 * 10)
    assert measurement.metrics["flops"] == 2 * measurement.metrics["macs"] == flops
    assert measurement.metrics["params"] == 4 * 27 + 4 + 8 + 170
    price = carbon.price(
        problem.cost((0,)).operations,
        n_train=40_000,
        n_validation=10_000,
        assumptions=Assumptions(),
    )
    assert price == problem.price((0,), Assumptions())
    lifetime = carbon.lifetime(price, Assumptions())
    assert measurement.metrics["co2"] == lifetime.total_kg
    assert measurement.metrics["co2_training"] == lifetime.training_kg
    assert measurement.metrics["co2_inference"] == lifetime.inference_kg
    epochs = problem.recipe.epochs
    assert measurement.metrics["fpo"] == flops * (3 * 40_000 + 10_000) * epochs


def test_cheap_metrics_come_with_the_accuracy_where_both_are_wanted():
    measurement = Narrow(TINY).measure((0,), ["acc", "params"], seed=0)
    assert set(measurement.metrics) == {"acc", *CHEAP}


def test_costs_are_counted_once_for_the_genome_at_hand():
    problem = Narrow(TINY)
    assert problem.cost((0,)) is problem.cost((0,))
    assert problem.cost((1,)).params > problem.cost((0,)).params


def test_what_the_user_says_goes_before_what_the_problem_says():
    told = Narrow(replace(TINY, batch_size=5, augment=()))
    assert told.recipe == replace(Narrow.recipe, epochs=2, batch_size=5, augment=())
    assert Narrow().recipe == Narrow.recipe
    assert Narrow().info.name == "digits"
    assert Narrow(Settings(data="svhn", image_size=16)).info.image_size == 16


def test_a_recipe_that_the_user_spoils_is_refused_at_the_door():
    with pytest.raises(ValueError, match="epochs must be at least 1, got 0"):
        Narrow(Settings(epochs=0))


def test_it_describes_data_training_device_and_carbon():
    described = Narrow(TINY).describe()
    assert set(described) == {"metrics", "data", "training", "device", "carbon"}
    assert described["training"]["epochs"] == 2
    assert described["data"]["n_train"] == 60
    assert json.loads(json.dumps(described))["device"] == "cpu"


def test_an_accelerator_is_called_what_its_driver_says_and_a_processor_nothing(monkeypatch):
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: f"card {device.index}")
    problem = Narrow(TINY)
    assert problem.device_name == ""
    problem.device = torch.device("cuda", 1)
    assert problem.device_name == "card 1"


@pytest.mark.parametrize(
    ("steps", "n_left"),
    [
        ([(1, 0)], 1),  # what the next step goes on from
        ([(1, 0), (2, 1)], 0),  # nothing goes on from the whole
        ([(2, 0)], 0),
    ],
)
def test_a_checkpoint_is_kept_for_the_next_step_and_no_longer(steps, n_left, tmp_path):
    for amount, after in steps:
        fidelity = rung(amount, after=after, store=tmp_path)
        Narrow(TINY).measure_at((1,), ["acc"], seed=5, fidelity=fidelity)
    assert len(list(tmp_path.glob("*"))) == n_left


class Measuring(Narrow):
    """Has a measuring of its own, and a network that none of ours could train."""

    def measure(self, genome, wanted, *, seed):
        return dict.fromkeys(wanted, 1.0)

    def build(self, architecture):
        return None


def test_what_measures_in_its_own_way_is_not_tried_out():
    Measuring(TINY).rehearse((1,), ["acc", "flops"])
    with pytest.raises(ValueError, match="build gives a NoneType; expected a nn"):
        Nothing(TINY).rehearse((1,), ["acc", "flops"])


def test_preparing_reads_the_data_or_says_what_is_missing(tmp_path, monkeypatch):
    Narrow(TINY).prepare()

    def fail(*args, **kwargs):
        raise RuntimeError("no network")

    monkeypatch.setattr("torchvision.datasets.CIFAR10", fail)
    with pytest.raises(
        ConnectionError, match=r"data set 'cifar10' is missing .*\(no network\)"
    ):
        Narrow(Settings(data="cifar10", data_dir=str(tmp_path))).prepare()


def test_the_carbon_of_a_life_does_not_depend_on_how_little_the_proxy_sees():
    settings = (TINY, Settings(epochs=1, subset=200, device="cpu"), Settings(device="cpu"))
    prices = {Narrow(s).measure((1,), ["co2"], seed=0).metrics["co2"] for s in settings}
    assert len(prices) == 1
    described = Narrow(TINY).describe()
    assert described["data"]["n_train"] == 60
    assert described["carbon"]["n_train"] == 1079


def rung(amount, *, after=0, whole=2, kind="epochs", store=""):
    return Fidelity(kind, amount, is_whole=amount == whole, after=after, store=str(store))


@pytest.mark.parametrize("fate", ["kept", "lost", "damaged", "never"])
def test_going_on_gives_the_network_that_was_never_left(fate, tmp_path):
    problem, store = Narrow(TINY), tmp_path / "checkpoints"
    reference = problem.measure((1,), ["acc"], seed=5)
    where = "" if fate == "never" else store
    early = problem.measure_at((1,), ["acc"], seed=5, fidelity=rung(1, store=where))
    assert early.curve == reference.curve[:1]
    assert early.metrics["acc"] == early.curve[-1]["acc"]
    for file in store.glob("*"):
        if fate == "lost":
            file.unlink()
        if fate == "damaged":
            file.write_bytes(file.read_bytes()[:100])
    late = problem.measure_at((1,), ["acc"], seed=5, fidelity=rung(2, after=1, store=where))
    assert (late.metrics, late.curve) == (reference.metrics, reference.curve)
    assert not list(store.glob("*"))


def test_a_checkpoint_of_other_settings_is_not_taken_up(tmp_path):
    fidelity = rung(1, store=tmp_path)
    Narrow(TINY).measure_at((1,), ["acc"], seed=5, fidelity=fidelity)
    other = replace(TINY, data_seed=3)
    late = Narrow(other).measure_at(
        (1,), ["acc"], seed=5, fidelity=rung(2, after=1, store=tmp_path)
    )
    assert late.metrics == Narrow(other).measure((1,), ["acc"], seed=5).metrics


def test_what_the_rungs_take_adds_up():
    problem = Narrow(TINY)
    fpo = problem.measure((1,), ["fpo"], seed=0).metrics["fpo"]
    steps = [
        problem.measure_at((1,), ["fpo"], seed=0, fidelity=fidelity).metrics
        for fidelity in (rung(1), rung(2, after=1))
    ]
    assert sum(step["fpo"] for step in steps) == fpo
    half = rung(30, kind="subset", whole=60)
    fewer = problem.measure_at((1,), ["fpo"], seed=0, fidelity=half)
    assert fewer.metrics["fpo"] == fpo / 2


def test_fewer_images_are_a_training_on_a_subset():
    problem = Narrow(TINY)
    fidelity = rung(30, kind="subset", whole=60)
    assert problem.full_amount("subset") == 60
    at = problem.measure_at((1,), ["acc"], seed=5, fidelity=fidelity)
    assert (
        at.metrics["acc"]
        == Narrow(replace(TINY, subset=30)).measure((1,), ["acc"], seed=5).metrics["acc"]
    )
    whole = problem.measure_at(
        (1,), ["acc"], seed=5, fidelity=rung(60, kind="subset", whole=60)
    )
    assert whole == problem.measure((1,), ["acc"], seed=5)


def test_smaller_images_are_a_training_on_those():
    problem = Narrow(replace(TINY, image_size=16))
    fidelity = rung(8, kind="image-size", whole=16)
    assert problem.full_amount("image-size") == 16
    at = problem.measure_at((1,), ["acc"], seed=5, fidelity=fidelity)
    small = Narrow(replace(TINY, image_size=8)).measure((1,), ["acc"], seed=5)
    assert at.metrics["acc"] == small.metrics["acc"]


def test_hints_take_no_training_and_no_seed_and_are_measured_where_they_are_wanted():
    problem = Narrow(TINY)
    hints = ("naswot", "synflow")
    alone = problem.measure((1,), hints, seed=1)
    assert set(alone.metrics) == set(hints)
    beside = problem.measure((1,), ["acc", *hints, "flops"], seed=2)
    assert {name: beside.metrics[name] for name in hints} == alone.metrics
    assert not problem.hints & set(problem.measure((1,), ["acc", "flops"], seed=2).metrics)


def test_a_hint_is_the_proxy_of_the_network_as_a_seed_of_zero_makes_it():
    problem = Narrow(TINY)
    torch.manual_seed(0)
    network = problem.build({"width": 8})
    part, dataset = load("digits", subset=60).train, load("digits", subset=60)
    images = inputs(part.images[:32], dataset, device=torch.device("cpu"))
    for name, proxy in PROXIES.items():
        hint = problem.measure((1,), [name], seed=5).metrics[name]
        assert hint == pytest.approx(proxy(network, images, part.labels[:32]), rel=1e-4)


class Strange(Narrow):
    """Written for torch alone: lazy, flattened by a view, with a parametric rectifier."""

    class Network(nn.Module):
        def __init__(self, n_channels, width, n_classes):
            super().__init__()
            self.first, self.act = nn.Conv2d(n_channels, width, 3), nn.PReLU()
            self.last = nn.LazyLinear(n_classes)

        def forward(self, images):
            return {"logits": self.last(self.act(self.first(images)).view(len(images), -1))}

    def build(self, architecture):
        return self.Network(self.n_channels, architecture["width"], self.n_classes)


EVERY = ("acc", "test_acc", "flops", "params", "synflow", "jacob_cov", "naswot", "snip")


def test_a_strange_network_is_counted_hinted_at_and_trained():
    problem = Strange(TINY)
    problem.rehearse((1,), EVERY)
    first, again = (problem.measure((1,), EVERY, seed=3) for _ in range(2))
    assert first == again
    assert first.metrics["flops"] == 2 * (36 * 8 * 9 + 288 * 10)
    assert first.metrics["params"] == 80 + 1 + 2890
    assert first.metrics["acc"] > 10


def test_a_strange_network_trains_on_after_a_rung(tmp_path):
    problem, whole = Strange(TINY), Strange(TINY).measure((1,), ["acc"], seed=3)
    rungs = [Fidelity("epochs", 1), Fidelity("epochs", 2, is_whole=True, after=1)]
    for rung in rungs:
        stored = replace(rung, store=str(tmp_path))
        last = problem.measure_at((1,), ["acc"], seed=3, fidelity=stored)
    assert last == whole


class Nothing(Narrow):
    """Forgets to return its network."""

    def build(self, architecture):
        super().build(architecture)


class Seven(Narrow):
    """Has the classes of another data set."""

    def build(self, architecture):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 7))


class Decomposed(Narrow):
    """Does what nobody has priced."""

    class Values(nn.Module):
        def forward(self, images):
            return torch.linalg.svdvals(images)

    def build(self, architecture):
        return nn.Sequential(self.Values(), nn.Flatten(), nn.Linear(8, self.n_classes))


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Nothing, r"build gives a NoneType; expected a nn\.Module; does it return its network"),
        (Seven, r"7 outputs, but digits has 10 classes; give the last layer self\.n_classes"),
    ],
)
def test_what_no_training_can_use_is_named_before_one(problem, message):
    with pytest.raises(ValueError, match=message):
        problem(TINY).rehearse((0,), ("acc", "flops"))


def test_an_unknown_operator_is_refused_by_the_strict_alone():
    Decomposed(TINY).rehearse((0,), ("acc", "flops"))
    strict = Decomposed(replace(TINY, strict_flops=True))
    with pytest.raises(ValueError, match=r"operator aten\._linalg_svd, in Values '0'; give it"):
        strict.rehearse((0,), ("acc", "flops"))


def test_a_measuring_of_its_own_is_not_rehearsed():
    class Own(Nothing):
        """Needs no network."""

        def measure(self, genome, wanted, *, seed):
            return {"acc": 50.0}

    Own(TINY).rehearse((0,), ("acc",))
