from dataclasses import dataclass, fields

import pytest

from evonas.config import SECTIONS, Config
from evonas.sections.words import settle, texts, word


@dataclass(frozen=True, kw_only=True)
class Kitchen:
    """What is cooked.

    Attributes:
        pots: How many pots
            there are.
        litres: Size of a ``pot``.

    Raises:
        ValueError: Never.
    """

    pots: int = word(2, least=1)
    litres: float | None = word(None, shown="any", unit="litres")
    stove: str = word("gas", offered=("gas", "wood"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pots": 0}, "pots must be at least 1, got 0"),
        ({"litres": 0}, "litres must be a positive number of litres, got 0"),
        ({"litres": float("inf")}, "litres must be a positive number of litres, got inf"),
        ({"stove": "coal"}, "unknown stove 'coal'; choose from gas, wood"),
    ],
)
def test_a_value_that_a_word_does_not_allow_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        settle(Kitchen(**values))


def test_a_text_is_what_the_docstring_says_of_the_word():
    assert texts(Kitchen) == {
        "pots": "How many pots there are.",
        "litres": "Size of a ``pot``.",
    }


def test_without_docstrings_there_are_no_texts(monkeypatch):
    monkeypatch.setattr(Kitchen, "__doc__", None)
    assert texts(Kitchen) == {}


@pytest.mark.parametrize("name", SECTIONS)
def test_every_word_of_a_section_is_explained_and_shows_its_default(name):
    section = SECTIONS[name]
    assert list(texts(section)) == [field.name for field in fields(section)]
    for text in texts(section).values():
        assert text.endswith(".")
        assert len(text.split()) > 4
    for field in fields(section):
        shown = field.metadata["shown"]
        assert shown not in ("", "None", "()", "<class 'dict'>"), field.name


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_stands_alone(name):
    assert SECTIONS[name]() == Config().section(SECTIONS[name])


def test_no_word_stands_in_two_sections():
    words = [field.name for section in SECTIONS.values() for field in fields(section)]
    assert len(set(words)) == len(words)
    assert [field.name for field in fields(Config)] == words
