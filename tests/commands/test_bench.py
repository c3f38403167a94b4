import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
import toy

from evonas.bench.contest import checkpoints, judged
from evonas.commands.bench import main


def rows_of(out):
    """The rows of all files of scores in a folder, in no order."""
    return sorted(row for path in out.glob("*.csv") for row in path.read_text().splitlines())


def test_the_number_of_processes_makes_no_difference(tmp_path):
    problems = "--problem synthetic:blocks=2 --problem synthetic:blocks=3:noisy=true"
    flags = f"{problems} --methods nsga2,random --seeds 2 --evaluations 20 --n-jobs"
    one, two = tmp_path / "one", tmp_path / "two"
    assert main([*flags.split(), "1", "--out", str(one)]) == 0
    command = [sys.executable, "-m", "evonas.run", "bench", *flags.split(), "2"]
    done = subprocess.run(
        [*command, "--out", str(two)], capture_output=True, text=True, check=False
    )  # a process of its own, for joblib leaves some behind in this one
    assert done.returncode == 0, done.stderr
    assert len(rows_of(one)) == 2 * (1 + 2 * 2 * len(checkpoints(20)))
    assert rows_of(one) == rows_of(two)


CONTEST = "--option blocks=2 --methods gp,random --evaluations 20 --n-jobs 1"


