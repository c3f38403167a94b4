"""The contract of every provider of metrics, and one that is brought from outside."""

import copy
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import torch
from matrix import slow_but
from mem import Flops, Memory, Moody, PeakMemory
from torch import nn

from evonas import Gene, SearchSpace, TrainedProblem, search
from evonas.carbon.assumptions import Assumptions
from evonas.config import Config
from evonas.data.dataset import dataset_info, load
from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.operator_table import OperatorTable
from evonas.hardware.roofline import Calibration, TimeModel
from evonas.hardware.table_files import write_table
from evonas.hardware.target_metrics import names_on
from evonas.hardware.targets import Target
from evonas.networks.counting import count
from evonas.networks.layers import layer_table
from evonas.networks.metrics import Context, MetricProvider, Network, offered
from evonas.networks.on_target import OnTarget
from evonas.networks.operators import operators_of
from evonas.plugins.loading import load_provider, metric_entries
from evonas.problem import Settings
from evonas.run import main
from evonas.training.judging import inputs

CPU, SHAPE = torch.device("cpu"), (1, 8, 8)
TINY = Settings(epochs=1, subset=64, device="cpu")
MEM = str(Path(__file__).parents[1] / "mem.py")
PROVIDERS = [*TrainedProblem.providers, PeakMemory(), Memory()]
PROVIDERS += [OnTarget(names_on([Target.parse("t4"), Target.parse("raspberry-pi-4:b8")]))]
PROVIDERS += [load_provider(name) for name in metric_entries()]
every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: type(p).__name__)


class Narrow(TrainedProblem):
    """One convolution of some width."""

    space = SearchSpace([Gene("width", (4, 8, 16, 32))])

    def build(self, architecture):
        return nn.Sequential(
            *(nn.Conv2d(self.n_channels, architecture["width"], 3, padding=1), nn.ReLU()),
            *(nn.AdaptiveAvgPool2d(2), nn.Flatten()),
            nn.Linear(4 * architecture["width"], self.n_classes),
        )


class WithMemory(Narrow):
    """Has one provider more."""

    providers = (*TrainedProblem.providers, PeakMemory())


def plain(kind=lambda tensor: tensor):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
            self.head = nn.Linear(6, 10)

        def forward(self, images):
            return kind(self.head(self.body(images).mean((2, 3))))

    return Model()


def network(build=plain) -> Network:
    torch.manual_seed(0)
    model = build()
    return Network({}, SHAPE, build, lambda: count(build, SHAPE), lambda: model)


@cache
def small_table() -> str:
    placed = operators_of(layer_table(plain, SHAPE))
    seconds = {each.operator: 1e-6 for each in placed}
    file = Path(mkdtemp(), "table.json")
    write_table(OperatorTable("here", "torch", 1, seconds), file)
    return str(file)


def calibration() -> Calibration:
    model = TimeModel((("constant", 1e-5), ("matmul.kernels", 1e-6)), 1, 8, 4, 0.9, 0.9, 0.1)
    return Calibration("here", "2026-01-01", "toy", training=model, inference=model)


def is_by_clock(provider) -> bool:
    return any(metric.when == "trained" for metric in provider.metrics)


def context(seed: int = 0) -> Context:
    dataset = load("digits", subset=64)
    images = inputs(dataset.train.images[:8], dataset, device=CPU)
    return Context(
        info=dataset_info("digits", subset=64),
        whole=dataset_info("digits"),
        epochs=2,
        assumptions=Assumptions(calibration=calibration()),
        device=CPU,
        seed=seed,
        get_batch=lambda: (images, dataset.train.labels[:8]),
        latency=LatencyWays(table=small_table()),
    )


def measured(provider, network, context) -> dict:
    names = [metric.name for metric in provider.metrics]
    return dict(provider.measure(network, context, wanted=names))


@every_provider
def test_it_has_the_two_words_and_offers_what_takes_no_training(provider):
    assert isinstance(provider, MetricProvider)
    assert offered((), [provider], problem="mine") == tuple(provider.metrics)


@every_provider
def test_it_measures_all_that_it_offers_as_finite_numbers_and_repeats_itself(provider):
    first = measured(provider, network(), context(seed=0))
    assert set(first) >= {metric.name for metric in provider.metrics}
    assert all(type(value) is float and math.isfinite(value) for value in first.values())
    again = measured(provider, network(), context(seed=1))
    assert again.keys() == first.keys()
    assert is_by_clock(provider) or again == first, (
        "one initialisation for all, whatever the seed"
    )


@every_provider
def test_what_is_counted_needs_neither_weights_nor_data(provider):
    if any(metric.when == "hinted" for metric in provider.metrics):
        pytest.skip("it hints")

    def fail():
        raise AssertionError("a counted metric looked at weights or data")

    bare = replace(network(), get_model=fail)
    assert measured(provider, bare, replace(context(), get_batch=fail))


