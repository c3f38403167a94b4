import logging
from dataclasses import replace

import pytest

from evonas.carbon.assumptions import Assumptions
from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.operator_table import Operator, OperatorTable
from evonas.hardware.roofline import Calibration, TimeModel
from evonas.hardware.table_files import write_table
from evonas.networks.layers import layer_table
from evonas.networks.operators import operators_of
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

MODEL = TimeModel((("constant", 1e-5), ("conv3x3.flops", 1e-9)), 1, 8, 4, 0.9, 0.9, 0.1)
CALIBRATED = Assumptions(
    calibration=Calibration("here", "2026-01-01", "toy", training=MODEL, inference=MODEL)
)
SETTINGS = Settings(data="digits", epochs=1, subset=60, device="cpu")


def opened(metric, **changes):
    return ProblemSpec("nb201", replace(SETTINGS, providers=(metric,), **changes)).open()


def placed_in(problem, genome, *, is_fused=False):
    architecture = problem.decode(genome)
    table = layer_table(lambda: problem.build(architecture), problem.input_shape)
    return [each.operator for each in operators_of(table, is_fused=is_fused)]


@pytest.fixture(params=["torch", "onnx"])
def table(request, tmp_path):
    """A table of all operators of one network, a microsecond each."""
    problem = ProblemSpec("nb201", SETTINGS).open()
    genome = problem.canonical(tuple(n - 1 for n in problem.space.sizes))
    seconds = dict.fromkeys(placed_in(problem, genome, is_fused=request.param == "onnx"), 1e-06)
    file = tmp_path / "table.json"
    write_table(OperatorTable("a board", request.param, 1, seconds, once_s=1e-3), file)
    return file, genome


def test_a_network_is_looked_up_operator_by_operator(table):
    file, genome = table
    problem = opened("latency_table", latency=LatencyWays(table=str(file)))
    found = problem.measure(genome, {"latency_table"}, seed=0).metrics["latency_table"]
    runtime_is_onnx = "onnx" in file.read_text().partition("operators")[0]
    n = len(placed_in(problem, genome, is_fused=runtime_is_onnx))
    assert found == pytest.approx(1e-3 + n * 1e-6)
    assert "latency_table" in problem.cheap


def test_what_is_estimated_is_told_once(tmp_path, caplog):
    problem = ProblemSpec("nb201", SETTINGS).open()
    genome = problem.canonical(tuple(n - 1 for n in problem.space.sizes))
    operators = dict.fromkeys(placed_in(problem, genome))
    convs = [o for o in operators if o.name == "Conv2d 3x3"]
    seconds = {o: 1e-6 for o in operators if o != convs[-1]}
    extra = [Operator("Conv2d 3x3", (k,), k, k, k) for k in range(1, 4)]
    file = tmp_path / "table.json"
    write_table(OperatorTable("b", "torch", 1, {**seconds, **dict.fromkeys(extra, 1e-6)}), file)
    problem = opened("latency_table", latency=LatencyWays(table=str(file)))
    for _ in range(2):
        with caplog.at_level(logging.WARNING):
            problem.measure(genome, {"latency_table"}, seed=0)
    told = [r.message for r in caplog.records if "look-up table lacks" in r.message]
    assert told == [f"the look-up table lacks {convs[-1]}: estimated by others"]


def test_a_table_must_be_named_and_be_there(tmp_path):
    with pytest.raises(
        ValueError, match=r"^latency_table needs a look-up table: --latency-table"
    ):
        opened("latency_table")
    with pytest.raises(FileNotFoundError, match=r"^no look-up table at .*none.json$"):
        opened("latency_table", latency=LatencyWays(table=str(tmp_path / "none.json")))


def test_a_prediction_is_the_calibrated_models():
    problem = opened("latency_predicted", carbon=CALIBRATED, latency=LatencyWays(batch=3))
    genome = problem.canonical((0,) * len(problem.space.sizes))
    found = problem.measure(genome, {"latency_predicted"}, seed=0).metrics
    expected = MODEL.seconds(problem.cost(genome).operations, batch=3)
    assert found["latency_predicted"] == expected > 1e-5


def test_a_prediction_needs_a_calibration():
    with pytest.raises(ValueError, match=r"^latency_predicted needs a calibrated time model: "):
        opened("latency_predicted")
