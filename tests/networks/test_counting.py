import pytest
import torch
from torch import nn
from torch.utils.flop_counter import flop_registry, register_flop_formula
from torchvision.models import resnet18

from evonas.hardware.roofline import Cost
from evonas.networks.counting import count, count_through

SHAPE = (16, 32, 32)


def depthwise(n: int, *, kernel: int = 3) -> nn.Conv2d:
    return nn.Conv2d(n, n, kernel, padding=kernel // 2, groups=n, bias=False)


def sep_conv(n: int, *, kernel: int) -> nn.Sequential:
    """Liu et al. 2019, DARTS: ReLU, depthwise, pointwise, batch norm, all twice."""

    def once() -> list[nn.Module]:
        pointwise = nn.Conv2d(n, n, 1, bias=False)
        return [nn.ReLU(), depthwise(n, kernel=kernel), pointwise, nn.BatchNorm2d(n)]

    return nn.Sequential(*once(), *once())


def weight_bytes(cost: Cost) -> float:
    return sum(operation.weight_bytes for operation in cost.operations)


def activation_bytes(cost: Cost) -> float:
    return sum(operation.activation_bytes for operation in cost.operations)


# Oesterdiekhoff, hardware-aware NAS survey, Eq. 3 to 6, without the bias as a MAC: 2 x output
# pixels x inputs / groups x kernel^2 x outputs.
@pytest.mark.parametrize(
    ("build", "shape", "macs", "flops", "params"),
    [
        (lambda: nn.Conv2d(3, 16, 3, padding=1), (3, 32, 32), 442_368, 884_736, 448),
        (lambda: nn.Conv2d(3, 16, 3, 2, 1), (3, 32, 32), 110_592, 221_184, 448),
        (lambda: depthwise(16), SHAPE, 147_456, 294_912, 144),
        (lambda: nn.Linear(512, 10), (512,), 5_120, 10_240, 5_130),
        (lambda: sep_conv(16, kernel=3), SHAPE, 819_200, 1_638_400, 2 * (144 + 256 + 32)),
    ],
    ids=["convolution", "strided", "depthwise", "linear", "sep_conv_3x3"],
)
def test_layers_cost_what_their_formulas_say(build, shape, macs, flops, params):
    cost = count(build, shape)
    assert (cost.macs, cost.flops, cost.params) == (macs, flops, params)


def test_resnet_18_costs_what_its_publishers_say():
    def stage(pixels: int, width: int, n_in: int) -> int:
        """Two basic blocks; the first has a 1x1 shortcut where the width changes."""
        shortcut = n_in * width if n_in != width else 0
        return pixels * (9 * n_in * width + 3 * 9 * width * width + shortcut)

    cost = count(lambda: resnet18(weights=None), (3, 224, 224))
    assert cost.params == 11_689_512  # torchvision's table of weights
    stem, head = 112**2 * 3 * 49 * 64, 512 * 1000
    stages = [(56**2, 64, 64), (28**2, 128, 64), (14**2, 256, 128), (7**2, 512, 256)]
    assert cost.macs == stem + sum(stage(*s) for s in stages) + head == 1_814_073_344


def test_a_frozen_weight_is_no_trainable_parameter():
    cost = count(lambda: nn.Linear(4, 3).requires_grad_(False), (4,))
    assert (cost.params, cost.flops) == (0, 24)


@pytest.mark.parametrize(
    "layer",
    [nn.ReLU, nn.SiLU, nn.Hardswish, lambda: nn.BatchNorm2d(16), lambda: nn.MaxPool2d(2)],
)
def test_norms_activations_and_pooling_count_as_zero_flops_but_move_bytes(layer):
    cost = count(layer, SHAPE)
    assert cost.flops == 0
    assert activation_bytes(cost) > 0


def test_an_operator_without_a_formula_is_an_error():
    class Spectrum(nn.Module):
        def forward(self, images):
            return torch.fft.fft2(images)

    with pytest.raises(
        ValueError,
        match=r"nobody has declared the FLOPs of operator aten\._fft_.*; give it a formula "
        r"with torch\.utils\.flop_counter\.register_flop_formula",
    ):
        count(Spectrum, SHAPE)


def test_an_operator_can_be_given_a_formula():
    class Sorted(nn.Module):
        def forward(self, images):
            return torch.cumsum(images, 1)

    with pytest.raises(ValueError, match=r"operator aten\.cumsum"):
        count(Sorted, SHAPE)
    try:
        register_flop_formula(torch.ops.aten.cumsum)(lambda shape, *args, **kwargs: shape[1])
        assert count(Sorted, SHAPE).flops == 16
    finally:
        flop_registry.pop(torch.ops.aten.cumsum, None)


def test_depthwise_and_dense_networks_of_equal_flops_move_different_bytes():
    dense = count(lambda: nn.Conv2d(8, 8, 3, padding=1, bias=False), (8, 16, 16))
    separate = count(lambda: depthwise(64), (64, 16, 16))
    assert dense.flops == separate.flops
    assert activation_bytes(separate) == 8 * activation_bytes(dense)


def test_weight_bytes_do_not_depend_on_the_size_of_the_input():
    def separable() -> nn.Module:
        return nn.Sequential(depthwise(16, kernel=5), nn.ReLU(), nn.Conv2d(16, 8, 1))

    small, large = (count(separable, (16, n, n)) for n in (8, 64))
    assert weight_bytes(small) == weight_bytes(large) == 4 * (400 + 136)
    assert activation_bytes(large) == 64 * activation_bytes(small)


def test_every_weight_is_read_once_and_activations_are_read_and_written():
    cost = count(lambda: nn.Linear(512, 10), (512,))
    assert weight_bytes(cost) == 4 * 5_130
    assert activation_bytes(cost) == 4 * (512 + 10)
    convolution = count(lambda: depthwise(16), SHAPE)
    assert weight_bytes(convolution) == 4 * 144
    assert activation_bytes(convolution) == 4 * 2 * 16 * 32 * 32


def test_a_view_is_no_kernel():
    assert count(nn.Flatten, SHAPE).operations == ()
    assert len(count(lambda: nn.Sequential(depthwise(16), nn.Flatten()), SHAPE).operations) == 1


def test_counting_computes_nothing_and_leaves_no_trace():
    state = torch.get_rng_state()
    count(lambda: nn.Conv2d(4096, 65_536, 7), (4096, 1024, 1024))  # 3.3 TB as a real tensor
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.empty(1).device.type == "cpu"
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (nn.Conv2d(4, 8, 3, padding=1), "conv3x3"),
        (nn.Conv2d(4, 8, 1), "conv1x1"),
        (nn.Conv2d(4, 8, 3, stride=2), "conv"),
        (nn.Conv2d(4, 8, 3, dilation=2), "conv"),
        (nn.Conv2d(4, 8, 5), "conv"),
        (nn.Conv2d(4, 8, 3, groups=2), "conv"),
        (nn.Conv2d(4, 4, 3, groups=4), "depthwise"),
        (nn.ConvTranspose2d(4, 4, 3), "conv"),
        (nn.Linear(8, 8), "matmul"),
        (nn.BatchNorm2d(4), "norm"),
        (nn.ReLU(), "pointwise"),
        (nn.Hardswish(), "pointwise"),
        (nn.LeakyReLU(), "pointwise"),
        (nn.SiLU(), "exponential"),
        (nn.Sigmoid(), "exponential"),
        (nn.MaxPool2d(2), "pool"),
        (nn.AdaptiveAvgPool2d(1), "pool"),
        (nn.ZeroPad2d(1), "move"),
    ],
)
def test_a_kernel_is_of_a_kind(layer, kind):
    operations = count(lambda: layer.to("meta"), (4, 8, 8)).operations
    assert [operation.kind for operation in operations][-1:] == [kind]


class Several(nn.Module):
    """Gives its output in some form."""

    def __init__(self, form):
        super().__init__()
        self.layer, self.form = nn.Linear(4, 2), form

    def forward(self, inputs):
        return self.form(self.layer(inputs))


@pytest.mark.parametrize("form", [lambda t: (t, t), lambda t: [t], lambda t: {"logits": t}])
def test_a_network_may_give_several_tensors_and_has_no_one_shape_then(form):
    plain, shape = count_through(lambda: Several(lambda t: t), (4,))
    several, no_shape = count_through(lambda: Several(form), (4,))
    assert several == plain
    assert (shape, no_shape) == ((2,), ())
