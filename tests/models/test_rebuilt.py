import json
import shutil

import pytest
import torch

from evonas.data.dataset import load
from evonas.models.rebuilt import rebuilt


@pytest.fixture
def copied(made, tmp_path):
    return shutil.copytree(made[0], tmp_path / "copied")


def test_a_network_that_is_built_anew_is_the_trained_one(made):
    deployed, shape = rebuilt(made[0])
    part = load("digits").test
    assert shape == (1, 8, 8)
    with torch.inference_mode():
        predicted = deployed(part.images.float() / 255).argmax(1)
    assert int((predicted == part.labels).sum()) == made[1].judgements["test"].n_right


def test_a_network_for_sequences_is_built_anew_as_well(made_of_sequences):
    deployed, shape = rebuilt(made_of_sequences[0])
    part = load("digit-sequences").test
    assert shape == (1, 64)
    with torch.inference_mode():
        predicted = deployed(part.images).argmax(1)
    right = made_of_sequences[1].judgements["test"].n_right
    assert int((predicted == part.labels).sum()) == right


def test_a_folder_that_does_not_say_what_was_trained_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^it does not say what was trained$"):
        rebuilt(tmp_path)


def test_a_problem_that_builds_nothing_is_refused(copied):
    order = json.loads((copied / "training.json").read_text())
    order["config"]["problem"] = "synthetic"
    (copied / "training.json").write_text(json.dumps(order))
    with pytest.raises(ValueError, match=r"^synthetic builds no networks$"):
        rebuilt(copied)


def test_weights_of_another_network_do_not_fit(copied):
    order = json.loads((copied / "training.json").read_text())
    order["genome"] = [2, *order["genome"][1:]]
    (copied / "training.json").write_text(json.dumps(order))
    with pytest.raises(RuntimeError, match="loading state_dict"):
        rebuilt(copied)
