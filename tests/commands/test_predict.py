import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from evonas.commands import predict
from evonas.models.archive import ARCHIVE, LABELS, export


class Halves(torch.nn.Module):
    """Tells whether the left or the right half is brighter."""

    def forward(self, images):
        return 10 * images.mean(1).unflatten(2, (2, -1)).mean((1, 3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "halves"
    path.mkdir()
    torch.export.save(export(Halves(), torch.rand(2, 1, 8, 8)), path / ARCHIVE)
    (path / LABELS).write_text("left\nright\n")
    for name, box in {"a": (0, 0, 20, 40), "b": (20, 0, 40, 40)}.items():
        image = Image.new("RGB", (40, 40))
        image.paste((255, 255, 255), box)
        image.save(path / f"{name}.png")
    return path


def said(capsys, *words):
    capsys.readouterr()
    status = predict.main(list(map(str, words)))
    told = capsys.readouterr()
    return status, told.out, told.err


def test_labels_and_probabilities_are_printed(folder, capsys):
    images = [folder / "a.png", folder / "b.png"]
    status, out, _ = said(capsys, folder, *images)
    assert status == 0
    assert out.splitlines() == [
        f"{images[0]}  left 100.0 %  right 0.0 %",
        f"{images[1]}  right 100.0 %  left 0.0 %",
    ]


def test_only_the_likeliest_are_printed(folder, capsys):
    out = said(capsys, folder, folder / "a.png", "--top", 1)[1]
    assert out == f"{folder / 'a.png'}  left 100.0 %\n"


def test_scripts_get_json(folder, capsys):
    (found,) = json.loads(said(capsys, folder, folder / "b.png", "--json")[1])
    assert found["image"] == str(folder / "b.png")
    assert list(found["labels"]) == ["right", "left"]
    assert sum(found["labels"].values()) == pytest.approx(1, abs=1e-6)


class Rising(torch.nn.Module):
    """Tells whether a sequence ends higher or lower than it begins."""

    def forward(self, images):
        rise = images[:, 0, -1] - images[:, 0, 0]
        return torch.stack([rise, -rise], 1)


def test_each_sequence_of_a_file_is_told(tmp_path, capsys):
    torch.export.save(export(Rising(), torch.rand(2, 1, 9)), tmp_path / ARCHIVE)
    (tmp_path / LABELS).write_text("up\ndown\n")
    steps = 50 * np.linspace(-1, 1, 9)
    np.savez(tmp_path / "new.npz", x=np.stack([steps, -steps])[:, None])
    file = str(tmp_path / "new.npz")
    status, out, _ = said(capsys, tmp_path, file, "--top", 1)
    assert status == 0
    assert out == f"{file}[0]  up 100.0 %\n{file}[1]  down 100.0 %\n"
    found = json.loads(said(capsys, tmp_path, file, "--top", 1, "--json")[1])
    assert [each["sequence"] for each in found] == [f"{file}[0]", f"{file}[1]"]
    status, _, err = said(capsys, tmp_path, tmp_path / LABELS)
    assert status == 2
    assert "is no file of arrays" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["FOLDER", "FOLDER/labels.txt"], "no image that can be read: '.*labels.txt': cannot"),
        (["FOLDER", "FOLDER"], "no image that can be read: '.*': it is no regular file"),
        (["nowhere", "FOLDER/a.png"], "no model at nowhere: it has no model.pt2"),
    ],
)
def test_a_mistake_is_said_in_one_line(folder, capsys, words, message):
    status, out, err = said(capsys, *(word.replace("FOLDER", str(folder)) for word in words))
    assert (status, out) == (2, "")
    assert re.search(message, err), err
    assert err.count("\n") == 1
