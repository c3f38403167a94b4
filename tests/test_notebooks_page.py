"""The page about notebooks tells the truth, and the notebooks run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import ANYWHERE, HERE, executed, machine, notebooks, texts
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
MOST_BYTES = 300_000
LAST_WORD = re.compile(
    r"^\d+ architectures measured, .* on the front, hypervolume ", re.MULTILINE
)
BY_NAME = pytest.mark.parametrize("notebook", notebooks(), ids=lambda path: path.stem)


def shown(cell):
    """The plain text of what a cell shows, what is printed excepted."""
    return [o.data["text/plain"] for o in cell.outputs if "data" in o]


def test_the_page_installs_an_extra_that_there_is_and_names_every_notebook():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (extra,) = re.findall(r"pip install 'evonas\[(\w+)\]'", PAGE)
    assert re.search(rf'^{extra} = \[".*ipykernel.*pandas', project, re.MULTILINE)
    linked = re.findall(r"\(notebooks/(\w+)\.ipynb\)", PAGE)
    assert sorted(linked) == [path.stem for path in notebooks()]


def test_the_programs_of_the_page_run_one_after_the_other(tmp_path):
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", "".join(blocks)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("<Result: 40 architectures of synthetic, ")
    assert lines[1].startswith("<Run notebook: 40 architectures of synthetic, ")
    assert lines[1].endswith(", in runs/notebook>")
    assert lines[2].startswith("{'acc [%]': '%'")


@BY_NAME
def test_a_notebook_is_small_and_keeps_what_it_shows(notebook):
    assert notebook.stat().st_size < MOST_BYTES
    found = nbformat.read(notebook, as_version=4)
    assert found.metadata.executed_on
    cells = [cell for cell in found.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "/tmp/" not in json.dumps(found)  # of whoever executed it
    assert all(texts(found, ANYWHERE).values())
    assert texts(found, ANYWHERE)


@pytest.mark.slow
@BY_NAME
def test_a_notebook_runs_from_top_to_bottom_and_says_the_same_again(notebook, tmp_path):
    kept, found = nbformat.read(notebook, as_version=4), executed(notebook, folder=tmp_path)
    assert texts(found, ANYWHERE) == texts(kept, ANYWHERE)
    if kept.metadata.executed_on == machine():
        assert texts(found, HERE) == texts(kept, HERE)
    searches = [cell for cell in found.cells if "evonas.search(" in cell.source]
    assert searches
    for cell in searches:
        progress, *others = shown(cell)
        assert LAST_WORD.match(progress)
        assert not any(LAST_WORD.match(text) for text in others)


SLOW_SEARCH = """
import time, evonas
from evonas import Gene, SearchSpace

class Slow(evonas.Problem):
    space = SearchSpace([Gene("a", tuple(range(9))), Gene("b", tuple(range(9)))])
    objectives = (evonas.Objective("x", "", "x", +1), evonas.Objective("y", "", "y", +1))

    def measure(self, genome, wanted, *, seed):
        time.sleep(0.2)
        return {"x": genome[0] + genome[1], "y": 9.0 - genome[0]}

config = evonas.Config(objectives="x,y", evaluations=40, pop_size=4, n_jobs=1)
"""


class Kernel:
    """A kernel that runs code, and keeps what the code shows."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def run(self, code, *, interrupt_at=None):
        """What was shown and printed, in order, and how the code ended."""
        said, views = self.client.execute(code), []
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != said:
                continue
            content = message["content"]
            if message["msg_type"] in ("display_data", "update_display_data"):
                views.append((message["msg_type"], content["data"]["text/plain"]))
                if interrupt_at and re.search(interrupt_at, views[-1][1]):
                    self.manager.interrupt_kernel()
                    interrupt_at = None
            elif message["msg_type"] == "stream":
                views.append(("stream", content["text"]))
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return views, self.client.get_shell_msg(timeout=60)["content"]["status"]


@pytest.fixture
def kernel(tmp_path):
    manager, client = start_new_kernel(cwd=str(tmp_path))
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_an_interrupted_kernel_leaves_a_run_that_goes_on(kernel):
    assert kernel.run(SLOW_SEARCH) == ([], "ok")
    search = "result = evonas.search(config, problem=Slow, folder='a')"
    views, status = kernel.run(search, interrupt_at=r"generation 1, \d+ of 40 measured")
    assert status == "ok"
    assert [kind for kind, _ in views] == ["display_data"] + ["update_display_data"] * (
        len(views) - 1
    )
    assert "To go on: evonas.search(config, folder='a', resume=True)" in views[-1][1]
    views, _ = kernel.run("print(4 <= len(result.records) < 40, result.stopped)")
    assert views == [("stream", "True it was interrupted\n")]
    goes_on = search.replace("folder='a'", "folder='a', resume=True, progress=False")
    assert kernel.run(goes_on) == ([], "ok")
    views, _ = kernel.run("print(len(result.records), len(result.show().genome))")
    assert views == [("stream", "40 2\n")]


@pytest.mark.slow
def test_another_kernel_that_lacks_the_class_says_the_way_out(kernel, tmp_path):
    search = "evonas.search(config, problem=Slow, folder='a', should_stop=lambda: True)"
    assert kernel.run(SLOW_SEARCH + search)[1] == "ok"
    done = subprocess.run(
        [sys.executable, "-m", "evonas", "--resume", "a"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "%%writefile mine.py, and search mine.py:Slow" in done.stderr
