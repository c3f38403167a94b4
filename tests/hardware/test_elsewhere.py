import shlex
import sys

import pytest

from evonas.hardware.elsewhere import measured_with, words_of

PYTHON = shlex.quote(sys.executable)


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "a model.onnx"
    file.write_bytes(b"x" * 7)
    return file


@pytest.fixture
def bench(tmp_path):
    def made(code):
        file = tmp_path / "bench.py"
        file.write_text("import json, os, sys, time\n" + code)
        return f"{PYTHON} {shlex.quote(str(file))}"

    return made


def test_the_file_takes_the_place_of_the_word(model, bench):
    command = bench(
        "size = os.path.getsize(sys.argv[1])\n"
        "print(json.dumps({'seconds': [size, int(sys.argv[2])]}))"
    )
    assert measured_with(f"{command} {{model}} {{batch}}", model, batch=4).seconds == 4


def test_without_the_word_the_content_comes_by_standard_input(model, bench):
    command = bench("print(json.dumps({'latency_s': len(sys.stdin.buffer.read())}))")
    assert measured_with(command, model).seconds == 7


def test_no_shell_reads_the_command(model, bench, tmp_path):
    command = bench("print(json.dumps({'latency_s': float(len(sys.argv))}))")
    other = tmp_path / "touched"
    assert measured_with(f"{command} {{model}} ; touch {other}", model).seconds == 5
    assert not other.exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("sys.exit('no such board')", "ended with exit status 1: no such board$"),
        ("os._exit(3)", "ended with exit status 3$"),
        ("print('done')", "measured nothing: it printed 'done', which is no JSON object"),
        ("print(json.dumps({'seconds': [0]}))", "measured nothing: a pass of 0 seconds cannot"),
        ("time.sleep(60)", "took more than 0.5 s to measure$"),
    ],
)
def test_whatever_goes_wrong_is_said_in_one_line(model, bench, code, message):
    with pytest.raises(ValueError, match=message) as raised:
        measured_with(f"{bench(code)} {{model}}", model, timeout_s=0.5 if "60" in code else 60)
    assert "\n" not in str(raised.value)


def test_a_program_that_is_not_there_is_named(model):
    with pytest.raises(ValueError, match=r"^cannot run ./none: No such file or directory$"):
        measured_with("./none {model}", model)


@pytest.mark.parametrize(
    ("command", "message"),
    [("", "^the measuring command is empty"), ("a 'b", "^cannot read the command .*quotation")],
)
def test_a_command_that_is_none_is_refused(command, message):
    with pytest.raises(ValueError, match=message):
        words_of(command)
