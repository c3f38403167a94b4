import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pymoo.decomposition.asf import ASF
from pymoo.mcdm.high_tradeoff import HighTradeoffPoints
from pymoo.mcdm.pseudo_weights import PseudoWeights

from evonas.pareto.choice import best, knees, nearest_to, places, shares, weighted
from evonas.pareto.dominance import front

UNITS = st.sampled_from([1.0, 0.1, 1 / 3, 1e-9, 7.3e12])
WAYS = {
    "knees": knees,
    "weighted": lambda F: weighted(F, np.arange(1.0, F.shape[1] + 1)),
    "weighted by the first": lambda F: weighted(F, np.eye(F.shape[1])[0]),
    "nearest to the middle": lambda F: nearest_to(F, (F.min(0) + F.max(0)) / 2),
    "nearest to the best": lambda F: nearest_to(F, F.min(0)),
    "nearest to less than the worst": lambda F: nearest_to(F, 2 * F.max(0) + 1),
    "best": lambda F: best(F, F[:, -1]),
}


@st.composite
def matrices(draw, least_columns=1, most_columns=4):
    shape = draw(st.integers(1, 30)), draw(st.integers(least_columns, most_columns))
    highest = draw(st.integers(0, 20))  # few values, hence ties, duplicates and constants
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(0, highest + 1, shape).astype(float)


@st.composite
def fronts(draw, least_columns=1, most_columns=4):
    F = draw(matrices(least_columns, most_columns))
    return F[front(F)]


@pytest.mark.parametrize("way", WAYS)
@given(F=matrices())
@example(F=np.zeros((1, 1)))
@example(F=np.zeros((3, 2)))
@example(F=np.array([[0.0, 1.0], [1.0, 0.0]]))
def test_whatever_is_chosen_is_not_dominated(way, F):
    choice = WAYS[way](F)
    assert 1 <= choice.n_chosen <= len(choice.order) <= len(F)
    assert len(set(choice.order)) == len(choice.order)
    assert front(F)[list(choice.order[: choice.n_chosen])].all()


@pytest.mark.parametrize("way", WAYS)
@given(F=fronts(), units=st.lists(UNITS, min_size=4, max_size=4))
def test_the_unit_of_an_objective_changes_nothing(way, F, units):
    scale = np.array(units[: F.shape[1]])
    if way == "nearest to less than the worst":  # a level that a unit would move
        levels = 2 * F.max(0) + 1
        assert nearest_to(F, levels) == nearest_to(F * scale, levels * scale)
    else:
        assert WAYS[way](F) == WAYS[way](F * scale)


@pytest.mark.parametrize("way", WAYS)
@given(F=fronts(), data=st.data())
def test_an_objective_that_is_the_same_for_all_changes_nothing(way, F, data):
    constant = np.full((len(F), 1), data.draw(st.floats(-10, 10)))
    if way in ("knees", "nearest to the middle", "nearest to the best"):
        assert WAYS[way](np.hstack([F, constant])) == WAYS[way](F)
    elif way == "weighted":
        G = np.hstack([F, constant])
        weights = np.arange(1.0, G.shape[1] + 1)
        assert weighted(G, weights) == weighted(F, weights[:-1])


@given(fronts(), st.data())
def test_a_huge_weight_on_one_objective_picks_its_best(F, data):
    column = data.draw(st.integers(0, F.shape[1] - 1))
    weights = np.ones(F.shape[1])
    weights[column] = 10.0 ** data.draw(st.integers(4, 300))
    assert F[weighted(F, weights).order[0], column] == F[:, column].min()


@given(fronts(), st.data())
def test_the_sum_of_the_weights_does_not_matter(F, data):
    exponents = st.integers(0, 6)
    weights = 2.0 ** np.array([data.draw(exponents) for _ in range(F.shape[1])])
    assert weighted(F, weights) == weighted(F, 1024 * weights)


@given(fronts(least_columns=2), st.data())
def test_the_choice_by_weights_is_not_dominated_in_what_weighs(F, data):
    column = data.draw(st.integers(0, F.shape[1] - 1))
    weights = np.ones(F.shape[1])
    weights[column] = 0
    assert front(np.delete(F, column, axis=1))[weighted(F, weights).order[0]]


@given(fronts(least_columns=2, most_columns=2), st.data())
def test_the_pseudo_weights_of_a_point_between_the_ends_pick_it(F, data):
    gained = shares(F)
    assume(not np.isnan(gained).any())
    row = data.draw(st.integers(0, len(F) - 1))
    assert (F[weighted(F, gained[row]).order[0]] == F[row]).all()


@given(fronts(), st.data())
def test_the_levels_of_a_point_on_the_front_pick_it(F, data):
    row = data.draw(st.integers(0, len(F) - 1))
    assert (F[nearest_to(F, F[row]).order[0]] == F[row]).all()


