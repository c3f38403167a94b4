import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from evonas.networks.blocks import Classifier, InvertedResidual, convolution
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.training.proxies import PROXIES, grad_norm, jacob_cov, naswot, snip, synflow

SMALLEST_LOG = pytest.approx(-708.396, abs=1e-3)
every_proxy = pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)


@pytest.fixture(autouse=True)
def _one_thread_and_seed():
    """Small sums are slower with more threads; the networks' weights are drawn."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
    torch.set_num_threads(n_threads)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch(n: int = 6, *, channels: int = 1, size: int = 8):
    images = torch.randn(n, channels, size, size, generator=seeded(n))
    return images, torch.arange(n) % 10


def linear(weights, bias=None) -> nn.Linear:
    weights = torch.tensor(weights)
    layer = nn.Linear(weights.shape[1], weights.shape[0], bias=bias is not None)
    layer.weight.data = weights
    if bias is not None:
        layer.bias.data = torch.tensor(bias)
    return layer


def built(problem: str, choose) -> nn.Module:
    """The network of ``choose(n_choices)`` for every gene."""
    opened = ProblemSpec(problem, Settings(data="digits", device="cpu")).open()
    genome = tuple(choose(int(n)) for n in opened.space.sizes)
    return opened.build(opened.space.decode(genome))


def mobile() -> nn.Module:
    """What mobile networks are made of, with dropout that must not draw."""
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.Hardswish()),
        *(nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8), nn.Conv2d(8, 16, 1)),
        *(nn.BatchNorm2d(16), nn.ReLU6(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        *(nn.Linear(16, 16), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Dropout(0.5)),
        nn.Linear(16, 10),
    )


def preactivated() -> nn.Module:
    """Norms between activations that write in place, the input first of all."""
    return nn.Sequential(
        *(nn.ReLU(inplace=True), nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.BatchNorm2d(4)),
        *(nn.ReLU(inplace=True), nn.BatchNorm2d(4), nn.ReLU6(inplace=True), Classifier(4, 10)),
    )


def plain() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.ReLU(), Classifier(4, 10))


def frozen() -> nn.Module:
    network = nn.Sequential(convolution(1, 8), convolution(8, 8, groups=8), Classifier(8, 10))
    return network.requires_grad_(False)


def residual() -> nn.Module:
    block = InvertedResidual(6, 6, kernel=3, stride=1, expansion=2, activation="silu")
    return nn.Sequential(convolution(1, 6, stride=2), block, Classifier(6, 10))


MAKERS = {
    "mobile": mobile,
    "preactivated": preactivated,
    "plain": plain,
    "frozen": frozen,
    "residual": residual,
    "digits": lambda: built("digits", lambda n: n // 2),
}


@pytest.fixture(params=MAKERS.values(), ids=MAKERS, scope="module")
def network(request):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return request.param()


def used(network: nn.Module) -> nn.Module:
    """A copy with all that a proxy could disturb: gradients, statistics, modes, flags."""
    network = copy.deepcopy(network).train()
    network(batch(5)[0])
    modules, parameters = list(network.modules()), list(network.parameters())
    for module in modules[::3]:
        module.training = False
    for parameter in parameters[::2]:
        parameter.grad = torch.ones_like(parameter)
    parameters[-1].requires_grad_(not parameters[-1].requires_grad)
    return network


def state(network: nn.Module, *more: torch.Tensor):
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    tensors = [*network.state_dict().values(), *gradients, torch.get_rng_state(), *more]
    return (
        [tensor.numpy().tobytes() for tensor in tensors],
        [(p.requires_grad, id(p), id(p.grad), p._version) for p in network.parameters()],
        [(m.training, id(m), len(m._forward_hooks)) for m in network.modules()],
    )


@every_proxy
def test_a_proxy_leaves_everything_as_it_was(proxy, network):
    network, (images, labels) = used(network), batch()
    before = state(network, images, labels)
    proxy(network, images, labels)
    assert state(network, images, labels) == before
    assert images.grad is None
    assert not images.requires_grad
    assert torch.is_grad_enabled()


@every_proxy
def test_a_proxy_gives_the_same_finite_number_whatever_was_drawn_before(proxy, network):
    first = proxy(network, *batch())
    torch.manual_seed(99)
    again = proxy(network, *batch())
    assert type(first) is float
    assert math.isfinite(first)
    assert first == again


@every_proxy
def test_mode_statistics_flags_and_gradients_do_not_matter(proxy, network):
    expected = proxy(network, *batch())
    assert proxy(used(network), *batch()) == expected
    with torch.no_grad():
        assert proxy(network, *batch()) == expected


@every_proxy
def test_one_image_is_enough(proxy, network):
    assert math.isfinite(proxy(network, *batch(1)))


@every_proxy
@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e15, 1e38, math.inf, math.nan])
def test_dead_and_exploding_networks_have_a_finite_number(proxy, scale, network):
    scaled = copy.deepcopy(network)
    for parameter in scaled.parameters():
        parameter.data *= scale
    assert math.isfinite(proxy(scaled, *batch()))


@every_proxy
@pytest.mark.parametrize(
    "layers", [(), (nn.ReLU(),), (nn.BatchNorm1d(64),), (nn.Linear(64, 9), nn.Threshold(9, 0))]
)
def test_a_network_with_next_to_nothing_in_it_has_a_finite_number(proxy, layers):
    assert math.isfinite(proxy(nn.Sequential(nn.Flatten(), *layers), *batch()))


@every_proxy
def test_equal_images_have_a_finite_number(proxy, network):
    images, labels = batch()
    assert math.isfinite(proxy(network, images[:1].expand(6, -1, -1, -1), labels))
    assert math.isfinite(proxy(network, torch.zeros_like(images), labels))


@pytest.mark.parametrize("proxy", [synflow, naswot, jacob_cov])
def test_some_proxies_need_no_labels(proxy, network):
    images, labels = batch()
    assert proxy(network, images, labels) == proxy(network, images, labels.flip(0))


def test_the_flow_of_two_linear_layers_is_twice_the_product_of_the_absolute_weights():
    first, second = [[1.0, -2.0], [3.0, 0.5]], [[-1.0, 4.0], [0.0, -2.0]]
    network = nn.Sequential(linear(first), nn.ReLU(), linear(second))
    # |second| |first| 1 = [[1, 4], [0, 2]] [3, 3.5] = [17, 7]; each layer passes on all 24.
    found = synflow(network, torch.full((3, 2), -5.0), torch.zeros(3, dtype=torch.long))
    assert found == pytest.approx(math.log(2 * 24))


def test_a_bias_adds_to_the_flow():
    network = linear([[1.0, -2.0]], bias=[-0.5])
    assert synflow(network, torch.zeros(1, 2), torch.zeros(1)) == pytest.approx(math.log(3.5))


def test_batch_norm_and_clipping_do_not_touch_the_flow():
    convolutions = [nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3, groups=4)]
    bare = nn.Sequential(*convolutions, Classifier(4, 10))
    norms = [nn.BatchNorm2d(4), nn.BatchNorm2d(4, affine=False, track_running_stats=False)]
    norms[0].running_var.fill_(7.0)
    clips = [nn.ReLU6(inplace=True), nn.ReLU6()]
    layers = [
        layer for triple in zip(convolutions, norms, clips, strict=True) for layer in triple
    ]
    for parameter in bare.parameters():
        parameter.data *= 100
    assert synflow(nn.Sequential(*layers, bare[-1]), *batch()) == synflow(bare, *batch())


def test_a_factor_on_a_layer_without_bias_adds_its_logarithm_to_the_flow():
    network = nn.Sequential(linear([[1.0, 2.0], [3.0, -4.0]]), nn.ReLU(), linear([[1.0, 2.0]]))
    images, labels = torch.zeros(1, 2), torch.zeros(1)
    before = synflow(network, images, labels)
    network[0].weight.data *= -8
    assert synflow(network, images, labels) == pytest.approx(before + math.log(8))


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (2.0, 300 * math.log(2) + math.log(300)),
        (1e30, math.log(1.797693e308)),
        (0.0, SMALLEST_LOG),
    ],
)
def test_the_flow_of_deep_networks_is_finite(weight, expected):
    network = nn.Sequential(*(linear([[weight]]) for _ in range(300)))
    assert synflow(network, torch.zeros(1, 1), torch.zeros(1)) == pytest.approx(expected)


def logits_and_gradient():
    """Of one linear layer: softmax less one-hot, times the input, averaged over images."""
    network = linear([[0.5, -1.0], [0.0, 2.0], [1.0, 0.25]], bias=[0.1, -0.2, 0.0])
    images = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0], [0.0, 1.0]])
    labels = torch.tensor([2, 0, 1, 1])
    logits = images @ network.weight.detach().T + network.bias.detach()
    error = logits.softmax(1) - torch.eye(3)[labels]
    return network, images, labels, error.T @ images / 4


def test_snip_and_grad_norm_of_a_linear_layer_follow_from_its_gradient():
    network, images, labels, gradient = logits_and_gradient()
    saliency = (gradient * network.weight).abs().sum().item()
    assert snip(network, images, labels) == pytest.approx(saliency, rel=1e-5)
    assert grad_norm(network, images, labels) == pytest.approx(gradient.norm().item(), rel=1e-5)


def test_a_single_image_counts_once():
    network, images, labels, _ = logits_and_gradient()
    one, label = images[:1], labels[:1]
    error = network(one).softmax(1) - torch.eye(3)[label]
    norm = error.norm() * one.norm()
    assert grad_norm(network, one, label) == pytest.approx(norm.item(), rel=1e-5)


def test_the_norms_of_layers_add_up_and_those_of_biases_and_batch_norm_do_not_count():
    network, (images, labels) = mobile(), batch()
    for module in network.modules():
        module.train(not isinstance(module, nn.Dropout))
    nn.functional.cross_entropy(network(images), labels).backward()
    weights = [m.weight for m in network if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(weights) == 5
    norms = sum(weight.grad.norm().item() for weight in weights)
    saliency = sum((weight * weight.grad).abs().sum().item() for weight in weights)
    assert grad_norm(network, images, labels) == pytest.approx(norms, rel=1e-5)
    assert snip(network, images, labels) == pytest.approx(saliency, rel=1e-5)


def test_a_factor_before_batch_norm_leaves_snip_alone_and_divides_the_gradient():
    first = nn.Conv2d(1, 4, 3, bias=False)
    network = nn.Sequential(first, nn.BatchNorm2d(4, eps=1e-30), nn.ReLU(), Classifier(4, 10))
    before, norms = snip(network, *batch()), grad_norm(network, *batch())
    first.weight.data *= 4
    assert snip(network, *batch()) == pytest.approx(before, rel=1e-4)
    first.weight.data *= 1e6
    last = grad_norm(network, *batch())  # of the linear layer alone
    first.weight.data /= 2e6
    assert grad_norm(network, *batch()) - last == pytest.approx((norms - last) / 2, rel=1e-3)


CODES = torch.tensor([[1.0, 1.0, 1.0, -1.0], [1.0, -1.0, 1.0, 1.0], [-1.0, -1.0, 1.0, -1.0]])
AGREEMENTS = torch.tensor([[4.0, 2.0, 2.0], [2.0, 4.0, 2.0], [2.0, 2.0, 4.0]])


@pytest.mark.parametrize(
    "rectifier",
    [
        *(nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.LeakyReLU(), nn.PReLU(), nn.ELU()),
        *(nn.GELU(), nn.Hardswish(), nn.SiLU(inplace=True)),
    ],
)
def test_naswot_is_the_log_determinant_of_the_agreements_of_known_codes(rectifier):
    determinant = math.log(8 * 2 * 2)  # eigenvalues of 2 + 2 on the diagonal
    assert torch.slogdet(AGREEMENTS).logabsdet.item() == pytest.approx(determinant)
    assert naswot(rectifier, CODES, torch.zeros(3)) == pytest.approx(determinant)


def test_naswot_counts_the_units_of_all_layers():
    network = nn.Sequential(nn.ReLU(), linear((-torch.eye(4)).tolist(), [0.5] * 4), nn.ReLU())
    # The second layer fires where the first does not.
    agreements = torch.slogdet(2 * AGREEMENTS).logabsdet.item()
    assert naswot(network, CODES, torch.zeros(3)) == pytest.approx(agreements)
    assert naswot(network, CODES[:1], torch.zeros(1)) == pytest.approx(math.log(8))


def test_naswot_of_a_singular_kernel_is_very_low_and_lower_the_more_images_collide():
    def score(rows):
        return naswot(nn.ReLU(), CODES[rows], torch.zeros(len(rows)))

    assert score([0, 1, 1]) == SMALLEST_LOG
    assert score([1, 1, 1]) == pytest.approx(2 * score([0, 1, 1]))
    assert naswot(nn.Identity(), CODES, torch.zeros(3)) == pytest.approx(3 * score([0, 1, 1]))
    images = torch.randn(16, 200, generator=seeded(0))
    twins = naswot(nn.ReLU(), torch.cat([images, images]), torch.zeros(32))
    assert twins == pytest.approx(16 * score([0, 1, 1]))


def test_a_factor_on_a_layer_without_bias_does_not_change_which_rectifiers_fire():
    network = plain()
    before = naswot(network, *batch())
    network[0].weight.data *= 16
    assert naswot(network, *batch()) == before > 0


def cost(eigenvalues):
    return -sum(math.log(v + 1e-5) + 1 / (v + 1e-5) for v in eigenvalues)


def test_the_jacobians_of_a_linear_network_are_all_equal_and_correlate_fully():
    network = linear([[1.0, 2.0, -4.0], [0.5, 0.0, 1.0]])
    images = torch.randn(4, 3, generator=seeded(0))
    assert jacob_cov(network, images, torch.zeros(4)) == pytest.approx(cost([4, 0, 0, 0]))
    assert jacob_cov(network, images[:1], torch.zeros(1)) == pytest.approx(cost([1]))


def test_jacob_cov_of_known_jacobians():
    class Square(nn.Module):
        def forward(self, images):
            return images**2 / 2  # whose Jacobian is the image itself

    images = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    # Correlations: -1 of the first and the last, 0 of either with the second.
    found = jacob_cov(Square(), images, torch.zeros(3))
    assert found == pytest.approx(cost([2, 1, 0]))
    constant = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 1.0], [0.1, 0.1, 0.1 + 1e-8]])
    assert jacob_cov(Square(), constant, torch.zeros(3)) == pytest.approx(cost([1, 1, 0]))


class Parabola(nn.Module):
    """The Jacobian of its summed outputs is the image itself, times a factor."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def forward(self, images):
        return self.factor * images**2 / 2


