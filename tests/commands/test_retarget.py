import csv
import json
import shutil

import pytest
import toy

from evonas.commands import main as run
from evonas.commands import retarget
from evonas.runs.reading import open_run

TARGETS = ("--target", "raspberry-pi-4", "--target", "a100")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of thirty networks; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "layered"
    words = ["--problem", toy.reference("Layered"), "--evaluations", "30", "--n-jobs", "0"]
    assert run.main([*words, "--pop-size", "10", "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture
def said(capsys):
    def call(*words):
        capsys.readouterr()
        status = run.main(["retarget", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_all_that_was_measured_is_priced_and_written(said, made, tmp_path):
    status, out, err = said(made, *TARGETS, "--out", tmp_path)
    assert (status, err) == (0, "")
    assert out.startswith(
        "Run layered: 30 architectures priced for raspberry-pi-4, a100 by ana"
    )
    assert "What the targets disagree about:" in out
    assert f"Written: {tmp_path / 'targets.csv'}, {tmp_path / 'start.json'}, " in out
    with (tmp_path / "targets.csv").open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 30


def test_the_folder_lies_in_the_run_unless_told_and_disturbs_nothing(said, made, tmp_path):
    copy = shutil.copytree(made, tmp_path / "copy")
    status, _, _ = said(copy, *TARGETS)
    assert status == 0
    names = {"costs.json", "differences.png", "fronts.png", "start.json", "targets.csv"}
    assert {file.name for file in (copy / "retarget").iterdir()} == names
    assert open_run(copy).records == open_run(made).records
    assert run.main(["pick", str(copy)]) == 0


def test_a_search_goes_on_from_what_is_written(said, made, tmp_path):
    _, out, _ = said(made, *TARGETS, "--out", tmp_path / "on")
    start = tmp_path / "on" / "start.json"
    config = f"evonas --config {made / 'config.json'} --objectives acc,latency@raspberry-pi-4,"
    assert f"To go on there: {config}latency@a100 --warm-start {start}\n" in out
    words = ["--config", str(made / "config.json"), "--warm-start", str(start)]
    more = [
        "--objectives",
        "acc,params",
        "--evaluations",
        "12",
        "--out",
        str(tmp_path / "next"),
    ]
    assert run.main([*words, *more, "--quiet"]) == 0
    content = json.loads(start.read_text())
    names = [gene.name for gene in toy.GENES]
    wanted = [tuple(each[name] for name in names) for each in content["genomes"]]
    space = toy.Layered.space
    got = {tuple(space.decode(r.genome).values()) for r in open_run(tmp_path / "next").records}
    assert {*wanted[: content["n_best"]]} & got


def test_a_run_that_was_killed_can_be_judged(said, made, tmp_path):
    part = shutil.copytree(made, tmp_path / "part")
    lines = (made / "records.jsonl").read_bytes().splitlines(keepends=True)
    for file in part.iterdir():
        if file.name not in ("config.json", "environment.json"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    (part / "records.jsonl").write_bytes(b"".join(lines[:12]) + lines[12][:40])
    status, out, _ = said(part, *TARGETS)
    assert status == 0
    assert out.startswith("Run part: 12 architectures priced for ")


def test_what_is_kept_needs_no_code(said, made, tmp_path):
    n = len(open_run(made).front)
    status, out, _ = said(made, *TARGETS, "--kept", "--out", tmp_path)
    assert status == 0
    assert out.startswith(f"Run layered: {n} architectures priced for ")
    assert (
        f"Note: {30 - n} of 30 architectures are left out, as their costs are not kept." in out
    )


def test_limits_and_objectives_are_heeded(said, made, tmp_path):
    words = ["--objectives", "acc,energy@a100", "--where", "params<=2e4", "--out", tmp_path]
    status, out, _ = said(made, "--target", "a100", *words)
    assert status == 0
    assert "on the front of acc, energy@a100 that keep params<=20000, " in out
    assert "Best in acc within the limits" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "nothing to aim at: name a target, such as raspberry-pi-4"),
        (["--target", "a100", "--objectives", "acc,lat@a100"], "unknown metric 'lat'"),
        (["--target", "a100", "--objectives", "acc"], "no objective is on target a100"),
        (["--target", "a100", "--where", "latency@v100<=1"], "latency@v100 is on no target"),
    ],
)
def test_a_mistake_is_told_in_one_line(said, made, words, message):
    status, out, err = said(made, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"evonas: {message}")


def test_an_interrupt_keeps_what_was_counted(monkeypatch, capsys, made, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(retarget, "price_run", stop)
    assert retarget.main([str(made), *TARGETS, "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == (
        "evonas: interrupted; what was counted is kept; the same command goes on\n"
    )
