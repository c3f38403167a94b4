import argparse
import re
from typing import get_args

import pytest

from evonas.algorithms.registry import ALGORITHMS as MADE
from evonas.bench import standings
from evonas.bench.peers import PEERS as RUN
from evonas.commands.main import COMMANDS
from evonas.commands.parsers import BANDS, KINDS, MEASURES, NETWORKS, PEERS, PICTURES, SIZES
from evonas.config import SECTIONS
from evonas.networks.zoo import SHORT_NAMES
from evonas.plots.runs import Kind
from evonas.plots.style import SUFFIXES, Band, Size
from evonas.sections.search import ALGORITHMS


def test_the_names_that_are_known_early_are_those_that_work():
    assert tuple(MADE) == ALGORITHMS
    assert tuple(SHORT_NAMES) == NETWORKS
    assert tuple(RUN) == PEERS
    assert SUFFIXES == PICTURES
    assert get_args(Kind) == KINDS
    assert get_args(Band) == BANDS
    assert {*get_args(Size)} == {*SIZES}
    assert MEASURES == standings.MEASURES


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_is_explained_and_shows_its_default(name):
    for action in COMMANDS[name].make_parser()._actions:
        if not action.option_strings or action.nargs == 0:
            continue
        assert re.search(r"\(default: .+\)$", action.help), action.option_strings
        assert "None" not in action.help
        assert len(action.help.partition("(default")[0].split()) > 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_stands_in_help(name):
    parser = COMMANDS[name].make_parser()
    text = parser.format_help()
    assert all(flag in text for action in parser._actions for flag in action.option_strings)


def test_the_search_has_its_flags_in_groups():
    parser = COMMANDS["search"].make_parser()
    titles = [group.title for group in parser._action_groups if group._group_actions]
    assert titles == ["options", "run and files", *SECTIONS]


@pytest.mark.parametrize("name", COMMANDS)
def test_flags_are_not_abbreviated(name):
    parser = COMMANDS[name].make_parser()
    assert not parser.allow_abbrev
    assert isinstance(parser, argparse.ArgumentParser)
