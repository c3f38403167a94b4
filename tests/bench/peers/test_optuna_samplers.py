import pytest
from peer_tasks import genomes_of

optuna = pytest.importorskip("optuna")


def test_the_samplers_are_three_ways_to_search():
    ways = {tuple(genomes_of(f"optuna-{sampler}", n=25)) for sampler in ("nsga2", "tpe")}
    assert len(ways) == 2


def test_optuna_stays_silent(capfd):
    genomes_of("optuna-tpe", n=5)
    assert capfd.readouterr() == ("", "")
