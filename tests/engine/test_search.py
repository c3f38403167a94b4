import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import slow_but
from sample_tracker import Tracker

from evonas.config import Config
from evonas.engine.search import search
from evonas.hardware.this_machine import this_machine
from evonas.objectives import FLOPS
from evonas.pareto.dominance import front
from evonas.runs.journal import read_journal
from evonas.runs.manifest import read_config

SCRIPT = """
import sys
import time
from evonas.config import Config
from evonas.engine.search import search
records = []
def hold(record):
    records.append(record)
    if len(records) == 25:
        time.sleep(600)  # somebody will kill it
search(Config.from_dict(eval(sys.argv[1])), folder=sys.argv[2], on_record=hold)
"""
KILLED = {
    "problem": toy.reference("Slow"),
    "evaluations": 60,
    "pop_size": 10,
    "option": ["seconds=0.03"],
}


def config(problem="Bowl", **settings):
    given = {"n_jobs": 0, "pop_size": 10, "evaluations": 50, **settings}
    return Config(problem=toy.reference(problem), **given)


def asked(result):
    return [record.genome for record in result.records]


def table(path):
    with (path / "front.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def timeless(journal):
    records = read_journal(journal).values()
    return [replace(record, seconds=0.0, cpu_seconds=0.0) for record in records]


def test_a_search_without_a_folder_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = search(config())
    assert len(result.records) == 50
    assert result.folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_leaves_all_that_repeats_and_explains_it(tmp_path):
    result = search(config(), folder=tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "config.json",
        "environment.json",
        "front.csv",
        "generations.csv",
        "objectives.csv",
        "records.jsonl",
        "spend.json",
    ]
    assert read_config(tmp_path / "run") == config()
    assert list(read_journal(tmp_path / "run" / "records.jsonl")) == asked(result)
    resolved = json.loads((tmp_path / "run" / "config.json").read_text())["resolved"]
    assert resolved["hypervolume"]["reference"] == dict(result.goals.reference)
    assert resolved["n_jobs"] == 0
    with (tmp_path / "run" / "generations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["evaluations"]) for row in rows] == [10, 20, 30, 40, 50]


def test_two_runs_of_a_config_leave_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        search(config(), folder=tmp_path / name)
    one, two = tmp_path / "one", tmp_path / "two"
    assert (one / "front.csv").read_bytes() == (two / "front.csv").read_bytes()
    assert timeless(one / "records.jsonl") == timeless(two / "records.jsonl")


def test_rows_of_the_front_do_not_dominate_each_other():
    result = search(config(evaluations=80))
    assert front(result.F * [-1, 1, 1]).all()
    assert len(result.front) == len(result.genomes) == len(result.architectures) > 3
    accs = result.F[:, 0]
    assert (np.diff(accs) <= 0).all()


def test_the_hypervolume_never_decreases():
    hypervolumes = [g.hypervolume for g in search(config(evaluations=100)).generations]
    assert (np.diff(hypervolumes) >= 0).all()
    assert hypervolumes[-1] > hypervolumes[0]


def test_the_table_has_objectives_then_the_final_metrics_then_the_rest(tmp_path):
    settings = {"objectives": ("flops", "acc"), "constraint": ("params<=20000",)}
    result = search(config("Curved", **settings), folder=tmp_path / "run")
    header, rows = table(tmp_path / "run")
    assert header == [
        "genome",
        "flops [FLOP]",
        "acc [%]",
        "test_acc [%]",
        "params",
        "kind",
        "width",
        "depth",
        "skip",
    ]
    assert len(rows) == len(result.front)
    for row, record in zip(rows, result.front, strict=True):
        assert row[0] == " ".join(map(str, record.genome))
        assert float(row[1]) == record.metrics["flops"]
        assert float(row[2]) == record.metrics["acc"]
        assert float(row[3]) == record.metrics["acc"] - 1
        assert row[5:] == [str(v) for v in toy.Bowl.space.decode(record.genome).values()]


def test_what_is_measured_for_the_front_alone_stays_out_of_the_search():
    result = search(config("Curved"))
    on_front = {record.genome for record in result.front}
    for record in result.records:
        assert ("test_acc" in record.metrics) == (record.genome in on_front)


@pytest.mark.parametrize(("name", "column"), [("thrift", "%/MFLOP"), ("NEED", "MFLOP/%")])
def test_an_objective_of_the_users_file_lands_in_the_front(tmp_path, name, column):
    objectives = ("acc", toy.reference(name))
    result = search(config(objectives=objectives), folder=tmp_path / "run")
    header, rows = table(tmp_path / "run")
    assert header[:3] == ["genome", "acc [%]", f"{name.lower()} [{column}]"]
    assert len(result.failures) == 0
    for row, record in zip(rows, result.front, strict=True):
        assert float(row[2]) == record.metrics[name.lower()]


def test_a_problem_class_will_do_in_place_of_a_name(tmp_path):
    class Steep(toy.Bowl):
        """Known to nobody else."""

    settings = Config(n_jobs=0, pop_size=10, evaluations=30)
    result = search(settings, problem=Steep, folder=tmp_path / "run")
    assert asked(result) == asked(search(config(evaluations=30)))
    assert isinstance(result.problem, Steep)
    assert read_config(tmp_path / "run").problem.endswith("Steep")
    longer = settings.replaced({"evaluations": 40})
    resumed = search(longer, problem=Steep, folder=tmp_path / "run", resume=True)
    assert len(resumed.records) == 40


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_time_budget_ends_the_search(n_jobs):
    limited = config(
        "Slow", evaluations=None, budget_time="1.2s", n_jobs=n_jobs, option=("seconds=0.05",)
    )
    started = time.monotonic()
    result = search(limited)
    assert time.monotonic() - started < 10
    assert result.stopped == "1.2 seconds are over"
    assert 0 < len(result.records) < toy.Bowl.n_distinct
    assert result.front


def test_a_time_budget_does_not_spare_the_final_measuring():
    result = search(replace(config("Curved"), evaluations=None, budget_time="1e-9s"))
    assert result.stopped == "1e-09 seconds are over"
    result = search(config("Curved", budget_time="1000s"))
    assert result.stopped == "the budget of 50 architectures is spent"
    assert all("test_acc" in record.metrics for record in result.front)


def test_a_search_told_to_stop_ends_with_what_is_there(tmp_path):
    arrived = []
    result = search(
        config("Curved"),
        folder=tmp_path / "run",
        on_record=arrived.append,
        should_stop=lambda: len(arrived) >= 25,
    )
    assert result.stopped == "it was interrupted"
    assert len(result.records) == len(arrived) == 25
    assert len(result.generations) == 2
    assert result.front
    header, rows = table(tmp_path / "run")
    assert "test_acc [%]" not in header
    assert len(rows) == len(result.front)
    resumed = search(config("Curved"), folder=tmp_path / "run", resume=True)
    assert asked(resumed) == asked(search(config("Curved")))


def test_a_search_told_to_stop_at_once_has_nothing(tmp_path):
    result = search(config(), folder=tmp_path / "run", should_stop=lambda: True)
    assert result.records == result.front == result.generations == ()
    assert table(tmp_path / "run") == (["genome"], [])


def test_those_who_listen_are_told_of_records_and_generations():
    arrived, generations = [], []
    result = search(config(), on_record=arrived.append, on_generation=generations.append)
    assert [record.genome for record in arrived] == asked(result)
    assert tuple(generations) == result.generations


def test_a_search_in_which_every_candidate_fails_ends_with_an_empty_front(tmp_path):
    result = search(config("Hopeless", max_failures=1), folder=tmp_path / "run")
    assert result.front == ()
    assert result.F.shape == (0, 3)
    assert len(result.failures) == len(read_journal(tmp_path / "run" / "records.jsonl")) == 50
    assert {record.error for record in result.records} == {"MemoryError: no network fits"}
    assert result.generations[-1].hypervolume == 0.0
    assert table(tmp_path / "run") == (["genome"], [])


@pytest.mark.parametrize("constraint", ["flops<=1", "acc>=1000"])
def test_a_search_in_which_nothing_is_feasible_ends_with_an_empty_front(tmp_path, constraint):
    result = search(config(constraint=(constraint,)), folder=tmp_path / "run")
    assert result.front == ()
    assert len(result.failures) == 0
    assert len(read_journal(tmp_path / "run" / "records.jsonl")) == 50


def test_what_cannot_work_is_refused_before_anything_is_written(tmp_path):
    for wrong in ({"objectives": ("ac",)}, {"algorithm": "nsga"}, {"constraint": ("x<=1",)}):
        with pytest.raises(ValueError, match="unknown"):
            search(config(**wrong), folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_second_run_does_not_overwrite_the_first(tmp_path):
    search(config(), folder=tmp_path / "run")
    before = (tmp_path / "run" / "records.jsonl").read_bytes()
    with pytest.raises(FileExistsError, match="exists; give another directory with --out, or"):
        search(config(), folder=tmp_path / "run")
    with pytest.raises(ValueError, match="another configuration: seed is 0 there and 1 here"):
        search(config(seed=1), folder=tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "records.jsonl").read_bytes() == before


def test_resuming_a_run_that_is_over_measures_nothing(tmp_path):
    first = search(config("Curved"), folder=tmp_path / "run")
    before = (tmp_path / "run" / "records.jsonl").read_bytes()
    front_csv = (tmp_path / "run" / "front.csv").read_bytes()
    again = search(config("Curved"), folder=tmp_path / "run", resume=True)
    assert asked(again) == asked(first)
    assert (tmp_path / "run" / "records.jsonl").read_bytes() == before
    assert (tmp_path / "run" / "front.csv").read_bytes() == front_csv


@pytest.mark.parametrize("problem", ["Curved", "Flaky", "Mixed", "Elementwise", "Balanced"])
@pytest.mark.parametrize("n_jobs", slow_but([0], [0, 1, 2]))
def test_a_larger_budget_on_resume_equals_the_longer_run(tmp_path, problem, n_jobs):
    search(config(problem, evaluations=25), folder=tmp_path / "run")
    longer = config(problem, evaluations=50, n_jobs=n_jobs)
    resumed = search(longer, folder=tmp_path / "run", resume=True)
    whole = search(config(problem, evaluations=50), folder=tmp_path / "whole")
    assert asked(resumed) == asked(whole)
    for name in ("run", "whole"):
        assert (tmp_path / name / "front.csv").exists()
    assert table(tmp_path / "run") == table(tmp_path / "whole")


def test_more_generations_on_resume_equal_the_longer_run(tmp_path):
    few = config(evaluations=None, generations=2)
    search(few, folder=tmp_path / "run")
    more = few.replaced({"generations": 5})
    resumed = search(more, folder=tmp_path / "run", resume=True)
    assert asked(resumed) == asked(search(more))


@settings(max_examples=10)
@given(data=st.data())
def test_any_beginning_of_a_journal_continues_to_the_same_end(beginning, data):
    """Whatever is left of a run after a kill, to the byte, resumes to the whole run's front."""
    folder, content, front_csv = beginning
    cut = data.draw(st.integers(0, len(content)))
    (folder / "records.jsonl").write_bytes(content[:cut])
    (folder / "front.csv").unlink()
    search(config("Curved", evaluations=30), folder=folder, resume=True)
    assert (folder / "front.csv").read_bytes() == front_csv
    kept = read_journal(folder / "records.jsonl")
    assert len(kept) == 30


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beginning") / "run"
    search(config("Curved", evaluations=30), folder=folder)
    names = ("records.jsonl", "front.csv")
    return folder, *((folder / name).read_bytes() for name in names)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("uninterrupted") / "run"
    search(config("Slow", evaluations=60, option=("seconds=0",)), folder=path)
    return (path / "front.csv").read_bytes()


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_run_killed_in_mid_generation_and_resumed_ends_as_if_it_had_not(
    tmp_path, uninterrupted, n_jobs
):
    journal = tmp_path / "run" / "records.jsonl"
    settings = {**KILLED, "n_jobs": n_jobs}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, repr(settings), str(tmp_path / "run")],
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= 23):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)  # the workers too
    assert process.wait() == -signal.SIGKILL
    assert 23 <= len(read_journal(journal)) < 60
    assert not (tmp_path / "run" / "front.csv").exists()
    search(Config.from_dict(settings), folder=tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "front.csv").read_bytes() == uninterrupted
    assert len(journal.read_text().splitlines()) == 60


