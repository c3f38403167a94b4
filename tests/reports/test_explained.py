import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import toy

import evonas
from evonas import Config, search
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.record import Record
from evonas.reports.explained import explain
from evonas.runs.reading import open_run

PLAIN = """
from evonas import Gene, Metric, Problem, SearchSpace

class Mine(Problem):
    space = SearchSpace([Gene("a", (1, 2, 3)), Gene("b", (1, 2, 3)), Gene("c", (1, 2, 3))])
    metrics = (
        Metric("acc", "%", "accuracy", -1),
        Metric("cost", "", "cost", 1, when="counted"),
    )

    def measure(self, genome, wanted, *, seed):
        a, b, c = genome
        return {"acc": 10.0 * a + b + 0.1 * c, "cost": 1.0 + FACTOR * a * (1 + b)}
"""


def made(folder, problem, n, **words):
    search(
        Config(problem=problem, evaluations=n, pop_size=10, n_jobs=0, **words), folder=folder
    )
    return folder


@pytest.fixture(scope="module")
def bowl(tmp_path_factory):
    return made(tmp_path_factory.mktemp("runs") / "bowl", toy.reference("Bowl"), 60)


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(PLAIN.replace("FACTOR", "1.0"))
    return file, made(tmp_path / "run", f"{file}:Mine", 27)


def drivers(explanation):
    return {each.metric.name: each for each in explanation.drivers}


def test_counted_metrics_are_exact_and_trained_ones_are_predicted(bowl):
    found = drivers(explain(bowl))
    assert {name: each.how for name, each in found.items()} == {
        "acc": "predicted",
        "flops": "exact",
        "params": "exact",
    }
    assert [gene.gene for gene in found["flops"].genes[:2]] == ["width", "depth"]
    assert found["acc"].is_reliable
    assert found["acc"].genes[0].gene in ("width", "depth")


def test_counted_shares_are_those_of_every_genome(bowl):
    problem = ProblemSpec(toy.reference("Bowl"), Settings()).open()
    values = np.array(
        [
            problem.measure(problem.canonical(g), ["flops"], seed=0)["flops"]
            for g in np.ndindex(problem.space.sizes)
        ]
    ).reshape(problem.space.sizes)
    found = drivers(explain(bowl, objectives=["flops"]))["flops"]
    for gene in found.genes:
        axis = problem.space.names.index(gene.gene)
        others = tuple(i for i in range(4) if i != axis)
        alone, total = values.mean(others).var(), values.var(axis).mean()
        assert gene.alone.value == pytest.approx(alone / values.var(), abs=1e-12)
        assert gene.total.value == pytest.approx(total / values.var(), abs=1e-12)


def test_members_and_steps_are_those_of_the_front_from_cheap_to_dear(bowl):
    run = open_run(bowl)
    found = explain(run)
    flops = [member.metrics["flops"] for member in found.members]
    assert flops == sorted(flops)
    assert {member.genome for member in found.members} == {r.genome for r in run.front}
    chain = [found.members[0].genome, *(step.end for step in found.steps)]
    assert chain == [member.genome for member in found.members]
    for step in found.steps:
        shares = sum(change.shares["flops"] for change in step.changes)
        assert shares == pytest.approx(step.gains["flops"], abs=1e-6)


def test_one_architecture_is_named_by_its_id_its_genome_or_a_text_of_it(bowl):
    run = open_run(bowl)
    genome = run.front[1].genome
    texts = (run.ids[genome], "-".join(map(str, genome)), genome)
    assert [explain(run, about=text).about for text in texts] == [genome] * 3
    found = explain(run, about=genome)
    assert found.drivers == ()
    assert all(genome in (step.start, step.end) for step in found.steps)


def test_a_genome_is_folded_before_it_is_looked_for(bowl):
    assert explain(bowl, about="0-3-3-1").about == (0, 3, 3, 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"objectives": ["flop"]}, r"unknown metric 'flop' \(did you mean 'flops'"),
        ({"samples": 7}, "samples must be at least 8, got 7"),
        ({"about": "bcdfgh"}, "no architecture of run bowl has the id 'bcdfgh'"),
        ({"about": "0-9-0-0"}, "expected 0 to 4"),
    ],
)
def test_a_mistake_is_named(bowl, words, message):
    with pytest.raises(ValueError, match=message):
        explain(bowl, **words)


