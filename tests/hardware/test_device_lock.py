import subprocess
import sys
import time

from evonas.hardware.device_lock import alone_on, lock_file

HOLD = """
import sys, time
from evonas.hardware.device_lock import alone_on
with alone_on(sys.argv[1]):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(device, seconds):
    words = [sys.executable, "-c", HOLD, device, str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_waits_until_the_first_is_done():
    with holder("a test's device", 0.5) as first:
        started = time.perf_counter()
        with alone_on("a test's device"):
            waited = time.perf_counter() - started
    assert first.returncode == 0
    assert waited > 0.3


def test_another_device_is_free():
    with holder("one device of a test", 30) as first:
        with alone_on("another device of a test"):
            assert first.poll() is None
        first.kill()


def test_a_process_that_dies_leaves_no_lock_behind():
    with holder("a device of the dead", 30) as first:
        first.kill()
    with alone_on("a device of the dead"):
        pass


def test_a_device_has_one_file_whatever_its_name_holds():
    file = lock_file("ssh pi python3 bench.py {model}")
    assert file.name.endswith("-ssh-pi-python3-bench-py-model.lock")
    assert file.parent.is_dir()
    assert lock_file("../..").name.endswith("-device.lock")
