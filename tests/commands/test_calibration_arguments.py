import pytest

from evonas.commands import calibration_arguments
from evonas.commands.calibration_arguments import calibrate_parser, check_calibrate
from evonas.hardware import calibration


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Checks words in a folder where some files are."""
    monkeypatch.chdir(tmp_path)
    for name in ("times.csv", "there.json", "beside.csv"):
        (tmp_path / name).touch()
    return lambda text: check_calibrate(calibrate_parser().parse_args(text.split()))


def test_what_is_written_twice_is_the_same():
    assert calibration_arguments.LEAST_NETWORKS == calibration.LEAST_NETWORKS


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--runtime onnx --device cpu --networks 12 --batch-size 2",
        "--out there.json --force",
        "--out beside.json --force",
        "--measurements times.csv --device this-machine",
        "--measurements times.csv --column pi:ms --device v100 --runtime onnx --out times.json",
    ],
)
def test_what_can_be_done_passes(check, words):
    check(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--networks 11", "--networks must be at least 12, --batch-size at least 2"),
        ("--batch-size 1", "--networks must be at least 12, --batch-size at least 2"),
        ("--runtime tf", "unknown runtime 'tf'; choose from torch, onnx"),
        ("--column pi", "--column names a column of --measurements; give that file, too"),
        ("--device v100", "v100 is timed where it is, or by its --measurements; here --device"),
        (
            "--measurements times.csv",
            r"--device auto does not say what --measurements were made",
        ),
        (
            "--measurements times.csv --device v10",
            r"made on \(did you mean 'v100'",
        ),
        (
            "--measurements no.csv --device v100",
            r"no measurements in no\.csv: there is no such",
        ),
        ("--out x.toml", r"cannot write x\.toml; its suffix must be \.json"),
        ("--out there.json", r"there\.json exists; give another file with --out, or --force"),
        (
            "--out beside.json",
            r"beside\.csv exists, and the times would be written there; give",
        ),
        ("--out none/x.json", r"no directory for none/x\.json"),
        ("--problem digit", "unknown problem 'digit'"),
    ],
)
def test_what_cannot_be_done_is_named_with_the_way_out(check, words, expected):
    with pytest.raises((ValueError, OSError), match=expected):
        check(words)
