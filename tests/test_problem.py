import pytest

from evonas.cell import Cell, Edge
from evonas.objectives import FLOPS
from evonas.problem import Measurement, Problem, Settings
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


def test_exits_are_refused_where_there_are_no_chains():
    told = r"^exits go on networks that are chains of parts, .*; Toy has none$"
    with pytest.raises(ValueError, match=told):
        Toy(Settings(exits=3))


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


class Known(Toy):
    """Whose front is known by construction."""

    def true_front(self):
        return [(0, 0)]


class KnownByDefault(Known):
    """What is searched by default has a front that is known."""

    options = {"noisy": False}  # noqa: RUF012
    default_objectives = ("flops",)


@pytest.mark.parametrize("problem", [Known(), KnownByDefault()])
def test_a_front_that_is_known_is_that_of_the_default_objectives(problem):
    assert problem.true_front_of(["flops"]) == [(0, 0)]
    assert problem.true_front_of(["flops", "params"]) == ()
    assert Toy().true_front_of(["flops"]) == ()


class OfCells(Toy):
    """A toy whose networks repeat a cell."""

    def cells(self, architecture):
        wide = Edge("in", "out", "conv")
        return {"cell": Cell(("in", "out"), (wide,) * (architecture["a"] // 10))}


def test_what_a_model_should_see_is_by_default_what_paths_through_cells_have_in_common():
    assert Toy().traits((0, 1)) == {}
    assert OfCells().traits((1, 1)) == {
        "cell: paths": 2.0,
        "cell: fewest on a path": 1.0,
        "cell: most on a path": 1.0,
        "cell: most conv on a path": 1.0,
        "cell: conv on all paths": 2.0,
    }
