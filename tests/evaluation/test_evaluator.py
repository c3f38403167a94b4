from dataclasses import replace
from typing import ClassVar

import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import slow_but

from evonas.evaluation.candidate import Order, measure
from evonas.evaluation.engines import make_executor
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.fidelity import rungs
from evonas.objectives import Constraint
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.record import candidate_seed
from evonas.runs.journal import Journal, read_journal

GENOMES = [(kind, width, depth, 1) for kind in (1, 2) for width in range(3) for depth in (0, 4)]


class Counting(toy.Bowl):
    """Remembers what it was asked for."""

    asked: ClassVar[list] = []

    def measure(self, genome, wanted, *, seed):
        self.asked.append((genome, frozenset(wanted)))
        return super().measure(genome, wanted, seed=seed)


class Overlong(toy.Bowl):
    """Answers with more than it was asked for, as numpy numbers and integers."""

    def measure(self, genome, wanted, *, seed):
        metrics = super().measure(genome, {"acc"}, seed=seed)
        return {**metrics, "flops": int(metrics["flops"]), "latency": 3}


class Bad(toy.Bowl):
    """The whole answer is of the wrong kind."""

    def measure(self, genome, wanted, *, seed):
        return {"acc": True, "flops": 1.0}


@pytest.fixture(autouse=True)
def _forget():
    Counting.asked.clear()
    Climbing.asked.clear()


def order(problem, wanted=("acc", "flops"), *, constraints=(), seed=0, options=()):
    parsed = tuple(map(Constraint.parse, constraints))
    return Order(ProblemSpec(problem, Settings(options=options)), wanted, parsed, seed)


def hired(problem, n_jobs):
    return make_executor(problem.spec, n_jobs=n_jobs)


def timeless(records):
    return [replace(record, seconds=0.0, cpu_seconds=0.0) for record in records]


def traceless(record):
    """Everything but what depends on the time and on where it was measured."""
    return replace(record, seconds=0.0, cpu_seconds=0.0, trace=())


def test_records_come_in_the_order_of_the_genomes():
    evaluator = Evaluator(order(toy.Bowl))
    shuffled = GENOMES[::-1] + GENOMES[3:5]
    assert [record.genome for record in evaluator(shuffled)] == shuffled
    assert list(evaluator.records) == GENOMES[::-1]


def test_genomes_that_build_the_same_network_are_measured_once():
    evaluator = Evaluator(order(Counting))
    folded, twin, other = evaluator([(0, 1, 1, 1), (0, 1, 1, 0), (1, 1, 1, 1)])
    assert folded is twin
    assert folded.genome == (0, 1, 1, 0)
    assert [genome for genome, _ in Counting.asked] == [(0, 1, 1, 0), other.genome]


def test_nothing_is_measured_twice_across_calls():
    evaluator = Evaluator(order(Counting))
    first = evaluator(GENOMES[:4])
    seconds = evaluator.tally.busy_seconds
    again = evaluator([*GENOMES[2:4], GENOMES[0]])
    assert again == [first[2], first[3], first[0]]
    assert len(Counting.asked) == 4
    assert evaluator.tally.busy_seconds == seconds
    assert seconds == pytest.approx(sum(record.seconds for record in first))


def test_nothing_to_measure_gives_nothing():
    assert Evaluator(order(toy.Bowl))([]) == []
    with hired(order(toy.Bowl), 2) as executor:
        assert Evaluator(order(toy.Bowl), executor=executor)([]) == []


@pytest.mark.parametrize(
    ("fate", "error"),
    [
        ("raises", "RuntimeError: the network exploded"),
        ("not a number", "metric acc is nan; expected a finite number"),
        ("infinite", "metric acc is inf; expected a finite number"),
        ("misses a metric", "the problem did not measure acc"),
        ("is a text", "metric acc is a str; expected a number"),
    ],
)
def test_a_failed_candidate_becomes_a_record_with_its_error(fate, error):
    genomes = [(0, 1, 1), (toy.FATES.index(fate), 1, 1), (0, 2, 2)]
    fine, failed, also_fine = Evaluator(order(toy.Flaky))(genomes)
    assert fine.error is None
    assert also_fine.error is None
    assert failed.error == error
    assert failed.metrics == {}
    assert failed.genome == genomes[1]


def test_a_yes_is_not_a_number():
    (record,) = Evaluator(order(Bad))([(0, 0, 0, 0)])
    assert record.error == "metric acc is a bool; expected a number"


