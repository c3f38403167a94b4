"""The data set that a problem's settings name."""

from __future__ import annotations

from functools import partial

from evonas.data.dataset import Dataset, dataset_info, load, notes
from evonas.data.kinds import InputKind
from evonas.data.published import DataInfo, check_kind
from evonas.problem import Settings


def info_of(
    settings: Settings, default: str, *, takes: InputKind, problem: str
) -> tuple[DataInfo, DataInfo, tuple[str, ...]]:
    """What is known of the data set before it is read.

    Args:
        settings: What the user says of the data.
        default: Name of the data set that is taken where he names none.
        takes: The kind of inputs that the problem's networks take.
        problem: What an error calls the problem.

    Returns:
        The data set in numbers, as asked for and without a subset, and what a user should know
        of its files, in words.

    Raises:
        ValueError: There is no such data set, it is of another kind, or something that is asked
            for does not apply to it.
    """
    name, skips = settings.data or default, settings.skip_bad
    info = partial(
        dataset_info,
        name,
        data_dir=settings.data_dir,
        image_size=settings.image_size,
        skip_bad=skips,
    )
    whole = info()
    check_kind(whole, takes, augment=settings.augment, problem=problem)
    return info(subset=settings.subset), whole, notes(name, skip_bad=skips)


def data_of(settings: Settings, default: str) -> Dataset:
    """The data set itself, read once in a process.

    Args:
        settings: What the user says of the data.
        default: Name of the data set that is taken where he names none.

    Raises:
        ValueError: The data set is not as ``dataset.load`` expects it.
        ConnectionError: It is not there and cannot be downloaded.
    """
    return load(
        settings.data or default,
        data_dir=settings.data_dir,
        image_size=settings.image_size,
        subset=settings.subset,
        seed=settings.data_seed,
        skip_bad=settings.skip_bad,
    )