@pytest.mark.parametrize("factor", [1e-12, 1e-6, 1.0, 1e6, 1e12])
def test_what_is_constant_is_told_on_any_scale(factor):
    images = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 1.0], [0.1, 0.1, 0.1 + 1e-8]])
    found = jacob_cov(Parabola(factor), images, torch.zeros(3))
    assert found == pytest.approx(cost([1, 1, 0]))


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_derivative_that_is_not_finite_counts_as_none(wrong):
    images = torch.tensor([[wrong, 2.0, 1.0, 4.0], [1.0, 2.0, 3.0, 9.0], [5.0, 1.0, 1.0, 0.0]])
    rows = images.nan_to_num(0.0, 0.0, 0.0).double()
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(rows.numpy()))
    found = jacob_cov(Parabola(), images, torch.zeros(3))
    assert found == pytest.approx(cost(np.abs(eigenvalues)), rel=1e-6)


def test_jacob_cov_is_what_numpy_makes_of_random_jacobians():
    images = torch.randn(5, 40, generator=seeded(3), dtype=torch.float32) + 3
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(images.double().numpy()))
    found = jacob_cov(Parabola(), images, torch.zeros(5))
    assert found == pytest.approx(cost(eigenvalues), rel=1e-5)


def test_a_saliency_that_is_not_defined_counts_as_none():
    network = linear([[0.0, 1.0]])
    images = torch.tensor([[math.inf, 2.0]])
    labels = torch.zeros(1, dtype=torch.long)
    assert snip(network, images, labels) == 0.0  # one class: nothing to be learnt


def test_a_dead_network_has_the_lowest_jacob_cov():
    dead = linear([[0.0, 0.0, 0.0]])
    images = torch.randn(4, 3, generator=seeded(0))
    assert jacob_cov(dead, images, torch.zeros(4)) == pytest.approx(cost([0, 0, 0, 0]))


def test_a_factor_on_the_outputs_leaves_jacob_cov_alone():
    network = plain()
    before = jacob_cov(network, *batch())
    network[-1].linear.weight.data *= 8
    assert jacob_cov(network, *batch()) == pytest.approx(before, rel=1e-6)


@every_proxy
def test_small_and_large_networks_of_a_space_differ(proxy):
    small, large = (built("macro", lambda n, c=c: c) for c in (0, 2))
    scores = [proxy(one, *batch(16)) for one in (small, large)]
    assert all(map(math.isfinite, scores))
    assert abs(scores[0] - scores[1]) > 0.01 * abs(scores[0])


@pytest.mark.parametrize("proxy", [synflow, snip, naswot])
def test_these_proxies_find_the_largest_network_better_than_the_smallest(proxy):
    small, large = (built("macro", lambda n, c=c: c) for c in (0, 2))
    assert proxy(small, *batch(16)) < proxy(large, *batch(16))
