import numpy as np
import pytest
import toy

from evonas.evaluation.candidate import Order
from evonas.evaluation.evaluator import Evaluator
from evonas.fidelity import rungs
from evonas.objectives import ACC, FLOPS, Constraint, Goals, Objective
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.record import Record
from evonas.surrogates.scale import UNCOUNTABLE
from evonas.surrogates.surrogate import Surrogate
from evonas.warm_start import Prior

GOALS = Goals((ACC, FLOPS), (), {"acc": 0.0, "flops": 1e8})


def evaluator(problem=toy.Bowl, wanted=("acc", "flops", "params")):
    return Evaluator(Order(ProblemSpec(problem, Settings()), wanted))


def taught(goals=GOALS, *, problem=toy.Bowl, n=60, wanted=("acc", "flops", "params"), **words):
    measure = evaluator(problem, wanted)
    surrogate = Surrogate(
        measure.problem,
        goals,
        measure.count,
        cheap=measure.counted,
        **{"kind": "gp", "seed": 0, **words},
    )
    genomes = measure.problem.space.sample(n, np.random.default_rng(0))
    assert surrogate.learn(list({r.genome: r for r in measure(genomes)}.values()))
    return surrogate, measure


def unseen(measure, n=40):
    drawn = measure.problem.space.sample(200, np.random.default_rng(1))
    new = dict.fromkeys(map(measure.problem.canonical, drawn))
    return [genome for genome in new if genome not in measure.records][:n]


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_what_takes_a_training_is_predicted_and_the_rest_is_exact(scale):
    surrogate, measure = taught(scale=scale)
    genomes = unseen(measure)
    forecast = surrogate.forecast(genomes)
    metrics = [record.metrics for record in measure(genomes)]
    truth = np.array([[-m["acc"], m["flops"]] for m in metrics])
    if scale == "log":
        truth = np.log(np.array([100.1, 0.0]) + truth)
    assert surrogate.scaled(metrics) == pytest.approx(truth)
    assert surrogate.learnt == ["acc"]
    assert forecast.mean[:, 1] == pytest.approx(truth[:, 1])
    assert not forecast.std[:, 1].any()
    assert np.corrcoef(forecast.mean[:, 0], truth[:, 0])[0, 1] > 0.95
    assert (np.abs(forecast.mean - truth)[:, 0] <= 4 * forecast.std[:, 0] + 0.1).all()
    assert (forecast.chance == 1).all()


def test_what_measuring_will_show_is_less_certain_than_what_is_true():
    surrogate, measure = taught()
    genomes = unseen(measure, 5)
    acc, noisy = np.array(surrogate.expect(genomes)).T
    assert surrogate.forecast(genomes).mean[:, 0] == pytest.approx(-acc, abs=0.5)
    assert (noisy > surrogate.forecast(genomes).std[:, 0]).all()
    assert surrogate.noise[0] > 0
    assert surrogate.noise[1] == 0


def test_a_surrogate_without_two_measurements_says_so():
    measure = evaluator()
    surrogate = Surrogate(
        measure.problem, GOALS, measure.count, cheap=measure.counted, kind="gp", seed=0
    )
    assert not surrogate.learn([])
    assert not surrogate.learn(measure([(0, 0, 0, 0)]))
    assert not surrogate.learn([Record((1, 1, 1, 1), {}, 0.1, error="no")] * 5)
    assert surrogate.expect([(0, 0, 0, 0)]) == []


def test_no_genomes_have_no_forecast():
    surrogate, _ = taught()
    forecast = surrogate.forecast([])
    assert forecast.mean.shape == forecast.std.shape == (0, 2)
    assert forecast.chance.shape == (0,)


def test_constraints_on_counted_metrics_are_exact_and_on_trained_ones_likely():
    counted, trained = Constraint("params", "<=", 2e4), Constraint("acc", ">=", 60.0)
    surrogate, measure = taught(Goals((ACC, FLOPS), (counted, trained), GOALS.reference))
    genomes = unseen(measure)
    forecast = surrogate.forecast(genomes)
    records = measure(genomes)
    params = np.array([r.metrics["params"] for r in records])
    assert (forecast.chance[params > 2e4] == 0).all()
    assert forecast.violation[:, 0] == pytest.approx((params - 2e4) / 2e4)
    acc = np.array([r.metrics["acc"] for r in records])
    kept = params <= 2e4
    assert forecast.chance[kept & (acc > 64)].min(initial=1.0) > 0.9
    assert forecast.chance[kept & (acc < 56)].max(initial=0.0) < 0.1


