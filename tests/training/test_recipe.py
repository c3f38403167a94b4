import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.problem import Settings
from evonas.training.recipe import Recipe, learning_rate, told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": -1}, "batch_size must be at least 1, got -1"),
        ({"warmup": 1.0}, r"warmup must be in \[0, 1\), got 1.0"),
        ({"momentum": -0.1}, r"momentum must be in \[0, 1\), got -0.1"),
        ({"label_smoothing": 1.5}, r"label_smoothing must be in \[0, 1\), got 1.5"),
        (
            {"augment": ("crop", "blur")},
            "unknown augmentation 'blur'; choose from crop, flip, cutout",
        ),
    ],
)
def test_a_recipe_out_of_range_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**change)


def rates(n_steps, warmup, highest=0.4):
    recipe = Recipe(learning_rate=highest, warmup=warmup)
    return [learning_rate(step, n_steps=n_steps, recipe=recipe) for step in range(n_steps)]


@given(st.integers(1, 200), st.floats(0, 0.99), st.floats(1e-4, 10))
def test_the_rate_rises_to_its_highest_then_falls_and_is_never_zero(n_steps, warmup, highest):
    found = rates(n_steps, warmup, highest)
    n_warmup = max(1, round(warmup * n_steps))
    assert max(found) == pytest.approx(highest)
    assert found[n_warmup - 1] == pytest.approx(highest)
    assert found[:n_warmup] == sorted(found[:n_warmup])
    assert found[n_warmup:] == sorted(found[n_warmup:], reverse=True)
    assert min(found) > 0


def test_a_schedule_of_ten_steps_reckoned_by_hand():
    # Four steps up, then half a cosine over six: at a half of it, half of the highest rate.
    found = rates(10, 0.4)
    assert found[:5] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])
    assert found[7] == pytest.approx(0.2)
    assert found[9] == pytest.approx(0.4 * (0.5 - 0.5 * 3**0.5 / 2))  # cos 150 degrees


def test_without_a_warmup_the_first_step_has_the_highest_rate():
    assert rates(5, 0.0)[0] == 0.4


def test_what_a_user_says_takes_the_place_of_the_recipe_and_the_rest_stays():
    own = Recipe(epochs=3, augment=("flip",))
    assert told(own, Settings()) == own
    changed = told(own, Settings(epochs=7, augment=()))
    assert changed == Recipe(epochs=7, augment=())
