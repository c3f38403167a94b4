from argparse import Namespace

import pytest

from evonas.commands.explain_arguments import explain_parser
from evonas.commands.member_checks import check_member, is_picking, way_of


def test_without_a_way_the_knee_is_picked():
    assert way_of(Namespace(knee=False, weights=None, best=None, near=None)) == "knee"
    assert way_of(Namespace(knee=False, weights=None, best="acc", near=None)) == "best"


def test_nothing_is_picked_unless_it_is_said():
    assert not is_picking(explain_parser().parse_args(["run"]))


@pytest.mark.parametrize(
    "words", [["--knee"], ["--best", "acc"], ["--where", "acc>=1"], ["--near", "1,2"]]
)
def test_a_way_to_pick_or_a_constraint_picks(words):
    assert is_picking(explain_parser().parse_args(["run", *words]))


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["--where", "acc"], ValueError, "cannot read the constraint 'acc'"),
        (["--genome", "one"], ValueError, "cannot read the genome 'one'"),
        (["--genome", "bcdfgh"], FileNotFoundError, "no run at none"),
    ],
)
def test_what_names_no_member_is_refused(words, error, message):
    with pytest.raises(error, match=message):
        check_member(explain_parser().parse_args(["none", *words]))
