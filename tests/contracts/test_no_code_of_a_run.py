"""Whoever looks at a run runs nothing that it names.

Only --resume, rerun, show, train and report with --networks any do.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evonas import Config, open_run, search
from evonas.commands import budget, carbon, pick, plot, report, rerun
from evonas.pages.known_runs import KnownRuns
from evonas.pages.payload import payload
from evonas.run import main
from evonas.runs.checksums import CHECKSUMS
from evonas.runs.warm_start_files import read_prior
from evonas.space import Gene, SearchSpace

HARMLESS = '''
"""A problem of somebody else."""
from torch import nn
from evonas import Gene, Objective, SearchSpace, TrainedProblem


class Theirs(TrainedProblem):
    space = SearchSpace((Gene("width", (1, 2, 3, 4)), Gene("act", (nn.ReLU, nn.Tanh))))

    def build(self, architecture):
        shape = self.n_channels * self.image_size**2
        width = architecture["width"]
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(shape, width),
            architecture["act"](),
            nn.Linear(width, self.n_classes),
        )


thrift = Objective("thrift", "", "thrift", -1, needs=("acc",), compute=lambda m: m["acc"] / 2)
'''
THEIRS = "turned_against_you.py"
HARMFUL = """
from pathlib import Path
Path(__file__).with_name("executed").touch()
raise SystemExit("the code of a run was executed")
"""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """A run whose files of code have turned against whoever imports them."""
    folder = tmp_path_factory.mktemp("theirs")
    file = folder / "their_problem.py"
    file.write_text(HARMLESS)
    config = Config(
        problem=f"{file}:Theirs",
        objectives=("acc", "flops", f"{file}:thrift"),
        features=("naswot",),
        surrogate="forest",
        batch=4,
        proposals=50,
        evaluations=8,
        epochs=1,
        subset=60,
        n_jobs=0,
    )
    search(config, folder=folder / "run")
    config_file = folder / "run" / "config.json"
    told = config_file.read_text()
    content = json.loads(told.replace(file.name, THEIRS))  # which this process never opened
    del content[CHECKSUMS]
    config_file.write_text(json.dumps(content))
    return folder


@pytest.fixture(params=["that harms", "that is gone"])
def run(request, theirs):
    """The run, with its problem's file there or not; nothing may have executed it."""
    file = theirs / THEIRS
    if request.param == "that is gone":
        file.unlink(missing_ok=True)
    else:
        file.write_text(HARMFUL)
    yield theirs / "run"
    assert not (theirs / "executed").exists()


harming = pytest.mark.parametrize("run", ["that harms"], indirect=True)


def test_it_can_be_opened(run):
    found = open_run(run)
    assert len(found.records) == 8
    assert [set(each) for each in found.architectures] == [{"width", "act"}] * len(found.front)
    assert {each["act"] for each in found.architectures} <= {
        "<class 'torch.nn.modules.activation.ReLU'>",
        "<class 'torch.nn.modules.activation.Tanh'>",
    }
    assert len(found.costs) == len(found.front)
    assert found.table()[0][0] == "genome"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--objectives", "acc,naswot"),
        ("--objectives", "thrift,params"),
        ("--objectives", "test_acc,flops"),
    ],
)
@harming
def test_it_can_be_drawn(run, tmp_path, words):
    assert plot.main([str(run), *words, "--out", str(tmp_path / "front.png")]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "act"),
        (("--best", "naswot"), "Picked for the highest naswot."),
        (("--best", "thrift"), "Picked for the highest thrift."),
        (("--best", "test_acc"), "Picked by test_acc, which flatters the picks"),
        (("--best", "params"), "Picked for the lowest params."),
    ],
)
def test_it_can_be_picked_from(run, capsys, words, said):
    assert pick.main([str(run), *words]) == 0
    assert said in capsys.readouterr().out


@harming
def test_its_price_tag_can_be_shown(run, tmp_path):
    assert budget.main([str(run), "--out", str(tmp_path)]) == 0


@harming
def test_its_front_can_be_priced(run, capsys):
    assert carbon.main([str(run), "--baseline", "resnet18"]) == 0
    assert "Written: " in capsys.readouterr().out


@pytest.mark.parametrize("which", ["installed", "none"])
def test_its_page_can_be_written(run, tmp_path, which):
    out = tmp_path / "page.html"
    assert report.main([str(run), "--networks", which, "--out", str(out)]) == 0
    assert THEIRS in out.read_text()  # its name, not its code


@harming
def test_a_dashboard_can_show_it(run):
    known = KnownRuns(run.parent)
    assert [told["measured"] for told in known.listing()] == [8]
    assert payload(known.runs(["run"]))["runs"][0]["networks"]["sheets"] == {}


def test_another_search_can_begin_with_it(run, tmp_path):
    space = SearchSpace([Gene("width", (2, 4, 8))])
    prior = read_prior(run, space)
    assert set(prior.genomes(space)) <= {(0,), (1,)}
    flags = "--problem synthetic --option blocks=3 --evaluations 8 --n-jobs 0 --quiet"
    given = [*flags.split(), "--warm-start", str(run), "--out", str(tmp_path / "run")]
    assert main(given) == 2  # for no gene has a name in common


@pytest.mark.parametrize(
    "words",
    [
        (carbon.main, "--measure"),
        (rerun.main, "--genome", "0 0"),
        (budget.main, "--fractions", "0.5"),
    ],
    ids=["carbon --measure", "rerun", "budget --fractions"],
)
def test_what_has_to_run_its_code_does_and_two_of_three_say_so(theirs, capsys, words):
    command, *flags = words
    (theirs / THEIRS).write_text("raise ValueError('executed')")
    assert command([str(theirs / "run"), *flags]) == 2
    err = capsys.readouterr().err
    assert "executed" in err
    assert command is rerun.main or "runs the code of" in err


def test_looking_needs_no_heavy_library(theirs):
    (theirs / THEIRS).write_text(HARMFUL)
    script = (
        "import sys, evonas\n"
        f"run = evonas.open_run({str(theirs / 'run')!r})\n"
        "repr(run), run.table(), run.architectures, run.costs\n"
        "heavy = {'torch', 'pymoo', 'sklearn', 'matplotlib', 'joblib'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=Path.cwd())
    assert done.returncode == 0
