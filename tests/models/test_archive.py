import shutil

import pytest
import torch

from evonas import load_model
from evonas.data.dataset import load
from evonas.models.archive import ARCHIVE
from evonas.models.deployed import logits_for


@pytest.fixture(scope="module")
def model(made):
    return load_model(made[0])


def test_a_model_tells_what_it_takes_and_gives(model):
    assert (model.channels, model.image_size) == (1, 8)
    assert model.labels == tuple("0123456789")
    assert not model.training
    assert isinstance(model, torch.nn.Module)


def test_bytes_and_floats_and_any_number_of_images_give_the_same(model):
    images = load("digits").test.images[:5]
    expected = model(images)
    assert expected.shape == (5, 10)
    assert torch.equal(model(images.float() / 255), expected)
    for i in range(5):
        assert torch.allclose(model(images[i : i + 1])[0], expected[i], atol=1e-5)


def test_it_is_as_good_as_its_card_says(made, model):
    part = load("digits").test
    predicted = logits_for(model, part.images).argmax(1)
    right = int((predicted == part.labels).sum())
    assert right == made[1].judgements["test"].n_right
    assert right > 0.5 * len(part.labels)


def test_gradients_reach_the_images(model):
    images = (load("digits").test.images[:2].float() / 255).requires_grad_()
    model(images).sum().backward()
    assert images.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(1, 3, 8, 8), r"images of shape \(1, 3, 8, 8\); expected \(n, 1, 8, 8\)"),
        (torch.zeros(1, 8, 8), r"images of shape \(1, 8, 8\); expected \(n, 1, 8, 8\)"),
        (torch.full((1, 1, 8, 8), 255.0), r"from 255 to 255; expected \[0, 1\], not normal"),
        (torch.full((1, 1, 8, 8), -0.5), r"from -0.5 to -0.5; expected \[0, 1\]"),
        (torch.full((1, 1, 8, 8), torch.nan), r"from nan to nan; expected \[0, 1\]"),
        (torch.zeros(1, 1, 8, 8, dtype=torch.int64), "images of torch.int64; expected uint8"),
    ],
)
def test_other_images_are_refused(model, images, message):
    with pytest.raises(ValueError, match=message):
        model(images)


def test_it_stays_in_evaluation(model):
    assert model.eval() is model
    with pytest.raises(ValueError, match="a model folder holds a network in evaluation mode"):
        model.train()


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model at .*: it has no model\.pt2; "):
        load_model(tmp_path)
    (tmp_path / ARCHIVE).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"no model at .*: it has no labels\.txt"):
        load_model(tmp_path)


def test_a_finished_model_without_an_export_is_built_by_its_problem(made, model, tmp_path):
    shutil.copytree(made[0], tmp_path / "unexported")
    (tmp_path / "unexported" / ARCHIVE).unlink()
    again = load_model(tmp_path / "unexported")
    assert (again.channels, again.image_size, again.labels) == (1, 8, model.labels)
    images = load("digits").test.images[:9]
    assert torch.allclose(again(images), model(images), atol=1e-5)
    with pytest.raises(ValueError, match="images of shape"):
        again(images[:, :, 1:])


def test_without_an_export_and_without_its_problem_a_model_says_so(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "moved")
    (tmp_path / "moved" / ARCHIVE).unlink()
    order = tmp_path / "moved" / "training.json"
    order.write_text(order.read_text().replace('"digits"', '"gone.py:Mine"'))
    message = (
        r"moved has no model\.pt2, as its card explains, and its problem cannot build the "
        r"network here: FileNotFoundError: no such file: gone\.py .*; load it where the"
    )
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path / "moved")


@pytest.mark.parametrize("n_left", [0, 500, 20_000])
def test_a_damaged_file_is_named(made, tmp_path, n_left):
    shutil.copytree(made[0], tmp_path / "damaged")
    file = tmp_path / "damaged" / ARCHIVE
    file.write_bytes(file.read_bytes()[:n_left])
    with pytest.raises(ValueError, match=r"model\.pt2 cannot be read: "):
        load_model(tmp_path / "damaged")


def test_a_model_of_sequences_takes_numbers_as_they_are(made_of_sequences):
    model = load_model(made_of_sequences[0])
    assert (model.shape, model.kind.name, model.image_size) == ((1, 64), "sequences", 0)
    assert model(torch.full((2, 1, 64), -7.5)).shape == (2, 10)
    assert torch.equal(model(torch.ones(1, 1, 64)), model(torch.ones(1, 1, 64).int()))
    with pytest.raises(
        ValueError, match=r"sequences of shape \(1, 64\); expected \(n, 1, 64\)"
    ):
        model(torch.ones(1, 64))
    with pytest.raises(ValueError, match=r"sequences of torch\.float32 that are not finite"):
        model(torch.full((1, 1, 64), torch.nan))
