import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.candidate import Order
from evonas.evaluation.counts import Counts
from evonas.evaluation.executor import InProcess
from evonas.evaluation.pace import Pace
from evonas.evaluation.played import Played, Scores
from evonas.evaluation.worker_process import Task
from evonas.fidelity import Fidelity
from evonas.objectives import ACC, Constraint, Metric
from evonas.pareto.correlation import spearman
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.record import Record

COSTS = tuple(float(2**i) for i in range(40))
GENOMES = [(0, w, d, 0) for w in range(5) for d in range(5)]
PACE = Pace("fpo", factor=1.0, exponents={}, share_cpu=0.5, is_effort=True)


def scores(correlation=0.6, metrics=None):
    return Scores(metrics or {"acc": ACC}, COSTS, correlation, seed=3)


def drawn(correlation):
    made_up = scores(correlation)
    return [
        made_up.of((i, 7 * i % 11), ["acc"], cost=cost, share=1.0)["acc"]
        for i, cost in enumerate(COSTS)
    ]


def test_scores_go_with_the_cost_as_far_as_the_correlation_says():
    none, some, much = (spearman(drawn(c), COSTS) for c in (0.0, 0.6, 0.99))
    assert abs(none) < 0.4 < some < much
    assert much > 0.9


@given(st.integers(0, 30), st.floats(1.0, 1e12), st.floats(0.01, 1.0))
def test_scores_lie_between_worst_and_best_rise_with_training_and_repeat(gene, cost, share):
    one, again, whole = (
        scores().of((gene,), ["acc"], cost=cost, share=s)["acc"] for s in (share, share, 1.0)
    )
    assert 0 <= one == again <= whole <= 100


def test_what_has_no_scale_still_has_a_direction_and_what_is_unknown_keeps_its_bound():
    loss = {"loss": Metric("loss", "", "loss", +1), "gain": Metric("gain", "", "gain", -1)}
    found = scores(metrics=loss).of((1,), ["loss", "gain", "g1"], cost=8.0, share=1.0)
    assert found["loss"] == -found["gain"] != 0
    assert found["g1"] <= 0


def played(problem=toy.Schooled, wanted=("acc", "flops"), **changes):
    spec = ProblemSpec(problem, Settings())
    order = Order(spec, wanted, **{k: v for k, v in changes.items() if k in ("constraints",)})
    executor = Played(
        InProcess(),
        spec.open(),
        Counts(InProcess(), order),
        scores(),
        pace=PACE,
        **{k: v for k, v in changes.items() if k not in ("constraints",)},
    )
    return executor, order


def measured(executor, order, genomes=GENOMES):
    tasks = [Task(genome, 1) for genome in genomes]
    return list(executor.measure(order, tasks, should_stop=lambda: False))


def test_what_is_counted_is_true_and_what_is_trained_is_made_up_and_paid_for():
    executor, order = played(n_workers=2)
    records = measured(executor, order)
    truth = toy.Schooled()
    for record in records:
        counted = truth.measure(record.genome, ["flops"], seed=0)
        assert record.metrics["flops"] == counted["flops"]
        assert record.effort == counted["fpo"]
        assert 0 <= record.metrics["acc"] <= 100
    account = executor.account
    assert (account.n_trainings, account.busy_seconds, account.cpu_seconds) == (25, 25.0, 12.5)
    assert account.wall_seconds == 13.0  # of two workers
    assert account.flops == sum(record.effort for record in records)


def test_counting_is_free():
    executor, order = played(wanted=("flops", "params"))
    assert all(
        set(record.metrics) >= {"flops", "params"} for record in measured(executor, order)
    )
    assert executor.account.n_trainings == 0


def test_who_breaks_a_cheap_constraint_is_not_trained():
    executor, order = played(constraints=(Constraint("params", "<=", 5000.0),))
    records = measured(executor, order)
    n_kept = sum(record.metrics["params"] <= 5000 for record in records)
    assert 0 < n_kept < len(records)
    assert executor.account.n_trainings == n_kept == sum("acc" in r.metrics for r in records)


def test_a_step_to_a_rung_takes_what_the_problem_says_of_it():
    executor, order = played()
    rung = Fidelity("epochs", 3)
    tasks = [Task(GENOMES[0], 1)]
    at_rung = Order(order.spec, order.wanted, fidelity=rung)
    (record,) = executor.measure(at_rung, tasks, should_stop=lambda: False)
    counted = toy.Schooled().measure(GENOMES[0], ["flops"], seed=0)
    assert record.fidelity == "epochs=3"
    assert record.effort == 3 * counted["flops"]
    assert set(record.partial["epochs=3"]) == {"acc"}
    assert "acc" not in record.metrics
    assert executor.account.busy_seconds == pytest.approx(1 / 3)


def test_what_an_earlier_session_measured_is_known_and_costs_nothing():
    line = Record(GENOMES[0], {"acc": 77.0, "flops": 1.0}, 9.0, seed=1, cpu_seconds=9.0)
    lacking = Record(GENOMES[1], {"flops": 1.0}, 9.0, seed=1)
    known = {(line.genome, ""): [line], (lacking.genome, ""): [lacking]}
    executor, order = played(known=known)
    first, second = measured(executor, order, GENOMES[:2])
    assert first.metrics["acc"] == 77.0
    assert second.metrics["acc"] != 77.0
    assert (executor.account.n_known, executor.account.n_trainings) == (1, 1)


def test_an_objective_of_the_users_is_computed_from_made_up_scores():
    executor, order = played(wanted=(toy.reference("thrift"),))
    record = measured(executor, order)[0]
    acc, flops = record.metrics["acc"], record.metrics["flops"]
    assert record.metrics["thrift"] == 1e6 * acc / flops


def test_told_to_stop_it_gives_no_more():
    executor, order = played()
    tasks = [Task(genome, 1) for genome in GENOMES]
    assert not list(executor.measure(order, tasks, should_stop=lambda: True))
