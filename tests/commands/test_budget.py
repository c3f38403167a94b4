import csv
import json
import shutil

import numpy as np
import pytest
import toy

from evonas.commands import budget
from evonas.config import Config
from evonas.engine.search import search
from evonas.record import Record
from evonas.reports.statement import paragraph
from evonas.runs.journal import read_journal
from evonas.runs.price_tag import PriceTag, why_not_independent


def said(capsys, *arguments):
    status = budget.main(list(map(str, arguments)))
    told = capsys.readouterr()
    return status, told.out, told.err


def toy_run(folder, **settings):
    base = {"evaluations": 20, "pop_size": 5, "n_jobs": 0}
    search(Config(problem=toy.reference("Flaky"), **{**base, **settings}), folder=folder)
    return folder


def test_the_price_tag_of_a_run(capsys, run):
    status, out, _ = said(capsys, run)
    assert status == 0
    assert "E x D x H" in out
    for name in ("statement.md", "statement.tex", "budget.csv", "budget.png", "curves.png"):
        assert (run / name).stat().st_size > 100
    assert "No expected best performance: the trials of a nsga2 search depend" in out


def test_floating_point_operations_are_those_of_all_trainings(run):
    records = read_journal(run / "records.jsonl").values()
    tag = PriceTag.read(run)
    n_train, n_validation, epochs = 60, 60, 2
    front = {record.genome for record in tag.run.front}
    expected = sum(
        record.metrics["flops"]
        * (3 * n_train + n_validation)
        * epochs
        * (2 if record.genome in front else 1)  # members are trained again, to be tested
        for record in records
    )
    assert tag.fpo == expected == json.loads((run / "spend.json").read_text())["fpo"]
    example, examples, trials = tag.split
    assert (examples, trials) == ((3 * n_train + n_validation) * epochs, 16)
    assert example * examples * trials == pytest.approx(tag.fpo)


def test_progress_ends_at_the_totals(capsys, run):
    said(capsys, run)
    with (run / "budget.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    tag = PriceTag.read(run)
    assert len(rows) == 16
    assert float(rows[-1]["fpo [FLOP]"]) == pytest.approx(tag.fpo)
    assert float(rows[-1]["energy [kWh]"]) == pytest.approx(tag.kwh, rel=1e-4)
    assert float(rows[-1]["co2 [kg]"]) == pytest.approx(tag.kg, rel=1e-4)
    best = [float(row["best acc [%]"]) for row in rows]
    volumes = [float(row["hypervolume"]) for row in rows]
    assert best == sorted(best)
    assert (np.diff(volumes) >= -1e-9).all()
    with (run / "generations.csv").open(encoding="utf-8") as lines:
        last = list(csv.DictReader(lines))[-1]
    assert volumes[-1] == pytest.approx(float(last["hypervolume"]), rel=1e-6)


def test_failed_trials_count(capsys, tmp_path):
    run = toy_run(tmp_path / "run")
    tag = PriceTag.read(run)
    assert tag.n_trials == 20
    assert 0 < len(tag.run.failures) < 20
    status, out, _ = said(capsys, run)
    assert status == 0
    assert f"({len(tag.run.failures)} of them failed, and count as well)" in out
    assert tag.split is None


def test_a_random_search_has_an_expected_best(capsys, tmp_path):
    run = toy_run(tmp_path / "run", algorithm="random")
    status, out, _ = said(capsys, run, "--expected")
    assert status == 0
    assert "of n independent trials (Dodge et al. 2019)" in out
    assert (run / "expected.png").stat().st_size > 10_000


def test_searches_with_other_seeds_have_one_too(capsys, tmp_path):
    runs = [toy_run(tmp_path / f"run{seed}", seed=seed) for seed in range(3)]
    status, out, _ = said(capsys, *runs, "--expected", "--out", tmp_path / "all")
    assert status == 0
    assert "of n independent searches" in out
    assert {"budget-1.csv", "budget-3.csv", "budget.png"} <= {
        path.name for path in (tmp_path / "all").iterdir()
    }


def test_trials_that_depend_on_each_other_have_none(capsys, tmp_path):
    run = toy_run(tmp_path / "run")
    status, _, err = said(capsys, run, "--expected")
    assert status == 2
    assert "trials of a nsga2 search depend on each other" in err
    twin = shutil.copytree(run, tmp_path / "twin")
    other = toy_run(tmp_path / "other", seed=1, evaluations=15)
    tags = [PriceTag.read(path) for path in (run, twin, other)]
    assert why_not_independent(tags[:2]) == "runs share seeds (0, 0), so they are no new draws"
    assert why_not_independent([tags[0], tags[2]]) == (
        "runs differ in more than their seeds: evaluations"
    )


def test_members_of_the_front_are_trained_on_parts_of_the_data(capsys, run):
    status, out, _ = said(capsys, run, "--fractions", "0.5,1", "--members", 2)
    assert status == 0
    assert "validation accuracy of members of the front, trained on fewer images" in out
    lines = out[out.index("trained on fewer images") :].splitlines()
    assert lines[1].split() == ["30", "60", "id", "genome"]
    full = {"-".join(map(str, r.genome)): r for r in PriceTag.read(run).run.front}
    for line in lines[2:4]:
        _, whole, _, genome = line.split()
        assert float(whole) == pytest.approx(full[genome].metrics["acc"], rel=1e-3)
    assert (run / "fractions.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nowhere",), "no run at nowhere"),
        (("RUN", "--fractions", "0.5", "--members", "0"), "--members must be at least 1"),
        (("TOY", "--fractions", "0.5"), "has no objective that takes a training"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(capsys, run, tmp_path, arguments, expected):
    places = {"RUN": run, "TOY": tmp_path / "toy"}
    if "TOY" in arguments:
        toy_run(places["TOY"])
    status, _, err = said(capsys, *(places.get(word, word) for word in arguments))
    assert status == 2
    assert err.count("\n") == 1
    assert expected in err


def test_shares_out_of_range_are_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        budget.main(["run", "--fractions", "0,2"])
    assert "cannot read '0,2'; expected shares such as 0.1,0.5,1" in capsys.readouterr().err


def test_a_run_without_measurements_is_named(run):
    (run / "records.jsonl").write_text("")
    with pytest.raises(ValueError, match="holds no measurement yet"):
        PriceTag.read(run)


def test_a_statement_names_what_a_reviewer_asks_for(run):
    words = paragraph(PriceTag.read(run))
    for part in (
        "16 architectures",
        "nsga2, seed 0",
        "kWh",
        "475 g CO2e/kWh",
        "usage",
        "kg CO2e",
    ):
        assert part in words


def test_a_record_keeps_its_effort_and_processor_time():
    record = Record((1,), {"acc": 1.0}, 2.0, cpu_seconds=1.5, effort=1e9)
    assert Record.from_line(record.to_line()) == record
