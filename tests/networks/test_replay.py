import pytest
import torch
from torch import nn

from evonas.networks.layers import layer_table
from evonas.networks.replay import steps_by_layer, steps_of
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3)
        self.act = nn.ReLU(inplace=True)
        self.head = nn.Linear(4, 3)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, images):
        maps = self.act(self.conv(images))
        maps = torch.cat([maps, maps], dim=1)[:, :4]
        return self.head(maps.mean((2, 3)) * self.scale)


def given():
    return torch.randn(5, 2, 6, 6, generator=torch.Generator().manual_seed(0))


def test_each_layer_gives_again_what_it_gave():
    torch.manual_seed(0)
    model, images = Small().eval(), given()
    with torch.no_grad():
        expected = model(images)
        *_, head = steps_of(model, (images,))
        assert torch.equal(head.again()(), expected)
        assert torch.equal(head(*head.given), expected)


def test_the_layers_are_those_of_the_table():
    table = layer_table(Small, (2, 6, 6))
    steps = steps_of(Small().eval(), (given(),))
    assert [layer.kind for layer in table.layers] == [
        *("Conv2d", "ReLU", "cat", "mean", "mul", "Linear")
    ]
    assert len(steps) == len(table.layers)
    for step, layer in zip(steps, table.layers, strict=True):
        assert tuple(step.again()().shape[1:]) == layer.shape


def test_what_a_layer_is_given_is_activations_and_no_weights():
    _, _, cat, mean, mul, _ = steps_of(Small().eval(), (given(),))
    assert [tuple(t.shape) for t in cat.given] == [(5, 4, 4, 4)] * 2
    assert len(mean.given) == 1
    assert len(mul.given) == 1


def test_the_layers_of_a_shipped_space_all_run_again():
    problem = ProblemSpec("nb201", Settings(data="digits")).open()
    architecture = problem.decode(tuple(n - 1 for n in problem.space.sizes))
    table = layer_table(lambda: problem.build(architecture), problem.input_shape)
    model = problem.build(architecture).eval()
    steps = steps_of(model, (torch.randn(1, *problem.input_shape),))
    assert len(steps) == len(table.layers)
    with torch.inference_mode():
        for step in steps:
            step.again()()


def flat():
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.Flatten(), nn.Linear(64, 3))


def test_a_copy_that_the_layout_asks_for_goes_with_the_layer_before_it():
    table = layer_table(flat, (2, 6, 6))
    assert [layer.kind for layer in table.layers] == ["Conv2d", "Linear"]
    model = flat().eval().to(memory_format=torch.channels_last)
    steps = steps_of(model, (given().to(memory_format=torch.channels_last),))
    groups = steps_by_layer(steps, table.layers)
    assert [[step.where[1] for step in group] for group in groups] == [
        ["Conv2d", "Flatten"],
        ["Linear"],
    ]


def test_a_layer_that_was_counted_and_did_not_run_is_named():
    table = layer_table(Small, (2, 6, 6))
    steps = steps_of(Small().eval(), (given(),))
    message = r"^layer mean \(itself\) was counted and did not run: this network"
    with pytest.raises(ValueError, match=message):
        steps_by_layer([step for step in steps if step.where[1] != "mean"], table.layers)


def test_calls_of_one_module_are_told_apart():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(2, 2, 3, padding=1)

        def forward(self, images):
            return self.conv(self.conv(images))

    steps = steps_of(Twice().eval(), (given(),))
    assert [step.where for step in steps] == [("conv", "Conv2d", 1), ("conv", "Conv2d", 2)]
    assert len(steps_by_layer(steps, layer_table(Twice, (2, 6, 6)).layers)) == 2
