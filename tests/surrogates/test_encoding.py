import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, Objective
from evonas.space import Gene, SearchSpace
from evonas.surrogates.encoding import (
    TRAITS_SHARE,
    AlikeGenes,
    CheapColumns,
    Encoder,
    ErrorScale,
    TraitColumns,
)

MIXED = SearchSpace(
    [Gene("kind", ("a", "b", "c")), Gene("width", (8, 16, 32, 64)), Gene("only", (1,))]
)


def squared_distance(encode, one, other):
    rows = encode([one, other])
    return float(((rows[0] - rows[1]) ** 2).sum())


def test_two_choices_of_an_ordered_gene_are_farther_apart_the_more_steps_lie_between():
    encode = Encoder(MIXED)
    distances = [squared_distance(encode, (0, 0, 0), (0, width, 0)) for width in range(4)]
    assert distances == sorted(set(distances))


def test_all_choices_of_a_categorical_gene_are_equally_far_apart():
    encode = Encoder(MIXED)
    pairs = [(0, 1), (0, 2), (1, 2)]
    distances = [squared_distance(encode, (a, 0, 0), (b, 0, 0)) for a, b in pairs]
    assert distances == pytest.approx([distances[0]] * 3)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=4))
def test_over_all_genomes_columns_have_mean_zero_and_genes_variance_one(kinds):
    genes = [Gene(f"g{i}", range(n), ordered=o) for i, (n, o) in enumerate(kinds)]
    encode = Encoder(SearchSpace(genes))
    for i, (size, _) in enumerate(kinds):
        others = [0] * len(kinds)
        rows = encode([(*others[:i], v, *others[i + 1 :]) for v in range(size)])
        varying = rows[:, np.ptp(rows, axis=0) > 0] if size > 1 else rows[:, :0]
        assert varying.mean(0) == pytest.approx(0.0, abs=1e-12)
        assert varying.var(0).sum() == pytest.approx(float(size > 1))


def test_no_genomes_are_no_rows():
    encode = Encoder(MIXED)
    assert encode([]).shape == (0, encode.n_columns) == (0, 6)


def test_cheap_columns_leave_out_what_another_has_said_and_what_never_changes():
    flops = np.array([1.0, 10.0, 100.0, 1000.0])
    values = np.stack([flops, flops / 2, np.ones(4), np.array([-1.0, 0.0, 3.0, 1.0])], axis=1)
    columns = CheapColumns()
    columns.fit(values)
    encoded = columns(values)
    assert encoded.shape == (4, 2)
    assert np.diff(encoded[:, 0]) == pytest.approx([np.diff(encoded[:, 0])[0]] * 3)  # logarithm
    assert encoded.mean(0) == pytest.approx([0, 0], abs=1e-12)
    assert encoded.std(0) == pytest.approx([1, 1])


def test_an_unknown_cheap_metric_counts_as_the_mean():
    columns = CheapColumns()
    columns.fit(np.array([[1.0], [2.0], [4.0]]))
    assert columns(np.array([[np.nan]])) == pytest.approx(np.zeros((1, 1)))


@given(st.floats(0, 100), st.floats(0, 100))
def test_the_scale_of_errors_can_be_undone_and_keeps_the_order(one, other):
    for metric in (ACC, FLOPS, Objective("loss", "", "loss", 1, best=None)):
        scale = ErrorScale(metric)
        y = scale.forward(np.array([one, other]))
        back, std = scale.backward(y, np.zeros(2))
        assert back == pytest.approx([one, other], abs=1e-6, rel=1e-9)
        assert not std.any()
        if abs(one - other) > 1e-9:
            better = metric.sign * one < metric.sign * other
            rises = y[0] < y[1] if metric.best is not None or metric.sign > 0 else y[0] > y[1]
            assert rises == better


def test_uncertainty_of_the_logarithm_becomes_that_of_the_error():
    scale = ErrorScale(ACC)
    acc, std = scale.backward(scale.forward(np.array([96.0])), np.array([0.1]))
    assert acc == pytest.approx([96.0])
    assert std == pytest.approx([0.41], abs=0.001)  # a tenth of 4 % error and the 0.1 added


def test_what_is_better_than_the_best_possible_is_no_better():
    best = ErrorScale(ACC).forward(np.array([100.0, 100.1, 105.0]))
    assert best == pytest.approx([best[0]] * 3)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_on_the_scale_of_a_model_less_is_better_whatever_the_metric(one, other):
    for metric in (ACC, FLOPS, Objective("gain", "", "gain", -1, best=None)):
        better, worse = sorted((one, other), reverse=metric.sign < 0)
        y = ErrorScale(metric).forward(np.array([better, worse]))
        assert y[0] <= y[1]


def test_half_the_error_is_as_much_progress_for_a_bad_network_as_for_a_good_one():
    """But for the thousandth of the scale that is added to it, 0.1 of a per cent."""
    y = ErrorScale(ACC).forward(np.array([20.0, 60.0, 96.0, 98.0]))
    assert y[0] - y[1] == pytest.approx(np.log(80.1 / 40.1))
    assert y[2] - y[3] == pytest.approx(np.log(4.1 / 2.1))