def test_a_contest_prints_who_is_ahead_and_leaves_scores_tables_and_pictures(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main([*CONTEST.split(), "--seeds", "2"]) == 0
    said = capsys.readouterr()
    assert re.search(r"method +10 +20 +area +recall +igd\+\n +gp +0\.\d{4} \[", said.out)
    assert re.search(r"gp ahead of +10 +20 +area\n +random +[01]\.\d\d \(p [01]", said.out)
    stem = "synthetic-acc-macs-blocks2-20evaluations"
    assert sorted(path.name for path in (tmp_path / "bench").iterdir()) == [
        *(f"{stem}-seeds0..1.md", f"{stem}-seeds0..1.png"),
        *(f"{stem}.csv", f"{stem}.json"),
    ]
    with (tmp_path / "bench" / f"{stem}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * len(checkpoints(20))
    assert all(0 <= float(row["hypervolume"]) <= 1 for row in rows)
    assert all(0 <= float(row["log_hypervolume"]) <= 1 for row in rows)


def test_the_same_command_makes_nothing_again_and_a_longer_one_what_is_missing(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main([*CONTEST.split(), "--seeds", "1"]) == 0
    first, scores = capsys.readouterr().out, rows_of(tmp_path / "bench")
    monkeypatch.setattr("evonas.bench.contest.tried", None)  # nobody is to search
    assert main([*CONTEST.split(), "--seeds", "1"]) == 0
    again = capsys.readouterr()
    assert again.out == first
    assert "2 of 2 searches are there already" in again.err
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main([*CONTEST.split(), "--seeds", "2"]) == 0
    assert "2 of 4 searches are there already" in capsys.readouterr().err
    assert set(scores) < set(rows_of(tmp_path / "bench"))


def test_scores_under_other_conditions_are_not_mixed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = "--problem synthetic:blocks=2:label=small --methods random --evaluations 20"
    assert main([*words.split(), "--seeds", "1", "--n-jobs", "1"]) == 0
    assert main([*words.replace("=2", "=3").split(), "--seeds", "1", "--n-jobs", "1"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "holds searches with options blocks=2, not blocks=3; name another folder" in said


def test_ctrl_c_keeps_what_is_done(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    searched = []

    def interrupted(search, *rest):
        if len(searched) == 1:
            raise KeyboardInterrupt
        searched.append(search)
        return judged(search, *rest)

    monkeypatch.setattr("evonas.bench.contest.judged", interrupted)
    assert main([*CONTEST.split(), "--seeds", "1"]) == 130
    said = capsys.readouterr().err
    assert "stopped; every search that was done is kept, and the same command goes on" in said
    assert len(rows_of(tmp_path / "bench")) == 1 + len(checkpoints(20))


def test_a_search_that_fails_is_told_and_the_others_are_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def failing(search, *rest):
        if search.method.name == "random":
            raise RuntimeError("no luck")
        return judged(search, *rest)

    monkeypatch.setattr("evonas.bench.contest.judged", failing)
    words = CONTEST.replace("gp,", "nsga2,").split()
    assert main([*words, "--seeds", "2"]) == 1
    said = capsys.readouterr()
    assert (
        "evonas: 2 searches of random on synthetic-acc-macs-blocks2 failed, one with"
        in said.err
    )
    assert re.search(r"nsga2 +0\.\d{4}", said.out)
    assert len(rows_of(tmp_path / "bench")) == 1 + 2 * len(checkpoints(20))


def test_scores_of_earlier_versions_may_be_read_alone(tmp_path, monkeypatch, capsys):
    old = Path(__file__).parents[2] / "benchmarks" / "results"
    monkeypatch.chdir(tmp_path)
    file = old / "nas-bench-macro-acc-macs-noisytrue-150evaluations-seeds0..4.csv"
    assert main(["--read", str(file), "--seeds", "3"]) == 0
    said = capsys.readouterr().out
    assert "nas-bench-macro-acc-macs-noisytrue: hypervolume by evaluations" in said
    assert "quartiles of 3 seeds" in said
    assert main(["--read", str(file)]) == 0
    assert "quartiles of 5 seeds" in capsys.readouterr().out
    for words, message in (
        ("--methods gp,ageing", "nothing of ageing is in"),
        ("--by log_hypervolume", "no log_hypervolume is in"),
        (f"--read {file}", "gp with seed 0 on nas-bench-macro-acc-macs-noisytrue is in"),
    ):
        assert main(["--read", str(file), *words.split()]) == 2
        assert message in capsys.readouterr().err


def test_problems_may_be_listed_in_a_file_and_be_compared_on_another_scale(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("problems.txt").write_text("synthetic:blocks=2\nsynthetic:landscape=1..2:blocks=2\n")
    words = "--problems problems.txt --methods nsga2,random --evaluations 20 --seeds 2"
    assert main([*words.split(), "--n-jobs", "1", "--by", "log_hypervolume"]) == 0
    said = capsys.readouterr().out
    assert "synthetic-acc-macs-landscape1..2-blocks2: log_hypervolume by evaluations" in said
    assert "2 problems: average ranks" in said
    stem = "2problems-20evaluations-seeds0..1-log-hypervolume"
    assert {path.name for path in Path("bench").glob("2problems*")} == {
        *(f"{stem}.md", f"{stem}.png", f"{stem}-ranks.png")
    }


def test_a_table_of_ones_own_takes_a_file_and_no_more(tmp_path, capsys):
    arguments = ["--problem", toy.reference("Bowl"), "--objectives", "acc,flops"]
    flags = "--methods random,nsga2 --seeds 2 --evaluations 20 --n-jobs 1 --out"
    assert main([*arguments, *flags.split(), str(tmp_path / "out")]) == 0
    assert "Tables and pictures: " in capsys.readouterr().out


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
        ("--methods random,random", "two methods are called random"),
        (
            "--problem synthetic --problem synthetic",
            "two problems are called synthetic-acc-macs",
        ),
        ("--methods gp:seed=3", "seed is no word of a method"),
        ("--methods nsga2:batch=3", "batch is of use to a surrogate only"),
        (
            "--methods gp:evaluations=300",
            "asks for 300 evaluations, more than the contest's 200",
        ),
        ("--peer-python smac=python", "unknown peer 'smac'"),
        ("--peer-python optuna-tpe=nopython", "no Python at nopython"),
        ("--problems none.txt", "none.txt"),
        ("--at 25", "--at 25: choose from 10, 20, 30, 40, 60, 100, 200, area"),
        ("--read none.csv", "none.csv"),
    ],
)
def test_a_mistake_is_said_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert len(said.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
