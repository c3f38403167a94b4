import os

import numpy as np
import pytest
import torch
from PIL import Image
from sample_images import make_classes, make_tiny_imagenet, parts, save

from evonas.data.dataset import dataset_info, load, notes
from evonas.data.image_folder import find_images
from evonas.data.published import DataInfo


def test_labels_follow_the_sorted_class_names(tmp_path):
    make_classes(tmp_path, {"b": 10, "a": 10})
    dataset = load(str(tmp_path))
    for part in parts(dataset):
        is_b = part.images[:, 0, 0, 0] < 10  # the class that was written first
        assert torch.equal(part.labels, is_b.long())


def test_tiny_imagenet_is_read_as_published(tmp_path):
    make_tiny_imagenet(tmp_path)
    dataset = load(str(tmp_path))
    assert dataset.info == DataInfo(str(tmp_path), 3, 64, 3, 24, 4, 6, True)
    assert dataset.validation.labels.tolist() == [0, 0, 1, 2]
    reds = dataset.validation.images[:, 0, 0, 0].tolist()
    assert reds == pytest.approx([201, 203, 202, 200], abs=3)  # JPEG is lossy


def test_only_a_folder_of_grey_images_is_grey(tmp_path):
    make_classes(tmp_path, {"cat": 10, "dog": 10})
    assert dataset_info(str(tmp_path)).channels == 1
    save(tmp_path / "cat" / "003.png", value=3, mode="RGB")
    assert dataset_info(str(tmp_path)).channels == 3
    assert load(str(tmp_path)).train.images.shape[1] == 3


@pytest.mark.parametrize(
    ("size", "expected"), [((20, 30), 20), ((300, 200), 64), ((3, 5), 8), ((64, 64), 64)]
)
def test_the_default_size_is_the_shorter_side_within_bounds(tmp_path, size, expected):
    make_classes(tmp_path, {"cat": 5, "dog": 5}, size=size)
    assert dataset_info(str(tmp_path)).image_size == expected
    assert load(str(tmp_path)).train.images.shape[2:] == (expected, expected)
    assert load(str(tmp_path), image_size=9).train.images.shape[2:] == (9, 9)


def test_hidden_files_and_folders_are_no_data(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5, ".trash": 1})
    (tmp_path / "cat" / "._000.png").write_text("resource fork")
    assert find_images(tmp_path).classes == ("cat", "dog")
    assert len(find_images(tmp_path).train.paths) == 10


def test_a_test_folder_named_images_may_still_be_a_class(tmp_path):
    make_classes(tmp_path / "train", {"drawings": 5, "images": 5})
    make_classes(tmp_path / "test", {"images": 2})
    assert dataset_info(str(tmp_path)).n_test == 2


def break_no_classes(root):
    save(root / "000.png")


def break_no_train_classes(root):
    (root / "train").mkdir()


def break_one_class(root):
    make_classes(root, {"cat": 9})


def break_no_images(root):
    (root / "cat").mkdir()
    (root / "dog").mkdir()
    (root / "dog" / "notes.txt").write_text("none yet")


def break_few_images(root):
    make_classes(root, {"cat": 9, "dog": 4})


def break_empty_class(root):
    make_classes(root, {"cat": 9, "dog": 9})
    (root / "emu").mkdir()


def break_first_image(root):
    make_classes(root, {"cat": 9, "dog": 9})
    (root / "cat" / "002.png").write_text("no image")


def break_foreign_class(root):
    make_classes(root / "train", {"cat": 9, "dog": 9})
    make_classes(root / "val", {"cat": 2, "emu": 1})


def break_empty_part(root):
    make_classes(root / "train", {"cat": 9, "dog": 9})
    (root / "test" / "cat").mkdir(parents=True)


def break_annotation_class(root):
    make_tiny_imagenet(root)
    (root / "val" / "val_annotations.txt").write_text("val_0.JPEG\tn09\t0\t0\t1\t1\n")


def break_annotation_line(root):
    make_tiny_imagenet(root)
    (root / "val" / "val_annotations.txt").write_text("val_0.JPEG\tn01\nval_1.JPEG n01\n")


def break_annotation_file(root):
    make_tiny_imagenet(root)
    (root / "val" / "val_annotations.txt").write_text("")


