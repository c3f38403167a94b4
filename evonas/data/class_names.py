"""Names of the classes of a data set, in the order of their labels."""

from __future__ import annotations

from evonas.data.published import PUBLISHED
from evonas.data.sources import source_of

_DIGITS = tuple("0123456789")
_CIFAR100 = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house
kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark
shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table
tank telephone television tiger tractor train trout tulip turtle wardrobe whale
willow_tree wolf woman worm
"""
# As the authors of the data sets name them.
_PUBLISHED = {
    "digits": _DIGITS,
    "digit-sequences": _DIGITS,
    "mnist": _DIGITS,
    "svhn": _DIGITS,
    "fashion-mnist": (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "cifar10": (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    "cifar100": tuple(_CIFAR100.split()),
}


def class_names(name: str, *, skip_bad: bool = False) -> tuple[str, ...]:
    """Names of a data set's classes; the place of a name is its label.

    Args:
        name: The data set's name; a folder of images, whose sub-folders name the classes; or a
            file of sequences, whose ``labels`` or ``y`` do.
        skip_bad: Whether files of a folder that cannot be read are left out.

    Raises:
        ValueError: The name is unknown, or the files are not as ``load`` expects them.
    """
    if name in PUBLISHED:
        return _PUBLISHED[name]
    return source_of(name, skip_bad=skip_bad).classes
