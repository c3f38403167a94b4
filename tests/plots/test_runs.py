import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import matplotlib as mpl
import pytest
from drawn_runs import (
    FRONT,
    lines,
    overlapping,
    points,
    records_of,
    run_of,
    turned,
    words,
    write_run,
)
from matplotlib.figure import Figure

from evonas import Config, Constraint, Gene, Objective, SearchSpace, TabularProblem, search
from evonas.objectives import ACC, CO2, FLOPS, PARAMS, TEST_ACC, Goals, Metric
from evonas.plot import main
from evonas.plots.convergence import plot_best, plot_hypervolume
from evonas.plots.front import plot_front
from evonas.plots.matrix import plot_matrix
from evonas.plots.runs import Kind, Picture, draw, save_picture
from evonas.record import Record
from evonas.runs.folder import GENERATIONS, RECORDS
from evonas.runs.manifest import CONFIG
from evonas.runs.reading import open_run

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


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "toy"
    config = Config(evaluations=20, pop_size=5, n_jobs=0, constraint=("params<=44",))
    return search(config, problem=Table, folder=folder)


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


def test_drawing_goes_to_the_given_axes_and_leaves_no_global_figure():
    ax = Figure().add_subplot()
    assert plot_front(records_of(FRONT), FLOPS, ACC, ax=ax) is ax
    assert plot_best(records_of(FRONT), ACC, ax=ax) is ax
    script = "import sys, evonas.plot; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


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
    assert draw(runs[:1]).axes[1].get_title().replace("\n", " ") == (
        "reference point: acc\N{NO-BREAK SPACE}0\N{NO-BREAK SPACE}%, "
        "flops\N{NO-BREAK SPACE}10M\N{NO-BREAK SPACE}FLOP"
    )


def test_the_upper_right_of_a_matrix_holds_the_hypervolume_where_there_is_one():
    rows = [{"acc": a, "flops": f, "params": f / 7, "co2": f / 1e6} for a, f in FRONT]
    objectives = (ACC, FLOPS, PARAMS, CO2)
    history = ((2, 0.1), (3, 0.2))
    goals = Goals(objectives, reference={o.name: 0.0 for o in objectives})
    run = replace(run_of(rows, hypervolumes=history), goals=goals)
    for n, n_panels in ((2, 1), (3, 6 + 1), (4, 10 + 1)):
        kind = Picture(kind="matrix" if n > 2 else "overview")
        with_one = draw(run, objectives[:n], picture=kind)
        without = draw(run_of(rows), objectives[:n], picture=kind)
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
    assert all(f">{name}</text>" in drawn for name in ("old/a", "new/a", "b"))


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


KINDS = get_args(Kind)
WIDE = [
    {"acc": a, "flops": f, "params": f / 7, "co2": f / 1e6, "test_acc": a - 1} for a, f in FRONT
]


def wide_run(n, name="run", **words):
    """A run of so many objectives, with a hypervolume."""
    objectives = (ACC, FLOPS, PARAMS, CO2)[:n]
    goals = Goals(objectives, reference={o.name: 0.0 for o in objectives})
    metrics = (ACC, FLOPS, PARAMS, CO2, TEST_ACC)
    made = run_of(WIDE, name=name, hypervolumes=((2, 0.1), (3, 0.2)), metrics=metrics)
    return replace(made, goals=goals, config=Config(**words))


def labels_of(figure):
    return [(ax.get_xlabel(), ax.get_ylabel().replace("\n", " ")) for ax in figure.axes]


def test_an_overview_is_chosen_by_the_number_of_objectives():
    volume = ("evaluations", "hypervolume, higher is better")
    up = "validation accuracy [%], higher is better"
    one, two, three, four = (draw(wide_run(n)) for n in (1, 2, 3, 4))
    assert labels_of(one) == [("evaluations", up)]
    assert labels_of(two)[1] == volume
    assert labels_of(three)[0][1] == up
    assert labels_of(three)[2] == ("", "trainable parameters, lower is better")
    assert labels_of(four)[1] == volume
    assert len(lines(four.axes[0], "front")) == 3
    assert [figure.get_suptitle() for figure in (one, four)] == ["run: 3 architectures"] * 2


def test_three_objectives_of_several_runs_are_a_matrix_for_colours_tell_runs():
    figure = draw([wide_run(3, "a"), wide_run(3, "b")])
    assert len(figure.axes) == 6 + 1 + 1
    assert draw([wide_run(2, "a"), wide_run(2, "b")]).get_suptitle() == ""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("exits", "return")])
@pytest.mark.parametrize("size", ["column", "page"])
@pytest.mark.parametrize("n_runs", [1, 3])
def test_every_kind_is_drawn_at_every_size_without_overlap(kind, size, n_runs):
    n = 2 if (kind, size) == ("matrix", "column") else 3
    runs = [wide_run(n, f"run {i}", seed=i) for i in range(n_runs)]
    figure = draw(runs, picture=Picture(kind=kind, size=size))
    figure.draw_without_rendering()
    width = {"column": 3.5, "page": 7.16}[size]
    assert figure.get_figwidth() in (width, pytest.approx(0.75 * width))
    assert not overlapping(figure)


def test_a_single_panel_has_no_headline_and_no_other_panel():
    for kind, n_axes in (("front", 2), ("hypervolume", 1), ("best", 1), ("parallel", 1)):
        figure = draw(wide_run(3), picture=Picture(kind=kind))
        assert (len(figure.axes), figure.get_suptitle()) == (n_axes, "")


