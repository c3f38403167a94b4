from dataclasses import fields

import pytest

from evonas.commands.training_parsers import recipe_of, seeds_of, train_parser
from evonas.training.full_recipe import FullRecipe


def test_every_word_of_the_recipe_is_a_flag():
    given = train_parser().parse_args(["run"])
    assert recipe_of(given) == FullRecipe()
    words = ["run", "--epochs", "3", "--optimiser", "adamw", "--amp", "off"]
    words += ["--learning-rate", "0.01", "--mixup", "0.2"]
    recipe = recipe_of(train_parser().parse_args(words))
    assert recipe == FullRecipe(
        epochs=3, optimiser="adamw", learning_rate=0.01, mixup=0.2, amp="off"
    )
    assert all(hasattr(given, word.name) for word in fields(FullRecipe))


@pytest.mark.parametrize(
    ("text", "seeds"), [("0", (0,)), ("3,1,2", (3, 1, 2)), (" 4, 5 ", (4, 5))]
)
def test_seeds_are_read(text, seeds):
    assert seeds_of(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "1,", "-1", "1.5", "²"])
def test_what_is_no_seed_is_named(text):
    with pytest.raises(ValueError, match="cannot read the seeds"):
        seeds_of(text)


def test_a_seed_is_named_once():
    with pytest.raises(ValueError, match="--seeds '1,2,1' names a seed twice"):
        seeds_of("1,2,1")
