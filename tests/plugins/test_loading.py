import os
import sys
from pathlib import Path

import pytest
import toy

import evonas.problems
from evonas.config import Config
from evonas.hardware.target_metrics import names_on
from evonas.hardware.targets import Target
from evonas.objectives import Metric
from evonas.plugins.importing import load
from evonas.plugins.loading import (
    ProblemSpec,
    load_objective,
    load_problem,
    metric_entries,
    nearest,
    problem_entries,
    problem_summaries,
)
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem, Settings
from evonas.problems.layerwise import Digits, Layerwise

MEM = f"{Path(__file__).parents[1]}/mem.py"
MINE = '''
from evonas.objectives import ACC, FLOPS, Objective
from evonas.problem import Problem
from evonas.space import Gene, SearchSpace

class Mine(Problem):
    """A user's own."""

    space = SearchSpace([Gene("width", (8, 16))])
    objectives = (ACC, FLOPS)
    options = {"size": 5}

    def measure(self, genome, wanted, *, seed):
        return {"acc": 1.0, "flops": 2.0}

PER_FLOP = Objective(
    "per_flop", "%/FLOP", "accuracy per FLOP", -1, needs=("acc", "flops"),
    compute=lambda metrics: metrics["acc"] / metrics["flops"],
)
MEASURED = Objective("latency", "ms", "latency", +1)
NEEDY = Objective("x", "", "x", +1, needs=("acc", "params"), compute=len)
'''
HALF = """
from evonas.objectives import ACC
from evonas.problem import Problem
from evonas.space import Gene, SearchSpace

class Unmeasured(Problem):
    space = SearchSpace([Gene("width", (8, 16))])

class Spaceless(Problem):
    objectives = (ACC,)
    def measure(self, genome, wanted, *, seed): ...

class Aimless(Unmeasured):
    def measure(self, genome, wanted, *, seed): ...

class Choosy(Aimless):
    def __init__(self, settings, colour): ...

class Number:
    pass

NUMBER = 5
"""
PLAIN = """
from pymoo.core.problem import Problem

class Plain(Problem):
    def __init__(self, n=2):
        super().__init__(n_var=n, n_obj=1, xl=0, xu=1)

    def _evaluate(self, X, out, *args, **kwargs):
        out["F"] = X.sum(1)

def make():
    return Plain(3)

MADE = Plain(4)
"""


@pytest.fixture(autouse=True)
def _paths_and_modules_as_before(monkeypatch, tmp_path):
    elsewhere = [place for place in sys.path if tmp_path.parent.name not in place]
    monkeypatch.setattr(sys, "path", elsewhere)  # without what other tests have left there
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith((str(tmp_path), str(Path(__file__).parents[1] / "mem"))):
            del sys.modules[name]


@pytest.fixture
def mine(tmp_path) -> Path:
    for name, text in {"mine.py": MINE, "half.py": HALF, "plain.py": PLAIN}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def opened(reference, **settings) -> Problem:
    return ProblemSpec(reference, Settings(**settings)).open()


def test_the_shipped_problems_have_short_names():
    assert {"digits", "layerwise", "macro", "nas-bench-macro"} <= set(problem_entries())
    assert list(problem_entries()) == sorted(problem_entries())
    assert load_problem("digits") is Digits
    assert type(opened("layerwise")) is Layerwise


def test_every_short_name_has_a_summary():
    summaries = problem_summaries()
    assert set(summaries) == set(problem_entries())
    assert summaries["digits"].startswith("Layer-wise CNNs on 1,797 handwritten digits")


def test_another_package_can_register_a_short_name(mine, monkeypatch):
    folder = mine / "other-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[evonas.problems]\nother = mine:Mine\n")
    monkeypatch.syspath_prepend(mine)
    assert problem_entries()["other"] == "mine:Mine"
    assert problem_summaries()["other"] == "A user's own."
    assert type(opened("other")).__name__ == "Mine"


def test_a_problem_can_be_a_file_with_or_without_the_class(mine, monkeypatch):
    named = load_problem(f"{mine}/mine.py:Mine")
    assert named is load_problem(f"{mine}/mine.py")
    monkeypatch.chdir(mine)
    assert load_problem("mine.py:Mine") is named
    assert load_problem("./mine.py") is named


