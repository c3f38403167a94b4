import numpy as np
import pytest
import toy
from matrix import slow_but
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3

from evonas.algorithms.operators import (
    GenomeCrossover,
    GenomeMutation,
    SpreadSampling,
    UniformSampling,
)
from evonas.algorithms.registry import ALGORITHMS, Parts, load_operator, make_algorithm
from evonas.config import Config
from evonas.engine.search import search

NAMES = sorted(ALGORITHMS)
BY_DIRECTIONS = ("ctaea", "moead", "nsga3", "rvea", "unsga3")
TWO, THREE = ("acc", "flops"), ("acc", "flops", "params")

# RVEA adapts its directions to the objectives' ranges, of which failures alone have none.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in divide")
FEW = ("nsga2", "moead", "local")  # a population, one by one, and genomes alone
every_algorithm = pytest.mark.parametrize("name", slow_but(FEW, NAMES))


def run(problem="Bowl", *, folder=None, resume=False, **settings):
    given = {"n_jobs": 0, "pop_size": 10, "evaluations": 50, **settings}
    config = Config(problem=toy.reference(problem), **given)
    return search(config, folder=folder, resume=resume)


def asked(result):
    return [record.genome for record in result.records]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("objectives", slow_but([THREE], [TWO, THREE]))
def test_every_algorithm_measures_exactly_as_many_as_the_budget_says(name, objectives):
    result = run(algorithm=name, objectives=objectives, evaluations=47)
    genomes = asked(result)
    assert len(genomes) == len(set(genomes)) == 47
    assert all(toy.Bowl.space.canonical(genome) == genome for genome in genomes)
    assert len(result.front) > 2
    assert result.stopped == "the budget of 47 architectures is spent"
    assert result.generations[-1].n_evaluations == 47


@every_algorithm
def test_every_algorithm_keeps_to_a_budget_of_generations(name):
    result = run(algorithm=name, objectives=TWO, evaluations=None, generations=4)
    assert [generation.number for generation in result.generations] == [1, 2, 3, 4]
    assert result.stopped == "4 generations are done"
    assert 10 < len(result.records) <= 40


@every_algorithm
@pytest.mark.parametrize("constraint", ["flops<=1e6", "acc>=60"])
def test_every_algorithm_keeps_constraints(name, constraint):
    result = run(algorithm=name, objectives=TWO, constraint=(constraint,))
    assert len(result.records) == 50
    assert result.front
    (parsed,) = result.goals.constraints
    for record in result.front:
        assert parsed.violation(record.metrics[parsed.metric]) <= 0


@every_algorithm
@pytest.mark.parametrize("constraint", slow_but([()], [(), ("flops<=3e5", "acc>=50")]))
def test_every_algorithm_repeats_itself_at_the_same_seed(name, constraint):
    settings = {"algorithm": name, "objectives": THREE, "constraint": constraint, "seed": 3}
    one, two = run(**settings), run(**settings)
    assert asked(one) == asked(two)
    assert one.table() == two.table()


@every_algorithm
def test_every_algorithm_depends_on_the_seed(name):
    assert asked(run(algorithm=name, seed=1)) != asked(run(algorithm=name, seed=2))


@every_algorithm
def test_every_algorithm_survives_failures(name):
    result = run("Flaky", algorithm=name, evaluations=80)
    assert len(result.records) == 80
    assert 0 < len(result.failures) < 80
    assert result.front
    assert all(record.error is None for record in result.front)


@every_algorithm
def test_every_algorithm_survives_a_problem_that_always_fails(name):
    result = run("Hopeless", algorithm=name, objectives=TWO, max_failures=1)
    assert len(result.failures) == len(result.records) == 50
    assert result.front == ()


@every_algorithm
@pytest.mark.parametrize("n_kept", slow_but([23], [0, 1, 23]))
def test_every_algorithm_resumed_ends_as_if_it_had_never_stopped(name, n_kept, tmp_path):
    whole = run(algorithm=name, objectives=THREE, folder=tmp_path / "run")
    front = (tmp_path / "run" / "front.csv").read_bytes()
    journal = tmp_path / "run" / "records.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:n_kept]) + lines[n_kept][:10])
    (tmp_path / "run" / "front.csv").unlink()
    again = run(algorithm=name, objectives=THREE, folder=tmp_path / "run", resume=True)
    assert asked(again) == asked(whole)
    assert (tmp_path / "run" / "front.csv").read_bytes() == front
    assert len(journal.read_text().splitlines()) == 50


