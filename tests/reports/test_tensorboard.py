import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import toy
from matrix import slow_but

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from evonas import Config, search
from evonas.carbon.spend import Spend
from evonas.listener import Epoch, Generation, Listener, Start, Training
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.reports import TensorBoard
from evonas.runs.journal import read_journal
from evonas.short_ids import short_id

SPEND = Spend(1.0, 2.0, 2.5, 1e9, 0.0001, 0.05, "reckoned")


def config(problem="Curved", **settings):
    given = {"n_jobs": 0, "pop_size": 10, "evaluations": 30, "track": "tensorboard", **settings}
    return Config(problem=toy.reference(problem), **given)


def shown(folder, kind="scalars"):
    """Tags by steps and values, or all else that TensorBoard would show of a run."""
    events = EventAccumulator(str(folder), {"scalars": 0, "tensors": 0})
    events.Reload()
    if kind != "scalars":
        return events.Tags()[kind]
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def texts(folder, tag):
    events = EventAccumulator(str(folder), {"tensors": 0})
    events.Reload()
    found = events.Tensors(tag)
    return {event.step: event.tensor_proto.string_val[0].decode() for event in found}


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A tracked search and its run directory; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "tracked"
    return folder, search(config(), folder=folder)


def test_every_generation_is_a_point_of_all_that_it_tells(tracked):
    folder, result = tracked
    found = shown(folder / "tensorboard" / "search")
    for tag, tell in {
        "front/hypervolume": lambda g: g.hypervolume,
        "front/size": lambda g: g.front_size,
        "search/evaluations": lambda g: g.n_evaluations,
        "search/failures": lambda g: g.n_failures,
        "best/acc": lambda g: g.best["acc"],
        "best/flops": lambda g: g.best["flops"],
        "spent/energy_kwh": lambda g: g.spend.energy_kwh,
        "spent/co2_g": lambda g: g.spend.co2_g,
        "spent/wall_seconds": lambda g: g.spend.wall_seconds,
    }.items():
        assert [step for step, _ in found[tag]] == [1, 2, 3]
        values = [value for _, value in found[tag]]
        assert values == pytest.approx([tell(g) for g in result.generations], rel=1e-6), tag


def test_every_record_is_a_point_and_its_architecture_a_text(tracked):
    folder, result = tracked
    found = shown(folder / "tensorboard" / "records")
    assert {"record/acc", "record/flops", "record/params", "record/seconds"} == set(found)
    assert [step for step, _ in found["record/acc"]] == list(range(1, 31))
    names = texts(folder / "tensorboard" / "records", "record/architecture")
    by_id = {short_id(record.genome): record for record in result.records}
    for step, value in found["record/acc"]:
        record = by_id[names[step].split("`")[1]]
        assert value == pytest.approx(record.metrics["acc"], rel=1e-6)


def test_every_learning_curve_is_a_run_of_its_own(tracked):
    folder, result = tracked
    curves = folder / "tensorboard" / "curves"
    assert {path.name for path in curves.iterdir()} == {
        short_id(record.genome) for record in result.records
    }
    record = result.records[0]
    (point,) = shown(curves / short_id(record.genome))["curve/acc"]
    assert point == (1, pytest.approx(record.metrics["acc"], rel=1e-6))


def test_the_config_the_front_and_its_picture_are_there(tracked):
    folder, result = tracked
    place = folder / "tensorboard" / "search"
    assert "| pop_size | `10` |" in texts(place, "config")[0]
    assert '"reference"' in texts(place, "settled")[0]
    table = texts(place, "front/table")[3].splitlines()
    assert len(table) == 2 + len(result.front)
    assert texts(place, "search/end")[3] == result.stopped
    assert shown(place, "images") == ["front/picture"]
    events = EventAccumulator(str(place))
    events.Reload()
    (picture,) = events.Images("front/picture")
    assert picture.encoded_image_string.startswith(b"\x89PNG")
    size = picture.encoded_image_string[16:24]  # as the file itself says
    assert (int.from_bytes(size[:4]), int.from_bytes(size[4:])) == (
        picture.width,
        picture.height,
    )
    told = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    assert b"nsga2" in told
    said = events.SummaryMetadata("best/acc").summary_description
    assert said == "validation accuracy [%], more is better"


