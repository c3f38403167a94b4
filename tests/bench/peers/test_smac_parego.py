import pytest
from peer_tasks import genomes_of, there


@pytest.mark.slow
def test_a_forest_for_every_evaluation_is_another_search():
    python = there("smac-parego")
    plain = genomes_of("smac-parego", python=python, n=16)
    anew = genomes_of("smac-parego-1", python=python, n=16)
    assert plain[:4] == anew[:4]  # the first design: a quarter of the budget
    assert plain != anew
