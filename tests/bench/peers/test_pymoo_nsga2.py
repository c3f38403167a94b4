from peer_tasks import genomes_of, peer_task

from evonas.bench.peers.pymoo_nsga2 import Asked


def test_pymoo_sees_integers_within_their_bounds():
    problem = Asked(peer_task([]))
    assert problem.xu.tolist() == [7, 1, 4, 0, 3]
    assert not problem.xl.any()
    (value,) = problem.evaluate([[3, 1, 2, 0, 0]], return_values_of=["F"])
    assert value.tolist() == [0.5, 1.5]


def test_a_generation_holds_nothing_twice():
    asked = genomes_of("pymoo-nsga2", n=30)
    assert len(set(asked[:20])) == 20