@every_algorithm
def test_every_algorithm_resumed_with_a_larger_budget_ends_as_a_longer_run(name, tmp_path):
    run(algorithm=name, folder=tmp_path / "run", evaluations=25)
    longer = run(algorithm=name, folder=tmp_path / "run", evaluations=50, resume=True)
    whole = run(algorithm=name, evaluations=50)
    assert asked(longer) == asked(whole)
    assert longer.table() == whole.table()


@pytest.mark.parametrize("name", slow_but(("nsga2",), NAMES))
def test_every_algorithm_gives_the_same_with_two_workers(name):
    one = run(algorithm=name, objectives=TWO, evaluations=30)
    two = run(algorithm=name, objectives=TWO, evaluations=30, n_jobs=2)
    assert asked(one) == asked(two)
    assert one.table() == two.table()


@pytest.mark.parametrize(
    "name", slow_but(("nsga2", "local"), sorted({*NAMES} - {"random", "moead"}))
)
def test_every_evolving_algorithm_finds_more_than_a_first_draw(name):
    result = run(algorithm=name, objectives=TWO, evaluations=60)
    first, last = result.generations[0], result.generations[-1]
    assert last.hypervolume > first.hypervolume


def test_an_unknown_algorithm_is_answered_with_the_nearest():
    message = (
        r"unknown algorithm 'nsga4' \(did you mean 'nsga3' or 'nsga2'\?\); choose from nsga2"
    )
    with pytest.raises(ValueError, match=message):
        run(algorithm="nsga4")


@pytest.mark.parametrize("name", BY_DIRECTIONS)
def test_an_algorithm_of_directions_needs_two_objectives(name):
    message = "needs two objectives or more"
    with pytest.raises(ValueError, match=message):
        run(algorithm=name, objectives=("acc",))


@pytest.mark.parametrize("name", slow_but(("nsga2",), sorted({*NAMES} - {*BY_DIRECTIONS})))
def test_all_others_make_do_with_one_objective(name):
    result = run(algorithm=name, objectives=("acc",))
    assert len(result.records) == 50
    best = max(record.metrics["acc"] for record in result.records)
    assert [record.metrics["acc"] for record in result.front] == [best]


@pytest.mark.parametrize("name", BY_DIRECTIONS)
def test_a_population_too_small_for_directions_is_refused(name):
    message = "pop_size=2 is too small for 3 objectives; this algorithm needs at least 3"
    with pytest.raises(ValueError, match=message):
        run(algorithm=name, objectives=THREE, pop_size=2)


@pytest.mark.parametrize(
    ("n_objectives", "pop_size", "n_directions"), [(2, 10, 10), (3, 10, 10), (3, 20, 15)]
)
def test_there_are_as_many_directions_as_the_population_holds(
    n_objectives, pop_size, n_directions
):
    directions = Parts(n_objectives, pop_size).directions
    assert directions.shape == (n_directions, n_objectives)
    assert directions.sum(1) == pytest.approx(1)
    assert len(np.unique(directions, axis=0)) == n_directions


@pytest.mark.parametrize("name", ["instance", "Class", "sized", "towards"])
def test_a_pymoo_algorithm_is_taken_by_its_place_and_name(name):
    settings = {"algorithm": toy.reference(name), "objectives": TWO, "seed": 5}
    one, two = run(**settings), run(**settings)
    assert len(one.records) == 50
    assert asked(one) == asked(two)


def test_an_instance_is_copied_so_that_a_second_search_starts_afresh():
    algorithm = make_algorithm(toy.reference("instance"), Parts(2, 10))
    assert isinstance(algorithm, NSGA2)
    assert algorithm is not toy.instance
    assert algorithm.pop_size == 6


