import pytest

from evonas.commands.latency_arguments import (
    MODEL_FILES,
    TABLES,
    check_latency,
    is_run,
    latency_parser,
)
from evonas.hardware.table_files import SUFFIXES
from evonas.models.archive import ARCHIVE, CARD


def checked(*words):
    given = latency_parser().parse_args([str(word) for word in words])
    check_latency(given)
    return given


def test_what_is_written_twice_is_the_same():
    assert TABLES == SUFFIXES
    assert set(MODEL_FILES) == {ARCHIVE, CARD}


@pytest.mark.parametrize(
    "words",
    [
        ("resnet18",),
        ("torchvision:resnet18", "--target", "v100", "--target", "a100:b32"),
        ("mine.py:Net", "--input", "3x32x32", "--measure", "torch,onnx"),
        ("--problem", "digits", "--architecture", "1-0", "--batch", "4"),
        ("--problem", "digits", "--table", "t.json", "--measure", "onnx"),
    ],
)
def test_what_names_one_network_passes(words):
    checked(*words)


def test_a_run_is_known_by_its_config(small_run, tmp_path):
    assert is_run(str(small_run))
    assert not is_run(str(tmp_path))
    assert checked(small_run, "--knee").run == small_run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "^name a network, a model folder or a run, or --problem with --architecture"),
        (("resnet18", "--problem", "digits"), "^name a network, a model folder or a run"),
        (("resnet81",), r"^unknown network 'resnet81' \(did you mean 'resnet18'"),
        (("resnet18", "--target", "v1000"), r"^unknown device 'v1000' \(did you mean 'v100'"),
        (("resnet18", "--measure", "tf"), "^unknown runtime to measure with 'tf'; choose from"),
        (("resnet18", "--measure-with", "a 'b"), "^cannot read the command"),
        (("resnet18", "--batch", "0"), "^--batch must be at least 1, got 0$"),
        (("resnet18", "--input", "3xx"), "^cannot read the input '3xx'"),
        (("resnet18", "--out", "a.txt"), "^cannot write a.txt; its suffix must be .csv$"),
        (("resnet18", "--data", "x"), "^--data is for --problem$"),
        (
            ("resnet18", "--table", "a.csv"),
            "^--table times the operators of a problem; name it",
        ),
        (("--problem", "digits"), "^--problem needs --architecture, which of its networks"),
        (("--problem", "digits", "--table", "a.txt"), "^a.txt must end in one of .json, .csv$"),
        (("--problem", "digits", "--architecture", "1", "--best", "acc"), "^ways to pick are"),
        (
            ("--problem", "digits", "--table", "a.csv", "--measure", "torch,onnx"),
            "^a look-up table is made by one runtime: --measure torch or onnx$",
        ),
        (
            ("--problem", "digits", "--table", "a.csv", "--networks", "3"),
            "^--networks must be at least 4$",
        ),
        (("--problem", "digit", "--table", "a.csv"), "^unknown problem 'digit'"),
    ],
)
def test_what_cannot_be_is_refused_early(words, message):
    with pytest.raises(ValueError, match=message):
        checked(*words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("resnet18", "--latency-table", "none.csv"), "^no file at none.csv; --latency-table"),
        (("resnet18", "--carbon", "none.json"), "^no file at none.json; --carbon reads one$"),
        (("resnet18", "--out", "none/a.csv"), "^no directory for none/a.csv$"),
        (("none", "--knee"), "^no run at none"),
    ],
)
def test_what_is_not_there_is_named(words, message):
    with pytest.raises(FileNotFoundError, match=message):
        checked(*words)


def test_a_folder_of_something_else_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^neither a run nor a model at .*; give the"):
        checked(tmp_path)


def test_a_table_is_not_overwritten_unless_forced(tmp_path):
    file = tmp_path / "a.csv"
    file.touch()
    words = ("--problem", "digits", "--table", file)
    with pytest.raises(FileExistsError, match=r"a.csv exists; give another file, or --force$"):
        checked(*words)
    checked(*words, "--force")


def test_a_genome_and_a_way_to_pick_exclude_each_other(small_run):
    with pytest.raises(ValueError, match=r"^--genome and ways to pick exclude each other$"):
        checked(small_run, "--genome", "1-0", "--knee")
