import csv
import shutil
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import slow_but

from evonas.algorithms.registry import ALGORITHMS
from evonas.config import SURROGATES, Config
from evonas.engine.plan import SearchPlan
from evonas.engine.search import search
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.objectives import Objective
from evonas.plugins.loading import ProblemSpec
from evonas.reliability import Predictions
from evonas.sections.surrogate import SCALES
from evonas.surrogates.search import N_JUDGED, SurrogateSearch
from evonas.warm_start import Prior

MODELS = [kind for kind in SURROGATES if kind != "none"]
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in divide")


def config(problem="Bowl", **given):
    base = {"n_jobs": 0, "surrogate": "gp", "proposals": 100, "evaluations": 36}
    known = problem in ("synthetic",)
    return Config(problem=problem if known else toy.reference(problem), **{**base, **given})


def asked(result):
    return [record.genome for record in result.records]


@cache
def found(problem="Bowl", kind="gp"):
    """A search that several tests look at."""
    return search(config(problem, surrogate=kind))


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_measures_what_the_budget_pays_for_and_nothing_twice(kind):
    result = found(kind=kind)
    assert len(set(asked(result))) == len(asked(result)) == 36
    assert result.stopped == "the budget of 36 architectures is spent"
    assert result.reliability.n == 36 - 8  # all but the first design
    assert result.reliability.model in ("gp", "forest")


@pytest.mark.parametrize("kind", slow_but(("gp",), MODELS))
def test_equal_searches_measure_the_same(kind):
    assert asked(search(config(surrogate=kind))) == asked(found(kind=kind))


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
@pytest.mark.parametrize("problem", slow_but(["Bowl"], ["Bowl", "Laborious"]))
def test_the_number_of_workers_makes_no_difference(problem, n_jobs):
    assert asked(search(config(problem, n_jobs=n_jobs))) == asked(found(problem))


@pytest.mark.parametrize("algorithm", slow_but(("nsga2", "moead"), sorted(ALGORITHMS)))
@pytest.mark.parametrize(
    "constraint", slow_but([("acc>=40", "params<=40000")], [(), ("acc>=40", "params<=40000")])
)
def test_every_algorithm_evolves_on_predictions(algorithm, constraint):
    result = search(config(algorithm=algorithm, constraint=constraint, evaluations=18))
    assert len(set(asked(result))) == 18
    assert len(result.front) > 1


@pytest.mark.parametrize("factory", [toy.plain_nsga2, toy.sized])
def test_so_does_one_of_pymoo_or_of_the_user(factory):
    algorithm = toy.reference(factory.__name__)
    operators = {}
    if factory is toy.plain_nsga2:  # whose own operators do not keep genes integer
        algorithm = "pymoo.algorithms.moo.nsga2:NSGA2"
    assert len(search(config(algorithm=algorithm, evaluations=20, **operators)).records) == 20


def test_an_algorithm_that_knows_no_constraints_is_refused_before_anything_is_measured():
    wanted = config(
        algorithm=toy.reference("plain_moead"),
        objectives=("acc", "flops"),
        constraint=("flops<=1e6",),
    )
    with pytest.raises(ValueError, match="plain_moead does not suit this problem: "):
        search(wanted, on_record=pytest.fail)


def test_the_first_design_holds_the_cheapest_and_the_dearest_architecture():
    result = search(config(evaluations=12))
    flops = [record.metrics["flops"] for record in result.records]
    everything = [
        toy.Bowl().measure(genome, ["flops"], seed=0)["flops"]
        for genome in np.ndindex(*toy.Bowl.space.sizes)
    ]
    assert (min(flops), max(flops)) == (min(everything), max(everything))


@pytest.mark.parametrize(
    ("words", "n_first", "n_taken"),
    [
        ({}, 8, 6),
        ({"batch": 2}, 8, 6),
        ({"batch": 12}, 12, 9),
        ({"first": 5}, 5, 4),
        ({"first": 16, "batch": 4}, 16, 12),
    ],
)
def test_a_prior_takes_three_quarters_of_the_first_batch_and_the_rest_fills_the_space(
    words, n_first, n_taken
):
    every = [genome for genome in np.ndindex(*toy.Bowl.space.sizes) if genome[0] == 1]
    rows = tuple(tuple(toy.Bowl.space.decode(genome).values()) for genome in every[7:47])
    prior = Prior(toy.Bowl.space.names, rows, {}, len(rows))
    wanted = config(evaluations=n_first, **words, warm_start=prior.as_dict())
    measured = asked(search(wanted))
    assert len(measured) == n_first
    assert measured[:n_taken] == every[7 : 7 + n_taken]
    alone = asked(search(config(evaluations=n_first, **words)))
    fills = [genome for genome in alone if genome not in measured[:n_taken]]
    assert measured[n_taken:] == fills[: n_first - n_taken]


