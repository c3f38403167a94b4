import itertools
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torchvision.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evonas.data import dataset as data
from evonas.data.dataset import Dataset, Part, describe, load
from evonas.data.image_folder import decode, find_images, resize
from evonas.data.published import DATASET_NAMES, PUBLISHED, DataInfo

PARTS = ("train", "validation", "test")


def parts(dataset: Dataset) -> list[Part]:
    return [getattr(dataset, name) for name in PARTS]


def counts(labels: torch.Tensor, n_classes: int) -> np.ndarray:
    return torch.bincount(labels, minlength=n_classes).numpy()


def rows(part: Part) -> list[bytes]:
    return [image.numpy().tobytes() for image in part.images]


def equal(one: Part, other: Part) -> bool:
    return torch.equal(one.images, other.images) and torch.equal(one.labels, other.labels)


def save(path: Path, *, value: int = 0, size: tuple[int, int] = (12, 10), mode: str = "L"):
    """One image, its upper left pixel the value, so that no two need be alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size, 50)
    image.paste(value if mode == "L" else (value, 0, 0), (0, 0, *size))
    image.save(path)


def make_classes(top: Path, n_by_class: dict[str, int], *, first: int = 0, **options) -> int:
    for name, n in n_by_class.items():
        for index in range(n):
            save(top / name / f"{index:03}.png", value=first, **options)
            first += 1
    return first


def make_tiny_imagenet(root: Path) -> None:
    first = 0
    for name in ("n01", "n02", "n03"):
        for index in range(10):
            save(
                root / "train" / name / "images" / f"{name}_{index}.JPEG",
                value=first,
                size=(64, 64),
                mode="RGB",
            )
            first += 1
        (root / "train" / name / f"{name}_boxes.txt").write_text("0 0 9 9\n")
    lines = []
    for index, name in enumerate(("n03", "n01", "n02", "n01")):
        save(
            root / "val" / "images" / f"val_{index}.JPEG",
            value=200 + index,
            size=(64, 64),
            mode="RGB",
        )
        lines.append(f"val_{index}.JPEG\t{name}\t0\t0\t62\t62\n")
        save(root / "test" / "images" / f"test_{index}.JPEG", value=index)
    (root / "val" / "val_annotations.txt").write_text("".join(lines))


class FakeDataset:
    """As a class of torchvision; the first bytes of an image tell its number."""

    shape: tuple[int, ...] = (28, 28)
    n_by_part: ClassVar = {"train": 60_000, "test": 10_000}
    n_classes = 10

    def __init__(self, root, train=True, split=None, download=False):
        part = split or ("train" if train else "test")
        n = self.n_by_part[part]
        self.data = np.zeros((n, *self.shape), np.uint8)
        flat = self.data.reshape(n, -1)
        flat[:, 0] = part == "test"
        for byte in range(3):
            flat[:, 1 + byte] = np.arange(n) >> (8 * byte) & 255
        self.targets = (np.arange(n) % self.n_classes).tolist()


class FakeMNIST(FakeDataset):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.data = torch.from_numpy(self.data)
        self.targets = torch.tensor(self.targets)


class FakeCIFAR10(FakeDataset):
    shape = (32, 32, 3)
    n_by_part: ClassVar = {"train": 1000, "test": 200}


class FakeSVHN(FakeDataset):
    shape = (3, 32, 32)
    n_by_part: ClassVar = {"train": 1500, "test": 400}

    def __init__(self, root, split, download=False):
        super().__init__(root, split=split)
        self.labels = np.array(self.targets)
        del self.targets


def shrink(monkeypatch, name: str, fake: type[FakeDataset]) -> None:
    sizes = {"n_train": fake.n_by_part["train"], "n_test": fake.n_by_part["test"]}
    monkeypatch.setitem(PUBLISHED, name, replace(PUBLISHED[name], **sizes))


@pytest.fixture(autouse=True)
def _nothing_remembered():
    data._load.cache_clear()
    yield
    data._load.cache_clear()


@pytest.fixture
def source(request, tmp_path, monkeypatch) -> tuple[str, str | None]:
    """A data set's name and its data_dir."""
    kind = request.param
    if kind == "folder":
        make_classes(tmp_path, {"cat": 30, "dog": 17, "eel": 5}, size=(10, 12), mode="RGB")
        return str(tmp_path), None
    if kind == "parted folder":
        first = make_classes(tmp_path / "train", {"cat": 30, "dog": 20})
        first = make_classes(tmp_path / "val", {"cat": 9, "dog": 7}, first=first)
        make_classes(tmp_path / "test", {"cat": 3, "dog": 4}, first=first)
        return str(tmp_path), None
    if kind == "tiny-imagenet":
        make_tiny_imagenet(tmp_path)
        return str(tmp_path), None
    if kind == "fashion-mnist":
        directory = os.environ.get("EVONAS_DATA")
        if not directory or not (Path(directory) / "FashionMNIST").is_dir():
            pytest.skip("EVONAS_DATA names no folder with FashionMNIST in it")
        return kind, directory
    fakes = {"mnist": FakeMNIST, "cifar10": FakeCIFAR10, "svhn": FakeSVHN}
    if kind in fakes:
        monkeypatch.setattr(torchvision.datasets, kind.upper(), fakes[kind])
        if kind != "mnist":
            shrink(monkeypatch, kind, fakes[kind])
    return kind, str(tmp_path)


