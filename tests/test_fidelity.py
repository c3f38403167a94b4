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


def test_rungs_that_a_table_does_not_know_are_refused_with_those_that_it_does():
    known = (4, 12, 36, 108)
    assert [r.amount for r in rungs("epochs", 108, n=4, reduction=3, known=known)] == [*known]
    message = (
        "3 rungs with a reduction of 2 would be 27, 54, 108 epochs, and the only ones that "
        "there are: 4, 12, 36, 108; set rungs and reduction so that they meet"
    )
    with pytest.raises(ValueError, match=message):
        rungs("epochs", 108, n=3, reduction=2, known=known)
    message = "they would be 1, 1, 4, and the only ones that there are: 1, 4$"
    with pytest.raises(ValueError, match=message):
        rungs("epochs", 4, n=3, reduction=3, known=(1, 4))
    with pytest.raises(ValueError, match=r"there are: 0, 2, 4, 6, 8, 10, 12, 14, \.\.\.; set"):
        rungs("epochs", 9, n=3, reduction=3, known=range(0, 40, 2))