def test_a_file_may_lie_under_a_home(mine, monkeypatch):
    monkeypatch.setenv("HOME", str(mine))
    assert load_problem("~/mine.py:Mine") is load_problem(f"{mine}/mine.py:Mine")


def test_files_of_one_name_in_two_folders_are_two_modules(mine):
    (mine / "copy").mkdir()
    (mine / "copy" / "mine.py").write_text(MINE)
    one, other = (load(f"{folder}/mine.py:Mine") for folder in (mine, mine / "copy"))
    assert one is not other
    assert one.__module__ != other.__module__


def test_a_file_may_import_its_neighbours(mine):
    (mine / "next_door.py").write_text("from mine import Mine\n\nclass Ours(Mine):\n    pass\n")
    assert load_problem(f"{mine}/next_door.py").__name__ == "Ours"


def test_a_problem_can_be_a_module_of_the_working_folder(mine, monkeypatch):
    (mine / "own_package").mkdir()
    (mine / "own_package" / "__init__.py").touch()
    (mine / "own_package" / "inner.py").write_text(MINE)
    monkeypatch.chdir(mine)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p not in ("", os.getcwd())])
    problem = opened("own_package.inner:Mine")
    assert type(problem).__module__ == "own_package.inner"


def test_a_path_into_the_shipped_folder_is_the_installed_module():
    folder = Path(next(iter(evonas.problems.__path__)))
    assert load(f"{folder}/layerwise.py:Digits") is Digits
    assert load("evonas.problems.layerwise:Digits") is Digits
    assert type(opened(f"{folder}/layerwise.py:Digits")) is Digits


def test_a_problem_can_be_a_class_itself():
    assert type(opened(Digits)) is Digits


def test_a_problem_is_opened_once_for_each_setting():
    assert opened("digits", epochs=1) is opened("digits", epochs=1)
    assert opened("digits", epochs=1) is not opened("digits", epochs=2)


def test_settings_reach_the_problem(mine):
    problem = opened(f"{mine}/mine.py", options=(("size", "7"),))
    assert problem.option == {"size": 7}


@pytest.mark.parametrize(("name", "n_var"), [("Plain", 2), ("make", 3), ("MADE", 4)])
def test_a_plain_pymoo_problem_can_be_a_class_a_factory_or_an_object(mine, name, n_var):
    problem = opened(f"{mine}/plain.py:{name}")
    assert isinstance(problem, ForeignProblem)
    assert len(problem.names) == n_var


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "digit",
            r"unknown problem 'digit' \(did you mean 'digits'\?\); choose from "
            rf"{', '.join(problem_entries())}, or name your own as FILE\.py:CLASS or "
            r"MODULE:CLASS",
        ),
        ("zzzz", "unknown problem 'zzzz'; choose from darts, "),
        ("{}/mine.py:Min", r"{}/mine\.py has no 'Min' \(did you mean 'Mine'\?\)"),
        ("{}/mine.py:zzzz", r"{}/mine\.py has no 'zzzz'$"),
        (
            "{}/half.py",
            r"name what to take from {}/half\.py, as {}/half\.py:NAME; it has "
            "Unmeasured and Spaceless and Aimless and Choosy$",
        ),
        ("{}/plain.py", "name what to take from .*; it has nothing of that kind$"),
        (
            "{}/half.py:Unmeasured",
            "Unmeasured is not finished: it lacks the method measure",
        ),
        (
            "{}/half.py:Spaceless",
            "Spaceless is not finished: it lacks 'space', an evonas.SearchSpace",
        ),
        (
            "{}/half.py:Aimless",
            "Aimless is not finished: it lacks 'metrics', a tuple of evonas.Metric",
        ),
        ("{}/half.py:Choosy", "cannot make .*Choosy: .*missing 1 required .*'colour'"),
        (
            "{}/half.py:NUMBER",
            "NUMBER is a int; expected a subclass of evonas.Problem or a pymoo Problem",
        ),
        ("{}/half.py:Number", "Number is a Number; expected a subclass of evonas.Problem"),
        ("no_such_package.x:Mine", "cannot import 'no_such_package.x': ModuleNotFoundError: "),
        ("{}/syntax.py:Mine", r"cannot import {}/syntax\.py: SyntaxError: "),
        ("{}/raises.py:Mine", r"cannot import {}/raises\.py: ZeroDivisionError: division"),
    ],
)
def test_what_cannot_be_opened_is_told_why(mine, reference, message):
    (mine / "syntax.py").write_text("class Mine(:\n")
    (mine / "raises.py").write_text("1 / 0\n")
    with pytest.raises(ValueError, match=message.replace("{}", str(mine))):
        opened(reference.format(mine))


