import subprocess
import sys
from dataclasses import replace

import pytest

import evonas
from evonas.interactive.run import Run, open_run
from evonas.runs import reading


def test_what_is_opened_is_what_the_reader_reads_and_can_do_more(small_run):
    run, read = open_run(small_run), reading.open_run(small_run)
    assert type(run) is Run is evonas.Run
    assert evonas.open_run is open_run
    assert run.as_run() is run
    assert (run.records, run.goals, run.config) == (read.records, read.goals, read.config)
    assert repr(run) == repr(read)
    assert repr(run).startswith("<Run small: 16 architectures of digits")
    assert f", hypervolume {run.hypervolumes[-1][1]:.4f}, in {small_run}>" in repr(run)
    assert type(replace(run, name="other")) is Run


def test_a_run_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_run(tmp_path / "nowhere")


def test_a_run_that_is_only_named_needs_no_heavy_library(small_run):
    script = (
        f"import sys, evonas\nrun = evonas.open_run({str(small_run)!r})\nrepr(run)\n"
        "heavy = {'torch', 'pymoo', 'sklearn', 'matplotlib', 'IPython'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "run._repr_html_()\n"
        "assert 'matplotlib' in sys.modules\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
