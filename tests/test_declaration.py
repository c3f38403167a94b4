import pytest
import toy

from evonas.declaration import state, translated
from evonas.objectives import ACC, CO2, FLOPS, FPO, MACS, TEST_ACC, Metric
from evonas.problem import Problem

HINT = Metric("hint", "", "hint", -1, best=None, when="hinted")
FIVE = ("objectives", "cheap", "hints", "effort", "final")


class Newer(Problem):
    """Declares one collection."""

    metrics = (ACC, FLOPS, FPO, HINT, TEST_ACC)

    def measure(self, genome, wanted, *, seed):
        return {}


class Older(Problem):
    """Declares the same in five."""

    objectives = (ACC, FLOPS, FPO, HINT)
    cheap = frozenset({"flops", "fpo"})
    hints = frozenset({"hint"})
    effort = "fpo"
    final = (TEST_ACC,)

    def measure(self, genome, wanted, *, seed):
        return {}


def said(problem) -> dict:
    return {word: getattr(problem, word) for word in FIVE}


@pytest.mark.parametrize("at", [lambda problem: problem, lambda problem: problem()])
def test_both_forms_say_the_same_of_a_class_and_of_an_object(at):
    assert said(at(Newer)) == said(at(Older))
    assert at(Newer).metrics == at(Older).metrics == Newer.metrics
    assert translated(at(Newer)) == Newer.metrics


def test_what_takes_no_training_is_counted_or_hinted():
    assert Newer().untrained == Older().untrained == {"flops", "fpo", "hint"}


def test_a_problem_that_declares_nothing_has_no_metrics():
    assert Problem.metrics == ()
    assert said(Problem) == {
        **{"objectives": (), "cheap": frozenset(), "hints": frozenset()},
        **{"effort": None, "final": ()},
    }


def test_an_older_child_of_a_newer_problem_changes_what_it_names_and_nothing_else():
    class Child(Newer):
        objectives = (*Newer.objectives, CO2)
        cheap = Newer.cheap | {"co2"}

    assert [(m.name, m.when) for m in Child().metrics] == [
        *[("acc", "trained"), ("flops", "counted"), ("fpo", "counted"), ("hint", "hinted")],
        *[("co2", "counted"), ("test_acc", "final")],
    ]
    assert Child().effort == "fpo"
    assert Newer().cheap == {"flops", "fpo"}


def test_a_newer_child_of_an_older_problem_is_what_it_says_alone():
    class Child(Older):
        metrics = (ACC, MACS)

    assert said(Child()) == {
        **{"objectives": (ACC, MACS), "cheap": {"macs"}, "hints": frozenset()},
        **{"effort": None, "final": ()},
    }


def test_a_child_that_says_nothing_has_what_its_parent_has():
    class NewerChild(Newer):
        pass

    class OlderChild(Older):
        pass

    assert said(NewerChild()) == said(OlderChild()) == said(Newer)


def test_an_object_may_say_it_when_it_is_made_in_either_form():
    class Made(Problem):
        def __init__(self, settings=None):
            super().__init__(settings)
            self.objectives = (ACC, MACS)

        def measure(self, genome, wanted, *, seed):
            return {}

    class Remade(Newer):
        def __init__(self, settings=None):
            super().__init__(settings)
            self.metrics = (ACC, MACS)

    assert [(m.name, m.when) for m in Made().metrics] == [
        ("acc", "trained"),
        ("macs", "trained"),
    ]
    assert Remade().cheap == {"macs"}
    assert Remade().final == ()
    assert Newer().cheap == {"flops", "fpo"}


def test_an_older_collection_may_be_a_property_and_is_described():
    class Computed(Newer):
        @property
        def cheap(self):
            return frozenset({"flops"})

    told = {m["name"]: m["when"] for m in Computed().describe()["metrics"]}
    assert told["fpo"] == "trained"
    assert Computed().untrained == {"flops", "hint"}


def test_the_older_problems_of_these_tests_describe_all_their_metrics():
    assert toy.Elephant().describe()["metrics"] == [
        metric.as_dict() for metric in toy.Elephant().metrics
    ]
    assert [m.name for m in toy.Elephant().metrics if m.is_effort] == ["fpo"]


@pytest.mark.parametrize("kind", [Newer, Older])
def test_one_object_may_be_given_metrics_in_whichever_form_its_class_declares_them(kind):
    problem = kind()
    state(problem, (ACC, MACS))
    assert [metric.name for metric in translated(problem)] == ["acc", "macs"]
    assert (problem.cheap, problem.final, problem.effort) == ({"macs"}, (), None)
    assert kind().cheap == {"flops", "fpo"}
