import shlex
import sys

import onnx
import pytest
import torch
from torch import nn

from evonas.config import Config
from evonas.engine.search import search
from evonas.hardware.latency_ways import LatencyWays
from evonas.models import measured_latency
from evonas.models.measured_latency import MeasuredLatency, batch_of, measured
from evonas.networks.inputs import Input
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.runs.reading import open_run

SHAPE = (1, 8, 8)
SMALL = {"epochs": 1, "subset": 60, "pop_size": 4, "generations": 2, "n_jobs": 0}
QUARTILES = tuple(f"latency_measured_q{n}" for n in (25, 50, 75))


def network():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10))


@pytest.fixture
def bench(tmp_path):
    """A command that fails on every other network, by a file that counts."""
    file = tmp_path / "bench.py"
    file.write_text(
        "import json, pathlib, sys\n"
        "model = sys.stdin.buffer.read()\n"
        f"seen = pathlib.Path({str(tmp_path)!r}, 'seen')\n"
        "n = len(seen.read_text()) if seen.exists() else 0\n"
        "seen.write_text('x' * (n + 1))\n"
        "if n % 2: sys.exit('the board is hot')\n"
        "print(json.dumps({'seconds': [len(model) * 1e-6, 1.0, 1.0, 1.0]}))\n"
    )
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(file))}"


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
def test_a_network_is_timed_here_thirty_times(runtime):
    found = measured(network(), SHAPE, ways=LatencyWays(runtime=runtime))
    assert found.n == 30
    assert 0 < found.seconds <= found.quartiles[0] <= found.quartiles[2] < 1


def test_a_command_is_given_the_network_as_onnx_with_its_batch(tmp_path):
    code = f"import shutil, sys; shutil.copy(sys.argv[1], {str(tmp_path / 'got.onnx')!r}); "
    code += "print('{\"latency_s\": 0.5}')"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {{model}}"
    found = measured(network(), SHAPE, ways=LatencyWays(command=command, batch=6))
    assert found.seconds == 0.5
    (given,) = onnx.load(tmp_path / "got.onnx").graph.input
    assert [side.dim_value for side in given.type.tensor_type.shape.dim] == [6, *SHAPE]


def test_a_batch_is_noise_and_whole_numbers_are_zeros():
    images, tokens = batch_of([Input((3, 4)), Input((5,), "int64")], 2)
    assert (tuple(images.shape), tuple(tokens.shape)) == ((2, 3, 4), (2, 5))
    assert images.std() > 0.5
    assert torch.equal(tokens, torch.zeros(2, 5, dtype=torch.int64))


def test_a_search_measures_keeps_the_quartiles_and_never_measures_twice(tmp_path):
    config = Config(objectives=("acc", "latency_measured"), **SMALL)
    search(config, folder=tmp_path / "run")
    run = open_run(tmp_path / "run")
    assert run.column("latency_measured") == "latency_measured [s]"
    for record in run.records:
        assert 0 < record.metrics["latency_measured"] <= record.metrics[QUARTILES[0]]
        assert record.metrics[QUARTILES[0]] <= record.metrics[QUARTILES[2]]
    before = [record.metrics["latency_measured"] for record in run.records]
    search(config, folder=tmp_path / "run", resume=True)
    again = open_run(tmp_path / "run").records
    assert [record.metrics["latency_measured"] for record in again] == before


def test_what_fails_elsewhere_is_the_failure_of_the_candidate(tmp_path, bench):
    config = Config(objectives=("acc", "latency_measured"), measure_with=bench, **SMALL)
    search(config, folder=tmp_path / "run")
    errors = [record.error for record in open_run(tmp_path / "run").records]
    assert sum(error is None for error in errors) == 4
    failed = [str(error) for error in errors if error is not None]
    assert len(failed) == 4
    assert all("ended with exit status 1: the board is hot" in text for text in failed)


def test_a_search_that_goes_by_rungs_measures_as_well(tmp_path):
    words = {**SMALL, "epochs": 3, "generations": None, "evaluations": 4, "rungs": 2}
    config = Config(objectives=("acc", "latency_measured"), fidelity="epochs", **words)
    result = search(config, folder=tmp_path / "run")
    assert all(record.metrics["latency_measured"] > 0 for record in result.front)


def test_the_metric_takes_a_training_as_far_as_a_surrogate_knows():
    problem = ProblemSpec("digits", Settings(providers=("latency_measured",))).open()
    assert "latency_measured" not in problem.untrained
    found = problem.measure((0,) * 28, {"latency_measured"}, seed=0).metrics
    assert set(found) == {"latency_measured", *QUARTILES}, "and no training"


def test_what_cannot_go_well_for_any_network_is_refused_before(monkeypatch):
    check = MeasuredLatency().check_settings
    with pytest.raises(ValueError, match=r"^cannot read the command"):
        check(Settings(latency=LatencyWays(command="a 'b")))
    monkeypatch.setattr(measured_latency, "missing", lambda: "onnx")
    check(Settings())
    message = r"^measuring ONNX files needs onnx, which is not installed: pip install"
    for ways in (LatencyWays(runtime="onnx"), LatencyWays(command="bench")):
        with pytest.raises(ValueError, match=message):
            check(Settings(latency=ways))
