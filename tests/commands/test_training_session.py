import pytest

from evonas.commands.training_session import check_folder, epoch_line, way_on
from evonas.config import Config
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder
from evonas.training.full_recipe import FullRecipe

ROW = {"epoch": 7, "loss": 0.25, "acc": 91.25, "rate": 0.1, "seconds": 1.5, "cpu_seconds": 1.0}


def order(**named):
    return TrainingOrder(
        config=Config(problem="digits"), genome=(0,), recipe=FullRecipe(epochs=12), **named
    )


def test_an_epoch_is_a_line():
    assert epoch_line(0, ROW, order=order()) == (
        "epoch  7/12  loss 0.2500  acc 91.25  rate 0.1  1.5 s"
    )
    assert epoch_line(3, ROW, order=order(seeds=(0, 3))).startswith("seed 3  epoch  7/12")


def test_the_way_to_go_on_can_be_pasted(tmp_path):
    folder = tmp_path / "my models"
    assert way_on(folder) == "nothing was trained yet: give the same command again"
    ModelFolder(folder).begin(order())
    assert way_on(folder) == f"evonas train --resume '{folder}' goes on"


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    folder = ModelFolder(tmp_path / "mine")
    check_folder(folder, order())  # is not there yet
    folder.begin(order())
    check_folder(folder, order())
    with pytest.raises(ValueError, match=r"another training: seeds is \[0\] there and \[1\]"):
        check_folder(folder, order(seeds=(1,)))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(ValueError, match="full holds no training; give another folder with"):
        check_folder(ModelFolder(tmp_path / "full"), order())
