import toy

from evonas.evaluation.candidate import Order
from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.oracle import Around
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


def test_who_goes_around_an_oracle_tells_what_that_knows_as_it_comes():
    inner = Evaluator(Order(ProblemSpec(toy.Bowl, Settings()), ("acc", "flops")))
    outer = Around(Around(inner))
    assert not outer.records
    (record,) = inner([(1, 1, 1, 1)])
    inner.left_out.add((0, 0, 0, 0))
    assert outer.problem is inner.problem
    assert outer.records == {record.genome: record}
    assert outer.left_out == {(0, 0, 0, 0)}
    assert outer.counted == inner.counted
    assert outer.count([(2, 0, 0, 0)]) == inner.count([(2, 0, 0, 0)]) != [{}]
