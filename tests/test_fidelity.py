import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.fidelity import rungs, to_try


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


@pytest.mark.parametrize(
    ("kind", "whole", "known", "amounts"),
    [
        ("epochs", 9, (), [1, 2, 3, 4, 6, 9]),
        ("epochs", 4, (1, 4), [1, 4]),
        ("epochs", 200, (12, 200), [12, 200]),
        ("epochs", 108, (4, 12, 36, 108), [4, 12, 36, 108]),
        ("subset", 1000, (), [37, 111, 333, 1000]),
        ("image-size", 32, (), [8, 16, 32]),
    ],
)
def test_the_amounts_to_try_go_down_by_a_factor_as_far_as_they_are_worth_it(
    kind, whole, known, amounts
):
    tried = to_try(kind, whole, known=known)
    assert [step.amount for step in tried] == amounts
    assert [step.is_whole for step in tried] == [False] * (len(amounts) - 1) + [True]
    assert [step.after for step in tried][1:] == (
        amounts[:-1] if kind == "epochs" else [0] * (len(amounts) - 1)
    )


@pytest.mark.parametrize(("kind", "whole"), [("epochs", 1), ("image-size", 15)])
def test_where_there_is_nothing_less_there_is_nothing_to_try(kind, whole):
    message = f"^of {whole} {kind} there is nothing less that could be tried$"
    with pytest.raises(ValueError, match=message):
        to_try(kind, whole)
