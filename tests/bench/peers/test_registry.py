import sys
import venv

import pytest

from evonas.bench.peers import PEERS, check_peer, lacking, peer_pythons
from evonas.bench.peers.registry import executable


def test_what_a_peer_lacks_is_what_pip_calls_its_package(monkeypatch):
    assert lacking("pymoo-nsga2") == ""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lacking("optuna-tpe") == "optuna"
    assert lacking("syne-tune-morea") == "syne-tune"


def test_a_peer_whose_package_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    message = (
        "method optuna-tpe needs optuna: pip install optuna, or name a Python that has it: "
        "--peer-python optuna-tpe=PATH$"
    )
    with pytest.raises(ValueError, match=message):
        check_peer("optuna-tpe")


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    folder = tmp_path_factory.mktemp("venvs") / "bare"
    venv.create(folder, with_pip=False)
    return folder


def test_a_peer_is_looked_for_in_its_own_python(bare):
    check_peer("pymoo-nsga2", python=sys.executable)
    message = f"method pymoo-nsga2 needs pymoo: {bare}/bin/python -m pip install pymoo$"
    with pytest.raises(ValueError, match=message):
        check_peer("pymoo-nsga2", python=bare)


@pytest.mark.parametrize("program", ["/bin/false", "/bin/cat"])
def test_a_program_that_is_no_python_is_refused(program):
    with pytest.raises(ValueError, match=f"{program} does not run as a Python: status"):
        check_peer("pymoo-nsga2", python=program)


def test_a_python_is_a_program_or_a_virtual_environment(bare, tmp_path):
    assert executable(sys.executable) == executable(str(sys.executable))
    assert executable(bare) == bare / "bin" / "python"  # the link, which knows its packages
    with pytest.raises(ValueError, match=f"no Python at {tmp_path}; expected an executable"):
        executable(tmp_path)


def test_pythons_come_by_the_names_of_their_peers(bare):
    texts = [f"smac-parego={bare}", sys.executable]
    assert peer_pythons(texts) == {
        "smac-parego": bare / "bin" / "python",
        "": executable(sys.executable),
    }


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["smac=python"], "--peer-python smac=python: unknown peer 'smac'"),
        (["optuna-gp=nopython"], "no Python at nopython; expected an executable"),
        (["optuna-gp=/bin/cat", "optuna-gp=/bin/cat"], "optuna-gp has a Python already"),
        (["/bin/cat", "/bin/cat"], "--peer-python /bin/cat: all has a Python already"),
    ],
)
def test_pythons_that_cannot_be_are_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        peer_pythons(texts)


def test_every_peer_has_a_file_and_a_function():
    for peer in PEERS.values():
        assert f"def {peer.function}(task: Task) -> None:" in peer.file.read_text("utf-8")
