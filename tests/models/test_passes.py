import numpy as np
import onnx
import pytest
import torch
from torch import nn

from evonas.models import passes
from evonas.models.passes import onnx_pass, pass_of, write_untrained

IMAGES = torch.randn(3, 2, 6, 6, generator=torch.Generator().manual_seed(0))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))


def test_torch_runs_the_network_as_it_is():
    model = network()
    with torch.no_grad():
        expected = model.eval()(IMAGES)
    found = pass_of(model, [IMAGES], runtime="torch")()
    assert torch.allclose(found, expected, atol=1e-6)
    assert not model.training


def test_onnx_runtime_gives_the_same():
    model = network()
    with torch.no_grad():
        expected = model.eval()(IMAGES)
    (found,) = pass_of(model, [IMAGES], runtime="onnx")()
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", [lambda t: {"logits": t}, lambda t: (t.mean(1), t)])
def test_a_network_that_gives_several_tensors_is_written_with_its_logits(kind, tmp_path):
    class Several(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network()

        def forward(self, images):
            return kind(self.inner(images))

    file = tmp_path / "model.onnx"
    write_untrained(Several(), [IMAGES], file=file)
    (output,) = onnx.load(file).graph.output
    assert [side.dim_value for side in output.type.tensor_type.shape.dim] == [3, 5]


def test_what_torch_cannot_export_is_said_in_one_line(tmp_path):
    class Odd(nn.Module):
        def forward(self, images):
            raise RuntimeError("not today")

    with pytest.raises(ValueError, match=r"^torch cannot export the network: .*not today"):
        write_untrained(Odd(), [IMAGES], file=tmp_path / "model.onnx")


def test_what_is_no_onnx_file_is_said_in_one_line(tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(b"none")
    with pytest.raises(ValueError, match=r"^ONNX Runtime cannot run the network: "):
        onnx_pass(file, [IMAGES])


def test_a_library_that_is_not_installed_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(passes, "missing", lambda: "onnxruntime")
    message = r"^ONNX needs onnxruntime, which is not installed: pip install evonas\[export\]$"
    with pytest.raises(ValueError, match=message):
        write_untrained(network(), [IMAGES], file=tmp_path / "model.onnx")
