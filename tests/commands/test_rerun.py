import re

import pytest
import toy

from evonas.commands import main as run
from evonas.commands import rerun
from evonas.runs.journal import read_journal
from evonas.short_ids import short_id


@pytest.fixture
def made(tmp_path):
    words = ["--problem", toy.reference("Flaky"), "--evaluations", "30", "--n-jobs", "0"]
    assert run.main([*words, "--out", str(tmp_path / "run"), "--quiet"]) == 0
    return tmp_path / "run"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_failed_candidates_are_measured_again_with_their_tracebacks(made, capsys):
    before = contents(made)
    capsys.readouterr()
    failed = [r for r in read_journal(made / "records.jsonl").values() if r.error is not None]
    assert len(failed) > 3
    assert rerun.main([str(made), "--failed"]) == 1
    said = capsys.readouterr()
    for record in failed:
        assert f"{'-'.join(map(str, record.genome))}, seed {record.seed}\n" in said.out
    assert said.err.count("Traceback (most recent call last)") == len(failed)
    assert 'raise RuntimeError("the network\\nexploded")' in said.err
    assert "in the run it failed: RuntimeError: the network exploded" in said.out
    assert said.out.endswith(f"{len(failed)} measured again, {len(failed)} of them failed.\n")
    assert contents(made) == before


@pytest.mark.parametrize("text", ["0-1-2", "0 1 2", "0,1,2", "[0, 1, 2]", " 0, 1, 2 "])
def test_a_genome_is_read_as_tables_show_it(made, capsys, text):
    capsys.readouterr()
    assert rerun.main([str(made), "--genome", text]) == 0
    said = capsys.readouterr().out
    assert said.startswith("0-1-2, seed ")
    assert "  fate: fine\n  width: 2\n  depth: 3\n" in said
    assert "  acc: 12.0\n" in said
    assert "but" not in said


def test_a_value_that_is_not_the_runs_is_shown(made, capsys, monkeypatch):
    record = next(r for r in read_journal(made / "records.jsonl").values() if r.error is None)
    monkeypatch.setattr(rerun, "measure_openly", changed(rerun.measure_openly))
    capsys.readouterr()
    assert rerun.main([str(made), "--genome", "-".join(map(str, record.genome))]) == 0
    acc = record.metrics["acc"]
    assert f"  acc: {acc + 1!r}, but {acc!r} in the run\n" in capsys.readouterr().out


def changed(measure):
    def measure_worse(*arguments, **named):
        answer = measure(*arguments, **named)
        return type(answer)({**answer.metrics, "acc": answer.metrics["acc"] + 1})

    return measure_worse


def test_a_run_without_failures_has_nothing_to_show(tmp_path, capsys):
    words = ["--problem", toy.reference("Bowl"), "--evaluations", "10", "--n-jobs", "0"]
    assert run.main([*words, "--out", str(tmp_path / "run"), "--quiet"]) == 0
    capsys.readouterr()
    assert run.main(["rerun", str(tmp_path / "run"), "--failed"]) == 0
    assert re.fullmatch(r"No candidate of .*run failed\.\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere", "--failed"], "no run at nowhere: there is no such directory"),
        (["--genome", "1-2"], r"genome \(1, 2\) has 2 genes; this space has 3"),
        (["--genome", "0-1-9"], "gene 'depth' is 9; expected 0 to 4"),
        (
            ["--genome", "one"],
            "cannot read the genome 'one'; expected one like 1-0-2, a JSON",
        ),
        (["--genome", "[1, 2"], r"cannot read the genome '\[1, 2'; expected one like 1-0-2"),
    ],
)
def test_a_mistake_is_said_in_one_line(made, capsys, words, message):
    capsys.readouterr()
    run_folder = [] if words[0] == "nowhere" else [str(made)]
    assert rerun.main([*run_folder, *words]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert said.count("\n") == 1


def test_what_to_measure_must_be_said(made, capsys):
    with pytest.raises(SystemExit, match="2"):
        rerun.main([str(made)])
    assert "one of the arguments --failed --genome is required" in capsys.readouterr().err


def test_an_id_of_the_table_is_as_good_as_the_genome(made, capsys):
    genome = next(
        r.genome for r in read_journal(made / "records.jsonl").values() if not r.error
    )
    assert rerun.main([str(made), "--genome", short_id(genome)]) == 0
    assert capsys.readouterr().out.startswith(f"{'-'.join(map(str, genome))}, seed ")
    assert rerun.main([str(made), "--genome", "bcdfgh"]) == 2
    assert "no architecture of run run has the id 'bcdfgh'" in capsys.readouterr().err