def laborious(**settings):
    return config("Laborious", evaluations=None, **settings)


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_budget_of_flops_ends_the_search_and_is_never_exceeded(n_jobs):
    result = search(laborious(budget_flops=150.0, n_jobs=n_jobs))
    assert re.match(r"the budget of 150 FLOPs is spent|of the budget of 150", result.stopped)
    assert 140 < result.spend.fpo <= 150
    assert result.spend.fpo == sum(record.effort for record in result.records)
    alone = search(laborious(budget_flops=150.0, n_jobs=0))
    assert result.genomes == alone.genomes
    assert {r.genome for r in result.records} == {r.genome for r in alone.records}


DEAR = {"problem": toy.reference("Elephant"), "n_jobs": 0, "pop_size": 10}
LEAST = 9 * 1e3 * 8**2  # FLOPs of the cheapest network of the toy


def test_a_budget_below_the_cheapest_ends_with_a_line_that_says_so():
    result = search(Config(**DEAR, budget_flops=LEAST / 2))
    assert (len(result.records), result.spend.fpo) == (0, 0.0)
    message = (
        r"of the budget of 288000 FLOPs 2\.88e\+05 are left, too little for any of the "
        r"last 1\d\d trainings that were asked for \(the cheapest takes 5\.76e\+05\)"
    )
    assert re.fullmatch(message, result.stopped)
    assert result.n_passed_over >= 100


