import pytest
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.population import Population

from evonas.algorithms.pymoo_bridge import SpentError
from evonas.algorithms.pymoo_guard import blamed, check_served, is_exhausted
from evonas.evaluation.evaluator import StoppedError


def test_an_error_is_told_with_its_place_in_one_line():
    message = r"it failed: KeyError: 'a b' \(test_pymoo_guard.py, line \d+\)"
    with pytest.raises(ValueError, match=message), blamed("it failed"):
        raise KeyError("a b")


@pytest.mark.parametrize("error", [SpentError, StoppedError, OSError])
def test_what_ends_a_search_for_another_reason_passes_through(error):
    with pytest.raises(error), blamed("it failed"):
        raise error


def test_nothing_is_left_where_an_algorithm_says_so_or_asks_for_no_point():
    algorithm = NSGA2(pop_size=4)
    assert not is_exhausted(algorithm, None)
    assert is_exhausted(algorithm, Population.empty())
    assert not is_exhausted(algorithm, Population.empty(1))
    algorithm.termination.terminate()
    assert is_exhausted(algorithm, None)


def test_a_plain_algorithm_is_served():
    check_served(NSGA2(pop_size=4), "nsga2")
