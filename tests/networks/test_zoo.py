import pytest

from evonas.networks.zoo import SHORT_NAMES, count_network

SIZES = {  # torchvision's documentation: parameters in millions, GMACs at 224 x 224
    "resnet18": (11.69, 1.81),
    "resnet50": (25.56, 4.09),
    "vgg16": (138.36, 15.47),
    "googlenet": (6.62, 1.50),
    "mobilenet_v2": (3.50, 0.30),
    "mobilenet_v3_small": (2.54, 0.06),
    "mobilenet_v3_large": (5.48, 0.22),
    "efficientnet_b0": (5.29, 0.39),
}


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_a_published_network_has_its_published_size(name):
    cost = count_network(name, (3, 224, 224))
    params, gmacs = SIZES[name]
    auxiliary = 6.38 if name == "googlenet" else 0.0  # its second and third heads, in training
    assert cost.params / 1e6 == pytest.approx(params + auxiliary, abs=0.01)
    assert cost.macs / 1e9 == pytest.approx(gmacs, abs=0.006)


def test_a_network_may_be_named_by_its_module():
    short = count_network("resnet18", (3, 64, 64))
    assert count_network("torchvision.models:resnet18", (3, 64, 64)) == short


def test_a_network_may_come_from_a_file(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from torch import nn\n\n"
        "def make():\n    return nn.Conv2d(1, 2, 3)\n\n"
        "made = nn.Linear(4, 2)\n"
        "number = lambda: 3\n"
        "broken = lambda: 1 / 0\n"
    )
    assert count_network(f"{file}:make", (1, 8, 8)).params == 20
    assert count_network(f"{file}:made", (4,)).params == 10
    with pytest.raises(ValueError, match=r"number makes a int; expected a torch.nn.Module"):
        count_network(f"{file}:number", (1, 8, 8))
    with pytest.raises(ValueError, match=r"cannot count .*broken on an input of 1x8x8: Zero"):
        count_network(f"{file}:broken", (1, 8, 8))


def test_an_input_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match="cannot count resnet18 on an input of 1x64x64: Run"):
        count_network("resnet18", (1, 64, 64))


def test_an_unknown_network_is_named():
    with pytest.raises(ValueError, match=r"unknown network 'resnet'.*did you mean.*choose"):
        count_network("resnet", (3, 64, 64))