def test_a_budget_that_fits_exactly_one_measures_one():
    result = search(Config(**DEAR, budget_flops=LEAST))
    assert len(result.records) == 1
    assert result.spend.fpo - result.last_spend.fpo == LEAST
    assert result.stopped == f"the budget of {LEAST:g} FLOPs is spent"


BUDGETED = {
    "plain": {},
    "rungs": {"fidelity": "epochs"},
    "surrogate": {"surrogate": "gp", "batch": 5, "proposals": 50},
    "evaluations": {"evaluations": 40},
    "constraints": {"constraint": ("params<=30000",)},
}


@pytest.mark.parametrize("words", slow_but(["plain", "rungs", "surrogate"], BUDGETED))
def test_a_budget_is_used_up_and_its_front_is_the_same_over_a_stop(tmp_path, words):
    config = Config(**DEAR, **BUDGETED[words], budget_flops=3e8)
    whole = search(config, folder=tmp_path / "whole")
    searched = whole.spend.fpo - whole.last_spend.fpo
    assert whole.last_spend.fpo > 0
    assert searched <= 3e8
    if words != "evaluations":
        assert searched >= 3e8 - 2 * 9 * 1e3 * 48**2 * 6
        assert "FLOPs" in whole.stopped
    folder = tmp_path / "run"
    search(config, folder=folder)
    content = (folder / "records.jsonl").read_bytes()
    for share in (0.2, 0.6):
        (folder / "records.jsonl").write_bytes(content[: int(share * len(content))])
        again = search(config, folder=folder, resume=True)
        assert asked(again) == asked(whole)
        assert again.stopped == whole.stopped
        assert again.n_passed_over == whole.n_passed_over
        fronts = [(tmp_path / name / "front.csv").read_bytes() for name in ("run", "whole")]
        assert fronts[0] == fronts[1]


