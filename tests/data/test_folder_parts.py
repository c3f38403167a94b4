import pytest
from sample_images import make_classes, save

from evonas.data.dataset import dataset_info
from evonas.data.folder_parts import find_parts, part_of

CLASSES = {"cat": 5, "dog": 5}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("train", "train Train TRAINING seg_train train-set trainset train_images data.train"),
        ("validation", "val Val valid VALIDATION dev seg_val validation_set images_valid"),
        ("test", "test Testing TEST seg_test testset test-images"),
        ("unlabelled", "seg_pred unlabeled"),
        (None, "trainer cat steam_train test_tube value device testament set contest"),
    ],
)
def test_a_parts_name_is_known_in_its_usual_spellings(role, names):
    assert {name: part_of(name) for name in names.split()} == dict.fromkeys(names.split(), role)


@pytest.mark.parametrize("train", ["train", "Train", "training", "seg_train", "TRAIN_SET"])
@pytest.mark.parametrize("validation", ["val", "valid", "Validation", "dev"])
@pytest.mark.parametrize("test", ["test", "Testing", "seg_test"])
def test_all_parts_are_read_however_they_are_spelt(tmp_path, train, validation, test):
    make_classes(tmp_path / train, CLASSES)
    make_classes(tmp_path / validation, {"cat": 2, "dog": 1})
    make_classes(tmp_path / test, {"cat": 1, "dog": 3})
    info = dataset_info(str(tmp_path))
    assert (info.n_classes, info.n_train, info.n_validation, info.n_test) == (2, 10, 3, 4)


def test_a_part_packed_in_itself_is_unpacked(tmp_path):
    make_classes(tmp_path / "seg_train" / "seg_train", CLASSES)
    make_classes(tmp_path / "seg_test" / "seg_test", {"cat": 1})
    save(tmp_path / "seg_pred" / "seg_pred" / "1.png")
    info = dataset_info(str(tmp_path))
    assert (info.n_train, info.n_test) == (8, 1)  # two drawn for validation


@pytest.mark.parametrize("other", ["train", "test", "Dev", "validation"])
def test_a_class_may_be_called_like_a_part(tmp_path, other):
    make_classes(tmp_path, {"bus": 5, "plane": 5, other: 5})
    assert find_parts(tmp_path).train == tmp_path
    assert dataset_info(str(tmp_path)).n_classes == 3


def test_an_empty_or_unlabelled_part_beside_the_training_part_is_no_class(tmp_path):
    make_classes(tmp_path / "train", CLASSES)
    save(tmp_path / "test" / "1.png")
    (tmp_path / "val").mkdir()
    (tmp_path / "docs").mkdir()
    parts = find_parts(tmp_path)
    assert (parts.validation, parts.test) == (None, None)


def break_two_trains(root):
    make_classes(root / "train", CLASSES)
    make_classes(root / "Training", CLASSES)


def break_no_train(root):
    make_classes(root / "test", CLASSES)
    make_classes(root, CLASSES)


def break_stranger(root):
    make_classes(root / "train", CLASSES)
    make_classes(root / "holdout", CLASSES)


def break_mixed(root):
    make_classes(root / "train", {"steam": 5, "electric": 5})
    make_classes(root, {"bus": 5})


def break_flat_parts(root):
    make_classes(root, {"train": 5, "test": 5})


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (break_two_trains, r"'Training' and 'train' in '{}' both look like the train part; "),
        (break_no_train, r"'test' in '{}' looks like a part of the data, but there is no "),
        (break_stranger, r"'holdout' in '{}' holds images, and stands beside a training part"),
        (break_mixed, r"'bus' in '{}' holds images, and stands beside .* rename those named"),
        (break_flat_parts, r"'test' and 'train' in '{}' look like parts .* no class folders"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(tmp_path, damage, expected):
    damage(tmp_path)
    with pytest.raises(ValueError, match=expected.format(tmp_path)):
        find_parts(tmp_path)
