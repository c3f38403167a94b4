import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import DeformConv2d

from evonas.networks.counting import count
from evonas.networks.formulas import is_contraction, operator_flops
from evonas.networks.inputs import Input

IMAGES = (3, 8, 8)


class Does(nn.Module):
    """Does one thing, with a module or without."""

    def __init__(self, thing, module=None):
        super().__init__()
        self.thing, self.module = thing, module

    def forward(self, *inputs):
        return self.thing(self.module, *inputs)


def attended(module, x):
    return module(x, x, x)[0]


CONTRACTIONS = {  # each with its cost by hand; a multiply and an add count as two
    "matrix by vector": (lambda: Does(lambda _, x: x[0] @ x[0, 0]), (4, 4), 2 * 4 * 4),
    "dot": (lambda: Does(lambda _, x: x[0] @ x[0]), (9,), 2 * 9),
    "addbmm": (lambda: Does(lambda _, x: torch.addbmm(x[0], x, x)), (4, 4), 2 * 4**3),
    "whole numbers": (
        lambda: Does(lambda _, x: torch._int_mm(x[0].to(torch.int8), x[0].to(torch.int8))),
        (32, 32),
        2 * 32**3,
    ),
    "addmv": (lambda: Does(lambda _, x: torch.addmv(x[0, 0], x[0], x[0, 0])), (4, 4), 32),
    "einsum": (
        lambda: Does(lambda _, x: torch.einsum("bchw,bdhw->bcd", x, x)),
        IMAGES,
        2 * 3 * 3 * 64,
    ),
    "bilinear": (
        lambda: nn.Bilinear(3, 4, 5),
        [Input((3,)), Input((4,))],
        2 * 5 * 3 * 4 + 2 * 5 * 4,
    ),
    "LSTM": (lambda: nn.LSTM(3, 5), (7, 3), 2 * 7 * 4 * 5 * (3 + 5)),
    "both ways": (lambda: nn.GRU(3, 5, bidirectional=True), (7, 3), 2 * 2 * 7 * 15 * (3 + 5)),
    "LSTM cell": (lambda: nn.LSTMCell(3, 5), (3,), 2 * 4 * 5 * (3 + 5)),
    "attention": (  # four projections of five rows, and two products for each of two heads
        lambda: Does(attended, nn.MultiheadAttention(8, 2, batch_first=True)),
        (5, 8),
        2 * 5 * 4 * 8 * 8 + 2 * 2 * (2 * 5 * 5 * 4),
    ),
    "transform": (lambda: Does(lambda _, x: torch.fft.fft2(x)), IMAGES, 5 * 3 * 64 * 6),
    "there and back": (
        lambda: Does(lambda _, x: torch.fft.irfft(torch.fft.rfft(x))),
        (16,),
        2 * 5 * 16 * 4,
    ),
    "deformable": (
        lambda: Does(
            lambda layer, x: layer(x, x.new_zeros(1, 18, 8, 8)),
            DeformConv2d(3, 4, 3, padding=1),
        ),
        IMAGES,
        2 * 4 * 64 * 27,
    ),
    "transposed": (lambda: nn.ConvTranspose1d(3, 4, 3), (3, 8), 2 * 8 * 3 * 4 * 3),
}


@pytest.mark.parametrize("name", CONTRACTIONS)
def test_a_contraction_costs_what_its_formula_says(name):
    build, inputs, flops = CONTRACTIONS[name]
    assert count(build, inputs, is_strict=True).flops == flops


def of(thing):
    return lambda: Does(lambda _, x: thing(x))