@given(fronts(), st.data())
def test_levels_that_can_be_reached_are_reached(F, data):
    row = data.draw(st.integers(0, len(F) - 1))
    slack = np.array([data.draw(st.integers(0, 5)) for _ in range(F.shape[1])])
    assert (F[nearest_to(F, F[row] + slack).order[0]] <= F[row] + slack).all()


@given(fronts(), st.data())
def test_the_best_has_the_least_cost_and_all_are_in_its_order(F, data):
    costs = np.array([data.draw(st.integers(0, 5)) for _ in F], dtype=float)
    order = list(best(F, costs).order)
    assert sorted(order) == list(range(len(F)))
    assert (np.diff(costs[order]) >= 0).all()


@given(fronts())
def test_shares_and_places_agree(F):
    gained, place = shares(F), places(F)
    for column in range(F.shape[1]):
        order = np.argsort(F[:, column], kind="stable")
        assert place[order[0], column] == 1
        assert (np.diff(place[order, column]) >= 0).all()
        if np.ptp(F[:, column]) == 0:
            assert np.isnan(gained[:, column]).all()
        else:
            assert gained[order[0], column] == 1
            assert gained[order[-1], column] == 0
            assert (np.diff(gained[order, column]) <= 0).all()


def random_front(seed):
    """Three members or more of two to four objectives, each in a unit of its own."""
    rng = np.random.default_rng(seed)
    while True:
        F = rng.random((rng.integers(4, 60), rng.integers(2, 5)))
        F = F[front(F)]
        if len(F) >= 3:
            return (F + rng.normal(size=F.shape[1])) * 10.0 ** rng.integers(-6, 7, F.shape[1])


def scaled(F):
    return (F - F.min(0)) / np.ptp(F, axis=0)


def test_knees_are_pymoos_high_tradeoffs_but_for_the_worst_of_an_objective():
    n_worst = 0
    for seed in range(150):
        F = random_front(seed)
        losses = scaled(F)
        with warnings.catch_warnings():
            found = HighTradeoffPoints().do(losses)
        theirs = [] if found is None else found.tolist()
        n_worst += sum(losses[i].max() > 1 - 1e-9 for i in theirs)
        expected = {i for i in theirs if losses[i].max() < 1 - 1e-9}
        choice = knees(F)
        assert choice.is_compromise == (not expected)
        if expected:
            assert set(choice.order[: choice.n_chosen]) == expected
        else:
            assert losses.max(1)[choice.order[0]] == pytest.approx(losses.max(1).min())
        assert set(choice.order) == set(range(len(F)))
    assert n_worst > 5  # or nothing of that was tried


def test_knees_and_alternatives_stand_in_the_order_of_their_largest_loss():
    for seed in range(50):
        F = random_front(seed)
        choice = knees(F)
        largest = scaled(F).max(1)[list(choice.order)]
        assert (np.diff(largest[: choice.n_chosen]) >= -1e-9).all()
        assert (np.diff(largest[choice.n_chosen :]) >= -1e-9).all()


def test_the_choice_by_weights_is_pymoos_by_pseudo_weights():
    for seed in range(100):
        F, rng = random_front(seed), np.random.default_rng(seed)
        weights = rng.random(F.shape[1]) + 0.05
        assert weighted(F, weights).order[0] == PseudoWeights(weights / weights.sum()).do(F)


def test_the_choice_by_weights_lists_the_others_by_how_far_their_pseudo_weights_differ():
    """By hand: the three members have 0 : 1, 0.6 : 0.4 and 1 : 0 of the gains."""
    F = np.array([[1.0, 0.0], [0.4, 0.6], [0.0, 1.0]])
    assert weighted(F, np.array([2.0, 1.0])).order == (1, 2, 0)
    assert weighted(F, np.array([1.0, 9.0])).order == (0, 1, 2)
    assert weighted(F, np.array([81.0, 19.0])).order == (2, 1, 0)  # nearer to 1 than to 0.6


def test_the_choice_by_levels_is_pymoos_by_achievement():
    for seed in range(100):
        F, rng = random_front(seed), np.random.default_rng(seed)
        levels = F.min(0) + np.ptp(F, axis=0) * (1.6 * rng.random(F.shape[1]) - 0.3)
        achieved = ASF().do(F, np.ptp(F, axis=0), utopian_point=levels).ravel()
        assert achieved[nearest_to(F, levels).order[0]] == pytest.approx(achieved.min())


def test_a_constant_objective_changes_no_order_of_compromises():
    for seed in range(50):
        F = np.random.default_rng(seed).random((40, 2)) ** 4  # many near to the ideal
        constant = np.hstack([F, np.full((40, 1), 7.0)])
        assert best(constant, np.zeros(40)) == best(F, np.zeros(40))


