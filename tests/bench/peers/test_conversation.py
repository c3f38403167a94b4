import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from peer_tasks import TOY, peer_task, talk

from evonas.bench.peers import SpentError
from evonas.bench.peers.conversation import converse


def test_a_peer_in_another_process_asks_until_the_budget_is_spent():
    asked = []
    with pytest.raises(SpentError):
        talk("run", asked)
    assert len(set(asked)) == 12


def test_a_peer_in_another_process_is_given_the_seed():
    first, again, other = [], [], []
    for asked, seed in ((first, 1), (again, 1), (other, 2)):
        with pytest.raises(SpentError):
            talk("run", asked, seed=seed)
    assert first == again != other


def test_a_peer_may_end_before_its_budget_does():
    asked = []
    talk("run_short", asked)
    assert asked == [(0,) * 5]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("run_crashing", "with status 1 after 1 evaluations: .*RuntimeError: no more of this$"),
        ("run_silent", "with status 3 after 0 evaluations: it said nothing$"),
        ("run_garbled", "peer toy asks what nobody understands: what\\?$"),
        ("nothing", "with status 1 after 0 evaluations: .*AttributeError"),
    ],
)
def test_a_peer_that_fails_is_told_of_in_one_line(function, message):
    with pytest.raises(ChildProcessError, match=message) as caught:
        talk(function, [])
    assert "\n" not in str(caught.value)


def test_a_program_that_is_no_python_ends_the_conversation():
    with pytest.raises(ChildProcessError, match="peer toy ended with status 1"):
        converse(peer_task([]), file=TOY, function="run", python="/bin/false", name="toy")


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_of_a_peer_outlives_its_owner(tmp_path, how):
    pids = tmp_path / "pids"
    program = "from peer_tasks import talk; talk('run_asleep', [])"
    places = os.pathsep.join(sys.path)
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PIDS": str(pids), "PYTHONPATH": places},
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    peer, child = map(int, pids.read_text().split())
    assert is_alive(peer)
    assert is_alive(child)
    owner.send_signal(how)
    owner.wait()
    wait_for(lambda: not is_alive(peer) and not is_alive(child))
