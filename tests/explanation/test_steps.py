import pytest
import toy

from evonas.explanation.attribution import MOST_EXACT
from evonas.explanation.counting import Counter
from evonas.explanation.steps import sorted_front, sorting_metric, step_between
from evonas.objectives import ACC, FLOPS, PARAMS, Metric
from evonas.problem import Problem
from evonas.record import Record
from evonas.space import Gene, SearchSpace


def step(problem, start, end, counted=(FLOPS, PARAMS), is_counting=True):
    metrics = [
        {**problem.measure(g, ["flops", "params"], seed=0), "acc": 1.0} for g in (start, end)
    ]
    first, second = (Record(g, m, 0.1) for g, m in zip((start, end), metrics, strict=True))
    return step_between(
        first,
        second,
        (problem.decode(start), problem.decode(end)),
        by="flops",
        counter=Counter(problem, counted) if is_counting else None,
        seed=0,
    )


def test_genes_that_differ_are_named_with_their_choices():
    found = step(toy.Bowl(), (1, 0, 0, 0), (1, 1, 4, 0))
    changes = {c.gene: (c.before, c.after) for c in found.changes}
    assert changes == {"width": (8, 16), "depth": (1, 5)}
    assert (found.start, found.end) == ((1, 0, 0, 0), (1, 1, 4, 0))


def test_shares_of_a_counted_metric_add_up_to_its_gain():
    found = step(toy.Bowl(), (1, 0, 0, 1), (2, 3, 4, 0))
    assert found.is_exact
    for name in ("flops", "params"):
        shares = [change.shares[name] for change in found.changes]
        assert sum(shares) == pytest.approx(found.gains[name])
    sizes = [abs(change.shares["flops"]) for change in found.changes]
    assert sizes == sorted(sizes, reverse=True)


def test_two_genes_share_what_they_do_together_evenly():
    found = step(toy.Bowl(), (1, 0, 0, 0), (1, 1, 4, 0))  # flops = 1000 width^2 (depth + 1)
    share = {change.gene: change.shares["flops"] for change in found.changes}
    width, depth = 256 - 64, 5 - 1
    assert share["width"] == pytest.approx(1e3 * width * (1 + 5) / 2)
    assert share["depth"] == pytest.approx(1e3 * depth * (64 + 256) / 2)


def test_a_gene_that_makes_no_difference_on_the_way_brings_nothing():
    found = step(toy.Bowl(), (0, 1, 1, 0), (2, 1, 1, 0))
    assert [change.gene for change in found.changes] == ["kind"]
    assert found.changes[0].shares["flops"] == 0


def test_without_a_counter_nothing_is_shared_out():
    found = step(toy.Bowl(), (1, 0, 0, 0), (2, 1, 4, 0), is_counting=False)
    assert all(change.shares == {} for change in found.changes)
    assert found.gains["acc"] == 0


def test_what_cannot_be_counted_on_the_way_is_not_shared_out():
    class Gap(toy.Bowl):
        def measure(self, genome, wanted, *, seed):
            if genome[:2] == (1, 1):
                raise ValueError("gap")
            return super().measure(genome, wanted, seed=seed)

    found = step(Gap(), (1, 0, 0, 0), (2, 1, 0, 0))
    assert all(change.shares == {} for change in found.changes)


def test_many_genes_are_shared_out_by_drawn_orders():
    class Long(Problem):
        space = SearchSpace([Gene(f"g{i}", (0, 1)) for i in range(MOST_EXACT + 2)])
        metrics = (FLOPS,)

        def measure(self, genome, wanted, *, seed):
            return {"flops": float(sum(genome)), "params": 1.0}

    n = MOST_EXACT + 2
    found = step(Long(), (0,) * n, (1,) * n, counted=(FLOPS,))
    assert not found.is_exact
    assert [change.shares["flops"] for change in found.changes] == pytest.approx([1.0] * n)


def test_a_front_is_sorted_by_its_first_cost():
    rows = [(3.0, 1.0), (1.0, 5.0), (1.0, 9.0)]
    front = [Record((i,), {"acc": a, "flops": f}, 0.1) for i, (f, a) in enumerate(rows)]
    assert [r.genome for r in sorted_front(front, (ACC, FLOPS))] == [(2,), (1,), (0,)]
    assert sorting_metric((ACC, FLOPS, PARAMS)) is FLOPS
    gain = Metric("gain", "", "gain", -1)
    assert sorting_metric((ACC, gain)) is ACC
