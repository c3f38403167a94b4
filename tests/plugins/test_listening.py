import importlib.metadata
from types import SimpleNamespace

import pytest

from evonas.listener import Listener
from evonas.plugins.listening import (
    LISTENER_GROUP,
    check_listener,
    listener_entries,
    make_listener,
)

MINE = """
from evonas import Listener

class Mine(Listener):
    pass

class Picky(Listener):
    def __init__(self, colour):
        pass

class Absent(Listener):
    def __init__(self):
        raise ValueError("mlflow is not installed; pip install mlflow")

def made():
    return Mine()

one = Mine()
number = 7
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


@pytest.mark.parametrize("name", ["Mine", "made", "one"])
def test_a_class_a_factory_and_an_object_are_listeners(file, name):
    listener = make_listener(f"{file}:{name}")
    assert isinstance(listener, Listener)
    assert type(listener).__name__ == "Mine"
    assert (make_listener(f"{file}:{name}") is listener) == (name == "one")


def test_a_file_with_one_listener_need_not_name_it(tmp_path):
    (tmp_path / "only.py").write_text(
        "import evonas\n\nclass Only(evonas.Listener):\n    pass\n"
    )
    assert type(make_listener(str(tmp_path / "only.py"))).__name__ == "Only"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (":number", r"mine\.py:number is a int; expected a subclass of evonas\.Listener$"),
        (":Mien", r"mine\.py has no 'Mien' \(did you mean 'Mine'"),
        (":Picky", r"cannot make .*mine\.py:Picky: TypeError: .*'colour'"),
        (":Absent", r"^mlflow is not installed; pip install mlflow$"),
    ],
)
def test_what_is_no_listener_is_refused(file, name, message):
    with pytest.raises(ValueError, match=message):
        make_listener(f"{file}{name}")


def test_an_unknown_name_is_refused_before_anything_is_imported():
    message = (
        r"^unknown listener 'tensorbord' \(did you mean 'tensorboard'\?\); choose from "
        r"tensorboard, or name your own as FILE\.py:CLASS or MODULE:CLASS$"
    )
    for refuse in (check_listener, make_listener):
        with pytest.raises(ValueError, match=message):
            refuse("tensorbord")
    check_listener("not.there:Mine")


def test_an_installed_package_may_offer_listeners_by_short_names(file, monkeypatch):
    entry = SimpleNamespace(name="mine", value=f"{file}:Mine")
    offered = {LISTENER_GROUP: [entry]}
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: offered[group])
    assert list(listener_entries()) == ["mine", "tensorboard"]
    assert type(make_listener("mine")).__name__ == "Mine"
