from evonas.commands.training_parsers import train_parser
from evonas.commands.training_session import terms_of, way_on
from evonas.config import Config
from evonas.interactive.training_orders import Terms
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder
from evonas.training.full_recipe import FullRecipe


def terms(words):
    return terms_of(train_parser().parse_args(words.split()))


def test_the_terms_are_those_that_the_arguments_say():
    given = "run --epochs 3 --warmup 0 --seeds 4,5 --threads 2 --from-proxy --image-size 9"
    assert terms(f"{given} --data mnist --data-dir d --device cpu --track a.py:A") == Terms(
        recipe=FullRecipe(epochs=3, warmup=0.0),
        seeds=(4, 5),
        n_threads=2,
        data={"data": "mnist", "data_dir": "d", "image_size": 9, "device": "cpu"},
        from_proxy=True,
        track="a.py:A",
    )


def test_what_is_not_said_is_as_in_python():
    assert terms("run") == Terms(data={"device": "auto"})


def test_the_way_to_go_on_can_be_pasted(tmp_path):
    folder = tmp_path / "my models"
    assert way_on(folder) == "nothing was trained yet: give the same command again"
    ModelFolder(folder).begin(TrainingOrder(config=Config(problem="digits"), genome=(0,)))
    assert way_on(folder) == f"evonas train --resume '{folder}' goes on"
