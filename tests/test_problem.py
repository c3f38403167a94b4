import numpy as np
import pytest

from evonas.objectives import ACC, FLOPS
from evonas.problem import Measurement, Problem, Settings, TabularProblem
from evonas.space import Gene, SearchSpace


class Toy(Problem):
    """Two genes that do not care for their order."""

    space = SearchSpace(
        [Gene("a", (10, 20)), Gene("b", (10, 20))], fold=lambda genome: tuple(sorted(genome))
    )
    objectives = (FLOPS,)
    options = {"noisy": False, "size": 5, "rate": 0.5, "word": "plain"}  # noqa: RUF012

    def measure(self, genome, wanted, *, seed):
        return {"flops": float(sum(genome))}


def options_told(*pairs: tuple[str, str]) -> dict:
    return Toy(Settings(options=pairs)).option


def test_options_have_their_defaults_where_nothing_is_told():
    assert Toy().option == {"noisy": False, "size": 5, "rate": 0.5, "word": "plain"}
    assert Toy().option is not Toy.options


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("noisy", "true", True),
        ("noisy", "YES", True),
        ("noisy", "1", True),
        ("noisy", "False", False),
        ("noisy", "no", False),
        ("noisy", "0", False),
        ("size", "7", 7),
        ("rate", "1e-3", 0.001),
        ("rate", "2", 2.0),
        ("word", "7", "7"),
    ],
)
def test_an_option_is_read_as_the_type_of_its_default(name, text, value):
    told = options_told((name, text))[name]
    assert told == value
    assert type(told) is type(value)


def test_of_an_option_that_is_told_twice_the_last_word_counts():
    assert options_told(("size", "7"), ("size", "8"))["size"] == 8


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("noisy", "maybe", "option 'noisy' is 'maybe'; expected true or false"),
        ("size", "7.5", "option 'size' is '7.5'; expected int"),
        ("rate", "fast", "option 'rate' is 'fast'; expected float"),
        ("nosy", "1", "Toy has no option 'nosy'; its options: noisy, size, rate, word"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused(name, text, message):
    with pytest.raises(ValueError, match=message):
        options_told((name, text))


def test_a_problem_without_options_says_so():
    class Plain(Toy):
        options = {}  # noqa: RUF012

    with pytest.raises(ValueError, match="Plain has no option 'x'; its options: it has none"):
        Plain(Settings(options=(("x", "1"),)))


def test_a_problem_asks_its_space_who_stands_for_whom():
    assert Toy().canonical((1, 0)) == (0, 1)
    assert Toy().decode((1, 0)) == {"a": 20, "b": 10}


def test_a_problem_without_measure_cannot_be_made():
    class Half(Problem):
        """Lacks its one method."""

    with pytest.raises(TypeError, match="measure"):
        Half()


def test_by_default_there_is_nothing_to_prepare_and_the_metrics_are_described():
    Toy().prepare()
    told = {"name": "flops", "unit": "FLOP", "label": "FLOPs of one input", "sign": 1}
    told.update(best=0.0, worst=None, when="trained")
    assert Toy().describe() == {"metrics": [told]}


def test_settings_leave_everything_to_the_problem():
    settings = Toy().settings
    assert settings == Settings()
    assert (settings.data, settings.epochs, settings.augment) == (None, None, None)
    assert (settings.device, settings.data_seed) == ("auto", 0)


def test_settings_can_be_a_cache_key():
    cache = {Settings(options=(("a", "1"),)): "one", Settings(epochs=1): "two"}
    assert cache[Settings(options=(("a", "1"),))] == "one"
    assert cache[Settings(epochs=1)] == "two"
    assert Settings() not in cache


def test_a_measurement_need_not_have_a_curve():
    assert Measurement({"acc": 1.0}).curve == ()


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


def test_a_problem_has_neither_texts_of_the_field_nor_cells_unless_it_says_so():
    assert Toy().spell({"a": 1}) == ""
    assert Toy().cells({"a": 1}) == {}


def test_exits_are_refused_where_there_are_no_chains():
    told = r"^exits go on networks that are chains of parts, .*; Table has none$"
    with pytest.raises(ValueError, match=told):
        Table(Settings(exits=3))


class Knowing(Toy):
    """Knows two of its architectures by name."""

    known = {"slim": {"a": 10, "b": 10}, "skewed": {"a": 10, "b": 20}}  # noqa: RUF012


def test_a_problem_reads_the_names_of_the_architectures_that_it_knows():
    assert Knowing().parse("skewed") == {"a": 10, "b": 20}


@pytest.mark.parametrize(
    ("problem", "text", "message"),
    [
        (
            Toy,
            "a|b",
            r"cannot read the architecture 'a\|b'; expected a file that ends in",
        ),
        (
            Knowing,
            "skewd",
            r"'skewd' \(did you mean 'skewed'\?\); expected a known one \(slim, skewed\), a f",
        ),
    ],
)
def test_of_another_text_it_says_what_it_can_read(problem, text, message):
    with pytest.raises(ValueError, match=message):
        problem().parse(text)
