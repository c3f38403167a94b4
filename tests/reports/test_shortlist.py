from dataclasses import replace

import pytest

from evonas.config import Config
from evonas.objectives import ACC, FLOPS, Constraint, Goals, Metric
from evonas.pareto.choice import Choice
from evonas.record import Record
from evonas.reports import shortlist
from evonas.reports.shortlist import Shortlist
from evonas.runs.run import Run
from evonas.short_ids import short_id

ROWS = [(50.0, 1e6), (60.0, 2e6), (70.0, 4e6), (55.0, 3e6)]
RECORDS = tuple(Record((i,), {"acc": a, "flops": f}, 0.1) for i, (a, f) in enumerate(ROWS))
FAILED = Record((9,), {}, 0.1, error="it burst")
RUN = Run("mine", (*RECORDS, FAILED), Goals((ACC, FLOPS)), metrics=(), config=Config())


@pytest.fixture
def offered(monkeypatch, tmp_path):
    def read(run=RUN, **words):
        monkeypatch.setattr(shortlist, "open_run", lambda path: run)
        return Shortlist.read(tmp_path, **words)

    return read


def demands(*texts):
    return tuple(map(Constraint.parse, texts))


def test_members_are_the_front_of_what_keeps_the_demands_in_the_order_of_the_journal(offered):
    assert offered().members == RECORDS[:3]
    assert offered(demands=demands("flops>=3e6")).members == RECORDS[2:]
    assert offered(demands=demands("flops>=3e6", "acc<=60")).members == RECORDS[3:]


def test_objectives_are_turned_so_that_less_is_better(offered):
    assert offered().F.tolist() == [[-50.0, 1e6], [-60.0, 2e6], [-70.0, 4e6]]
    assert offered().costs(ACC).tolist() == [-50.0, -60.0, -70.0]
    assert offered().costs(FLOPS).tolist() == [1e6, 2e6, 4e6]


def test_the_origin_counts_what_was_measured_and_what_keeps_the_demands(offered):
    assert offered().origin() == "From a front of 3, out of 4 measured."
    assert offered(demands=demands("flops>=3e6")).origin() == (
        "From a front of 2, out of 2 that keep flops>=3000000, of 4 measured."
    )


def test_a_table_has_the_pick_the_next_two_and_their_standing(offered):
    lines = offered().table(Choice((1, 0, 2)))
    assert lines[1].split()[:5] == ["pick", short_id((1,)), "60", "(50", "%,"]
    assert "50 (worst)" in lines[2]
    assert "1,000,000 (best)" in lines[2]
    assert "70 (best)" in lines[3]
    assert [line.split()[-1] for line in lines[1:4]] == ["1", "0", "2"]
    assert lines[5].endswith("and the place among its 3.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"demands": demands("flop<=1")},
            r"^unknown metric 'flop' \(did you mean 'flops'\?\); run mine measured acc, flops$",
        ),
        ({"wanted": "latency"}, r"^unknown metric 'latency'; run mine measured acc, flops$"),
        (
            {"demands": demands("flops<=5e5")},
            r"^no architecture of run mine keeps flops<=500000; closest is 0, with flops 1,000,"
            r"000, 500,000 \(100 %\) above 500,000$",
        ),
    ],
)
def test_what_cannot_be_had_is_said_with_what_comes_closest(offered, words, message):
    with pytest.raises(ValueError, match=message):
        offered(**words)


def test_a_run_without_a_front_offers_nothing(offered):
    with pytest.raises(ValueError, match=r"^run mine has no front to pick from$"):
        offered(replace(RUN, records=(FAILED,)))


def test_several_picks_are_shown_without_the_next_best(offered):
    lines = offered().table(Choice((1, 0, 2), n_chosen=2))
    assert [line.split()[:2] for line in lines[1:3]] == [["pick", "1"], ["pick", "2"]]
    assert lines[3] == ""


@pytest.mark.parametrize(
    ("place", "ordinal"),
    [
        *((2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th")),
        *((14, "14th"), (21, "21st"), (22, "22nd"), (101, "101st"), (111, "111th")),
        *((112, "112th"), (113, "113th"), (123, "123rd")),
    ],
)
def test_places_are_ordinal_numbers(place, ordinal):
    assert shortlist._standing(0.5, place) == f"50 %, {ordinal}"


def test_what_was_demanded_of_stands_beside_the_objectives_and_a_gap_where_it_is_unknown(
    offered,
):
    known = tuple(
        replace(record, metrics={**record.metrics, "params": 7e3 * (i + 1)})
        for i, record in enumerate(RECORDS)
    )
    run = replace(RUN, records=known)
    lines = offered(run, demands=demands("params<=30000")).table(Choice((1,)))
    assert "14,000" in lines[1]


def test_who_lacks_what_is_wanted_is_no_member(offered):
    latency = Metric("latency", "ms", "latency", 1)
    timed = [replace(r, metrics={**r.metrics, "latency": 3.0}) for r in RECORDS[1:3]]
    run = replace(RUN, records=(RECORDS[0], *timed, RECORDS[3]), metrics=(latency,))
    assert offered(run).members == (RECORDS[0], *timed)
    assert offered(run, wanted="latency").members == tuple(timed)