def test_an_objective_computed_from_a_trained_metric_is_uncertain_with_it():
    net = Objective(
        "net", "", "net", -1, best=None, needs=("acc", "params"),
        compute=lambda metrics: metrics["acc"] - 1e-4 * metrics["params"],
    )  # fmt: skip
    surrogate, measure = taught(Goals((net, FLOPS), (), {}))
    genomes = unseen(measure, 10)
    forecast = surrogate.forecast(genomes)
    acc, noisy = np.array(surrogate.expect(genomes)).T
    assert surrogate.learnt == ["acc"]
    params = [row["params"] for row in measure.count(genomes)]
    away = forecast.mean[:, 0] - (1e-4 * np.array(params) - acc)
    assert (np.abs(away) < 0.2 * forecast.std[:, 0]).all()  # but for what a curve makes of it
    assert (forecast.std[:, 0] > 0).all()
    assert (forecast.std[:, 0] < noisy).all()


def test_failures_are_expected_where_they_were_seen():
    surrogate, _ = taught(problem=toy.Laborious, wanted=("acc", "flops"))
    chance = surrogate.forecast([(0, 2, 2), (1, 2, 2), (2, 2, 2)]).chance
    assert chance[0] > 2 * max(chance[1:])


class Uncountable(toy.Bowl):
    """Half of it cannot be counted."""

    def measure(self, genome, wanted, *, seed):
        if genome[1] == 4:
            raise RuntimeError("no such width")
        return super().measure(genome, wanted, seed=seed)


def test_what_cannot_be_counted_has_no_chance():
    surrogate, _ = taught(problem=Uncountable)
    forecast = surrogate.forecast([(0, 4, 0, 0), (0, 3, 0, 0)])
    assert forecast.chance.tolist()[0] == 0
    assert forecast.mean[0, 1] == UNCOUNTABLE
    assert forecast.std[0, 1] == 0
    assert -100 < forecast.mean[0, 0] < 0  # of which something is known nevertheless
    assert forecast.chance[1] > 0


def test_auto_names_the_model_that_it_takes():
    surrogate, _ = taught(kind="auto")
    assert surrogate.chosen == {"acc": "gp"}


def test_auto_compares_again_once_there_is_half_as_much_to_add(monkeypatch):
    compared = []

    def compare(X, y, *, seed):
        compared.append(len(y))
        return ("gp", "forest")[len(compared) % 2], {}

    monkeypatch.setattr("evonas.surrogates.surrogate.cross_validated", compare)
    measure = evaluator()
    surrogate = Surrogate(
        measure.problem, GOALS, measure.count, cheap=measure.counted, kind="auto", seed=0
    )
    drawn = measure.problem.space.sample(200, np.random.default_rng(0))
    records = measure(list(dict.fromkeys(map(measure.problem.canonical, drawn))))
    for n, expected, chosen in (
        (20, [20], "forest"),
        (20, [20], "forest"),
        (29, [20], "forest"),
        (44, [20, 44], "gp"),
        (66, [20, 44, 66], "forest"),
    ):
        surrogate.learn(records[:n])
        assert compared == expected
        assert surrogate.chosen == {"acc": chosen}


@pytest.mark.parametrize("n_rungs", [0, 2, 3])
def test_a_prior_is_judged_by_what_was_measured_as_a_whole_alone(n_rungs):
    """Elsewhere accuracy rises with the width, as it does here but for the lowest rungs."""
    widths = toy.GENES[1].choices
    prior = Prior(
        ("width",), tuple((w,) for w in widths) * 2, {"acc": (40, 45, 50, 55, 60) * 2}, 5
    )
    steps = rungs("epochs", 9, n=n_rungs, reduction=3) if n_rungs else ()
    measure = evaluator()
    surrogate = Surrogate(
        measure.problem, GOALS, measure.count, cheap=measure.counted, kind="forest", seed=0,
        rungs=steps, prior=prior,
    )  # fmt: skip
    genomes = [(1, w, d, 0) for w in range(5) for d in range(3)]
    low = {step.label: 90 for step in steps[:-1]}
    records = [
        Record(
            g, {"acc": 40.0 + 5 * g[1], "flops": 1e5, "params": 1e4}, 0.1,
            partial={label: {"acc": acc - 5.0 * g[1]} for label, acc in low.items()},
        )
        for g in genomes
    ]  # fmt: skip
    surrogate.learn(records)
    assert surrogate.transfer_correlation["acc"] > 0.9


class Blind(toy.Bowl):
    """Nothing of it is known without a training."""

    objectives = (ACC,)
    cheap = frozenset()

    def measure(self, genome, wanted, *, seed):
        return {"acc": super().measure(genome, {"acc"}, seed=seed)["acc"]}


def test_where_nothing_can_be_counted_nothing_is_impossible_for_that():
    surrogate, measure = taught(Goals((ACC,), (), {"acc": 0.0}), problem=Blind, wanted=("acc",))
    assert (surrogate.forecast(unseen(measure, 5)).chance == 1).all()


def test_expected_metrics_are_the_counted_the_predicted_and_what_is_computed_of_them():
    net = Objective(
        "net", "", "net", -1, best=None, needs=("acc", "params"),
        compute=lambda metrics: metrics["acc"] - 1e-4 * metrics["params"],
    )  # fmt: skip
    surrogate, measure = taught(Goals((net, FLOPS), (), {}))
    genomes = unseen(measure, 5)
    for metrics, (acc, _), counted in zip(
        surrogate.expected_metrics(genomes),
        surrogate.expect(genomes),
        measure.count(genomes),
        strict=True,
    ):
        assert metrics == {
            **counted,
            "acc": pytest.approx(acc),
            "net": pytest.approx(acc - 1e-4 * counted["params"]),
        }


