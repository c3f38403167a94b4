import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.cbook import STEP_LOOKUP_MAP
from matplotlib.figure import Figure

from evonas import Config, Constraint, Gene, Objective, SearchSpace, TabularProblem, search
from evonas.objectives import ACC, CO2, FLOPS, PARAMS, TEST_ACC, Goals, Metric
from evonas.pareto.dominance import front
from evonas.plot import main
from evonas.plots.axes import plot_best, plot_front, plot_hypervolume
from evonas.plots.runs import draw, plot_matrix, save_picture
from evonas.record import Record
from evonas.runs.folder import GENERATIONS, RECORDS, RunFolder
from evonas.runs.manifest import CONFIG
from evonas.runs.reading import open_run
from evonas.runs.run import Run

FRONT = [(60.0, 1e6), (70.0, 2e6), (80.0, 5e6)]
DOMINATED = [(55.0, 3e6), (65.0, 2e6), (80.0, 6e6)]
SMALL = Constraint("params", "<=", 100.0)
OPENINGS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


class Table(TabularProblem):
    """Larger is better and dearer; one row lacks its accuracy, so that it fails."""

    space = SearchSpace((Gene("width", (1, 2, 3, 4, 5)), Gene("depth", (1, 2, 3, 4, 5))))
    objectives = (ACC, FLOPS, PARAMS)
    default_objectives = ("acc", "flops")
    cheap = frozenset({"flops", "params"})

    def lookup(self, architecture):
        width, depth = architecture["width"], architecture["depth"]
        row = {"flops": 1e5 * width * depth, "params": 10.0 * width + depth}
        return row if (width, depth) == (2, 2) else {**row, "acc": 50.0 + 4 * width + depth**2}


def records_of(points, **shared):
    """One record per (acc, flops) or metrics; distinct genomes."""
    metrics = [p if isinstance(p, dict) else {"acc": p[0], "flops": p[1]} for p in points]
    return tuple(Record((i,), {**m, **shared}, 0.1) for i, m in enumerate(metrics))


def run_of(points, *, name="run", objectives=(ACC, FLOPS), hypervolumes=(), **fields):
    return Run(
        name,
        records_of(points),
        Goals(tuple(objectives)),
        generations=[{"evaluations": n, "hypervolume": h} for n, h in hypervolumes],
        **fields,
    )


def write_run(
    path,
    records=None,
    *,
    objectives=(ACC, FLOPS),
    metrics=(),
    constraints=(),
    hypervolumes=(),
    worst=1e7,
):
    told = {
        "space": [{"name": "number", "choices": None, "ordered": None}],
        "decoded_by": "variables",
        "metrics": [metric.as_dict() for metric in metrics],
    }
    resolved = {
        "objectives": [
            {"name": o.name, "unit": o.unit, "label": o.label, "sign": o.sign}
            for o in objectives
        ],
        "constraints": list(map(str, constraints)),
        "hypervolume": {
            "ideal": {o.name: o.best for o in objectives},
            "reference": {o.name: 0.0 if o.sign < 0 else worst for o in objectives},
        },
    }
    resolved |= told if metrics else {}
    folder = RunFolder.create(path, Config(), resolved=resolved)
    for record in records_of(FRONT + DOMINATED) if records is None else records:
        folder.journal.append(record)
    for n_evaluations, hypervolume in hypervolumes:
        folder.add_generation({"evaluations": n_evaluations, "hypervolume": hypervolume})
    folder.close()
    return path


