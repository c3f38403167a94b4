import json
import subprocess
import sys

import pytest

import evonas
from evonas.commands.main import COMMANDS, main
from evonas.commands.search import OTHERS

HEAVY = ("torch", "torchvision", "matplotlib", "pymoo", "sklearn", "joblib", "scipy")
SPY = f"""
import json, sys, time
from evonas.commands.main import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code or 0
loaded = [name for name in {HEAVY} if name in sys.modules]
print(json.dumps([status, loaded, time.process_time()]))
"""
HELPFUL = ("--help", "--version", "--list-problems", *(f"{name} --help" for name in COMMANDS))
WRONG = (
    *("pik run", "--popsize 3", "--pop-size many", "--pop-size 1", "search --popsize 3"),
    *("--problem digit", "--problem none.py:Mine", "--algorithm nsga", "--surrogate gpr"),
    *("--screen gpr", "--fidelity epoch", "--tracker carbon", "--grid frnace", "--target a10o"),
    *("--constraint params<3", "--budget-time 8", "--objectives acc,acc", "--rungs 4"),
    *("--generations 3 --evaluations 30", "--evaluations 5 --pop-size 10", "--out full"),
    *("--config none.toml", "--carbon none.toml", "--warm-start runs/none", "--resume none"),
    *("--resume full", "--resume full --out a", "--n-jobs 1001", "--memory-limit 2 --n-jobs 0"),
    *("--problem synthetic --objectives flop", "--problem synthetic --option blocks=none"),
    *("bench --method gp", "bench --methods gq", "bench --problem digit", "bench --seeds 0"),
    *("budget", "budget none", "budget full", "budget full --members x"),
    *("budget full --fractions 2", "calibrate --out x.toml", "calibrate --problem digit"),
    *("calibrate --networks x", "carbon", "carbon none", "carbon --model resnet"),
    *("carbon --model resnet18 --input 3xx", "carbon --model resnet18 --grid frnace"),
    *(
        "pick",
        "pick none",
        "pick full --knee --best acc",
        "pick full --where acc",
        "pick --kne",
    ),
    *("plot", "plot none", "plot full", "plot full --out a.gif", "plot --colour red"),
    *("show", "show none", "show full", "show a --problem digits", "show --problem digits"),
    *("show --problem digit --architecture 1-0", "show a --knee --genome 1", "show a --draw b"),
    *("show --problem digits --architecture 1 --best acc", "show a --data cifar10", "show --x"),
    *("report", "report none", "report full", "report none --networks all"),
    *("report full --every 3", "report full --follow --every 0", "report --ot a.html full"),
    *("dashboard", "dashboard none", "dashboard full --port x", "dashboard full --port 70000"),
    *("explain", "explain none", "explain full", "explain full --out a.gif", "explain --to 3"),
    *("explain none --samples 1", "explain none --knee --best acc", "explain a --genome one"),
    *("latency", "latency none", "latency full", "latency resnet81", "latency a --problem b"),
    *("latency resnet18 --target a10o", "latency resnet18 --measure tf", "latency --tabel a"),
    *("latency --problem digits", "latency --problem digits --table a.txt"),
    *("latency resnet18 --table a.csv", "latency resnet18 --input 3xx", "latency . --batch 0"),
    *("latency resnet18 --latency-table none.csv", "latency resnet18 --carbon none.json"),
    *("--measure-runtime tf", "--measure-with ' --n-jobs 1", "--measure-batch 0"),
    *("retarget none", "retarget none --target a100", "retarget none --target pi"),
    *("retarget full --target a100 --where acc", "retarget full --target a100 --targe b"),
    *("rerun none --failed", "rerun full --genome one", "rerun full"),
    *("train", "train none", "train full", "train full --problem digits", "train --epoch 3"),
    *("train none --seeds a", "train none --seeds 1,1", "train none --epochs 0"),
    *("train none --optimiser adam", "train none --knee --best acc", "train none --amp x"),
    *(
        "train --problem digit --architecture 1-2",
        "train --problem digits",
        "train --resume no",
    ),
    *("train full --genome one", "train none --genome 1 --knee", "train none --threads 0"),
    *("train none --architecture 1-2", "train none --option a=1", "train none --where acc"),
    *("predict", "predict none", "predict none a.png", "predict full a.png"),
    *("predict full mine.txt --top 0", "predict full --tpo 3 a.png"),
)


