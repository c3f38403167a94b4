import math

import pytest

from evonas.fidelity import FIDELITIES
from evonas.sections.training import DEFAULT_REDUCTION, DEFAULT_RUNGS, TrainingSection


@pytest.mark.parametrize("kind", FIDELITIES)
def test_every_kind_of_fidelity_may_have_rungs_of_its_own(kind):
    usual = TrainingSection(fidelity=kind)
    assert (usual.n_rungs, usual.reduced) == (DEFAULT_RUNGS, DEFAULT_REDUCTION)
    given = TrainingSection(fidelity=kind, rungs=2, reduction=1.5)
    assert (given.n_rungs, given.reduced) == (2, 1.5)


@pytest.mark.parametrize(
    ("augment", "expected"),
    [
        (None, None),
        ("none", ()),
        (["none"], ()),
        ("flip", ("flip",)),
        ("crop, flip", ("crop", "flip")),
        (["crop", "flip"], ("crop", "flip")),
    ],
)
def test_no_augmentation_is_another_thing_than_the_problems_own(augment, expected):
    assert TrainingSection(augment=augment).augmentations == expected


@pytest.mark.parametrize("reduction", [1.0, 0.5, -3.0, math.inf, math.nan])
def test_a_rung_takes_more_than_the_one_below(reduction):
    with pytest.raises(ValueError, match=rf"^reduction must be more than 1, got {reduction}$"):
        TrainingSection(fidelity="epochs", reduction=reduction)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"epochs": 0}, r"^epochs must be at least 1, got 0$"),
        ({"subset": 0}, r"^subset must be at least 1, got 0$"),
        ({"batch_size": 1}, r"^batch_size must be at least 2, got 1$"),
        (
            {"fidelity": "width"},
            r"^unknown fidelity 'width'; choose from epochs, subset, image",
        ),
        ({"fidelity": "epochs", "rungs": 1}, r"^rungs must be at least 2, got 1$"),
        ({"rungs": 3}, r"^rungs is of use to a fidelity only; name one, or leave it$"),
        (
            {"reduction": 3.0},
            r"^reduction is of use to a fidelity only; name one, or leave it$",
        ),
    ],
)
def test_steps_that_lead_nowhere_are_refused_when_they_are_named(words, message):
    with pytest.raises(ValueError, match=message):
        TrainingSection(**words)
