import random
import time
from typing import ClassVar

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.candidate import Order, attempt, measure
from evonas.faults import MetricError
from evonas.fidelity import rungs
from evonas.objectives import Constraint
from evonas.plugins.asking import checked
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Measurement, Settings
from evonas.record import candidate_seed

anything = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=5))


class Curves(toy.Bowl):
    """Its training curve holds what the gene says."""

    def measure(self, genome, wanted, *, seed):
        value = (1.0, float("nan"), "low")[genome[0]]
        return Measurement({"acc": 90.0, "flops": 1.0}, ({"loss": value},))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (1, "metric loss is nan; expected a finite number"),
        (2, "metric loss is a str; expected a number"),
    ],
)
def test_a_curve_that_no_journal_could_hold_is_a_failure(kind, error):
    order = Order(ProblemSpec(Curves, Settings()), ("acc", "flops"))
    assert measure(order, (kind, 0, 0, 0), seed=0).error == error
    assert measure(order, (0, 0, 0, 0), seed=0).curve == ({"loss": 1.0},)


def test_the_seed_of_a_candidate_is_fixed_for_all_time():
    assert candidate_seed(0, (0, 0, 0, 0)) == 3757552657
    assert candidate_seed(1, (3, 1, 2)) == 528455472
    assert candidate_seed(1, (0.5, "relu", -2)) == 2801494496


@given(st.integers(0, 2**63), st.lists(anything, min_size=1, max_size=6).map(tuple))
def test_the_seed_of_a_candidate_is_32_bits_for_any_kind_of_gene(seed, genome):
    assert 0 <= candidate_seed(seed, genome) < 2**32
    assert candidate_seed(seed, genome) == candidate_seed(seed, tuple(genome))


def test_seeds_differ_between_genomes_and_between_searches():
    genomes = [(a, b) for a in range(20) for b in range(20)]
    seeds = {candidate_seed(seed, genome) for seed in range(3) for genome in genomes}
    assert len(seeds) == 1200


def test_a_candidate_that_stops_the_clock_takes_no_less_than_no_time(monkeypatch):
    monkeypatch.setattr("time.perf_counter", lambda: -1.0)
    job = Order(ProblemSpec(toy.Bowl, Settings()), ("acc",))
    assert measure(job, (1, 1, 1, 1), seed=0).seconds > 0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: 10**5000, "metric acc is too large; expected a finite number"),
        (lambda: np.complex128(1 + 2j), "metric acc is a complex128; expected a number"),
        (lambda: 2 + 0j, "metric acc is a complex; expected a number"),
    ],
)
def test_what_is_no_finite_real_number_is_invalid(make, reason):
    with pytest.raises(MetricError, match=reason):
        checked({"acc": make()}, ["acc"])


class Drawing(toy.Bowl):
    """Answers with a number of Python's global generator."""

    def measure(self, genome, wanted, *, seed):
        return {"acc": random.random(), "flops": 1.0}


class Trusted(Drawing):
    is_pure = True


class Derived(Trusted):
    """Its own methods may do anything, whatever it derives from says."""


@pytest.mark.parametrize(
    ("problem", "wanted", "is_pure"),
    [
        (Drawing, ("acc",), False),
        (Trusted, ("acc",), True),
        (Derived, ("acc",), False),
        (Trusted, ("acc", "acc-flops"), False),
    ],
)
def test_only_where_a_class_itself_says_that_it_is_pure_is_nothing_put_back(
    problem, wanted, is_pure
):
    order = Order(ProblemSpec(problem, Settings()), wanted)
    one, other = (attempt(order, (1, 1, 1, 1), seed=7).record for _ in range(2))
    assert one.error is other.error is None
    assert (one.metrics["acc"] != other.metrics["acc"]) == is_pure


class Asked(toy.Schooled):
    """Remembers what it is asked for, exactly and at a fidelity."""

    exactly: ClassVar[list] = []
    so: ClassVar[list] = []

    def measure(self, genome, wanted, *, seed):
        self.exactly.append(set(wanted))
        known = super().measure(genome, wanted, seed=seed)
        return {name: known[name] for name in wanted}

    def measure_at(self, genome, wanted, *, seed, fidelity):
        self.so.append(set(wanted))
        trained = self.measure(genome, ["acc"], seed=seed)["acc"] - 2 * (9 - fidelity.amount)
        n_epochs = fidelity.amount - fidelity.after
        known = {"acc": trained, "fpo": n_epochs * GENOME_FLOPS}
        return {name: known[name] for name in wanted}


