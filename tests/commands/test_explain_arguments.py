import pytest

from evonas.commands.explain_arguments import (
    LEAST_SAMPLES,
    check_explain,
    explain_parser,
)
from evonas.reports.drivers import TOP
from evonas.reports.explained import LEAST_SAMPLES as TAKEN
from evonas.reports.explained import N_SAMPLES


def checked(*words):
    check_explain(explain_parser().parse_args(["none", *words]))


def test_defaults_are_those_of_the_function():
    given = explain_parser().parse_args(["run"])
    assert (given.samples, given.seed) == (N_SAMPLES, 0)
    assert LEAST_SAMPLES == TAKEN
    assert given.top == TOP


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "none"),
        (["--out", "a.gif"], r"cannot write a\.gif; its suffix must be one of"),
        (["--out", "none/a.png"], r"no directory for none/a\.png"),
        (["--top", "0"], "--top must be at least 1, got 0"),
        (["--samples", "7"], "--samples must be at least 8, got 7"),
        (["--seed", "-1"], "--seed must be at least 0, got -1"),
        (["--genome", "bcdfgh", "--knee"], "--genome and ways to pick exclude each other"),
        (["--knee", "--best", "acc"], "--knee and --best exclude each other"),
        (["--knee", "--out", "a.png"], "--out is for what drives the whole run"),
        (["--genome", "bcdfgh", "--objective", "acc"], "--objective is for what drives"),
        (["--where", "acc"], "cannot read the constraint 'acc'"),
        (["--genome", "one"], "cannot read the genome 'one'"),
    ],
)
def test_what_cannot_be_is_refused_early(words, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        checked(*words)
