import sys
import time
from dataclasses import replace

import pytest
import toy

from evonas.objectives import ACC, FLOPS, FPO, TEST_ACC
from evonas.plugins import contract
from evonas.plugins.contract import check_declaration, rehearse
from evonas.problem import Problem
from evonas.space import Gene, SearchSpace
from evonas.tabular import TabularProblem

GENES = (Gene("a", (0, 1, 2)), Gene("b", (0, 1, 2)))


class Sound(TabularProblem):
    """Nothing is wrong with it."""

    space = SearchSpace(GENES)
    objectives = (ACC, FLOPS)

    def lookup(self, architecture):
        return {"acc": 50.0, "flops": 1.0}


def variant(**attributes):
    return type("Odd", (Sound,), attributes)()


def fails(error):
    def method(self, *arguments):
        raise error

    return method


def folded(fold):
    return {"space": SearchSpace(GENES, fold=fold)}


DECLARATIONS = [
    ({"space": (0, 1)}, "the space of odd is a tuple; expected an evonas.SearchSpace"),
    ({"objectives": ()}, "odd is not finished: it lacks 'metrics', a tuple of evonas.Metric"),
    ({"objectives": ("acc", "flops")}, "objectives of odd: found 'acc'; expected a tuple of"),
    ({"objectives": ACC}, "objectives of odd: found a single one; expected a tuple of evonas"),
    ({"objectives": 3}, "objectives of odd: found 3; expected a tuple of evonas.Metric"),
    (
        {"final": ("test_acc",)},
        "final of odd: found 'test_acc'; expected a tuple of evonas",
    ),
    ({"default_objectives": ("speed",)}, "default_objectives of odd: unknown 'speed'; choose "),
    ({"cheap": frozenset({"speed"})}, "cheap metrics of odd: unknown 'speed'; choose from acc"),
    ({"effort": "flops"}, "effort of odd: 'flops' is none of its cheap metrics"),
    ({"metrics": ACC}, "metrics of odd: found a single one; expected a tuple of evonas.Metric"),
    ({"metrics": ("acc",)}, "metrics of odd: found 'acc'; expected a tuple of evonas.Metric"),
    ({"metrics": (ACC, ACC)}, "metrics of odd: two are named 'acc'; rename one"),
    ({"metrics": (TEST_ACC,)}, "odd is not finished: it lacks 'metrics', a tuple of evonas"),
    (
        {"metrics": (FPO, replace(FLOPS, is_effort=True))},
        "metrics of odd: fpo and flops are both its effort; choose one",
    ),
    (
        {"metrics": (ACC, replace(FPO, when="trained"))},
        "metrics of odd: its effort 'fpo' is trained; expected one that is counted",
    ),
    (
        {"known": {"known": {"a": 0, "b": 0}}},
        "of odd: 'known' is no name for one; expecte",
    ),
    ({"known": {"a,b": {"a": 0, "b": 0}}}, "of odd: 'a,b' is no name for one; expected a word"),
    (
        {"known": {"a.json": {"a": 0, "b": 0}}},
        "architectures of odd: 'a.json' is no name",
    ),
    ({"known": {"x": {"a": 0}}}, "known architecture 'x' of odd: not an architecture: missing"),
    ({"known": {"x": {"a": 0, "b": 9}}}, "known architecture 'x' of odd: gene 'b' cannot be 9"),
]
PERFORMANCES = [
    (folded(lambda genome: (9, 9)), r"the fold of this space fails for .*gene 'a' is 9; exp"),
    (folded(lambda genome: None), "the fold of this space fails for .*TypeError: 'NoneType'"),
    (folded(lambda genome: genome[:1]), "the fold of this space fails for .*has 1 genes; this"),
    (folded(lambda genome: 1 / 0), "the fold of this space fails for .*ZeroDivisionError: div"),
    (folded(lambda g: ((g[0] + 1) % 3, g[1])), "folding twice must change nothing"),
    ({"prepare": fails(KeyError("weights"))}, "cannot prepare odd: KeyError: 'weights'"),
    ({"describe": fails(RuntimeError("no"))}, "cannot describe odd: RuntimeError: no"),
    ({"describe": lambda self: {"at": object()}}, "what odd describes cannot be kept as JSON"),
    ({"describe": lambda self: {"at": {1, 2}}}, "what odd describes cannot be kept as JSON"),
    ({"decode": fails(IndexError("no"))}, "cannot decode genomes of odd: IndexError: no"),
]


@pytest.mark.parametrize(("attributes", "message"), DECLARATIONS)
def test_a_declaration_that_does_not_fit_is_named(attributes, message):
    with pytest.raises(ValueError, match=message):
        check_declaration(variant(**attributes), "odd")


def test_a_missing_space_is_named():
    class Unfinished(Problem):
        objectives = (ACC,)

        def measure(self, genome, wanted, *, seed):
            return {}

    with pytest.raises(ValueError, match="odd is not finished: it lacks 'space', an evonas"):
        check_declaration(Unfinished(), "odd")


@pytest.mark.parametrize(("attributes", "message"), PERFORMANCES)
def test_what_a_problem_cannot_do_is_named_before_a_search(attributes, message):
    with pytest.raises(ValueError, match=message):
        rehearse(variant(**attributes), "odd")


def test_what_a_problem_says_of_the_users_files_stays_its_own_words():
    lacking = variant(prepare=fails(FileNotFoundError("no table at full; see --data-dir")))
    with pytest.raises(FileNotFoundError, match=r"^no table at full; see --data-dir$"):
        rehearse(lacking, "odd")


@pytest.mark.parametrize("problem", [Sound, toy.Bowl, toy.Curved, toy.Hinted])
def test_a_sound_problem_passes(problem):
    check_declaration(problem(), "sound")
    rehearse(problem(), "sound")


def test_one_bad_architecture_is_no_bad_problem_but_several_in_a_row_are():
    tried = []

    def rehearsed(self, genome, wanted):
        tried.append(genome)
        if len(tried) < self.n_bad + 1:
            raise RuntimeError(f"number {len(tried)}\nis bad")

    rehearse(variant(rehearse=rehearsed, n_bad=2), "odd", wanted=("acc",))
    assert len(tried) == 3
    tried.clear()
    message = "^cannot train networks of odd: RuntimeError: number 1 is bad$"
    with pytest.raises(ValueError, match=message):
        rehearse(variant(rehearse=rehearsed, n_bad=9), "odd", wanted=("acc",))


def test_a_network_that_takes_long_to_try_out_is_told_of(monkeypatch, caplog):
    monkeypatch.setattr(contract, "PATIENCE_S", 0.01)

    class Slow(Sound):
        def rehearse(self, genome, wanted):
            time.sleep(0.3)

    rehearse(Slow(), "slow")
    said = "one network of slow is tried out before the search begins, and takes longer than"
    assert [said in record.getMessage() for record in caplog.records] == [True]

    caplog.clear()
    rehearse(Sound(), "quick")
    time.sleep(0.05)
    assert not caplog.records


def test_a_problem_that_ends_the_process_is_refused():
    odd = variant(rehearse=fails(SystemExit(4)))
    with pytest.raises(ValueError, match="cannot train networks of odd: SystemExit: 4"):
        rehearse(odd, "odd")
    odd = variant(prepare=lambda self: sys.exit(4))
    with pytest.raises(ValueError, match="cannot prepare odd: SystemExit: 4"):
        rehearse(odd, "odd")
