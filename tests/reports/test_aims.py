import pytest
from priced_runs import FAST, SLOW, TARGETS, counted_run

from evonas.hardware.targets import Target
from evonas.objectives import CO2, PARAMS, Constraint, Goals
from evonas.record import Record
from evonas.reports.aims import read_aims, read_limit, read_targets
from evonas.runs.run import Run


def names(metrics):
    return [metric.name for metric in metrics]


def test_without_words_what_takes_a_training_counts_against_each_latency():
    aims = read_aims(counted_run(), TARGETS)
    assert names(aims.objectives) == ["acc", f"latency@{SLOW}", f"latency@{FAST}"]
    assert names(aims.measured) == ["acc"]
    assert [names(aims.on(target)) for target in TARGETS] == [
        [f"latency@{SLOW}"],
        [f"latency@{FAST}"],
    ]


def test_where_nothing_takes_a_training_the_first_objective_counts():
    records = (Record((0,), {"params": 1.0, "co2": 2.0}, 0.1),)
    run = Run("mine", records, Goals((PARAMS, CO2)), metrics=(PARAMS, CO2))
    assert names(read_aims(run, TARGETS[:1]).objectives) == ["params", f"latency@{SLOW}"]
    with pytest.raises(ValueError, match=r"^run mine has no objectives; name some$"):
        read_aims(Run("mine", records, Goals(())), TARGETS)


def test_a_metric_without_a_target_is_the_runs_own_or_of_the_first():
    words = ["flops", "energy", f"throughput@{FAST}"]
    aims = read_aims(counted_run(), TARGETS, objectives=words, limits=["latency<=3"])
    assert names(aims.objectives) == ["flops", f"energy@{SLOW}", f"throughput@{FAST}"]
    assert aims.limits == (Constraint(f"latency@{SLOW}", "<=", 3.0),)


def test_limits_bind_their_own_target_and_those_on_the_run_all():
    limits = ["flops<=1e6", f"latency@{FAST}<=2", f"energy@{SLOW}>=1"]
    aims = read_aims(counted_run(), TARGETS, limits=limits)
    own = Constraint("flops", "<=", 1e6)
    assert aims.limits_on(TARGETS[0]) == (own, Constraint(f"energy@{SLOW}", ">=", 1.0))
    assert aims.limits_on(TARGETS[1]) == (own, Constraint(f"latency@{FAST}", "<=", 2.0))


def test_another_spelling_of_a_target_is_the_same_target():
    aims = read_aims(counted_run(), TARGETS[1:], objectives=["acc", f"energy@{FAST}:b1:eager"])
    assert names(aims.objectives) == ["acc", f"energy@{FAST}"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["acc", "latncy@a100"],
            r"unknown metric 'latncy' \(did you mean 'latency'\?\); run m",
        ),
        (["acc", "latency@v100"], r"latency@v100 is on no target that was named: raspberry-pi"),
        (["acc", "latency@v1"], r"unknown device 'v1'"),
        (
            [f"latency@{SLOW}", f"latency@{FAST}"],
            r"nothing that run mine has measured is among",
        ),
        (
            ["acc", "latency"],
            r"no objective is on target a100; name one, such as latency@a100,",
        ),
    ],
)
def test_words_that_say_nothing_are_refused(words, message):
    with pytest.raises(ValueError, match=message):
        read_aims(counted_run(), TARGETS, objectives=words)


def test_targets_are_read_one_at_least_and_each_once():
    assert read_targets(["a100:b32"]) == (Target.parse("a100:b32"),)
    with pytest.raises(ValueError, match=r"^nothing to aim at: name a target, such as rasp"):
        read_targets([])
    with pytest.raises(ValueError, match=r"^target a100 is named twice$"):
        read_targets(["a100", "a100:b1"])


@pytest.mark.parametrize(
    "text", ["latency", "latency@a100<3", "<=3", "latency<=soon", "a<=nan"]
)
def test_a_limit_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"^cannot read the limit .*expected METRIC<=NUMBER"):
        read_limit(text)


def test_a_limit_keeps_the_name_that_it_is_on():
    name, limit = read_limit(" latency@a100:b32 <= 5e-2 ")
    assert name == "latency@a100:b32"
    assert str(limit) == "latency@a100:b32<=0.05"