def spied(arguments, folder):
    done = subprocess.run(
        [sys.executable, "-c", SPY, *arguments.split()],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    *_, last = done.stdout.splitlines()
    return *json.loads(last), done.stdout.removesuffix(last + "\n"), done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("here")
    (made / "full").mkdir()
    (made / "full" / "mine.txt").write_text("mine")
    return made


@pytest.mark.parametrize("arguments", HELPFUL)
def test_what_helps_needs_nothing_heavy(arguments, folder):
    status, loaded, seconds, out, err = spied(arguments, folder)
    assert (status, loaded, err) == (0, [], "")
    assert out
    assert seconds < 2  # a quarter of a second on an idle machine


@pytest.mark.slow
@pytest.mark.parametrize("arguments", WRONG)
def test_a_mistake_is_found_before_anything_heavy_is_imported(arguments, folder):
    status, loaded, seconds, out, err = spied(arguments, folder)
    assert (status, loaded, out) == (2, [], "")
    assert err.startswith("evonas: ")
    assert err.count("\n") == 1
    assert seconds < 2


TOGETHER = f"""
import contextlib, io, json, sys
from evonas.commands.main import main
statuses = []
for words in {WRONG!r}:
    said, out = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(out):
        try:
            status = main(words.split())
        except SystemExit as end:
            status = end.code
    heavy = [name for name in {HEAVY} if name in sys.modules]
    statuses.append([words, status, said.getvalue(), out.getvalue(), heavy])
print(json.dumps(statuses))
"""


def test_no_mistake_needs_anything_heavy(folder):
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    found = json.loads(done.stdout)
    assert len(found) == len(WRONG)
    for words, status, said, out, heavy in found:
        assert (status, out, heavy) == (2, "", []), words
        assert said.startswith("evonas: "), words
        assert said.count("\n") == 1, words


@pytest.mark.parametrize("module", ["evonas", "evonas.run"])
def test_the_module_does_what_the_command_does(module, folder):
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, cwd=folder
    )
    assert (done.returncode, done.stdout) == (0, f"{evonas.__version__}\n")


def test_the_module_plot_is_the_command_plot(folder):
    done = subprocess.run(
        [sys.executable, "-m", "evonas.plot", "none"],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 2
    assert done.stderr == "evonas: no run at none: there is no such directory\n"


def test_an_unknown_command_is_named_with_the_nearest(capsys):
    assert main(["pik", "run"]) == 2
    said = capsys.readouterr().err
    assert said == "evonas: unknown command 'pik' (did you mean 'pick'?); see evonas --help\n"


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert set(OTHERS) == set(COMMANDS) - {"search"}
    assert all(f"evonas {name} --help" in text for name in OTHERS)


@pytest.mark.parametrize("words", ["--list-problems", "nowhere"])
def test_a_reader_that_leaves_is_no_error(words):
    command = [sys.executable, "-m", "evonas.run", *words.split()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        said = process.stderr.read()
    is_mistake = words == "nowhere"  # which is told elsewhere
    assert process.returncode == (2 if is_mistake else 141)
    assert ("unknown command" in said) if is_mistake else not said


def test_an_interruption_before_anything_was_begun_is_one_line(monkeypatch, capsys):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", interrupted)
    assert main(["plot", "."]) in (2, 130)
    assert main(["carbon", "--list"]) == 130
    assert capsys.readouterr().err.endswith("evonas: interrupted\n")
