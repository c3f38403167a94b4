"""The house: imports point downward, and every heavy library has one home."""

import ast
import graphlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = (
    "space objectives front ranks faults deadline ranges devices grids machine duration "
    "assumptions carbonfile carbon fu2021 spend literature tracker fitness expected settings "
    "encoding design reliability fidelity prior hypervolume",
    "problem trained chained foreign train cost data published images layers contract "
    "loading timing timings calibration zoo cells predictor acquisition checkpoint zerocost "
    "recipe augment chained_problem asking",
    "config record journal manifest folder audit measure workbench worker crew evaluate meter",
    "goals operators bridge algorithms asktell archive result plan engine pricing degeneracy "
    "guide guided proposals judge peers contest ladder choice ordering stages "
    "random_search ageing local_search reinforce pymoo_fixes "
    "screen outlook lessons foretelling",
    "panels drawing points trace progress report summary carbonplots tagplots statement "
    "pricetag frontprice standings benchplots shortlist warmstart",
    "run plot rerun calibrate footprint budget bench pick",
)
FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules.split()}
HOMES = {
    "torch": FLOORS[1].split(),
    "torchvision": FLOORS[1].split(),
    "pymoo": [*FLOORS[3].split(), "hypervolume"],
    "joblib": ["crew", "contest"],
    "sklearn": ["published", "predictor", "guide"],
    "matplotlib": ["drawing", "panels", "carbonplots", "tagplots", "benchplots"],
}
MODULES = {path.stem: path for path in ROOT.glob("evonas/[!_]*.py")}
PROBLEMS = {path.stem: path for path in ROOT.glob("problems/[!_]*.py")}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function, by its full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path.name} imports relatively, in line {node.lineno}"
            from_evonas = node.module == "evonas"
            names |= {f"evonas.{a.name}" for a in node.names} if from_evonas else {node.module}
    return names


def siblings(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("evonas.")}


def libraries(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_between_modules_point_downward(module):
    for name in (module, *siblings(MODULES[module])):
        assert name in FLOOR, f"new module {name!r}: name its floor in FLOORS of this test"
    upward = [name for name in siblings(MODULES[module]) if FLOOR[name] > FLOOR[module]]
    assert not upward, f"{module}, on floor {FLOOR[module]}, imports upward: {upward}"


def test_no_import_goes_round_in_a_circle():
    graph = {module: siblings(path) for module, path in MODULES.items()}
    assert set(graphlib.TopologicalSorter(graph).static_order()) >= set(MODULES)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_heavy_library_stays_in_its_home(module):
    for library in libraries(MODULES[module]) & set(HOMES):
        assert module in HOMES[library], f"{module} imports {library}; see HOMES of this test"


@pytest.mark.parametrize("module", FLOORS[0].split())
def test_the_ground_floor_needs_numpy_alone(module):
    assert libraries(MODULES[module]) <= {"evonas", "numpy", "pymoo", *sys.stdlib_module_names}


@pytest.mark.parametrize("problem", sorted(PROBLEMS))
def test_a_problem_imports_only_the_two_lowest_floors(problem):
    assert {FLOOR[module] for module in siblings(PROBLEMS[problem])} <= {0, 1}


@pytest.mark.parametrize("path", [*MODULES.values(), *PROBLEMS.values()], ids=lambda p: p.stem)
def test_nothing_but_loading_opens_a_problem(path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    words = {node.value for node in tree if isinstance(node, ast.Constant)} | imported(path)
    opened = [word for word in words if str(word).startswith("evonas.problems")]
    assert path.stem == "loading" or not opened


RUNS_CODE = {"pickle", "cloudpickle", "marshal", "shelve", "dill", "yaml", "runpy"}
BETWEEN_OWN_PROCESSES = {"workbench", "worker", "crew"}


@pytest.mark.parametrize("path", [*MODULES.values(), *PROBLEMS.values()], ids=lambda p: p.stem)
def test_nothing_that_is_read_from_a_file_can_run_code(path):
    if path.stem not in BETWEEN_OWN_PROCESSES:
        assert not libraries(path) & RUNS_CODE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert called not in ("eval", "exec", "compile", "__import__"), called
            assert called != "torch.load" or given.get("weights_only") == "True"
            assert called not in ("np.load", "numpy.load") or "allow_pickle" not in given
