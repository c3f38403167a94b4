"""Draws ``architecture.svg`` from the imports: ``python docs/draw_architecture.py``."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
ROOMS = (
    *(
        "pareto",
        "words",
        "landscapes",
        "data",
        "hardware",
        "carbon",
        "problem",
        "sections",
        "config",
    ),
    *(
        "plugins",
        "runs",
        "networks",
        "training",
        "models",
        "evaluation",
        "algorithms",
        "surrogates",
    ),
    *("explanation", "engine", "bench", "plots", "reports", "pages", "interactive"),
    "commands",
)
AT_THE_ROOT = {  # every other module there is among the words that everybody uses
    **{"problem": "problem", "tabular": "problem", "config": "config", "listener": "config"},
    **dict.fromkeys(("__init__", "__main__", "plot", "run"), "commands"),
}


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Every module of the package by its full name; a package stands for its ``__init__``."""
    found = {}
    for path in sorted(root.glob("evonas/**/*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room_of(path: Path, root: Path = ROOT) -> str:
    """The room that the file of a module lies in."""
    _, *folders, file = path.relative_to(root).parts
    return folders[0] if folders else AT_THE_ROOT.get(Path(file).stem, "words")


def imported(path: Path, known: dict[str, Path]) -> set[str]:
    """Every module that a file imports, at its top or inside a function, by its full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & known.keys()
            names |= inner or {node.module}
    return names


def arrows(root: Path = ROOT) -> Counter[tuple[str, str]]:
    """How many modules of one room import how many of another: pairs of rooms, counted."""
    known = modules(root)
    inner = {name: path for name, path in known.items() if path.name != "__init__.py"}
    found: Counter[tuple[str, str]] = Counter()
    for path in inner.values():
        for name in imported(path, known) & inner.keys():
            pair = room_of(path, root), room_of(inner[name], root)
            if pair[0] != pair[1]:
                found[pair] += 1
    return found


def sizes(root: Path = ROOT) -> Counter[str]:
    """How many modules lie in each room, ``__init__`` files not counted."""
    paths = modules(root).values()
    return Counter(room_of(path, root) for path in paths if path.name != "__init__.py")


def told(root: Path = ROOT) -> str:
    """What the picture shows, in words, so that a test can see whether it is still true."""
    pairs = [f"{a} > {b}: {n}" for (a, b), n in sorted(arrows(root).items())]
    rooms = [f"{room}: {n}" for room, n in sorted(sizes(root).items())]
    return "; ".join([*rooms, *pairs])


def shown(picture: Path = PICTURE) -> str:
    """What a picture that was drawn before says that it shows; empty if it says nothing."""
    text = picture.read_text(encoding="utf-8") if picture.is_file() else ""
    found = re.search(r"<dc:description>(.*?)</dc:description>", text, re.DOTALL)
    return found[1].replace("&gt;", ">") if found else ""


def draw() -> None:
    """Draw rooms as a row, and an arc to the left for every room that a room imports from."""
    import matplotlib as mpl  # here, for tests of the house need no picture
    from matplotlib.figure import Figure
    from matplotlib.patches import Arc

    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "evonas"}
    figure = Figure(figsize=(12.5, 6.6), layout="constrained")
    ax = figure.add_subplot()
    place = {room: i for i, room in enumerate(ROOMS)}
    n_modules = sizes()
    colours = mpl.colormaps["viridis"]
    for (importing, used), n in sorted(arrows().items()):
        a, b = place[used], place[importing]
        arc = Arc(
            ((a + b) / 2, 0),
            width=b - a,
            height=0.9 * (b - a),
            theta1=0,
            theta2=180,
            linewidth=0.5 + 0.22 * n,
            color=colours(0.9 * b / len(ROOMS)),
            alpha=0.75,
        )
        ax.add_patch(arc)
    for room, i in place.items():
        ax.plot(i, 0, "o", color=colours(0.9 * i / len(ROOMS)), markersize=5 + n_modules[room])
        ax.text(
            *(i, -0.75),
            f"{room} ({n_modules[room]})",
            rotation=40,
            ha="right",
            va="top",
            rotation_mode="anchor",
        )
    ax.set(xlim=(-1.6, len(ROOMS) - 0.4), ylim=(-2.6, 8.6))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(
        "Rooms of evonas (modules in each); an arc for every room that a room imports from, "
        "always to its left",
        fontsize="medium",
    )
    figure.savefig(PICTURE, metadata={"Date": None, "Description": told()})


if __name__ == "__main__":
    draw()
    print(PICTURE)
