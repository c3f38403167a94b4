import pytest

from evonas.faults import MetricError
from evonas.networks.exits import Exits
from evonas.networks.metrics import Network, asked, measured_by, offered
from evonas.objectives import ACC, CO2, FLOPS, MACS, TEST_ACC, Metric


class Two:
    """Tells two metrics, and notes what it was asked for."""

    metrics = (FLOPS, MACS)

    def __init__(self, answer=None):
        self.answer = {"flops": 2.0, "macs": 1.0} if answer is None else answer
        self.asked = []

    def measure(self, network, context, *, wanted):
        self.asked.append(set(wanted))
        return self.answer


class Other:
    metrics = (CO2,)

    def measure(self, network, context, *, wanted):
        return {"co2": 3.0}


def test_providers_are_asked_for_what_is_wanted_and_no_other_is_asked():
    two, other = Two(), Two()
    other.metrics = (CO2,)
    assert measured_by([two, other], None, None, wanted={"macs", "acc"}) == {"macs": 1.0}
    assert (two.asked, other.asked) == ([{"macs"}], [])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({}, "the problem did not measure flops"),
        ({"flops": float("nan")}, "metric flops is nan; expected a finite number"),
        ({"flops": "2"}, "metric flops is a str; expected a number"),
        ([2.0], "the answer is a list; expected values by name"),
    ],
)
def test_an_answer_that_is_no_number_is_the_candidates_failure(answer, message):
    with pytest.raises(MetricError, match=message):
        measured_by([Two(answer)], None, None, wanted={"flops"})


def test_what_a_provider_says_beside_its_own_metrics_is_not_taken():
    answer = {"flops": 2.0, "acc": 99.0}
    assert measured_by([Two(answer)], None, None, wanted={"flops"}) == {"flops": 2.0}


def test_all_metrics_are_offered_in_the_order_of_their_providers():
    assert offered((ACC,), [Two(), Other()], problem="mine") == (ACC, FLOPS, MACS, CO2)


class Final(Two):
    metrics = (TEST_ACC,)


class Named(Two):
    metrics = ("flops",)


@pytest.mark.parametrize(
    ("own", "providers", "message"),
    [
        ((), [Two(), Two()], "Two offers metric 'flops', which Two has already; rename"),
        ((FLOPS,), [Two()], "Two offers metric 'flops', which mine has already; rename"),
        (
            (),
            [Final()],
            "Final offers Metric.*'test_acc'.*; expected an evonas.Metric with",
        ),
        (
            (),
            [Named()],
            "Named offers 'flops'; expected an evonas.Metric with when='counted'",
        ),
        (
            (),
            [Two],
            "providers of mine: found <class .*; expected an object with 'metrics'",
        ),
        (
            (),
            [3],
            "providers of mine: found 3; expected an object with 'metrics'",
        ),
    ],
)
def test_a_provider_that_does_not_fit_is_named(own, providers, message):
    with pytest.raises(ValueError, match=message):
        offered(own, providers, problem="mine")


def test_a_network_is_counted_and_made_once_and_only_if_somebody_looks():
    made = []
    made_exits = Exits.single(3.0)
    network = Network(
        {},
        (1, 8, 8),
        None,
        lambda: made.append("cost"),
        lambda: made.append("m"),
        lambda: made_exits,
    )
    assert made == []
    assert network.cost is network.cost is None
    assert made == ["cost"]
    assert network.model is network.model is None
    assert made == ["cost", "m"]
    assert network.exits == made_exits


def test_with_a_counted_metric_all_that_are_counted_are_measured():
    providers = [Two(), Other()]
    assert asked(providers, {"acc"}) == set()
    counted = {m.name for p in providers for m in p.metrics if m.when == "counted"}
    assert asked(providers, {"flops", "acc"}) == counted


class Clock(Two):
    metrics = (
        Metric("took", "s", "time", +1),
        Metric("took_longest", "s", "longest time", +1),
        FLOPS,
    )


def test_with_one_metric_by_a_clock_all_of_its_provider_by_a_clock_are_asked_for():
    assert asked([Clock(), Other()], {"took"}) == {"took", "took_longest"}
    assert asked([Clock(), Other()], {"acc"}) == set()
    assert asked([Clock(), Other()], {"flops"}) == {"flops", "co2"}
