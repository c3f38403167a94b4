from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from evonas.config import Config
from evonas.engine.search import search
from evonas.fidelity import Fidelity, Separate, rungs
from evonas.objectives import ACC, FLOPS, FPO, MACS
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.tabular import TabularProblem

TABLE = {
    8: {"acc": [90.0, 91.0, 95.0], "loss": (9.0, 9.1, 9.5), "flops": 100},
    16: {"acc": np.array([93.0, 94.0]), "loss": np.array([9.3, 9.4]), "flops": np.int64(200)},
}


class Table(TabularProblem):
    """A table of two rows, and a third that is missing."""

    space = SearchSpace([Gene("width", (8, 16, 24))])
    objectives = (ACC, FLOPS)

    def lookup(self, architecture):
        return TABLE[architecture["width"]]


def looked_up(genome, *wanted, seed=0, noisy=False):
    return Table(Settings(options=(("noisy", str(noisy)),))).measure(genome, wanted, seed=seed)


def test_the_mean_of_repeated_trainings_is_the_answer_whatever_the_seed():
    for seed in range(5):
        assert looked_up((0,), "acc", "flops", seed=seed) == {"acc": 92.0, "flops": 100.0}
        assert looked_up((1,), "acc", seed=seed) == {"acc": 93.5}


@pytest.mark.parametrize("genome", [(0,), (1,)])
def test_a_noisy_answer_is_one_training_drawn_by_the_seed(genome):
    drawn = [looked_up(genome, "acc", seed=seed, noisy=True)["acc"] for seed in range(300)]
    again = [looked_up(genome, "acc", seed=seed, noisy=True)["acc"] for seed in range(300)]
    trainings = TABLE[(8, 16)[genome[0]]]["acc"]
    assert drawn == again
    assert set(drawn) == set(trainings)
    assert min(drawn.count(acc) for acc in trainings) > 0.7 * 300 / len(trainings)


@pytest.mark.parametrize("genome", [(0,), (1,)])
def test_a_noisy_answer_gives_all_metrics_of_the_same_training(genome):
    for seed in range(30):
        drawn = looked_up(genome, "acc", "loss", "flops", seed=seed, noisy=True)
        assert drawn["acc"] == pytest.approx(10 * drawn["loss"])
        assert drawn["flops"] == TABLE[(8, 16)[genome[0]]]["flops"]


def test_asking_for_more_does_not_change_the_draw():
    for seed in range(10):
        alone = looked_up((0,), "acc", seed=seed, noisy=True)
        together = looked_up((0,), "loss", "acc", seed=seed, noisy=True)
        assert alone["acc"] == together["acc"]


def test_only_what_is_wanted_and_there_is_answered_as_plain_numbers():
    answer = looked_up((1,), "flops", "acc", "latency")
    assert set(answer) == {"flops", "acc"}
    assert all(type(value) is float for value in answer.values())


def test_an_architecture_that_the_table_lacks_is_an_error():
    with pytest.raises(KeyError, match="24"):
        looked_up((2,), "acc")


class Curves(TabularProblem):
    """Networks of which the wide are better; after every one of nine epochs."""

    space = SearchSpace([Gene("width", tuple(range(1, 17))), Gene("flaw", (0, 5, 9))])
    metrics = (ACC, MACS, FPO)
    default_objectives = ("acc", "macs")
    epochs = tuple(range(1, 10))
    is_pure = True

    def lookup(self, architecture):
        return self.lookup_at(architecture, 9)

    def lookup_at(self, architecture, epochs):
        width = architecture["width"]
        final = [best - 40 / width - architecture["flaw"] for best in (90, 91)]
        acc = [value * epochs / 9 for value in final]
        return {"acc": acc, "macs": width, "fpo": 6.0 * width * epochs}


class Separate9(Curves):
    """The same, but each number of epochs was a training of its own."""

    epochs = (1, 3, 9)
    restarts = True


class Declared(Curves):
    """The same, in one attribute."""

    epochs = ()
    fidelities: ClassVar[Mapping[str, Any]] = {"epochs": tuple(range(1, 10))}


class DeclaredSeparate(Curves):
    """Trainings of their own, in one attribute."""

    epochs = ()
    fidelities: ClassVar[Mapping[str, Any]] = {"epochs": Separate((1, 3, 9))}


LADDER = rungs("epochs", 9, n=3, reduction=3)


def at(problem, rung, *wanted, seed=0):
    return problem.measure_at((3, 0), wanted, seed=seed, fidelity=rung)


@pytest.mark.parametrize(
    ("older", "declared"), [(Curves, Declared), (Separate9, DeclaredSeparate)]
)
def test_a_declaration_says_what_the_older_attributes_say(older, declared):
    assert tuple(declared().amounts("epochs")) == tuple(older().amounts("epochs"))
    assert declared().full_amount("epochs") == older().full_amount("epochs") == 9
    for rung in LADDER:
        assert at(declared(), rung, "acc", "fpo") == at(older(), rung, "acc", "fpo")


