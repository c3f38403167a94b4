import pytest
from peer_tasks import genomes_of, peer_task, there

from evonas.space import Gene, SearchSpace


@pytest.mark.slow
def test_a_small_space_is_measured_as_a_whole_and_then_left():
    space = SearchSpace([Gene("a", (1, 2, 3)), Gene("b", ("x", "y")), Gene("c", (1, 2))])
    python = there("botorch-qlognehvi")
    asked = genomes_of("botorch-qlognehvi", python=python, n=20, space=space)
    assert len(asked) == len(set(asked)) == 12


def test_the_counted_objectives_are_asked_for_once_each():
    torch = pytest.importorskip("torch")
    pytest.importorskip("botorch")
    from evonas.bench.peers.botorch_qlognehvi import Counted

    asked = []
    task = peer_task([])
    counted = Counted(_Listening(task, asked))
    X = torch.tensor([[[3.0, 0], [4, 0]], [[3, 0], [0, 0]]])
    expected = [[[-1.5], [-2.0]], [[-1.5], [0.0]]]
    assert counted(X).tolist() == counted(X).tolist() == expected
    assert len(asked) == 3


class _Listening:
    def __init__(self, task, asked):
        self._task, self._asked = task, asked

    def count(self, genomes):
        self._asked.extend(genomes)
        return self._task.count(genomes)