def test_all_that_was_measured_is_kept_as_plain_numbers():
    (record,) = Evaluator(order(Overlong))([(0, 0, 0, 0)])
    assert set(record.metrics) == {"acc", "flops", "params", "latency"}
    assert {type(value) for value in record.metrics.values()} == {float}


def test_a_broken_cheap_constraint_spares_the_expensive_metric():
    cheap_only = {frozenset({"flops"}), frozenset({"params", "flops"}), frozenset({"params"})}
    evaluator = Evaluator(order(Counting, constraints=["flops<=200000"]))
    doomed, fine = evaluator([(1, 4, 4, 0), (1, 0, 0, 0)])
    assert {wanted for genome, wanted in Counting.asked if genome == (1, 4, 4, 0)} <= cheap_only
    assert doomed.error is None
    assert "acc" not in doomed.metrics
    assert doomed.metrics["flops"] > 200000
    assert "acc" in fine.metrics


def test_a_screened_candidate_still_tells_the_cheap_objectives():
    problem = order(toy.Bowl, ("acc", "params", "flops"), constraints=["flops<=1"])
    (record,) = Evaluator(problem)([(1, 1, 1, 1)])
    assert set(record.metrics) == {"params", "flops"}


def test_a_constraint_on_an_expensive_metric_screens_nothing():
    (record,) = Evaluator(order(toy.Bowl, constraints=["acc>=99"]))([(1, 1, 1, 1)])
    assert record.metrics["acc"] < 99


def test_an_objective_of_the_users_file_is_computed_from_what_it_needs():
    problem = order(Counting, (toy.reference("thrift"), "params"))
    (record,) = Evaluator(problem)([(1, 1, 1, 1)])
    expected = 1e6 * record.metrics["acc"] / record.metrics["flops"]
    assert record.metrics["thrift"] == expected
    assert Counting.asked[0][1] == {"acc", "flops", "params"}


def test_an_objective_that_cannot_be_computed_is_a_failure():
    (record,) = Evaluator(order(toy.Zero, (toy.reference("thrift"),)))([(0, 0, 0, 0)])
    assert record.error == "ZeroDivisionError: float division by zero"


@settings(max_examples=20)
@given(st.permutations(GENOMES), st.integers(0, 5))
def test_a_record_does_not_depend_on_company_or_order(genomes, seed):
    together = {r.genome: r for r in timeless(Evaluator(order(toy.Bowl, seed=seed))(genomes))}
    assert (
        together[GENOMES[0]]
        == timeless(
            [
                measure(
                    order(toy.Bowl, seed=seed),
                    GENOMES[0],
                    seed=candidate_seed(seed, GENOMES[0]),
                )
            ]
        )[0]
    )


def test_two_workers_give_the_records_of_one_and_of_none():
    problem = order(toy.reference("Flaky"))
    genomes = [(fate, width, 1) for fate in range(6) for width in range(5)]
    here, records = Evaluator(problem), {}
    for n_jobs in (1, 2):
        with hired(problem, n_jobs) as executor:
            evaluator = Evaluator(problem, executor=executor)
            records[n_jobs] = [traceless(r) for r in evaluator(genomes)]
            assert list(evaluator.records) == genomes
    assert records[1] == records[2] == [traceless(r) for r in here(genomes)]


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_candidate_that_kills_its_worker_is_blamed_and_the_others_finish(tmp_path, n_jobs):
    journal = Journal(tmp_path / "records.jsonl")
    genomes = [(level,) for level in range(8)]
    problem = order(toy.reference("Killer"))
    with hired(problem, n_jobs) as executor:
        records = Evaluator(problem, executor=executor, journal=journal)(genomes)
    assert [record.genome for record in records] == genomes
    errors = [record.error for record in records]
    assert records[3].kind == "died"
    assert errors.pop(3) == "its worker process ended with status 1, twice"
    assert errors == [None] * 7
    assert [record.metrics.get("acc") for record in records[4:]] == [54, 55, 56, 57]
    assert set(read_journal(tmp_path / "records.jsonl")) == set(genomes)


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_worker_that_dies_once_costs_nothing_but_time(tmp_path, n_jobs):
    options = (("marker", str(tmp_path / "died")),)
    problem = order(toy.reference("Killer"), options=options)
    with hired(problem, n_jobs) as executor:
        records = Evaluator(problem, executor=executor)([(level,) for level in range(8)])
    assert (tmp_path / "died").exists()
    assert [record.metrics["acc"] for record in records] == [50.0 + level for level in range(8)]


