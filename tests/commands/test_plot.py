from pathlib import Path

import pytest
import toy

from evonas.commands import plot
from evonas.config import Config
from evonas.engine.search import search
from evonas.plots.runs import Picture


@pytest.fixture
def asked(monkeypatch):
    """What was to be drawn, in place of a picture."""
    found = []

    def save_picture(paths, *, objectives, out, picture):
        found.append((paths, list(objectives), out, picture))
        return out

    monkeypatch.setattr(plot, "save_picture", save_picture)
    return found


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (["runs/a"], "runs/a/front.png"),
        (["runs/a", "b"], "front.png"),
        (["runs/a", "--out", "c.svg"], "c.svg"),
        (["runs/a", "b", "--out", "c.svg"], "c.svg"),
    ],
)
def test_a_picture_lies_in_its_run_or_here_unless_a_place_is_named(asked, capsys, words, out):
    assert plot.main(words) == 0
    paths = [Path(word) for word in words[: words.index("--out") if "--out" in words else 2]]
    assert asked == [(paths, [], Path(out), Picture())]
    assert capsys.readouterr().out == f"{out}\n"


@pytest.mark.parametrize("text", ["acc,flops", " acc , flops,", ",acc,,flops"])
def test_objectives_are_words_with_commas(asked, text):
    assert plot.main(["a", "--objectives", text]) == 0
    assert asked[0][1] == ["acc", "flops"]


def test_every_flag_says_something_of_the_picture(asked):
    words = (
        "a --kind front --x flops --y acc --color co2 --band range --apart --no-labels "
        "--size column"
    )
    assert plot.main(words.split()) == 0
    assert asked[0][3] == Picture(
        kind="front",
        x="flops",
        y="acc",
        color="co2",
        band="range",
        is_apart=True,
        has_labels=False,
        size="column",
    )


@pytest.mark.parametrize(
    "error", [ValueError("unknown objective 'flop'"), FileNotFoundError("no run\nat a")]
)
def test_a_mistake_is_one_line_and_status_2(monkeypatch, capsys, error):
    def save_picture(*paths, **words):
        raise error

    monkeypatch.setattr(plot, "save_picture", save_picture)
    assert plot.main(["a"]) == 2
    assert capsys.readouterr() == ("", f"evonas: {' '.join(str(error).split())}\n")


def test_without_a_run_it_says_what_it_needs(capsys):
    with pytest.raises(SystemExit, match="2"):
        plot.main([])
    assert "the following arguments are required: RUN" in capsys.readouterr().err


def test_exits_have_a_picture_of_their_own(asked):
    assert plot.main(["runs/a", "--kind", "exits"]) == 0
    assert asked == [([Path("runs/a")], [], Path("runs/a/exits.png"), Picture(kind="exits"))]


def test_a_return_is_drawn_and_told_run_by_run(capsys, tmp_path):
    runs = [str(toy_run(tmp_path / name, seed=seed)) for seed, name in enumerate("ab")]
    assert plot.main([*runs, "--kind", "return", "--out", str(tmp_path / "both.png")]) == 0
    place, one, other = capsys.readouterr().out.splitlines()
    assert Path(place).stat().st_size > 1000
    assert one.startswith("a: hypervolume 0.")
    assert other.startswith("b: hypervolume 0.")
    assert plot.main([runs[0], "--kind", "return"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{runs[0]}/return.png"


def toy_run(folder, **settings):
    words = {"evaluations": 30, "pop_size": 5, "n_jobs": 0, **settings}
    search(Config(problem=toy.reference("Bowl"), **words), folder=folder)
    return folder