def test_a_design_without_a_prior_or_that_a_short_one_leaves_open_is_as_large():
    row = tuple(toy.Bowl.space.decode((1, 2, 2, 0)).values())
    prior = Prior(toy.Bowl.space.names, (row,), {}, 1)
    alone = asked(search(config(evaluations=8)))
    beside = asked(search(config(evaluations=8, warm_start=prior.as_dict())))
    assert beside[0] == (1, 2, 2, 0)
    assert beside[1:] == [genome for genome in alone if genome != (1, 2, 2, 0)][:7]


def aspiring(*levels, batch=1):
    """A strategy that aspires to levels of flops and params, which are counted."""
    settings = config(
        batch=batch, aspire=[f"acc=50,flops={f},params={p}" for f, p in levels], proposals=50
    )
    plan = SearchPlan(settings, ProblemSpec(settings.problem, settings.settings))
    strategy = SurrogateSearch(settings, Evaluator(plan.order), plan.goals)
    strategy._surrogate.learn(Evaluator(plan.order)([(0, 0, 0, 0), (1, 4, 4, 1)]))
    return strategy


@pytest.mark.parametrize("known", [np.empty((0, 3)), np.array([[1.0, 0.0, 5.0]] * 2)])
def test_where_nothing_spans_a_range_excesses_over_a_level_count_as_they_are(known):
    strategy = aspiring((1e6, 1e4))
    level = strategy._levels()[0]
    excess = np.array([[0.3, 0, 0], [-9, 0.1, -9], [0, 0, 0.2], [0.4, 0.4, 0.4], [-1, -2, -1]])
    # The largest of each: 0.3, 0.1, 0.2, 0.4, -1; of which a batch of 1 looks at 4.
    assert strategy._near_aspirations(level + excess, known).tolist() == [4, 1, 2, 0]


def test_excesses_count_in_shares_of_the_known_range_and_the_nearest_level_counts():
    strategy = aspiring((1e6, 1e4))
    level = strategy._levels()[0]
    known = np.array([[0.0, 0.0, 0.0], [10.0, 1.0, 0.1]])
    excess = np.array([[1.0, 0, 0], [0, 0.2, 0], [0, 0, 0.05], [9, 0.9, 0.09], [4, -1, -1]])
    # In shares 0.1, 0.2, 0.5, 0.9, 0.4.
    assert strategy._near_aspirations(level + excess, known).tolist() == [0, 1, 4, 2]
    both = aspiring((1e6, 1e4), (1e7, 1e5))
    levels = both._levels()
    means = np.array([levels[0] + 3, levels[1] + 0.1, levels[0] + 0.2, levels[0] - 1])
    near = both._near_aspirations(means, np.empty((0, 3))).tolist()
    assert near[0] == 3
    assert set(near[1:3]) == {1, 2}


def test_without_levels_every_row_stays():
    strategy = aspiring()
    assert strategy._near_aspirations(np.zeros((9, 3)), np.empty((0, 3))).tolist() == [
        *range(9)
    ]


def test_what_is_drawn_where_nothing_can_be_learnt_comes_from_the_whole_space():
    wanted = config("Hopeless", evaluations=None, generations=99, batch=40, max_failures=1.0)
    result = search(wanted)
    assert len(set(asked(result))) == toy.Bowl.n_distinct
    assert result.stopped == "there is nothing left that was not measured"


@pytest.mark.parametrize("n_seeds", slow_but([1], [1, 3]))
def test_it_finds_more_than_the_same_algorithm_alone(n_seeds):
    volumes_by_kind = {"gp": [], "none": []}
    for seed in range(n_seeds):
        for kind, volumes in volumes_by_kind.items():
            own = {"proposals": None, "pop_size": 12} if kind == "none" else {}
            result = search(config("synthetic", surrogate=kind, seed=seed, **own))
            volumes.append(result.generations[-1].hypervolume)
    assert min(volumes_by_kind["gp"]) > max(volumes_by_kind["none"])


def test_a_space_that_is_used_up_ends_the_search():
    result = search(config(evaluations=None, generations=100, batch=40))
    assert len(result.records) == toy.Bowl.n_distinct
    assert result.stopped == "there is nothing left that was not measured"


def test_generations_are_rounds_of_a_batch():
    result = search(config(evaluations=None, generations=4, batch=5))
    assert [g.n_evaluations for g in result.generations] == [8, 13, 18, 23]
    assert result.config.n_expected == 23


def test_a_batch_grows_with_what_is_known():
    """Two of the first design of eight, and one for every eight that are known."""
    expected = [8, 10, 12, 14, 16, 18, 20, 22, 24, 27, 30, 33, 36]
    assert [g.n_evaluations for g in found().generations] == expected
    assert config(evaluations=None, generations=12).n_expected == expected[11]


