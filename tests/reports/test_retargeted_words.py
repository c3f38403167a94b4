from dataclasses import replace

from priced_runs import FAST, SLOW, Counting, counted_run, priced

from evonas.hardware.targets import Target
from evonas.reports.aims import read_aims
from evonas.reports.retargeted import price_run
from evonas.reports.retargeted_words import disagreement_lines, in_words


def ids(found, *genomes):
    return ", ".join(found.run.ids[genome] for genome in genomes)


def test_each_front_is_a_table_with_bands_and_how_sure_it_is():
    found = priced()
    lines = in_words(found)
    assert lines[0].startswith(
        "Run mine: 5 architectures priced for raspberry-pi-4, a100 by ana"
    )
    at = lines.index(
        f"{SLOW}: 2 architectures on the front of acc, latency@{SLOW}, 2 of them at both ends "
        "of the band too; 1 more could be on it"
    )
    assert lines[at + 1].split()[:7] == ["id", "acc", "[%]", "latency", "[s]", "low", "high"]
    row = lines[at + 2].split()
    assert row[:5] == [ids(found, (1, 1)), "80", "768", "384", "1.54e+03"]
    assert row[-2:] == ["necessary", "1-1"]
    assert "  necessary: on the front whatever point of its own band each member takes" in lines
    assert not any(line.startswith("  central: ") for line in lines)


def test_what_targets_disagree_about_is_said_in_three_lines():
    found = priced()
    assert in_words(found)[-3:] == disagreement_lines(found)
    assert disagreement_lines(found) == [
        f"  {SLOW} and {FAST} order 5 architectures by latency with a rank correlation "
        "(Kendall) of 0.120",
        f"  2 of 2 on the front of {SLOW} are not on that of {FAST}: "
        f"{ids(found, (1, 1), (0, 0))}; 1 of 1 on the front of {FAST} is not on that of "
        f"{SLOW}: {ids(found, (1, 0))}",
        f"  they differ most about {ids(found, (1, 0))}: place 4 in latency on {SLOW}, place 1 "
        f"on {FAST}",
    ]


def test_the_best_within_limits_is_named_and_whether_it_is_so_for_sure():
    found = priced(limits=[f"latency@{SLOW}<=1000", f"energy@{FAST}<=4"])
    best = [line for line in in_words(found) if line.startswith("Best in acc within the lim")]
    assert best[0].startswith(
        f"Best in acc within the limits; at the far end of the band latency@{SLOW} 1,536, 536 "
        f"(53.6 %) above 1,000: {ids(found, (1, 1))} (acc 80 %, latency@{SLOW} 768 s)"
    )
    assert best[1].startswith(f"Best in acc within the limits, for sure: {ids(found, (1, 0))}")


def test_limits_that_nobody_keeps_are_told_with_the_closest():
    found = priced(limits=[f"latency@{SLOW}<=32"])
    lines = in_words(found)
    said = f"no architecture keeps latency@{SLOW}<=32; closest is {ids(found, (0, 0))}, with "
    assert any(line.startswith(f"{SLOW}: {said}latency@{SLOW} 64, 32 ") for line in lines)
    assert f"nothing is on the front of {SLOW}; 1 of 1 on the front of" in lines[-2]


def test_targets_that_agree_say_so():
    run = counted_run()
    targets = [Target.parse(f"a100:b{n}") for n in (1, 2, 3, 4)]
    found = price_run(run, read_aims(run, targets), problem=Counting())
    lines = disagreement_lines(found)
    assert lines[-1] == "  ... and 3 more pairs of targets, which disagree less"
    single = price_run(run, read_aims(run, targets[:1]), problem=Counting())
    assert "What the targets disagree about:" not in in_words(single)


def test_one_architecture_has_no_order():
    found = priced()
    alone = replace(found, priced=found.priced[:1])
    expected = f"  {SLOW} and {FAST}: latency is the same for all on one of them"
    assert disagreement_lines(alone) == [expected]
    assert in_words(alone)[0].startswith("Run mine: 1 architecture priced")


def test_notes_of_the_counting_are_told():
    assert "Note: it was so." in in_words(replace(priced(), notes=("it was so",)))
