import csv
import json

import pytest

from evonas.commands import latency
from evonas.commands import main as run
from evonas.hardware.table_files import read_table

GENOME = "-".join(["0"] * 28)


@pytest.fixture
def said(capsys):
    def call(*words):
        capsys.readouterr()
        status = run.main(["latency", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_the_knee_of_a_run_is_priced_on_several_targets(said, small_run):
    status, out, _ = said(small_run, "--target", "v100", "--target", "a100:b32")
    assert status == 0
    how, first, *_ = out.splitlines()
    assert "knee" in how or "compromise" in how or "one member" in how
    assert " of run small, one input of 1x8x8: " in first
    assert "analysis" in out
    assert "a100:b32 [us]" in out


def test_an_architecture_of_a_problem_is_measured_beside_the_model(said):
    words = ("--problem", "digits", "--architecture", GENOME, "--measure", "torch,onnx")
    status, out, _ = said(*words)
    assert status == 0
    ways = [line.split()[0] for line in out.splitlines()[3:6]]
    assert ways == ["analysis", "measurement", "measurement"]
    assert "measured here [us]" in out


def test_a_table_of_a_small_space_is_made_and_used(said, tmp_path, monkeypatch):
    file = tmp_path / "mine.py"
    file.write_text(
        "from torch import nn\n"
        "from evonas import Gene, SearchSpace, TrainedProblem\n"
        "class Narrow(TrainedProblem):\n"
        "    space = SearchSpace([Gene('width', (4, 8, 16, 32, 48))])\n"
        "    def build(self, architecture):\n"
        "        width = architecture['width']\n"
        "        return nn.Sequential(nn.Conv2d(1, width, 3), nn.ReLU(), nn.Flatten(),\n"
        "                             nn.Linear(36 * width, 10))\n"
    )
    table = tmp_path / "table.csv"
    status, out, _ = said("--problem", f"{file}:Narrow", "--table", table, "--quiet")
    assert status == 0
    assert out.startswith("15 operators timed on ")
    assert out.endswith(f"Written: {table}. Use it: --latency-table {table}\n")
    assert len(read_table(table).seconds) == 15
    one = ("--problem", f"{file}:Narrow", "--architecture", "2")
    status, out, _ = said(*one, "--latency-table", table, "--json")
    assert status == 0
    ways = {each["way"]: each for each in json.loads(out)["latencies"]}
    assert ways["look-up table"]["how"].startswith("3 operators")


def test_the_layers_are_written_as_csv(said, tmp_path):
    file = tmp_path / "layers.csv"
    status, out, _ = said("--problem", "digits", "--architecture", GENOME, "--out", file)
    assert status == 0
    assert out.endswith(f"\nWritten: {file}\n")
    head, *rows = csv.reader(file.read_text().splitlines())
    assert head[:5] == ["layer", "operator", "output", "flops", "bytes"]
    assert all(float(row[5]) > 0 for row in rows)


def test_a_problem_without_networks_has_nothing_to_time(said, tmp_path):
    message = "evonas: synthetic builds no networks, so there is nothing to time\n"
    words = ("--problem", "synthetic", "--table", tmp_path / "a.csv", "--quiet")
    assert said(*words) == (2, "", message)


def test_a_mistake_is_one_line(said):
    status, out, err = said("resnet81")
    assert (status, out) == (2, "")
    assert err.startswith("evonas: unknown network 'resnet81'")


def test_an_interruption_leaves_nothing(said, monkeypatch, tmp_path):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(latency, "measured_table", interrupted)
    file = tmp_path / "a.json"
    words = ("--problem", "digits", "--table", file, "--quiet")
    assert said(*words) == (130, "", "evonas: stopped; nothing was written\n")
    assert not file.exists()
