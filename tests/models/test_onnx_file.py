import importlib.util
import json

import numpy as np
import pytest
import torch
from onnx_parity import parities, trained_spaces
from torch import nn

from evonas.models.archive import export
from evonas.models.onnx_file import (
    NEEDED,
    labels_metadata,
    largest_difference,
    missing,
    onnx_logits,
    output_names,
    write_onnx,
)
from evonas.problem import Settings


class Stranger(nn.Module):
    """What a user's own network may have: attention, and convolutions of several kinds."""

    def __init__(self, channels):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.Hardswish(),
            nn.Conv2d(16, 32, 5, stride=2, padding=2, groups=4),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(3),
        )
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.classifier = nn.Linear(32, 5)

    def forward(self, images):
        tokens = self.features(images).flatten(2).transpose(1, 2)
        seen, _ = self.attention(tokens, tokens, tokens, need_weights=False)
        return self.classifier((tokens + seen).mean(1))


class Means(nn.Module):
    """The mean of the left and of the right half."""

    def forward(self, images):
        return images.mean(1).unflatten(2, (2, -1)).mean((1, 3))


IMAGES = torch.randint(0, 256, (9, 1, 8, 8), dtype=torch.uint8)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    for name in NEEDED:
        pytest.importorskip(name)
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    labels = labels_metadata(("left", "größer"))
    write_onnx(path, export(Means(), IMAGES[:2] / 255), metadata={"labels": labels})
    return path


def test_onnxruntime_gives_what_torch_gives(file):
    logits = Means()(IMAGES / 255)
    for batch_size in (1, 4, 256):
        found = onnx_logits(file, IMAGES, batch_size=batch_size)
        assert np.allclose(found[:, 0], logits.numpy(), atol=1e-6)
    assert largest_difference(file, IMAGES, logits=logits[:, None]) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize(("channels", "size"), [(1, 9), (3, 17)])
def test_a_network_of_a_strangers_agrees_for_any_number_of_images(tmp_path, channels, size):
    pytest.importorskip("onnxscript")
    images = torch.randint(0, 256, (64, channels, size, size), dtype=torch.uint8)
    torch.manual_seed(0)
    network = Stranger(channels)
    network(images / 255)
    network.eval()
    write_onnx(tmp_path / "model.onnx", export(network, images[:2] / 255), metadata={})
    with torch.inference_mode():
        logits = network(images / 255)
    for batch_size in (1, 7, 64):
        found = onnx_logits(tmp_path / "model.onnx", images, batch_size=batch_size)
        assert np.abs(found[:, 0] - logits.numpy()).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("space", trained_spaces())
def test_random_networks_of_every_space_that_ships_agree(space):
    pytest.importorskip("onnxscript")
    found = list(parities(space, n=2, settings=Settings()))
    assert len({row.architecture for row in found}) == 2
    for row in found:
        assert row.is_kept, row
        assert row.labels_that_differ == 0
        assert row.images == 1000


def test_every_trained_space_is_found_by_the_registry():
    assert {"digits", "layerwise", "macro"} <= set(trained_spaces())
    assert not {"synthetic", "ec-nas"} & set(trained_spaces())


def test_a_file_of_other_logits_is_refused(file):
    logits = Means()(IMAGES / 255) + 0.01
    with pytest.raises(ValueError, match=r"its logits differ by 0\.01 from torch's; allowed"):
        largest_difference(file, IMAGES, logits=logits[:, None])


def test_not_a_number_is_refused(file):
    logits = torch.full((9, 2), torch.nan)
    with pytest.raises(ValueError, match="its logits differ by nan from torch's"):
        largest_difference(file, IMAGES, logits=logits[:, None])


def test_labels_are_in_the_metadata(file):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["labels"]) == ["left", "größer"]


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if "script" in name else 1
    )
    assert missing() == "onnxscript"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: 1)
    assert missing() == ""


def test_every_exit_is_an_output_with_a_name(tmp_path, file):
    class Two(Means):
        def forward(self, images):
            return super().forward(images), super().forward(1 - images)

    onnxruntime = pytest.importorskip("onnxruntime")
    path = tmp_path / "two.onnx"
    write_onnx(path, export(Two(), IMAGES[:2] / 255), metadata={}, n_exits=2)
    session = onnxruntime.InferenceSession(path)
    assert [output.name for output in session.get_outputs()] == output_names(2)
    assert output_names(2) == ["exit_1", "logits"]
    assert onnx_logits(path, IMAGES).shape == (9, 2, 2)
    (last,) = session.run(["logits"], {"images": (IMAGES / 255).numpy()})
    assert np.allclose(last, onnx_logits(path, IMAGES)[:, 1], atol=1e-6)
