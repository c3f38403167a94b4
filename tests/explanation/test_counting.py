import numpy as np
import pytest
import toy

from evonas.explanation.counting import Counter
from evonas.objectives import FLOPS, PARAMS, Metric
from evonas.record import Record

DENSITY = Metric(
    "density", "", "parameters per FLOP", 1, needs=("flops", "params"),
    compute=lambda m: m["params"] / m["flops"],
)  # fmt: skip


class Picky(toy.Bowl):
    """Cannot count residual networks, and says how often it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def measure(self, genome, wanted, *, seed):
        self.asked.append((genome, tuple(wanted)))
        if genome[0] == 1:
            raise RuntimeError("no residual")
        return super().measure(genome, wanted, seed=seed)


@pytest.fixture
def problem():
    return Picky()


def test_what_folds_into_one_is_counted_once_and_is_worth_the_same(problem):
    counter = Counter(problem, [FLOPS, PARAMS])
    genomes = np.array([[0, 1, 2, 0], [0, 1, 2, 1], [2, 1, 2, 1]])
    flops = counter.values("flops", genomes)
    assert flops[0] == flops[1] < flops[2]
    assert np.isfinite(counter.values("params", genomes)).all()
    assert [genome for genome, _ in problem.asked] == [(0, 1, 2, 0), (2, 1, 2, 1)]


def test_only_what_is_wanted_is_asked_for_and_derived_metrics_are_computed(problem):
    counter = Counter(problem, [DENSITY])
    (value,) = counter.values("density", np.array([[0, 1, 2, 0]]))
    asked = problem.measure((0, 1, 2, 0), ["flops", "params"], seed=0)
    assert value == asked["params"] / asked["flops"]
    assert problem.asked[0][1] == ("flops", "params")
    assert counter.names == ("density",)


def test_what_cannot_be_counted_has_no_value_and_is_not_asked_again(problem):
    counter = Counter(problem, [FLOPS])
    for _ in range(2):
        values = counter.values("flops", np.array([[1, 0, 0, 0], [2, 0, 0, 0]]))
        assert np.isnan(values).tolist() == [True, False]
    assert len(problem.asked) == 2


def test_it_tells_how_far_it_has_got(problem):
    told = []
    counter = Counter(problem, [FLOPS], tell=lambda *words: told.append(words))
    counter.values("flops", np.array([[0, 0, 0, 0], [0, 0, 0, 1], [2, 0, 0, 0]]))
    assert told == [("counting", 1, 2), ("counting", 2, 2)]


def test_records_of_another_problem_contradict_it(problem):
    counter = Counter(problem, [FLOPS])
    flops = toy.Bowl().measure((0, 1, 1, 0), ["flops"], seed=0)["flops"]
    right = Record((0, 1, 1, 0), {"flops": flops}, 0.1)
    wrong = Record((0, 1, 1, 0), {"flops": 2 * flops}, 0.1)
    assert counter.contradicted([right, Record((0, 0, 0, 0), {}, 0.1, error="failed")]) == ""
    assert f"flops is {flops:.6g} today, where the run recorded {2 * flops:.6g}" in (
        counter.contradicted([right, wrong])
    )
    gone = Record((1, 1, 1, 0), {"flops": 5.0}, 0.1)
    assert counter.contradicted([gone]) == "flops cannot be counted, where the run recorded 5"
