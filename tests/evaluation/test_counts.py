import toy

from evonas.evaluation.candidate import Order
from evonas.evaluation.counts import Counts
from evonas.evaluation.executor import InProcess
from evonas.objectives import Constraint
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


class Asked(InProcess):
    """Keeps what it was asked for."""

    def __init__(self):
        self.genomes, self.orders = [], []

    def measure(self, order, tasks, *, should_stop):
        for record in super().measure(order, tasks, should_stop=should_stop):
            self.genomes.append(record.genome)
            self.orders.append(order)
            yield record


def counts_of(problem, wanted=("acc", "flops"), **changes):
    executor = Asked()
    order = Order(ProblemSpec(problem, Settings()), wanted, **changes)
    return Counts(executor, order), executor


def test_each_architecture_is_counted_once_for_all_that_is_cheap():
    counts, executor = counts_of(toy.Bowl, constraints=(Constraint("params", "<=", 0.0),))
    a, b = (0, 1, 1, 0), (1, 2, 0, 1)
    rows = counts([a, b, a])
    assert rows[0] == rows[2] != rows[1]
    assert set(rows[0]) == {"flops", "params"} == set(counts.names)
    assert counts([b]) == [rows[1]]
    assert executor.genomes == [a, b]
    assert counts.seconds > 0
    assert not any(order.constraints for order in executor.orders)


def test_what_fails_has_no_metrics_and_is_not_asked_for_again():
    class Uncountable(toy.Bowl):
        def measure(self, genome, wanted, *, seed):
            raise ArithmeticError("no such cost")

    counts, executor = counts_of(Uncountable)
    assert counts([(0, 0, 0, 0)]) == counts([(0, 0, 0, 0)]) == [{}]
    assert len(executor.genomes) == 1


def test_when_time_is_over_the_rest_is_left_for_another_time():
    counts, executor = counts_of(toy.Bowl)
    assert counts([(0, 0, 0, 0)], limit_s=-1.0) == [{}]
    assert not executor.genomes
    assert counts([(0, 0, 0, 0)])[0]["flops"] > 0


def test_nobody_is_asked_where_nothing_is_cheap():
    class Opaque(toy.Bowl):
        cheap = frozenset()

    counts, executor = counts_of(Opaque)
    assert counts.names == ()
    assert counts([(0, 0, 0, 0)]) == [{}]
    assert not executor.genomes
