import pytest

from evonas.plugins.importing import load
from evonas.problem import Problem


@pytest.mark.parametrize("is_module", [False, True])
def test_a_file_that_ends_the_process_is_only_not_imported(tmp_path, monkeypatch, is_module):
    (tmp_path / "leaver.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    place = "leaver" if is_module else str(tmp_path / "leaver.py")
    with pytest.raises(ValueError, match=r"cannot import .*leaver.*: SystemExit: 3"):
        load(f"{place}:Mine")


def test_a_file_without_a_problem_is_said_to_hold_none(tmp_path):
    (tmp_path / "empty.py").write_text("class X: pass\n")
    with pytest.raises(ValueError, match=r"as .*empty\.py:NAME; it has nothing of that kind"):
        load(str(tmp_path / "empty.py"), kind=Problem)


def test_a_class_of_a_session_that_is_over_says_how_to_keep_it():
    way_out = r"^Gone was made in a notebook .* %%writefile mine\.py, and search mine\.py:Gone$"
    with pytest.raises(ValueError, match=way_out):
        load("__main__:Gone")
