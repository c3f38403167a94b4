import csv
import re
import subprocess
import sys

import pytest
import toy

from evonas.bench.contest import checkpoints
from evonas.commands.bench import main


def test_the_number_of_processes_makes_no_difference(tmp_path):
    flags = "--option blocks=2 --methods nsga2,random --seeds 2 --evaluations 20 --n-jobs"
    one, two = tmp_path / "one", tmp_path / "two"
    assert main([*flags.split(), "1", "--out", str(one)]) == 0
    command = [sys.executable, "-m", "evonas.run", "bench", *flags.split(), "2"]
    done = subprocess.run(
        [*command, "--out", str(two)], capture_output=True, text=True, check=False
    )  # a process of its own, for joblib leaves some behind in this one
    assert done.returncode == 0, done.stderr
    tables = [next(out.glob("*.csv")).read_text() for out in (one, two)]
    assert tables[0] == tables[1]


def test_a_contest_prints_who_is_ahead_and_leaves_a_table_and_a_picture(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    arguments = "--option blocks=2 --methods gp,random --seeds 2 --evaluations 20 --n-jobs 1"
    assert main(arguments.split()) == 0
    said = capsys.readouterr()
    assert re.search(r"method +20 +area +recall +igd\+\n +gp +0\.\d{4} \[", said.out), said.out
    assert re.search(r"gp ahead of +20\n +random +[01]\.\d\d \(p [01]", said.out), said.out
    stem = "synthetic-acc-macs-blocks2-20evaluations-seeds0..1"
    assert sorted(path.name for path in (tmp_path / "bench").iterdir()) == [
        f"{stem}.csv",
        f"{stem}.png",
    ]
    with (tmp_path / "bench" / f"{stem}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * len(checkpoints(20))
    assert all(0 <= float(row["hypervolume"]) <= 1 for row in rows)


def test_a_table_of_ones_own_takes_a_file_and_no_more(tmp_path, capsys):
    arguments = ["--problem", toy.reference("Bowl"), "--objectives", "acc,flops"]
    flags = "--methods random,nsga2 --seeds 2 --evaluations 20 --n-jobs 1 --out"
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
