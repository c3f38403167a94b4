from types import SimpleNamespace

import pytest

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.data.kinds import IMAGES
from evonas.interactive.training_lines import end_lines, epoch_line
from evonas.models.folder import ModelFolder
from evonas.models.judgement import Spread
from evonas.models.order import TrainingOrder
from evonas.training.full_recipe import FullRecipe

ROW = {"epoch": 3, "loss": 0.5, "acc": 91.25, "rate": 0.1, "seconds": 1.0, "cpu_seconds": 1.0}


def order(**named):
    recipe = FullRecipe(epochs=10)
    return TrainingOrder(config=Config(problem="digits"), genome=(0,), recipe=recipe, **named)


def test_an_epoch_is_a_line_and_names_its_seed_where_there_are_several():
    line = "epoch  3/10  loss 0.5000  acc 91.25  rate 0.1  1.0 s"
    assert epoch_line(0, ROW, order=order()) == line
    assert epoch_line(7, ROW, order=order(seeds=(0, 7))) == f"seed 7  {line}"


@pytest.fixture
def ended(tmp_path):
    """Makes the last lines of a training of some seeds, each with its test accuracy."""
    folder = ModelFolder(tmp_path / "mine")

    def make(*accuracies, **origin):
        judged = SimpleNamespace(accuracy=accuracies[0], interval=(85.0, 94.0), n=1797)
        facts = SimpleNamespace(
            info=SimpleNamespace(kind=IMAGES),
            judgements={"test": judged},
            by_seed=dict(enumerate(accuracies)),
            spread=lambda part: Spread.of(accuracies),
            seed=0,
            order=order(origin=origin),
            spend=Spend(12.0, 12.0, 6.0, 1e9, 0.0005, 0.25, "estimated"),
            exports={"model.onnx": "an export"},
        )
        return [line.replace(str(folder.path), "mine") for line in end_lines(facts, folder)]

    return make


def test_a_training_ends_with_what_came_of_it(ended):
    assert ended(90.0, metrics={"acc": 61.5}) == [
        "Test accuracy 90.00 %, 95 % interval 85.00 to 94.00 % (1,797 images)",
        "The search had found acc 61.5 by a short training.",
        "Took 12 s, 0.0005 kWh, 0.25 g CO2e.",
        "model.onnx: an export",
        "Written: mine; read mine/card.md first",
    ]


def test_several_seeds_end_with_their_spread(ended):
    assert ended(90.0, 88.0)[1:3] == [
        "Test accuracy over all seeds, in %: mean 89.00, s.d. 1.41, median 89.00, min 88.00, "
        "max 90.00 (n = 2)",
        "Seed 0 is kept: the best of them on validation.",
    ]
    assert not any("seeds" in line for line in ended(90.0))