def without_times(folder):
    """The journal's lines, but for the times that measuring took."""
    records = read_journal(folder / "records.jsonl").values()
    return [replace(record, seconds=0.0, cpu_seconds=0.0).to_line() for record in records]


@pytest.mark.parametrize("n_jobs", [0, 2])
def test_records_and_front_are_the_same_with_it_as_without(tracked, tmp_path, n_jobs):
    search(config(track=(), n_jobs=n_jobs), folder=tmp_path / "alone")
    for tell in (without_times, lambda folder: (folder / "front.csv").read_bytes()):
        found, expected = tell(tracked[0]), tell(tmp_path / "alone")
        assert sorted(found) == sorted(expected) if n_jobs else found == expected


class Kill(Listener):
    def __init__(self, after):
        self.n_left = after

    def on_record(self, record):
        self.n_left -= 1
        if not self.n_left:
            os.kill(os.getpid(), signal.SIGKILL)


def check_steps(folder, *, n_generations, n_records):
    """Every step is there, and once."""
    for steps in shown(folder / "tensorboard" / "search").values():
        assert [step for step, _ in steps] == list(range(1, n_generations + 1))
    for steps in shown(folder / "tensorboard" / "records").values():
        assert [step for step, _ in steps] == list(range(1, n_records + 1))
    for path in (folder / "tensorboard" / "curves").iterdir():
        (steps,) = shown(path).values()
        assert [step for step, _ in steps] == [1]


@pytest.mark.parametrize("after", slow_but([17], [1, 10, 17, 20]))
def test_killed_and_resumed_every_step_is_there_once(tracked, tmp_path, after):
    folder = tmp_path / "killed"
    code = (
        "import sys, pathlib; sys.path[:0] = sys.argv[1:3]\n"
        "from reports.test_tensorboard import Kill, config, search\n"
        f"search(config(), folder={str(folder)!r}, listeners=[Kill({after})])"
    )
    tests = Path(toy.__file__).parent
    done = subprocess.run([sys.executable, "-c", code, str(tests), str(tests.parent)])
    assert done.returncode == -signal.SIGKILL
    early = shown(folder / "tensorboard" / "search").get("spent/wall_seconds", [])
    assert len(early) == (after - 1) // 10
    search(config(), folder=folder, resume=True)
    check_steps(folder, n_generations=3, n_records=30)
    found = shown(folder / "tensorboard" / "search")
    assert found["spent/wall_seconds"][: len(early)] == early, "the first to tell is right"
    assert (
        found["front/hypervolume"]
        == shown(tracked[0] / "tensorboard" / "search")["front/hypervolume"]
    )


def test_a_longer_budget_goes_on_and_the_front_is_drawn_again(tmp_path):
    folder = tmp_path / "run"
    search(config(evaluations=20), folder=folder)
    search(config(evaluations=40), folder=folder, resume=True)
    check_steps(folder, n_generations=4, n_records=40)
    assert list(texts(folder / "tensorboard" / "search", "front/table")) == [2, 4]


def test_a_run_that_was_not_tracked_is_told_whole_once_it_is(tmp_path):
    folder = tmp_path / "run"
    search(config(evaluations=20, track=()), folder=folder)
    search(config(evaluations=30), folder=folder, resume=True)
    check_steps(folder, n_generations=3, n_records=30)


def test_rungs_are_told_apart_and_a_curve_goes_on(tmp_path):
    settings = {"fidelity": "epochs", "objectives": ("acc", "flops"), "evaluations": 20}
    search(config("Schooled", **settings), folder=tmp_path / "run")
    tags = shown(tmp_path / "run" / "tensorboard" / "records")
    assert {"record/acc", "record/acc@epochs=1", "record/acc@epochs=3"} <= set(tags)
    assert "record/flops@epochs=1" not in tags
    board = TensorBoard(tmp_path / "own")
    board.on_start(Start(Config(), {}, spend=lambda: SPEND))
    rows = [{"epoch": float(epoch), "acc": 10.0 * epoch} for epoch in range(1, 5)]
    for n, label in ((2, "epochs=2"), (4, "")):
        board.on_record(Record((1, 2), {}, 0.1, curve=rows[:n], fidelity=label))
    board.on_end(None)
    found = shown(tmp_path / "own" / "curves" / short_id((1, 2)))
    assert found == {"curve/acc": [(1, 10.0), (2, 20.0), (3, 30.0), (4, 40.0)]}


