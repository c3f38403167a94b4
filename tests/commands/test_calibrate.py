import io
import json
from contextlib import redirect_stdout

import pytest

from evonas.carbon.files import read_assumptions
from evonas.commands import calibrate
from evonas.config import Config


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """The file that a calibration leaves; beside it, what was printed."""
    file, said = tmp_path_factory.mktemp("calibration") / "here.json", io.StringIO()
    arguments = ["--networks", "12", "--batch-size", "8", "--quiet", "--out", str(file)]
    with redirect_stdout(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr("evonas.networks.timing.LONG_ENOUGH_S", 0.02)  # of each network
        assert calibrate.main(arguments) == 0
    file.with_suffix(".txt").write_text(said.getvalue())
    return file


def test_what_it_leaves_is_a_carbon_file(calibrated):
    content = json.loads(calibrated.read_text())
    life = read_assumptions(content)
    assert life.time_source == "calibrated"
    assert life.training_batch == 8
    assert life.device.name == "this-machine"
    assert life.calibration.space == "digits"
    assert life.at("low").calibration.training != life.at("high").calibration.training
    assert Config(carbon=content).assumptions == life
    assert hash(Config(carbon=content).settings)
    assert calibrated.with_suffix(".png").stat().st_size > 10_000


def test_it_says_how_good_the_fit_is(calibrated):
    out = calibrated.with_suffix(".txt").read_text()
    assert "training step  batch    8: R2" in out
    assert "(4 networks held out, 8 fitted)" in out


def test_nothing_is_overwritten(capsys, calibrated):
    before = calibrated.read_text()
    assert calibrate.main(["--out", str(calibrated)]) == 2
    assert "exists; give another file with --out, or --force" in capsys.readouterr().err
    assert calibrated.read_text() == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--networks", "3"], "--networks must be at least 12, --batch-size at least 2"),
        (["--batch-size", "1"], "--networks must be at least 12, --batch-size at least 2"),
        (["--problem", "digit"], "unknown problem 'digit'"),
        (["--problem", "toy:Bowl"], "toy:Bowl builds no networks, so there is nothing to time"),
        (["--out", "x.toml"], "cannot write x.toml; its suffix must be .json"),
        (["--out", "none/x.json"], "no directory for none/x.json"),
        (["--device", "tpu"], "unknown device 'tpu'"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(capsys, arguments, expected):
    assert calibrate.main(arguments) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert expected in err


def test_ctrl_c_leaves_nothing(capsys, monkeypatch, tmp_path):
    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrate, "measure_timings", interrupted)
    assert calibrate.main(["--networks", "12", "--out", str(tmp_path / "x.json")]) == 130
    assert "stopped; nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
