from dataclasses import fields
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torchvision.datasets
from sample_images import FakeCIFAR10, FakeMNIST, FakeSVHN, equal, parts, shrink

from evonas.data import dataset as data
from evonas.data.dataset import dataset_info, load
from evonas.data.published import DATASET_NAMES, PUBLISHED, DataInfo, pools


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digits", DataInfo("digits", 1, 8, 10, 1079, 359, 359, False)),
        ("mnist", DataInfo("mnist", 1, 28, 10, 50_000, 10_000, 10_000, False)),
        ("fashion-mnist", DataInfo("fashion-mnist", 1, 28, 10, 50_000, 10_000, 10_000, True)),
        ("cifar10", DataInfo("cifar10", 3, 32, 10, 40_000, 10_000, 10_000, True)),
        ("cifar100", DataInfo("cifar100", 3, 32, 100, 40_000, 10_000, 10_000, True)),
        ("svhn", DataInfo("svhn", 3, 32, 10, 63_257, 10_000, 26_032, False)),
        (
            "digit-sequences",
            DataInfo("digit-sequences", 1, 0, 10, 1079, 359, 359, False, length=64),
        ),
    ],
)
def test_the_named_sets_have_their_published_sizes(name, expected):
    assert dataset_info(name, data_dir="/nowhere") == expected
    assert set(DATASET_NAMES) == {
        *("digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "svhn"),
        "digit-sequences",
    }


def test_fields_of_the_info_are_public_knowledge():
    assert [field.name for field in fields(DataInfo)] == [
        *("name", "channels", "image_size", "n_classes"),
        *("n_train", "n_validation", "n_test", "flip", "length"),
    ]


def test_digits_are_scaled_to_bytes():
    dataset = load("digits")
    levels = {round(level * 255 / 16) for level in range(17)}
    assert set(torch.cat([part.images for part in parts(dataset)]).unique().tolist()) == levels


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
    ("name", "fake"), [("mnist", FakeMNIST), ("cifar10", FakeCIFAR10), ("svhn", FakeSVHN)]
)
def test_rows_are_read_in_the_order_of_asking_whatever_the_layout_of_the_file(
    name, fake, tmp_path, monkeypatch
):
    monkeypatch.setattr(torchvision.datasets, name.upper(), fake)
    shrink(monkeypatch, name, fake)
    published = PUBLISHED[name]
    train, validation, test = pools(published, tmp_path)
    assert validation is None
    assert (len(train.labels), len(test.labels)) == (published.n_train, published.n_test)
    images = train.read(np.array([7, 300, 7]))
    side = published.image_size
    assert images.shape == (3, published.channels, side, side)
    assert images.dtype == torch.uint8
    assert torch.equal(images[0], images[2])
    assert images[1].flatten().tolist().count(300 & 255) >= 1  # the fake numbers its images
    assert train.labels.tolist() == [i % 10 for i in range(published.n_train)]


def test_digits_bring_one_pool_from_which_all_parts_are_drawn(tmp_path):
    train, validation, test = pools(PUBLISHED["digits"], tmp_path)
    assert (validation, test) == (None, None)
    assert len(train.labels) == 1797  # UCI optical digits, as scikit-learn has them