def test_a_budget_of_flops_needs_a_problem_that_knows_them():
    with pytest.raises(ValueError, match=r"budget_flops needs a problem that knows the FLOPs"):
        search(config("Bowl", budget_flops=1e9))


def test_a_larger_budget_of_flops_on_resume_equals_the_longer_run(tmp_path):
    search(laborious(budget_flops=100.0), folder=tmp_path / "run")
    resumed = search(laborious(budget_flops=300.0), folder=tmp_path / "run", resume=True)
    assert resumed.genomes == search(laborious(budget_flops=300.0)).genomes


EQUAL = {"option": ("times=1",)}  # else one is most of all FLOPs
RETURNING = {
    "plain": EQUAL,
    "rungs": {"fidelity": "epochs", **EQUAL},
    "surrogate": {"surrogate": "gp", "batch": 5, "proposals": 50, **EQUAL},
}


@pytest.mark.parametrize("words", slow_but(["plain"], RETURNING))
@pytest.mark.parametrize("n_jobs", slow_but([0], [0, 2]))
def test_a_search_that_brings_too_little_ends_at_the_same_place_over_a_stop(
    tmp_path, words, n_jobs
):
    config = Config(**DEAR, **RETURNING[words], budget_return="10%")
    whole = search(config, folder=tmp_path / "whole")
    assert re.fullmatch(
        r"the last \d\d% of all FLOPs of trainings \(.*\) brought .*% of the hypervolume, less "
        r"than the 10% of --budget-return",
        whole.stopped,
    )
    folder = tmp_path / "run"
    search(config, folder=folder)
    content = (folder / "records.jsonl").read_bytes()
    for share in (0.2, 0.6):
        (folder / "records.jsonl").write_bytes(content[: int(share * len(content))])
        again = search(replace(config, n_jobs=n_jobs), folder=folder, resume=True)
        assert asked(again) == asked(whole)
        assert again.stopped == whole.stopped
        fronts = [(tmp_path / name / "front.csv").read_bytes() for name in ("run", "whole")]
        assert fronts[0] == fronts[1]


