import pytest
import toy

from evonas.evaluation.candidate import Order
from evonas.evaluation.executor import InProcess
from evonas.evaluation.worker_process import Task
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

GENOMES = [(1, width, 2, 1) for width in (3, 0, 4, 1)]


def order(problem=toy.Bowl):
    return Order(ProblemSpec(problem, Settings()), ("acc", "flops"))


def tasks(*seeds):
    return [Task(genome, seed) for genome, seed in zip(GENOMES, seeds, strict=False)]


def never():
    return False


def test_records_come_in_the_order_of_the_tasks_each_with_its_own_seed():
    with InProcess() as executor:
        executor.begin()
        records = list(executor.measure(order(), tasks(7, 8, 7, 9), should_stop=never))
    assert [record.genome for record in records] == GENOMES
    assert [record.seed for record in records] == [7, 8, 7, 9]
    assert all(record.metrics.keys() >= {"acc", "flops"} for record in records)


def test_nothing_is_measured_before_it_is_wanted(monkeypatch):
    begun = []
    measure = toy.Bowl.measure

    def watched(problem, genome, wanted, *, seed):
        begun.append(genome)
        return measure(problem, genome, wanted, seed=seed)

    monkeypatch.setattr(toy.Bowl, "measure", watched)
    records = InProcess().measure(order(), tasks(1, 2, 3, 4), should_stop=never)
    assert begun == []
    assert next(records).genome == GENOMES[0]
    assert set(begun) == {GENOMES[0]}


@pytest.mark.parametrize("n", range(5))
def test_who_is_told_to_stop_is_asked_before_every_task_and_begins_no_more(n):
    answers = iter([*[False] * n, True])
    found = list(
        InProcess().measure(order(), tasks(1, 2, 3, 4), should_stop=lambda: next(answers))
    )
    assert [record.genome for record in found] == GENOMES[:n]


def test_a_failed_candidate_is_a_record_and_the_next_is_measured():
    fates = [(toy.FATES.index(fate), 1, 1) for fate in ("raises", "fine")]
    found = InProcess().measure(
        order(toy.Flaky), [Task(genome, 0) for genome in fates], should_stop=never
    )
    failed, fine = found
    assert failed.error == "RuntimeError: the network exploded"
    assert fine.error is None


def test_an_executor_can_be_closed_twice_and_lets_an_error_through():
    executor = InProcess()
    with pytest.raises(RuntimeError, match="from within"), executor:
        raise RuntimeError("from within")
    executor.close()
    executor.close()
