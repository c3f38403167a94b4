import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import Constraint
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.record import Record, candidate_seed
from evonas.runs.audit import check_records
from evonas.runs.journal import Journal

METRICS = ("acc", "flops")
SMALL, GOOD = Constraint("flops", "<=", 1e6), Constraint("acc", ">=", 50.0)
ANOTHER = (
    "the problem is no longer what it was, or the line is another run's; restore the problem, "
    "remove the line, or start a new run with --out$"
)
AGAIN = "remove the line to have its architecture measured again$"


def record(genome, metrics=None, *, seed=0, **fields):
    metrics = {"acc": 90.0, "flops": 1e5} if metrics is None else metrics
    return Record(genome, metrics, 1.0, **{"seed": candidate_seed(seed, genome), **fields})


@pytest.fixture
def check(tmp_path):
    def check(*records, problem=None, metrics=METRICS, constraints=(SMALL, GOOD), seed=0):
        path = tmp_path / "records.jsonl"
        path.write_text("".join(known.to_line() for known in records))
        journal = Journal(path)
        journal.close()
        problem = problem or toy.Bowl()
        check_records(journal, problem, metrics=metrics, constraints=constraints, seed=seed)

    return check


FINE = record((1, 2, 3, 1))


def test_an_empty_journal_and_a_run_of_its_own_are_fine(check):
    check()
    check(FINE, record((0, 2, 3, 0)), record((2, 0, 0, 1), {}, error="it burst"))


def test_a_candidate_that_breaks_a_constraint_may_lack_metrics(check):
    check(FINE, record((2, 4, 4, 1), {"flops": 2e6}), record((2, 4, 4, 0), {"acc": 3.0}))


def test_what_only_later_lines_measured_counts(check):
    check(record(FINE.genome, {"acc": 90.0}), FINE)


@pytest.mark.parametrize("metrics", [{}, {"acc": 90.0}, {"params": 1.0, "acc": 50.0}])
def test_a_candidate_that_keeps_the_constraints_has_all_metrics(check, metrics):
    missing = "flops" if "acc" in metrics else "acc, flops"
    message = (
        rf"records\.jsonl, line 2: it was not measured for {missing}, though it keeps every "
        f"constraint; {AGAIN}"
    )
    with pytest.raises(ValueError, match=message):
        check(FINE, record((1, 2, 3, 0), metrics))


@pytest.mark.parametrize(
    ("genome", "reason"),
    [
        ((3, 0, 0, 0), "gene 'kind' is 3; expected 0 to 2"),
        ((1, -1, 0, 0), "gene 'width' is -1; expected 0 to 4"),
        ((1, 0, 0), "genome .* has 3 genes; this space has 4"),
        ((1, 0, 0, True), "gene 'skip' is True, a bool; genomes hold integers"),
        ((1, 0, "0", 0), "gene 'depth' is '0', a str; genomes hold integers"),
        ((), "genome .* has 0 genes; this space has 4"),
    ],
)
def test_a_genome_outside_the_space_is_named(check, genome, reason):
    message = (
        rf"records\.jsonl, line 3: the genome is not of this search space \({reason}\): "
        f"{ANOTHER}"
    )
    with pytest.raises(ValueError, match=message):
        check(FINE, FINE, record(genome))


def test_a_genome_that_stands_for_another_is_named(check):
    message = (
        r"records\.jsonl, line 2: the genome \(0, 2, 3, 1\) stands for another one, "
        rf"\(0, 2, 3, 0\): {ANOTHER}"
    )
    with pytest.raises(ValueError, match=message):
        check(FINE, record((0, 2, 3, 1)))


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_only_the_candidates_own_seed_is_its_own(seed, other, is_failed):
    class Held:
        """What is needed of a journal."""

        path = "records.jsonl"
        failure = {"metrics": {}, "error": "it burst"} if is_failed else {}
        records = {(FINE.genome, ""): record(FINE.genome, seed=other, **failure)}  # noqa: RUF012
        lines = {(FINE.genome, ""): 1}  # noqa: RUF012

    def check():
        check_records(Held, toy.Bowl(), metrics=METRICS, constraints=(), seed=seed)

    if seed == other:
        check()
        return
    message = (
        rf"records\.jsonl, line 1: its seed is \d+, and not \d+ as in a search with seed "
        rf"{seed}: the line was edited by hand, or is another run's; {AGAIN}"
    )
    with pytest.raises(ValueError, match=message):
        check()


def test_points_of_a_plain_pymoo_problem_are_checked_too(check):
    problem = ForeignProblem(toy.Mixed())
    names, values = ("f1", "f2"), {"f1": 1.0, "f2": 2.0}
    fine = record((3, 0.5, "relu"), values)
    check(fine, problem=problem, metrics=names, constraints=())
    message = r"line 2: the genome has 2 values for 3 variables: the problem is no longer"
    with pytest.raises(ValueError, match=message):
        check(fine, record((3, 0.5), values), problem=problem, metrics=names, constraints=())
    with pytest.raises(ValueError, match=r"line 1: its seed is \d+, and not"):
        check(fine, problem=problem, metrics=names, constraints=(), seed=1)


def test_every_record_is_looked_at_once(check):
    class Counted(toy.Bowl):
        """Knows how often it was asked who stands for whom."""

        n_asked = 0

        def canonical(self, genome):
            self.n_asked += 1
            return super().canonical(genome)

    problem = Counted()
    genomes = [(1, w, d, s) for w in range(5) for d in range(5) for s in range(2)]
    check(*[record(genome) for genome in genomes], problem=problem)
    assert problem.n_asked == len(genomes)