every_source = pytest.mark.parametrize(
    "source",
    [
        *("digits", "mnist", "cifar10", "svhn", "fashion-mnist"),
        *("folder", "parted folder", "tiny-imagenet"),
    ],
    indirect=True,
)
sources_with_distinct_images = pytest.mark.parametrize(
    "source", ["digits", "mnist", "cifar10", "svhn", "folder"], indirect=True
)


@every_source
@pytest.mark.parametrize("subset", [None, 20])
def test_what_is_described_is_what_is_loaded(source, subset):
    name, data_dir = source
    dataset = load(name, data_dir=data_dir, subset=subset)
    info = describe(name, data_dir=data_dir, subset=subset)
    assert dataset.info == info
    assert info.name == name
    for part, n in zip(
        parts(dataset), (info.n_train, info.n_validation, info.n_test), strict=True
    ):
        assert part.images.shape == (n, info.channels, info.image_size, info.image_size)
        assert part.images.dtype == torch.uint8
        assert part.images.is_contiguous()
        assert part.labels.shape == (n,)
        assert part.labels.dtype == torch.int64
    assert set(dataset.train.labels.tolist()) == set(range(info.n_classes))


@sources_with_distinct_images
def test_the_parts_are_disjoint_and_together_everything(source):
    name, data_dir = source
    dataset = load(name, data_dir=data_dir)
    seen = [row for part in parts(dataset) for row in rows(part)]
    assert len(seen) == dataset.info.n_train + dataset.info.n_validation + dataset.info.n_test
    assert len(set(seen)) == len(seen)  # no published image occurs twice either


@every_source
def test_a_subset_changes_neither_the_test_part_nor_the_pool_it_is_drawn_from(source):
    name, data_dir = source
    whole, large, small = (
        (load(name, data_dir=data_dir, subset=n, seed=3) for n in (None, 20, 12))
        if name != "tiny"
        else ()
    )
    assert equal(whole.test, large.test)
    assert equal(whole.test, small.test)
    for part in ("train", "validation"):
        assert set(rows(getattr(small, part))) <= set(rows(getattr(large, part)))
        assert set(rows(getattr(large, part))) <= set(rows(getattr(whole, part)))
    assert small.info.n_train == 12
    assert small.info.n_validation == min(12, whole.info.n_validation)


@pytest.mark.parametrize("source", ["digits", "folder"], indirect=True)
def test_the_seed_and_nothing_else_decides_the_split(source):
    name, data_dir = source
    first = load(name, data_dir=data_dir, seed=1)
    other = load(name, data_dir=data_dir, seed=2)
    data._load.cache_clear()
    np.random.seed(5)
    torch.manual_seed(5)
    again = load(name, data_dir=data_dir, seed=1)
    assert again is not first
    for one, two, three in zip(parts(first), parts(again), parts(other), strict=True):
        assert equal(one, two)
        assert not equal(one, three)


