from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.commands import checks
from evonas.commands.main import COMMANDS
from evonas.reports.text import genome_text

CASES = {
    "bench --methods gq+epochs": r"unknown method 'gq\+epochs' .did you mean 'gp'",
    "bench --methods gp,nsga": "unknown method 'nsga' .did you mean 'nsga3' or 'nsga2'",
    "bench --methods ,": "a contest needs a method and a seed at least",
    "bench --seeds 0": "a contest needs a method and a seed at least",
    "bench --by hypervolum": "unknown measure 'hypervolum' .did you mean 'hypervolume'",
    "bench --methods gp:bath=3": "bath is no word of a method .did you mean 'batch'",
    "bench --problem digit:noisy=true": "unknown problem 'digit' .did you mean 'digits'",
    "bench --problem digit": "unknown problem 'digit' .did you mean 'digits'",
    "budget none": "no run at none: there is no such directory",
    "budget made empty": "empty is not a run of evonas: it holds no config.json",
    "budget made --members 0": "--members must be at least 1, got 0",
    "calibrate --out x.toml": "cannot write x.toml; its suffix must be .json",
    "calibrate --out no/x.json": "no directory for no/x.json",
    "calibrate --out there.json": "there.json exists; give another file with --out, or --force",
    "calibrate --problem digit": "unknown problem 'digit'",
    "carbon": "name a run, or --model, --paper, --zoo or --list",
    "carbon none": "no run at none",
    "carbon --model resnet": "unknown network 'resnet' .did you mean 'resnet50' or 'resnet18'",
    "carbon made --baseline resnet": "or name your own as MODULE:CALLABLE",
    "carbon --model vgg16 --input 3x0": "cannot read the input '3x0'; expected one like 3x224",
    "carbon --model vgg16 --grid frnace": "unknown grid 'frnace'",
    "carbon --model vgg16 --carbon none": "no such file: none",
    "pick none": "no run at none",
    "pick made --knee --near 3": "--knee and --near exclude each other: give one way to pick",
    "pick made --where acc": "cannot read the constraint 'acc'",
    "plot none": "no run at none",
    "plot made --out a.gif": "cannot write a.gif; its suffix must be one of .png, .svg, .pdf",
    "show": "name a run, or --problem with --architecture; see evonas show -h",
    "show made --problem digits": "name a run, or --problem with --architecture",
    "show --problem digits": "--problem needs --architecture, which of its networks to show",
    "show --problem digits --architecture 1 --best acc": "ways to pick are for a run",
    "show --problem digit --architecture 1": "unknown problem 'digit'",
    "show made --architecture 1": "--architecture is for --problem; a run knows its own",
    "show made --image-size 8": "--image-size is for --problem; a run knows its own",
    "show made --genome 1 --best acc": "--genome and ways to pick exclude each other",
    "show made --genome one": "cannot read the genome 'one'",
    "show made --knee --best acc": "--knee and --best exclude each other",
    "show made --where acc": "cannot read the constraint 'acc'",
    "show made --draw a.gif": "cannot write a.gif; its suffix must be one of .png, .svg, .pdf",
    "show none": "no run at none",
    "rerun none --failed": "no run at none",
    "rerun made --genome one": "cannot read the genome 'one'; expected one like 1-0-2, a JS",
}
FINE = (
    *("bench --methods gp+epochs,nsga2,optuna-tpe", "bench --problem own.py:Mine"),
    *("budget made", "calibrate", "calibrate --out there.json --force --problem a.b:C"),
    *("carbon made --grid fra", "carbon --list", "carbon --model a.b:c", "carbon --paper p"),
    *("pick made --best acc --where acc>=3", "plot made --out a.svg", "rerun made --failed"),
    *("show made", "show made --genome bcdfgh --json", "show made --near 3 --where acc>=3"),
    *("show --problem own.py:Mine --architecture x --data cifar10 --draw a.svg",),
    *("rerun made --genome 1-0-2", "rerun made --genome bcdfgh", "search --seed 3"),
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in ("made", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "made/config.json").write_text('{"format": 3, "config": {}, "resolved": {}}')
    (tmp_path / "there.json").write_text("{}")
    (tmp_path / "own.py").write_text("raise RuntimeError('nobody should run this')")
    monkeypatch.chdir(tmp_path)


def check(arguments):
    name, *words = arguments.split()
    COMMANDS[name].check(COMMANDS[name].make_parser().parse_args(words))


@pytest.mark.parametrize("arguments", CASES)
def test_what_cannot_do_is_refused_early(arguments, here):
    with pytest.raises((ValueError, OSError), match=CASES[arguments]):
        check(arguments)


@pytest.mark.parametrize("arguments", FINE)
def test_what_may_do_is_let_through(arguments, here):
    check(arguments)


def test_a_problem_is_looked_for_and_not_imported(here):
    checks.check_problem("own.py:Mine")
    with pytest.raises(FileNotFoundError, match=r"no such file: none\.py \(looked for /"):
        checks.check_problem("none.py:Mine")


def test_an_algorithm_is_a_short_name_or_ones_own():
    checks.check_algorithm("spea2")
    checks.check_algorithm("my.module:Mine")
    with pytest.raises(ValueError, match=r"unknown algorithm .spea. .*your own as MODULE:NAME"):
        checks.check_algorithm("spea")


@given(st.lists(st.integers(0, 20), min_size=1))
def test_a_genome_reads_the_same_however_it_is_written(genes):
    texts = ("-".join(map(str, genes)), " ".join(map(str, genes)), str(genes))
    assert {checks.genome_of(text) for text in texts} == {tuple(genes)}


def test_a_carbon_file_must_be_new_unless_forced(tmp_path):
    file = tmp_path / "a.json"
    checks.check_free_file(file, is_forced=False)
    file.write_text("{}")
    checks.check_free_file(file, is_forced=True)
    with pytest.raises(FileExistsError, match="exists; give another file with --out"):
        checks.check_free_file(Path(file), is_forced=False)


@pytest.mark.parametrize(
    "genome",
    [
        (0.305, 1.64, -0.89),
        (-0.5, 1e-05, 2e20),
        (1, -2),
        (-7.25,),
        (True, "plain", None, 3),
        (0, 12, 3),
    ],
)
def test_a_genome_of_any_values_is_read_as_tables_show_it(genome):
    assert checks.genome_of(genome_text(genome)) == genome


def test_reals_are_read_as_older_tables_show_them():
    assert checks.genome_of("0.305-1.64--0.89") == (0.305, 1.64, -0.89)
    assert checks.genome_of("-0.5-1e-05-2e+20") == (-0.5, 1e-05, 2e20)