def test_what_is_not_declared_is_not_there():
    with pytest.raises(ValueError, match="Declared has no measurements with less subset"):
        Declared().full_amount("subset")


def test_there_may_be_less_of_something_else_than_epochs():
    class OfImages(Curves):
        epochs = ()
        fidelities: ClassVar[Mapping[str, Any]] = {"subset": Separate((1, 9))}

    problem = OfImages()
    small, whole = rungs("subset", 9, n=2, reduction=9, known=problem.amounts("subset"))
    assert at(problem, small, "acc", "fpo") == {"acc": pytest.approx(80.5 / 9), "fpo": 24.0}
    assert at(problem, whole, "fpo") == {"fpo": 216.0}


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"pixels": (1, 2)}, "are of pixels; expected one kind of epochs, subset, image-size"),
        ({"epochs": (1, 9), "subset": (1, 9)}, "are of epochs, subset; expected one kind of"),
        ({"epochs": (9, 1)}, r"are \[9, 1\]; expected positive whole numbers in rising order"),
        ({"epochs": Separate((3, 3))}, r"are \[3, 3\]; expected positive whole numbers"),
        ({"epochs": (0, 9)}, r"are \[0, 9\]; expected positive whole numbers"),
        ({"epochs": (1.5, 9)}, r"are \[1.5, 9\]; expected positive whole numbers"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(declared, message):
    class Wrong(Curves):
        fidelities: ClassVar[Mapping[str, Any]] = declared

    with pytest.raises(ValueError, match=f"^the fidelities of Wrong {message}"):
        Wrong().full_amount("epochs")


def test_a_declaration_that_nothing_looks_up_is_refused():
    class Empty(Table):
        fidelities: ClassVar[Mapping[str, Any]] = {"epochs": (1, 9)}

    message = "the fidelities of Empty are of no use without lookup_at, which Empty lacks"
    with pytest.raises(ValueError, match=message):
        Empty().full_amount("epochs")


def test_what_stood_after_some_epochs_is_looked_up_with_what_this_step_took():
    assert [at(Curves(), rung, "acc")["acc"] for rung in LADDER] == pytest.approx(
        [80.5 / 9, 80.5 / 3, 80.5]
    )
    assert [at(Curves(), rung, "fpo")["fpo"] for rung in LADDER] == [24.0, 48.0, 144.0]
    assert at(Curves(), LADDER[-1], "acc", "fpo") == {
        **Curves().measure((3, 0), ["acc"], seed=0),
        "fpo": 24.0 * 6,
    }


def test_a_training_of_its_own_takes_all_its_epochs():
    assert [at(Separate9(), rung, "fpo")["fpo"] for rung in LADDER] == [24.0, 72.0, 216.0]


def test_a_noisy_curve_is_that_of_one_training_at_all_its_epochs():
    noisy = Curves(Settings(options=(("noisy", "true"),)))
    for seed in range(10):
        shares = [at(noisy, rung, "acc", seed=seed)["acc"] / rung.amount for rung in LADDER]
        assert shares == pytest.approx(shares[:1] * 3)


def test_a_table_without_epochs_has_nothing_less_than_whole():
    with pytest.raises(ValueError, match="Table has no measurements with less epochs"):
        Table().full_amount("epochs")
    with pytest.raises(ValueError, match="Curves has no measurements with less subset"):
        Curves().full_amount("subset")
    assert (Curves().full_amount("epochs"), Table().amounts("epochs")) == (9, ())
    assert Curves().amounts("subset") == ()
    with pytest.raises(NotImplementedError):
        Table().lookup_at({"width": 8}, 1)


def test_what_the_table_knows_nothing_of_is_refused():
    message = "Separate9 knows nothing after 4 epochs, only after 1, 3, 9"
    with pytest.raises(ValueError, match=message):
        at(Separate9(), Fidelity("epochs", 4), "acc")


def test_a_search_in_rungs_goes_along_the_curves_of_a_table_and_finds_a_front():
    config = Config(fidelity="epochs", rungs=3, evaluations=24, pop_size=6, n_jobs=0)
    result = search(config, problem=Curves)
    labels = {record.fidelity for record in result.records}
    assert "" in labels
    assert labels - {""} <= {"epochs=1", "epochs=3"}
    assert labels - {""}, "nobody was left at a lower rung"
    assert result.front
    assert not any(record.fidelity for record in result.front)
    for record in result.records:
        width, epochs = record.genome[0] + 1, {"": 9}.get(record.fidelity)
        epochs = epochs or int(record.fidelity.removeprefix("epochs="))
        assert record.effort == 6.0 * width * epochs