def test_a_file_that_is_not_there_is_named_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        FileNotFoundError, match=rf"no such file: none\.py \(looked for {tmp_path}/none\.py\)"
    ):
        load_problem("none.py:Mine")


def test_a_file_that_failed_is_read_again_when_it_is_mended(mine):
    path = mine / "mended.py"
    path.write_text("1 / 0\n")
    with pytest.raises(ValueError, match="ZeroDivisionError"):
        load(f"{path}:Mine")
    path.write_text(MINE)
    os.utime(path, (0, 0))  # whatever was compiled before is outdated
    assert load(f"{path}:Mine").__name__ == "Mine"


def test_an_objective_of_the_problem_goes_by_its_name():
    assert load_objective("flops", opened("digits")).unit == "FLOP"


def test_an_objective_of_a_users_file_computes_itself(mine):
    problem = opened(f"{mine}/mine.py")
    objective = load_objective(f"{mine}/mine.py:PER_FLOP", problem)
    assert objective.name == "per_flop"
    assert objective.compute({"acc": 90.0, "flops": 9.0}) == 10.0


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "flop",
            r"unknown objective 'flop' \(did you mean 'flops' or 'fpo'\?\); choose from acc",
        ),
        ("zzz", "unknown objective 'zzz'; choose from .* or name your own as FILE.py:NAME"),
        (
            "test_acc",
            "'test_acc' is measured for the final front alone: a search that sees it would "
            "spoil it",
        ),
        ("{}/mine.py:Mine", r"mine\.py:Mine is a ABCMeta; expected an evonas\.Objective"),
        (
            "{}/mine.py:MEASURED",
            "MEASURED must compute itself from metrics of the problem; it needs nothing, the "
            "problem has acc, flops, co2, macs, params",
        ),
    ],
)
def test_what_is_no_objective_of_the_problem_is_refused(mine, reference, message):
    with pytest.raises(ValueError, match=message):
        load_objective(reference.format(mine), opened("digits"))


def test_an_objective_needs_metrics_that_the_problem_has(mine):
    with pytest.raises(ValueError, match="it needs acc, params, the problem has acc, flops"):
        load_objective(f"{mine}/mine.py:NEEDY", opened(f"{mine}/mine.py"))


