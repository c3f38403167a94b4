import http.client
import signal
import socket
import subprocess
import sys

import pytest
from pages.sample_runs import write_run

from evonas.commands import main as commands

HEAVY = ("torch", "matplotlib", "pymoo", "sklearn", "joblib", "scipy")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_a_signal_ends_it_cleanly(tmp_path, number):
    write_run(tmp_path / "runs" / "a", n=3)
    words = ["dashboard", str(tmp_path / "runs"), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "evonas.run", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said = process.stdout.readline()
        port = int(said.partition("127.0.0.1:")[2].partition("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/run/a")
        assert connection.getresponse().status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert said == f"http://127.0.0.1:{port}/ shows {tmp_path / 'runs'}; Ctrl-C ends it\n"


def test_a_port_that_is_taken_is_one_line(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert commands.main(["dashboard", str(tmp_path), "--port", port]) == 2
    err = capsys.readouterr().err
    assert err == (
        f"evonas: port {port} is taken; give another one with --port, or 0 for any\n"
    )


def test_a_run_in_place_of_a_folder_is_one_line(tmp_path, capsys):
    run = write_run(tmp_path / "a", n=2)
    assert commands.main(["dashboard", str(run)]) == 2
    assert "is itself a run; give the folder that it lies in" in capsys.readouterr().err


def test_it_needs_nothing_heavy(tmp_path):
    write_run(tmp_path / "a", n=12)
    lines = (
        "import sys",
        "from evonas.pages.payload import payload",
        "from evonas.commands import dashboard",
        "dashboard.Dashboard.serve_forever = lambda self: payload(self.known.runs(['a']))",
        f"dashboard.main([{str(tmp_path)!r}, '--port', '0'])",
        f"print([name for name in {HEAVY} if name in sys.modules])",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
