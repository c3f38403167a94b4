"""Every command and program on the page about tracking does what it says."""

import re
import runpy
import shlex
import sys

import pytest
from documentation import all_pages

from evonas.commands.main import main

NAME = "tracking.md"
PAGE = all_pages()[f"docs/{NAME}"]
COMMANDS = [line for block in PAGE.blocks for line in block.commands()]
PROGRAMS = [block.text for block in PAGE.blocks if block.language == "python"]
FILES = {block.file: block.text for block in PAGE.blocks if block.file}
SLOW = [line for line in COMMANDS if "runs/watched" in line and line.startswith("evonas ")]

FAKES = {
    "mlflow": """
        def start_run(*, run_name):
            assert isinstance(run_name, str)
            log("start", run_name)
        def log_params(params):
            log("config", params["problem"])
        def log_metrics(metrics, *, step):
            assert all(isinstance(value, float) for value in metrics.values())
            log("step", step, *metrics)
        def end_run(status):
            log("end", status)
        """,
    "wandb": """
        class Run:
            def log(self, data, *, step):
                log("step", step, *data)
            def finish(self, exit_code):
                log("end", exit_code)
        def init(*, project, id, config, resume):
            log("start", id)
            log("config", config["problem"])
            return Run()
        """,
    "aim": """
        class Run:
            def __init__(self, *, experiment):
                log("start", experiment)
            def __setitem__(self, key, value):
                log(key, value["problem"])
            def track(self, value, *, name, step):
                log("step", step, name)
            def close(self):
                log("end")
        """,
}
LOG = """
def log(*words):
    with open("told.txt", "a") as file:
        print(*words, file=file)
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the page's files, and modules in place of the three libraries."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for name, text in FAKES.items():
        (tmp_path / f"{name}.py").write_text(LOG + re.sub(r"(?m)^ {8}", "", text))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in (*FAKES, *(file.removesuffix(".py") for file in FILES)):
        sys.modules.pop(name, None)


def run(line):
    assert main([*shlex.split(line)[1:], "--quiet"]) == 0


def test_every_command_of_the_page_is_run_here():
    others = [line for line in COMMANDS if not line.startswith(("pip ", "tensorboard "))]
    named = [line for line in others if re.search(r"--track \w+\.py:", line)]
    assert sorted(others) == sorted([*SLOW, *named])
    assert len(named) == 4
    assert len(SLOW) == 3


@pytest.mark.parametrize("library", FAKES)
def test_ten_lines_tell_a_library_of_a_search(desk, library):
    (line,) = [line for line in COMMANDS if f"to_{library}.py:" in line]
    run(f"{line} --n-jobs 0")
    told = (desk / "told.txt").read_text().splitlines()
    assert told[:2] == [f"start {library}", "config synthetic"]
    steps = [line.split() for line in told if line.startswith("step")]
    assert sorted({int(step) for _, step, *_ in steps}) == [1, 2, 3, 4]
    assert {"acc", "macs"} <= {word for line in steps for word in line}
    assert told[-1].startswith("end")
    code = FILES[f"to_{library}.py"].partition("Listener):\n")[2]
    assert len([line for line in code.splitlines() if line]) <= 12


def test_a_listener_of_ones_own_is_named_or_handed_over(desk, capsys):
    (line,) = [line for line in COMMANDS if "printed.py:" in line]
    run(f"{line} --n-jobs 0")
    assert re.findall(r"^(\d) 0\.\d+ \{'acc'", capsys.readouterr().out, re.MULTILINE) == [
        *"1234"
    ]
    (program,) = [block for block in PROGRAMS if "search(config" in block]
    (desk / "program.py").write_text(program.replace("n_jobs=1", "n_jobs=0"))
    runpy.run_path("program.py")
    assert len(re.findall(r"^\d 0\.", capsys.readouterr().out, re.MULTILINE)) == 4


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
def test_tensorboard_shows_what_the_page_says(desk):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def tags(folder):
        events = EventAccumulator(str(folder))
        events.Reload()
        return {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}

    for line in SLOW:
        run(line)
    place = desk / "runs" / "watched" / "tensorboard"
    named = set(re.findall(r"`((?:front|best|search|spent)/\w+)`", PAGE.text))
    named -= {"front/picture", "front/table"}
    assert named <= tags(place / "search").keys()
    assert [event.step for event in tags(place / "search")["front/size"]] == [1, 2, 3, 4]
    assert len(tags(place / "records")["record/acc"]) == 16
    curve = tags(next((place / "curves").iterdir()))
    assert {"curve/loss", "curve/acc"} <= curve.keys()
    trained = tags(desk / "models" / "watched" / "tensorboard" / "seed0")
    assert len(trained["training/acc"]) == 3
    assert {"training/loss", "training/rate"} <= trained.keys()