def test_a_factory_is_given_those_parts_of_the_plan_that_it_names():
    operators = {
        "sampling": UniformSampling(),
        "crossover": GenomeCrossover(),
        "mutation": GenomeMutation(),
        "repair": "not asked for",
    }
    algorithm = make_algorithm(toy.reference("sized"), Parts(2, 14, operators))
    assert algorithm.pop_size == 14
    assert algorithm.initialization.sampling is operators["sampling"]
    by_directions = make_algorithm(toy.reference("towards"), Parts(2, 14, operators))
    assert isinstance(by_directions, NSGA3)
    assert len(by_directions.ref_dirs) == 14


def test_what_is_no_algorithm_is_refused():
    with pytest.raises(ValueError, match=r"a_text is a str; expected a pymoo Algorithm, or"):
        run(algorithm=toy.reference("a_text"))


def test_what_needs_more_than_the_plan_is_refused():
    message = r"cannot make algorithm .*toy\.py:unfinished: .*missing .* 'strength'"
    with pytest.raises(ValueError, match=message):
        run(algorithm=toy.reference("unfinished"))


def test_the_users_operators_take_the_place_of_ours():
    operators = {
        "sampling": toy.reference("IntegerSampling"),
        "crossover": toy.reference("crossover"),
        "mutation": toy.reference("eager_mutation"),
    }
    own, ours = run(objectives=TWO, **operators), run(objectives=TWO)
    assert len(own.records) == 50
    assert asked(own) != asked(ours)
    assert asked(own) == asked(run(objectives=TWO, **operators))


def test_an_operator_is_an_instance_a_class_or_a_factory():
    assert load_operator(toy.reference("crossover")).exchanged == 0.5
    assert isinstance(
        load_operator("evonas.algorithms.operators:SpreadSampling"), SpreadSampling
    )
    assert load_operator(toy.reference("eager_mutation")).n_changes == 2.0


def test_an_operator_that_cannot_be_made_is_refused():
    message = r"cannot make operator .*toy\.py:unfinished: .*missing .* 'strength'"
    with pytest.raises(ValueError, match=message):
        run(mutation=toy.reference("unfinished"))


@pytest.mark.parametrize("kind", ["sampling", "crossover", "mutation"])
def test_an_operator_that_is_not_there_is_named(kind):
    with pytest.raises(
        ValueError, match=r"toy\.py has no 'crosover' \(did you mean 'crossover'"
    ):
        run(**{kind: toy.reference("crosover")})


def test_operators_that_make_floats_are_refused_with_a_way_out():
    message = r"proposed \[.*\], which is no genome: .* operators that keep them so"
    with pytest.raises(ValueError, match=message):
        run(crossover=toy.reference("FloatCrossover"), mutation=toy.reference("FloatMutation"))


def test_moead_does_not_mix_kinds_of_variables():
    with pytest.raises(ValueError, match="moead cannot mix kinds of variables; choose nsga2"):
        run("Mixed", algorithm="moead")


@pytest.mark.parametrize("surrogate", ["none", "gp"])
def test_aspirations_draw_the_search_near(surrogate):
    def distances(**given):
        result = run(
            objectives=TWO,
            evaluations=70 if surrogate == "none" else 40,
            surrogate=surrogate,
            **given,
        )
        F = result.F[:, 1]
        return np.abs(np.log(F / 1e6)).mean()

    assert distances(aspire=("acc=62,flops=1e6",)) < distances()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"aspire": ("acc=1",)},
            "aspire gives levels of acc; expected one for each",
        ),
        ({"aspire": ("acc=1,flops=x",)}, "aspire 'acc=1,flops=x': could not convert"),
        ({"aspire": ("acc=1,acc=2",)}, "aspire 'acc=1,acc=2': expected a finite number"),
        ({"aspire": ("acc,flops",)}, "cannot read the part of aspire 'acc'"),
        (
            {"aspire": ("acc=1,flops=1",), "algorithm": "moead"},
            "aspire is for R-NSGA-II, which replaces nsga2; leave out moead",
        ),
    ],
)
def test_an_aspiration_that_does_not_do_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        run(objectives=TWO, **settings)