@pytest.mark.parametrize("n_jobs", [0, 1, 2])
def test_what_was_finished_before_a_stop_is_in_the_journal(tmp_path, n_jobs):
    arrived = []
    problem = order(toy.reference("Slow"), options=(("seconds", "0.05"),))
    with hired(problem, n_jobs) as executor:
        evaluator = Evaluator(
            problem,
            executor=executor,
            journal=Journal(tmp_path / "records.jsonl"),
            should_stop=lambda: len(arrived) >= 3,
            on_record=arrived.append,
        )
        with pytest.raises(StoppedError):
            evaluator(GENOMES)
    kept = read_journal(tmp_path / "records.jsonl")
    assert 3 <= len(kept) < len(GENOMES)
    assert list(kept) == [record.genome for record in arrived]
    assert set(evaluator.records) == set(kept)


def test_a_stop_before_the_first_candidate_measures_nothing():
    evaluator = Evaluator(order(Counting), should_stop=lambda: True)
    with pytest.raises(StoppedError):
        evaluator(GENOMES)
    assert Counting.asked == []


def test_what_the_journal_knows_is_answered_without_measuring(tmp_path):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    first = Evaluator(order(Counting), journal=journal)
    records = first(GENOMES[:5])
    journal.close()
    content = path.read_text()
    Counting.asked.clear()
    arrived = []
    journal = Journal(path)
    second = Evaluator(order(Counting), journal=journal, on_record=arrived.append)
    assert second.records == {}
    assert timeless(second(GENOMES[:5])) == timeless(records)
    assert Counting.asked == []
    assert path.read_text() == content
    assert [record.genome for record in arrived] == GENOMES[:5]
    assert second.tally.busy_seconds == first.tally.busy_seconds
    second(GENOMES[4:7])
    assert [genome for genome, _ in Counting.asked] == GENOMES[5:7]


@pytest.mark.parametrize("n_jobs", [0, 1, 2])
def test_completing_measures_what_is_missing_and_keeps_it(tmp_path, n_jobs):
    path = tmp_path / "records.jsonl"
    problem = order(toy.reference("Curved"))
    journal = Journal(path)
    with hired(problem, n_jobs) as executor:
        evaluator = Evaluator(problem, executor=executor, journal=journal)
        records = evaluator(GENOMES[:4])
        completed = evaluator.complete(records[1:3], ("test_acc",))
    journal.close()
    assert [record.genome for record in completed] == GENOMES[1:3]
    for before, after in zip(records[1:3], completed, strict=True):
        assert after.metrics == {**before.metrics, "test_acc": before.metrics["acc"] - 1}
    assert "test_acc" not in evaluator.records[GENOMES[0]].metrics
    again = Evaluator(problem, journal=Journal(path))
    replayed = again(GENOMES[:4])
    assert timeless(again.complete(replayed[1:3], ("test_acc",))) == timeless(completed)
    assert len(path.read_text().splitlines()) == 6


def test_curves_stay_in_the_journal(tmp_path):
    path = tmp_path / "records.jsonl"
    (record,) = Evaluator(order(toy.Curved), journal=Journal(path))([GENOMES[0]])
    assert record.curve == ()
    assert read_journal(path)[GENOMES[0]].curve == (
        {"epoch": 1.0, "acc": record.metrics["acc"]},
    )


def test_completing_nothing_measures_nothing():
    evaluator = Evaluator(order(Counting))
    records = evaluator(GENOMES[:2])
    assert evaluator.complete(records, ()) == records
    assert evaluator.complete([], ("test_acc",)) == []
    assert len(Counting.asked) == 2


def test_workers_begin_with_the_dearest_candidates_and_answer_in_the_order_of_asking():
    arrived = []
    genomes = sorted(GENOMES, key=lambda genome: genome[1:])  # the cheapest first
    problem = order(toy.reference("Hinted"))
    with hired(problem, 2) as executor:
        evaluator = Evaluator(
            problem, executor=executor, on_record=lambda record: arrived.append(record.genome)
        )
        assert [record.genome for record in evaluator(genomes)] == genomes
    cost = {
        genome: toy.Bowl().measure(genome, {"flops"}, seed=0)["flops"] for genome in genomes
    }
    assert cost[arrived[0]] >= sorted(cost.values())[-2]


