import numpy as np
import pytest
from PIL import Image

from evonas.data.class_names import class_names
from evonas.data.published import PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_class_of_a_published_set_has_a_name_of_its_own(name):
    names = class_names(name)
    assert len(set(names)) == len(names) == PUBLISHED[name].n_classes


def test_names_are_those_of_torchvision():
    datasets = pytest.importorskip("torchvision.datasets")
    assert class_names("fashion-mnist") == tuple(datasets.FashionMNIST.classes)


def test_sub_folders_name_the_classes_of_a_folder(tmp_path):
    for kind in ("dog", "cat"):
        (tmp_path / kind).mkdir()
        for i in range(6):
            pixels = np.full((8, 8), 20 * i, dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / kind / f"{i}.png")
    assert class_names(str(tmp_path)) == ("cat", "dog")


def test_an_unknown_data_set_is_named():
    with pytest.raises(ValueError, match=r"unknown data set 'digit' \(did you mean 'digits'"):
        class_names("digit")
