import csv
import re
import subprocess
import sys

import pytest
import toy
from matplotlib.figure import Figure

from evonas.bench.contest import Score, checkpoints, judged, tried
from evonas.bench.judge import Verdict
from evonas.bench.other_optimisers import PEERS, lacking
from evonas.bench.standings import Standings
from evonas.commands.bench import main
from evonas.config import Config
from evonas.plots.bench import draw_contest

INSTALLED = [name for name in PEERS if not lacking(name)]
BASE = Config(problem="synthetic", evaluations=24, pop_size=8, option=("blocks=2",), n_jobs=0)


@pytest.mark.parametrize(
    "method", ["gp", "nsga2", "nsga2+screen", "forest+moead", "gp+epochs", *INSTALLED]
)
def test_every_method_measures_its_budget_and_nothing_twice(method):
    trials = tried(BASE, method, 1, "fpo")
    assert len({trial.genome for trial in trials}) == 24
    if "epochs" not in method:
        assert len(trials) == 24
    assert trials == tried(BASE, method, 1, "fpo")
    assert trials != tried(BASE, method, 2, "fpo")


def test_a_peer_that_only_repeats_itself_is_ended(monkeypatch):
    def stubborn(space, oracle, n_objectives, seed):
        while True:
            oracle((0,) * len(space.sizes))

    monkeypatch.setitem(PEERS, "stubborn", stubborn)
    assert [trial.genome for trial in tried(BASE, "stubborn", 0, "fpo")] == [(0,) * 6]


def test_a_search_is_judged_at_every_checkpoint():
    scores = judged(BASE, "nsga2", 0, "macs")
    assert [s.n_evaluations for s in scores] == checkpoints(24) == [5, 10, 15, 20, 24]
    costs = [s.cost for s in scores]
    assert costs == sorted(costs)
    volumes = [s.verdict.hypervolume for s in scores]
    assert volumes == sorted(volumes)


def test_what_a_fidelity_costs_is_what_its_steps_take():
    (*_, last) = judged(BASE, "random+epochs", 0, "fpo")
    (*_, whole) = judged(BASE, "random", 0, "fpo")
    assert last.n_evaluations == whole.n_evaluations == 24
    assert last.cost < whole.cost
    assert 0 < last.verdict.hypervolume <= 1


def test_the_number_of_processes_makes_no_difference(tmp_path):
    def played(n_jobs):
        arguments = "--option blocks=2 --methods nsga2,random --seeds 2 --evaluations 24"
        out = tmp_path / str(n_jobs)
        command = [
            sys.executable,
            "-m",
            "evonas.run",
            "bench",
            *arguments.split(),
            "--out",
            str(out),
        ]
        done = subprocess.run(
            [*command, "--n-jobs", str(n_jobs)], capture_output=True, text=True, check=False
        )  # a process of its own, for joblib leaves some behind in this one
        assert done.returncode == 0, done.stderr
        (table,) = out.glob("*.csv")
        return table.read_text()

    assert played(1) == played(2)


def test_a_contest_prints_who_is_ahead_and_leaves_a_table_and_a_picture(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    arguments = "--option blocks=2 --methods gp,random --seeds 3 --evaluations 30 --n-jobs 1"
    assert main(arguments.split()) == 0
    said = capsys.readouterr()
    assert re.search(r"method +30 +area +recall +igd\+\n +gp +0\.\d{4} \[", said.out), said.out
    assert re.search(r"gp ahead of +30\n +random +[01]\.\d\d \(p [01]", said.out), said.out
    stem = "synthetic-acc-macs-blocks2-30evaluations-seeds0..2"
    assert sorted(path.name for path in (tmp_path / "bench").iterdir()) == [
        f"{stem}.csv",
        f"{stem}.png",
    ]
    with (tmp_path / "bench" / f"{stem}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 3 * len(checkpoints(30))
    assert all(0 <= float(row["hypervolume"]) <= 1 for row in rows)


def test_a_table_of_ones_own_takes_a_file_and_no_more(tmp_path, capsys):
    arguments = ["--problem", toy.reference("Bowl"), "--objectives", "acc,flops"]
    flags = "--methods gp,nsga2 --seeds 2 --evaluations 20 --n-jobs 1 --out"
    assert main([*arguments, *flags.split(), str(tmp_path / "out")]) == 0
    assert "Everything is in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--methods nsga", "unknown method 'nsga' .did you mean 'nsga3'.*optuna-tpe"),
        ("--methods gp+optuna-tpe", r"unknown method 'gp\+optuna-tpe'"),
        ("--methods ,", "a contest needs a method and a seed at least"),
        ("--seeds 0", "a contest needs a method and a seed at least"),
        (
            "--cost macs --methods gp+epochs",
            "a fidelity is counted by the problem's effort, not",
        ),
        ("--cost seconds", "the problem did not measure seconds"),
        ("--evaluations 10 --pop-size 20", "evaluations=10 does not pay for one population"),
        ("--problem digits", "nobody knows the true front of acc, flops, co2"),
        ("--problem none.py:Mine", "no such file: none.py"),
        ("--option blocks=none", "option 'blocks' is 'none'; expected int"),
    ],
)
def test_a_mistake_is_said_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert len(said.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_peer_whose_package_is_missing_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr("evonas.bench.contest.lacking", lambda name: "optuna")
    assert main(["--methods", "optuna-tpe"]) == 2
    assert "method optuna-tpe needs optuna: pip install optuna" in capsys.readouterr().err


def test_no_two_methods_look_alike(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    methods = [f"method {i}" for i in range(28)]
    verdicts = {n: Verdict(hypervolume=n / 11, igd_plus=0.1, recall=0.5) for n in (5, 10)}
    scores = [
        Score(name, 0, n, n, verdict) for name in methods for n, verdict in verdicts.items()
    ]
    out = tmp_path / "out.png"
    draw_contest(Standings(scores, methods), title="", cost="macs", out=out)
    (figure,) = drawn
    by_count, _ = figure.axes
    looks = {(line.get_color(), line.get_linestyle()) for line in by_count.lines}
    assert len(looks) == len(by_count.lines) == 28