class Untestable(toy.Curved):
    """One of its networks cannot be tested."""

    def measure(self, genome, wanted, *, seed):
        if "test_acc" in wanted and genome[1] == 1:
            raise RuntimeError("the test images are gone")
        return super().measure(genome, wanted, seed=seed)


def test_a_member_that_cannot_be_completed_stays_and_that_is_said(tmp_path, caplog):
    evaluator = Evaluator(order(Untestable), journal=Journal(tmp_path / "records.jsonl"))
    records = evaluator([(1, 0, 1, 1), (1, 1, 1, 1)])
    first, second = evaluator.complete(records, ("test_acc",))
    assert "test_acc" in first.metrics
    assert (second.metrics, second.error) == (records[1].metrics, None)
    assert "no test_acc of 1-1-1-1: RuntimeError: the test images are gone" in caplog.text
    kept = read_journal(tmp_path / "records.jsonl")
    assert [(r.metrics, r.error) for r in kept.values()] == [
        (first.metrics, None),
        (second.metrics, None),
    ]


FINE, BROKEN = (0, 1, 1), (1, 3, 3)  # 4 FLOP, and 16 that fail


def test_the_effort_of_every_training_is_kept_failed_ones_included(tmp_path):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    evaluator = Evaluator(order(toy.Laborious), journal=journal)
    fine, broken = evaluator([FINE, BROKEN])
    journal.close()
    assert (fine.error, fine.effort) == (None, 4.0)
    assert broken.error is not None
    assert broken.effort == 16.0
    assert evaluator.tally.fpo == 20.0
    assert sorted(record.effort for record in read_journal(path).values()) == [4.0, 16.0]
    again = Evaluator(order(toy.Laborious), journal=Journal(path))
    again([FINE, BROKEN])
    assert again.tally.fpo == 20.0


def test_what_is_not_trained_costs_no_effort():
    screened = Evaluator(order(toy.Laborious, constraints=("flops<=10",)))
    screened([(0, 1, 1), (0, 4, 4)])
    assert screened.tally.fpo == 4.0
    cheap = Evaluator(order(toy.Laborious, wanted=("flops",)))
    cheap([(0, 1, 1)])
    assert cheap.tally.fpo == 0.0
    assert Evaluator(order(toy.Flaky))([FINE])[0].effort == 0.0


@pytest.mark.parametrize("n_jobs", [0, 1, 2])
def test_who_takes_more_than_is_left_is_passed_over_and_the_next_may_fit(n_jobs):
    genomes = [(0, 1, 1), (0, 4, 4), (0, 2, 2), (0, 0, 0)]  # 4, 25, 9, 1 FLOP
    with hired(order(toy.Laborious), n_jobs) as executor:
        evaluator = Evaluator(order(toy.Laborious), executor=executor, budget_flops=35.0)
        told = evaluator(genomes)
        assert [answer.genome for answer in told] == genomes
        assert list(evaluator.records) == [genomes[0], genomes[1], genomes[3]]
        assert told[2].error == "its training takes more than is left of the budget"
        assert evaluator.budget.passed_over == {((0, 2, 2), ""): 9.0}
        assert evaluator.settled == set(genomes)
        assert evaluator.tally.fpo == 30.0
        evaluator.complete([told[0]], ("acc",))
        assert evaluator.budget.left == 5.0


@pytest.mark.parametrize("n_known", range(4))
def test_a_resumed_search_passes_over_the_same(tmp_path, n_known):
    genomes = [(0, 2, 2), (0, 4, 4), (0, 3, 3), (0, 1, 1), (0, 0, 0)]  # 9, 25, 16, 4, 1
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    whole = Evaluator(order(toy.Laborious), journal=journal, budget_flops=30.0)
    whole(genomes)
    journal.close()
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    path.write_bytes(b"".join(lines[:n_known]))
    journal = Journal(path)
    again = Evaluator(order(toy.Laborious), journal=journal, budget_flops=30.0)
    again(genomes)
    assert list(again.records) == list(whole.records)
    assert again.budget.passed_over == whole.budget.passed_over == {((0, 4, 4), ""): 25.0}


