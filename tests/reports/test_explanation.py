import json
from dataclasses import replace

import pytest
import toy

from evonas import Config, search
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.reports.explained import explain
from evonas.reports.explanation import MOST_CHANGES
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "bowl"
    config = Config(
        problem=toy.reference("Bowl"),
        objectives=("acc", "flops"),
        evaluations=60,
        pop_size=10,
        n_jobs=0,
    )
    search(config, folder=folder)
    return open_run(folder)


@pytest.fixture(scope="module")
def whole(run):
    return explain(run)


def of_records(run, *records, goals=None):
    records = tuple(Record(genome, metrics, 0.1) for genome, metrics in records)
    return replace(run, records=records, goals=goals or run.goals, metrics=())


def section(lines, start):
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    rest = lines[first:]
    return rest[: rest.index("")] if "" in rest else rest


def test_the_whole_is_said_section_by_section(whole, run):
    lines = whole.lines()
    assert lines[0].startswith("Run bowl of ")
    assert lines[0].endswith(f": 60 architectures, {len(run.front)} on the front of acc, flops")
    starts = ("What drives acc [%], predicted", "What drives flops [FLOP], exact", "From each")
    assert all(section(lines, start) for start in starts)
    assert str(whole) == "\n".join(lines)


def test_every_step_is_a_line_with_gains_and_changes(whole, run):
    head, _, *rows = section(whole.lines(), "From each member")
    assert head == (
        "From each member to the next by flops, the cheapest first; in brackets what each "
        "change brings of flops [FLOP]:"
    )
    assert len(rows) == len(whole.steps)
    for row, step in zip(rows, whole.steps, strict=True):
        assert run.ids[step.start] in row
        assert f"{step.changes[0].gene} {step.changes[0].before} -> " in row
        assert "(+" in row or "(-" in row


def test_every_member_is_a_line_with_its_margins_and_their_rivals(whole, run):
    _, adds, header, *rows = section(whole.lines(), "Why each is on the front")
    assert adds == "It adds that share of the hypervolume, which no other covers."
    assert header.split()[-4:] == ["less", "acc", "more", "flops"]
    assert len(rows) == len(run.front)
    assert rows[0].split()[0] == run.ids[whole.members[0].genome]
    assert " any " in rows[0]
    assert rows[-1].endswith("any")
    assert f"({run.ids[whole.members[1].genome]})" in rows[0]


def test_one_member_is_told_alone(run):
    genome = run.front[1].genome
    found = explain(run, about=genome)
    lines = found.lines()
    assert lines[0] == f"Architecture {run.ids[genome]} of run bowl"
    assert "What drives" not in "\n".join(lines)
    assert section(lines, "Why each")[-1].split()[0] == run.ids[genome]
    told = found.as_dict()
    assert told["id"] == run.ids[genome]
    assert told["member"]["metrics"] == dict(run.front[1].metrics)
    assert all(told["id"] in (step["from"], step["to"]) for step in told["steps"])


def test_who_is_not_on_the_front_is_told_who_dominates_it(run):
    behind = next(
        r for r in run.records if r.genome not in {member.genome for member in run.front}
    )
    (line,) = explain(run, about=behind.genome).lines()
    assert f"Architecture {run.ids[behind.genome]} of run bowl is not on the front: " in line
    assert f"of {len(run.front)} members dominate it: " in line
    assert f"against {behind.metrics['acc']:.4g}" in line
    assert explain(run, about=behind.genome).as_dict()["member"] is None


def test_why_an_architecture_is_not_on_the_front_may_be_another_reason(run):
    goals = replace(run.goals, constraints=())
    rest = [(r.genome, r.metrics) for r in run.front]
    said = explain(run, about=(2, 4, 4, 0)).as_dict()["why_not"]
    known = {r.genome for r in run.records}
    assert ((2, 4, 4, 0) in known) == (said != "run bowl has not measured it.")
    cut = of_records(run, *rest, ((2, 0, 0, 0), {"flops": 1.0}), goals=goals)
    assert explain(cut, about=(2, 0, 0, 0)).as_dict()["why_not"] == (
        "it breaks a constraint, or was not measured in full."
    )
    failed = Record((2, 0, 0, 0), {}, 0.1, error="too deep")
    bad = replace(cut, records=(*cut.records[:-1], failed))
    assert explain(bad, about=(2, 0, 0, 0)).as_dict()["why_not"] == "it failed: too deep"


def test_many_changes_are_cut_and_a_lone_member_has_no_step(run):
    alone = of_records(run, ((1, 0, 0, 0), {"acc": 50.0, "flops": 128e3}))
    lines = explain(alone, objectives=["flops"]).lines()
    assert "There is one member on the front, and so no step by flops." in lines
    pair = of_records(
        run,
        ((0, 0, 0, 0), {"acc": 50.0, "flops": 128e3}),
        ((2, 4, 4, 1), {"acc": 90.0, "flops": 1e3 * 48**2 * 6 * 1.2}),
    )
    found = explain(pair, objectives=["flops"])
    assert len(found.steps[0].changes) == MOST_CHANGES
    assert "more" not in section(found.lines(), "From each")[-1]


def test_what_would_steer_a_terminal_is_spelt_out(run):
    kept = run.spelling.space.as_dicts()
    kept[1]["name"] = "wide\x1b[2J"
    odd = replace(run, spelling=replace(run.spelling, space=type(run.space).from_dicts(kept)))
    found = explain(odd, objectives=["flops"])
    assert "genes of run bowl are not those" in found.notes[0]
    assert any(gene.gene == "wide\x1b[2J" for gene in found.drivers[0].genes)
    assert "\x1b" not in str(found)


def test_without_a_reference_point_nothing_is_said_of_hypervolume(run):
    plain = replace(run, goals=Goals((ACC, FLOPS)))
    lines = explain(plain, objectives=["flops"]).lines()
    assert "hypervolume" not in "\n".join(lines)


def test_json_is_whole_and_strict(whole):
    told = json.loads(whole.to_json())
    assert json.loads(json.dumps(whole.as_dict(), allow_nan=False)) == told
    assert [each["metric"] for each in told["drivers"]] == ["acc", "flops"]
    assert told["members"][0]["margins"][0] == {
        "objective": "acc",
        "distance": None,
        "rival": None,
    }
    step = told["steps"][0]
    brought = sum(change["brings"]["flops"] for change in step["changes"])
    assert brought == pytest.approx(step["gains"]["flops"])


def test_what_is_not_explained_has_its_reason(run):
    found = explain(replace(run, records=run.front[:15]))
    assert "too few to learn from; it takes 20" in found.unexplained["acc"]
    assert any(
        line.startswith("Nothing is said of what drives acc: ") for line in found.lines()
    )
    assert found.as_dict()["unexplained"].keys() == {"acc"}


def test_a_picture_is_written_and_one_of_nothing_is_refused(whole, run, tmp_path):
    whole.draw(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 10_000
    with pytest.raises(ValueError, match="there is nothing to draw: one architecture alone"):
        explain(run, about=run.front[0].genome).draw(tmp_path / "b.png")
    few = explain(replace(run, records=run.front[:15]), objectives=["acc"])
    with pytest.raises(ValueError, match="there is nothing to draw: acc was measured of"):
        few.draw(tmp_path / "b.png")
