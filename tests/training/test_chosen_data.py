import pytest

from evonas.data.kinds import IMAGES, SEQUENCES
from evonas.problem import Settings
from evonas.training.chosen_data import data_of, info_of


def test_what_the_user_says_goes_before_the_default():
    info, whole, notes = info_of(Settings(subset=50), "digits", takes=IMAGES, problem="Nets")
    assert (info.n_train, whole.n_train, notes) == (50, 1079, ())
    settings = Settings(data="digit-sequences", subset=50)
    assert info_of(settings, "digits", takes=SEQUENCES, problem="Nets")[0].shape == (1, 64)
    assert data_of(settings, "digits").train.images.shape == (50, 1, 64)


@pytest.mark.parametrize(
    ("settings", "takes", "message"),
    [
        (
            Settings(data="digit-sequences"),
            IMAGES,
            "^Nets takes images, and 'digit-sequences' holds sequences; give as data digits, "
            "mnist, .* svhn, or a folder of images$",
        ),
        (
            Settings(),
            SEQUENCES,
            "^Nets takes sequences, and 'digits' holds images; give as data digit-sequences, "
            "or a file of sequences, .npz$",
        ),
        (Settings(augment=("scale",)), IMAGES, "'scale' does not apply to images"),
        (
            Settings(data="digit-sequences", image_size=16),
            SEQUENCES,
            "^'digit-sequences' holds sequences, which have no image size; leave --image-size",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(settings, takes, message):
    with pytest.raises(ValueError, match=message):
        info_of(settings, "digits", takes=takes, problem="Nets")
