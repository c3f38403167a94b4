import json
import sys

import pytest
import toy

from evonas.commands import main as run
from evonas.commands import show
from evonas.reports.text import genome_text
from evonas.runs.reading import open_run

LAYERWISE = ("--problem", "layerwise", "--data", "cifar10", "--architecture")
GENOME = "-".join(["0"] * 28)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "bowl"
    words = ["--problem", toy.reference("Bowl"), "--evaluations", "30", "--n-jobs", "0"]
    assert run.main([*words, "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture
def said(capsys):
    def call(*words):
        capsys.readouterr()
        status = run.main(["show", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_the_knee_is_shown_where_no_member_is_named(said, made):
    status, out, _ = said(made)
    assert status == 0
    how, first, genome, *_ = out.splitlines()
    assert "knee" in how or "compromise" in how
    assert first.startswith("Architecture ")
    front = {genome_text(record.genome) for record in open_run(made).front}
    assert genome.removeprefix("Genome ") in front


def test_a_member_is_shown_by_its_id_by_its_genome_and_by_a_way_to_pick(said, made):
    best = max(open_run(made).front, key=lambda record: record.metrics["acc"])
    name = open_run(made).ids[best.genome]
    by_id = json.loads(said(made, "--genome", name, "--json")[1])
    by_genome = json.loads(said(made, "--genome", genome_text(best.genome), "--json")[1])
    picked = json.loads(said(made, "--best", "acc", "--json")[1])
    assert by_id == by_genome == picked
    assert by_id["id"] == name
    assert by_id["metrics"] == best.metrics
    assert by_id["genome"] == list(best.genome)


def test_json_is_one_object_and_nothing_else_and_needs_no_images(said, tmp_path):
    words = (*LAYERWISE, GENOME, "--data-dir", tmp_path, "--json")
    status, out, err = said(*words)
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert told["input"] == [[3, 32, 32]]
    assert told["macs"] * 2 == told["flops"] == sum(row["flops"] for row in told["layers"])
    assert told["params"] == sum(row["params"] for row in told["layers"]) > 0
    assert not list(tmp_path.iterdir())


def test_the_size_of_the_images_is_the_users(said):
    words = (*LAYERWISE, GENOME, "--image-size", 16, "--json")
    assert json.loads(said(*words)[1])["input"] == [[3, 16, 16]]


def test_what_was_written_can_be_shown_again(said, tmp_path):
    status, out, _ = said(*LAYERWISE, GENOME, "--out", tmp_path / "sheet")
    assert status == 0
    written = sorted(path.suffix for path in (tmp_path / "sheet").iterdir())
    assert written == [".json", ".png", ".svg", ".txt"]
    file = next((tmp_path / "sheet").glob("*.json"))
    assert f"Written: {file}" in out
    again = json.loads(said(*LAYERWISE, file, "--json")[1])
    assert again == json.loads(file.read_text())


def test_what_pick_wrote_can_be_shown(said, made, tmp_path, capsys):
    assert run.main(["pick", str(made), "--out", str(tmp_path / "picks.json")]) == 0
    genome = json.loads((tmp_path / "picks.json").read_text())["genomes"][0]
    words = ("--problem", toy.reference("Bowl"), "--architecture", tmp_path / "picks.json")
    assert json.loads(said(*words, "--json")[1])["genome"] == genome


def test_a_picture_is_drawn(said, tmp_path):
    status, out, _ = said(*LAYERWISE, GENOME, "--draw", tmp_path / "a.svg")
    assert status == 0
    assert "Conv" in (tmp_path / "a.svg").read_text()
    assert out.endswith(f"Written: {tmp_path / 'a.svg'}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--genome", "bcdfgh"], "no architecture of run bowl has the id 'bcdfgh'"),
        (["--genome", "0-9-9-9-9"], "has 5 genes; this space has"),
        (["--where", "acc>=1000"], "no architecture of run bowl keeps acc>=1000"),
        (["--draw", "a.png"], "has no layers to draw: The problem builds no network"),
    ],
)
def test_a_mistake_is_said_in_one_line(said, made, words, message):
    status, out, err = said(made, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_the_command_stands_in_help(capsys):
    with pytest.raises(SystemExit):
        run.main(["--help"])
    assert "show" in capsys.readouterr().out
    assert show.main is sys.modules["evonas.commands.show"].main


CELL = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|"
CELLS = ("--problem", "nb201", "--option", "cells=1", "--architecture", CELL)


def test_cells_are_told_in_the_words_of_the_field_and_drawn(said, tmp_path):
    status, out, _ = said(
        *CELLS, "--draw-cells", tmp_path / "cell.svg", "--out", tmp_path / "o"
    )
    assert status == 0
    assert "Known as |" in out
    assert "Cell:\n  node 2 = nor_conv_3x3(input)\n" in out
    assert "nor_conv_3x3" in (tmp_path / "cell.svg").read_text()
    assert len(list((tmp_path / "o").glob("*-cells.*"))) == 2
    told = json.loads(said(*CELLS, "--json")[1])
    assert told["spelling"].count("nor_conv") == 2
    assert ["node 2", "output", "nor_conv_1x1"] in told["cells"]["cell"]
    again = json.loads(said(*CELLS[:-1], told["spelling"], "--json")[1])
    assert again == told


def test_cells_are_not_drawn_where_there_are_none(said, tmp_path):
    status, _, err = said(*LAYERWISE, GENOME, "--draw-cells", tmp_path / "cell.svg")
    assert status == 2
    assert err == "evonas: problem layerwise has no cells to draw\n"


def test_exits_are_put_on_chains_and_each_is_told_with_its_cost(said):
    genome = "-".join(["2-0-0-0-0-0-0"] * 4)
    words = ("--problem", "digits", "--architecture", genome, "--exits")
    _, out, _ = said(*words, 3)
    row = next(line for line in out.splitlines() if line.startswith("3  "))
    assert row.endswith("100.0 %")
    told = json.loads(said(*words, 3, "--json")[1])
    assert len(told["exits"]["flops"]) == 3
    assert told["exits"]["flops_in_turn"][-1] == told["flops"]
    assert json.loads(said(*words[:-1], "--json")[1])["exits"] is None
    status, _, err = said(*words, 1)
    assert (status, err) == (2, "evonas: --exits must be at least 2, got 1\n")
