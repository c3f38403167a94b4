import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.indicators.hv import HV

from evonas.pareto.dominance import front
from evonas.surrogates.acquisition import REFERENCE
from evonas.surrogates.forecast import Draws
from evonas.surrogates.joint_improvement import N_SIDES, JointVolume, boxes, choose_jointly

seeds = st.integers(0, 2**32 - 1)


def dominated(F):
    """Volume that rows dominate where the box is that of 0 and 1, by pymoo."""
    inside = F[(F < REFERENCE).all(1)]
    return float(HV(np.full(F.shape[1], REFERENCE))(inside)) if len(inside) else 0.0


def certain(F, is_met=None, *, n_draws=2):
    """Draws of what is known for sure."""
    met = np.ones(len(F), dtype=bool) if is_met is None else is_met
    return Draws(np.repeat(F[None], n_draws, axis=0), np.repeat(met[None], n_draws, axis=0))


def random_draws(seed, m, *, n_draws=4, n=9, n_certain=1):
    """Draws whose first objectives are certain, and of which some do not count."""
    rng = np.random.default_rng(seed)
    F = rng.random((n_draws, n, m)) * 10.0 ** rng.integers(-3, 4, m) + rng.normal(size=m)
    F[:, :, :n_certain] = F[0, :, :n_certain]
    is_met = rng.random((n_draws, n)) < 0.8
    is_met[:, :2] = True
    return Draws(F, is_met)


def box(F, is_met):
    """Ideal and span of the payoff table of one draw, objective by objective."""
    F = F[is_met] if is_met.any() else F
    best = [min(F.tolist(), key=lambda row: row[i]) for i in range(F.shape[1])]
    ideal = F.min(0)
    side = np.max(best, axis=0) - ideal
    return ideal, np.where(side > 0, side, np.abs(ideal))  # of one point its own size


def n_known(draws):
    return draws.F.shape[1] // 2


def split(draws):
    return draws.columns(0, n_known(draws)), draws.columns(n_known(draws))


def volume_of(draws, *, is_wide=False):
    known, candidates = split(draws)
    return JointVolume(known, candidates, is_wide=is_wide)


def volumes(draws, rows, *, is_wide=False, wide_columns=()):
    """What is dominated by all known and by candidates of some rows, draw by draw."""
    found, wide = [], np.ptp(draws.F[:, draws.is_met.any(0)], axis=(0, 1))
    for F, is_met in zip(draws.F, draws.is_met, strict=True):
        ideal, side = box(F, is_met)
        for i in wide_columns if is_wide else ():
            side[i] = wide[i]
        chosen = [*range(n_known(draws)), *(n_known(draws) + row for row in rows)]
        counted = [row for row in chosen if is_met[row]]
        found.append(dominated((F[counted] - ideal) / side) if counted else 0.0)
    return np.array(found)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 3), st.booleans())
def test_gains_of_what_is_certain_are_the_hypervolume_it_adds(seed, m, is_wide):
    draws = random_draws(seed, m, n_draws=1, n=12, n_certain=m)
    draws = Draws(np.repeat(draws.F, 3, axis=0), np.repeat(draws.is_met, 3, axis=0))
    box_words = {"is_wide": is_wide, "wide_columns": range(m)}
    before = volumes(draws, [], **box_words).mean()
    expected = [volumes(draws, [row], **box_words).mean() - before for row in range(6)]
    found = volume_of(draws, is_wide=is_wide).gains(np.arange(6))
    assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from([(2, 1), (2, 0), (3, 2), (1, 0)]), st.booleans())
