import numpy as np
import pytest
from torch import nn

from evonas import Gene, SearchSpace, TrainedProblem
from evonas.hardware.operator_table import Operator, OperatorTable
from evonas.models.operator_times import (
    fitted,
    here,
    layer_times,
    measured_table,
    operators_in,
)
from evonas.networks.layers import layer_table
from evonas.networks.operators import operators_of
from evonas.problem import Settings

TINY = Settings(data="digits", device="cpu")


class Narrow(TrainedProblem):
    """Up to three convolutions of some width."""

    space = SearchSpace([Gene("width", (4, 8, 16)), Gene("depth", (1, 2, 3))])

    def build(self, architecture):
        width, layers = architecture["width"], list[nn.Module]()
        for n in range(architecture["depth"]):
            layers += [nn.Conv2d(width if n else self.n_channels, width, 3, padding=1)]
            layers += [nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, self.n_classes)]
        return nn.Sequential(*layers)


class Broken(Narrow):
    """Builds nothing."""

    def build(self, architecture):
        raise RuntimeError("out of clay")


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
def test_every_operator_of_a_small_space_is_timed_once_and_whole_networks_told(runtime):
    problem, told = Narrow(TINY), []
    table = measured_table(
        problem, runtime=runtime, repeats=5, on_step=lambda *step: told.append(step)
    )
    assert (table.runtime, table.batch, table.device) == (runtime, 1, here(runtime))
    assert told[0] == ("operators", 0, 5)
    assert told[-1] == ("whole networks", 5, 5)
    assert table.quality.n == 4, "of nine networks, every other one"
    for genome in [(0, 0), (2, 1), (1, 2)]:
        architecture = problem.decode(genome)
        layers = layer_table(lambda a=architecture: problem.build(a), problem.input_shape)
        placed = operators_of(layers, is_fused=table.is_fused)
        looked = table.look_up([each.operator for each in placed])
        assert looked.estimated == ()
        assert 0 < looked.seconds < 0.1


def test_operators_of_a_space_are_each_found_once():
    found = operators_in(Narrow(TINY), runtime="torch", batch=2, n=50, seed=0)
    assert len(found.networks) == 9
    assert set(found.passes) == {o for each in found.networks.values() for o in each}
    convs = [o for o in found.passes if o.name == "Conv2d 3x3"]
    assert len(convs) == 6, "three widths from one channel, and three from themselves"


def test_a_space_of_which_nothing_runs_says_why():
    with pytest.raises(
        ValueError, match=r"^no network of the space can be taken apart: .*clay"
    ):
        operators_in(Broken(TINY), runtime="torch", batch=1, n=5, seed=0)


def test_a_constant_and_a_factor_are_found_where_they_are_the_truth():
    table = OperatorTable("here", "torch", 1, {Operator("ReLU", (), 0.0, 1.0, 0.0): 1e-6})
    sums = np.linspace(1e-4, 1e-3, 24)
    found = fitted(table, sums, 2e-5 + 1.3 * sums)
    assert found.once_s == pytest.approx(2e-5)
    assert found.factor == pytest.approx(1.3)
    assert found.quality.n == 12
    assert found.quality.spearman == pytest.approx(1)
    assert found.quality.median_error == pytest.approx(0, abs=1e-9)


def test_too_few_networks_fit_nothing():
    table = OperatorTable("here", "torch", 1, {Operator("ReLU", (), 0.0, 1.0, 0.0): 1e-6})
    assert fitted(table, np.ones(3), np.ones(3)) == table


def test_each_layer_of_a_network_is_timed():
    problem = Narrow(TINY)
    model = problem.build({"width": 4, "depth": 2})
    table = layer_table(lambda: model, problem.input_shape)
    times = layer_times(problem.build({"width": 4, "depth": 2}), table, batch=2)
    assert len(times) == len(table.layers) == 8
    assert all(each.seconds > 0 for each in times)
