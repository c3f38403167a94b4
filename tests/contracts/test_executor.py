"""What every executor promises: this process, the pool, and a Dask cluster.

The cluster is one scheduler with two workers that all tests here share; that which begins and
ends with a search is tested beside its module.
"""

from contextlib import closing

import pytest
import toy
from faults import changing, faulty
from faults.cluster import cluster
from faults.processes import soon, workers
from matrix import slow_but

from evonas.evaluation.candidate import Order
from evonas.evaluation.engines import make_executor
from evonas.evaluation.worker import WorkerError
from evonas.evaluation.worker_process import Task
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem, Settings
from evonas.record import candidate_seed

FATES = faulty.Faulty.space.genes[0].choices
ENDURED = ("fine 0", "raises", "is not a number")  # by the process that measures
FATAL = ("segfaults", "aborts", "hangs")  # to the process that measures
QUICK = ("nothing", "default dtype", "no gradients", "hooks", "numpy's state", "threads")
N_JOBS = {"here": 0, "pool": 2, "dask": 2}
CONTAINING = ("pool", "dask")


def order(problem=toy.Bowl, *, timeout=None, seed=0, **options):
    spec = ProblemSpec(problem, Settings(options=tuple(options.items())))
    return Order(spec, ("acc", "flops"), seed=seed, timeout=timeout)


def tasks(genomes, *, seed=0):
    return [Task(genome, candidate_seed(seed, genome)) for genome in genomes]


def never():
    return False


