import pytest
import torchvision

from evonas.networks.counting import count
from evonas.networks.inputs import Input
from evonas.networks.zoo import SHORT_NAMES, count_network
from evonas.plugins.importing import load

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
    assert cost.params / 1e6 == pytest.approx(params, abs=0.01)
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


CLASSIFIERS = torchvision.models.list_models(module=torchvision.models)
QUICK = ("alexnet", "convnext_tiny", "regnet_y_400mf", "swin_t", "vit_b_32", "inception_v3")


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in CLASSIFIERS],
)
def test_a_classifier_costs_what_its_publishers_say(name):
    weights = torchvision.models.get_model_weights(name)
    known = ("IMAGENET1K_V1", "IMAGENET1K_SWAG_LINEAR_V1")  # the latter where none is older
    published = next(weights[word] for word in known if word in weights.__members__)
    (side,) = published.transforms().crop_size
    cost = count_network(f"torchvision.models:{name}", (3, side, side), is_strict=True)
    ops, n_params = published.meta["_ops"], published.meta["num_params"]
    if name == "inception_v3":  # of which they count the head for the training only here
        n_params -= 3_326_696
    assert cost.macs / 1e9 == pytest.approx(ops, rel=1e-3, abs=6e-4)  # they print three places
    assert cost.params == n_params


@pytest.mark.slow
def test_all_classifiers_are_held_to_what_is_published():
    assert len(CLASSIFIERS) == 80


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("segmentation:lraspp_mobilenet_v3_large", 520),
        ("segmentation:deeplabv3_mobilenet_v3_large", 520),
        pytest.param("segmentation:fcn_resnet50", 520, marks=pytest.mark.slow),
        pytest.param("segmentation:deeplabv3_resnet101", 520, marks=pytest.mark.slow),
        pytest.param("detection:maskrcnn_resnet50_fpn", 224, marks=pytest.mark.slow),
        pytest.param("detection:ssdlite320_mobilenet_v3_large", 320, marks=pytest.mark.slow),
        pytest.param("detection:fcos_resnet50_fpn", 320, marks=pytest.mark.slow),
    ],
)
def test_networks_that_find_things_in_images_are_counted(name, side):
    module, _, made = name.partition(":")
    make = getattr(getattr(torchvision.models, module), made)
    cost = count(lambda: make(weights=None, weights_backbone=None), (3, side, side))
    assert cost.flops > 1e9


@pytest.mark.parametrize("name", ["r3d_18", "mvit_v1_b", "swin3d_t", "s3d"])
@pytest.mark.slow
def test_networks_for_videos_cost_what_their_publishers_say(name):
    published = torchvision.models.get_model_weights(name).DEFAULT
    shape = (3, 16, *published.transforms().crop_size)  # frames of which they count
    cost = count_network(f"torchvision.models.video:{name}", shape, is_strict=True)
    assert cost.params == published.meta["num_params"]
    assert cost.macs / 1e9 == pytest.approx(published.meta["_ops"], rel=1e-3)


def test_a_made_network_stays_as_it_was(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("from torch import nn\nmade = nn.Linear(4, 2)\n")
    count_network(f"{file}:made", (4,))
    assert next(load(f"{file}:made").parameters()).device.type == "cpu"


def test_several_inputs_are_named_in_an_error(tmp_path):
    inputs = [Input((3, 8, 8)), Input((77,), "int64")]
    with pytest.raises(ValueError, match="resnet18 on an input of 3x8x8 and 77:int64: TypeErr"):
        count_network("resnet18", inputs)


def test_an_operator_without_a_price_counts_nothing_unless_one_is_strict(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "import torch\n\n"
        "class Values(torch.nn.Module):\n"
        "    def forward(self, images):\n"
        "        return torch.linalg.svdvals(images)\n"
    )
    assert count_network(f"{file}:Values", (1, 4, 4)).flops == 0
    with pytest.raises(ValueError, match="nobody has declared the FLOPs of operator aten"):
        count_network(f"{file}:Values", (1, 4, 4), is_strict=True)