def test_a_smaller_return_on_resume_equals_the_longer_run(tmp_path):
    words = {"evaluations": None, "pop_size": 4}
    few, more = (config(**words, budget_return=least) for least in ("30%", "0.1%"))
    first = search(few, folder=tmp_path / "run")
    resumed = search(more, folder=tmp_path / "run", resume=True)
    assert len(first.records) < len(resumed.records)
    assert asked(resumed) == asked(search(more))


def test_a_return_per_kilowatt_hour_is_that_of_the_journal(tmp_path):
    slow = config(
        "Slow", evaluations=None, option=("seconds=0.002",), budget_return="1e12%/kWh"
    )
    whole = search(slow, folder=tmp_path / "run")
    assert "%/kWh, less than the 1e+12%/kWh of --budget-return" in whole.stopped
    again = search(slow, folder=tmp_path / "run", resume=True)
    assert (asked(again), again.stopped) == (asked(whole), whole.stopped)


def test_a_return_needs_a_hypervolume(tmp_path):
    class Unscaled(toy.Bowl):
        objectives = (replace(FLOPS, best=None), *toy.Bowl.objectives[::2])

    words = {"objectives": ("acc", "flops"), "budget_return": "1%", "n_jobs": 0}
    with pytest.raises(ValueError, match=r"needs a hypervolume, .* each of acc, flops; take"):
        search(Config(**words), problem=Unscaled, folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("budget", "stopped"),
    [
        ({"budget_kwh": 1e-8}, "the budget of 1e-08 kWh is spent"),
        ({"budget_co2": "5e-6g"}, "the budget of 5e-06 g CO2e is spent"),
    ],
)
def test_a_budget_of_energy_or_emissions_ends_the_search(budget, stopped):
    result = search(config("Slow", evaluations=None, option=("seconds=0.01",), **budget))
    assert result.stopped == stopped
    assert 0 < len(result.records) < toy.Bowl.n_distinct
    assert result.front


