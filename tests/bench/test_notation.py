import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.bench.notation import Entry, check_distinct, values_in_turn


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("gp+moead", "gp+moead", []),
        ("gp+moead:batch=4:first=16", "gp+moead", [("batch", "4"), ("first", "16")]),
        ("own.py:Mine:noisy=true", "own.py:Mine", [("noisy", "true")]),
        ("package.module:Mine", "package.module:Mine", []),
        (
            "own.py:Mine:objectives=own.py:gain,macs",
            "own.py:Mine",
            [("objectives", "own.py:gain,macs")],
        ),
        (
            "gp:pop-size=10:mutation=m.n:Name",
            "gp",
            [("pop-size", "10"), ("mutation", "m.n:Name")],
        ),
    ],
)
def test_words_begin_at_a_colon_before_an_equals_sign(text, name, words):
    assert Entry.of(text) == Entry(name, tuple(words))


names = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
values = st.from_regex(r"[a-z0-9.,+]{1,8}", fullmatch=True)


@given(names, st.dictionaries(names, values, max_size=4))
def test_what_is_written_is_read(name, words):
    text = ":".join([name, *(f"{word}={value}" for word, value in words.items())])
    assert Entry.of(text) == Entry(name, tuple(words.items()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' names nothing; expected NAME, or NAME:word=value"),
        ("gp:batch=", "batch has no value in 'gp:batch='"),
        ("gp:batch=1:batch=2", "batch is given twice in 'gp:batch=1:batch=2'"),
    ],
)
def test_what_cannot_be_read_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Entry.of(text)


def test_a_range_stands_for_its_numbers_and_anything_else_for_itself():
    assert values_in_turn("8..11") == ("8", "9", "10", "11")
    assert values_in_turn("5") == ("5",)
    assert values_in_turn("3..1") == ("3..1",)
    assert values_in_turn("cifar10") == ("cifar10",)


def test_what_cannot_be_told_apart_is_refused():
    check_distinct("methods", ["a", "b"])
    with pytest.raises(ValueError, match=r"two methods are called a$"):
        check_distinct("methods", ["a", "b", "a"])
    message = "two problems are called b; give one a name of its own, as :label=NAME"
    with pytest.raises(ValueError, match=message):
        check_distinct("problems", ["b", "b"])
