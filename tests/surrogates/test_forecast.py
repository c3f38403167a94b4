import numpy as np
import pytest

from evonas.surrogates.forecast import Draws, Forecast


def test_rows_are_those_of_every_column_in_the_order_asked_for():
    table = np.arange(12.0).reshape(4, 3)
    forecast = Forecast(table, table + 100, table[:, :1] + 200, table[:, 0] + 300)
    some = forecast.rows(np.array([3, 1]))
    assert some.mean.tolist() == [[9, 10, 11], [3, 4, 5]]
    assert some.std.tolist() == [[109, 110, 111], [103, 104, 105]]
    assert some.violation.tolist() == [[209], [203]]
    assert some.chance.tolist() == [309, 303]


def drawn(n_draws=5, n=4, m=2):
    F = np.arange(float(n_draws * n * m)).reshape(n_draws, n, m)
    return Draws(F, F[:, :, 0] % 3 == 0)


@pytest.mark.parametrize(("start", "stop", "n"), [(0, 3, 3), (1, 3, 2), (2, None, 2)])
def test_columns_are_the_same_draws_of_some_architectures(start, stop, n):
    draws = drawn()
    some = draws.columns(start, stop)
    assert some.F.shape == (5, n, 2)
    for i in range(n):
        assert np.array_equal(some.F[:, i], draws.F[:, start + i])
        assert np.array_equal(some.is_met[:, i], draws.is_met[:, start + i])


@pytest.mark.parametrize(("start", "step"), [(0, 3), (1, 3), (2, 3), (0, 1), (1, 2)])
def test_one_draw_in_so_many_is_taken_from_the_first_on(start, step):
    draws = drawn(7)
    some = draws.every(start, step)
    places = [*range(start, 7, step)]
    assert np.array_equal(some.F, draws.F[places])
    assert np.array_equal(some.is_met, draws.is_met[places])
