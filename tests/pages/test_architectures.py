import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.sample_runs import N_EPOCHS, write_run

from evonas import Config, search
from evonas.pages import architectures as pages
from evonas.pages.architectures import architectures, marks, shortened
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(sample):
    return open_run(sample)


def column(told, name):
    (found,) = [each for each in told["metrics"] if each["name"] == name]
    return found


def test_every_architecture_stands_once_in_the_order_of_the_journal(run):
    told = architectures(run)
    assert told["ids"] == [run.ids[record.genome] for record in run.records]
    columns = [*told["metrics"], *told["genes"]]
    assert {len(each["values"]) for each in columns} == {len(run.records)} == {60}
    json.dumps(told, allow_nan=False)


def test_a_letter_says_how_an_architecture_stands(run):
    front = {record.genome for record in run.front}
    for letter, record in zip(marks(run), run.records, strict=True):
        assert (letter == "x") == (record.error is not None)
        assert (letter == "f") == (record.genome in front)
        assert (letter == "b") == (record.metrics.get("flops", 0) > 8e5)
    assert set(marks(run)) == {"f", "o", "b", "x"}


def test_metrics_keep_their_direction_and_what_was_not_measured_is_nothing(run):
    told = architectures(run)
    acc = column(told, "acc")
    assert (acc["sign"], acc["unit"], acc["is_objective"]) == (-1, "%", True)
    measured = [record.metrics.get("acc") for record in run.records]
    assert acc["values"] == measured
    assert acc["values"].count(None) == 5
    assert column(told, "params")["is_objective"] is False


def test_genes_are_told_by_the_places_of_their_choices(run):
    told = architectures(run)
    for place, record in enumerate(run.records):
        spelt = {gene["name"]: gene["choices"][gene["values"][place]] for gene in told["genes"]}
        assert spelt == {name: str(v) for name, v in run.decode(record.genome).items()}


def test_what_a_rung_has_shown_is_a_metric_of_its_own(tmp_path):
    run = open_run(write_run(tmp_path / "run", n=9, rung="epochs=3"))
    told = architectures(run)
    below = column(told, "acc@epochs=3")
    assert (below["label"], below["unit"]) == ("validation accuracy at epochs=3", "%")
    assert below["values"] == pytest.approx([r.partial["epochs=3"]["acc"] for r in run.records])
    assert marks(run).count("l") == 6


def test_variables_of_a_plain_pymoo_problem_are_told_by_value(tmp_path):
    from toy import reference

    config = Config(problem=reference("Mixed"), evaluations=8, pop_size=4, n_jobs=0)
    search(config, folder=tmp_path / "run")
    told = architectures(open_run(tmp_path / "run"))
    by_name = {gene["name"]: gene for gene in told["genes"]}
    assert set(by_name) == {"layers", "rate", "act"}
    assert all(gene["choices"] is None for gene in told["genes"])
    assert set(by_name["act"]["values"]) <= {"relu", "tanh"}


def test_curves_have_room_up_to_a_limit_those_of_the_front_first(run, monkeypatch):
    n_numbers = 3 * N_EPOCHS
    monkeypatch.setattr(pages, "MOST_CURVE_NUMBERS", n_numbers * len(run.front))
    told = architectures(run)
    front = {i for i, letter in enumerate(marks(run)) if letter == "f"}
    assert {int(place) for place in told["curves"]} == front
    assert told["n_curves_left_out"] == 55 - len(front)


def test_a_long_curve_keeps_its_first_and_its_last_point(run, monkeypatch):
    monkeypatch.setattr(pages, "MOST_POINTS", 4)
    curves = architectures(run)["curves"].values()
    assert all(curve["epoch"][0] == 1 and curve["epoch"][-1] == N_EPOCHS for curve in curves)
    assert all(len(curve["loss"]) <= 5 for curve in curves)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_keeps_eight_digits_and_nothing_else_becomes_a_number(value):
    found = shortened(value)
    if not math.isfinite(value):
        assert found is None
    else:
        assert found == pytest.approx(value, rel=1e-7, abs=0)
        assert json.loads(json.dumps(found)) == found


def test_whole_numbers_stay_whole():
    assert repr(shortened(123456789012.0)) == "123456789012"
