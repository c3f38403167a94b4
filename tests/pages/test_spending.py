from dataclasses import asdict, replace

import pytest
from pages.sample_runs import write_run

from evonas.hardware.roofline import Calibration, TimeModel
from evonas.pages.spending import assumptions, duration, prices, spending
from evonas.reports.statement import paragraph
from evonas.runs.folder import SPEND
from evonas.runs.price_tag import PriceTag
from evonas.runs.reading import open_run


def test_the_account_is_that_of_the_run_with_the_paragraph_for_a_paper(sample):
    run = open_run(sample)
    told = spending(run)
    assert told["lines"][0] == paragraph(PriceTag.read(sample))
    rows = dict(told["tables"][0]["rows"])
    assert rows["energy, PUE included [kWh]"] == f"{run.spend.energy_kwh:.3g}"
    assert rows["time of measuring, all workers together"] == "1.7 minutes"


def test_before_the_first_generation_nothing_is_told(tmp_path):
    place = write_run(tmp_path / "run", n=0, has_ended=False)
    assert not (place / SPEND).exists()
    assert spending(open_run(place))["tables"] == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0956, "0.0956 seconds"),
        (59, "59 seconds"),
        (90, "1.5 minutes"),
        (9000, "2.5 hours"),
        (86400 * 3, "3 days"),
        (86400 * 365.25 * 2, "2 years"),
    ],
)
def test_a_time_is_told_in_the_largest_unit_that_it_fills(seconds, text):
    assert duration(seconds) == text


def test_assumptions_stand_with_their_ends_and_their_sources(sample):
    rows = {row[0]: row[1:] for row in assumptions(open_run(sample))["tables"][0]["rows"]}
    assert rows["pue"] == ["1.59", "1.1 to 2", "Uptime Institute 2020, as in Fu et al. 2021"]
    assert rows["grid: intensity_g_per_kwh"][0] == "475"
    assert rows["idle_share"] == ["", "0.1 to 0.4", ""]


def test_how_good_calibrated_times_are_stands_with_the_assumptions(sample):
    run = open_run(sample)
    assert len(assumptions(run)["lines"]) == 1
    model = TimeModel((("constant", 1e-4),), 1, 8, 4, 0.91, 0.9, 0.3)
    here = Calibration("a core", "2026-01-01", "toy", model, replace(model, r2=0.82))
    calibrated = run.config.replaced({"carbon": {"calibration": asdict(here)}})
    lines = assumptions(replace(run, config=calibrated))["lines"]
    assert lines[1].startswith("Times were calibrated on a core, 2026-01-01, networks of toy")
    assert lines[1].endswith("training 0.910, inference 0.820 (torch).")


def test_a_run_without_a_carbon_model_assumes_nothing(sample):
    run = open_run(sample)
    del run.resolved["carbon"]
    assert assumptions(run) is None


def test_the_front_is_priced_where_its_costs_were_counted(small_run, sample):
    run = open_run(small_run)
    told = prices(run)
    place_of = {record.genome: str(i) for i, record in enumerate(run.records)}
    assert set(told) == {place_of[record.genome] for record in run.front}
    for record in run.front:
        rows = dict(told[place_of[record.genome]])
        assert rows["all trainings"] == f"{record.metrics['co2_training']:.3g} kg"
        assert rows["all inferences"] == f"{record.metrics['co2_inference']:.3g} kg"
    assert prices(open_run(sample)) == {}


def test_costs_that_cannot_be_read_leave_the_front_without_prices(run):
    (run / "costs.json").write_text("[")
    assert prices(open_run(run)) == {}