def test_what_failed_is_told_with_its_reason_and_what_is_unknown_left_out(tmp_path):
    board = TensorBoard(tmp_path)
    board.on_start(Start(Config(), {}, spend=lambda: SPEND))
    board.on_record(Record((0, 1), {}, 0.25, error="it | diverged"))
    reliability = Reliability("acc", "gp", 8, 0.5, math.nan, 0.9)
    best = {"acc": math.nan, "flops": 5.0}
    board.on_generation(Generation(1, 1, 1, 0, None, best, SPEND, reliability=reliability))
    board.on_end(None)
    assert shown(tmp_path / "records") == {"record/seconds": [(1, 0.25)]}
    assert texts(tmp_path / "records", "record/architecture")[1].endswith(", it | diverged")
    tags = shown(tmp_path / "search")
    assert "best/flops" in tags
    assert not {"best/acc", "front/hypervolume", "predictions/spearman"} & set(tags)


def test_a_folder_of_ones_own_serves_a_search_without_a_run_directory(tmp_path):
    search(config(track=()), listeners=[TensorBoard(tmp_path / "own")])
    assert len(shown(tmp_path / "own" / "search")["front/size"]) == 3


def test_without_any_folder_it_says_so_and_the_search_goes_on(caplog):
    assert len(search(config()).records) == 30
    (message,) = caplog.messages
    assert message.startswith(
        "listener TensorBoard raised ValueError: nobody says where: give TensorBoard(FOLDER)"
    )


def test_a_folder_of_another_search_is_left_alone(tracked, tmp_path, caplog):
    search(config(track=()), listeners=[TensorBoard(tracked[0] / "tensorboard")])
    assert (
        "tensorboard holds another run's event files; give another; it is told nothing"
        in (caplog.messages[0])
    )


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path):
    search(config(track=(), evaluations=20), folder=tmp_path / "run")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / "tensorboard").symlink_to(tmp_path / "elsewhere")
    search(config(evaluations=20), folder=tmp_path / "run", resume=True)
    assert not list((tmp_path / "elsewhere").iterdir())
    check_steps(tmp_path / "run", n_generations=2, n_records=20)


def test_what_is_not_installed_is_named_with_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "evonas.reports.event_files", None)
    message = r"^tensorboard is not installed; pip install 'evonas\[tensorboard\]'$"
    with pytest.raises(ValueError, match=message):
        search(config(), folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def trained(folder, epochs, *, is_resumed=False, scores=None):
    board = TensorBoard()
    settings = {"epochs": 3, "warm_start": None, "carbon": {}, "ema": 0.0}
    board.on_training_start(Training("digits-a", folder, settings, is_resumed))
    for seed, number in epochs:
        values = {"loss": 1.0 / number, "acc": 90.0 + number, "rate": 0.1, "seconds": 2.0}
        board.on_epoch(Epoch(seed, number, values))
    board.on_training_end(scores)


def test_a_training_is_a_run_for_each_seed_and_goes_on_where_it_was(tmp_path):
    trained(tmp_path, [(0, 1), (0, 2)])
    again = [(0, 1), (0, 2), (0, 3), (1, 1)]
    trained(tmp_path, again, is_resumed=True, scores={"validation": 93.0, "test": 92.5})
    found = shown(tmp_path / "tensorboard" / "seed0")
    assert found["training/acc"] == [(1, 91.0), (2, 92.0), (3, 93.0)]
    assert set(found) == {f"training/{name}" for name in ("loss", "acc", "rate", "seconds")}
    assert len(shown(tmp_path / "tensorboard" / "seed1")["training/loss"]) == 1
    told = texts(tmp_path / "tensorboard" / "seed0", "settings")
    rows = ["| setting | value |", "| --- | --- |", "| epochs | `3` |", "| ema | `0.0` |"]
    assert told == {0: "\n".join([*rows, "| seed | `0` |"])}
    model = shown(tmp_path / "tensorboard" / "model")
    assert model == {
        "model/validation_accuracy": [(0, 93.0)],
        "model/test_accuracy": [(0, 92.5)],
    }
