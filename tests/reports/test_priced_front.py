import csv

import pytest
from sample_networks import ROUND_LIFE, dense

from evonas.hardware.roofline import Cost
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.reports.priced_front import front_in_words, price_front, write_table
from evonas.runs.run import Run

RESOLVED = {"carbon": {"n_train": 90, "n_validation": 30}, "data": {"image_size": 8}}
RECORDS = tuple(Record((1, i), {"acc": 70.0 - 10 * i, "flops": 9.0 - i}, 0.1) for i in range(3))
GENOMES = [record.genome for record in RECORDS]


def cost(channels):
    operation = dense(channels, size=8, kernel=3)
    return Cost(operation.flops, channels, (operation,))


COSTS = {genome: cost(8 * (3 - i)) for i, genome in enumerate(GENOMES)}


def run_of(records=RECORDS, resolved=RESOLVED):
    return Run("mine", records, Goals((ACC, FLOPS)), resolved=resolved)


def test_members_are_priced_by_flops_each_with_its_own_score_and_time():
    seconds = {genome: 0.1 * i for i, genome in enumerate(GENOMES, 1)}
    priced = price_front(run_of(), ROUND_LIFE, costs=COSTS, seconds=seconds)
    assert [each.name for each in priced.footprints] == ["1-2", "1-1", "1-0"]
    assert priced.scores == [50.0, 60.0, 70.0]
    assert priced.seconds == [seconds[genome] for genome in reversed(GENOMES)]
    assert (priced.n_images, priced.side, priced.is_here) == ((90, 30), 8, False)


@pytest.mark.parametrize("is_timed", [True, False])
def test_the_table_has_times_and_their_rank_where_they_were_measured(is_timed):
    seconds = {genome: 3.0 - i for i, genome in enumerate(GENOMES)} if is_timed else None
    lines = front_in_words(
        price_front(run_of(), ROUND_LIFE, costs=COSTS, seconds=seconds), run_of()
    )
    assert lines[0].startswith("The front, 3 architectures, by FLOPs; ")
    assert [line.split()[-1] for line in lines[1:5]] == ["genome", "1-2", "1-1", "1-0"]
    assert ("here [ms]" in lines[1]) == is_timed
    rank = "Rank correlation of the modelled time and that here, another device: 1.000"
    assert (lines[-1] == rank) == is_timed


def test_all_of_it_is_written_with_units_and_empty_where_nothing_was_timed(tmp_path):
    priced = price_front(run_of(), ROUND_LIFE, costs=COSTS)
    write_table(tmp_path / "front.csv", priced, run_of())
    with (tmp_path / "front.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["genome"] for row in rows] == ["1 2", "1 1", "1 0"]
    assert [float(row["acc [%]"]) for row in rows] == priced.scores
    assert {row["measured inference [s]"] for row in rows} == {""}


def test_a_run_without_a_front_or_without_images_cannot_be_priced():
    with pytest.raises(ValueError, match=r"^run mine has no front yet$"):
        price_front(run_of(()), ROUND_LIFE, costs={})
    for resolved in ({}, {**RESOLVED, "carbon": {}}, {**RESOLVED, "data": None}):
        with pytest.raises(
            ValueError, match=r"^digits builds no networks .*: run mine tells no"
        ):
            price_front(run_of(resolved=resolved), ROUND_LIFE, costs=COSTS)


def test_two_times_have_no_rank_worth_telling_and_scores_bear_their_unit():
    seconds = {genome: 3.0 - i for i, genome in enumerate(GENOMES)}
    run = run_of(RECORDS[:2])
    lines = front_in_words(price_front(run, ROUND_LIFE, costs=COSTS, seconds=seconds), run)
    assert lines[1].split()[:3] == ["id", "acc", "[%]"]
    assert len(lines) == 4
    assert "Rank correlation" not in lines[-1]
