import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from evonas.config import Config
from evonas.objectives import Objective
from evonas.plugins.goals import reference_point, resolve_goals, wanted_references
from evonas.plugins.plain_pymoo import ForeignProblem

LARGEST_FLOPS = 1e3 * 48**2 * 5 * 1.2


def goals_of(problem=None, **settings):
    return resolve_goals(Config(**settings), problem or toy.Bowl())


def test_objectives_are_those_of_the_problem_where_none_are_named():
    assert [o.name for o in goals_of().objectives] == ["acc", "flops", "params"]


def test_objectives_are_those_of_the_config_in_its_order():
    assert [o.name for o in goals_of(objectives=("flops", "acc")).objectives] == [
        "flops",
        "acc",
    ]


def test_a_problem_may_choose_among_its_objectives():
    class Choosy(toy.Bowl):
        default_objectives = ("params", "acc")

    assert [o.name for o in goals_of(Choosy()).objectives] == ["params", "acc"]


@given(
    seed=st.integers(0, 1000),
    pop_size=st.integers(2, 100),
    algorithm=st.sampled_from(["nsga2", "random"]),
    objectives=st.permutations(["acc", "flops", "params"]),
    constraint=st.sampled_from([(), ("flops<=1e5",)]),
)
def test_the_reference_point_is_the_same_for_every_search(**settings):
    reference = goals_of(**settings).reference
    assert reference == {
        "acc": 0.0,
        "flops": pytest.approx(1.1 * LARGEST_FLOPS),
        "params": pytest.approx(1.1 * 9 * 48**2 * 7),
    }


def test_a_stated_worst_value_is_the_reference():
    assert goals_of(objectives=("acc", "flops")).reference["acc"] == 0.0


def test_a_reference_that_the_user_gives_wins():
    goals = goals_of(reference=("flops=1e9", "acc=50"))
    assert goals.reference["flops"] == 1e9
    assert goals.reference["acc"] == 50.0
    assert goals.reference["params"] == goals_of().reference["params"]


def test_a_metric_that_is_neither_cheap_nor_bounded_has_no_reference():
    latency = Objective("latency", "ms", "latency", +1)
    assert reference_point(toy.Bowl(), [latency]) == {}
    goals = goals_of(objectives=("acc", toy.reference("NEED")))
    assert goals.reference == {"acc": 0.0}
    assert not goals.is_scaled


def test_a_cheap_metric_to_be_maximised_has_its_reference_below_the_worst():
    bowl = toy.Bowl()
    objective = Objective("params", "", "more is better", -1, best=1e6)
    drawn = bowl.space.sample(64, np.random.default_rng(0))
    params = [bowl.measure(g, ["params"], seed=0)["params"] for g in drawn]
    assert reference_point(bowl, [objective])["params"] == pytest.approx(0.9 * min(params))


def test_architectures_that_fail_are_left_out_of_the_reference():
    class Fragile(toy.Bowl):
        def measure(self, genome, wanted, *, seed):
            if genome[1] < 4:
                raise RuntimeError("too thin")
            return super().measure(genome, wanted, seed=seed)

    assert goals_of(Fragile()).reference["flops"] == pytest.approx(1.1 * LARGEST_FLOPS)


def test_a_problem_that_always_fails_has_no_reference_of_its_own():
    class Broken(toy.Bowl):
        def measure(self, genome, wanted, *, seed):
            raise RuntimeError("never")

    assert goals_of(Broken()).reference == {"acc": 0.0}


def test_a_constraint_on_an_unknown_metric_is_refused_with_the_nearest():
    message = (
        r"constraint parms<=5 is on an unknown metric 'parms' \(did you mean 'params'\?\); "
        r"choose from acc, flops, params"
    )
    with pytest.raises(ValueError, match=message):
        goals_of(constraint=("parms<=5",))


def test_a_constraint_may_be_on_what_is_no_objective():
    goals = goals_of(objectives=("acc", "flops"), constraint=("params<=5000",))
    assert goals.metrics == ("acc", "flops", "params")


def test_a_reference_for_what_is_no_objective_is_refused():
    with pytest.raises(ValueError, match="reference 'params' is none of the objectives: acc"):
        goals_of(objectives=("acc", "flops"), reference=("params=1",))


def test_an_unknown_objective_is_refused_with_the_nearest():
    message = r"unknown objective 'flop' \(did you mean 'flops'\?\); choose from acc, flops"
    with pytest.raises(ValueError, match=message):
        goals_of(objectives=("acc", "flop"))


def test_an_objective_for_the_final_front_alone_is_refused():
    with pytest.raises(ValueError, match="'test_acc' is measured for the final front alone"):
        goals_of(toy.Curved(), objectives=("test_acc", "flops"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("STATED", "must compute itself .* it needs nothing, the problem has acc, flops"),
        ("NEEDY", "must compute itself .* it needs latency, the problem has acc, flops"),
        ("Bowl", r"toy\.py:Bowl is a ABCMeta; expected an evonas\.Objective"),
        ("trift", r"toy\.py has no 'trift' \(did you mean 'thrift'"),
    ],
)
def test_what_cannot_be_an_objective_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        goals_of(objectives=("acc", toy.reference(name)))


def test_a_file_of_objectives_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"no such file: gone\.py"):
        goals_of(objectives=("acc", "gone.py:thrift"))


@pytest.mark.parametrize("name", ["thrift", "NEED"])
def test_an_objective_of_the_users_file_is_wanted_by_its_place(name):
    config = Config(
        objectives=("acc", toy.reference(name), "flops"), constraint=("params<=9999",)
    )
    goals = resolve_goals(config, toy.Bowl())
    assert [o.name for o in goals.objectives] == ["acc", name.lower(), "flops"]
    assert wanted_references(config, goals) == ("acc", toy.reference(name), "flops", "params")


def test_a_plain_problem_brings_its_own_goals():
    goals = goals_of(ForeignProblem(toy.Balanced()))
    assert [o.name for o in goals.objectives] == ["f1", "f2"]
    assert list(map(str, goals.constraints)) == ["g1<=0", "h1<=0.0001", "h1>=-0.0001"]
    assert goals.reference == {}
    named = goals_of(ForeignProblem(toy.Balanced()), objectives=("f1", "f2"))
    assert named == goals


@pytest.mark.parametrize(
    "settings",
    [{"objectives": ("acc",)}, {"objectives": ("f1",)}, {"constraint": ("f1<=3",)}],
)
def test_a_plain_problem_takes_no_goals_from_outside(settings):
    message = r"brings its own objectives \(f1, f2\) and constraints; leave out --objectives"
    with pytest.raises(ValueError, match=message):
        goals_of(ForeignProblem(toy.Balanced()), **settings)


def test_two_objectives_of_one_name_are_refused():
    reference = toy.reference("second_acc")
    with pytest.raises(ValueError, match="two objectives are named 'acc'; rename one"):
        goals_of(objectives=("acc", reference))


def test_a_reference_point_for_a_plain_problem_is_refused():
    with pytest.raises(ValueError, match="a plain pymoo problem has no known scale"):
        goals_of(ForeignProblem(toy.Reals()), reference=("f1=3",))
