"""The experiment on MS-RANAS: it measures, goes on where it was, and reports what it found."""

import json

import pytest
from ms_ranas import ABLATION, CELLS, QUICK, RIVALS, SEARCHES, Experiment, Job, Setting, main
from ms_ranas_report import (
    EVOLVED,
    MULTI,
    ONE,
    SEPARATE,
    Judged,
    ablation_of,
    append,
    area,
    compared,
    read,
    rivals_of,
)
from ms_ranas_report import main as report_main

from evonas.plots.exits import ExitCurve


def judged(group: str, name: str, seed: int, *, accuracy: list[float], flops=None) -> Judged:
    costs = flops or [10 * (i + 1) for i in range(len(accuracy))]
    return Judged(group, name, seed, 100, json.dumps(costs), json.dumps(accuracy), 1.0, "{}")


def test_every_job_names_a_search_that_there_is_and_none_comes_twice():
    jobs = [*RIVALS, *ABLATION]
    assert {job.search for job in jobs} - {""} == {*SEARCHES}
    assert len({(job.group, job.name) for job in jobs}) == len(jobs)
    assert {job.name for job in ABLATION} == {*CELLS}


def test_the_area_of_the_known_answer():
    curve = ExitCurve((10.0, 20.0, 40.0), (50.0, 70.0, 80.0))
    assert area(curve, 50.0) == pytest.approx(56.0)


def test_separate_networks_are_one_rival_of_ascending_costs():
    rows = [
        judged("rivals", f"{SEPARATE}, {n} layers", 0, accuracy=[50.0 + n], flops=[cost])
        for n, cost in ((3, 30), (5, 20), (7, 70))
    ]
    ((params, curve),) = rivals_of(rows)[SEPARATE].values()
    assert params == 300
    assert (curve.flops, curve.accuracies) == ((20, 30, 70), (55.0, 53.0, 57.0))


def test_exits_that_do_not_ascend_are_brought_into_order():
    row = judged("rivals", EVOLVED, 0, accuracy=[60.0, 70.0, 65.0], flops=[10, 30, 20])
    assert row.curve == ExitCurve((10, 20, 30), (60.0, 65.0, 70.0))


def test_differences_are_taken_over_the_seeds_that_both_have():
    told = compared(
        {"gain": ({0: 3.0, 1: 5.0, 2: 9.0}, {0: 1.0, 1: 2.0}), "none": ({0: 1.0}, {})}
    )
    ((name, (difference, p)),) = told.items()
    assert (name, difference.interval.mean) == ("gain", 2.5)
    assert p == difference.p  # one comparison needs no correction


def test_the_ablation_compares_cells_of_one_training_and_all_are_corrected():
    rows = [
        judged(group, name, seed, accuracy=[50.0, base + seed % 2 + 0.1 * seed * gain + gain])
        for group, base in ((ONE, 80.0), (MULTI, 82.0))
        for name, gain in (("baseline", 0.0), ("scales and exits", 2.0))
        for seed in range(4)
    ]
    found = ablation_of(rows)
    gains = {question: told for question, told in found.items() if "scales and exits" in told}
    assert len(gains) == 2
    for told in gains.values():
        difference, p = told["scales and exits"]
        assert difference.interval.mean == pytest.approx(2.3)
        assert p == pytest.approx(2 * difference.p)


def test_what_is_appended_is_read(tmp_path):
    file = tmp_path / "networks.csv"
    assert read(file) == []
    rows = [judged("rivals", EVOLVED, seed, accuracy=[50.0, 60.0]) for seed in (0, 1)]
    for row in rows:
        append(file, row)
    assert read(file) == rows


def test_it_goes_on_where_it_was_and_reports(tmp_path, capsys):
    out = tmp_path / "out"
    few = [Job("rivals", "MSDNet by hand", Setting("msdnet")), ABLATION[0]]
    Experiment(out, QUICK, n_workers=0).run(few, seeds=[0])
    assert (out / "searches" / "baseline-seed0.json").is_file()
    assert [row.name for row in read(out / "networks.csv")] == ["MSDNet by hand", "baseline"]
    before = (out / "networks.csv").read_bytes()
    capsys.readouterr()
    Experiment(out, QUICK, n_workers=0).run(few, seeds=[0])
    assert capsys.readouterr().out == ""
    assert (out / "networks.csv").read_bytes() == before
    report_main([str(out)])
    assert "MSDNet by hand" in capsys.readouterr().out
    assert (out / "rivals.png").is_file()


def test_a_folder_of_other_sizes_is_refused(tmp_path):
    Experiment(tmp_path, QUICK, n_workers=0)
    (tmp_path / "limits.json").write_text('{"data": "mnist"}')
    with pytest.raises(ValueError, match="holds an experiment of other sizes; name another"):
        Experiment(tmp_path, QUICK, n_workers=0)


@pytest.mark.slow
def test_the_whole_of_it_runs_quickly(tmp_path, capsys):
    main(["--out", str(tmp_path), "--quick", "--workers", "0", "--seeds", "1"])
    told = capsys.readouterr().out
    assert "anytime area" in told
    assert len(read(tmp_path / "networks.csv")) == len(RIVALS) + len(ABLATION)
    assert (tmp_path / "ablation.png").is_file()
