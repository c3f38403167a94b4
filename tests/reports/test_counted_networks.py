import pytest
from priced_runs import CHANNELS, Counting, counted_run

from evonas.reports.counted_networks import COUNTING, count_run
from evonas.runs.costs import costs_text, read_costs

GENOMES = list(CHANNELS)


@pytest.fixture
def kept(tmp_path):
    """A run whose directory keeps the costs of its first two networks."""
    problem = Counting()
    costs = {genome: problem.cost(genome) for genome in GENOMES[:2]}
    (tmp_path / "costs.json").write_text(costs_text(costs))
    return counted_run(path=tmp_path)


def test_what_is_not_kept_is_counted_and_told_of(kept):
    problem, told = Counting(), []
    found = count_run(kept, GENOMES, problem=problem, tell=lambda *words: told.append(words))
    assert list(found.costs) == GENOMES
    assert found.notes == ()
    assert problem.counted == [GENOMES[0], *GENOMES[2:]]  # the first to see whether it is so
    assert told == [(COUNTING, i, 3) for i in (1, 2, 3)]


def test_what_was_counted_is_kept_for_the_next_time(tmp_path):
    file = tmp_path / "there" / "costs.json"
    found = count_run(counted_run(), GENOMES, problem=Counting(), file=file)
    assert read_costs(file) == found.costs
    again = Counting()
    assert count_run(counted_run(), GENOMES, problem=again, file=file) == found
    assert again.counted == GENOMES[:1]


def test_what_was_counted_before_an_interrupt_is_kept(tmp_path):
    def stop(what, n, total):
        if n == 2:
            raise KeyboardInterrupt

    file = tmp_path / "costs.json"
    with pytest.raises(KeyboardInterrupt):
        count_run(counted_run(), GENOMES, problem=Counting(), file=file, tell=stop)
    assert list(read_costs(file)) == GENOMES[:2]


def test_without_the_problems_code_what_is_kept_is_all_there_is(kept):
    found = count_run(kept, GENOMES, is_kept_alone=True)
    assert list(found.costs) == GENOMES[:2]
    note = "3 of 5 architectures are left out, as their costs are not kept"
    assert found.notes == (note,)
    with pytest.raises(
        ValueError, match=r"^no network of run mine can be priced: digits count"
    ):
        count_run(counted_run(), GENOMES, is_kept_alone=True)


def test_a_problem_that_cannot_be_opened_leaves_what_is_kept(kept):
    config = kept.config.replaced({"problem": "gone.py:Net"})
    run = counted_run(path=kept.path, config=config)
    found = count_run(run, GENOMES)
    assert list(found.costs) == GENOMES[:2]
    assert found.notes[0].startswith("the problem of run mine cannot be opened: ")
    with pytest.raises(
        ValueError, match=r"can be priced: the problem of run mine cannot be ope"
    ):
        count_run(counted_run(config=config), GENOMES)


def test_a_problem_that_counts_otherwise_today_counts_all_anew(kept):
    problem = Counting({genome: (16, *channels) for genome, channels in CHANNELS.items()})
    found = count_run(kept, GENOMES, problem=problem)
    assert {*problem.counted} == {*GENOMES}
    assert found.costs[GENOMES[1]].params == 9 * (16**2 + 48**2)
    assert found.notes[0].startswith("the problem counts 368,640 FLOPs today where 73,728 are")


def test_a_problem_without_costs_can_be_priced_nowhere():
    with pytest.raises(ValueError, match=r"^no network of run mine can be priced: digits coun"):
        count_run(counted_run(), GENOMES, problem=object())
