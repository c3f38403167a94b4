from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, PARAMS, TEST_ACC, Constraint, Goals
from evonas.pareto.dominance import front
from evonas.plots.points import choose, chosen_of, cloud_of, runs_of
from evonas.record import Record
from evonas.runs.run import Run


def trace(rows, *, constraints=(), objectives=(ACC, FLOPS)):
    records = [
        Record((i,), {} if row is None else row, 0.1, error=None if row else "it burst")
        for i, row in enumerate(rows)
    ]
    return Run("run", tuple(records), Goals(objectives, constraints))


rows = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {
            "acc": st.integers(0, 5).map(float),
            "flops": st.integers(1, 5).map(float),
            "params": st.integers(0, 9).map(float),
        }
    ),
    max_size=20,
)
SMALL = Constraint("params", "<=", 5.0)


@given(rows)
def test_every_architecture_is_measured_infeasible_or_failed(rows):
    cloud = cloud_of(trace(rows, constraints=(SMALL,)), [ACC, FLOPS])
    kept = [i for i, row in enumerate(rows, 1) if row and row["params"] <= 5]
    broken = [row for row in rows if row and row["params"] > 5]
    assert cloud.numbers.tolist() == kept
    assert cloud.measured.tolist() == [[rows[i - 1]["acc"], rows[i - 1]["flops"]] for i in kept]
    assert cloud.infeasible.tolist() == [[row["acc"], row["flops"]] for row in broken]
    assert len(cloud.column(1)) == len(kept) + len(broken)


@given(rows)
def test_the_front_of_a_cloud_is_that_of_all_its_objectives_in_order(rows):
    cloud = cloud_of(trace(rows), [ACC, FLOPS])
    expected = cloud.measured[front(cloud.measured * [-1, 1])]
    assert sorted(map(tuple, cloud.front.tolist())) == sorted(map(tuple, expected.tolist()))
    assert (np.diff(cloud.front[:, 0]) >= 0).all()
    turned = cloud.columns(1, 0)
    assert turned.is_on_front.tolist() == cloud.is_on_front.tolist()
    assert turned.measured.tolist() == cloud.measured[:, ::-1].tolist()


def test_what_was_not_measured_any_further_has_a_gap():
    cloud = cloud_of(trace([{"flops": 3.0, "params": 9.0}], constraints=(SMALL,)), [ACC, FLOPS])
    assert np.isnan(cloud.infeasible[0, 0])
    assert cloud.infeasible[0, 1] == 3.0


def test_objectives_are_taken_by_name_as_they_are_or_as_the_next_that_is_left():
    one = trace([{"acc": 1.0, "flops": 2.0, "params": 3.0}])
    assert choose([one], [None, None]) == [ACC, FLOPS]
    assert choose([one], ["flops", None]) == [FLOPS, ACC]
    assert choose([one], [PARAMS, None]) == [PARAMS, ACC]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["acc", ACC], "objectives name one twice: acc, acc"),
        ([None, None, None], "this picture needs objectives, 3 in number, and run has acc, fl"),
    ],
)
def test_objectives_that_do_not_do_are_refused(wanted, message):
    with pytest.raises(ValueError, match=message):
        choose([trace([{"acc": 1.0, "flops": 2.0}])], wanted)


def test_runs_may_be_one_or_several_or_bare_records():
    one = trace([{"acc": 1.0, "flops": 2.0}], constraints=(SMALL,))
    more = Constraint("acc", ">=", 1.0)
    assert runs_of(one) == (one,)
    assert [t.goals.constraints for t in runs_of([one, one], constraints=[more])] == [
        (SMALL, more)
    ] * 2
    (bare,) = runs_of(one.records)
    assert (bare.name, bare.records, bare.goals) == ("records", one.records, Goals(()))


def test_members_have_their_short_ids_and_what_they_have_on_the_test_part():
    run = trace(
        [
            {"acc": 1.0, "flops": 2.0, "test_acc": 0.5, "test_flops": 9.0},
            {"acc": 3.0, "flops": 2.0},
            {"acc": 2.0, "flops": 1.0, "test_acc": 1.5},
        ]
    )
    told = replace(run, metrics=(ACC, FLOPS, TEST_ACC))
    cloud = cloud_of(told, [FLOPS, ACC])
    assert cloud.names == tuple(run.ids[record.genome] for record in run.records)
    assert cloud.members.tolist() == [2, 1]
    assert np.isnan(cloud.finals[:, 0]).all()
    assert cloud.finals[:, 1].tolist() == pytest.approx([0.5, np.nan, 1.5], nan_ok=True)
    assert cloud.columns(1).finals.shape == (3, 1)
    assert np.isnan(cloud_of(run, [FLOPS, ACC]).finals).all()


def test_without_names_the_objectives_of_the_first_run_are_chosen():
    one = trace([{"acc": 1.0, "flops": 2.0, "params": 3.0}])
    assert chosen_of([one], ()) == chosen_of([one], "") == [ACC, FLOPS]
    assert chosen_of([one], "flops, acc") == [FLOPS, ACC]
