import re

import numpy as np
import pytest
import toy
from matrix import slow_but

from evonas import Config, search
from evonas.config import SURROGATES
from evonas.evaluation.oracle import Prediction
from evonas.objectives import Constraint, Goals, Objective
from evonas.record import Record
from evonas.reports.summary import summary
from evonas.surrogates.screen import Screen
from evonas.surrogates.surrogate import Forecast

MODELS = [kind for kind in SURROGATES if kind != "none"]


def run(problem="synthetic", *, folder=None, resume=False, **settings):
    defaults = {"evaluations": 60, "n_jobs": 0, "screen": "gp"}
    name = problem if problem == "synthetic" else toy.reference(problem)
    merged = {**defaults, **settings}
    return search(Config(problem=name, **merged), folder=folder, resume=resume)


def asked(result):
    return [record.genome for record in result.records]


LOSS, FLOPS = Objective("loss", "", "loss", +1), Objective("flops", "", "flops", +1)


class Told:
    """An oracle, a surrogate and a problem at once, which say what they were told to.

    Args:
        known: Loss and FLOPs of what was measured, once or many times.
        asked: Expected loss, its standard deviation, and FLOPs of what is asked for.
        noise: Of the loss.
        times: How often each of the known ones was measured.
    """

    def __init__(self, known, asked, *, noise=0.0, times=20):
        rows = [row for row in known for _ in range(times)]
        self.table = {(i,): (loss, 0.0, flops) for i, (loss, flops) in enumerate(rows)}
        self.records = {
            (i,): Record((i,), {"loss": loss, "flops": flops}, 1.0)
            for i, (loss, flops) in enumerate(rows)
        }
        self.new = [(1000 + i,) for i in range(len(asked))]
        self.table.update(zip(self.new, asked, strict=True))
        self.noise = np.array([noise, 0.0])
        self.problem, self.left_out, self.measured = self, set(), []

    def canonical(self, genome):
        return genome

    def __call__(self, genomes):
        self.measured += genomes
        return [Record(genome, {"loss": 0.0}, 1.0) for genome in genomes]

    def learn(self, records):
        return len(records) > 0

    def forecast(self, genomes):
        rows = np.array([self.table[genome] for genome in genomes], dtype=float)
        std = np.column_stack([rows[:, 1], np.zeros(len(rows))])
        return Forecast(rows[:, [0, 2]], std, np.empty((len(rows), 0)), np.ones(len(rows)))

    def expected_metrics(self, genomes):
        return [dict(zip(("loss", "flops"), self.table[g][::2], strict=True)) for g in genomes]


def let_pass(known, *asked, constraints=(), **told):
    """Whether each of what is asked for is measured."""
    oracle = Told(known, asked, **told)
    Screen(oracle, Goals((LOSS, FLOPS), constraints, {}), oracle)(oracle.new)
    assert oracle.left_out == set(oracle.new) - set(oracle.measured)
    return [genome in oracle.measured for genome in oracle.new]


ONE = [(1.0, 10.0)]  # loss and FLOPs


def test_what_is_cheaper_than_all_that_is_known_is_measured_however_bad_it_may_be():
    assert let_pass(ONE, (50.0, 0.1, 9.9), (50.0, 0.0, 9.9), (50.0, 0.1, 10.1)) == [
        *(True, True, False)
    ]


def test_two_standard_deviations_are_doubted_and_no_more():
    known = [(1.0, 10.0), (0.0, 20.0)]
    assert let_pass(known, (3.0, 1.01, 15.0), (3.0, 0.99, 15.0)) == [True, False]


@pytest.mark.parametrize(("noise", "is_measured"), [(0.1, True), (0.0, False)])
def test_of_what_is_unsure_no_more_is_hoped_than_the_best_seen_and_the_noise(
    noise, is_measured
):
    assert let_pass(ONE, (5.0, 100.0, 11.0), noise=noise) == [is_measured]


def test_what_is_sure_to_be_better_is_measured_without_any_noise():
    assert let_pass(ONE, (0.9, 0.0, 11.0)) == [True]


def test_what_equals_a_known_one_could_reach_the_front():
    assert let_pass(ONE, (1.0, 0.0, 10.0)) == [True]


def test_what_breaks_a_constraint_excludes_nothing():
    bad = (5.0, 0.1, 11.0)
    assert let_pass([*ONE, (9.0, 30.0)], bad, constraints=()) == [False]
    assert let_pass(
        [*ONE, (9.0, 30.0)], bad, constraints=(Constraint("flops", ">=", 20.0),)
    ) == [True]
    assert let_pass(ONE, bad, constraints=(Constraint("flops", ">=", 20.0),)) == [True]


@pytest.mark.parametrize(("n_known", "is_measured"), [(19, True), (20, False)])
def test_nothing_is_left_out_before_twenty_are_known(n_known, is_measured):
    assert let_pass(ONE, (5.0, 0.1, 11.0), times=n_known) == [is_measured]


def test_answers_come_in_the_order_of_asking_with_predictions_among_them():
    oracle = Told(ONE, [(5.0, 0.1, 11.0), (0.5, 0.1, 5.0)])
    bad, good = oracle.new
    asked = [good, bad, (0,), bad]
    answers = Screen(oracle, Goals((LOSS, FLOPS), (), {}), oracle)(asked)
    assert [answer.genome for answer in answers] == asked
    predicted = Prediction(bad, {"loss": 5.0, "flops": 11.0})
    assert answers[1] == answers[3] == predicted
    assert oracle.measured == [good, (0,)]


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


def test_a_search_begins_as_it_would_without_a_screen():
    free, screened = run(screen="none", evaluations=25), run(evaluations=25)
    assert asked(screened)[:20] == asked(free)[:20]


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