def test_axes_may_be_chosen_one_by_one():
    figure = draw(wide_run(2), picture=Picture(kind="front", x="params"))
    assert labels_of(figure)[0] == (
        "trainable parameters, lower is better",
        "validation accuracy [%], higher is better",
    )
    figure = draw(wide_run(2), picture=Picture(kind="front", y="flops", x="acc", color="co2"))
    assert labels_of(figure) == [
        (
            "validation accuracy [%], higher is better",
            "FLOPs of one input [FLOP], lower is better",
        ),
        ("", "lifetime CO2e [kg], lower is better"),
    ]
    figure = draw(wide_run(4), ["acc", "params"], picture=Picture(color="flops"))
    assert labels_of(figure)[0][0] == "trainable parameters, lower is better"
    assert labels_of(figure)[2] == ("", "FLOPs of one input [FLOP], lower is better")
    figure = draw(wide_run(4), picture=Picture(kind="parallel", color="co2"))
    assert len(figure.axes) == 1


def test_runs_of_several_seeds_are_one_median_unless_they_are_to_be_drawn_apart():
    runs = [wide_run(2, f"run {i}", seed=i) for i in range(3)]
    front, volume = draw(runs).axes
    assert words(front)[0] == "nsga2: attained by half of 3 seeds"
    assert words(volume)[0] == "nsga2: median of 3 seeds"
    front, volume = draw(runs, picture=Picture(is_apart=True)).axes
    assert words(front)[:3] == words(volume) == ["run 0", "run 1", "run 2"]
    best = draw(runs, ["acc"], picture=Picture(band="range")).axes[0]
    assert words(best) == ["nsga2: median of 3 seeds", "range of the seeds"]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_names_may_be_left_out(n):
    figure = draw(wide_run(n), picture=Picture(has_labels=False))
    assert not [t for ax in figure.axes for t in ax.texts if t.get_gid() == "member"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"kind": "fronts"},
            "unknown kind 'fronts'; choose from overview, front, hypervolume, ",
        ),
        ({"band": "std"}, "unknown band 'std'; choose from quartiles, range"),
        ({"size": "wide"}, "unknown size 'wide'; choose from column, page"),
        (
            {"kind": "matrix", "x": "acc"},
            "a picture of kind matrix has no x to choose; kinds fr",
        ),
        ({"kind": "best", "color": "acc"}, "a picture of kind best has no color to choose"),
    ],
)
def test_a_picture_that_there_is_not_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Picture(**fields)


@pytest.mark.parametrize(
    ("n", "objectives", "fields", "message"),
    [
        (
            2,
            "acc",
            {"x": "flops"},
            "name the axes by objectives, or by x and y, but not by both",
        ),
        (2, "acc,flops", {"color": "flop"}, "unknown objective 'flop'; run run has acc, flops"),
        (
            4,
            "",
            {"kind": "front"},
            "a front has two axes and at most one colour, and acc, flops,",
        ),
        (
            2,
            "acc",
            {"kind": "front"},
            "at most one colour, and acc is 1 objective; name two by",
        ),
        (
            2,
            "acc,flops",
            {"color": "acc"},
            "and flops is 1 objective beside the colour; name two",
        ),
        (
            1,
            "",
            {"color": "flops"},
            "needs objectives, 3 in number, and run has acc; name the me",
        ),
    ],
)
def test_axes_that_do_not_do_are_refused(n, objectives, fields, message):
    with pytest.raises(ValueError, match=message):
        draw(wide_run(n), objectives, picture=Picture(**fields))


def test_a_matrix_is_for_a_page_and_a_column_has_parallel_axes_in_its_place():
    with pytest.raises(ValueError, match="a matrix of 3 objectives does not fit into a column"):
        draw(wide_run(3), picture=Picture(kind="matrix", size="column"))
    figure = draw([wide_run(3, "a"), wide_run(3, "b")], picture=Picture(size="column"))
    assert len(lines(figure.axes[0], "front")) == 6


def test_the_words_of_four_objectives_fit_into_a_matrix():
    figure = draw(wide_run(4), picture=Picture(kind="matrix"))
    figure.draw_without_rendering()
    assert not overlapping(figure)


def test_a_run_without_a_hypervolume_says_so():
    with pytest.raises(ValueError, match="run: no hypervolume to draw: no generation yet"):
        draw(run_of(FRONT), picture=Picture(kind="hypervolume"))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            "--kind fronts",
            "unknown kind 'fronts' (did you mean 'front'?); choose from overview, ",
        ),
        ("--band std", "unknown band 'std'; choose from quartiles, range"),
        ("--size 4", "unknown size '4'; choose from page, column"),
        ("--kind best --x acc", "a picture of kind best has no x to choose; kinds front and "),
        (
            "--x acc --objectives acc",
            "name the axes by objectives, or by x and y, but not by bo",
        ),
    ],
)
def test_a_wrong_flag_is_one_line_and_status_2(flags, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "good")
    assert main(["good", *flags.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"evonas: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("suffix", [".svg", ".pdf"])
def test_ids_in_a_file_are_those_of_the_front_as_text_that_can_be_found(suffix, tmp_path):
    run = open_run(write_run(tmp_path / "run"))
    with mpl.rc_context({"pdf.compression": 0}):
        save_picture([tmp_path / "run"], out=tmp_path / f"a{suffix}")
    written = (tmp_path / f"a{suffix}").read_bytes()
    assert b"/Type3" not in written
    if suffix == ".svg":
        found = re.findall(rb"<text[^>]*>([^<]+)<", written)
        for record in run.front:
            assert found.count(run.ids[record.genome].encode()) == 1