def drawn(surrogate, genomes, *, n=2000, seed=0):
    return surrogate.draws(genomes, n=n, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("kind", ["gp", "forest"])
def test_draws_are_possible_outcomes_of_what_is_forecast(kind, scale):
    surrogate, measure = taught(kind=kind, scale=scale)
    genomes = unseen(measure, 20)
    forecast, draws = surrogate.forecast(genomes), drawn(surrogate, genomes)
    assert draws.F.shape == (2000, 20, 2)
    assert draws.is_met.all()
    assert (draws.F[:, :, 1] == forecast.mean[:, 1]).all()  # is counted
    spread = forecast.std[:, 0]
    assert (np.abs(draws.F[:, :, 0].mean(0) - forecast.mean[:, 0]) < 0.2 * spread).all()
    known = spread > 1.5 * spread.min()  # a forest is never told to be surer than its floor
    assert draws.F[:, known, 0].std(0) == pytest.approx(spread[known], rel=0.15)


def test_the_generator_decides_what_is_drawn():
    surrogate, measure = taught()
    genomes = unseen(measure, 5)
    one, same, other = (drawn(surrogate, genomes, n=3, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.F, same.F)
    assert not np.array_equal(one.F[:, :, 0], other.F[:, :, 0])


def test_architectures_that_are_alike_are_drawn_together():
    """In a draw where one is better than expected so is its neighbour."""
    surrogate, _ = taught(n=12)
    F = drawn(surrogate, [(0, 2, 2, 0), (0, 2, 3, 0), (0, 2, 2, 0)]).F[:, :, 0]
    near, same = np.corrcoef(F.T)[0, 1:]
    assert 0.1 < near < same
    assert same == pytest.approx(1.0)


def test_constraints_are_kept_in_as_many_draws_as_they_are_likely_to_be():
    counted, trained = Constraint("params", "<=", 2e4), Constraint("acc", ">=", 50.0)
    surrogate, measure = taught(Goals((ACC, FLOPS), (counted, trained), {}), n=15)
    genomes = unseen(measure)
    chance = surrogate.forecast(genomes).chance
    assert ((chance > 0.2) & (chance < 0.8)).any()
    assert (chance == 0).any()
    assert drawn(surrogate, genomes).is_met.mean(0) == pytest.approx(chance, abs=0.06)


def test_failures_happen_in_as_many_draws_as_they_are_likely_to():
    surrogate, _ = taught(problem=toy.Laborious, wanted=("acc", "flops"))
    genomes = [(0, 2, 2), (1, 2, 2), (2, 2, 2), (3, 0, 4)]
    chance = surrogate.forecast(genomes).chance
    assert drawn(surrogate, genomes).is_met.mean(0) == pytest.approx(chance, abs=0.04)


def test_what_cannot_be_counted_is_met_in_no_draw():
    surrogate, _ = taught(problem=Uncountable)
    draws = drawn(surrogate, [(0, 4, 0, 0), (0, 3, 0, 0)])
    assert (draws.F[:, 0, 1] == UNCOUNTABLE).all()
    assert not draws.is_met[:, 0].any()
    assert draws.is_met[:, 1].any()


def test_no_rows_are_scaled_to_none():
    assert taught(n=10)[0].scaled([]).shape == (0, 2)


@pytest.mark.parametrize(
    ("constraints", "is_believed"),
    [((), False), ((Constraint("flops", "<=", 1e9),), False),
     ((Constraint("acc", ">=", 30.0),), True)],
)  # fmt: skip
def test_a_disaster_that_nothing_foretells_is_believed_only_where_a_constraint_asks_for_it(
    constraints, is_believed
):
    measure = evaluator()
    surrogate = Surrogate(
        measure.problem,
        Goals((ACC, FLOPS), constraints, {}),
        measure.count,
        cheap=measure.counted,
        kind="gp",
        seed=0,
    )
    drawn = dict.fromkeys(map(measure.problem.canonical, np.ndindex(*toy.Bowl.space.sizes)))
    genomes = list(drawn)[::3]
    is_disaster = np.random.default_rng(0).random(len(genomes)) < 0.15
    records = [
        Record(g, {"acc": 1.0 if fails else 90.0 + g[1] + g[2] / 5, **counted}, 0.1)
        for g, fails, counted in zip(genomes, is_disaster, measure.count(genomes), strict=True)
    ]
    surrogate.learn(records)
    expected = np.array(surrogate.expect(genomes))[:, 0]
    assert is_disaster.sum() > 3
    if is_believed:
        assert expected[is_disaster].mean() < 80
    else:
        assert (expected[~is_disaster] > 88).all()
        assert (expected[is_disaster] > 80).all()
