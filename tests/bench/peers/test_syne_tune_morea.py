import pytest
from peer_tasks import genomes_of, there


@pytest.mark.slow
def test_the_first_population_is_drawn_with_the_seed():
    python = there("syne-tune-morea")
    asked = genomes_of("syne-tune-morea", python=python, n=5, seed=3)
    assert asked == genomes_of("syne-tune-morea", python=python, n=7, seed=3)[: len(asked)]