def test_an_official_test_part_is_kept_whatever_the_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", FakeCIFAR10)
    shrink(monkeypatch, "cifar10", FakeCIFAR10)
    for seed in (0, 1):
        test = load("cifar10", data_dir=tmp_path, seed=seed).test
        expected = torch.from_numpy(FakeCIFAR10(tmp_path, train=False).data)
        assert torch.equal(test.images, expected.permute(0, 3, 1, 2))


@pytest.mark.parametrize(
    "source",
    ["digits", "mnist", "fashion-mnist", "cifar10", "svhn", "folder"],
    indirect=True,
)
@pytest.mark.parametrize("subset", [None, 31, 20])
def test_every_part_has_every_class_by_its_share(source, subset):
    name, data_dir = source
    dataset = load(name, data_dir=data_dir, subset=subset)
    n_classes = dataset.info.n_classes
    totals = sum(
        counts(part.labels, n_classes) for part in parts(load(name, data_dir=data_dir))
    )
    drawn = parts(dataset)[:2] if "/" not in name and name != "digits" else parts(dataset)
    for part in drawn:
        share = totals / totals.sum() * len(part.labels)
        assert (counts(part.labels, n_classes) >= 1).all()
        assert np.abs(counts(part.labels, n_classes) - share).max() < 2


