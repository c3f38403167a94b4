import pytest
import torch
from torch import nn

from evonas.networks.recording import Recorder, UndeclaredError, say_once


class Notes(Recorder):
    """Keeps what it is told."""

    def __init__(self, model):
        super().__init__(model)
        self.heard = []

    def note(self, func, args, out, *, read, operation):
        self.heard.append((func.overloadpacket.__name__, operation is not None))


def test_everything_that_runs_is_told_and_kernels_with_their_cost():
    with torch.device("meta"), torch.no_grad():
        model = nn.Sequential(nn.Linear(4, 2), nn.ReLU())
        with Notes(model) as recorder:
            model(torch.zeros(1, 4))
    assert ("t", False) in recorder.heard
    assert [name for name, is_kernel in recorder.heard if is_kernel] == ["addmm", "relu"]
    assert [operation.flops for operation in recorder.operations] == [16, 0]


def test_what_a_count_leaves_out_is_told_once_or_is_an_error(caplog):
    for _ in range(2):
        say_once("a line that no other test tells")
    assert caplog.text.count("a line that no other test tells") == 1
    with pytest.raises(UndeclaredError, match="a line that no other test tells"):
        say_once("a line that no other test tells", is_strict=True)


def test_a_convolution_of_kernel_one_is_of_one_kind_in_any_number_of_axes():
    with torch.device("meta"), torch.no_grad():
        model = nn.Sequential(
            nn.Conv1d(1, 4, 1), nn.Conv1d(4, 4, 3), nn.Conv1d(4, 4, 3, groups=4)
        )
        with Notes(model) as recorder:
            model(torch.zeros(1, 1, 9))
    assert [each.kind for each in recorder.operations] == ["conv1x1", "conv", "depthwise"]


class InPlace(nn.Module):
    """Two activations that torch works out in Python on the meta device."""

    def forward(self, images):
        return nn.functional.hardswish(nn.functional.hardtanh(images, inplace=True))


def test_activations_give_what_they_give_elsewhere_and_are_told():
    with torch.device("meta"), torch.no_grad():
        images = torch.empty(2, 3, 4, 4).to(memory_format=torch.channels_last)
        with Recorder(nn.Identity()) as recorder:
            out = InPlace()(images)
    assert (out.shape, out.dtype, out.device) == (images.shape, images.dtype, images.device)
    assert out.stride() == images.stride()
    assert [operation.flops for operation in recorder.operations] == [0, 0]
    assert [operation.activation_bytes for operation in recorder.operations] == [768, 768]