@pytest.mark.parametrize(("first", "n"), [(None, 8), (3, 3), (20, 20)])
def test_as_many_are_measured_first_as_are_asked_for(first, n):
    result = search(config(first=first, evaluations=n + 1))
    assert [g.n_evaluations for g in result.generations] == [n, n + 1]


@pytest.mark.parametrize(
    ("words", "proposed_by"),
    [
        ({}, "Proposer.propose"),
        ({"algorithm": "moead"}, "evolve"),
        ({"mutation": "pymoo.operators.mutation.bitflip:BitflipMutation"}, "evolve"),
        ({"proposals": toy.Bowl.space.cardinality}, "PredictedProblem.predict"),
    ],
)
def test_the_algorithm_evolves_where_it_is_named_and_not_where_all_can_be_looked_at(
    words, proposed_by, monkeypatch
):
    class CalledError(Exception):
        pass

    def call(*_, **__):
        raise CalledError

    ways = {"Proposer.propose", "evolve", "PredictedProblem.predict"}
    for way in ways - {proposed_by} - {"PredictedProblem.predict"}:
        monkeypatch.setattr(f"evonas.surrogates.search.{way}", pytest.fail)
    monkeypatch.setattr(f"evonas.surrogates.search.{proposed_by}", call)
    with pytest.raises(CalledError):
        search(config(**words))


def test_the_scale_decides_what_is_measured_after_the_first_design():
    by_scale = [asked(search(config(scale=scale, evaluations=20))) for scale in SCALES]
    assert len({tuple(genomes[:8]) for genomes in by_scale}) == 1
    assert len({frozenset(genomes) for genomes in by_scale}) == len(SCALES) == 2


def with_predictions(mean, measured):
    strategy = aspiring()
    strategy._overall = Predictions(tuple(mean), (1.0,) * len(mean), tuple(measured))
    return strategy


rising = [float(i) for i in range(N_JUDGED)]


@pytest.mark.parametrize(
    ("mean", "measured", "has_skill"),
    [
        (rising, rising, True),
        (rising, rising[::-1], False),
        (rising[1:], rising[:0:-1], True),  # too few to tell
        (rising * 2, rising + rising[::-1], False),  # it had some
        (rising * 2, rising[::-1] + rising, True),
        (rising, [1.0] * N_JUDGED, True),  # whose order nothing is said of
    ],
)
def test_a_model_has_skill_unless_the_order_of_its_latest_predictions_was_wrong(
    mean, measured, has_skill
):
    assert with_predictions(mean, measured)._has_skill() is has_skill


def test_without_skill_half_of_a_batch_evolves_from_the_front_without_a_model(monkeypatch):
    made = []
    evolved = SurrogateSearch._evolved

    def observed(self, on_front, n):
        made.append((set(on_front), n, evolved(self, on_front, n)))
        return made[-1][2]

    monkeypatch.setattr(SurrogateSearch, "_evolved", observed)
    search(config(batch=6, evaluations=20))
    assert made == []
    monkeypatch.setattr(SurrogateSearch, "_has_skill", lambda self: False)
    measured = asked(search(config(batch=6, evaluations=20)))
    assert len(set(measured)) == 20
    assert [n for _, n, _ in made] == [3, 3]
    for i, (on_front, _, evolved_ones) in enumerate(made):
        start = 8 + 6 * i
        assert measured[start : start + 3] == evolved_ones
        assert on_front <= set(measured[:start])


def test_failed_candidates_are_avoided_and_never_fatal():
    """Five of six fates fail; the model learns which, and uses up the good ones first."""
    result = search(config("Laborious", evaluations=60))
    failed = [record.error is not None for record in result.records]
    assert np.mean(failed[8:24]) < 0.7 * 5 / 6
    assert np.mean(failed[40:]) > np.mean(failed[8:24])
    assert not any(record.error for record in result.front)


def test_where_everything_fails_it_draws_on():
    result = search(config("Hopeless", evaluations=30, max_failures=1.0))
    assert (len(result.records), result.front) == (30, ())
    assert result.reliability.n == 0


def test_a_constraint_on_a_trained_metric_is_learnt():
    result = search(config(constraint=("acc<=60",), evaluations=40))
    kept = [record.metrics["acc"] <= 60 for record in result.records]
    assert np.mean(kept[20:]) > np.mean(kept[:12])


def test_an_objective_computed_from_a_trained_metric_is_predicted():
    result = search(config(objectives=("acc-0.0001*params", "flops"), evaluations=20))
    assert result.reliability.metric == "acc"
    assert len(result.records) == 20


