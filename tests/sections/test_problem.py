import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.config import Config
from evonas.sections.problem import ProblemSection

names = st.from_regex(r"[a-z_]+", fullmatch=True)
values = st.from_regex(r"[a-z0-9=.]+", fullmatch=True)


@settings(max_examples=30)
@given(st.lists(st.tuples(names, values), max_size=4))
def test_options_are_read_in_their_order_and_parted_at_the_first_equals_sign(pairs):
    section = ProblemSection(option=[f"{name} = {value}" for name, value in pairs])
    assert section.options == tuple(pairs)


def test_options_are_kept_as_they_were_written_and_cannot_change():
    written = ["noisy=true"]
    section = ProblemSection(option=written)
    written.append("noisy=false")
    assert section.option == ("noisy=true",)
    assert hash(section) == hash(ProblemSection(option=("noisy=true",)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"data_seed": -1}, r"^data_seed must be at least 0, got -1$"),
        ({"option": "noisy=true"}, r"^option is the text 'noisy=true'; expected a list of te"),
        ({"option": ["noisy"]}, r"^cannot read the option 'noisy'; expected one like 'noisy="),
        ({"option": ["a=1", "=2"]}, r"^cannot read the option '=2'; expected one like"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        ProblemSection(**words)


def test_unknown_operators_are_refused_only_where_that_is_wanted():
    assert not Config().settings.strict_flops
    assert Config.from_dict({"problem": {"strict_flops": True}}).settings.strict_flops
    with pytest.raises(ValueError, match="setting strict_flops is 'yes'; expected true or f"):
        Config.from_dict({"strict_flops": "yes"})


def test_exits_reach_the_problem_and_are_two_at_least():
    assert Config(exits=3).settings.exits == 3
    assert Config().settings.exits is None
    with pytest.raises(ValueError, match=r"^exits must be at least 2, got 1$"):
        ProblemSection(exits=1)


def test_a_class_in_the_place_of_a_name_is_refused():
    with pytest.raises(ValueError, match=r"^problem is <class 'int'>; expected a text$"):
        ProblemSection(problem=int)