def lines(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


def points(ax, gid):
    """All points that were drawn as one kind, sorted."""
    return sorted(tuple(map(float, xy)) for line in lines(ax, gid) for xy in line.get_xydata())


def words(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def turned(pairs):
    return sorted((flops, acc) for acc, flops in pairs)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "toy"
    config = Config(evaluations=20, pop_size=5, n_jobs=0, constraint=("params<=44",))
    return search(config, problem=Table, folder=folder)


coordinates = st.tuples(st.integers(0, 8).map(float), st.integers(1, 300).map(float))


@settings(max_examples=30, deadline=None)
@given(st.lists(coordinates, min_size=1, max_size=25))
def test_the_drawn_front_is_the_front_of_the_records(pairs):
    F = np.array(pairs) * [ACC.sign, FLOPS.sign]
    expected = [pair for pair, is_kept in zip(pairs, front(F), strict=True) if is_kept]
    ax = plot_front(records_of(pairs), FLOPS, ACC)
    assert points(ax, "front") == turned(expected)
    assert points(ax, "measured") == turned(pairs)


@pytest.mark.parametrize("x_sign", [-1, 1])
@pytest.mark.parametrize("y_sign", [-1, 1])
def test_every_corner_of_the_stairs_is_attained_by_a_member_of_the_front(x_sign, y_sign):
    x, y = Objective("acc", "", "a", x_sign), Objective("flops", "", "b", y_sign)
    cloud = np.random.default_rng(0).random((40, 2))
    ax = plot_front(records_of([tuple(row) for row in cloud.tolist()]), x, y)
    (line,) = lines(ax, "front")
    corners = STEP_LOOKUP_MAP[line.get_drawstyle()](*line.get_data()).T * [x_sign, y_sign]
    members = line.get_xydata() * [x_sign, y_sign]
    assert len(members) > 1
    assert (members[:, None] <= corners).all(2).any(0).all()


def test_what_failed_is_not_drawn_and_what_breaks_a_constraint_is_not_on_the_front():
    too_large = {"acc": 99.0, "flops": 1.5e6, "params": 101.0}
    untrained = {"flops": 2.5e6, "params": 500.0}
    failed = Record((99,), {"acc": 98.0, "flops": 1e6, "params": 1.0}, 0.1, error="it burst")
    fine = records_of(FRONT + DOMINATED, params=100.0)
    records = (*fine, failed, *records_of([too_large, untrained]))
    ax = plot_front(records, FLOPS, ACC, constraints=[SMALL])
    assert points(ax, "front") == turned(FRONT)
    assert points(ax, "measured") == turned(FRONT + DOMINATED)
    assert points(ax, "infeasible") == [(1.5e6, 99.0)]
    assert lines(ax, "foot")[0].get_xdata().tolist() == [2.5e6]
    assert words(ax) == [
        "measured (6)",
        "breaks a constraint",
        "breaks a constraint, not measured",
        "Pareto front (3)",
    ]


def test_axes_say_label_unit_and_direction():
    ax = plot_front(records_of(FRONT, params=7.0), FLOPS, ACC)
    assert ax.get_xlabel() == "FLOPs of one input [FLOP], lower is better"
    assert ax.get_ylabel() == "validation accuracy [%], higher is better"
    ax = plot_front(records_of(FRONT, params=7.0), PARAMS, ACC)
    assert ax.get_xlabel() == "trainable parameters, lower is better"


@pytest.mark.parametrize(
    ("factor", "scale"), [(20.0, "linear"), (20.1, "log"), (900.0, "log"), (1e7, "log")]
)
def test_a_cost_that_spans_a_lot_has_a_logarithmic_axis(factor, scale):
    ax = plot_front(records_of([(1.0, 3e5), (99.0, 3e5 * factor)]), FLOPS, ACC)
    assert (ax.get_xscale(), ax.get_yscale()) == (scale, "linear")
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    texts = [ax.xaxis.get_major_formatter()(tick) for tick in ticks]
    assert 2 <= len(set(texts)) == len(ticks) <= 9
    assert texts[-1][-1] in "MGT"


def test_a_cost_of_zero_keeps_its_axis_linear():
    ax = plot_front(records_of([(50.0, 0.0), (60.0, 1e9)]), FLOPS, ACC)
    assert ax.get_xscale() == "linear"


def test_the_first_objective_goes_up_and_the_second_right(result):
    ax = plot_front(result)
    assert ax.get_ylabel().startswith(ACC.label)
    assert ax.get_xlabel().startswith(FLOPS.label)
    assert points(ax, "front") == turned(result.F.tolist())
    assert plot_front(result, x="params").get_xlabel().startswith(PARAMS.label)


def test_a_run_read_from_its_directory_looks_like_its_result(result):
    run = open_run(result.folder)
    assert [(r.genome, r.metrics, r.error) for r in run.records] == [
        (r.genome, r.metrics, r.error) for r in result.records
    ]
    assert run.goals.reference == result.goals.reference
    for gid in ("front", "measured", "infeasible"):
        assert points(plot_front(run), gid) == points(plot_front(result), gid)
    assert run.hypervolumes == tuple(
        (generation.n_evaluations, generation.hypervolume) for generation in result.generations
    )


@pytest.mark.parametrize("plot", [plot_front, plot_best, plot_hypervolume])
def test_each_run_has_its_colour_marker_and_line_in_every_picture(plot):
    gid = plot.__name__.removeprefix("plot_")
    runs = [run_of(FRONT, name=f"run {i}", hypervolumes=((5, 0.1), (9, 0.2))) for i in range(7)]
    drawn = lines(plot(runs), gid)
    assert len({line.get_color() for line in drawn}) == 7
    assert len({line.get_marker() for line in drawn}) == 7
    assert [line.get_color() for line in drawn] == [
        line.get_color() for line in lines(plot_front(runs), "front")
    ]
    assert words(plot(runs)) == [f"run {i}" for i in range(7)]


def test_thirty_runs_can_still_be_told_apart():
    drawn = lines(plot_front([run_of(FRONT, name=str(i)) for i in range(30)]), "front")
    assert len({(line.get_color(), line.get_marker()) for line in drawn}) == 30


def test_drawing_goes_to_the_given_axes_and_leaves_no_global_figure():
    ax = Figure().add_subplot()
    assert plot_front(records_of(FRONT), FLOPS, ACC, ax=ax) is ax
    assert plot_best(records_of(FRONT), ACC, ax=ax) is ax
    script = "import sys, evonas.plot; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_best_so_far_only_improves_and_ends_at_the_best():
    failed = Record((7,), {}, 0.1, error="it burst")
    records = records_of([(50.0, 1.0), (40.0, 1.0), (70.0, 1.0), (60.0, 1.0)])
    ax = plot_best((*records[:1], failed, *records[1:]), ACC)
    assert points(ax, "best") == [(1, 50), (3, 50), (4, 70), (5, 70), (5, 70)]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "evaluations",
        "validation accuracy [%], higher is better",
    )
    ax = plot_best(records_of([(0.0, 5.0), (0.0, 3.0), (0.0, 4.0)]), FLOPS)
    assert [y for _, y in points(ax, "best")] == [5.0, 3.0, 3.0, 3.0]


def test_the_hypervolume_is_that_of_the_generations():
    history = ((10, 0.2), (20, 0.5), (30, 0.6))
    plain = run_of(FRONT, name="none")
    ax = plot_hypervolume([plain, run_of(FRONT, hypervolumes=history)])
    assert points(ax, "hypervolume") == list(history)
    assert ax.get_xlabel() == "evaluations"
    assert not lines(plot_hypervolume(plain), "hypervolume")[0].get_xydata().size


def test_hypervolumes_on_different_scales_are_never_drawn_together(tmp_path):
    history = ((10, 0.2), (20, 0.5))
    paths = [
        write_run(tmp_path / f"{worst:g}", hypervolumes=history, worst=worst)
        for worst in (1e7, 2e7)
    ]
    runs = list(map(open_run, paths))
    with pytest.raises(ValueError, match=r"hypervolumes of 1e\+07, 2e\+07 cannot be compared"):
        plot_hypervolume(runs)
    assert len(draw(runs).axes) == 1
    assert len(draw(runs[:1]).axes) == 2
    assert draw(runs[:1]).axes[1].get_title() == (
        "reference point: acc\N{NO-BREAK SPACE}0\N{NO-BREAK SPACE}%, "
        "flops\N{NO-BREAK SPACE}10M\N{NO-BREAK SPACE}FLOP"
    )


def test_the_matrix_shows_the_front_of_all_objectives_in_every_pair():
    rng = np.random.default_rng(3)
    rows = [
        {"acc": 100 * a, "flops": 10 ** (4 + 4 * b), "params": 1e3 * (1 + c)}
        for a, b, c in rng.random((60, 3)).tolist()
    ]
    objectives = (ACC, FLOPS, PARAMS)
    run = run_of(rows, objectives=objectives)
    panels = plot_matrix(run)
    values = np.array([[row[o.name] for o in objectives] for row in rows])
    members = values[front(values * [o.sign for o in objectives])]
    for i in range(3):
        for j in range(i):
            expected = sorted(map(tuple, members[:, [j, i]].tolist()))
            assert points(panels[i, j], "front") == expected
        assert panels[i, i].get_title().startswith(objectives[i].label)
        assert all(panel is None for panel in panels[i, i + 1 :])
    assert panels[2, 0].get_xlabel() == "validation accuracy [%]"
    assert panels[1, 0].get_ylabel() == "FLOPs of one input [FLOP]"
    assert (panels[2, 1].get_xscale(), panels[1, 0].get_yscale()) == ("log", "log")
    assert panels[2, 2].get_xscale() == "linear"


def test_the_upper_right_of_a_matrix_holds_the_hypervolume_where_there_is_one():
    rows = [{"acc": a, "flops": f, "params": f / 7, "co2": f / 1e6} for a, f in FRONT]
    objectives = (ACC, FLOPS, PARAMS, CO2)
    history = ((2, 0.1), (3, 0.2))
    goals = Goals(objectives, reference={o.name: 0.0 for o in objectives})
    run = replace(run_of(rows, hypervolumes=history), goals=goals)
    for n, n_panels in ((2, 1), (3, 6 + 1), (4, 10 + 1)):
        with_one = draw(run, objectives[:n])
        without = draw(run_of(rows), objectives[:n])
        assert (len(with_one.axes), len(without.axes)) == (n_panels + 1, n_panels)
        assert points(with_one.axes[-1], "hypervolume") == list(history)
    with_one.draw_without_rendering()
    corner = with_one.axes[-1].get_position()
    others = [ax.get_position() for ax in with_one.axes[:-1]]
    assert corner.x1 >= max(box.x1 for box in others) - 0.02
    assert corner.y1 >= max(box.y1 for box in others) - 0.02
    assert not any(corner.overlaps(box) for box in others)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("suffix", OPENINGS)
def test_every_kind_of_file_is_written(n, suffix, tmp_path):
    run = write_run(
        tmp_path / "run",
        records_of(FRONT, params=3.0),
        objectives=(ACC, FLOPS, PARAMS)[:n],
        hypervolumes=((3, 0.5),),
    )
    out = tmp_path / f"picture{suffix}"
    assert save_picture([run], out=out) == out
    assert out.read_bytes().startswith(OPENINGS[suffix])
    assert out.stat().st_size > 3000


def test_a_run_that_is_still_going_on_can_be_drawn(tmp_path):
    run = write_run(tmp_path / "run", hypervolumes=((3, 0.25), (6, 0.5)))
    whole = open_run(run)
    for file in (RECORDS, GENERATIONS):
        text = (run / file).read_text()
        (run / file).write_text(text + text.splitlines()[-1][:-1])
    assert open_run(run) == whole
    assert points(plot_front(open_run(run)), "front") == turned(FRONT)
    assert main([str(run)]) == 0
    (run / GENERATIONS).unlink()
    assert open_run(run).hypervolumes == ()
    assert main([str(run)]) == 0


def test_constraints_are_read_with_the_run(tmp_path):
    too_large = {"acc": 99.0, "flops": 1e5, "params": 101.0}
    records = (*records_of(FRONT, params=100.0), Record((9,), too_large, 0.1))
    ax = plot_front(open_run(write_run(tmp_path / "run", records, constraints=[SMALL])))
    assert points(ax, "front") == turned(FRONT)
    assert points(ax, "infeasible") == [(1e5, 99.0)]


def test_generations_without_a_reference_point_have_no_hypervolume(tmp_path):
    run = write_run(tmp_path / "run", hypervolumes=((3, None), (6, None)))
    assert open_run(run).hypervolumes == ()


def test_metrics_beyond_the_objectives_are_drawn_in_the_direction_that_the_run_tells(tmp_path):
    naswot = Metric("naswot", "", "naswot, untrained", -1, best=None, when="hinted")
    latency = Metric("latency", "ms", "time of one input", +1, when="counted")
    run = write_run(
        tmp_path / "run",
        records_of(FRONT, params=3.0, naswot=5.0, latency=1.0),
        metrics=(ACC, FLOPS, naswot, latency),
    )
    drawn = open_run(run)
    assert drawn.shared == ("acc", "flops", "latency", "naswot", "params")
    ax = plot_front(drawn, "latency", "naswot")
    assert ax.get_xlabel() == "time of one input [ms], lower is better"
    assert ax.get_ylabel() == "naswot, untrained, higher is better"
    assert main([str(run), "--objectives", "acc, naswot"]) == 0


def test_a_direction_is_never_guessed(tmp_path, capsys):
    run = write_run(tmp_path / "run", records_of(FRONT, naswot=5.0))
    assert main([str(run), "--objectives", "acc,naswot"]) == 2
    assert capsys.readouterr().err == (
        "evonas: run does not tell whether 'naswot' is better high or low, only that of acc, "
        "flops; give an Objective in its place, or let the problem declare it and go on with "
        "the run\n"
    )
    with pytest.raises(ValueError, match=r"tells? whether 'flops' is better.*of nothing"):
        plot_front(replace(run_of(FRONT), goals=Goals(())), "flops", ACC)
    naswot = Objective("naswot", "", "naswot", -1)
    assert plot_front(open_run(run), naswot, "acc").get_xlabel() == "naswot, higher is better"


def test_runs_that_tell_different_directions_are_not_drawn_together(tmp_path):
    names = []
    for sign in (-1, 1):
        metric = Metric("speed", "", "speed", sign)
        records = records_of(FRONT, speed=1.0)
        names.append(write_run(tmp_path / f"of{sign}", records, metrics=(ACC, FLOPS, metric)))
    with pytest.raises(ValueError, match=r"run of-1 and run of1 tell different .* 'speed'"):
        plot_front(list(map(open_run, names)), "speed", "acc")


def test_a_final_metric_is_drawn_for_the_architectures_that_have_it(tmp_path):
    records = (*records_of(FRONT, test_acc=5.0)[:2], *records_of(FRONT)[2:])
    told = write_run(tmp_path / "told", records, metrics=(ACC, FLOPS, TEST_ACC))
    ax = plot_front(open_run(told), y="test_acc")
    assert ax.get_ylabel() == "test accuracy [%], higher is better"
    assert points(ax, "measured") == [(60.0, 5.0), (70.0, 5.0)]


def test_a_metric_of_some_architectures_alone_cannot_be_drawn(tmp_path):
    records = (*records_of(FRONT, depth=5.0)[:2], *records_of(FRONT)[2:])
    depth = Metric("depth", "", "depth", +1)
    run = open_run(write_run(tmp_path / "run", records, metrics=(ACC, FLOPS, depth)))
    with pytest.raises(ValueError, match=r"'depth'; run run has acc, flops$"):
        plot_front(run, y="depth")


def test_the_picture_lies_in_its_run_or_for_several_runs_here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        write_run(tmp_path / name)
    assert main(["a"]) == main(["a"]) == main(["a", "b"]) == 0
    assert capsys.readouterr().out.splitlines() == ["a/front.png", "a/front.png", "front.png"]
    assert (tmp_path / "a/front.png").is_file()
    assert (tmp_path / "front.png").is_file()
    assert not (tmp_path / "b/front.png").exists()


def test_runs_of_one_name_are_told_apart_by_their_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("old/a", "new/a", "b"):
        write_run(tmp_path / name)
    assert main(["old/a", "new/a", "b", "--out", "all.svg"]) == 0
    drawn = (tmp_path / "all.svg").read_text()
    assert all(f"<!-- {name} -->" in drawn for name in ("old/a", "new/a", "b"))


def test_a_run_without_anything_feasible_is_drawn_without_a_front(tmp_path):
    run = write_run(
        tmp_path / "run", records_of(FRONT), constraints=[Constraint("acc", ">=", 99.0)]
    )
    ax = plot_front(open_run(run))
    assert points(ax, "front") == []
    assert points(ax, "infeasible") == turned(FRONT)
    for objectives in ("acc", "acc,flops"):
        assert main([str(run), "--objectives", objectives]) == 0


def test_objectives_may_be_one_text_with_commas(tmp_path):
    run = write_run(tmp_path / "run")
    for n, objectives in enumerate(("acc,flops", ["acc", "flops"])):
        save_picture([run], objectives=objectives, out=tmp_path / f"{n}.png")
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()
    labels = {ax.get_xlabel() for ax in draw(open_run(run), "acc, flops").axes}
    assert labels == {ax.get_xlabel() for ax in draw(open_run(run), ["acc", "flops"]).axes}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nowhere", "no run at nowhere: there is no such directory"),
        ("good nowhere", "no run at nowhere: there is no such directory"),
        (".", ". is not a run of evonas: it holds no config.json"),
        ("good --objectives acc,flop", "unknown objective 'flop'; run good has acc, flops"),
        ("good cheap --objectives acc", "unknown objective 'acc'; run cheap has flops"),
        ("good cheap", "unknown objective 'acc'; run cheap has flops"),
        ("good --objectives acc,acc", "objectives name one twice: acc, acc"),
        ("empty", "run empty holds no architecture that was measured in full"),
        ("failed", "run failed holds no architecture that was measured in full"),
        ("good failed", "run failed holds no architecture that was measured in full"),
        ("good --out f.gif", "cannot write f.gif; its suffix must be one of .png, .svg, .pdf"),
        ("good --out f", "cannot write f; its suffix must be one of .png, .svg, .pdf"),
        ("good --out no/f.png", "[Errno 2] No such file or directory: 'no/f.png'"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "good")
    write_run(tmp_path / "cheap", records_of([{"flops": 1.0}]), objectives=(FLOPS,))
    write_run(tmp_path / "empty", ())
    write_run(tmp_path / "failed", [Record((0,), {}, 0.1, error="it burst")])
    assert main(arguments.split()) == 2
    assert capsys.readouterr() == ("", f"evonas: {message}\n")


NO_GOALS = {"format": 3, "config": {}, "resolved": {}}


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (CONFIG, "{", "config.json cannot be read"),
        (CONFIG, json.dumps(NO_GOALS), "config.json cannot be read: KeyError"),
        (CONFIG, "{}", "config.json cannot be read: ValueError: it has no format"),
        (RECORDS, "half a line\n{}\n", "records.jsonl, line 1: not a record"),
        (GENERATIONS, "evaluations\n3\n", "generations.csv cannot be read: KeyError"),
        (
            GENERATIONS,
            "evaluations,hypervolume\n3,?\n",
            "generations.csv cannot be read: Value",
        ),
    ],
)
def test_a_damaged_file_is_named(file, content, message, tmp_path, capsys):
    run = write_run(tmp_path / "run")
    (run / file).write_text(content)
    assert main([str(run)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_pictures_that_need_more_objectives_say_so():
    with pytest.raises(ValueError, match="2 in number, and records has none; name the metrics"):
        plot_front(records_of(FRONT))
    with pytest.raises(ValueError, match="2 in number, and run has acc; name the metrics"):
        plot_front(run_of(FRONT, objectives=[ACC]))
    with pytest.raises(ValueError, match="1 in number, and records has none"):
        draw(records_of(FRONT))
    with pytest.raises(ValueError, match="two objectives or more, got acc alone"):
        plot_matrix(run_of(FRONT), ["acc"])


def test_help_describes_the_command(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "RUN [RUN ...]" in capsys.readouterr().out