@pytest.mark.parametrize("ask", [dataset_info, load])
@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (break_no_classes, r"no classes in '{}'; expected one sub-folder of images per class"),
        (break_no_train_classes, r"no classes in '{}/train'; expected one sub-folder"),
        (break_one_class, r"only one class, 'cat', in '{}'; expected two or more sub-folders"),
        (break_no_images, r"no images in the class folders of '{}'; expected files .* \.jpg, "),
        (break_few_images, r"class 'dog' in '{}' has 4 images; expected at least 5: add some"),
        (break_empty_class, r"class 'emu' in '{}' has 0 images; expected at least 5: add some"),
        (break_first_image, r"unreadable image '{}/cat/002.png': .*; replace it or take it"),
        (break_foreign_class, r"class 'emu' in '{}/val' is no training class; .* of cat, dog$"),
        (break_empty_part, r"no images in the class folders of '{}/test'; add some, or take"),
        (break_annotation_class, r"class 'n09' in '{}/val/val_annotations.txt' is no training"),
        (
            break_annotation_line,
            r"line 2 of '{}/val/val_annotations.txt' is 'val_1.JPEG n01'; ",
        ),
        (
            break_annotation_file,
            r"'{}/val/val_annotations.txt' is empty; expected one line per",
        ),
    ],
)
def test_a_broken_folder_is_told_where_and_how(tmp_path, ask, damage, expected):
    damage(tmp_path)
    with pytest.raises(ValueError, match=expected.format(tmp_path)):
        ask(str(tmp_path))


@pytest.mark.parametrize("damage", ["truncated", "missing", "float"])
def test_all_images_that_cannot_be_decoded_are_named_at_once_or_left_out(tmp_path, damage):
    make_classes(tmp_path, {"cat": 20, "dog": 20}, size=(64, 64))
    paths = [tmp_path / "cat" / "003.png", tmp_path / "dog" / "019.png"]
    for path in paths:
        if damage == "truncated":
            noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
            Image.fromarray(noise).save(path)
            path.write_bytes(path.read_bytes()[:2000])
        elif damage == "missing":
            path.unlink()
            path.symlink_to(tmp_path / "nowhere.png")
        else:
            Image.fromarray(np.full((64, 64), 7.0, dtype=np.float32)).save(path, "TIFF")
    for ask in (dataset_info, load):
        with pytest.raises(
            ValueError, match=f"2 unreadable images: '{paths[0]}': .*{paths[1]}"
        ):
            ask(str(tmp_path))
        given = ask(str(tmp_path), skip_bad=True)
    assert sum(len(part.labels) for part in parts(given)) == 38
    assert f"2 bad files are left out, such as {str(paths[0])!r}" in notes(
        str(tmp_path), skip_bad=True
    )


def test_a_class_needs_its_images_after_bad_ones_are_left_out(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "dog" / "000.png").write_text("no image")
    with pytest.raises(ValueError, match=r"class 'dog' in .* has 4 images"):
        load(str(tmp_path), skip_bad=True)


def test_files_that_are_no_images_are_passed_over_with_a_word(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5})
    for name in ("a.gif", "b.GIF", "c.jfif", "labels.txt", "README"):
        (tmp_path / "cat" / name).write_text("x")
    os.mkfifo(tmp_path / "dog" / "pipe.png")
    said = find_images(tmp_path).notes
    assert f"files that end in .gif are passed over in {str(tmp_path)!r} (2)" in said
    assert f"files that end in .jfif are passed over in {str(tmp_path)!r} (1)" in said
    assert f"pipes, sockets or devices are passed over in {str(tmp_path)!r} (1)" in said
    assert len(load(str(tmp_path)).train.labels) == 6


def test_images_beside_the_class_folders_are_passed_over_with_a_word(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "loose.png").write_bytes((tmp_path / "cat" / "000.png").read_bytes())
    said = find_images(tmp_path).notes
    assert f"images beside the class folders are passed over in {str(tmp_path)!r} (1)" in said


def test_a_folder_that_lies_one_level_deeper_is_asked_for(tmp_path):
    make_classes(tmp_path / "data", {"cat": 5, "dog": 5})
    with pytest.raises(ValueError, match=r"only one class, 'data', .*: is '.*data' meant\?$"):
        find_images(tmp_path)


@pytest.mark.parametrize("target", ["..", "../..", ".", "../dog"])
def test_a_link_back_into_the_data_adds_no_image(tmp_path, target):
    make_classes(tmp_path / "data", {"cat": 5, "dog": 5})
    (tmp_path / "data" / "cat" / "loop").symlink_to(target)
    found = find_images(tmp_path / "data")
    assert len(found.train.paths) == 10
    assert any(
        note.startswith("links to folders that are here already are passed over")
        for note in found.notes
    )


def test_linked_folders_elsewhere_are_entered(tmp_path):
    make_classes(tmp_path / "elsewhere", {"cat": 5, "more": 3})
    make_classes(tmp_path / "data", {"dog": 5})
    (tmp_path / "data" / "cat").symlink_to(tmp_path / "elsewhere" / "cat")
    (tmp_path / "data" / "dog" / "more").symlink_to(tmp_path / "elsewhere" / "more")
    assert np.bincount(find_images(tmp_path / "data").train.labels).tolist() == [5, 8]


def test_two_classes_that_are_one_folder_are_refused(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "kitten").symlink_to("cat")
    with pytest.raises(ValueError, match=r"classes 'cat' and 'kitten' in .* are one folder"):
        find_images(tmp_path)