def what_it_is(record):
    """All of a record that does not tell the time."""
    return (
        record.genome,
        dict(record.metrics),
        record.error,
        record.kind,
        record.seed,
        record.fidelity,
        tuple(map(tuple, record.curve)),
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster")) as begun:
        yield begun.address


@pytest.fixture
def executor(request):
    """Makes the executor of a name for an order; a scheduler is begun for Dask alone."""

    def make(name, job):
        where = f"dask:{request.getfixturevalue('address')}" if name == "dask" else "local"
        return make_executor(job.spec, engine=where, n_jobs=N_JOBS[name])

    return make


def measured(chosen, job, genomes):
    with chosen:
        chosen.begin()
        records = list(chosen.measure(job, tasks(genomes), should_stop=never))
    assert len(records) == len(genomes)
    return sorted(map(what_it_is, records))


ALL_OF_IT = pytest.mark.parametrize("name", CONTAINING)  # a cluster takes long to begin
EVERY = pytest.mark.parametrize("name", slow_but(("here", "pool"), N_JOBS))
OTHERS = pytest.mark.parametrize("name", slow_but(("pool",), CONTAINING))


@ALL_OF_IT
def test_equal_orders_give_equal_records_whoever_measures(name, executor):
    job = order(faulty.Faulty, timeout=30.0)
    genomes = [(FATES.index(fate), width, 1) for fate in ENDURED for width in (1, 2, 3)]
    assert measured(executor(name, job), job, genomes) == measured(
        executor("here", job), job, genomes
    )


@EVERY
def test_a_record_does_not_depend_on_the_order_of_the_tasks(name, executor):
    class Seeded(toy.Bowl):
        """Answers with its seed; a class that no module has."""

        def measure(self, genome, wanted, *, seed):
            return {"acc": float(seed % 97), "flops": 1.0, "params": 1.0}

    job, genomes = order(Seeded), [(1, w, d, 1) for w in range(3) for d in range(3)]
    with executor(name, job) as chosen:
        forth = list(chosen.measure(job, tasks(genomes), should_stop=never))
        back = list(chosen.measure(job, tasks(genomes[::-1]), should_stop=never))
    assert sorted(map(what_it_is, forth)) == sorted(map(what_it_is, back))
    assert {r.genome: r.metrics["acc"] for r in forth} == {
        genome: candidate_seed(0, genome) % 97 for genome in genomes
    }


@EVERY
def test_what_candidates_change_in_their_process_does_not_reach_others(name, executor):
    job = order(changing.Changing)
    words = QUICK if name == "pool" else changing.WORDS
    genomes = [
        (changing.WORDS.index(word), width)
        for word in dict.fromkeys(words)
        if name != "here" or word not in changing.LASTING
        for width in ((0,) if word == "hooks" or name == "pool" else (0, 1))
    ]
    with executor(name, job) as chosen:
        forth = list(chosen.measure(job, tasks(genomes), should_stop=never))
        back = list(chosen.measure(job, tasks(genomes[::-1]), should_stop=never))
    assert sorted(map(what_it_is, forth)) == sorted(map(what_it_is, back))
    assert len(forth) == len(back) == len(genomes)
    assert not [record.error for record in forth if record.error]


@OTHERS
def test_an_answer_that_cannot_be_read_is_a_death_like_any_other(name, executor):
    job = order(faulty.Faulty, timeout=20.0)
    fates = ("fine 0", *faulty.UNREADABLE, "fine 1")
    genomes = [(FATES.index(fate), 1, 1) for fate in fates]
    with executor(name, job) as chosen:
        found = {
            FATES[r.genome[0]]: r
            for r in chosen.measure(job, tasks(genomes), should_stop=never)
        }
    assert {fate: record.kind for fate, record in found.items()} == {
        fate: faulty.KIND.get(fate, "") for fate in fates
    }
    for fate in faulty.UNREADABLE:
        assert found[fate].error.startswith("its answer cannot be read: "), found[fate].error
    assert soon(lambda: not workers())


@EVERY
def test_who_is_told_to_stop_begins_nothing_more(name, executor):
    job = order(toy.Slow, seconds="0.1")
    found = []
    with executor(name, job) as chosen:
        work = tasks([(1, width, depth, 1) for width in range(5) for depth in range(5)])
        for record in chosen.measure(job, work, should_stop=lambda: len(found) >= 2):
            found.append(record)
    assert 2 <= len(found) < len(work)
    assert len({record.genome for record in found}) == len(found)


@EVERY
def test_nothing_to_measure_gives_no_records(name, executor):
    job = order()
    with executor(name, job) as chosen:
        assert list(chosen.measure(job, [], should_stop=never)) == []


@EVERY
def test_closing_twice_is_as_good_as_once_and_leaves_no_process(name, executor):
    job = order()
    chosen = executor(name, job)
    chosen.begin()
    assert len(list(chosen.measure(job, tasks([(1, 1, 1, 1)]), should_stop=never))) == 1
    chosen.close()
    chosen.close()
    assert soon(lambda: not workers())


@EVERY
def test_who_breaks_off_leaves_no_process(name, executor):
    job = order(toy.Slow, seconds="0.1")
    with executor(name, job) as chosen:
        work = tasks([(1, 1, depth, 1) for depth in range(5)])
        with closing(chosen.measure(job, work, should_stop=never)) as records:
            next(records)
    assert soon(lambda: not workers())


@OTHERS
@pytest.mark.slow
def test_a_candidate_that_ends_or_blocks_its_process_takes_no_other_with_it(name, executor):
    job = order(faulty.Faulty, timeout=1.0)
    genomes = [(FATES.index(fate), 1, 1) for fate in (*FATAL, *ENDURED)]
    with executor(name, job) as chosen:
        records = {
            FATES[r.genome[0]]: r
            for r in chosen.measure(job, tasks(genomes), should_stop=never)
        }
    assert set(records) == {*FATAL, *ENDURED}
    for fate, record in records.items():
        assert record.kind == faulty.KIND.get(fate, ""), (fate, record)
        assert record.seed == candidate_seed(0, record.genome)
    for fate in ("segfaults", "aborts"):
        assert f"in {fate}" in " ".join(records[fate].trace)
    assert soon(lambda: not workers())


@pytest.mark.slow
def test_crashes_and_hangs_read_the_same_in_the_pool_and_on_dask(executor):
    job = order(faulty.Faulty, timeout=1.0)
    genomes = [(FATES.index(fate), 1, 1) for fate in FATAL]
    assert measured(executor("dask", job), job, genomes) == measured(
        executor("pool", job), job, genomes
    )


class Unready(Problem):
    """Opens in the process that owns the search and nowhere else."""

    space = toy.SearchSpace(toy.GENES)
    objectives = (toy.ACC, toy.FLOPS)

    def warm_up(self):
        raise RuntimeError("the disk is gone")

    def measure(self, genome, wanted, *, seed):
        return {"acc": 1.0, "flops": 1.0}


@OTHERS
def test_what_cannot_begin_says_why_at_the_door(name, executor):
    chosen = executor(name, order(Unready))
    try:
        with pytest.raises(
            WorkerError, match="cannot open the problem: RuntimeError: the disk"
        ):
            chosen.begin()
    finally:
        chosen.close()
    assert soon(lambda: not workers())
