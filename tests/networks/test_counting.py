import re
from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import flop_registry, register_flop_formula
from torchvision.models import resnet18

from evonas.hardware.roofline import Cost
from evonas.networks import recording
from evonas.networks.counting import count, count_through
from evonas.networks.inputs import Input

SHAPE = (16, 32, 32)


@pytest.fixture(autouse=True)
def _nothing_was_said(monkeypatch):
    """Every test hears what is said once in a process."""
    monkeypatch.setattr(recording, "_said", set())


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


class Spectral(nn.Module):
    """Looks at the singular values of its input, which nobody has priced."""

    def forward(self, images):
        return torch.linalg.svdvals(images)


UNDECLARED = (
    r"nobody has declared the FLOPs of operator aten\._linalg_svd, in Spectral 'one\.1'{}; "
    r"give it a formula with torch\.utils\.flop_counter\.register_flop_formula"
)


def spectral(name: str = "one") -> nn.Module:
    return nn.Sequential(OrderedDict({name: nn.Sequential(nn.Conv2d(16, 4, 1), Spectral())}))


def test_an_unknown_operator_counts_as_zero_with_one_warning_that_names_it_and_where(caplog):
    costs = [count(spectral, SHAPE) for _ in range(2)]
    assert [cost.flops for cost in costs] == [2 * 16 * 4 * 1024] * 2
    (warning,) = [r.message for r in caplog.records]
    assert re.fullmatch(UNDECLARED.format(": it counts as 0"), warning)


def test_an_unknown_operator_is_an_error_for_the_strict():
    with pytest.raises(ValueError, match=UNDECLARED.format("")):
        count(spectral, SHAPE, is_strict=True)


def test_an_operator_can_be_given_a_formula():
    try:
        register_flop_formula(torch.ops.aten._linalg_svd)(lambda shape, *a, **k: shape[1])
        assert count(Spectral, SHAPE, is_strict=True).flops == 16
    finally:
        flop_registry.pop(torch.ops.aten._linalg_svd, None)


class Particular(nn.Module):
    """Its constructor looks at values, in all the ways of which torch permits some."""

    def __init__(self):
        super().__init__()
        self.rates = [rate.item() for rate in torch.linspace(0, 0.2, 3)]
        self.scale = torch.arange(4.0).view(1, 4, 1, 1).to("cpu")
        self.sums = torch.ones(3).numpy().sum()
        self.layer = nn.Conv2d(16, 4, 3)
        with torch.no_grad():
            self.layer.weight.div_(float(self.layer.weight.std()))
        features = self.layer(torch.zeros(1, 16, 32, 32))
        self.last = nn.Linear(features.flatten(1).shape[1], 10)

    def forward(self, images):
        return self.last((self.layer(images) * self.scale).flatten(1))


def test_a_constructor_may_look_at_values(caplog):
    state = torch.get_rng_state()
    cost, shape = count_through(Particular, SHAPE, is_strict=True)
    assert cost.flops == 2 * 900 * 4 * 144 + 2 * 3600 * 10
    assert shape == (10,)
    assert torch.equal(torch.get_rng_state(), state)
    assert not caplog.records


class Choosy(nn.Module):
    """Its pass looks at values."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, inputs):
        return self.layer(inputs) if inputs.mean() > 0 else inputs


def test_a_pass_that_looks_at_values_is_computed_with_one_warning_that_says_so(caplog):
    assert [count(Choosy, (4,)).flops for _ in range(2)] == [24, 24]
    (warning,) = [r.message for r in caplog.records]
    assert warning.startswith(
        "the forward pass of Choosy looks at values: it is counted as com"
    )
    with pytest.raises(ValueError, match="forward pass of Choosy looks at values"):
        count(Choosy, (4,), is_strict=True)


def test_a_network_that_fails_on_a_processor_too_fails_by_that_error():
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        count(lambda: nn.Linear(5, 3), (4,))


def test_lazy_modules_count_as_others():
    def lazy() -> nn.Module:
        return nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(10))

    def plain() -> nn.Module:
        return nn.Sequential(nn.Conv2d(16, 4, 3), nn.Flatten(), nn.Linear(3600, 10))

    assert count(lazy, SHAPE) == count(plain, SHAPE)


class Taught(nn.Module):
    """Has a head for the training only."""

    def __init__(self):
        super().__init__()
        self.body, self.head, self.aux = nn.Linear(4, 4), nn.Linear(4, 2), nn.Linear(4, 2)

    def forward(self, inputs):
        features = self.body(inputs)
        return (
            (self.head(features), self.aux(features)) if self.training else self.head(features)
        )


def test_what_does_not_answer_is_counted_neither_in_flops_nor_in_parameters(caplog):
    cost = count(Taught, (4,))
    assert (cost.flops, cost.params) == (2 * 4 * 4 + 2 * 4 * 2, 20 + 10)
    assert "10 of 40 parameters of Taught are not read when it answers (aux)" in caplog.text


def test_a_weight_that_is_shared_counts_once_and_one_that_is_looked_at_too():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
            self.other.weight = self.one.weight
            float(self.one.weight.sum())

        def forward(self, inputs):
            return self.other(self.one(inputs)) @ self.one.weight.data

    cost = count(Tied, (4,))
    assert (cost.flops, cost.params) == (3 * 2 * 16, 16)


def test_several_inputs_of_several_kinds_of_numbers_are_given_in_their_order():
    class Reads(nn.Module):
        def __init__(self):
            super().__init__()
            self.see, self.read = nn.Conv2d(3, 8, 4), nn.Embedding(100, 8)

        def forward(self, image, words):
            return self.see(image).flatten(2).mT @ self.read(words).mT

    cost, shape = count_through(
        Reads, [Input((3, 4, 4)), Input((77,), "int64")], is_strict=True
    )
    assert (cost.flops, shape) == (2 * 8 * 48 + 2 * 77 * 8, (1, 77))


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


@pytest.mark.parametrize("shape", [(2, 5), (2, 5, 7), (2, 5, 7, 3)])
def test_batch_norm_that_judges_gives_what_torch_works_out(shape):
    func = torch.ops.aten.native_batch_norm.default
    with torch.device("meta"):
        images, moments = torch.empty(shape), [torch.empty(5) for _ in range(4)]
    args = (images, *moments, False, 0.1, 1e-5)
    shapes = [tensor.shape for tensor in func(*args)]
    assert shapes == [shape, (5,), (5,)]
    assert [tensor.shape for tensor in recording._shaped(func, args, {})] == shapes


class Filling(nn.Module):
    """Makes tensors of its own, and adds them to what it is given."""

    def forward(self, images):
        return images + torch.ones_like(images) + torch.arange(3, device=images.device)


def test_what_only_makes_a_tensor_is_no_kernel():
    operations = count(Filling, (4, 3)).operations
    assert [operation.kind for operation in operations] == ["pointwise"] * 2
