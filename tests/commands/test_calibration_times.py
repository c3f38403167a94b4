import os
from pathlib import Path

import numpy as np
import pytest
import torch

from evonas.commands import calibration_times
from evonas.commands.calibration_arguments import calibrate_parser
from evonas.commands.calibration_times import measured_elsewhere, timed_here
from evonas.hardware.calibration import Timing
from evonas.hardware.measurements import Measurement, write_measurements
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.text import genome_text


def given(*words):
    return calibrate_parser().parse_args([*map(str, words), "--quiet"])


@pytest.fixture(scope="module")
def digits():
    return ProblemSpec("digits", Settings(device="cpu")).open()


def test_both_passes_are_timed_and_their_times_are_told(digits, monkeypatch):
    asked = {}

    def timings(problem, genomes, *, batch, inference, on_step):
        asked.update(n=len(genomes), batch=batch, inference=inference)
        costs = {genome: problem.cost(genome) for genome in genomes}
        return [
            Timing(g, c.operations, c.flops / 1e6, c.flops / 1e7, c.flops / 1e8)
            for g, c in costs.items()
        ]

    monkeypatch.setattr(calibration_times, "measure_timings", timings)
    found = timed_here(given("--networks", 15, "--batch-size", 4), digits)
    assert asked == {"n": 15, "batch": 4, "inference": None}
    assert (found.training_batch, found.device.name) == (4, "this-machine")
    assert [judged.model.batch for judged in found.judged.values()] == [4, 1]
    assert len(found.timings) == 45
    assert [(m.batch, m.kind) for m in found.timings[:3]] == [
        *((4, "training"), (4, "inference"), (1, "inference"))
    ]
    assert "one thread, torch" in found.calibration.device
    assert "onnxruntime" not in found.calibration.device


def test_onnx_runtime_runs_forward_passes(digits):
    pytest.importorskip("onnxruntime")
    model = digits.build(digits.space.decode(digits.canonical((0,) * len(digits.space.sizes))))
    made = calibration_times.timed_by_onnx(model, digits.input_shape, 3)
    assert 0 < made.seconds() < 10
    (logits,) = made.once()
    assert logits.shape == (3, 10)


def test_onnx_runtime_is_refused_where_it_is_not_or_torch_trains_elsewhere(digits, monkeypatch):
    monkeypatch.setattr(calibration_times, "missing", lambda: "onnxruntime")
    with pytest.raises(
        ValueError, match=r"needs onnxruntime, .*: pip install evonas\[export\]"
    ):
        timed_here(given("--runtime", "onnx"), digits)
    monkeypatch.setattr(calibration_times, "missing", lambda: "")
    monkeypatch.setattr(digits, "device", torch.device("cuda"), raising=False)
    with pytest.raises(
        ValueError, match=r"--runtime onnx runs on the processor, .* --device cpu"
    ):
        timed_here(given("--runtime", "onnx"), digits)


def written(file, digits, *, n=20, **told):
    genomes = digits.space.sample(n, np.random.default_rng(1))
    rows = [
        Measurement(genome_text(g), digits.cost(digits.canonical(g)).flops / 1e8, **told)
        for g in genomes
    ]
    write_measurements(file, rows)
    return "--measurements", file, "--device", "raspberry-pi-4"


def test_as_many_networks_of_a_file_are_taken_as_are_asked_for(digits, tmp_path):
    words = written(tmp_path / "t.csv", digits)
    some = measured_elsewhere(given(*words, "--networks", 15), digits)
    model = some.judged["a forward pass"].model
    assert (model.n_fitted, model.n_held_out) == (10, 5)
    others = measured_elsewhere(given(*words, "--networks", 15, "--seed", 1), digits)
    assert others.judged["a forward pass"].measured.tolist() != (
        some.judged["a forward pass"].measured.tolist()
    )
    assert some.training_batch is None
    assert some.timings == ()


def test_a_file_of_trainings_alone_is_refused(digits, tmp_path):
    words = written(tmp_path / "t.csv", digits, kind="training", batch=32)
    with pytest.raises(ValueError, match=r"t\.csv tells of trainings alone; expected times of"):
        measured_elsewhere(given(*words), digits)


def test_an_architecture_that_the_problem_cannot_read_is_named(digits, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("architecture,seconds\n|none~0|,1\n")
    with pytest.raises(ValueError, match=r"architecture '\|none~0\|' of the measurements: "):
        measured_elsewhere(given("--measurements", file, "--device", "v100"), digits)


# Lee et al., NeurIPS 2021, as HELP's repository has it.
HELP = Path(os.environ.get("EVONAS_DATA", "nowhere"), "help-latency")


@pytest.mark.skipif(not HELP.is_dir(), reason="help-latency does not lie in $EVONAS_DATA")
@pytest.mark.parametrize(
    ("column", "least_spearman", "n_absurd"),
    [("raspberry_pi_4", 0.85, 1), ("xeon_gold_6226", 0.97, 0)],
)
def test_cells_of_nas_bench_201_that_others_measured(column, least_spearman, n_absurd):
    """A hundredth of the times of the Raspberry Pi are absurd, down to a hundredth of 1 ms."""
    options = Settings(
        data="cifar10", image_size=32, device="cpu", options=(("whole", "true"),)
    )
    problem = ProblemSpec("nb201", options).open()
    words = (
        "--measurements",
        HELP / "nasbench201_latency_ms.csv",
        "--device",
        "raspberry-pi-4",
    )
    found = measured_elsewhere(given(*words, "--column", f"{column}:ms"), problem)
    judged = found.judged["a forward pass"]
    assert judged.model.spearman > least_spearman
    assert np.median(abs(judged.predicted / judged.measured - 1)) < 0.15
    assert judged.model.n_absurd >= n_absurd
