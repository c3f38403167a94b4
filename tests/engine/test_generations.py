import csv
import math

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import slow_but
from pymoo.indicators.hv import HV

from evonas.carbon.meter import Meter, Tariff
from evonas.config import Config
from evonas.engine.generations import Archive
from evonas.engine.search import SearchPlan, search
from evonas.evaluation.evaluator import Evaluator
from evonas.hardware.devices import CORE_W
from evonas.listener import Listener
from evonas.pareto.dominance import front
from evonas.plugins.loading import ProblemSpec

genomes = st.tuples(*(st.integers(0, size - 1) for size in toy.Flaky.space.sizes))
batches = st.lists(st.lists(genomes, max_size=8), min_size=1, max_size=6)


def begin(problem="Flaky", *, accelerator_w=0.0, pue=1.0, intensity=400.0, **config):
    config = Config(problem=toy.reference(problem), n_jobs=0, **config)
    plan = SearchPlan(config, ProblemSpec(config.problem, config.settings))
    evaluator = Evaluator(plan.order)
    tariff = Tariff(accelerator_w=accelerator_w, pue=pue, intensity_g_per_kwh=intensity)
    archive = Archive(evaluator, plan.goals, meter=Meter(tariff, sensors=[]))
    return evaluator, archive, plan.goals


def feasible(evaluator, goals):
    return [r for r in evaluator.records.values() if goals.are_met(r.metrics)]


def staircase(points):
    """The area between points and (1, 1), summed column by column."""
    area, ceiling = 0.0, 1.0
    for x, y in sorted(points):
        if x < 1 and y < ceiling:
            area += (1 - x) * (ceiling - y)
            ceiling = y
    return area


@settings(max_examples=50)
@given(batches, st.sampled_from([(), ("flops<=12",), ("acc>=30",)]))
def test_the_front_is_that_of_all_feasible_records(batches, constraint):
    evaluator, archive, goals = begin(constraint=constraint)
    for batch in batches:
        evaluator(batch)
        records = feasible(evaluator, goals)
        F = np.array([goals.scaled(r.metrics) for r in records]).reshape(-1, 2)
        expected = {r.genome for r, kept in zip(records, front(F), strict=True) if kept}
        members = archive.front()
        assert {record.genome for record in members} == expected
        accs = [record.metrics["acc"] for record in members]
        assert accs == sorted(accs, reverse=True)


@settings(max_examples=50)
@given(batches)
def test_the_hypervolume_never_decreases_and_is_that_of_all_records(batches):
    evaluator, archive, goals = begin()
    before = 0.0
    for batch in batches:
        evaluator(batch)
        hypervolume = archive.close_generation().hypervolume
        F = np.array([goals.scaled(r.metrics) for r in feasible(evaluator, goals)])
        expected = float(HV(np.ones(2))(F)) if len(F) else 0.0
        assert hypervolume == pytest.approx(expected)
        assert hypervolume == pytest.approx(staircase(F.tolist()))
        assert 1 >= hypervolume >= before
        before = hypervolume


@pytest.mark.parametrize("objectives", [("acc", "flops"), ("flops", "acc", "params"), ("acc",)])
def test_the_hypervolume_is_a_share_of_the_box_for_any_number_of_objectives(objectives):
    evaluator, archive, goals = begin("Bowl", objectives=objectives)
    evaluator(toy.Bowl.space.sample(60, np.random.default_rng(0)))
    F = np.array([goals.scaled(r.metrics) for r in evaluator.records.values()])
    hypervolume = archive.close_generation().hypervolume
    assert hypervolume == pytest.approx(float(HV(np.ones(len(objectives)))(F)))
    assert 0 < hypervolume < 1


def test_what_is_not_better_than_the_reference_adds_no_hypervolume():
    evaluator, archive, _ = begin(reference=("flops=6",))
    evaluator([(0, 4, 4), (0, 2, 2)])
    assert archive.close_generation().hypervolume == 0.0
    evaluator([(0, 1, 1)])
    assert archive.close_generation().hypervolume == pytest.approx(0.11 / 3)


def test_without_a_reference_there_is_no_hypervolume():
    evaluator, archive, _ = begin("Balanced")
    evaluator([(1, 1, 0), (2, 2, 0)])
    generation = archive.close_generation()
    assert generation.hypervolume is None
    assert generation.front_size == 2


def test_an_empty_archive_is_accounted_for():
    _, archive, _ = begin()
    generation = archive.close_generation()
    assert archive.front() == []
    assert generation.n_evaluations == generation.front_size == generation.n_failures == 0
    assert set(generation.best) == {"acc", "flops"}
    assert all(map(math.isnan, generation.best.values()))
    assert generation.row()["best_acc"] == ""
    assert generation.spend.energy_kwh == 0.0


def test_failures_are_counted_and_never_on_the_front():
    evaluator, archive, _ = begin()
    evaluator([(0, 1, 1), (1, 1, 1), (2, 1, 1)])
    first = archive.close_generation()
    evaluator([(3, 1, 1), (0, 2, 2), (0, 1, 1)])
    second = archive.close_generation()
    assert (first.number, first.n_evaluations, first.n_failures) == (1, 3, 2)
    assert (second.number, second.n_evaluations, second.n_failures) == (2, 5, 3)
    assert all(record.error is None for record in archive.front())
    assert archive.generations == [first, second]


