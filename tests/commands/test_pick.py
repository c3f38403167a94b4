import json
import re

import pytest
import toy

from evonas.commands import main as run
from evonas.commands import pick
from evonas.config import Config
from evonas.engine.search import search
from evonas.pareto.choice import Choice
from evonas.reports.shortlist import Shortlist
from evonas.runs.reading import open_run
from evonas.short_ids import short_id

LABELS = r"\s*(pick|pick \d+|next \d)  .*  (\S+)"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs by name; not to be written to."""
    folder = tmp_path_factory.mktemp("runs")
    configs = {
        "bowl": Config(problem=toy.reference("Bowl"), evaluations=40, pop_size=8, n_jobs=0),
        "curved": Config(problem=toy.reference("Curved"), evaluations=30, pop_size=8, n_jobs=0),
        "bound": Config(
            problem=toy.reference("Bowl"),
            constraint=("params>=5000",),
            evaluations=20,
            pop_size=8,
            n_jobs=0,
        ),
        "hopeless": Config(
            problem=toy.reference("Hopeless"), evaluations=6, pop_size=3, n_jobs=0
        ),
        "zero": Config(problem=toy.reference("Zero"), evaluations=9, pop_size=3, n_jobs=0),
        "plain": Config(problem=toy.reference("Balanced"), evaluations=60, n_jobs=0),
    }
    for name, config in configs.items():
        search(config, folder=folder / name)
    return folder


@pytest.fixture
def said(made, capsys):
    """What the command says about a run."""

    def say(name, *words):
        capsys.readouterr()
        status = pick.main([str(made / name), *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return say


def genomes(out):
    """Genome by label, as the table shows them."""
    found = (re.fullmatch(LABELS, line) for line in out.splitlines())
    return {match[1]: tuple(map(int, match[2].split("-"))) for match in found if match}


def values(made, name, metric, *, where=lambda metrics: True):
    records = open_run(made / name).records
    return {r.genome: r.metrics[metric] for r in records if where(r.metrics)}


def test_without_a_way_it_is_the_knee(said):
    status, out, _ = said("bowl")
    assert status == 0
    assert (status, out) == said("bowl", "--knee")[:2]
    assert out.startswith("Picked as the knee: a step to any neighbour loses far more ")
    assert list(genomes(out)) == ["pick", "next 1", "next 2"]


def test_all_is_told_in_natural_units_and_direction(said, made):
    _, out, _ = said("bowl", "--best", "acc")
    how, origin, empty, header, first, *rest = out.splitlines()
    front = open_run(made / "bowl").front
    best = max(front, key=lambda record: record.metrics["acc"])
    assert how == "Picked for the highest acc."
    assert origin == f"From a front of {len(front)}, out of 40 measured."
    assert empty == ""
    assert header.split() == ["id", "acc", "[%]", "flops", "[FLOP]", "params", "genome"]
    assert first.split()[:4] == [
        "pick",
        short_id(best.genome),
        f"{best.metrics['acc']:.4g}",
        "(best)",
    ]
    assert f"{best.metrics['flops']:,.0f} (" in first
    assert first.split()[-1] == "-".join(map(str, best.genome))
    assert f"the place among its {len(front)}." in out
    width = next(line for line in rest if line.split()[:1] == ["width"])
    assert width.split()[1] == str(toy.GENES[1].choices[best.genome[1]])


def test_shares_and_places_are_of_the_front(said, made):
    _, out, _ = said("bowl", "--best", "acc")
    front = open_run(made / "bowl").front
    ranked = sorted((record.metrics["acc"] for record in front), reverse=True)
    share = 100 * (ranked[1] - ranked[-1]) / (ranked[0] - ranked[-1])
    assert f"{ranked[1]:.4g} ({share:.0f} %, 2nd)" in out.splitlines()[5]


def test_weights_move_the_pick(said, made):
    accs = values(made, "bowl", "acc")
    picks = {
        ratio: genomes(said("bowl", "--weights", f"acc={ratio},flops=1")[1])["pick"]
        for ratio in (0.1, 1, 1e6)
    }
    assert accs[picks[0.1]] < accs[picks[1]] < accs[picks[1e6]] == max(accs.values())
    _, out, _ = said("bowl", "--weights", "acc=3, flops=1")
    assert out.startswith(
        "Picked by pseudo weights: its gains over the front's worst are nearest to the "
        "proportion acc 75 %, flops 25 %; params had no say.\n"
    )


def test_where_comes_before_the_choice(said, made):
    status, out, _ = said("bowl", "--where", "params<=3e4", "--where", "acc<=60", "--best=acc")
    fit = values(made, "bowl", "acc", where=lambda m: m["params"] <= 3e4 and m["acc"] <= 60)
    assert status == 0
    assert f"out of {len(fit)} that keep params<=30000, acc<=60, of 40 measured." in out
    assert fit[genomes(out)["pick"]] == max(fit.values())


@pytest.mark.parametrize("way", [["--knee"], ["--weights", "acc=1"], ["--near", "60,1e6,1e4"]])
def test_where_goes_with_every_way(said, made, way):
    _, out, _ = said("bowl", *way, "--where", "params<=3e4")
    params = values(made, "bowl", "params")
    assert all(params[genome] <= 3e4 for genome in genomes(out).values())


def test_levels_are_told_with_or_without_names(said, made):
    record = open_run(made / "bowl").front[3]
    acc, flops, params = (repr(record.metrics[name]) for name in ("acc", "flops", "params"))
    status, out, _ = said("bowl", "--near", f"{acc},{flops},{params}")
    assert status == 0
    assert genomes(out)["pick"] == record.genome
    assert "it reaches all of it." in out
    named = said("bowl", "--near", f"params={params}, acc={acc}, flops={flops}")[1]
    assert named == out


def test_what_a_level_is_missed_by_is_told(said, made):
    _, out, _ = said("bowl", "--near", "100,1e6,1e4")
    (acc,) = [values(made, "bowl", "acc")[genomes(out)["pick"]]]
    assert "nearest to acc=100, flops=1,000,000, params=10,000; it misses acc by " in out
    assert f"acc by {100 - acc:.4g} %" in out


def test_the_runs_own_constraints_hold(said, made):
    _, out, _ = said("bound", "--weights", "params=1")
    params = values(made, "bound", "params")
    assert params[genomes(out)["pick"]] == min(p for p in params.values() if p >= 5000)


def test_a_metric_of_the_final_front_alone_is_shown_and_may_decide(said, made):
    _, out, _ = said("curved")
    assert "test_acc [%]" in out
    assert "flatters" not in out
    status, out, _ = said("curved", "--best", "test_acc")
    assert status == 0
    assert out.startswith("Picked for the highest test_acc.")
    assert "Picked by test_acc, which flatters the picks from now on" in out
    measured = values(made, "curved", "test_acc", where=lambda m: "test_acc" in m)
    assert measured[genomes(out)["pick"]] == max(measured.values())


def test_a_front_of_one_point_is_no_choice(said):
    status, out, _ = said("zero")
    assert status == 0
    assert out.startswith("Picked as the only one to choose from.")
    assert "50 (all the same)" in out


def test_a_straight_front_has_no_knee(said):
    status, out, _ = said("plain")
    assert status == 0
    assert out.startswith("No knee stands out, so the best compromise is picked")
    assert re.search(r"^x1 +1 +2 +0$", out, re.MULTILINE)


def test_of_many_knees_a_few_are_shown(made):
    lines = Shortlist.read(made / "bowl").table(Choice(tuple(range(9)), n_chosen=7))
    assert [line.split()[:2] for line in lines[1:6]] == [["pick", str(i)] for i in range(1, 6)]
    assert lines[6] == "... and 2 more, which --out writes as well"


def test_the_picks_are_written_for_another_search(said, made, tmp_path):
    file = tmp_path / "picks.json"
    before = sorted(path.name for path in (made / "bowl").iterdir())
    status, out, _ = said("bowl", "--best", "acc", "--out", file)
    assert status == 0
    assert out.endswith(f"\nWritten: {file}\n")
    content = json.loads(file.read_text())
    assert list(content) == ["problem", "genomes", "metrics"]
    assert content["problem"] == toy.reference("Bowl")
    assert [tuple(genome) for genome in content["genomes"]] == [genomes(out)["pick"]]
    assert content["metrics"][0]["acc"] == max(values(made, "bowl", "acc").values())
    assert sorted(path.name for path in (made / "bowl").iterdir()) == before
    status, out, err = said("bowl", "--out", file)
    assert (status, out) == (2, "")
    assert err == f"evonas: {file} exists; give another file with --out\n"


def test_a_run_that_is_still_going_on_can_be_picked_from(said, made, tmp_path):
    part = tmp_path / "part"
    part.mkdir()
    for name in ("config.json", "environment.json"):
        (part / name).write_bytes((made / "bowl" / name).read_bytes())
    lines = (made / "bowl" / "records.jsonl").read_bytes().splitlines(keepends=True)
    (part / "records.jsonl").write_bytes(b"".join(lines[:12]) + lines[12][:40])
    status, out, _ = said(part, "--best", "acc")
    assert status == 0
    assert "out of 12 measured." in out


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("nowhere", [], r"no run at .*nowhere: there is no such directory"),
        (".", [], r"is not a run of evonas: it holds no config\.json"),
        ("hopeless", [], r"run hopeless has no front to pick from"),
        ("bowl", ["--knee", "--best", "acc"], r"--knee and --best exclude each other: give"),
        (
            "bowl",
            ["--near", "1,2,3", "--weights", "acc=1"],
            r"--weights and --near exclude each other: give one way to pick",
        ),
        (
            "bowl",
            ["--weights", "flop=1"],
            r"--weights: unknown objective 'flop' \(did you mean 'flops'\?\); run bowl has",
        ),
        ("bowl", ["--weights", "acc=1,acc=2"], r"--weights names acc twice"),
        (
            "bowl",
            ["--weights", "acc=-1,flops=2"],
            r"--weights 'acc=-1,flops=2': weights must not be negative, nor zero throughout",
        ),
        ("bowl", ["--weights", "acc=0"], r"must not be negative, nor zero throughout"),
        ("bowl", ["--weights", "acc=much"], r"--weights: 'much' is no finite number"),
        ("bowl", ["--weights", "acc=inf"], r"--weights: 'inf' is no finite number"),
        (
            "bowl",
            ["--weights", "acc"],
            r"cannot read the part of --weights 'acc'; expected one like 'acc=1'",
        ),
        ("bowl", ["--weights", ""], r"cannot read the part of --weights ''; expected one like"),
        (
            "bowl",
            ["--near", "92,2e7"],
            r"--near '92,2e7' does not give one level for each of the 3 objectives: acc, fl",
        ),
        ("bowl", ["--near", "acc=92,flops=1"], r"does not give one level for each of the 3"),
        ("bowl", ["--near", "92,2e7,few"], r"--near: 'few' is no finite number"),
        ("bowl", ["--near", "90,nan,1"], r"--near: 'nan' is no finite number"),
        (
            "bowl",
            ["--near", "ac=1,flops=2,params=3"],
            r"--near: unknown objective 'ac' \(did you mean 'acc'\?\)",
        ),
        (
            "bowl",
            ["--best", "param"],
            r"unknown metric 'param' \(did you mean 'params'\?\); run bowl measured flops, par",
        ),
        (
            "bowl",
            ["--where", "fops<=1e6"],
            r"unknown metric 'fops' \(did you mean 'flops'\?\); run bowl measured",
        ),
        ("bowl", ["--where", "params<1e5"], r"cannot read the constraint 'params<1e5'; expect"),
        (
            "bowl",
            ["--where", "params<=500"],
            r"no architecture of run bowl keeps params<=500; closest is 0-0-0-0, with params "
            r"976, 476 \(95\.2 %\) above 500$",
        ),
        (
            "bowl",
            ["--where", "params<=1000", "--where", "acc>=80"],
            r"keeps params<=1000, acc>=80; closest is \S+, with params 1,452, 452 \(45\.2 %\) "
            r"above 1,000 and acc \S+, \S+ \(\S+ %\) below 80$",
        ),
        ("bowl", ["--where", "flops<=0"], r"with flops ([\d,]+), \1 above 0$"),
        ("bowl", ["--out", "no/such/folder/a.json"], r"No such file or directory: 'no/such/fo"),
    ],
)
def test_a_mistake_is_said_in_one_line(said, name, words, message):
    status, out, err = said(name, *words)
    assert (status, out) == (2, "")
    assert re.search(message, err), err
    assert err.startswith("evonas: ")
    assert err.count("\n") == 1


def test_the_final_metric_of_what_is_not_on_the_runs_front_is_unknown(said, made):
    name, dominated = next(
        iter(values(made, "curved", "acc", where=lambda m: "test_acc" not in m).items())
    )
    window = ["--where", f"acc<={dominated!r}", "--where", f"acc>={dominated!r}"]
    assert genomes(said("curved", *window)[1]) == {"pick": name}
    status, _, err = said("curved", *window, "--best", "test_acc")
    assert status == 2
    assert err.endswith("no member of the front of run curved was measured for test_acc\n")
    status, _, err = said("curved", *window, "--where", "test_acc>=1")
    assert status == 2
    assert "closest is" in err


def test_it_is_a_command_of_evonas(made, capsys):
    assert run.main(["pick", str(made / "bowl"), "--best", "params"]) == 0
    assert capsys.readouterr().out.startswith("Picked for the lowest params.")


def test_the_best_on_each_target_is_told_below_the_pick(tmp_path, capsys):
    config = Config(
        problem="digits",
        objectives=("acc", "latency@raspberry-pi-4", "energy@t4:b8"),
        **{"epochs": 1, "subset": 32, "evaluations": 4, "pop_size": 2, "n_jobs": 0},
    )
    search(config, folder=tmp_path / "two")
    assert pick.main([str(tmp_path / "two"), "--where", "energy@t4:b8<=9", "--knee"]) == 0
    told = capsys.readouterr().out
    *_, board, card = told.splitlines()
    assert re.match(r"raspberry-pi-4 +knee of acc, latency@raspberry-pi-4 ", board)
    assert re.match(r"t4:b8 +best acc within energy@t4:b8<=9 ", card)