FREE = {
    "PReLU": nn.PReLU,
    "GLU": nn.GLU,
    "RReLU": nn.RReLU,
    "LogSigmoid": nn.LogSigmoid,
    "softplus": nn.Softplus,
    "RMSNorm": lambda: nn.RMSNorm(8),
    "InstanceNorm": lambda: nn.InstanceNorm2d(4),
    "local response": lambda: nn.LocalResponseNorm(2),
    "shuffles": lambda: nn.Sequential(nn.PixelUnshuffle(2), nn.ChannelShuffle(2)),
    "unfold and fold": lambda: nn.Sequential(nn.Unfold(3), nn.Fold(8, 3)),
    "roll": of(lambda x: x.roll(1, -1)),
    "repeat": of(lambda x: x.repeat(1, 2, 1, 1)),
    "stack": of(lambda x: torch.stack([x, x])),
    "sums, the largest, spread": of(lambda x: x.cumsum(1).topk(2).values.std(-1)),
    "length": of(lambda x: torch.linalg.vector_norm(x, dim=1)),
    "bicubic": of(lambda x: functional.interpolate(x, scale_factor=2.0, mode="bicubic")),
    "smoothed": of(
        lambda x: functional.interpolate(x, size=5, mode="bilinear", antialias=True)
    ),
    "sampled by a grid": of(
        lambda x: functional.grid_sample(x, x.new_zeros(1, 5, 5, 2), align_corners=False)
    ),
    "unpooled": of(
        lambda x: functional.max_unpool2d(
            *functional.max_pool2d(x, 2, return_indices=True), kernel_size=2
        )
    ),
    "new tensors": of(lambda x: x.new_full((2, 2), 3.0) + torch.eye(2, device=x.device)),
    "in place": of(lambda x: x.clone().transpose_(1, 2).zero_()),
    "noise": of(lambda x: x + torch.rand_like(x).uniform_()),
    "outer": of(lambda x: torch.outer(x.flatten(), x.flatten())),
    "complex": of(lambda x: torch.view_as_real(torch.view_as_complex(x.view(1, 4, 8, 4, 2)))),
}


@pytest.mark.parametrize("name", FREE)
def test_what_is_no_contraction_costs_nothing(name):
    assert count(FREE[name], (4, 8, 8), is_strict=True).flops == 0


def test_an_embedding_costs_nothing():
    cost = count(lambda: nn.Embedding(10, 4), [Input((7,), "int64")], is_strict=True)
    assert (cost.flops, cost.params) == (0, 40)


def test_a_layer_of_three_axes_costs_nothing():
    layers = (nn.AvgPool3d(2), nn.MaxPool3d(2), nn.Upsample(scale_factor=2, mode="trilinear"))
    assert count(lambda: nn.Sequential(*layers), (3, 8, 8, 8), is_strict=True).flops == 0


@pytest.mark.filterwarnings("ignore:.*weight_norm. is deprecated:FutureWarning")
@pytest.mark.parametrize(
    "normed", [nn.utils.weight_norm, nn.utils.parametrizations.weight_norm]
)
def test_a_normed_weight_costs_as_a_plain_one(normed):
    cost = count(lambda: normed(nn.Linear(8, 6)), (8,), is_strict=True)
    assert (cost.flops, cost.params) == (2 * 8 * 6, 8 * 6 + 6 + 6)


def test_a_recurrent_layer_costs_the_same_by_its_kernel_for_processors():
    steps, of_inputs, of_state = torch.zeros(7, 1, 3), torch.zeros(20, 3), torch.zeros(20, 5)
    func = torch.ops.aten.mkldnn_rnn_layer.default
    flops = operator_flops(func, (steps, of_inputs, of_state), {}, None)
    assert flops == CONTRACTIONS["LSTM"][2]


def test_attention_costs_its_two_products_by_its_kernel_for_processors():
    query, key, value = (
        torch.zeros(1, 2, 5, 4),
        torch.zeros(1, 2, 7, 4),
        torch.zeros(1, 2, 7, 3),
    )
    func = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu.default
    assert operator_flops(func, (query, key, value), {}, None) == 2 * 2 * 5 * 7 * (4 + 3)


def operators(pattern: str) -> set[str]:
    names = torch._C._dispatch_get_all_op_names()
    return {n.removeprefix("aten::").partition(".")[0] for n in names if pattern in n}


def contracts(name: str) -> bool:
    packet = getattr(torch.ops.aten, name)
    return is_contraction(getattr(packet, packet.overloads()[0]))


@pytest.mark.parametrize(
    "name", ["convolution", "matmul", "linalg_solve", "linalg_eig", "rnn_"]
)
def test_every_operator_of_torch_that_contracts_sounds_so(name):
    found = {n for n in operators(f"aten::{name}") if not n.endswith("_out")}
    assert found
    assert [n for n in found if not contracts(n)] == []


@pytest.mark.parametrize(
    "name",
    [
        *("upsample_bilinear2d", "upsample_trilinear3d", "linalg_vector_norm", "linalg_cross"),
        *("softmax", "prelu", "cummax", "combinations", "cosh", "lgamma"),
        *("lerp", "rsqrt", "hamming_window", "resolve_conj", "silu", "addr"),
    ],
)
def test_what_only_sounds_like_a_contraction_is_none(name):
    assert not contracts(name)