def test_equal_points_are_all_members_and_count_once():
    evaluator, archive, _ = begin("Zero", objectives=("acc", "flops"))
    evaluator([(2, 1, 1, 0), (1, 1, 1, 0), (1, 2, 2, 0)])
    generation = archive.close_generation()
    assert [record.genome for record in archive.front()] == [
        (1, 1, 1, 0),
        (1, 2, 2, 0),
        (2, 1, 1, 0),
    ]
    assert generation.front_size == 1


def test_the_best_of_each_objective_is_in_its_own_direction():
    evaluator, archive, _ = begin()
    evaluator([(0, 0, 0), (0, 4, 4), (0, 2, 2)])
    assert archive.close_generation().best == {"acc": 44.0, "flops": 1.0}


@pytest.mark.parametrize("accelerator_w", [0.0, 300.0])
def test_energy_is_that_of_cores_and_accelerator(accelerator_w):
    evaluator, archive, _ = begin(accelerator_w=accelerator_w, pue=1.5, intensity=400.0)
    for batch in ([(0, 1, 1)], [(0, 2, 2), (1, 1, 1)], [(0, 2, 2)]):
        evaluator(batch)
        generation = archive.close_generation()
        spend = generation.spend
        joules = 1.5 * (CORE_W * spend.cpu_seconds + accelerator_w * spend.busy_seconds)
        assert spend.busy_seconds == evaluator.tally.busy_seconds > 0
        assert spend.energy_kwh == pytest.approx(joules / 3.6e6)
        assert spend.co2_g == pytest.approx(400.0 * spend.energy_kwh)


def test_a_generation_is_a_row_with_units_in_its_header():
    evaluator, archive, _ = begin()
    evaluator([(0, 1, 1), (1, 1, 1)])
    row = archive.close_generation().row()
    assert list(row) == [
        "generation",
        "evaluations",
        "failures",
        "front_size",
        "hypervolume",
        "wall [s]",
        "busy [s]",
        "cpu [s]",
        "fpo [FLOP]",
        "energy [kWh]",
        "co2 [g]",
        "metered [kWh]",
        "best_acc",
        "best_flops",
    ]
    assert row["best_acc"] == 11.0
    assert row["failures"] == 1


def test_what_a_later_generation_measures_in_full_reaches_the_front():
    config = Config(
        problem=toy.reference("Schooled"),
        fidelity="epochs",
        evaluations=30,
        pop_size=8,
        n_jobs=0,
    )
    result = search(config)
    whole = [record for record in result.records if result.goals.are_met(record.metrics)]
    best = max(whole, key=lambda record: record.metrics["acc"])
    assert best.genome in result.genomes
    assert result.generations[-1].best["acc"] == best.metrics["acc"]


TIMES = {"wall [s]", "busy [s]", "cpu [s]", "energy [kWh]", "co2 [g]", "metered [kWh]"}
GOES_ON = {
    "plain": {},
    "rungs": {"fidelity": "epochs"},
    "surrogate": {"surrogate": "gp", "batch": 5, "proposals": 50},
    "rungs and surrogate": {"fidelity": "epochs", "surrogate": "gp", "batch": 5},
    "constraints": {"constraint": ("params<=30000",)},
    "two workers": {"n_jobs": 2},
}


def rows(folder, *, without=frozenset({"wall [s]", "metered [kWh]"})):
    """The table of generations, as its cells are spelt, but for columns of the clock."""
    with (folder / "generations.csv").open(newline="") as file:
        return [
            {name: cell for name, cell in row.items() if name not in without}
            for row in csv.DictReader(file)
        ]


class Until(Listener):
    """Asks for an end after so many generations; the front is then measured all the same."""

    def __init__(self, number):
        self.number = number
        self.n_done = 0

    def on_generation(self, generation):
        self.n_done = generation.number

    def why_stop(self):
        return "enough for now" if self.n_done >= self.number else ""


@pytest.mark.parametrize("words", slow_but(["plain", "rungs", "surrogate"], GOES_ON))
def test_a_run_stopped_after_each_generation_tells_the_same_of_all(tmp_path, words):
    config = Config(
        problem=toy.reference("Elephant"),
        pop_size=6,
        generations=3,
        **{"n_jobs": 0, **GOES_ON[words]},
    )
    n_generations = len(search(config, folder=tmp_path / "whole").generations)
    for number in range(1, n_generations + 1):
        before = rows(tmp_path / "run") if number > 1 else []
        result = search(
            config, folder=tmp_path / "run", resume=number > 1, listeners=[Until(number)]
        )
        assert rows(tmp_path / "run")[: len(before)] == before
    assert result.spend.fpo > result.generations[-1].spend.fpo  # the front was measured
    told = rows(tmp_path / "run", without=TIMES)
    assert told == rows(tmp_path / "whole", without=TIMES)
    assert len(told) == n_generations
    assert float(told[-1]["fpo [FLOP]"]) > float(told[0]["fpo [FLOP]"]) > 0
    fronts = [(tmp_path / name / "front.csv").read_bytes() for name in ("run", "whole")]
    assert fronts[0] == fronts[1]


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_beginning_of_a_journal_continues_to_the_same_table(elephant, data):
    config, folder, content, whole = elephant
    cut = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    (folder / "records.jsonl").write_bytes(content[:cut])
    search(config, folder=folder, resume=True)
    assert rows(folder, without=TIMES) == whole


@pytest.fixture(scope="module")
def elephant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elephant") / "run"
    config = Config(
        problem=toy.reference("Elephant"),
        n_jobs=0,
        pop_size=6,
        generations=3,
        fidelity="epochs",
    )
    search(config, folder=folder)
    return config, folder, (folder / "records.jsonl").read_bytes(), rows(folder, without=TIMES)
