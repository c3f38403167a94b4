"""Who the peers are, and what each needs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evonas.plugins.loading import nearest

FOLDER = Path(__file__).parent
HAS_IT = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]) is not None)"
START_LIMIT_S = 120.0


@dataclass(frozen=True)
class Peer:
    """An optimiser of somebody else's.

    Attributes:
        module: the module of this package that runs it, which imports nothing else of evonas.
        package: what pip calls the package that it is from.
        imports: what Python calls that package.
        function: the function of the module that takes a task.
        is_apart: whether it runs in a process of its own even in this Python: it is slow to
            import, keeps state, or draws from global generators.
    """

    module: str
    package: str
    imports: str
    function: str = "run"
    is_apart: bool = True

    @property
    def file(self) -> Path:
        """The file of the module."""
        return FOLDER / f"{self.module}.py"


PEERS: dict[str, Peer] = {
    "pymoo-nsga2": Peer("pymoo_nsga2", "pymoo", "pymoo", is_apart=False),
    "optuna-nsga2": Peer("optuna_samplers", "optuna", "optuna", "run_nsga2", is_apart=False),
    "optuna-tpe": Peer("optuna_samplers", "optuna", "optuna", "run_tpe", is_apart=False),
    "optuna-gp": Peer("optuna_samplers", "optuna", "optuna", "run_gp", is_apart=False),
    "syne-tune-morea": Peer("syne_tune_morea", "syne-tune", "syne_tune"),
    "botorch-qlognehvi": Peer("botorch_qlognehvi", "botorch", "botorch"),
    "ax": Peer("ax_default", "ax-platform", "ax"),
    "smac-parego": Peer("smac_parego", "smac", "smac"),
    "smac-parego-1": Peer("smac_parego", "smac", "smac", "run_retrained"),
    "deephyper-cbo": Peer("deephyper_cbo", "deephyper", "deephyper"),
}


def lacking(name: str, *, python: str | Path | None = None) -> str:
    """The package that a peer needs and that is not installed; empty if there is none.

    Args:
        name: one of ``PEERS``.
        python: the Python that is to run the peer, or the folder of its virtual environment;
            this one if left out.
    """
    peer = PEERS[name]
    if python is None:
        is_there = importlib.util.find_spec(peer.imports) is not None
    else:
        is_there = _has(str(executable(python)), peer.imports)
    return "" if is_there else peer.package


def check_peer(name: str, *, python: str | Path | None = None) -> None:
    """Refuse a peer that cannot run.

    Args:
        name: one of ``PEERS``.
        python: the Python that is to run the peer, or the folder of its virtual environment;
            this one if left out.

    Raises:
        ValueError: Its package is not installed there, or there is no such Python.
    """
    package = lacking(name, python=python)
    if package and python is None:
        raise ValueError(
            f"method {name} needs {package}: pip install {package}, or name a Python that has "
            f"it: --peer-python {name}=PATH"
        )
    if package:
        place = executable(python or "")
        raise ValueError(f"method {name} needs {package}: {place} -m pip install {package}")


def peer_pythons(texts: Sequence[str]) -> Mapping[str, Path]:
    """The Pythons of peers by name, from texts such as ``smac-parego=/opt/smac``.

    Args:
        texts: a peer's name each, and the path of a Python or of a virtual environment; a path
            alone is for all other peers, and comes under the empty name.

    Raises:
        ValueError: A text names no peer, one twice, or no Python.
    """
    chosen: dict[str, Path] = {}
    for text in texts:
        name, _, path = text.rpartition("=")
        if name and name not in PEERS:
            raise ValueError(
                f"--peer-python {text}: unknown peer {name!r}{nearest(name, PEERS)}; choose "
                f"from {', '.join(PEERS)}"
            )
        if name in chosen:
            raise ValueError(f"--peer-python {text}: {name or 'all'} has a Python already")
        chosen[name] = executable(path)
    return chosen


def executable(path: str | Path) -> Path:
    """The Python at a path, or of the virtual environment there; links are not followed.

    Raises:
        ValueError: There is none.
    """
    place = Path(path).expanduser()
    for candidate in (str(place), str(place / "bin" / "python")):
        if found := shutil.which(candidate):
            return Path(os.path.abspath(found))
    raise ValueError(
        f"no Python at {path}; expected an executable, or the folder of a virtual environment"
    )


@lru_cache
def _has(python: str, module: str) -> bool:
    """Whether a Python finds a module.

    Raises:
        ValueError: It is no Python that runs.
    """
    around = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    try:
        asked = subprocess.run(
            [python, "-c", HAS_IT, module],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_LIMIT_S,
            env=around,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"{python} does not run as a Python: {error}") from error
    answer = asked.stdout.decode(errors="replace").strip()
    if answer not in ("True", "False"):
        raise ValueError(f"{python} does not run as a Python: status {asked.returncode}")
    return answer == "True"
