import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import evonas
from evonas.lazy import attach

ROOT = Path(evonas.__file__).parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


@pytest.mark.parametrize("package", ["evonas", *(f"evonas.{name}" for name in PACKAGES)])
def test_every_public_name_can_be_imported_and_is_shown(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        found = getattr(module, name)
        known_as = getattr(found, "__name__", name)
        assert known_as == name or (known_as, name) == ("Metric", "Objective")  # one class
    assert not [name for name in dir(module) if name[:2] != "__" and name not in module.__all__]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_a_sentence_of_each_of_its_modules(name):
    doc = importlib.import_module(f"evonas.{name}").__doc__
    for path in (ROOT / name).glob("[!_]*.py"):
        line = next(line for line in doc.splitlines() if line.startswith(f"    {path.stem}: "))
        assert len(line.split()) > 3


@pytest.mark.parametrize("name", PACKAGES)
def test_no_public_name_hides_a_module(name):
    modules = {path.stem for path in (ROOT / name).glob("*.py")}
    assert not modules & set(importlib.import_module(f"evonas.{name}").__all__)


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="module 'evonas' has no attribute 'Serach'"):
        evonas.Serach  # noqa: B018
    get, *_ = attach("evonas.space", {})
    with pytest.raises(AttributeError, match=r"module 'evonas\.space' has no attribute 'x'"):
        get("x")


def test_packages_are_imported_without_what_their_modules_need():
    names = ", ".join(f"evonas.{name}" for name in PACKAGES)
    code = f"import sys, {names}; print('numpy' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False False\n"


def test_a_plug_in_author_imports_from_the_package():
    from evonas.networks import InvertedResidual
    from evonas.training import TrainedProblem

    assert InvertedResidual.__module__ == "evonas.networks.blocks"
    assert TrainedProblem is evonas.TrainedProblem
