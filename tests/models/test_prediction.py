from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evonas import load_model
from evonas.data.dataset import load
from evonas.models.prediction import predict


@pytest.fixture(scope="module")
def model(made):
    return load_model(made[0])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Test images as files, and their labels."""
    folder, part = tmp_path_factory.mktemp("images"), load("digits").test
    paths = []
    for i, image in enumerate(part.images[:70]):
        paths.append(str(folder / f"{i}.png"))
        Image.fromarray(image[0].numpy()).save(paths[-1])
    return paths, part.labels[:70].tolist()


def test_files_are_told_as_the_images_in_memory_are(model, files):
    paths, _ = files
    expected = model(load("digits").test.images[:70]).softmax(1)
    found = predict(model, paths)
    assert [each.path for each in found] == paths
    for each, shares in zip(found, expected, strict=True):
        assert [label for label, _ in each.shares] == [
            model.labels[i] for i in shares.topk(3).indices.tolist()
        ]
        assert each.shares[0][1] == pytest.approx(shares.max().item(), abs=1e-5)


def test_all_probabilities_sum_to_one(model, files):
    (only,) = predict(model, files[0][:1], n_best=99)
    assert len(only.shares) == 10
    assert sum(share for _, share in only.shares) == pytest.approx(1, abs=1e-5)


def test_large_and_coloured_images_are_cut_and_scaled(model, tmp_path):
    Image.new("RGB", (300, 200), "white").save(tmp_path / "large.jpg")
    assert len(predict(model, [str(tmp_path / "large.jpg")])) == 1


def test_all_that_are_no_images_are_named(model, files, tmp_path):
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "torn.png").write_bytes(Path(files[0][0]).read_bytes()[:40])
    given = [files[0][0], *(str(tmp_path / name) for name in ("notes.txt", "torn.png", ""))]
    with pytest.raises(ValueError, match="no image that can be read: ") as caught:
        predict(model, given)
    for name in ("notes.txt': cannot identify", "torn.png': ", "': it is no regular file"):
        assert name in str(caught.value)
    assert "skip-bad" not in str(caught.value)


def test_all_sequences_of_a_file_are_told(made_of_sequences, tmp_path):
    model, part = load_model(made_of_sequences[0]), load("digit-sequences").test
    file = str(tmp_path / "new.npz")
    np.savez(file, x=part.images[:70].numpy())
    expected = model(part.images[:70]).softmax(1)
    found = predict(model, [file], n_best=1)
    assert [each.path for each in found] == [f"{file}[{i}]" for i in range(70)]
    for each, shares in zip(found, expected, strict=True):
        assert each.shares[0][1] == pytest.approx(shares.max().item(), abs=1e-5)


def test_sequences_of_another_shape_are_refused(made_of_sequences, tmp_path):
    model = load_model(made_of_sequences[0])
    np.savez(tmp_path / "short.npz", x=np.zeros((3, 1, 40)))
    with pytest.raises(
        ValueError, match=r"shape \(3, 1, 40\); this model expects \(n, 1, 64\)"
    ):
        predict(model, [str(tmp_path / "short.npz")])
