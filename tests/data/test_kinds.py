import pytest

from evonas.data.augment import AUGMENTATIONS as CHANGES
from evonas.data.kinds import AUGMENTATIONS, IMAGES, KINDS, SEQUENCES, check_augmentations


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_augmentation_of_a_kind_is_there_in_the_order_of_its_words(kind):
    assert tuple(CHANGES[kind]) == kind.augmentations
    assert set(kind.augmentations) <= set(AUGMENTATIONS)
    check_augmentations(kind.augmentations, kind=kind)


def test_what_is_of_another_kind_is_refused():
    with pytest.raises(
        ValueError, match="'flip' does not apply to sequences; choose from crop"
    ):
        check_augmentations(("crop", "flip"), kind=SEQUENCES)
    with pytest.raises(
        ValueError, match="'jitter' does not apply to images; choose from crop,"
    ):
        check_augmentations(("jitter",), kind=IMAGES)
