import argparse
from dataclasses import dataclass

import pytest

from evonas.commands.arguments import Parser, add_words, option, real, shares, whole
from evonas.sections.words import word


@pytest.fixture
def parser():
    made = Parser("evonas cook", "Cook.")
    made.add_argument("meal")
    option(made, "--pot-size", "litres of the pot", default=2, kind=whole)
    option(made, "--salt", "share of salt", shown="none", kind=real, is_repeated=True)
    return made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("soup --potsize 3", "unknown flag --potsize (did you mean '--pot-size'?)"),
        ("--potsize=3", "unknown flag --potsize (did you mean '--pot-size'?)"),
        ("soup --pot-si 3", "unknown flag --pot-si (did you mean '--pot-size'?)"),
        ("soup --zzz", "unknown flag --zzz"),
        ("soup cake", "unexpected argument 'cake'"),
        ("", "the following arguments are required: meal"),
        ("soup --pot-size", "argument --pot-size: expected one argument"),
        ("soup --pot-size big", "argument --pot-size: 'big' is no whole number"),
        ("soup --pot-size 2.5", "argument --pot-size: '2.5' is no whole number"),
        ("soup --salt much", "argument --salt: 'much' is no number"),
    ],
)
def test_a_wrong_argument_is_said_in_one_line_with_the_way_out(parser, words, said, capsys):
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(words.split())
    assert capsys.readouterr() == ("", f"evonas: {said}; see evonas cook --help\n")


def test_what_follows_two_dashes_is_no_flag(parser):
    assert parser.parse_args(["--", "--soup"]).meal == "--soup"


def test_values_are_read_and_defaults_hold(parser):
    given = parser.parse_args(["soup", "--salt", "1e-3", "--salt=2"])
    assert (given.pot_size, given.salt) == (2, [0.001, 2.0])


def test_without_arguments_those_of_the_process_are_read(parser, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["evonas", "soup"])
    assert parser.parse_args().meal == "soup"
    monkeypatch.setattr("sys.argv", ["evonas", "soup", "--pots"])
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args()
    assert "unknown flag --pots" in capsys.readouterr().err


def test_help_shows_defaults_and_what_may_be_repeated(parser):
    text = " ".join(parser.format_help().split())
    assert "--pot-size N litres of the pot (default: 2)" in text
    assert "--salt X share of salt; repeatable (default: none)" in text


@pytest.mark.parametrize("text", ["", "0", "0.5,2", "half"])
def test_shares_are_between_nothing_and_the_whole(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"shares such as 0\.1,0\.5,1"):
        shares(text)
    assert shares("1,0.5,1") == (0.5, 1.0)


def test_a_section_gives_a_flag_for_each_word():
    @dataclass(frozen=True)
    class Kitchen:
        """What is cooked.

        Attributes:
            pot_size: Litres of ``pots``, 100 % of them.
            stove: What heats.
            is_hot: Whether it is hot.
        """

        pot_size: int | None = word(None, shown="any")
        stove: str = word("gas")
        is_hot: bool = word(False, shown="no")

    made = Parser("evonas cook", "Cook.", only_given=True)
    add_words(made, Kitchen, leave_out={"stove"})
    assert vars(made.parse_args(["--pot-size", "3"])) == {"pot_size": 3}
    assert vars(made.parse_args([])) == {}
    assert vars(made.parse_args(["--is-hot"])) == {"is_hot": True}
    assert "litres of pots, 100 % of them (default: any)" in " ".join(
        made.format_help().split()
    )
    assert "--stove" not in made.format_help()
