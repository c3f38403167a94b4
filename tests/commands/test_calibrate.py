import io
import json
from contextlib import redirect_stdout

import numpy as np
import pytest

from evonas.carbon.files import read_assumptions
from evonas.commands import calibrate, calibration_times
from evonas.config import Config
from evonas.hardware.measurements import Measurement, read_measurements, write_measurements
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.text import genome_text


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """The file that a calibration leaves; beside it, what was printed."""
    file, said = tmp_path_factory.mktemp("calibration") / "here.json", io.StringIO()
    arguments = ["--networks", "24", "--batch-size", "8", "--quiet", "--out", str(file)]
    with redirect_stdout(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr("evonas.networks.clocks.REPEATS", 8)
        patch.setattr(calibration_times, "check_fitted", lambda judged, what: None)
        assert calibrate.main([*arguments, "--device", "cpu"]) == 0
    file.with_suffix(".txt").write_text(said.getvalue())
    return file


def test_what_it_leaves_is_a_carbon_file(calibrated):
    content = json.loads(calibrated.read_text())
    life = read_assumptions(content)
    assert life.time_source == "calibrated"
    assert life.training_batch == 8
    assert life.device.name == "this-machine"
    assert life.calibration.space == "digits"
    assert life.calibration.runtime == "torch"
    assert life.at("low").calibration.training != life.at("high").calibration.training
    assert Config(carbon=content).assumptions == life
    assert hash(Config(carbon=content).settings)
    assert calibrated.with_suffix(".png").stat().st_size > 10_000


def test_it_says_how_good_the_fit_is(calibrated):
    out = calibrated.with_suffix(".txt").read_text()
    assert "a training step batch    8: R2" in out
    assert "a forward pass  batch    1: R2" in out
    assert "(8 networks held out, 16 fitted" in out
    beside = ", ".join(str(calibrated.with_suffix(s)) for s in (".json", ".csv", ".png"))
    assert f"Written: {beside}. Use it: evonas --carbon {calibrated}" in out


def test_the_times_lie_beside_it_and_can_be_read_again(calibrated, monkeypatch, tmp_path):
    monkeypatch.setattr(calibration_times, "check_fitted", lambda judged, what: None)
    times = calibrated.with_suffix(".csv")
    assert [(m.batch, m.kind) for m in read_measurements(times)[:3]] == [
        *((8, "training"), (8, "inference"), (1, "inference"))
    ]
    out = tmp_path / "again.json"
    arguments = ["--measurements", str(times), "--device", "this-machine", "--out", str(out)]
    assert calibrate.main([*arguments, "--quiet"]) == 0
    life = read_assumptions(json.loads(out.read_text()))
    assert life.training_batch == 8
    assert life.calibration.device == "this-machine by here.csv"
    assert not out.with_suffix(".csv").exists()


def test_nothing_is_overwritten(capsys, calibrated):
    before = calibrated.read_text()
    assert calibrate.main(["--out", str(calibrated)]) == 2
    assert "exists; give another file with --out, or --force" in capsys.readouterr().err
    assert calibrated.read_text() == before


@pytest.fixture(scope="module")
def digits():
    return ProblemSpec("digits", Settings(device="cpu")).open()


@pytest.fixture
def elsewhere(digits, tmp_path):
    """Measurements of 30 networks on some device that takes a second for 100 MFLOP."""
    genomes = [digits.canonical(g) for g in digits.space.sample(30, np.random.default_rng(0))]
    file = tmp_path / "elsewhere.csv"
    write_measurements(
        file, [Measurement(genome_text(g), digits.cost(g).flops / 1e8) for g in genomes]
    )
    return file


def test_measurements_on_another_device_are_fitted(capsys, digits, elsewhere, tmp_path):
    out = tmp_path / "pi.json"
    arguments = ["--measurements", str(elsewhere), "--device", "raspberry-pi-4", "--quiet"]
    assert calibrate.main([*arguments, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "No training was timed: the time of one stays the roofline's." in said
    life = read_assumptions(json.loads(out.read_text()))
    assert (life.device.name, life.time_source) == ("raspberry-pi-4", "roofline")
    assert life.calibration.runtime == "as measured"
    genome = digits.canonical((1,) * len(digits.space.sizes))
    cost = digits.cost(genome)
    found = life.calibration.inference.seconds(cost.operations, batch=1)
    assert found == pytest.approx(cost.flops / 1e8, rel=0.01)


def test_what_cannot_be_fitted_is_refused_in_one_line_and_nothing_is_written(
    capsys, digits, tmp_path
):
    rng = np.random.default_rng(0)
    genomes = [digits.canonical(g) for g in digits.space.sample(60, rng)]
    file, out = tmp_path / "noise.csv", tmp_path / "noise.json"
    rows = [Measurement(genome_text(g), 1 / digits.cost(g).flops ** 2) for g in genomes]
    write_measurements(file, rows)
    arguments = ["--measurements", str(file), "--device", "v100", "--quiet", "--out", str(out)]
    assert calibrate.main(arguments) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "the time of a forward pass cannot be told by a model: R2 -" in err
    assert "Measure again while the device is idle, or more networks" in err
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--networks", "3"], "--networks must be at least 12, --batch-size at least 2"),
        (["--problem", "toy:Bowl"], "toy:Bowl builds no networks, so there is nothing to time"),
        (["--device", "tpu"], "unknown device 'tpu'"),
        (["--option", "whole"], "cannot read the --option 'whole'; expected one like"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(capsys, arguments, expected):
    assert calibrate.main(arguments) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert expected in err


def interrupted(*arguments, **settings):
    raise KeyboardInterrupt


def test_ctrl_c_leaves_nothing(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(calibration_times, "measure_timings", interrupted)
    assert calibrate.main(["--networks", "12", "--out", str(tmp_path / "x.json")]) == 130
    assert "stopped; nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_end_says_what_is_there(capsys, monkeypatch, elsewhere, tmp_path):
    monkeypatch.setattr(calibrate, "draw_calibration", interrupted)
    out = tmp_path / "x.json"
    arguments = ["--measurements", str(elsewhere), "--device", "v100", "--quiet"]
    assert calibrate.main([*arguments, "--out", str(out)]) == 130
    assert f"stopped; written: {out}\n" in capsys.readouterr().err
    assert read_assumptions(json.loads(out.read_text())).calibration is not None
