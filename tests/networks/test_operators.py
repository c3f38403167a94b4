import pytest
from torch import nn

from evonas.networks.layers import layer_table
from evonas.networks.operators import operators_of
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

SHAPE = (3, 8, 8)


class Shortcut(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.act = nn.ReLU()
        self.head = nn.Linear(3, 2)

    def forward(self, images):
        maps = self.act(self.norm(self.conv(images)) + images)
        return self.head(maps.mean((2, 3)))


def names(build, *, is_fused):
    placed = operators_of(layer_table(build, SHAPE), is_fused=is_fused)
    return [each.operator.name for each in placed]


def test_without_fusing_every_layer_is_an_operator():
    expected = ["Conv2d 3x3", "BatchNorm2d", "add", "ReLU", "mean", "Linear"]
    assert names(Shortcut, is_fused=False) == expected


def test_a_sum_with_a_shortcut_is_fused_with_nothing():
    expected = ["Conv2d 3x3 + BatchNorm2d", "add", "ReLU", "mean", "Linear"]
    assert names(Shortcut, is_fused=True) == expected


def test_norm_and_activation_are_fused_with_what_they_alone_follow():
    def build():
        return nn.Sequential(
            *(nn.ReLU(), nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.SiLU(), nn.SiLU()),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2), nn.ReLU()),
        )

    _, fused, *rest = names(build, is_fused=True)
    assert fused == "Conv2d 1x1 + BatchNorm2d + SiLU"
    assert rest == ["SiLU", "AdaptiveAvgPool2d", "Linear + ReLU"]


def test_what_two_layers_read_is_not_fused_with_either():
    class Fork(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 1)

        def forward(self, images):
            maps = self.conv(images)
            return maps.relu() + maps.tanh()

    assert names(Fork, is_fused=True) == ["Conv2d 1x1", "relu", "tanh", "add"]


@pytest.mark.parametrize("is_fused", [False, True])
@pytest.mark.parametrize("name", ["digits", "nb201"])
def test_operators_hold_every_layer_once_and_all_of_the_cost(name, is_fused):
    problem = ProblemSpec(name, Settings(data="digits")).open()
    architecture = problem.decode(problem.canonical(tuple(n - 1 for n in problem.space.sizes)))
    table = layer_table(lambda: problem.build(architecture), problem.input_shape)
    placed = operators_of(table, is_fused=is_fused)
    assert sorted(i for each in placed for i in each.places) == [*range(len(table.layers))]
    assert sum(each.operator.flops for each in placed) == table.cost.flops
    assert (len(placed) < len(table.layers)) == is_fused


def test_equal_layers_are_one_operator():
    build = lambda: nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(3)))  # noqa: E731
    placed = operators_of(layer_table(build, SHAPE))
    assert len(placed) == 3
    assert len({each.operator for each in placed}) == 1
    assert str(placed[0].operator) == "Conv2d 3x3 -> 3x8x8"
