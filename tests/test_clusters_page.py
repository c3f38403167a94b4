"""Every command on the page about clusters does what it says."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from faults.processes import soon, workers

PAGE = (Path(__file__).parents[1] / "docs" / "clusters.md").read_text(encoding="utf-8")
INSTALL, SEARCH_HERE, SCHEDULER, WORKER, SEARCH_THERE = (
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
)


def shell(command: str, folder: Path) -> subprocess.Popen[str]:
    module = command.split()[0].replace("evonas", "evonas.run")
    words = f"{sys.executable} -m {module} {command.partition(' ')[2]}"
    return subprocess.Popen(
        ["bash", "-c", f"exec {words}"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def front(command: str, folder: Path) -> bytes:
    process = shell(command, folder)
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out
    return (folder / command.split()[-1] / "front.csv").read_bytes()


def test_the_page_installs_an_extra_that_there_is():
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    (extra,) = re.findall(r"evonas\[(\w+)\]", INSTALL)
    assert re.search(rf'^{extra} = \["distributed', project, re.MULTILINE)


@pytest.mark.slow
def test_its_searches_end_with_the_front_of_a_search_without_dask(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    local = front(SEARCH_HERE.replace("--engine dask ", "").replace("runs/dask", "a"), tmp_path)
    assert front(SEARCH_HERE, tmp_path) == local
    cluster = [shell(line.replace("8786", port), tmp_path) for line in (SCHEDULER, WORKER)]
    try:
        assert front(SEARCH_THERE.replace("8786", port), tmp_path) == local
        assert soon(lambda: not workers())
    finally:
        for process in cluster[::-1]:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
