import json
from dataclasses import replace

import pytest

from evonas.config import Config
from evonas.models.order import TRAINING, Proxy, TrainingOrder, read_order
from evonas.training.full_recipe import FullRecipe

ORDER = TrainingOrder(
    config=Config(problem="digits", image_size=16, grid="fra"),
    genome=(1, 2, 3),
    recipe=FullRecipe(epochs=3, mixup=0.2),
    seeds=(4, 5),
    n_threads=2,
    origin={"run": "small"},
)
PROXY = Proxy(
    run="small",
    config=Config(problem="digits", epochs=2, data_dir="here"),
    seed=7,
    fidelity="epochs=1",
    scores={"acc": 81.5},
)


@pytest.mark.parametrize("order", [ORDER, replace(ORDER, proxy=PROXY)])
def test_an_order_goes_through_json(order):
    assert TrainingOrder.from_dict(json.loads(json.dumps(order.as_dict()))) == order


def test_an_order_of_before_there_were_proxies_is_read():
    kept = ORDER.as_dict()
    del kept["proxy"]
    assert TrainingOrder.from_dict(kept) == ORDER


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        (None, "start is \"the proxy's weights\" there and 'random weights' here"),
        (replace(PROXY, seed=8), "the proxy's seed is 7 there and 8 here"),
        (replace(PROXY, fidelity=""), "the proxy's fidelity is 'epochs=1' there and '' here"),
        (
            replace(PROXY, config=Config(problem="digits", epochs=3)),
            "the proxy's epochs is 2 there and 3 here",
        ),
    ],
)
def test_other_weights_at_the_beginning_are_a_difference(proxy, said):
    (found,) = replace(ORDER, proxy=proxy).differences(replace(ORDER, proxy=PROXY))
    assert found == said


def test_where_a_proxys_data_lie_is_no_difference():
    elsewhere = replace(PROXY, config=Config(problem="digits", epochs=2, data_dir="there"))
    one, other = replace(ORDER, proxy=PROXY), replace(ORDER, proxy=elsewhere)
    assert one.differences(other) == []


def test_a_folder_keeps_an_order(tmp_path):
    assert read_order(tmp_path) is None
    (tmp_path / TRAINING).write_text(json.dumps(ORDER.as_dict()))
    assert read_order(tmp_path) == ORDER


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"config": 3}'])
def test_a_damaged_order_is_named(tmp_path, text):
    (tmp_path / TRAINING).write_text(text)
    with pytest.raises(ValueError, match=r"training\.json cannot be read: "):
        read_order(tmp_path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"genome": (1, 2, 4)}, "genome is [1, 2, 3] there and [1, 2, 4] here"),
        ({"recipe": FullRecipe(epochs=5, mixup=0.2)}, "epochs is 3 there and 5 here"),
        ({"seeds": (4,)}, "seeds is [4, 5] there and [4] here"),
        ({"config": Config(problem="digits", grid="fra")}, "image_size is 16 there and None"),
        ({"n_threads": 1}, "n_threads is 2 there and 1 here"),
    ],
)
def test_what_would_change_the_weights_is_a_difference(changed, said):
    (found,) = replace(ORDER, **changed).differences(ORDER)
    assert said in found


def test_where_data_lie_and_where_an_architecture_comes_from_are_no_differences():
    config = Config(problem="digits", image_size=16, grid="fra", data_dir="elsewhere")
    assert replace(ORDER, config=config, origin={}).differences(ORDER) == []


def test_a_name_is_the_problem_and_a_digest_of_the_genome():
    assert ORDER.name.startswith("digits-")
    assert ORDER.name != replace(ORDER, genome=(1, 2, 4)).name
    own = replace(ORDER, config=Config(problem="/some/where/mine.py:Nets"))
    assert own.name.startswith("mine-Nets-")


@pytest.mark.parametrize("seeds", [(), (1, 1), (-1,)])
def test_seeds_must_be_different_numbers(seeds):
    with pytest.raises(ValueError, match="seeds must be different whole numbers from 0, got"):
        replace(ORDER, seeds=seeds)


def test_there_is_a_thread():
    with pytest.raises(ValueError, match="threads must be at least 1, got 0"):
        replace(ORDER, n_threads=0)