@pytest.fixture(autouse=True)
def _forget():
    Asked.exactly.clear()
    Asked.so.clear()


STEP, WHOLE = rungs("epochs", 9, n=3, reduction=3)[1:]
GENOME = (2, 4, 1, 0)  # of 48 channels and depth 2
GENOME_FLOPS = 1e3 * 48**2 * 2


def step(wanted, fidelity=STEP, problem=Asked, constraints=()):
    told = tuple(map(Constraint.parse, constraints))
    job = Order(ProblemSpec(problem, Settings()), wanted, told, fidelity=fidelity)
    return measure(job, GENOME, seed=3)


def test_at_a_fidelity_only_what_is_trained_is_less_than_exact():
    record = step(("acc", "flops", "fpo"))
    whole = toy.Bowl().measure(GENOME, ["acc"], seed=3)["acc"]
    assert record.error is None
    assert record.metrics == {"flops": GENOME_FLOPS, "fpo": 9 * GENOME_FLOPS}
    assert record.partial == {"epochs=3": {"acc": whole - 6 * 2}}  # six epochs to go, at 2 each
    assert record.effort == 2 * GENOME_FLOPS  # from the first epoch to the third
    assert Asked.so == [{"acc", "fpo"}]
    assert Asked.exactly[0] == {"flops", "fpo"}


def test_at_the_whole_what_is_trained_stands_beside_the_rest():
    record = step(("acc", "flops"), WHOLE)
    whole = toy.Bowl().measure(GENOME, ["acc"], seed=3)["acc"]
    assert (record.metrics, record.partial) == ({"flops": GENOME_FLOPS, "acc": whole}, {})
    assert record.effort == 0.0  # for nobody asked


def test_what_is_computed_from_trained_metrics_is_so_at_every_fidelity():
    record = step(("2*acc-flops", "flops"))
    trained = record.partial["epochs=3"]
    assert trained["2*acc-flops"] == pytest.approx(2 * trained["acc"] - GENOME_FLOPS)
    assert record.metrics == {"flops": GENOME_FLOPS}


def test_nothing_that_is_trained_leaves_nothing_at_a_fidelity():
    record = step(("flops",))
    assert (record.metrics, record.partial) == ({"flops": GENOME_FLOPS}, {})


class Careless(Asked):
    """Forgets what the step took, or what it showed."""

    options: ClassVar = {"forgets": "fpo"}

    def measure_at(self, genome, wanted, *, seed, fidelity):
        known = super().measure_at(genome, wanted, seed=seed, fidelity=fidelity)
        return {name: known[name] for name in wanted if name != self.option["forgets"]}


@pytest.mark.parametrize("forgotten", ["fpo", "acc"])
def test_what_a_step_must_tell_and_does_not_is_named(forgotten):
    spec = ProblemSpec(Careless, Settings(options=(("forgets", forgotten),)))
    record = measure(Order(spec, ("acc", "fpo"), (), fidelity=STEP), GENOME, seed=3)
    assert record.error == f"the problem did not measure {forgotten}"


def test_a_constraint_is_looked_at_beforehand_only_where_it_costs_nothing():
    record = step(("acc", "flops"), None, constraints=("acc>=200",))
    assert Asked.exactly == [{"acc", "flops"}]
    assert "acc" in record.metrics
    record = step(("acc", "flops"), None, constraints=("flops<=1", "acc>=200"))
    assert Asked.exactly[1:] == [{"flops"}] * 2
    assert set(record.metrics) == {"flops"}


def test_where_all_takes_a_training_nothing_is_asked_for_exactly():
    record = step(("acc",))
    assert set(record.partial["epochs=3"]) == {"acc"}
    assert (Asked.exactly, Asked.so) == ([{"acc"}], [{"acc"}])  # the former by the toy itself


class Timed(toy.Bowl):
    """Takes some time."""

    def measure(self, genome, wanted, *, seed):
        time.sleep(0.05)
        return super().measure(genome, wanted, seed=seed)


def test_seconds_are_those_of_the_measuring_alone():
    started = time.perf_counter()
    record = measure(Order(ProblemSpec(Timed, Settings()), ("acc",)), (1, 1, 1, 1), seed=0)
    assert 0.05 <= record.seconds <= time.perf_counter() - started
