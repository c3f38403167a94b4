import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from evonas.surrogates.one_thread import one_thread


def n_threads():
    """Threads of every library for linear algebra that is loaded."""
    return {
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    }


@pytest.fixture(autouse=True)
def _two_threads():
    with threadpool_limits(2, user_api="blas"):
        assert n_threads() == {2}
        yield


def test_within_there_is_one_thread_and_after_it_as_many_as_before():
    with one_thread():
        assert n_threads() == {1}
    assert n_threads() == {2}


def test_to_leave_an_inner_one_does_not_end_the_outer():
    with one_thread():
        with one_thread():
            assert n_threads() == {1}
        assert n_threads() == {1}
    assert n_threads() == {2}


def test_an_error_within_leaves_as_many_as_before():
    with pytest.raises(ZeroDivisionError), one_thread():
        1 / 0  # noqa: B018
    assert n_threads() == {2}
    with one_thread():
        assert n_threads() == {1}
