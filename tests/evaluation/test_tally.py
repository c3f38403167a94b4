from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.tally import Tally
from evonas.record import Record

AMOUNTS = st.floats(0, 1e18)
RECORDS = st.lists(
    st.builds(
        lambda effort, seconds, cpu: Record((0,), {}, seconds, effort=effort, cpu_seconds=cpu),
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
    ),
    max_size=9,
)


def tallied(records):
    tally = Tally()
    for record in records:
        tally.add(record)
    return tally


def sums(tally):
    return tally.flops, tally.fpo, tally.busy_seconds, tally.cpu_seconds


@given(RECORDS, st.randoms())
def test_the_sums_are_the_same_in_whatever_order_records_come(records, random):
    shuffled = random.sample(records, len(records))
    assert sums(tallied(records)) == sums(tallied(shuffled))


@given(RECORDS, RECORDS)
def test_two_tallies_together_are_one_of_all(first, second):
    assert sums(tallied(first) + tallied(second)) == sums(tallied([*first, *second]))


def test_a_small_amount_is_not_lost_beside_a_large_one():
    records = [Record((0,), {}, 1.0, effort=effort) for effort in (1e17, 1.0, 1.0, -0.0)]
    assert tallied(records).flops == 10**17 + 2


def test_seconds_of_a_worker_that_did_not_live_to_tell_count_as_those_of_a_core():
    assert tallied([Record((0,), {}, 2.5)]).cpu_seconds == 2.5