@pytest.mark.parametrize("algorithm", slow_but(["nsga2"], ["nsga2", "random", "smsemoa"]))
def test_co2_may_be_a_term_of_one_fitness(algorithm):
    settings = config("Bowl", objectives=("acc-1e-5*flops",), algorithm=algorithm)
    result = search(settings)
    values = [
        r.metrics["acc"] - 1e-5 * r.metrics["flops"] for r in result.records if r.error is None
    ]
    assert result.F.shape[1] == 1
    assert result.F[0, 0] == pytest.approx(max(values))
    assert {"acc", "flops"} <= result.front[0].metrics.keys()


def test_the_objectives_are_examined_at_the_end(tmp_path, caplog):
    settings = config("Bowl", objectives=("acc", "flops", "flops-0.001*acc"))
    result = search(settings, folder=tmp_path / "run")
    assert result.degeneracy.front_size == len(result.front)
    assert "adds nothing" in caplog.text
    table = (tmp_path / "run" / "objectives.csv").read_text().splitlines()
    assert table[0].startswith("objective,front_size_without,spearman_acc")
    assert len(table) == 4


def test_a_run_tells_in_the_end_what_it_has_taken(tmp_path):
    result = search(config("Laborious"), folder=tmp_path / "run")
    told = json.loads((tmp_path / "run" / "spend.json").read_text())
    assert told["busy_seconds"] == result.spend.busy_seconds > 0
    assert told["fpo"] == result.spend.fpo > 0
    assert told["cpu_seconds"] > 0
    assert "Eq. 1" in told["method"]


def test_a_tracker_gives_its_opinion_of_every_session(tmp_path, monkeypatch):
    module = SimpleNamespace(OfflineEmissionsTracker=Tracker, __version__="3.3")
    monkeypatch.setitem(sys.modules, "codecarbon", module)
    first = search(config("Bowl", tracker="codecarbon"), folder=tmp_path / "run")
    assert first.opinion.energy_kwh == 0.25
    longer = config("Bowl", tracker="codecarbon", evaluations=60)
    search(longer, folder=tmp_path / "run", resume=True)
    assert len(json.loads((tmp_path / "run" / "codecarbon.json").read_text())) == 2


def test_a_tracker_that_is_not_installed_is_named_before_anything_is_written(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with pytest.raises(ValueError, match="codecarbon is not installed"):
        search(config("Bowl", tracker="codecarbon"), folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_resumed_where_co2_is_priced_otherwise(tmp_path, monkeypatch):
    base = {"evaluations": 4, "pop_size": 4, "epochs": 1, "subset": 20, "n_jobs": 0}
    settings = Config(objectives=("acc", "co2"), target="this-machine", **base)
    search(settings, folder=tmp_path / "run")
    search(settings, folder=tmp_path / "run", resume=True)
    other = replace(this_machine(), name="another")
    monkeypatch.setattr("evonas.carbon.files.this_machine", lambda: other)
    anew = replace(settings)  # as another process makes it
    with pytest.raises(
        ValueError, match=r"CO2 is priced otherwise here than in .*device differ"
    ):
        search(anew, folder=tmp_path / "run", resume=True)


@pytest.mark.parametrize("given", ["acc,flops", {"objectives": "acc"}, 7])
def test_what_is_no_config_is_refused(given):
    with pytest.raises(ValueError, match=r"is no config; expected evonas.Config, such as Conf"):
        search(given)


def test_a_search_in_which_all_fails_says_so(caplog):
    result = search(config("Hopeless", evaluations=10))
    assert not result.front
    assert re.search("none of 10 architectures could be measured; .*Error", caplog.text)
