import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import slow_but
from sample_images import (
    PARTS,
    FakeCIFAR10,
    FakeMNIST,
    FakeSVHN,
    equal,
    make_classes,
    make_tiny_imagenet,
    parts,
    rows,
    shrink,
)

from evonas.data import dataset as data
from evonas.data.dataset import dataset_info, load
from evonas.data.published import DataInfo


def counts(labels: torch.Tensor, n_classes: int) -> np.ndarray:
    return torch.bincount(labels, minlength=n_classes).numpy()


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
    info = dataset_info(name, data_dir=data_dir, subset=subset)
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
        load(name, data_dir=data_dir, subset=n, seed=3) for n in (None, 20, 12)
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
@pytest.mark.parametrize("subset", slow_but([None, 20], [None, 31, 20]))
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


def test_describing_a_named_set_imports_neither_torchvision_nor_sklearn():
    code = (
        "import sys\n"
        "from evonas.data.dataset import dataset_info\n"
        "from evonas.data.published import DATASET_NAMES\n"
        "for name in DATASET_NAMES: dataset_info(name)\n"
        "assert not {'torchvision', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(data.__file__).parents[1])


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "cifar1",
            "unknown data set 'cifar1' (did you mean 'cifar10' or 'cifar100'?): ",
        ),
        ("FashionMNIST", "unknown data set 'FashionMNIST' (did you mean 'fashion-mnist' "),
        ("zzz", "unknown data set 'zzz': choose from digits, mnist, fashion-mnist, cifar10, "),
        ("", "unknown data set '': choose from "),
        ("nowhere/images", "no folder at 'nowhere/images': choose from digits, mnist, fash"),
        ("./digits", "no folder at './digits': choose from "),
        ("/digits", "no folder at '/digits': choose from "),
        ("~/none", "no folder at '~/none': choose from "),
        ("/no/such/folder", "digit-sequences, or give a folder of images or a file of"),
    ],
)
@pytest.mark.parametrize("ask", [dataset_info, load])
def test_an_unknown_name_is_told_the_known_ones(ask, name, expected):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        ask(name)
    assert expected in str(caught.value)


@pytest.mark.parametrize("ask", [dataset_info, load])
@pytest.mark.parametrize("size", [-1, 0, 7, 225])
def test_an_image_size_out_of_range_is_refused(ask, size):
    with pytest.raises(
        ValueError, match=f"image size of 'digits' is {size} pixels; expected 8 to 224"
    ):
        ask("digits", image_size=size)


@pytest.mark.parametrize("ask", [dataset_info, load])
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
    info = dataset_info(str(tmp_path))
    assert (info.n_train, info.n_validation, info.n_test) == sizes
    dataset = load(str(tmp_path))
    assert dataset.info == info
    first_pixels = [part.images[:, 0, 0, 0].tolist() for part in parts(dataset)]
    assert sorted(itertools.chain(*first_pixels)) == list(range(first))
    for part, values in zip(("validation", "test"), first_pixels[1:], strict=True):
        given_part = any(name.startswith(part[:3]) for name in given_parts)
        assert (min(values) >= 100) == given_part


def test_the_first_inputs_of_a_part_keep_their_labels():
    part = load("digits").validation
    few = part.first(5)
    assert torch.equal(few.images, part.images[:5])
    assert torch.equal(few.labels, part.labels[:5])
    assert len(part.first(10**6).labels) == len(part.labels)
