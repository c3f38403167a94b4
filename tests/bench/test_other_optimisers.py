import pytest

from evonas.bench.other_optimisers import PEERS, lacking
from evonas.space import Gene, SearchSpace


def test_what_a_peer_lacks_is_the_package_before_its_last_word(monkeypatch):
    assert lacking("pymoo-nsga2") == ""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lacking("optuna-tpe") == "optuna"
    assert lacking("syne-tune-morea") == "syne-tune"


class SpentError(Exception):
    pass


SPACE = SearchSpace(
    [
        Gene("width", tuple(range(1, 9))),
        Gene("kind", ("a", "b")),
        Gene("depth", (1, 2, 3, 4, 5)),
    ]
)
QUICK = [name for name in PEERS if not lacking(name) and name != "optuna-gp"]  # one of a kind


def asked(peer, n, seed):
    """The first n genomes that a peer asks for."""
    genomes = []

    def oracle(genome):
        if len(genomes) == n:
            raise SpentError
        genomes.append(genome)
        return [float(genome[0] + genome[1]), float(7 - genome[0] + genome[2])]

    with pytest.raises(SpentError):
        PEERS[peer](SPACE, oracle, 2, seed)
    return genomes


@pytest.mark.parametrize("peer", QUICK)
def test_a_peer_asks_for_genomes_of_plain_integers_within_their_bounds(peer):
    genomes = asked(peer, 25, 0)
    assert len(genomes) == 25
    for genome in genomes:
        SPACE.check(genome)  # which refuses floats and numpy's integers


@pytest.mark.parametrize("peer", QUICK)
def test_a_peer_repeats_itself_at_the_same_seed_alone(peer):
    assert asked(peer, 15, 1) == asked(peer, 15, 1) != asked(peer, 15, 2)
