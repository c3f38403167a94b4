import pytest
import toy

from evonas import Config, search
from evonas.commands.training_choice import chosen, config_of, networks, origin_of, resumed
from evonas.commands.training_parsers import train_parser
from evonas.plugins.loading import load_problem
from evonas.record import Record
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of four architectures on digits in 9 x 9 pixels; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    config = Config(
        problem="digits",
        grid="fra",
        evaluations=4,
        pop_size=4,
        epochs=1,
        subset=60,
        image_size=9,
        n_jobs=0,
    )
    search(config, folder=folder)
    return open_run(folder)


def given(*words):
    return train_parser().parse_args(list(map(str, words)))


def test_the_problem_is_that_of_the_run_and_the_data_are_whole(run):
    config = config_of(run, given(run.path))
    assert (config.problem, config.grid, config.image_size) == ("digits", "fra", 9)
    assert (config.subset, config.epochs) == (None, None)


def test_other_data_come_in_their_own_size(run):
    config = config_of(run, given(run.path, "--data", "mnist"))
    assert (config.data, config.image_size) == ("mnist", None)
    assert config_of(run, given(run.path, "--image-size", 16)).image_size == 16


def test_a_pick_becomes_an_order(run):
    choice = chosen(given(run.path, "--best", "acc", "--epochs", 3, "--seeds", "4,5"))
    best = max(run.front, key=lambda record: record.metrics["acc"])
    order = choice.order
    assert (order.genome, order.recipe.epochs, order.seeds) == (best.genome, 3, (4, 5))
    assert order.origin["metrics"] == best.metrics
    assert choice.said[0] == "Picked for the highest acc."


def test_of_other_data_the_search_has_measured_nothing():
    record = Record((0,), {"acc": 90.0}, 1.0)
    run = type("R", (), {"name": "a", "spend": None})()
    assert origin_of(run, record, is_same_data=True)["metrics"] == {"acc": 90.0}
    assert origin_of(run, record, is_same_data=False) == {"run": "a"}


def test_what_builds_no_networks_is_refused():
    bowl = load_problem(toy.reference("Bowl"))()
    with pytest.raises(ValueError, match="bowl builds no networks that could be trained"):
        networks(bowl, "bowl")


def test_a_folder_without_a_training_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no training to go on with"):
        resumed(tmp_path)
