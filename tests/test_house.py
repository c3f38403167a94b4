"""The house: rooms import from the rooms to their left, and every heavy library has a home."""

import ast
import graphlib
import sys
from pathlib import Path

import pytest
from draw_architecture import ROOMS, ROOT, imported, modules, room_of

import evonas

HOMES = {
    "IPython": {"interactive"},
    "torch": {"bench", "data", "models", "networks", "training"},  # of bench, a peer alone
    "torchvision": {"data", "networks"},
    "pymoo": {"algorithms", "bench", "pareto", "plugins", "surrogates"},
    "joblib": {"bench", "evaluation"},
    "sklearn": {"data", "surrogates"},
    "matplotlib": {"plots"},
    "distributed": {"evaluation"},
    "onnx": {"models"},
    "onnxruntime": {"models"},
    "pandas": {"runs"},
    "tensorboard": {"reports"},
}
OPEN_TO_PROBLEMS = {
    *("pareto", "words", "landscapes", "hardware", "problem", "data", "networks", "training"),
}
RUNS_CODE = {"pickle", "cloudpickle", "marshal", "shelve", "dill", "yaml", "runpy"}
BETWEEN_OWN_PROCESSES = {"worker_process", "worker", "pool"}
READS_PLAIN_PICKLES = ROOT / "evonas" / "data" / "plain_pickle.py"


MODULES = modules()
PROBLEMS = {f"evonas.problems.{p.stem}": p for p in sorted(ROOT.glob("problems/[!_]*.py"))}
ROOM = {name: room_of(path) for name, path in MODULES.items()}
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"}
EVERYTHING = {**MODULES, **PROBLEMS}


def siblings(module: str) -> set[str]:
    return imported(MODULES[module], MODULES) & (MODULES.keys() - PACKAGES)


INNER = sorted(set(MODULES) - PACKAGES)


@pytest.mark.parametrize("module", INNER)
def test_a_room_imports_only_from_rooms_to_its_left(module):
    place = ROOMS.index(ROOM[module])
    wrong = [name for name in siblings(module) if ROOMS.index(ROOM[name]) > place]
    assert not wrong, f"{module} imports from the right: {wrong}"


def test_no_import_goes_round_in_a_circle():
    graph = {module: siblings(module) for module in INNER}
    assert set(graphlib.TopologicalSorter(graph).static_order()) >= set(INNER)


def libraries(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path, MODULES)}


@pytest.mark.parametrize("module", INNER)
def test_every_heavy_library_stays_in_its_home(module):
    for library in libraries(MODULES[module]) & HOMES.keys():
        assert ROOM[module] in HOMES[library], f"{library} has its home elsewhere"


@pytest.mark.parametrize("module", [m for m in INNER if ROOM[m] == "words"])
def test_the_words_that_everybody_uses_need_numpy_alone(module):
    assert libraries(MODULES[module]) <= {"evonas", "numpy", *sys.stdlib_module_names}


@pytest.mark.parametrize("problem", sorted(PROBLEMS))
def test_a_problem_uses_what_any_plug_in_may_use(problem):
    used = {ROOM[name] for name in imported(PROBLEMS[problem], MODULES) & MODULES.keys()}
    assert used <= OPEN_TO_PROBLEMS


@pytest.mark.parametrize("path", EVERYTHING.values(), ids=EVERYTHING)
def test_nothing_but_what_imports_for_users_opens_a_problem(path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    words = {node.value for node in tree if isinstance(node, ast.Constant)} | imported(
        path, MODULES
    )
    opened = [word for word in words if str(word).startswith("evonas.problems")]
    assert path.stem in {"importing", "loading"} or not opened


@pytest.mark.parametrize("path", EVERYTHING.values(), ids=EVERYTHING)
def test_nothing_that_is_read_from_a_file_can_run_code(path):
    if path == READS_PLAIN_PICKLES:
        assert libraries(path) & RUNS_CODE == {"pickle"}
    elif path.stem not in BETWEEN_OWN_PROCESSES:
        assert not libraries(path) & RUNS_CODE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert called not in ("eval", "exec", "compile", "__import__"), called
            assert called != "torch.load" or given.get("weights_only") == "True"
            assert called not in ("np.load", "numpy.load") or "allow_pickle" not in given


def test_the_one_module_that_reads_pickles_reads_them_by_a_list_of_names():
    tree = ast.parse(READS_PLAIN_PICKLES.read_text(encoding="utf-8"))
    used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is_pickle(n)}
    assert used == {"Unpickler"}, "only to be derived from"
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    (reader,) = (each for each in classes if any(map(_is_pickle, each.bases)))
    methods = [node.name for node in reader.body if isinstance(node, ast.FunctionDef)]
    assert methods == ["find_class"]
    assert "super" not in ast.unparse(reader), "what is not listed must not be imported"


def _is_pickle(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pickle"


TESTS = Path(__file__).parent
AT_THE_DOOR = {"evonas.__main__", "evonas.run", "evonas.plot"}  # three lines each


def place_of_tests(module: str) -> Path:
    """The file that holds the tests of a module."""
    *folders, name = module.split(".")[1:]
    return TESTS.joinpath(*folders, f"test_{name}.py")


@pytest.mark.parametrize("module", sorted(set(INNER) - AT_THE_DOOR))
def test_every_module_has_a_file_of_tests_in_the_same_place(module):
    assert place_of_tests(module).is_file(), place_of_tests(module)


def test_no_module_bears_a_public_name():
    assert "search" in evonas.__all__
    taken = {f"evonas.{name}" for name in evonas.__all__} & set(MODULES)
    assert not taken, f"they would be a module or what is meant, by chance: {taken}"


MOST_LINES = 320
LONGER = {
    "evonas.training.trained_problem": 335,
}  # and to be shorter


@pytest.mark.parametrize("module", INNER)
def test_no_module_is_longer_than_can_be_overlooked(module):
    n_lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert n_lines <= LONGER.get(module, MOST_LINES)
    assert module not in LONGER or n_lines > MOST_LINES, "take it off the list"
