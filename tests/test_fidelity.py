import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.fidelity import rungs


@given(st.integers(30, 5000), st.integers(2, 4), st.floats(1.5, 4))
def test_rungs_grow_up_to_the_whole(whole, n, reduction):
    try:
        ladder = rungs("epochs", whole, n=n, reduction=reduction)
    except ValueError:
        assert whole / reduction ** (n - 1) < 3  # else there is room for all
        return
    amounts = [rung.amount for rung in ladder]
    assert amounts == sorted(set(amounts))
    assert amounts[-1] == whole
    assert [rung.is_whole for rung in ladder] == [False] * (n - 1) + [True]


def test_epochs_go_on_where_they_ended_and_other_kinds_begin_anew():
    assert [rung.after for rung in rungs("epochs", 9, n=3, reduction=3)] == [0, 1, 3]
    assert [rung.after for rung in rungs("subset", 900, n=3, reduction=3)] == [0, 0, 0]


def test_too_little_for_so_many_rungs_is_refused():
    message = "3 rungs with a reduction of 3 need more than 3 epochs: they would be 1, 1, 3"
    with pytest.raises(ValueError, match=message):
        rungs("epochs", 3, n=3, reduction=3)


@pytest.mark.parametrize(
    ("known", "n", "reduction", "amounts"),
    [
        ((4, 12, 36, 108), 4, 3, [4, 12, 36, 108]),
        ((4, 12, 36, 108), 3, 2, [12, 36, 108]),
        ((4, 12, 36, 108), 6, 3, [4, 12, 36, 108]),
        ((1, 4), 3, 3, [1, 4]),
        (range(1, 201), 3, 3, [22, 66, 200]),
    ],
)
def test_rungs_are_what_is_known_and_does_not_exceed_what_was_wished(
    known, n, reduction, amounts
):
    ladder = rungs("epochs", known[-1], n=n, reduction=reduction, known=known)
    assert [rung.amount for rung in ladder] == amounts
    assert [rung.after for rung in ladder] == [0, *amounts[:-1]]
    assert [rung.is_whole for rung in ladder] == [False] * (len(amounts) - 1) + [True]


def test_a_reduction_that_leads_to_nothing_known_is_refused():
    message = "a reduction of 30 leads from 108 epochs to none that are known; known are 4, "
    with pytest.raises(ValueError, match=message):
        rungs("epochs", 108, n=3, reduction=30, known=(4, 12, 36, 108))
