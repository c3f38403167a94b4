import numpy as np
import pytest

from evonas.objectives import ACC, FLOPS
from evonas.problem import Settings, TabularProblem
from evonas.space import Gene, SearchSpace

TABLE = {
    8: {"acc": [90.0, 91.0, 95.0], "loss": (9.0, 9.1, 9.5), "flops": 100},
    16: {"acc": np.array([93.0, 94.0]), "loss": np.array([9.3, 9.4]), "flops": np.int64(200)},
}


class Table(TabularProblem):
    """A table of two rows, and a third that is missing."""

    space = SearchSpace([Gene("width", (8, 16, 24))])
    objectives = (ACC, FLOPS)

    def lookup(self, architecture):
        return TABLE[architecture["width"]]


def measure(genome, *wanted, seed=0, noisy=False):
    return Table(Settings(options=(("noisy", str(noisy)),))).measure(genome, wanted, seed=seed)


def test_the_mean_of_repeated_trainings_is_the_answer_whatever_the_seed():
    for seed in range(5):
        assert measure((0,), "acc", "flops", seed=seed) == {"acc": 92.0, "flops": 100.0}
        assert measure((1,), "acc", seed=seed) == {"acc": 93.5}


@pytest.mark.parametrize("genome", [(0,), (1,)])
def test_a_noisy_answer_is_one_training_drawn_by_the_seed(genome):
    drawn = [measure(genome, "acc", seed=seed, noisy=True)["acc"] for seed in range(300)]
    again = [measure(genome, "acc", seed=seed, noisy=True)["acc"] for seed in range(300)]
    trainings = TABLE[(8, 16)[genome[0]]]["acc"]
    assert drawn == again
    assert set(drawn) == set(trainings)
    assert min(drawn.count(acc) for acc in trainings) > 0.7 * 300 / len(trainings)


@pytest.mark.parametrize("genome", [(0,), (1,)])
def test_a_noisy_answer_gives_all_metrics_of_the_same_training(genome):
    for seed in range(30):
        drawn = measure(genome, "acc", "loss", "flops", seed=seed, noisy=True)
        assert drawn["acc"] == pytest.approx(10 * drawn["loss"])
        assert drawn["flops"] == TABLE[(8, 16)[genome[0]]]["flops"]


def test_asking_for_more_does_not_change_the_draw():
    for seed in range(10):
        alone = measure((0,), "acc", seed=seed, noisy=True)
        together = measure((0,), "loss", "acc", seed=seed, noisy=True)
        assert alone["acc"] == together["acc"]


def test_only_what_is_wanted_and_there_is_answered_as_plain_numbers():
    answer = measure((1,), "flops", "acc", "latency")
    assert set(answer) == {"flops", "acc"}
    assert all(type(value) is float for value in answer.values())


def test_an_architecture_that_the_table_lacks_is_an_error():
    with pytest.raises(KeyError, match="24"):
        measure((2,), "acc")
