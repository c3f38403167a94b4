import re

import numpy as np
import pytest
import toy
from matrix import slow_but

from evonas import Config, search
from evonas.config import SURROGATES
from evonas.reports.summary import summary

MODELS = [kind for kind in SURROGATES if kind != "none"]


def run(problem="synthetic", *, folder=None, resume=False, **settings):
    defaults = {"evaluations": 60, "n_jobs": 0, "screen": "gp"}
    name = problem if problem == "synthetic" else toy.reference(problem)
    merged = {**defaults, **settings}
    return search(Config(problem=name, **merged), folder=folder, resume=resume)


def asked(result):
    return [record.genome for record in result.records]


@pytest.mark.parametrize("kind", slow_but(["gp"], MODELS))
def test_what_is_left_out_is_neither_kept_nor_counted(kind):
    result = run(screen=kind, evaluations=40)
    assert len(result.records) == 40
    assert result.n_left_out > 0
    assert all(record.fidelity == "" for record in result.records)
    said = rf"40 architectures measured\. {result.n_left_out} more were not: even at their best"
    assert re.search(said, summary(result))


@pytest.mark.slow
def test_fewer_trainings_lead_further():
    def reached(screen):
        found = [run(seed=seed, screen=screen, evaluations=90) for seed in range(3)]
        return np.median([result.generations[-1].hypervolume for result in found])

    assert reached("gp") > reached("none")


def test_little_of_the_front_is_left_out():
    """What a search without a screen finds, a screen that learns from it lets pass."""
    free = run(screen="none", evaluations=40)
    screened = run(evaluations=40)
    first = asked(free)[:20]
    assert asked(screened)[:20] == first  # nothing is left out before anything is known


@pytest.mark.parametrize("fidelity", slow_but(["epochs"], [None, "epochs"]))
def test_a_resumed_search_ends_as_a_whole_one(fidelity, tmp_path):
    whole = run(evaluations=45, fidelity=fidelity)
    run(evaluations=32, fidelity=fidelity, folder=tmp_path / "run")
    resumed = run(evaluations=45, fidelity=fidelity, folder=tmp_path / "run", resume=True)
    assert asked(resumed) == asked(whole)
    assert resumed.n_left_out == whole.n_left_out


@pytest.mark.parametrize("constraint", ["acc>=60", "flops<=1e6"])
def test_constraints_and_failures_do_no_harm(constraint):
    result = run("Bowl", constraint=(constraint,), evaluations=40)
    assert result.front
    assert len(run("Flaky", evaluations=40).records) == 40


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"screen": "svm"}, "unknown screen 'svm'; choose from none, gp, forest, auto"),
        ({"surrogate": "gp"}, "a surrogate chooses what it measures, and needs no screen"),
        ({"objectives": ("macs",)}, "nothing of macs takes a training, so there is nothing"),
    ],
)
def test_what_does_not_do_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        run(**settings)


def test_a_plain_problem_takes_no_screen():
    with pytest.raises(
        ValueError, match="a plain pymoo problem does not say what of it is cheap"
    ):
        run("Integers", evaluations=30)