def test_a_metric_without_a_best_value_stands_by_itself_turned_so_that_less_is_better():
    gain, loss = (Objective("x", "", "x", sign, best=None) for sign in (-1, 1))
    values = np.array([-2.0, 0.0, 3.0])
    assert ErrorScale(gain).forward(values).tolist() == [2.0, 0.0, -3.0]
    assert ErrorScale(loss).forward(values).tolist() == [-2.0, 0.0, 3.0]
    mean, std = ErrorScale(gain).backward(np.array([2.0]), np.array([0.3]))
    assert (mean.tolist(), std.tolist()) == ([-2.0], [0.3])


ALIKE = SearchSpace(
    [
        Gene("op0", ("a", "b", "c")),
        Gene("width0", (8, 16, 32, 64)),
        Gene("op1", ("a", "b", "c")),
        Gene("head", ("a", "b")),  # stands alone
        Gene("op2", ("a", "b", "c")),
        Gene("width1", (8, 16, 32, 64)),
        Gene("only0", (1,)),
        Gene("only1", (1,)),
    ]
)


def counts(genomes, space=ALIKE):
    return AlikeGenes(space)(Encoder(space)(genomes))


@given(
    st.tuples(*(st.integers(0, size - 1) for size in ALIKE.sizes)), st.permutations([0, 2, 4])
)
def test_where_a_choice_stands_makes_no_difference_to_counts(genome, order):
    moved = list(genome)
    for place, source in zip((0, 2, 4), order, strict=True):
        moved[place] = genome[source]
    moved[1], moved[5] = genome[5], genome[1]
    moved[3] = 1 - genome[3]  # which is counted nowhere
    assert counts([tuple(moved)]) == pytest.approx(counts([genome]))


def test_genomes_of_which_choices_stand_elsewhere_as_often_are_told_from_all_others():
    everything = list(np.ndindex(*ALIKE.sizes))
    rows = counts(everything).round(9)

    def content(genome):
        a, w0, b, _, c, w1, *_ = genome
        steps = [(w0 >= k) + (w1 >= k) for k in (1, 2, 3)]
        return tuple(sorted((a, b, c))), tuple(steps)

    by_content = {content(g): tuple(row) for g, row in zip(everything, rows, strict=True)}
    for genome, row in zip(everything, rows, strict=True):
        assert by_content[content(genome)] == tuple(row)
    assert len(set(by_content.values())) == len(by_content)


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=2, max_size=6))
def test_over_all_genomes_counts_have_mean_zero_and_variance_one_together(kinds):
    genes = [Gene(f"g{i}", tuple(range(n)), ordered=o) for i, (n, o) in enumerate(kinds)]
    space = SearchSpace(genes)
    found = counts(list(np.ndindex(*space.sizes)), space)
    alike = {kind for kind in kinds if kind[0] > 1 and kinds.count(kind) > 1}
    assert found.shape[1] == sum(size - ordered for size, ordered in alike)
    assert found.mean(0) == pytest.approx(0.0, abs=1e-9)
    assert found.var(0).sum() == pytest.approx(float(bool(alike)))


def test_genes_that_choose_from_others_or_without_order_are_counted_apart():
    space = SearchSpace(
        [
            Gene("a0", (1, 2, 4)),
            Gene("b0", (1, 2, 4), ordered=False),
            Gene("c0", (1, 2, 3)),
            Gene("a1", (1, 2, 4)),
        ]
    )
    assert counts([(0, 1, 2, 0)], space).shape == (1, 2)  # of the first and the last alone
    assert counts([(0, 1, 2, 2)], space) == pytest.approx(counts([(2, 0, 0, 0)], space))
    assert counts([], space).shape == (0, 2)


traits = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(-9, 9).map(float)),
    min_size=1,
    max_size=8,
)


@given(traits)
def test_traits_have_mean_zero_and_the_variance_that_is_meant_for_all_of_them(rows):
    columns = TraitColumns()
    columns.fit(rows)
    found = columns(rows)
    values = {name: {row.get(name, 0.0) for row in rows} for name in "abcd"}
    varying = [name for name in "abcd" if len(values[name]) > 1]
    assert found.shape == (len(rows), len(varying))
    assert found.mean(0) == pytest.approx(0.0, abs=1e-9)
    assert found.var(0) == pytest.approx(TRAITS_SHARE / max(len(varying), 1))


def test_a_trait_that_an_architecture_lacks_counts_as_nothing_and_a_new_one_not_at_all():
    columns = TraitColumns()
    columns.fit([{"deep": 1.0, "old": 5.0}, {"deep": 3.0, "old": 5.0}, {"old": 5.0}])
    found = columns([{"deep": 0.0}, {}, {"deep": 0.0, "old": 7.0, "new": 9.0}])
    assert found.shape == (3, 1)
    assert found == pytest.approx(np.full((3, 1), found[0, 0]))
    assert columns([{"deep": 3.0}])[0, 0] > found[0, 0]
    assert columns([]).shape == (0, 1)
