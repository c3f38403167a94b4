"""Whatever the search, the reader of its directory agrees with its result."""

import csv
import json
from dataclasses import replace

import pytest
import toy

from evonas import Config, open_run, search
from evonas.objectives import ACC, FLOPS
from evonas.runs.checksums import checksums
from evonas.runs.warm_start_files import read_prior
from evonas.space import Gene, SearchSpace


class Spelt(toy.Bowl):
    """Turns its genomes into architectures by code of its own."""

    def decode(self, genome):
        return {"blocks": "-".join(map(str, genome)), "n": sum(genome)}


class Odd(toy.Bowl):
    """Chooses from what JSON does not know."""

    space = SearchSpace(
        (
            Gene("kind", (None, True, 2.5)),
            Gene("shape", ((3, 3), (5, (1, 5)), [1, 2], toy.Bowl, float("inf"))),
            Gene("depth", (1, 2, 3, 4, 5)),
            Gene("skip", ("", "a, b")),
        )
    )
    objectives = (ACC, FLOPS)
    cheap = frozenset({"flops"})


def toy_config(name, **settings):
    return Config(
        problem=toy.reference(name),
        **{"evaluations": 24, "pop_size": 8, "n_jobs": 0, **settings},
    )


TOYS = {
    "a file's problem": toy_config("Bowl"),
    "tested at the end": toy_config("Curved"),
    "failing candidates": toy_config("Flaky", evaluations=40),
    "nothing but failures": toy_config("Hopeless", evaluations=6, pop_size=3),
    "a constraint": toy_config("Bowl", constraint=("params<=60000",)),
    "rungs": toy_config("Schooled", fidelity="epochs", evaluations=30),
    "rungs and failures": toy_config("DropOut", fidelity="epochs", evaluations=30),
    "two stages": toy_config("Bowl", objectives=("acc",), then=("flops",), evaluations=30),
    "a user's metric": toy_config("Bowl", objectives=(toy.reference("thrift"), "params")),
    "a shipped problem": Config(
        problem="synthetic", option=("blocks=3",), evaluations=24, pop_size=8, n_jobs=0
    ),
    "two targets": Config(
        problem="digits",
        target=("t4", "raspberry-pi-4"),
        objectives=("acc", "latency@raspberry-pi-4", "energy@t4:b8"),
        constraint=("memory@raspberry-pi-4<=5e6",),
        **{"epochs": 1, "subset": 32, "evaluations": 6, "pop_size": 3, "n_jobs": 0},
    ),
    "a plain problem": toy_config("Constrained"),
    "a plain problem of mixed variables": toy_config("Mixed"),
}
OTHERS = {"own decoding": Spelt, "odd choices": Odd}
TWO_WORKERS = pytest.param("two workers", marks=pytest.mark.slow)
WHOLE = (*TOYS, *OTHERS, "a warm start", TWO_WORKERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def found(request, folder):
    """The result of a search, and the run that was read from its directory."""
    kind = request.param
    config, problem = TOYS.get(kind, toy_config("Bowl")), OTHERS.get(kind)
    where = folder / kind.replace(" ", "-")
    if kind == "two workers":
        config = replace(config, n_jobs=2)
    if kind == "a warm start":
        search(config, folder=folder / "earlier")
        prior = read_prior(folder / "earlier", toy.Bowl.space)
        config = replace(config, seed=3, warm_start=prior.as_dict())
    result = search(config, problem=problem, folder=where)
    if kind == "cut off":
        journal = where / "records.jsonl"
        journal.write_bytes(journal.read_bytes()[:-30])
        (where / "spend.json").unlink()
        lost = result.records[-1].genome
        kept = tuple(record for record in result.records if record.genome != lost)
        front = tuple(record for record in result.front if record.genome != lost)
        assert len(front) >= len(result.front) - 1
        result = replace(result, records=kept, front=front)
    return result, open_run(where)


every_kind = pytest.mark.parametrize("found", [*WHOLE, "cut off"], indirect=True)


def plain(record):
    """A record without its curve, which the result does not keep, and seconds rounded."""
    seconds, cpu = round(record.seconds, 3), round(record.cpu_seconds, 3)
    return replace(record, curve=(), seconds=seconds, cpu_seconds=cpu, trace=())


@every_kind
def test_the_records_are_those_of_the_result(found):
    result, run = found
    expected = {record.genome: plain(record) for record in result.records}
    read = {record.genome: plain(record) for record in run.records}
    assert read.keys() == expected.keys()
    for genome, record in read.items():
        other = expected[genome]
        assert (record.metrics, record.partial) == (other.metrics, other.partial)
        assert (record.error, record.kind) == (other.error, other.kind)
        assert record.seconds == pytest.approx(other.seconds, abs=0.002)
        assert (record.seed, record.fidelity, record.effort) == (
            other.seed,
            other.fidelity,
            other.effort,
        )
    assert {r.genome for r in run.failures} == {r.genome for r in result.failures}


@pytest.mark.parametrize("found", WHOLE, indirect=True)
def test_the_front_and_its_architectures_are_those_of_the_result_in_order(found):
    result, run = found
    assert [r.genome for r in run.front] == result.genomes
    assert [r.metrics for r in run.front] == [r.metrics for r in result.front]
    assert [texts(each) for each in run.architectures] == [
        texts(each) for each in result.architectures
    ]


def texts(architecture):
    """As ``front.csv`` shows them."""
    return {
        name: "" if choice is None or choice == "" else str(choice)
        for name, choice in architecture.items()
    }


@every_kind
def test_goals_settings_and_account_are_those_of_the_result(found):
    result, run = found
    assert [(o.name, o.unit, o.label, o.sign, o.best) for o in run.objectives] == [
        (o.name, o.unit, o.label, o.sign, o.best) for o in result.goals.objectives
    ]
    assert run.goals.constraints == result.goals.constraints
    assert run.goals.reference == result.goals.reference
    assert run.config.as_dict() == json.loads(json.dumps(result.config.as_dict()))
    assert run.hypervolumes == tuple(
        (g.n_evaluations, g.hypervolume)
        for g in result.generations
        if g.hypervolume is not None
    )
    assert len(run.generations) == len(result.generations)
    if run.spend.method.startswith("at the end of generation"):
        last = result.generations[-1].spend
        assert run.energy_kwh == pytest.approx(last.energy_kwh, rel=1e-4)
    else:
        assert run.spend == result.spend


@every_kind
def test_every_metric_has_its_direction_and_says_when_it_is_known(found):
    result, run = found
    told = {metric.name: metric for metric in run.metrics}
    problem = result.problem
    for metric in (*problem.objectives, *problem.final, *result.goals.objectives):
        assert run.metric(metric.name) is told[metric.name]
        assert told[metric.name].column == metric.column
    for metric in (*problem.objectives, *problem.final):
        assert told[metric.name].sign == metric.sign
    by_name = {name: metric.when for name, metric in told.items()}
    assert {name for name, when in by_name.items() if when == "final"} == {
        metric.name for metric in problem.final
    }
    assert {name for name, when in by_name.items() if when == "counted"} == problem.cheap
    assert {name for name, when in by_name.items() if when == "hinted"} == problem.hints


@every_kind
def test_the_table_holds_every_record_under_the_columns_of_the_front(found):
    _, run = found
    header, rows = run.table()
    assert len(rows) == len(run.records)
    assert all(len(row) == len(header) for row in rows)
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["genome"] for row in table] == [record.genome for record in run.records]
    assert [row["error"] for row in table] == [record.error for record in run.records]
    with (run.path / "front.csv").open(encoding="utf-8", newline="") as lines:
        columns, *members = csv.reader(lines)
    if members:
        assert set(columns) <= set(header)
    by_genome = {" ".join(map(str, row["genome"])): row for row in table}
    for genome, *cells in members:
        row = by_genome.get(genome, {})
        for column, cell in zip(columns[1:], cells, strict=True):
            value = row.get(column)
            if isinstance(value, float) and row:
                assert value == float(cell) or cell == ""
            elif row:
                assert ("" if value is None else str(value)) == cell