@given(
    counts_by_class=st.lists(st.integers(5, 60), min_size=2, max_size=12),
    seed=st.integers(0, 9),
    share=st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_a_draw_has_every_class_and_contains_every_smaller_draw(counts_by_class, seed, share):
    labels = np.repeat(np.arange(len(counts_by_class)), counts_by_class)
    n = len(counts_by_class) + int(share * (len(labels) - len(counts_by_class)))
    every = np.arange(len(labels))
    drawn = data._draw(labels, every, n=n, seed=(seed,))
    assert len(set(drawn)) == n
    assert set(labels[drawn]) == set(labels)
    assert set(data._draw(labels, every, n=n - 1, seed=(seed,))) <= set(drawn)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digits", DataInfo("digits", 1, 8, 10, 1079, 359, 359, False)),
        ("mnist", DataInfo("mnist", 1, 28, 10, 50_000, 10_000, 10_000, False)),
        ("fashion-mnist", DataInfo("fashion-mnist", 1, 28, 10, 50_000, 10_000, 10_000, True)),
        ("cifar10", DataInfo("cifar10", 3, 32, 10, 40_000, 10_000, 10_000, True)),
        ("cifar100", DataInfo("cifar100", 3, 32, 100, 40_000, 10_000, 10_000, True)),
        ("svhn", DataInfo("svhn", 3, 32, 10, 63_257, 10_000, 26_032, False)),
    ],
)
def test_the_named_sets_have_their_published_sizes(name, expected):
    assert describe(name, data_dir="/nowhere") == expected
    assert set(DATASET_NAMES) == {
        *("digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "svhn")
    }


def test_fields_of_the_info_are_public_knowledge():
    assert [field.name for field in fields(DataInfo)] == [
        *("name", "channels", "image_size", "n_classes"),
        *("n_train", "n_validation", "n_test", "flip"),
    ]


def test_describing_a_named_set_imports_neither_torchvision_nor_sklearn():
    code = (
        "import sys\n"
        "from evonas.data.dataset import describe\n"
        "from evonas.data.published import DATASET_NAMES\n"
        "for name in DATASET_NAMES: describe(name)\n"
        "assert not {'torchvision', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(data.__file__).parents[1])


def test_digits_are_scaled_to_bytes():
    dataset = load("digits")
    levels = {round(level * 255 / 16) for level in range(17)}
    assert set(torch.cat([part.images for part in parts(dataset)]).unique().tolist()) == levels


@every_source
def test_mean_and_deviation_are_those_of_the_train_part(source):
    name, data_dir = source
    dataset = load(name, data_dir=data_dir, subset=20)
    pixels = dataset.train.images.double() / 255
    assert dataset.mean.shape == dataset.std.shape == (dataset.info.channels, 1, 1)
    assert dataset.mean.dtype == dataset.std.dtype == torch.float32
    expected_std = pixels.std((0, 2, 3), correction=0).clamp(min=1 / 255).float()
    torch.testing.assert_close(dataset.mean.flatten(), pixels.mean((0, 2, 3)).float())
    torch.testing.assert_close(dataset.std.flatten(), expected_std)


def test_fashion_mnist_has_the_mean_its_users_know():
    directory = os.environ.get("EVONAS_DATA")
    if not directory or not (Path(directory) / "FashionMNIST").is_dir():
        pytest.skip("EVONAS_DATA names no folder with FashionMNIST in it")
    assert load("fashion-mnist").mean.item() == pytest.approx(0.2860, abs=2e-3)


def test_a_data_set_is_read_once():
    assert load("digits", seed=4) is load("digits", seed=4)


@pytest.mark.parametrize("size", [8, 12, 32, 224])
def test_images_are_resized_on_request(size):
    dataset = load("digits", image_size=size, subset=30)
    assert dataset.info.image_size == size
    assert dataset.test.images.shape[1:] == (1, size, size)
    assert dataset.test.images.dtype == torch.uint8
    plain = load("digits", subset=30)
    assert dataset.test.images.double().mean() == pytest.approx(
        plain.test.images.double().mean().item(), abs=8
    )
    assert torch.equal(dataset.test.labels, plain.test.labels)


def test_resizing_keeps_a_constant_image_constant():
    images = torch.full((3, 3, 16, 16), 201, dtype=torch.uint8)
    for size in (8, 16, 33):
        assert (resize(images, size) == 201).all()


def test_the_environment_names_the_default_folder(tmp_path, monkeypatch):
    roots = []

    class Recorder(FakeCIFAR10):
        def __init__(self, root, **kwargs):
            roots.append(root)
            super().__init__(root, **kwargs)

    shrink(monkeypatch, "cifar10", FakeCIFAR10)
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Recorder)
    monkeypatch.setenv("EVONAS_DATA", str(tmp_path / "by-variable"))
    load("cifar10")
    load("cifar10", data_dir=tmp_path / "by-argument")
    monkeypatch.delenv("EVONAS_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    load("cifar10")
    expected = ("by-variable", "by-argument", ".cache/evonas")
    assert roots == [str(tmp_path / name) for name in expected for _ in PARTS[:2]]


class Absent(FakeCIFAR10):
    """Found only after its download, which takes a file and perhaps fails."""

    failure: Exception | None = None

    def __init__(self, root, train=True, download=False):
        file = Path(root) / "cifar-10-batches-py" / "data_batch_1"
        if download:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("half")
            if self.failure:
                raise self.failure
            file.write_text("whole")
        if not file.is_file():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        super().__init__(root, train=train)


@pytest.mark.parametrize("exists", [True, False])
def test_an_absent_set_is_downloaded_and_moved_into_place(tmp_path, monkeypatch, exists):
    target = tmp_path if exists else tmp_path / "a" / "b"
    shrink(monkeypatch, "cifar10", FakeCIFAR10)
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Absent)
    first = load("cifar10", data_dir=target)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [target / "cifar-10-batches-py" / "data_batch_1"]
    assert files[0].read_text() == "whole"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    monkeypatch.setattr(Absent, "failure", URLError("no second download is tried"))
    data._load.cache_clear()
    assert equal(load("cifar10", data_dir=target).train, first.train)


@pytest.mark.parametrize(
    "failure",
    [
        URLError("Name or service not known"),
        RuntimeError("Error downloading x:\nTried y, got:\nName or service not known"),
        TimeoutError("Name or service not known"),
    ],
)
@pytest.mark.parametrize("exists", [True, False])
def test_a_failed_download_says_the_way_out_and_leaves_nothing(
    tmp_path, monkeypatch, failure, exists
):
    target = tmp_path if exists else tmp_path / "a" / "b"
    monkeypatch.setattr(Absent, "failure", failure)
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Absent)
    with pytest.raises(
        ConnectionError,
        match=rf"^data set 'cifar10' is missing or incomplete in '{target}' and could not be "
        r"downloaded \(.*Name or service not known.*\); give --data-dir with torchvision's "
        r"files of it, "
        r"or use --data digits$",
    ):
        load("cifar10", data_dir=target)
    assert list(tmp_path.iterdir()) == []