def test_how_far_predictions_came_true_is_in_the_table_of_generations(tmp_path):
    result = search(config(), folder=tmp_path / "run")
    with (tmp_path / "run" / "generations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["predicted_by"] for row in rows] == ["", *["gp"] * 12]
    assert rows[0]["kendall"] == ""
    latest = result.generations[-1].reliability
    assert rows[-1]["spearman"] == f"{latest.spearman:.3f}"
    assert result.reliability.spearman > 0.5


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "finished"
    search(config("Laborious", evaluations=24), folder=folder)
    return folder


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(share=st.floats(0, 1))
def test_whatever_is_left_of_a_run_resumes_to_the_whole(finished, tmp_path_factory, share):
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("runs") / "run")
    journal = folder / "records.jsonl"
    data = journal.read_bytes()
    journal.write_bytes(data[: int(share * len(data))])
    (folder / "front.csv").unlink()
    search(config("Laborious", evaluations=24), folder=folder, resume=True)
    assert (folder / "front.csv").read_bytes() == (finished / "front.csv").read_bytes()


def test_a_larger_budget_on_resume_equals_the_longer_run(tmp_path):
    search(config(evaluations=30), folder=tmp_path / "run")
    resumed = search(config(), folder=tmp_path / "run", resume=True)
    whole = found()
    assert resumed.genomes == whole.genomes


def test_a_stop_while_candidates_are_counted_ends_the_search():
    settings = config()
    plan = SearchPlan(settings, ProblemSpec(settings.problem, settings.settings))
    is_over = False
    evaluator = Evaluator(plan.order, should_stop=lambda: is_over)
    steps = iter(SurrogateSearch(settings, evaluator, plan.goals))
    next(steps)
    is_over = True
    with pytest.raises(StoppedError):
        next(steps)


def test_a_plain_pymoo_problem_takes_no_surrogate():
    with pytest.raises(ValueError, match="does not say what of it is cheap"):
        search(config("Integers"))


def test_there_must_be_something_to_predict():
    with pytest.raises(ValueError, match="nothing of flops, params takes a training"):
        search(config(objectives=("flops", "params")))


class Untellable(toy.Bowl):
    """Has traits that nobody can be told of, and may not be measured before that is said."""

    def traits(self, genome):
        return {"size": 1 / sum(genome[:0])}

    def measure(self, genome, wanted, *, seed):
        pytest.fail("it was measured")


@pytest.mark.parametrize("model", [{"surrogate": "gp"}, {"surrogate": "none", "screen": "gp"}])
def test_traits_that_fail_are_told_before_anything_is_measured(model):
    refused = r"^the traits of Untellable fail for \(0, 0, 0, 0\): ZeroDivisionError: "
    with pytest.raises(ValueError, match=refused):
        search(Config(problem=f"{__file__}:Untellable", n_jobs=0, **model))


class Tipped(toy.Bowl):
    """Has a hint that tells the accuracy but for the luck."""

    objectives = (*toy.Bowl.objectives, Objective("hint", "", "hint", -1, best=None))
    hints = frozenset({"hint"})

    def measure(self, genome, wanted, *, seed):
        hint = 5 * genome[1] + 4 * genome[2] + 3 * genome[0] + 2 * genome[3]
        metrics = super().measure(genome, wanted, seed=seed)
        return {**metrics, "hint": hint} if "hint" in wanted else metrics


@pytest.mark.slow
def test_a_feature_is_measured_for_all_and_helps_to_predict():
    def spearman(features):
        settings = config(evaluations=40, features=features, objectives=("acc", "flops"))
        result = search(settings, problem=Tipped)
        assert all(("hint" in r.metrics) == bool(features) for r in result.records)
        return result.reliability.spearman

    assert spearman(("hint",)) >= spearman(()) - 0.05


def test_a_feature_is_measured_for_all():
    wanted = config(evaluations=14, features=("hint",), objectives=("acc", "flops"))
    assert all("hint" in record.metrics for record in search(wanted, problem=Tipped).records)


def test_a_hint_can_be_an_objective_and_needs_no_training():
    wanted = config(surrogate="none", proposals=None, objectives=("hint", "flops"), pop_size=10)
    result = search(wanted, problem=Tipped)
    assert all("acc" not in record.metrics for record in result.records)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"features": ("hnt",)},
            r"feature 'hnt' is no hint of .*did you mean 'hint'.*; it has",
        ),
        ({"features": ("flops",)}, "feature 'flops' is no hint of"),
        (
            {"features": ("hint",), "surrogate": "none", "proposals": None},
            "features is of use to a surrogate only",
        ),
    ],
)
def test_a_feature_that_is_none_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        search(replace(config(), **settings), problem=Tipped)