@pytest.mark.parametrize(
    ("word", "offered", "expected"),
    [
        ("flop", ["flops", "acc"], " (did you mean 'flops'?)"),
        (
            "param",
            ["params", "param_bytes", "acc"],
            " (did you mean 'params' or 'param_bytes'?)",
        ),
        ("zzz", ["flops"], ""),
        ("flops", [], ""),
    ],
)
def test_the_nearest_words_are_offered(word, offered, expected):
    assert nearest(word, offered) == expected


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Another package that registers a provider of metrics."""
    folder = tmp_path / "meter-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: meter\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[evonas.metrics]\nmem-peak = mem:PeakMemory\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_a_file_can_bring_a_provider_of_metrics():
    problem = opened("digits", providers=(f"{MEM}:PeakMemory",))
    assert load_objective(f"{MEM}:PeakMemory", problem) is problem.metrics[-1]
    assert problem.cheap == opened("digits").cheap | {"peak_memory"}
    assert "peak_memory" in problem.measure((0,) * 28, ["peak_memory"], seed=0).metrics


def test_one_of_several_metrics_of_a_provider_is_named_behind_a_dot():
    problem = opened("digits", providers=(f"{MEM}:Memory.input",))
    assert load_objective(f"{MEM}:Memory.input", problem).name == "input"
    with pytest.raises(
        ValueError,
        match=r"mem\.py:Memory must name one of the metrics of its provider; choose from .*"
        r"mem\.py:Memory\.peak_memory, .*mem\.py:Memory\.input",
    ):
        load_objective(f"{MEM}:Memory", problem)


@pytest.mark.usefixtures("registered")
def test_another_package_can_register_a_provider_of_metrics():
    assert metric_entries()["mem-peak"] == "mem:PeakMemory"
    problem = opened("digits", providers=("acc", "mem-peak"))
    assert load_objective("mem-peak", problem).name == "peak_memory"
    with pytest.raises(
        ValueError, match=r"unknown objective 'mem_peak' \(did you mean 'mem-peak'"
    ):
        load_objective("mem_peak", problem)


def test_what_names_no_provider_is_the_same_problem_and_no_metric_of_it():
    assert opened("digits", providers=("acc", "flops")) is opened("digits")
    derived = opened("digits", providers=(f"{MEM}:kilobytes",))
    assert derived.metrics == opened("digits").metrics
    assert load_objective(f"{MEM}:kilobytes", derived).compute({"params": 500.0}) == 2.0


def test_a_problem_without_networks_takes_no_provider_of_metrics():
    with pytest.raises(
        ValueError,
        match=r"mem\.py:PeakMemory tells metrics of networks, and synthetic builds none that "
        r"it could be given; it takes a subclass of evonas\.TrainedProblem",
    ):
        opened("synthetic", providers=(f"{MEM}:PeakMemory",))


def test_a_provider_whose_metric_exists_is_refused():
    with pytest.raises(ValueError, match="Flops offers metric 'flops', which Digits has"):
        opened("digits", providers=(f"{MEM}:Flops",))


def test_a_problem_that_was_opened_without_a_provider_says_so():
    with pytest.raises(ValueError, match=r"was opened without .*mem\.py:PeakMemory; name it"):
        load_objective(f"{MEM}:PeakMemory", opened("digits"))


def with_words(*words, problem=Digits, **settings):
    return ProblemSpec(problem, Settings(providers=words, **settings)).open()


def test_metrics_on_targets_are_made_on_demand():
    words = ("acc", "latency@raspberry-pi-4", "energy@a100:b32", "acc*memory@t4^-0.1")
    problem = with_words(*words)
    new = [metric.name for metric in problem.metrics if metric not in Digits.metrics]
    assert new == ["latency@raspberry-pi-4", "energy@a100:b32", "memory@t4"]
    assert problem.cheap >= set(new)
    assert load_objective("energy@a100:b32", problem).unit == "J"
    assert load_objective(words[3], problem).needs == ("acc", "memory@t4")
    assert not Digits.cheap & set(new)
    assert with_words("acc", "flops").metrics == Digits.metrics


def test_a_metric_without_a_target_is_on_the_first_or_on_the_device_of_the_carbon_model():
    label = load_objective("latency", with_words("latency")).label
    assert label == "latency of a batch on v100"
    carbon = Config(target="raspberry-pi-5").assumptions
    elsewhere = with_words("latency", carbon=carbon)
    assert load_objective("latency", elsewhere).label == "latency of a batch on raspberry-pi-5"
    batch = with_words("latency", targets=(Target.parse("t4:b8"),))
    assert load_objective("latency", batch).label == "latency of a batch on t4:b8"


def test_of_several_targets_everything_is_told():
    targets = (Target.parse("a100"), Target.parse("raspberry-pi-4"))
    assert with_words(targets=targets).cheap >= set(names_on(targets))
    assert with_words(targets=targets[:1]).metrics == Digits.metrics, "one is for CO2e alone"


def test_a_problem_that_measures_a_metric_of_that_name_keeps_its_own():
    class Timed(Digits):
        metrics = (*Digits.metrics, Metric("latency", "ms", "measured", +1))

    problem = with_words("latency", "energy@t4", problem=Timed)
    assert load_objective("latency", problem).label == "measured"
    assert "energy@t4" in problem.cheap


@pytest.mark.parametrize("problem", [toy.Bowl, toy.reference("Elementwise")])
@pytest.mark.parametrize(
    "given",
    [
        {"providers": ("latency@t4",)},
        {"providers": ("acc-energy@t4",)},
        {"targets": (Target.parse("t4"), Target.parse("a100"))},
    ],
)
def test_a_problem_without_networks_refuses_targets_and_says_why(problem, given):
    message = "is reckoned from the operations of networks, and .* builds none; it takes a sub"
    with pytest.raises(ValueError, match=message):
        ProblemSpec(problem, Settings(**given)).open()


def test_an_unknown_metric_on_a_target_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"'latancy@t4' \(did you mean 'latency@t4'"):
        load_objective("latancy@t4", with_words())