def write_short_mnist(root: Path) -> None:
    for part in ("train", "t10k"):
        for kind, n_dimensions in (("images-idx3", 3), ("labels-idx1", 1)):
            file = root / "MNIST" / "raw" / f"{part}-{kind}-ubyte"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes([0, 0, 8, n_dimensions, *[0, 0, 0, 9] * n_dimensions, 1]))


def test_files_cut_short_are_not_taken_for_complete(tmp_path, monkeypatch):
    write_short_mnist(tmp_path)

    def fail(self):
        raise RuntimeError("no network")

    def exists(self):
        return "/.mnist-" not in str(self.root)

    monkeypatch.setattr(torchvision.datasets.MNIST, "_check_exists", exists)
    monkeypatch.setattr(torchvision.datasets.MNIST, "download", fail)
    with pytest.raises(
        ConnectionError,
        match=rf"'mnist' is missing or incomplete in '{tmp_path}' and .* \(no network\); give",
    ):
        load("mnist", data_dir=tmp_path)


def test_files_of_another_size_are_not_taken_for_complete(tmp_path, monkeypatch):
    monkeypatch.setattr(torchvision.datasets, "MNIST", FakeMNIST)
    monkeypatch.setattr(FakeMNIST, "n_by_part", {"train": 50, "test": 10})
    with pytest.raises(
        ConnectionError, match=r"could not be downloaded \(50 train images, expected 60000\); "
    ):
        load("mnist", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cifar1", "unknown data set 'cifar1': did you mean 'cifar10'? choose from digits, "),
        ("FashionMNIST", "did you mean 'fashion-mnist'? "),
        ("zzz", "unknown data set 'zzz': choose from digits, mnist, fashion-mnist, cifar10, "),
        ("", "unknown data set '': choose from "),
        ("/no/such/folder", "cifar100, svhn, or give a folder of images"),
    ],
)
@pytest.mark.parametrize("ask", [describe, load])
def test_an_unknown_name_is_told_the_known_ones(ask, name, expected):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        ask(name)
    assert expected in str(caught.value)


@pytest.mark.parametrize("ask", [describe, load])
@pytest.mark.parametrize("size", [-1, 0, 7, 225])
def test_an_image_size_out_of_range_is_refused(ask, size):
    with pytest.raises(
        ValueError, match=f"image size of 'digits' is {size} pixels; expected 8 to 224"
    ):
        ask("digits", image_size=size)


@pytest.mark.parametrize("ask", [describe, load])
@pytest.mark.parametrize("subset", [-1, 0, 9, 1080])
def test_a_subset_out_of_range_is_refused(ask, subset):
    with pytest.raises(
        ValueError,
        match=rf"subset of {subset} images of 'digits'; expected 10 \(one per class\) to 1079 ",
    ):
        ask("digits", subset=subset)


def test_a_subset_may_be_as_small_as_the_classes_and_as_large_as_the_part():
    assert sorted(load("digits", subset=10).train.labels.tolist()) == list(range(10))
    assert equal(load("digits", subset=1079).train, load("digits").train)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed of a data split is -1; expected 0 or more"):
        load("digits", seed=-1)


def test_a_folder_may_be_given_from_the_working_folder(tmp_path, monkeypatch):
    make_classes(tmp_path / "pets", {"cat": 10, "dog": 10})
    monkeypatch.chdir(tmp_path)
    assert load("pets").info == DataInfo("pets", 1, 10, 2, 12, 4, 4, True)