def test_step_by_step_gains_are_what_every_draw_says_of_the_volume(seed, kinds, is_wide):
    """As long as there are no more cells than are looked at; and of a batch as of one."""
    m, n_certain = kinds
    draws = random_draws(seed, m, n_certain=n_certain)
    box_words = {"is_wide": is_wide, "wide_columns": range(n_certain)}
    volume, chosen = volume_of(draws, is_wide=is_wide), []
    for row in np.random.default_rng(seed).permutation(n_known(draws)).tolist():
        before = volumes(draws, chosen, **box_words)
        rows = [i for i in range(n_known(draws)) if i not in chosen]
        gains = [volumes(draws, [*chosen, i], **box_words) - before for i in rows]
        found = volume.gains(np.array(rows))
        assert found == pytest.approx(np.mean(gains, axis=1), abs=1e-9)
        volume.add(row)
        chosen.append(row)
        assert volume.gains(np.array([row])) == pytest.approx([0.0], abs=1e-12)


@pytest.mark.parametrize("n_certain", [0, 1])
def test_two_objectives_are_exact_however_many_points_there_are(n_certain):
    draws = random_draws(1, 2, n_draws=12, n=200, n_certain=n_certain)
    before = volumes(draws, [])
    expected = [(volumes(draws, [row]) - before).mean() for row in range(20)]
    found = volume_of(draws).gains(np.arange(20))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("m", "n_certain"), [(3, 1), (3, 2), (3, 0)])
def test_thinned_out_cells_tell_nearly_the_volume(m, n_certain):
    draws = random_draws(1, m, n_draws=24, n=60, n_certain=n_certain)
    draws.is_met[:] = True
    assert np.unique(draws.F[:, :, 1]).size > N_SIDES[m - 1]
    before = volumes(draws, [])
    rows = np.arange(30)
    expected = np.array([(volumes(draws, [row]) - before).mean() for row in rows])
    found = volume_of(draws).gains(rows)
    assert np.corrcoef(found, expected)[0, 1] > 0.9
    assert found.sum() == pytest.approx(expected.sum(), rel=0.3)


def test_what_does_not_count_in_a_draw_adds_nothing_in_it():
    F = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    draws = certain(F, n_draws=4)
    draws.is_met[0, 2] = False
    gains = volume_of_three(draws).gains(np.array([0]))
    # By hand: 0.6 x 0.6 up to (1.1, 1.1), less 2 x 0.6 x 0.1 - 0.1 x 0.1 that the known reach.
    assert gains == pytest.approx([0.75 * 0.25])


def volume_of_three(draws, *, is_wide=False):
    return JointVolume(draws.columns(0, 2), draws.columns(2), is_wide=is_wide)


def test_a_wide_scale_is_that_of_all_that_there_is_in_what_is_certain():
    """The front ends at 1 of what is certain, but there is something at 10."""
    known = np.array([[0.0, 1.0], [1.0, 0.0], [10.0, 5.0]])
    F = np.vstack([known, [[5.0, -1.0]]])
    draws = certain(F)
    draws.F[1, 3, 1] = -2.0  # so that the second objective is uncertain
    made = [
        JointVolume(draws.columns(0, 3), draws.columns(3), is_wide=is_wide)
        for is_wide in (False, True)
    ]
    # Where the candidate ends the front, in either draw: ideal (0, -1), span (5, 2), bound 5.5;
    # ideal (0, -2), span (5, 3), bound 5.5. Known reach 0 there, the candidate -1 and -2.
    narrow = np.mean([0.5 / 5 * 1 / 2, 0.5 / 5 * 2 / 3])
    # With a span of 10 the bound is at 11, and the candidate undercuts 0 from 5 on.
    wide = np.mean([6.0 / 10 * 1 / 2, 6.0 / 10 * 2 / 3])
    found = [volume.gains(np.array([0]))[0] for volume in made]
    assert found == pytest.approx([narrow, wide])


