import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evonas.fidelity import rungs
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.surrogates.training_set import (
    N_BEST,
    N_LEARNT,
    from_the_front,
    samples_of,
    subsample,
)

GOALS = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 1e8})


def test_of_many_records_it_learns_from_the_best_and_some_others():
    rng = np.random.default_rng(0)
    records = [
        Record((0, 0, 0, i), {"acc": a, "flops": f, "params": 1.0}, 0.0)
        for i, (a, f) in enumerate(rng.random((600, 2)) * [100, 1e8])
    ]
    chosen = subsample(samples_of(records, (), ["acc"]), GOALS, seed=0)
    assert len(chosen) == N_LEARNT
    F = np.array([GOALS.scaled(record.metrics) for record in records])
    depth = np.array([(row > F).all(1).sum() for row in F])
    kept = np.isin(np.arange(600), [record.genome[3] for record in chosen])
    assert kept[depth == 0].all()
    assert depth[kept].mean() < depth[~kept].mean()
    assert N_LEARNT - N_BEST == 100


def test_few_lessons_are_all_learnt_in_their_order():
    records = [Record((i,), {"acc": float(i), "flops": 1.0}, 0.0) for i in range(N_LEARNT)]
    samples = samples_of(records, (), ["acc"])
    assert subsample(samples, GOALS, seed=0) == samples


def test_what_failed_or_lacks_a_metric_teaches_nothing():
    records = [
        Record((0,), {}, 0.0, error="it burst"),
        Record((1,), {"flops": 1.0}, 0.0),
        Record((2,), {"acc": 50.0, "flops": 1.0}, 0.0),
    ]
    assert [sample.genome for sample in samples_of(records, (), ["acc"])] == [(2,)]


def test_the_seed_decides_which_of_the_others_are_learnt():
    rng = np.random.default_rng(0)
    records = [
        Record((i,), {"acc": a, "flops": f}, 0.0)
        for i, (a, f) in enumerate(rng.random((600, 2)) * [100, 1e8])
    ]
    samples = samples_of(records, (), ["acc"])
    one, two, other = (subsample(samples, GOALS, seed=seed) for seed in (1, 1, 2))
    assert one == two != other


def test_every_rung_that_shows_all_learnt_metrics_is_a_sample_of_its_own():
    steps = rungs("epochs", 9, n=3, reduction=3)
    partial = {"epochs=1": {"acc": 10.0, "loss": 3.0}, "epochs=3": {"acc": 20.0}}
    record = Record((1,), {"acc": 30.0, "flops": 1.0}, 0.0, partial=partial)
    found = samples_of([record], steps, ["acc"])
    assert [(s.rung, s.metrics["acc"], s.metrics["flops"]) for s in found] == [
        (0, 10.0, 1.0),
        (1, 20.0, 1.0),
        (2, 30.0, 1.0),
    ]
    assert [s.rung for s in samples_of([record], steps, ["acc", "loss"])] == [0]
    assert samples_of([record], (), ["acc", "loss"]) == []


def test_a_rung_that_was_not_reached_is_no_sample():
    steps = rungs("epochs", 9, n=3, reduction=3)
    waiting = Record((1,), {"flops": 1.0}, 0.0, partial={"epochs=1": {"acc": 10.0}})
    assert [s.rung for s in samples_of([waiting], steps, ["acc"])] == [0]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=20), st.integers(0, 25)
)
def test_the_first_from_the_front_are_those_of_all(points, n):
    F = np.array(points, dtype=float).reshape(-1, 2)
    order = from_the_front(F)
    assert sorted(order) == list(range(len(F)))
    assert from_the_front(F, n=n) == order[:n]
    for place, row in enumerate(order):  # nothing that comes later dominates it
        for other in order[place + 1 :]:
            assert (F[other] > F[row]).any() or (F[other] == F[row]).all()