@pytest.mark.parametrize(
    ("given_parts", "sizes"),
    [
        ((), (60, 20, 20)),
        (("train",), (60, 20, 20)),
        (("train", "val"), (80, 6, 20)),
        (("train", "validation"), (80, 6, 20)),
        (("train", "test"), (80, 20, 6)),
        (("train", "val", "test"), (100, 6, 6)),
    ],
)
def test_a_part_is_drawn_from_the_training_images_where_the_folder_has_none(
    tmp_path, given_parts, sizes
):
    top = tmp_path / "train" if given_parts else tmp_path
    first = make_classes(top, {"cat": 50, "dog": 50})
    for part in given_parts[1:]:
        first = make_classes(tmp_path / part, {"cat": 3, "dog": 3}, first=first)
    info = describe(str(tmp_path))
    assert (info.n_train, info.n_validation, info.n_test) == sizes
    dataset = load(str(tmp_path))
    assert dataset.info == info
    first_pixels = [part.images[:, 0, 0, 0].tolist() for part in parts(dataset)]
    assert sorted(itertools.chain(*first_pixels)) == list(range(first))
    for part, values in zip(("validation", "test"), first_pixels[1:], strict=True):
        given_part = any(name.startswith(part[:3]) for name in given_parts)
        assert (min(values) >= 100) == given_part


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
    assert describe(str(tmp_path)).channels == 1
    save(tmp_path / "cat" / "003.png", value=3, mode="RGB")
    assert describe(str(tmp_path)).channels == 3
    assert load(str(tmp_path)).train.images.shape[1] == 3


@pytest.mark.parametrize(
    ("size", "expected"), [((20, 30), 20), ((300, 200), 64), ((3, 5), 8), ((64, 64), 64)]
)
def test_the_default_size_is_the_first_images_shorter_side_within_bounds(
    tmp_path, size, expected
):
    make_classes(tmp_path, {"cat": 5, "dog": 5}, size=size)
    assert describe(str(tmp_path)).image_size == expected
    assert load(str(tmp_path)).train.images.shape[2:] == (expected, expected)
    assert load(str(tmp_path), image_size=9).train.images.shape[2:] == (9, 9)


def test_an_image_is_cut_to_its_central_square(tmp_path):
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (10, 0, 30, 20))
    image.save(tmp_path / "wide.png")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "high.png")
    paths = [str(tmp_path / name) for name in ("wide.png", "high.png")]
    assert (decode(paths, channels=1, image_size=20) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_8_bit_mode_can_be_decoded(tmp_path, mode, channels):
    path = tmp_path / ("image.tif" if mode == "CMYK" else "image.png")
    Image.new("RGB", (9, 9), (255, 255, 255)).convert(mode).save(path)
    images = decode([str(path)], channels=channels, image_size=8)
    assert images.shape == (1, channels, 8, 8)
    assert (images == 255).all()


def test_decoding_nothing_gives_an_empty_tensor():
    assert decode([], channels=3, image_size=8).shape == (0, 3, 8, 8)


def test_hidden_files_and_folders_are_no_data(tmp_path):
    make_classes(tmp_path, {"cat": 5, "dog": 5, ".trash": 1})
    (tmp_path / "cat" / "._000.png").write_text("resource fork")
    assert find_images(tmp_path).classes == ("cat", "dog")
    assert len(find_images(tmp_path).train.paths) == 10


def test_a_test_folder_named_images_may_still_be_a_class(tmp_path):
    make_classes(tmp_path / "train", {"drawings": 5, "images": 5})
    make_classes(tmp_path / "test", {"images": 2})
    assert describe(str(tmp_path)).n_test == 2


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


@pytest.mark.parametrize("ask", [describe, load])
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


@pytest.mark.parametrize("damage", ["truncated", "missing", "16 bits"])
def test_an_image_that_cannot_be_decoded_is_named(tmp_path, damage):
    make_classes(tmp_path, {"cat": 20, "dog": 20}, size=(64, 64))
    path = tmp_path / "dog" / "019.png"
    if damage == "truncated":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif damage == "missing":
        path.unlink()
        path.symlink_to(tmp_path / "nowhere.png")
    else:
        Image.fromarray(np.zeros((64, 64), dtype=np.uint16)).save(path)
    describe(str(tmp_path))
    with pytest.raises(ValueError, match=f"unreadable image '{path}': .*; replace it or take"):
        load(str(tmp_path))