@every_kind
def test_it_is_named_in_a_line(found):
    _, run = found
    assert repr(run).startswith(f"<Run {run.name}: {len(run.records)} architectures")
    assert f"{len(run.front)} on the front of {run.objectives[0].name}" in repr(run)
    assert "\n" not in repr(run)


def test_a_run_that_has_just_begun_is_read(tmp_path):
    search(toy_config("Bowl"), folder=tmp_path / "run", should_stop=lambda: True)
    for name in ("spend.json", "front.csv", "generations.csv"):
        (tmp_path / "run" / name).unlink(missing_ok=True)
    (tmp_path / "run" / "records.jsonl").write_text("")
    run = open_run(str(tmp_path / "run"))
    assert (run.records, run.front, run.generations, run.hypervolumes) == ((), (), (), ())
    assert (run.architectures, run.spend, run.energy_kwh, run.failures) == ([], None, 0.0, ())
    assert run.space.names == toy.Bowl.space.names
    assert run.table()[1] == []
    assert repr(run) == (
        f"<Run run: 0 architectures of {run.config.problem}, 0 on the front of acc, flops, "
        f"params, in {tmp_path / 'run'}>"
    )


def test_a_run_whose_target_is_one_text_is_read_and_gone_on_with(tmp_path):
    folder = tmp_path / "run"
    first = search(toy_config("Bowl", target="a100"), folder=folder)
    file = folder / "config.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["config"]["target"] = "a100"  # as it was before there could be several
    content["checksums"] = checksums(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    assert open_run(folder).config.target == ("a100",)
    longer = toy_config("Bowl", target=["a100"], evaluations=32)
    assert len(search(longer, folder=folder, resume=True).records) > len(first.records)
    with pytest.raises(ValueError, match=r"target is \['a100'\] there and \['t4'\] here"):
        search(toy_config("Bowl", target="t4"), folder=folder, resume=True)
