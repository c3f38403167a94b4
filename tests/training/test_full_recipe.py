import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.data.kinds import IMAGES, SEQUENCES
from evonas.training.full_recipe import SCHEDULES, FullRecipe
from evonas.training.recipe import Recipe


@given(
    schedule=st.sampled_from(SCHEDULES),
    warmup=st.floats(0, 0.9),
    n_steps=st.integers(1, 200),
    data=st.data(),
)
def test_rates_are_positive_and_never_above_the_highest(schedule, warmup, n_steps, data):
    recipe = FullRecipe(schedule=schedule, warmup=warmup, learning_rate=0.5)
    step = data.draw(st.integers(0, n_steps - 1))
    assert 0 < recipe.rate_at(step, n_steps=n_steps) <= 0.5


def test_after_the_warm_up_a_rate_falls_by_its_schedule():
    def rates(schedule):
        recipe = FullRecipe(schedule=schedule, warmup=0.1, learning_rate=1.0)
        return [round(recipe.rate_at(step, n_steps=100), 6) for step in (0, 9, 30, 50, 75, 99)]

    assert rates("constant") == [0.1, 1, 1, 1, 1, 1]
    assert rates("step") == [0.1, 1, 1, 0.1, 0.01, 0.01]
    cosine = rates("cosine")
    assert cosine[:2] == [0.1, 1]
    assert cosine[2:] == sorted(cosine[2:], reverse=True)
    assert cosine[-1] < 0.001


def test_each_optimiser_has_a_rate_and_a_decay_of_its_own():
    assert (FullRecipe().rate, FullRecipe().decay) == (0.1, 5e-4)
    adamw = FullRecipe(optimiser="adamw")
    assert (adamw.rate, adamw.decay) == (2e-3, 0.05)
    assert FullRecipe(weight_decay=0.0).decay == 0
    assert FullRecipe(learning_rate=0.3).rate == 0.3


def test_a_task_sees_the_full_recipe_where_both_speak_of_the_same():
    recipe = FullRecipe(epochs=7, label_smoothing=0.2, augment="none")
    plain = recipe.for_task(Recipe(diverged_above=3.0))
    assert (plain.epochs, plain.label_smoothing, plain.augment) == (7, 0.2, ())
    assert plain.diverged_above == 3.0


def test_a_recipe_goes_through_json():
    recipe = FullRecipe(epochs=3, optimiser="adamw", mixup=0.2)
    assert FullRecipe(**json.loads(json.dumps(recipe.as_dict()))) == recipe


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 1}, "batch_size must be at least 2, got 1"),
        ({"patience": -1}, "patience must be at least 0, got -1"),
        ({"optimiser": "adam"}, "unknown optimiser 'adam'; choose from sgd, adamw"),
        ({"schedule": "linear"}, "unknown schedule 'linear'; choose from cosine, step, const"),
        ({"augment": "flip"}, "unknown augment 'flip'; choose from none, flip-crop, randaug"),
        ({"amp": "yes"}, "unknown amp 'yes'; choose from auto, on, off"),
        ({"label_smoothing": 1.0}, r"label_smoothing must be in \[0, 1\), got 1.0"),
        ({"ema": float("nan")}, r"ema must be in \[0, 1\), got nan"),
        ({"mixup": -0.1}, r"mixup must be in \[0, inf\), got -0.1"),
        ({"clip_norm": float("inf")}, r"clip_norm must be in \[0, inf\), got inf"),
        ({"learning_rate": 0.0}, "learning_rate must be more than 0, got 0.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be more than 0, got nan"),
    ],
)
def test_a_wrong_value_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        FullRecipe(**given)


def test_paths_are_left_out_more_and_more():
    recipe = FullRecipe(epochs=5, drop_path=0.2)
    shares = [recipe.drop_path_in(epoch) for epoch in range(1, 6)]
    assert shares == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2])
    assert FullRecipe(epochs=1, drop_path=0.2).drop_path_in(1) == 0.0


def test_a_policy_for_images_is_not_for_sequences():
    FullRecipe(augment="trivial").check_for(IMAGES)
    FullRecipe().check_for(SEQUENCES)
    with pytest.raises(
        ValueError,
        match="'trivial' is of images, and does not apply to sequences; choose from "
        "none, flip-crop",
    ):
        FullRecipe(augment="trivial").check_for(SEQUENCES)
