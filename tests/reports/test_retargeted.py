from math import sqrt

import pytest
from priced_runs import FAST, SLOW, TARGETS, Counting, counted_run, priced

from evonas.objectives import ACC, FLOPS, Goals
from evonas.reports.aims import read_aims
from evonas.reports.retargeted import PRICING, price_run
from evonas.runs.run import Run


def genomes(found, places):
    return [found.priced[i].record.genome for i in places]


def test_each_target_has_a_front_of_its_own_and_all_together_one():
    found = priced()
    slow, fast, both = found.fronts
    assert genomes(found, slow.members) == [(1, 1), (0, 0)]
    assert genomes(found, fast.members) == [(1, 0)]
    assert genomes(found, both.members) == [(1, 1), (1, 0), (0, 1), (0, 0)]
    assert (slow.name, fast.name, both.name) == (SLOW, FAST, "all targets")


def test_every_architecture_stands_somewhere_though_its_latency_is_a_band():
    slow, fast, _ = priced().fronts
    assert slow.standings == ("necessary", "possible", "off", "necessary", "off")
    assert fast.standings == ("possible", "possible", "necessary", "off", "possible")


def test_limits_bind_their_own_target_and_the_front_of_all():
    found = priced(limits=[f"latency@{FAST}<=2"])
    slow, fast, both = found.fronts
    assert genomes(found, slow.members) == [(1, 1), (0, 0)]
    assert genomes(found, fast.members) == [(1, 0)]
    assert genomes(found, both.members) == [(1, 0), (0, 1), (0, 0)]
    assert both.standings[3] == "off"


def test_an_end_of_the_band_is_that_of_every_metric():
    first = priced().priced[0]
    assert first.at("low")[f"latency@{SLOW}"] == 32.0
    assert first.at("high")[f"energy@{SLOW}"] == 256.0
    assert first.at("central")["acc"] == 50.0
    assert first.at("low")[f"throughput@{FAST}"] == 2.0


def test_the_front_of_a_target_is_had_by_its_name():
    found = priced()
    assert found.front_on(SLOW) is found.fronts[0]
    assert found.front_on(TARGETS[1]) is found.fronts[1]
    assert found.front_on() is found.fronts[2]
    with pytest.raises(
        ValueError, match=r"^run mine was priced for raspberry-pi-4, a100, and n"
    ):
        found.front_on("v100")


def test_a_search_goes_on_from_all_that_is_on_some_front():
    found = priced()
    assert genomes(found, found.start) == [(1, 1), (1, 0), (0, 1), (0, 0)]


def test_what_two_targets_disagree_about_is_reckoned_over_all():
    found = priced()
    (each,) = found.disagreements
    assert (each.targets, each.metric, each.n) == (TARGETS, "latency", 5)
    assert each.kendall == pytest.approx(1 / sqrt(10 * 7))  # of ten pairs three are ties
    assert [genomes(found, places) for places in each.own] == [[(1, 1), (0, 0)], [(1, 0)]]
    assert (genomes(found, [each.furthest]), each.ranks) == ([(1, 0)], (4, 1))


def test_a_metric_that_counts_on_both_targets_is_what_they_are_compared_in():
    words = ["acc", f"throughput@{SLOW}", f"energy@{SLOW}", f"throughput@{FAST}"]
    (each,) = priced(objectives=words).disagreements
    assert each.metric == "throughput"
    assert each.ranks == (4, 1)
    (each,) = priced(objectives=["acc", f"energy@{SLOW}", f"latency@{FAST}"]).disagreements
    assert each.metric == "latency"


def test_one_target_has_nobody_to_disagree_with():
    run = counted_run()
    found = price_run(run, read_aims(run, TARGETS[:1]), problem=Counting())
    assert found.disagreements == ()
    assert len(found.fronts) == 1
    assert found.front_on() is found.fronts[0]


def test_pricing_is_told_of_and_failures_are_left_out():
    told, run = [], counted_run()
    found = price_run(
        *(run, read_aims(run, TARGETS)),
        problem=Counting(),
        tell=lambda *words: told.append(words),
    )
    assert told[-1] == (PRICING, 5, 5)
    assert (9, 9) not in genomes(found, range(5))


def test_the_constraints_of_the_run_hold():
    run = counted_run()
    goals = Goals((ACC, FLOPS), constraints=read_aims(run, TARGETS, limits=["acc>=70"]).limits)
    bound = Run("mine", run.records, goals, metrics=run.metrics)
    found = price_run(bound, read_aims(bound, TARGETS), problem=Counting())
    assert genomes(found, range(len(found.priced))) == [(1, 0), (1, 1), (1, 2)]


def test_a_run_that_has_measured_nothing_cannot_be_judged():
    aims = read_aims(counted_run(), TARGETS)
    empty = Run("mine", (), Goals((ACC,)), metrics=(ACC,))
    with pytest.raises(
        ValueError, match=r"^run mine has measured no architecture in full yet$"
    ):
        price_run(empty, aims, problem=Counting())
