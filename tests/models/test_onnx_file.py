import importlib.util
import json

import numpy as np
import pytest
import torch
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