def test_of_three_members_the_middle_one_may_be_a_knee():
    choice = knees(np.array([[0, 1], [0.1, 0.2], [1, 0]]))
    assert (choice.order[0], choice.n_chosen, choice.is_compromise) == (1, 1, False)


def test_shares_and_places_reckoned_by_hand():
    F = np.array([[0.0, 30.0, 5.0], [1.0, 10.0, 5.0], [4.0, 20.0, 5.0], [1.0, 20.0, 5.0]])
    nan = np.nan
    assert shares(F) == pytest.approx(
        np.array([[1, 0, nan], [0.75, 1, nan], [0, 0.5, nan], [0.75, 0.5, nan]]), nan_ok=True
    )
    assert places(F).tolist() == [[1, 4, 1], [2, 1, 1], [4, 2, 1], [2, 2, 1]]


def test_a_knee_is_found():
    F = np.array([[0, 10], [1, 2], [2, 1], [10, 0], [0.5, 6.5], [6, 0.5]], dtype=float)
    choice = knees(F)
    assert choice.order[0] in (1, 2)
    assert not choice.is_compromise


def test_two_corners_are_two_knees():
    loss = np.linspace(0, 1, 41)
    gain = np.where(loss < 0.5, 1 - 0.1 * loss, 0.5 - 0.1 * loss)  # a step down in the middle
    gain = np.where(loss < 0.02, 1.5, gain)  # and one at the start
    choice = knees(np.column_stack([loss, gain]))
    assert choice.n_chosen == 2
    assert {float(loss[i]) for i in choice.order[:2]} == {0.025, 0.5}


@pytest.mark.parametrize("n", [1, 2, 3, 11, 50])
def test_a_straight_front_has_no_knee_but_a_middle(n):
    loss = np.linspace(0, 3.3, n)
    choice = knees(np.column_stack([loss, 7 - loss / 3]))
    assert choice.is_compromise
    assert choice.n_chosen == 1
    assert choice.order[0] in (n // 2, (n - 1) // 2)


def test_the_compromise_has_the_smallest_of_largest_losses():
    F = np.array([[0, 8], [8, 0], [4, 3], [3, 5]], dtype=float)
    best_of_equals = best(F, np.zeros(4))
    assert best_of_equals.order == (2, 3, 0, 1)  # 4/8, 5/8, 1, 1


def test_with_three_objectives_a_lopsided_row_may_win_until_a_weight_is_all():
    F = np.array([[0, 5, 10], [5, 10, 9], [10, 0, 0]], dtype=float)
    assert weighted(F, np.array([98.0, 1.0, 1.0])).order[0] == 1
    assert weighted(F, np.array([9998.0, 1.0, 1.0])).order[0] == 0


def test_of_equal_rows_the_first_stands_for_all():
    F = np.array([[1, 1], [0, 2], [1, 1], [2, 0]], dtype=float)
    assert sorted(knees(F).order) == [0, 1, 3]


def test_of_rows_that_are_equal_in_what_weighs_the_better_compromise_wins():
    F = np.array([[0, 9, 0], [0, 5, 4], [0, 0, 9], [1, 0, 0]], dtype=float)
    assert weighted(F, np.array([1.0, 0.0, 0.0])).order == (1,)
    assert best(F, F[:, 0]).order[0] == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(value):
    F = np.array([[0.0, 1.0], [1.0, value]])
    message = r"expected rows of finite numbers, got an array of shape \(2, 2\)"
    for choose in WAYS.values():
        with pytest.raises(ValueError, match=message):
            choose(F)
    finite = np.array([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match=r"levels must be finite; got \[0\.0, (nan|inf)\]"):
        nearest_to(finite, np.array([0.0, value]))
    with pytest.raises(ValueError, match="weights must not be negative"):
        weighted(finite, np.array([1.0, value]))
    with pytest.raises(ValueError, match="expected rows of finite numbers"):
        best(finite, np.array([0.0, value]))


def test_nothing_cannot_be_chosen_from():
    with pytest.raises(ValueError, match=r"got an array of shape \(0, 2\)"):
        knees(np.empty((0, 2)))


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [0.0, 0.0]])
def test_weights_must_weigh(weights):
    with pytest.raises(ValueError, match=r"weights must not be negative, nor all zero; got \["):
        weighted(np.eye(2), np.array(weights))


def test_a_level_may_be_absurd():
    F = np.array([[0.0, 1.0], [1.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nearest_to(F, np.array([1e300, 0.0])).order[0] == 1
        assert nearest_to(F, np.array([0.0, -1e300])).order[0] in (0, 1)


def test_pymoos_silencing_of_warnings_does_not_spread():
    before = list(warnings.filters)
    knees(np.array([[0, 10], [1, 2], [2, 1], [10, 0]], dtype=float))
    assert warnings.filters == before