def test_a_metric_of_the_front_alone_tells_nothing_of_the_space(tmp_path):
    folder = made(tmp_path / "run", toy.reference("Curved"), 12)
    with pytest.raises(ValueError, match="test_acc is measured for the front alone"):
        explain(folder, objectives=["test_acc"])


def test_a_run_without_a_front_is_refused(bowl):
    empty = replace(open_run(bowl), records=())
    with pytest.raises(ValueError, match="run bowl has no front to explain"):
        explain(empty)


def test_too_few_records_leave_a_metric_unexplained_and_the_rest_as_it_is(bowl):
    run = open_run(bowl)
    found = explain(replace(run, records=run.records[:15]))
    assert "acc was measured of 15 architectures, too few" in found.unexplained["acc"]
    assert set(drivers(found)) == {"flops", "params"}


def test_failures_are_no_records_to_learn_from(bowl):
    run = open_run(bowl)
    failed = tuple(replace(r, metrics={}, error="failed") for r in run.records[:45])
    found = explain(replace(run, records=failed + run.records[45:]), objectives=["acc"])
    assert "acc was measured of 15" in found.unexplained["acc"]


def test_where_the_problem_is_gone_the_records_stand_in(mine):
    run = open_run(mine[1])
    found = explain(replace(run, config=replace(run.config, problem="gone.py:Mine")))
    assert "cannot be opened" in found.notes[0]
    assert "nothing is counted" in found.notes[0]
    assert {each.how for each in found.drivers} == {"predicted"}
    assert drivers(found)["cost"].genes[0].gene == "a"
    assert all(change.shares == {} for step in found.steps for change in step.changes)


def test_a_problem_that_counts_otherwise_now_is_not_asked(mine):
    file, folder = mine
    other = file.parent / "other.py"
    other.write_text(PLAIN.replace("FACTOR", "2.0"))
    run = open_run(folder)
    changed = replace(run, config=replace(run.config, problem=f"{other}:Mine"))
    found = explain(changed)
    assert "counts otherwise than when run run was made" in found.notes[0]
    assert drivers(found)["cost"].how == "predicted"


def test_a_problem_with_other_genes_now_is_not_asked(mine):
    file, folder = mine
    other = file.parent / "other.py"
    other.write_text(PLAIN.replace('Gene("c", (1, 2, 3))', 'Gene("d", (1, 2))'))
    run = open_run(folder)
    found = explain(replace(run, config=replace(run.config, problem=f"{other}:Mine")))
    assert "genes of run run are not those of its problem any more" in found.notes[0]
    assert {each.how for each in found.drivers} == {"predicted"}


def test_a_plain_pymoo_problem_has_steps_and_members_and_no_genes(tmp_path):
    found = explain(made(tmp_path / "plain", toy.reference("Reals"), 30))
    assert found.drivers == ()
    assert set(found.unexplained) == {"f1", "f2"}
    assert "has variables and no genes" in found.notes[0]
    assert len(found.members) > 1
    names = {change.gene for step in found.steps for change in step.changes}
    assert names
    assert names <= {"x1", "x2", "x3"}


def test_a_computed_objective_is_counted_where_all_it_needs_is(tmp_path):
    words = {"objectives": ("acc", "flops*params^0.5")}
    found = explain(made(tmp_path / "run", toy.reference("Bowl"), 30, **words))
    assert [each.how for each in found.drivers] == ["predicted", "exact"]
    (name,) = found.steps[0].changes[0].shares
    assert name == found.drivers[1].metric.name


def test_where_the_file_of_an_objective_is_gone_the_records_stand_in(bowl):
    run = open_run(bowl)
    config = replace(run.config, objectives=("acc", "gone.py:flops", "params"))
    found = explain(replace(run, config=config))
    assert "cannot be opened" in found.notes[0]
    assert {each.how for each in found.drivers} == {"predicted"}


def test_it_is_public_and_takes_a_run_or_its_directory(bowl):
    assert evonas.explain is explain
    by_text = evonas.explain(str(bowl), objectives=["flops"])
    by_run = evonas.explain(open_run(bowl), objectives=["flops"])
    assert isinstance(by_text, evonas.Explanation)
    assert by_text.as_dict() == by_run.as_dict()


def test_the_run_is_left_as_it_is(bowl, tmp_path):
    copy = shutil.copytree(bowl, tmp_path / "copy")
    before = {path: path.read_bytes() for path in Path(copy).iterdir()}
    explain(copy)
    assert {path: path.read_bytes() for path in Path(copy).iterdir()} == before
    assert isinstance(open_run(copy).records[0], Record)
