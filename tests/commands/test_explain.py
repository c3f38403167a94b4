import io
import json
import sys

import pytest
import toy

from evonas.commands import explain
from evonas.commands import main as run
from evonas.commands.explain import PICTURE, Bar
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "bowl"
    words = ["--problem", toy.reference("Bowl"), "--evaluations", "40", "--n-jobs", "0"]
    assert run.main([*words, "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture
def said(capsys):
    def call(*words):
        capsys.readouterr()
        status = run.main(["explain", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_a_run_is_explained_in_words_and_in_a_picture_beside_it(said, made):
    status, out, err = said(made)
    assert (status, err) == (0, "")
    assert out.startswith("Run bowl of ")
    assert out.endswith(f"Drawn: {made / PICTURE}\n")
    assert (made / PICTURE).read_bytes().startswith(b"\x89PNG")


def test_the_picture_goes_where_it_should_and_shows_what_is_asked_for(said, made, tmp_path):
    status, out, _ = said(
        made, "--objective", "params", "--top", 1, "--out", tmp_path / "a.svg"
    )
    assert status == 0
    assert "What drives params" in out
    assert "What drives acc" not in out
    assert "... and 2 more with less, 1 without any effect" in out
    text = (tmp_path / "a.svg").read_text()
    assert "trainable parameters: exact" in text
    assert "validation accuracy" not in text


def test_json_is_one_object_and_draws_nothing(said, made, tmp_path):
    (made / PICTURE).unlink(missing_ok=True)
    status, out, err = said(made, "--json")
    assert (status, err, out.count("\n")) == (0, "", 1)
    assert [each["metric"] for each in json.loads(out)["drivers"]] == ["acc", "flops", "params"]
    assert not (made / PICTURE).exists()
    said(made, "--json", "--objective", "flops", "--out", tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()


def test_a_member_is_explained_by_its_id_and_by_a_way_to_pick(said, made):
    best = max(open_run(made).front, key=lambda record: record.metrics["acc"])
    name = open_run(made).ids[best.genome]
    by_id = json.loads(said(made, "--genome", name, "--json")[1])
    picked = json.loads(said(made, "--best", "acc", "--json")[1])
    assert by_id == picked
    assert by_id["id"] == name
    how, first, *_ = said(made, "--best", "acc")[1].splitlines()
    assert how == "Picked for the highest acc."
    assert first.startswith(f"Architecture {name} of run bowl")
    assert "Drawn" not in said(made, "--knee")[1]


def test_a_seed_repeats_what_it_draws(said, made):
    words = (made, "--objective", "acc", "--json", "--samples", 8)
    first, again, other = (said(*words, "--seed", seed)[1] for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--objective", "flop"], "unknown metric 'flop' (did you mean 'flops'"),
        (["--genome", "bcdfgh"], "no architecture of run bowl has the id 'bcdfgh'"),
        (["--where", "acc>=1000"], "no architecture of run bowl keeps acc>=1000"),
    ],
)
def test_a_mistake_is_said_in_one_line(said, made, words, message):
    status, out, err = said(made, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_link_in_the_place_of_the_picture_is_not_followed(said, made, tmp_path):
    (made / PICTURE).unlink(missing_ok=True)
    (made / PICTURE).symlink_to(tmp_path / "elsewhere.png")
    assert said(made, "--objective", "flops")[0] == 0
    assert not (tmp_path / "elsewhere.png").exists()
    assert not (made / PICTURE).is_symlink()


def test_a_bar_shows_on_a_terminal_what_goes_on(monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Bar(is_quiet=False) as bar:
        for n in range(1, 4):
            bar.tell("counting", n, 3)
        bar.tell("predicting", 1, 2)
    assert "counting" in terminal.getvalue()
    assert "predicting" in terminal.getvalue()


def test_a_bar_is_silent_where_it_should_be_or_nobody_watches(capsys, monkeypatch):
    with Bar(is_quiet=False) as bar:
        bar.tell("counting", 1, 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Bar(is_quiet=True) as bar:
        bar.tell("counting", 1, 2)
    assert capsys.readouterr().err == ""


def test_the_command_stands_in_help(capsys):
    with pytest.raises(SystemExit):
        run.main(["--help"])
    assert "evonas explain" in capsys.readouterr().out
    assert explain.main is sys.modules["evonas.commands.explain"].main