@pytest.mark.parametrize("n_jobs", [0, 2])
def test_counting_tells_the_cheap_metrics_and_keeps_nothing(tmp_path, n_jobs):
    job = order(toy.Bowl)
    genomes = [(2, 1, 1, 0), (0, 1, 1, 1), (2, 1, 1, 0)]
    with hired(job, n_jobs) as executor:
        evaluator = Evaluator(job, executor=executor)
        counted = evaluator.count(genomes)
        assert evaluator.records == {}
        assert evaluator.count(genomes) == counted
    expected = [toy.Bowl().measure(g, ["flops"], seed=0) for g in [(2, 1, 1, 0), (0, 1, 1, 0)]]
    assert counted == [expected[0], expected[1], expected[0]]


def test_only_so_many_counts_are_remembered_and_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr("evonas.evaluation.evaluator.N_COUNTED", 3)
    counting = Evaluator(order(Counting))

    def asked_for(genomes):
        Counting.asked.clear()
        assert [row["flops"] for row in counting.count(genomes)] == [
            toy.Bowl().measure(genome, ["flops"], seed=0)["flops"] for genome in genomes
        ]
        return [genome for genome, _ in Counting.asked]

    assert asked_for(GENOMES[:5]) == GENOMES[:5]
    assert asked_for(GENOMES[2:5]) == []
    assert asked_for(GENOMES[1:2]) == GENOMES[1:2]  # and the third leaves for it
    assert asked_for([GENOMES[1], *GENOMES[3:5]]) == []
    assert asked_for(GENOMES[2:3]) == GENOMES[2:3]
    assert asked_for([GENOMES[4], *GENOMES[1:3]]) == []
    assert asked_for(GENOMES[:1]) == GENOMES[:1]


class Uncountable(toy.Bowl):
    """Nothing is known of wide networks."""

    def measure(self, genome, wanted, *, seed):
        if genome[1] == 4:
            raise RuntimeError("no such width")
        return super().measure(genome, wanted, seed=seed)


def test_what_cannot_be_counted_has_no_metrics():
    counted = Evaluator(order(Uncountable)).count([(1, 4, 1, 1), (1, 3, 1, 1)])
    assert counted[0] == {}
    assert set(counted[1]) == {"flops", "params"}


class Climbing(toy.DropOut):
    """Remembers at which rung it was asked for whom."""

    asked: ClassVar[list] = []

    def measure_at(self, genome, wanted, *, seed, fidelity):
        if "acc" in wanted:
            self.asked.append((genome, fidelity.amount))
        return super().measure_at(genome, wanted, seed=seed, fidelity=fidelity)


RUNGS = rungs("epochs", 9, n=3, reduction=3)


def test_each_rung_is_measured_once_and_none_after_a_failure():
    evaluator = Evaluator(order(Climbing))
    plain, residual = (2, 1, 1, 1), (1, 1, 1, 1)  # the latter diverges after its first rung
    for rung in (*RUNGS, *RUNGS):
        evaluator([plain, residual], fidelity=rung)
    trained = [each for each in Climbing.asked if each[0] == plain]
    assert trained == [(plain, 1), (plain, 3), (plain, 9)]
    assert [each for each in Climbing.asked if each[0] == residual] == [
        (residual, 1),
        (residual, 3),
    ]
    records = evaluator.records
    assert records[residual].kind == "diverged"
    assert "acc" in records[plain].metrics
    flops = records[plain].metrics["flops"]
    assert records[plain].effort == 9 * flops  # 1, then 2, then 6 epochs
    also = toy.Bowl().measure(residual, ["flops"], seed=0)["flops"]
    assert evaluator.tally.fpo == 9 * flops + 3 * also


def test_the_effort_of_a_step_is_known_before_it_is_taken_where_the_problem_knows_any():
    genome = (1, 2, 2, 0)
    flops = toy.Bowl().measure(genome, ["flops"], seed=0)["flops"]
    evaluator = Evaluator(order(toy.Schooled))
    steps = [evaluator.effort([genome, genome], fidelity=rung) for rung in RUNGS]
    assert steps == [[n * flops] * 2 for n in (1, 2, 6)]
    assert not evaluator.records
    assert Evaluator(order(toy.Bowl)).effort([genome], fidelity=RUNGS[0]) == [0.0]


def test_a_stop_ends_counting_as_well():
    stopped = Evaluator(order(toy.Schooled), should_stop=lambda: True)
    with pytest.raises(StoppedError):
        stopped.count([(1, 1, 1, 1)])
    with pytest.raises(StoppedError):
        stopped.effort([(1, 1, 1, 1)], fidelity=RUNGS[0])
    assert stopped.effort([], fidelity=RUNGS[0]) == stopped.count([]) == []
