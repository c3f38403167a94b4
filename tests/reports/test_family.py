import math
from types import SimpleNamespace

import numpy as np

from evonas.models.family import Family, Member
from evonas.models.judgement import Spread
from evonas.objectives import ACC
from evonas.pareto.correlation import Agreement
from evonas.reports.family import agreement_words, cost_words, family_table

COST = SimpleNamespace(params=12345, flops=2000000)


def member(name, *accuracies, **named):
    spread = Spread.of(accuracies)
    return Member(
        id=name,
        genome=(1, 0),
        cost=COST,
        proxy=50.0,
        validation=accuracies[0],
        test=accuracies[0],
        spreads={"validation": spread, "test": spread},
        minutes=1.5,
        co2_g=0.25,
        **named,
    )


def test_every_member_is_a_row_and_what_went_wrong_is_below():
    lost = member("fffff2", 91.0, missing={"model.pt2": "not written: no graph"})
    failed = Member(id="ccccc2", genome=(0, 0), cost=COST, error="DivergedError: it diverged")
    lines = family_table([member("bbbbb2", 92.5), lost, failed], metric=ACC)
    assert lines[0].split()[:3] == ["id", "params", "flops"]
    assert "final acc [%]" in lines[0]
    assert lines[1].split()[1:7] == ["12,345", "2,000,000", "50.00", "92.50", "92.50", "1.5"]
    assert lines[1].split()[7:] == ["0.25", "1-0"]
    assert lines[3].split()[3:] == ["-"] * 5 + ["0-0"]
    assert lines[4:] == [
        "ccccc2 failed: DivergedError: it diverged",
        "fffff2 has no model.pt2: not written: no graph",
    ]


def test_several_seeds_have_a_column():
    lines = family_table([member("bbbbb2", 90.0, 92.0)], metric=ACC)
    assert "test mean ± s.d. [%]" in lines[0]
    assert "91.00 ± 1.41 (2)" in lines[1]


def words(n, *, sign=1):
    a = np.arange(n, dtype=float)
    return agreement_words(Agreement.of(a, sign * a), metric=ACC)


def test_few_members_are_said_to_be_few():
    assert words(1) == (
        "Was the proxy right? That takes two members with different acc; there are 1 with both "
        "numbers."
    )
    assert words(4) == (
        "Was the proxy right? 4 members are too few to say: Spearman 1.00, Kendall 1.00 "
        "(n = 4), and orders at random agree as well in 4.17 % and 4.17 % of cases."
    )


def test_of_some_members_there_is_no_interval_and_of_ten_there_is():
    assert words(6, sign=-1) == (
        "Was the proxy right? Its acc and the final one on validation: Spearman -1.00, Kendall "
        "-1.00 (n = 6); orders at random agree as well in 100 % and 100 % of cases. An "
        "interval takes 10 members."
    )
    assert words(10).endswith(
        "0.05 % and 0.05 % of cases. 95 % intervals, by a bootstrap over members: 1.00 to 1.00 "
        "and 1.00 to 1.00."
    )


def test_what_it_took_is_a_sum():
    family = Family(orders={}, trial_seconds=9.0, trial_co2_g=0.01)
    members = [member("bbbbb2", 92.5), member("ccccc2", 92.5)]
    assert cost_words(members, family) == (
        "All trainings took 3 min and 0.5 g CO2e; the trials before them 9 s and 0.01 g."
    )
    assert math.isnan(Member(id="b", genome=(0,), cost=COST).minutes)
