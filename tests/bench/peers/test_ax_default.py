import pytest
from peer_tasks import genomes_of, there


@pytest.mark.slow
def test_ax_begins_in_the_middle_of_the_space():
    (first,) = genomes_of("ax", python=there("ax"), n=1)
    assert first[0] in (3, 4)
    assert first[3] == 0  # the gene without a choice, which Ax does not see
