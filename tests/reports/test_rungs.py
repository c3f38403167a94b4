from dataclasses import replace

import toy

from evonas import Config, search
from evonas.reports.rungs import rung_lines


def found(problem, **settings):
    shared = {"evaluations": 24, "pop_size": 12, "n_jobs": 0, "objectives": ("acc", "flops")}
    return search(
        Config(problem=toy.reference(problem), fidelity="epochs", **{**shared, **settings})
    )


def test_what_was_chosen_is_told_and_how_far_it_agrees():
    result = found("Schooled")
    chosen, account = rung_lines(result)
    assert chosen.startswith("Rungs, of 1, 2, 3, 4, 6 epochs tried on 10 architectures: 1 (")
    assert f"had for {result.rung_choice.takes:.2f} of a whole training." in chosen
    assert account.startswith("Of acc: 24 with epochs=1 (")
    assert account.endswith(" whole.")
    assert "epochs=2" not in account


def test_that_nothing_was_chosen_is_told():
    (line,) = rung_lines(found("Fickle"))
    assert line.startswith(
        "No rungs: of 1, 2, 3, 4, 6 epochs tried on 10 architectures, none saves enough (pairs"
    )


def test_that_there_were_too_few_is_told():
    (line,) = rung_lines(found("Schooled", evaluations=4, pop_size=4))
    assert line == (
        "No rungs: too few architectures went through 1, 2, 3, 4, 6 epochs to choose any."
    )


def test_rungs_that_were_told_are_accounted_for_alone():
    result = found("Schooled", rungs=3)
    assert len(rung_lines(result)) == 1
    assert rung_lines(replace(result, rungs=())) == []
