import json

import pytest
from torch import nn

import evonas
from evonas.hardware.operator_table import OperatorTable
from evonas.hardware.table_files import write_table
from evonas.networks.layers import layer_table
from evonas.networks.operators import operators_of
from evonas.reports.latencies import latency
from evonas.runs.reading import open_run

SHAPE = (1, 8, 8)


def small():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


def test_it_is_public():
    assert evonas.latency is latency


def test_without_a_target_this_machine_is_modelled():
    sheet = latency(small, inputs=SHAPE)
    assert sheet.name == "small"
    (known,) = sheet.known
    assert (known.way, known.where) == ("analysis", "this-machine")
    assert known.low <= known.seconds <= known.high


def test_every_target_is_modelled_and_measured_stands_beside():
    sheet = latency(small, inputs=SHAPE, target=["v100", "a100:b32"], measure="torch", batch=2)
    assert [(known.way, known.batch) for known in sheet.known] == [
        *(("analysis", 1), ("analysis", 32), ("analysis", 2), ("measurement", 2))
    ]
    assert sheet.known[2].where == "this-machine:b2"
    assert len(sheet.measured) == len(sheet.network.layers)
    assert sheet.known[3].how == "shortest of 30; quartiles"


def test_the_first_targets_batch_is_measured_with():
    sheet = latency(small, inputs=SHAPE, target="v100:b4", measure=["onnx"])
    assert [known.batch for known in sheet.known if known.way == "measurement"] == [4]
    assert sheet.measured == (), "ONNX Runtime fuses layers"


def test_a_table_and_a_calibration_each_say_how_sure_they_are(tmp_path):
    placed = operators_of(layer_table(small, SHAPE))
    table = OperatorTable("a board", "torch", 1, {p.operator: 1e-6 for p in placed})
    write_table(table, tmp_path / "table.csv")
    model = {"coefficients": {"constant": 2e-6}, "batch": 1, "n_fitted": 8, "n_held_out": 4}
    model |= {"r2": 0.91, "spearman": 0.9, "relative_error": 0.25}
    device = {"device": "a core", "date": "2026-01-01", "space": "digits"}
    content = {"calibration": {**device, "training": model, "inference": model}}
    (tmp_path / "carbon.json").write_text(json.dumps(content))
    sheet = latency(
        small,
        inputs=SHAPE,
        table=tmp_path / "table.csv",
        calibration=tmp_path / "carbon.json",
    )
    looked, predicted = sheet.known[1:]
    assert (looked.way, looked.where) == ("look-up table", "a board")
    assert looked.seconds == pytest.approx(3e-6)
    assert looked.how == "3 operators"
    assert (predicted.way, predicted.where) == ("prediction", "a core")
    assert (predicted.low, predicted.high) == pytest.approx((1.5e-6, 2.5e-6))
    assert "of 4 networks held out nine in ten within 25 %, R2 0.91" in predicted.how


def test_a_carbon_file_without_a_calibration_predicts_nothing(tmp_path):
    file = tmp_path / "carbon.json"
    file.write_text('{"pue": 1.2}')
    with pytest.raises(
        ValueError, match=r"carbon.json has no calibration to predict by; evonas"
    ):
        latency(small, inputs=SHAPE, calibration=file)


def test_a_command_measures_elsewhere(tmp_path):
    file = tmp_path / "answer.json"
    file.write_text('{"latency_s": 0.25}')
    sheet = latency(small, inputs=SHAPE, measure_with=f"cat {file}")
    assert sheet.known[-1].seconds == 0.25
    assert sheet.known[-1].how == "as it says"
    file.write_text('{"seconds": [0.5, 0.25]}')
    sheet = latency(small, inputs=SHAPE, measure_with=f"cat {file}")
    assert sheet.known[-1].how == "shortest of 2; quartiles"


def test_a_member_of_a_run_and_an_architecture_of_a_problem_are_found(small_run):
    run = open_run(small_run)
    genome = run.front[0].genome
    of_run = latency(run, genome)
    of_folder = latency(small_run, run.ids[genome])
    of_problem = latency(problem="digits", architecture=genome)
    assert of_run.as_dict() == of_folder.as_dict()
    assert of_problem.network.cost == of_run.network.cost


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "^latency needs a run with a genome, a model folder or a network, or a problem"),
        ({"of": "resnet18", "problem": "digits"}, "^latency needs a run with a genome"),
        (
            {"problem": "digits"},
            "^latency needs an architecture: which network of the problem$",
        ),
        ({"of": small, "inputs": (3, 8, 8)}, "^cannot count small on an input of 3x8x8: "),
        ({"of": small, "inputs": SHAPE, "target": "a1000"}, "^unknown device 'a1000'"),
    ],
)
def test_what_names_nothing_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        latency(**words)


def test_a_run_needs_a_genome(small_run):
    with pytest.raises(ValueError, match=r"^latency needs a genome: which architecture of the"):
        latency(open_run(small_run))