@every_provider
def test_it_leaves_the_network_and_the_batch_as_they_were(provider):
    given, around = network(), context()
    weights = copy.deepcopy(given.model.state_dict())
    images = around.batch[0].clone()
    measured(provider, given, around)
    for name, tensor in given.model.state_dict().items():
        assert torch.equal(tensor, weights[name]), name
    assert torch.equal(around.batch[0], images)


@every_provider
@pytest.mark.parametrize("kind", [lambda t: (t, t), lambda t: [t], lambda t: {"logits": t}])
def test_it_takes_networks_that_give_several_tensors(provider, kind):
    one = measured(provider, network(), context())
    other = measured(provider, network(lambda: plain(kind)), context())
    assert other.keys() == one.keys()
    if any(metric.when == "hinted" for metric in provider.metrics):
        assert other == one


def test_a_subclass_adds_a_provider_in_one_line():
    problem = WithMemory(TINY)
    assert [m.name for m in problem.metrics if m not in Narrow.metrics] == ["peak_memory"]
    assert "peak_memory" in problem.cheap
    found = [problem.measure((i,), ["peak_memory"], seed=0).metrics for i in range(4)]
    peaks = [metrics["peak_memory"] for metrics in found]
    assert peaks == sorted(peaks)
    assert peaks[-1] >= 4 * 32 * 8 * 8  # the largest map, at least
    assert set(found[0]) == problem.cheap


def test_an_object_is_given_a_provider_and_its_class_is_not():
    problem = Narrow(TINY)
    problem.add_provider(PeakMemory())
    problem.add_provider(PeakMemory())  # known already
    assert problem.objectives == WithMemory.objectives
    assert problem.final == WithMemory.final
    assert problem.cheap == WithMemory.cheap
    assert "peak_memory" not in Narrow.cheap
    assert "peak_memory" not in Narrow(TINY).cheap


def test_an_older_file_that_names_its_own_metrics_is_given_a_provider_too():
    class Older(Narrow):
        objectives = tuple(m for m in Narrow.objectives if m.name in ("acc", "flops"))
        cheap = frozenset({"flops"})

    problem = Older(TINY)
    problem.add_provider(PeakMemory())
    assert [m.name for m in problem.objectives] == ["acc", "flops", "peak_memory"]
    assert problem.cheap == {"flops", "peak_memory"}
    assert "peak_memory" in problem.measure((0,), ["peak_memory"], seed=0).metrics


def test_a_name_that_exists_is_refused():
    with pytest.raises(ValueError, match="Flops offers metric 'flops', which Narrow has"):
        Narrow(TINY).add_provider(Flops())
    with pytest.raises(ValueError, match="Flops offers metric 'flops', which Count has"):
        type("Twice", (Narrow,), {"providers": (*Narrow.providers, Flops())})


def test_a_provider_that_fails_is_the_failure_of_its_candidate_alone():
    class Troubled(Narrow):
        providers = (*TrainedProblem.providers, Moody())

    config = Config(
        objectives=("acc", "mood"),
        **{"epochs": 1, "subset": 64, "device": "cpu", "n_jobs": 0},
        **{"evaluations": 4, "pop_size": 4},
    )
    result = search(config, problem=Troubled)
    errors = {record.genome[0]: record.error for record in result.records}
    assert {errors[0], errors[1]} == {None}
    assert "too wide" in errors[2]
    assert "metric mood is nan; expected a finite number" in errors[3]


def run(*words: str) -> None:
    common = ("--epochs", "1", "--subset", "64", "--pop-size", "3")
    assert main(["--problem", f"{__file__}:Narrow", *common, "--quiet", *words]) in (0, None)


@pytest.mark.parametrize("n_jobs", slow_but(["0"], ["0", "2"]))
def test_the_command_line_brings_one_to_workers_and_to_a_resumed_run(
    n_jobs, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("mem.py").write_text(Path(MEM).read_text())
    named = ("--objectives", "acc,mem.py:PeakMemory")
    run(*named, "--evaluations", "3", "--n-jobs", n_jobs, "--out", "cut")
    assert main(["--quiet", "--resume", "cut", "--evaluations", "4", "--n-jobs", "0"]) == 0
    run(*named, "--evaluations", "4", "--n-jobs", "0", "--out", "whole")
    fronts = [Path(name, "front.csv").read_bytes() for name in ("cut", "whole")]
    assert fronts[0] == fronts[1]
    assert b"peak_memory [B]" in fronts[0].splitlines()[0]
    kept = json.loads(Path("cut", "config.json").read_text())
    (found,) = (m for m in kept["resolved"]["metrics"] if m["name"] == "peak_memory")
    assert found == PeakMemory.metrics[0].as_dict()
