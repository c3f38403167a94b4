"""Which sub-folders of a folder of images are its training, validation and test part."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Those of torchvision's ImageFolder.
SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".bmp", ".tif", ".tiff", ".webp")
ANNOTATIONS = "val_annotations.txt"  # Tiny-ImageNet's labels of its validation images
_WORDS = {
    "train": {"train", "training", "trn"},
    "validation": {"val", "valid", "validation", "validate", "dev", "devel", "development"},
    "test": {"test", "testing", "tst"},
    "unlabelled": {"pred", "predict", "prediction", "unlabeled", "unlabelled"},
}
_FILLERS = {"seg", "set", "data", "dataset", "split", "image", "images", "img", "imgs"}
_NO_DATA = {"__macosx", "__pycache__", "@eadir", "lost+found"}


@dataclass(frozen=True)
class Parts:
    """The folders that hold the classes of each part.

    Attributes:
        train: the folder whose sub-folders are the classes to train on.
        validation: the folder of the validation part; ``None`` where there is none.
        test: the folder of the test part; ``None`` where there is none.
    """

    train: Path
    validation: Path | None = None
    test: Path | None = None


def find_parts(root: Path) -> Parts:
    """Tell the parts of a folder by their names and by what is in them.

    Names are taken in any case and with the usual additions, as in ``Train``, ``valid``,
    ``dev``, ``test_set`` or ``seg_train``. A folder of such a name that holds images, and no
    sub-folders of them, is a class among others.

    Raises:
        ValueError: It cannot be told which folders are parts, or images lie where they would
            silently be left out.
    """
    folders = sub_folders(root)
    role_by_name = {name: role for name in folders if (role := part_of(name))}
    found = {
        name: role for name, role in role_by_name.items() if _is_part(root / name, role=role)
    }
    by_role = {
        role: [root / name for name in found if found[name] == role]
        for role in ("train", "validation", "test")
    }
    if not any(by_role.values()):
        _refuse_parts_without_classes(root, folders, role_by_name)
        return Parts(root)
    for role, several in by_role.items():
        if len(several) > 1:
            names = " and ".join(repr(folder.name) for folder in several)
            raise ValueError(
                f"{names} in {str(root)!r} both look like the {role} part; keep one of them"
            )
    if not by_role["train"]:
        raise ValueError(
            f"{next(iter(found))!r} in {str(root)!r} looks like a part of the data, but there "
            "is no training part beside it; put the other classes into a folder 'train', or "
            "give the folder another name if it is a class"
        )
    # A part without sub-folders of images has no labels, which only its neighbours tell.
    beside = {name for name in role_by_name if role_by_name[name] != "train"}
    _refuse_left_out(root, [name for name in folders if name not in beside | found.keys()])
    inner = {role: _innermost(several[0]) for role, several in by_role.items() if several}
    return Parts(inner["train"], inner.get("validation"), inner.get("test"))


def part_of(name: str) -> str | None:
    """The part that a folder's name is usual for.

    Returns:
        One of ``train``, ``validation``, ``test`` and ``unlabelled``; ``None`` for any other
        name.
    """
    words = [word for word in re.split(r"[\W_]+", name.lower()) if word]
    meant = [word for word in words if word not in _FILLERS]
    if len(meant) != 1:
        return None
    word = re.sub(r"(set|data)$", "", meant[0])
    return next((role for role, usual in _WORDS.items() if word in usual), None)


def sub_folders(top: Path) -> list[str]:
    """Sorted names of the folders in a folder, without those that hold no data."""
    return sorted(
        entry.name
        for entry in top.iterdir()
        if entry.name[0] != "." and entry.name.lower() not in _NO_DATA and entry.is_dir()
    )


def is_image(name: str) -> bool:
    """Whether a file's name is that of an image, hidden ones excepted."""
    return name[0] != "." and name.lower().endswith(SUFFIXES)


def _is_part(folder: Path, *, role: str) -> bool:
    """Whether a folder of a part's name looks like one."""
    if (folder / ANNOTATIONS).is_file():
        return True
    if role == "train" and not any(folder.iterdir()):
        return True
    return bool(sub_folders(folder)) and not _holds_images(folder)


def _innermost(folder: Path) -> Path:
    """The folder itself, or the only one in it of the same part, as archives are packed."""
    inner = sub_folders(folder)
    is_packed = len(inner) == 1 and part_of(inner[0]) == part_of(folder.name)
    return folder / inner[0] if is_packed else folder


def _refuse_parts_without_classes(
    root: Path, folders: Sequence[str], role_by_name: dict[str, str]
) -> None:
    roles = set(role_by_name.values())
    if "train" in roles and len(roles) > 1 and len(role_by_name) == len(folders):
        raise ValueError(
            f"{' and '.join(map(repr, role_by_name))} in {str(root)!r} look like parts of the "
            "data, but have no class folders in them; expected one sub-folder of images per "
            "class in each"
        )


def _refuse_left_out(root: Path, others: Sequence[str]) -> None:
    for name in others:
        if any(_holds_images(Path(top)) for top, _, _ in os.walk(root / name)):
            raise ValueError(
                f"{name!r} in {str(root)!r} holds images, and stands beside a training part; "
                "expected only parts named as 'train', 'val' or 'test': rename it or move it "
                "away. If all of these folders are classes, rename those named like a part"
            )


def _holds_images(folder: Path) -> bool:
    return any(is_image(name) for name in os.listdir(folder))
