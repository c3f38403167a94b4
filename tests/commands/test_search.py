import json
import re
import subprocess
import sys

import pytest

from evonas.commands import main as run
from evonas.commands import search
from evonas.config import Config

TABLE = """
from evonas import Gene, Objective, SearchSpace, TabularProblem
import time

class Table(TabularProblem):
    '''Thirty-two made-up networks.'''
    space = SearchSpace([Gene(f"g{i}", (0, 1)) for i in range(5)])
    objectives = (
        Objective("acc", "%", "accuracy", -1, best=100.0, worst=0.0),
        Objective("cost", "s", "cost", +1, worst=10.0),
    )
    options = {"noisy": False, "broken": False, "pause": 0.0}

    def lookup(self, architecture):
        time.sleep(self.option["pause"])
        if self.option["broken"]:
            raise RuntimeError("no such row")
        n = sum(architecture.values())
        return {"acc": 50.0 + 10 * n - architecture["g0"], "cost": 1.0 + n}

class NoSpace(TabularProblem):
    '''Lacks a space.'''
    objectives = Table.objectives
    def lookup(self, architecture): return {}

class NoLookup(TabularProblem):
    '''Lacks its method.'''
    space = Table.space
    objectives = Table.objectives

class NoObjectives(TabularProblem):
    '''Lacks objectives.'''
    space = Table.space
    def lookup(self, architecture): return {}

class OddSpace(Table):
    '''Has a list for a space.'''
    space = [0, 1]

class BrokenInit(Table):
    '''Cannot be made.'''
    def __init__(self, settings):
        raise KeyError("weights")

class NotAProblem:
    '''Is something else.'''

number = 7

def broken():
    raise RuntimeError("no licence")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "table.py").write_text(TABLE)
    (tmp_path / "syntax.py").write_text("def broken(:\n")
    (tmp_path / "bad.toml").write_text("seed = = 1")
    (tmp_path / "kind.toml").write_text('seed = "one"')
    (tmp_path / "unknown.json").write_text('{"sed": 1}')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(text):
    return ["--problem", "table.py:Table", "--n-jobs", "0", *text.split()]


BAD = {
    "--objectives flop": "unknown objective 'flop'.*did you mean 'flops'.*choose from acc,",
    "--objectives test_acc": "'test_acc' is measured for the final front alone",
    "--objectives acc,acc": "objectives name one twice: acc, acc",
    "--problem digit": "unknown problem 'digit' .did you mean 'digits'.*FILE.py:CLASS",
    "--problem none.py:Mine": "no such file: none.py",
    "--problem table.py:Tabel": "table.py has no 'Tabel' .did you mean 'Table'",
    "--problem table.py": "name what to take from table.py, as table.py:NAME; it has",
    "--problem syntax.py:Mine": "cannot import syntax.py: SyntaxError",
    "--problem no.such.module:Mine": "cannot import 'no.such.module': ModuleNotFoundError",
    "--problem table.py:NoSpace": "table.py:NoSpace is not finished: it lacks 'space'",
    "--problem table.py:NoLookup": "it lacks the method lookup",
    "--problem table.py:NoObjectives": "is not finished: it lacks 'metrics'",
    "--problem table.py:OddSpace": "space of table.py:OddSpace is a list; expected an evonas",
    "--problem table.py:BrokenInit": "cannot make table.py:BrokenInit: KeyError: 'weights'",
    "--problem table.py:NotAProblem": "is a NotAProblem; expected a subclass of evonas.Problem",
    "--problem table.py:number": "is a int; expected a subclass of evonas.Problem",
    "--problem nas-bench-macro --data-dir full": "no table at full.*--data-dir",
    "--problem table.py:Table --option colour=red": "Table has no option 'colour'; its options",
    "--problem table.py:Table --option noisy=maybe": "option 'noisy' is 'maybe'; expected true",
    "--problem table.py:Table --option noisy": "cannot read the option 'noisy'",
    "--algorithm nsga": "unknown algorithm 'nsga' .did you mean 'nsga3' or 'nsga2'",
    "--algorithm table.py:broken": "cannot make algorithm table.py:broken: RuntimeError: no",
    "--mutation table.py:broken": "cannot make operator table.py:broken: RuntimeError: no",
    "--algorithm table.py:number": "table.py:number is a int; expected a pymoo Algorithm",
    "--algorithm nsga3 --objectives acc": "needs two objectives or more",
    "--algorithm nsga3 --pop-size 2": "pop_size=2 is too small for 3 objectives",
    "--algorithm random --mutation evonas.algorithms.operators:GenomeMutation": "no use for -",
    "--mutation table.py:none": "table.py has no 'none'",
    "--data cifar1": "unknown data set 'cifar1'.*did you mean 'cifar10'",
    "--data full": "no classes in .*full",
    "--constraint params<200": r"cannot read the constraint 'params<200'; expected METRIC<=NUM",
    "--constraint speed<=1": "constraint speed<=1 is on an unknown metric 'speed'",
    "--reference flops": "cannot read the reference 'flops'",
    "--reference params=3": "reference 'params' is none of the objectives: acc, flops, co2",
    "--reference flops=many": "could not convert string to float: 'many'; expected OBJECTIVE",
    "--surrogate gpr": "unknown surrogate 'gpr'; choose from none, gp, forest, auto",
    "--batch 4": "batch is of use to a surrogate only",
    "--surrogate gp --batch 0": "batch must be at least 1, got 0",
    "--surrogate gp --proposals 10": "proposals must be at least 50, got 10",
    "--surrogate gp --objectives flops,params": "nothing of flops, params takes a training",
    "--problem synthetic --option blocks=0": "blocks=0 and landscape=0 do not do",
    "--generations 3 --evaluations 30": "generations=3 and evaluations=30 contradict",
    "--evaluations 5 --pop-size 10": "evaluations=5 does not pay for one population",
    "--pop-size 1": "pop_size must be at least 2, got 1",
    "--generations 0": "generations must be at least 1, got 0",
    "--budget-time 0": "cannot read the budget_time '0'; expected a positive number and one of",
    "--budget-co2 50": "budget_co2 '50'; expected a positive number and one of g, kg, t",
    "--budget-kwh 0": "budget_kwh must be a positive number of kilowatt-hours, got 0",
    "--budget-flops -1": "budget_flops must be a positive number of FLOPs, got -1",
    "--grid frnace": "unknown grid 'frnace'.*did you mean",
    "--target a10o": "unknown device 'a10o'.*did you mean",
    "--grid fra --intensity-g-per-kwh 3": "grid and intensity_g_per_kwh contradict each other",
    "--trainings 3 --citations 3": "trainings and citations contradict each other",
    "--n-jobs -1": "n_jobs must be at least 0, got -1",
    "--timeout 0": "timeout must be a positive number of seconds, got 0",
    "--timeout nan": "timeout must be a positive number of seconds, got nan",
    "--memory-limit -2": "memory_limit must be a positive number of gigabytes, got -2",
    "--memory-limit 2 --n-jobs 0": "memory_limit is kept by worker processes; n_jobs=0 has non",
    "--max-failures 2": r"max_failures must be in \[0, 1\], got 2",
    "--seed -1": "seed must be at least 0, got -1",
    "--epochs 0": "epochs must be at least 1, got 0",
    "--subset 3": "subset.*3",
    "--image-size 7": "image size of 'digits' is 7 pixels; expected 8 to 224",
    "--batch-size 1": "batch_size must be at least 2, got 1",
    "--augment rotate": "unknown augmentation 'rotate'; choose from crop, flip, cutout",
    "--device tpu": "unknown device 'tpu'; choose from auto, cpu, cuda",
    "--pue 0.5": "pue.*0.5",
    "--intensity-g-per-kwh -1": "intensity_g_per_kwh.*-1",
    "--config none.toml": "no such file: none.toml",
    "--config bad.toml": "cannot read bad.toml",
    "--config kind.toml": "setting seed is 'one'; expected int",
    "--config unknown.json": "unknown setting 'sed' .did you mean 'seed'.*choose from problem",
    "--config list.json": "list.json holds a list; expected keys and values",
    "--out full": "full exists; give another directory with --out",
    "--resume none": "no run at none: there is no such directory",
    "--resume full": "full is not a run of evonas: it holds no config.json",
    "--resume full --out other": "--out and --resume contradict each other",
}


@pytest.mark.parametrize("arguments", BAD)
def test_a_mistake_gives_one_clear_line_and_status_2(arguments, folder, capsys):
    before = sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    assert run.main(arguments.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(BAD[arguments], said.err), said.err
    assert said.err.startswith("evonas: ")
    assert said.err.count("\n") == 1
    after = sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    assert after == before


def test_a_device_that_is_not_there_is_refused(folder, capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert run.main(["--device", "cuda"]) == 2
    assert "device 'cuda' is not there" in capsys.readouterr().err


def test_an_unknown_flag_is_refused_by_status_2(capsys):
    with pytest.raises(SystemExit, match="2"):
        run.main(["--objectve", "acc"])
    assert "--objectve" in capsys.readouterr().err


def test_a_search_prints_its_front_and_leaves_its_files(folder, capsys):
    assert run.main(words("--evaluations 20 --out made")) == 0
    said = capsys.readouterr()
    assert "20 architectures measured" in said.out
    assert "acc [%]" in said.out
    assert "g CO2e" in said.out
    assert "20 measured" in said.err
    names = {path.name for path in (folder / "made").iterdir()}
    assert names == {
        "config.json",
        "environment.json",
        "front.csv",
        "front.png",
        "generations.csv",
        "objectives.csv",
        "records.jsonl",
        "spend.json",
    }


def test_quiet_shows_no_progress(folder, capsys):
    assert run.main(words("--evaluations 20 --out made --quiet")) == 0
    assert capsys.readouterr().err == ""


def test_a_picture_that_cannot_be_drawn_does_not_hide_the_front(folder, capsys, monkeypatch):
    def fail(*arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr("evonas.plots.runs.save_picture", fail)
    assert run.main(words("--evaluations 10 --pop-size 4 --out a --quiet")) == 0
    said = capsys.readouterr()
    assert said.err == "evonas: no picture: disk full\n"
    assert "The front," in said.out


def test_runs_without_a_name_get_new_folders(folder):
    for _ in range(2):
        assert run.main(words("--evaluations 10 --pop-size 4 --quiet")) == 0
    assert sorted(path.name for path in (folder / "runs").iterdir()) == [
        "Table-nsga2-seed0",
        "Table-nsga2-seed0-2",
    ]


def test_a_config_file_is_read_and_flags_win(folder):
    (folder / "my.toml").write_text(
        'problem = "table.py:Table"\nseed = 5\nevaluations = 10\npop_size = 4\nn_jobs = 0\n'
    )
    assert run.main(["--config", "my.toml", "--seed", "6", "--out", "a", "--quiet"]) == 0
    config = json.loads((folder / "a/config.json").read_text())["config"]
    assert (config["seed"], config["evaluations"]) == (6, 10)


def test_a_run_repeats_from_its_own_config_file(folder):
    assert run.main(words("--evaluations 12 --pop-size 4 --out a --quiet")) == 0
    assert run.main(["--config", "a/config.json", "--out", "b", "--quiet"]) == 0
    assert (folder / "a/front.csv").read_bytes() == (folder / "b/front.csv").read_bytes()


def test_an_existing_run_is_not_overwritten(folder, capsys):
    assert run.main(words("--evaluations 10 --pop-size 4 --out a --quiet")) == 0
    before = (folder / "a/records.jsonl").read_bytes()
    assert run.main(words("--evaluations 12 --pop-size 4 --out a --quiet")) == 2
    assert "or go on with --resume a" in capsys.readouterr().err
    assert (folder / "a/records.jsonl").read_bytes() == before


def test_resuming_with_a_larger_budget_equals_the_larger_run(folder):
    assert run.main(words("--evaluations 8 --pop-size 4 --out a --quiet")) == 0
    assert run.main(["--resume", "a", "--evaluations", "20", "--quiet"]) == 0
    assert run.main(words("--evaluations 20 --pop-size 4 --out b --quiet")) == 0
    assert (folder / "a/front.csv").read_bytes() == (folder / "b/front.csv").read_bytes()
    assert len((folder / "a/records.jsonl").read_text().splitlines()) == 20


def test_resuming_another_configuration_names_the_setting(folder, capsys):
    assert run.main(words("--evaluations 8 --pop-size 4 --out a --quiet")) == 0
    assert run.main(["--resume", "a", "--seed", "3", "--pop-size", "6"]) == 2
    said = capsys.readouterr().err
    assert "pop_size is 4 there and 6 here" in said
    assert "seed is 0 there and 3 here" in said


def test_a_damaged_config_is_named(folder, capsys):
    (folder / "full/config.json").write_text("{")
    assert run.main(["--resume", "full"]) == 2
    assert re.search(
        r"full/config.json cannot be read: JSONDecodeError", capsys.readouterr().err
    )


def test_a_damaged_journal_is_named_by_file_and_line(folder, capsys):
    assert run.main(words("--evaluations 8 --pop-size 4 --out a --quiet")) == 0
    journal = folder / "a/records.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join([lines[0], "nonsense\n", *lines[1:]]))
    assert run.main(["--resume", "a", "--evaluations", "12"]) == 2
    assert re.search(r"a/records.jsonl, line 2: not a record", capsys.readouterr().err)


def test_a_search_in_which_everything_fails_says_so_and_keeps_its_journal(folder, capsys):
    given = words("--evaluations 8 --pop-size 4 --option broken=true --out a")
    assert run.main([*given, "--max-failures", "1"]) == 0
    said = capsys.readouterr().out
    assert "Every candidate failed, so there is no front." in said
    assert "     8  raised    RuntimeError: no such row\n" in said
    assert "To see one fail, with its full traceback: evonas rerun a --failed\n" in said
    assert len((folder / "a/records.jsonl").read_text().splitlines()) == 8
    header, *rows = (folder / "a/failures.csv").read_text().splitlines()
    assert header == "kind,genome,seed,seconds [s],error,where"
    assert len(rows) == 8
    assert all(row.startswith("raised,") and "table.py" in row for row in rows)
    assert (folder / "a/front.csv").read_text().startswith("genome")


def test_a_hopeless_search_is_given_up_after_a_generation(folder, capsys):
    given = words("--evaluations 20 --pop-size 4 --option broken=true --out a --quiet")
    assert run.main(given) == 1
    reason = "Stopped: 4 of 4 candidates failed, more than the share of 0.9. 4 architectures"
    assert reason in capsys.readouterr().out
    assert run.main(["--resume", "a", "--max-failures", "1", "--quiet"]) == 0
    assert len((folder / "a/records.jsonl").read_text().splitlines()) == 20


def test_a_search_in_which_nothing_is_feasible_says_so(folder, capsys):
    arguments = ["--constraint", "acc>=200", "--evaluations", "8", "--pop-size", "4"]
    assert run.main([*words("--out a --quiet"), *arguments]) == 0
    assert "No candidate keeps every constraint (acc>=200)" in capsys.readouterr().out


def test_the_problems_are_listed_with_a_line_each(capsys):
    assert run.main(["--list-problems"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = {line.split()[0] for line in lines}
    assert {"digits", "layerwise", "macro", "nas-bench-macro"} <= names
    assert all(len(line.split(maxsplit=1)[1]) > 20 for line in lines)


def test_every_setting_is_a_flag_and_has_help():
    text = search.make_parser().format_help()
    for name in Config().as_dict():
        assert f"--{name.replace('_', '-')} " in text


def test_importing_the_package_does_not_load_torch():
    code = "import sys; from evonas import Gene, SearchSpace; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
