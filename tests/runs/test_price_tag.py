from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.carbon.meter import Tariff
from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.objectives import ACC, FLOPS, Constraint, Goals
from evonas.pareto.hypervolume import hypervolume
from evonas.record import Record
from evonas.runs.folder import RunFolder
from evonas.runs.price_tag import N_CHECKPOINTS, PriceTag, why_not_independent
from evonas.runs.run import Run

TARIFF = Tariff(accelerator_w=250.0, core_w=10.0, pue=1.5, intensity_g_per_kwh=400.0)
GOALS = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 10.0})


def trial(i, acc=None, flops=5.0):
    failed = {"error": "it burst"} if acc is None else {}
    metrics = {} if acc is None else {"acc": acc, "flops": flops}
    return Record((i,), metrics, 1800.0, effort=2e9, **failed)


def tag_of(records, *, goals=GOALS, config=None, **fields):
    run = Run("run", tuple(records), goals, config=config or Config(), **fields)
    return PriceTag(run, TARIFF)


def test_failed_trials_cost_as_much_as_any():
    tag = tag_of([trial(0, 50.0), trial(1), trial(2, 60.0)])
    assert (tag.n_trials, tag.busy_hours, tag.fpo) == (3, 1.5, 6e9)
    assert tag.scores() == [50.0, 60.0]


def test_energy_is_the_runs_own_account_or_the_models_where_there_is_none():
    tag = tag_of([trial(0, 50.0)])
    reckoned = TARIFF.kwh(busy_seconds=1800.0, core_seconds=1800.0)
    assert tag.kwh == reckoned
    spend = Spend(1.0, 1.0, 1.0, 0.0, energy_kwh=7.0, co2_g=0.0, method="a meter")
    counted = replace(tag, run=replace(tag.run, spend=spend))
    assert counted.kwh == 7.0
    assert counted.kg == pytest.approx(2.8)


def test_example_data_and_trials_multiply_to_all_operations():
    resolved = {"data": {"n_train": 90, "n_validation": 30}, "training": {"epochs": 4}}
    tag = tag_of([trial(i, 50.0) for i in range(5)], resolved=resolved)
    example, examples, trials = tag.split
    assert (examples, trials) == ((3 * 90 + 30) * 4, 5)
    assert example * examples * trials == pytest.approx(tag.fpo)


@pytest.mark.parametrize(
    "resolved",
    [{}, {"data": None}, {"data": {"n_train": 1, "n_validation": 1}, "training": {}}],
)
def test_without_data_or_epochs_nothing_is_split(resolved):
    assert tag_of([trial(0, 50.0)], resolved=resolved).split is None


trials = st.lists(st.none() | st.tuples(st.floats(1, 99), st.floats(0.1, 9)), min_size=1)


@given(trials)
def test_costs_grow_to_their_totals_and_the_best_and_the_hypervolume_never_fall(points):
    tag = tag_of(trial(i, *(point or ())) for i, point in enumerate(points))
    columns = tag.progress
    assert {len(column) for column in columns.values()} == {len(points)}
    assert columns["evaluations"].tolist() == list(range(1, len(points) + 1))
    totals = {"fpo [FLOP]": tag.fpo, "busy [h]": tag.busy_hours, "energy [kWh]": tag.kwh}
    for name, total in {**totals, "co2 [kg]": tag.kg}.items():
        assert (np.diff(columns[name]) > 0).all()
        assert columns[name][-1] == pytest.approx(total)
    n_before = next((i for i, point in enumerate(points) if point), len(points))
    for name in ("best acc [%]", "hypervolume"):
        column = columns[name]
        assert np.isnan(column[:n_before]).all()
        assert (np.diff(column[n_before:]) >= -1e-12).all()
    best = max((point[0] for point in points if point), default=np.nan)
    assert columns["best acc [%]"][-1] == pytest.approx(best, nan_ok=True)


@given(trials)
def test_the_hypervolume_is_that_of_all_trials_up_to_there(points):
    tag = tag_of(trial(i, *(point or ())) for i, point in enumerate(points))
    for n, volume in enumerate(tag.progress["hypervolume"], 1):
        kept = [r for r in tag.run.records[:n] if r.error is None]
        rows = np.array([tag.run.goals.scaled(r.metrics) for r in kept]).reshape(len(kept), 2)
        assert volume == pytest.approx(hypervolume(rows) if kept else np.nan, nan_ok=True)


def test_what_breaks_a_constraint_brings_nothing():
    goals = replace(GOALS, constraints=(Constraint("flops", "<=", 6.0),))
    tag = tag_of([trial(0, 90.0, 7.0), trial(1, 50.0, 6.0)], goals=goals)
    assert tag.scores() == [50.0]
    assert tag.progress["best acc [%]"].tolist() == pytest.approx([np.nan, 50], nan_ok=True)


def test_of_many_trials_the_hypervolume_is_reckoned_at_some_the_last_among_them():
    n = 3 * N_CHECKPOINTS
    volumes = tag_of(trial(i, 50.0) for i in range(n)).progress["hypervolume"]
    assert np.isfinite(volumes).sum() == N_CHECKPOINTS
    assert np.isfinite(volumes[[0, -1]]).all()
    plain = tag_of([trial(0, 50.0)], goals=Goals((ACC, FLOPS)))
    assert np.isnan(plain.progress["hypervolume"]).all()


@pytest.mark.parametrize("field", ["data_dir", "engine", "n_jobs"])
def test_searches_that_differ_in_their_seeds_alone_are_independent(field):
    where = {"data_dir": "there", "engine": "dask", "n_jobs": 3}[field]
    tags = [tag_of([], config=Config(seed=seed)) for seed in (0, 1)]
    tags.append(tag_of([], config=Config(seed=2, **{field: where})))
    assert why_not_independent(tags) == ""


@pytest.mark.parametrize(
    ("configs", "why"),
    [
        ([Config(algorithm="random")], ""),
        ([Config()], "the trials of a nsga2 search depend on each other; the expected best "),
        ([Config(), Config()], "runs share seeds (0, 0), so they are no new draws"),
        (
            [Config(), Config(seed=1, epochs=3, pop_size=4)],
            "runs differ in more than their seeds: epochs, pop_size",
        ),
    ],
)
def test_why_trials_are_no_independent_draws_is_said(configs, why):
    said = why_not_independent([tag_of([], config=config) for config in configs])
    assert said.startswith(why)
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("resolved", "records", "message"),
    [
        ({}, [trial(0, 50.0)], r"config\.json does not tell its search_energy$"),
        (
            {"search_energy": {"watts": 3}},
            [trial(0, 50.0)],
            r"does not tell its search_energy$",
        ),
        ({}, [], r"^run made holds no measurement yet$"),
    ],
)
def test_a_run_that_tells_too_little_is_named(tmp_path, resolved, records, message):
    resolved = {
        "objectives": [{"name": "acc", "unit": "%", "label": "accuracy", "sign": -1}],
        "constraints": [],
        "hypervolume": {"ideal": {"acc": 100.0}, "reference": {}},
        **resolved,
    }
    folder = RunFolder.create(tmp_path / "made", Config(), resolved=resolved)
    for record in records:
        folder.journal.append(record)
    folder.close()
    with pytest.raises(ValueError, match=message):
        PriceTag.read(tmp_path / "made")
