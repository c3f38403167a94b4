import pytest

from evonas.explanation.members import Margin, dominating, members_of, turned
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record

GOALS = Goals((ACC, FLOPS), reference={"acc": 0.0, "flops": 100.0})


def record(genome, acc, flops):
    return Record((genome,), {"acc": acc, "flops": flops}, 0.1)


FRONT = [record(0, 50.0, 10.0), record(1, 80.0, 40.0), record(2, 90.0, 80.0)]


def test_margins_are_in_natural_units_and_name_their_rival():
    cheap, middle, dear = members_of(FRONT, GOALS)
    assert cheap.margins == (Margin("acc", None, None), Margin("flops", 30.0, (1,)))
    assert middle.margins == (Margin("acc", 30.0, (0,)), Margin("flops", 40.0, (2,)))
    assert dear.margins == (Margin("acc", 10.0, (1,)), Margin("flops", None, None))


def test_the_share_is_of_the_hypervolume_of_the_front():
    members = members_of(FRONT, GOALS)
    whole = 0.5 * 0.9 + 0.3 * 0.6 + 0.1 * 0.2
    assert [m.exclusive for m in members] == pytest.approx([0.5 * 0.3, 0.3 * 0.4, 0.1 * 0.2])
    assert [m.share for m in members] == pytest.approx(
        [0.15 / whole, 0.12 / whole, 0.02 / whole]
    )


def test_without_a_reference_point_there_is_no_share():
    (member,) = members_of(FRONT[:1], Goals((ACC, FLOPS)))
    assert (member.exclusive, member.share) == (None, None)


def test_a_front_beyond_the_reference_adds_nothing():
    (member,) = members_of([record(0, 50.0, 200.0)], GOALS)
    assert (member.exclusive, member.share) == (0, 0)


def test_who_dominates_is_named_and_an_equal_does_not():
    assert dominating({"acc": 80.0, "flops": 90.0}, FRONT, GOALS) == FRONT[1:]
    assert dominating({"acc": 80.0, "flops": 40.0}, FRONT, GOALS) == []


def test_nothing_has_no_members_and_its_array_has_a_column_each():
    assert members_of([], GOALS) == ()
    assert turned([], GOALS).shape == (0, 2)
    assert turned(FRONT, GOALS)[0].tolist() == [-50, 10]
