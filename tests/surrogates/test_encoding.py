import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, Objective
from evonas.space import Gene, SearchSpace
from evonas.surrogates.encoding import CheapColumns, Encoder, ErrorScale

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


def test_what_a_search_makes_less_of_falls_as_the_metric_gets_better():
    scale = ErrorScale(ACC)
    values = [scale.minimised(acc) for acc in (0.0, 50.0, 91.0, 99.0, 100.0)]
    assert values == sorted(values, reverse=True)
    assert values[2] == pytest.approx(np.sqrt(9.1))
    assert ErrorScale(Objective("gain", "", "gain", -1, best=None)).minimised(3.0) == -3.0


def test_uncertainty_of_the_logarithm_becomes_that_of_the_error():
    scale = ErrorScale(ACC)
    acc, std = scale.backward(scale.forward(np.array([96.0])), np.array([0.1]))
    assert acc == pytest.approx([96.0])
    assert std == pytest.approx([0.41], abs=0.001)  # a tenth of 4 % error and the 0.1 added


def test_what_is_better_than_the_best_possible_is_no_better():
    assert ErrorScale(ACC).minimised(100.1 + 1e-9) == pytest.approx(0.0, abs=1e-4)
    assert ErrorScale(ACC).minimised(105.0) == 0.0
