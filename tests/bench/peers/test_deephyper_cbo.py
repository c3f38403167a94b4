import pytest
from peer_tasks import genomes_of, there


@pytest.mark.slow
def test_deephyper_asks_for_nothing_twice_while_there_is_more():
    asked = genomes_of("deephyper-cbo", python=there("deephyper-cbo"), n=20)
    assert len(set(asked)) == len(asked) == 20