def test_what_counts_in_no_draw_widens_no_scale():
    F = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [1e30, 1e30]])
    draws = certain(F, n_draws=4)
    draws.is_met[:, 3] = False
    both = [volume_of_three(part, is_wide=True) for part in (draws, draws.columns(0, 3))]
    narrow, wide = (volume.gains(np.array([0])) for volume in both)
    assert narrow == pytest.approx(wide)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_unit_of_an_objective_makes_no_difference(seed):
    draws = random_draws(seed, 2)
    assume(all(front(F[met]).sum() > 1 for F, met in zip(draws.F, draws.is_met, strict=True)))
    unit, least = np.array([4.0, 0.25]), np.array([3.0, -2.0])
    moved = Draws(draws.F * unit + least, draws.is_met)
    for is_wide in (False, True):
        found = volume_of(moved, is_wide=is_wide).gains(np.arange(4))
        expected = volume_of(draws, is_wide=is_wide).gains(np.arange(4))
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 6))
def test_a_batch_is_what_adds_most_one_by_one(seed, n):
    """By all volumes in sum, each of them by its own draws and on its own scale."""
    draws = random_draws(seed, 2, n_draws=6, n=14)
    parts = [draws.every(start, 2) for start in (0, 1)]
    wide = [{"is_wide": is_wide, "wide_columns": [0]} for is_wide in (False, True)]
    made = [volume_of(part, is_wide=w["is_wide"]) for part, w in zip(parts, wide, strict=True)]
    chosen = choose_jointly(made, 7, n=n)
    assert len(set(chosen)) == len(chosen) == n

    def reached(rows):
        sums = [volumes(part, rows, **w).mean() for part, w in zip(parts, wide, strict=True)]
        return sum(sums)

    for i, row in enumerate(chosen):
        left = [reached([*chosen[:i], j]) for j in range(7) if j not in chosen[:i]]
        assert reached([*chosen[:i], row]) == pytest.approx(max(left), abs=1e-9)


def test_of_twins_the_second_is_not_chosen_before_others():
    known = np.array([[0.0, 1.0], [1.0, 0.0]])
    candidates = np.array([[0.2, 0.2], [0.2, 0.2], [0.2, 0.2], [0.05, 0.6]])
    draws = certain(np.vstack([known, candidates]))
    volume = JointVolume(draws.columns(0, 2), draws.columns(2), is_wide=False)
    assert choose_jointly([volume], 4, n=3) == [0, 3, 1]


def test_a_batch_holds_no_row_twice_and_no_more_rows_than_there_are():
    made = volume_of(random_draws(0, 2, n=10))
    assert sorted(choose_jointly([made], 5, n=9)) == list(range(5))
    assert choose_jointly([made], 0, n=3) == []


def test_a_large_batch_is_as_large_as_it_should_be():
    rng = np.random.default_rng(0)
    draws = Draws(rng.random((2, 304, 2)), np.ones((2, 304), dtype=bool))
    made = JointVolume(draws.columns(0, 4), draws.columns(4), is_wide=False)
    assert len(set(choose_jointly([made], 300, n=130))) == 130


thirds = st.integers(0, 9).map(lambda i: i / 3)


@given(arrays(float, (3, 6, 2), elements=thirds), arrays(bool, (3, 6)))
def test_of_two_objectives_a_box_is_that_of_the_front(F, is_met):
    ideals, spans = boxes(F, is_met)
    for draw, met, ideal, span in zip(F, is_met, ideals, spans, strict=True):
        counted = draw[met] if met.any() else draw
        members = counted[front(counted)]
        assert ideal == pytest.approx(members.min(0))
        side = members.max(0) - members.min(0)
        alone = np.maximum(np.abs(ideal), 1e-9)  # where it is one point, its own size
        assert span == pytest.approx(np.where(side > 0, side, alone))


@settings(max_examples=30)
@given(seeds, st.integers(1, 4))
def test_a_box_ends_at_the_worst_of_those_that_are_best_in_one(seed, m):
    draws = random_draws(seed, m, n_certain=0)
    ideals, spans = boxes(draws.F, draws.is_met)
    for F, met, ideal, span in zip(draws.F, draws.is_met, ideals, spans, strict=True):
        best, side = box(F, met)
        assert ideal == pytest.approx(best)
        assert span == pytest.approx(side)
