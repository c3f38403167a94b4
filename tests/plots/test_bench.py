import pytest
from drawn_runs import overlapping
from matplotlib.figure import Figure

from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.bench.standings import Standings
from evonas.plots.bench import LEAST, draw_contest, draw_contests


def test_no_two_methods_look_alike(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    methods = [f"method {i}" for i in range(28)]
    verdicts = {n: Verdict(hypervolume=n / 11, igd_plus=0.1, recall=0.5) for n in (5, 10)}
    scores = [
        Score("toy", name, 0, n, n, verdict)
        for name in methods
        for n, verdict in verdicts.items()
    ]
    out = tmp_path / "out.png"
    draw_contest(Standings(scores, methods), title="", cost="macs", out=out)
    (figure,) = drawn
    by_count, _ = figure.axes
    looks = {(line.get_color(), line.get_linestyle()) for line in by_count.lines}
    assert len(looks) == len(by_count.lines) == 28


def score(method, seed, n, hypervolume):
    return Score(
        "toy", method, seed, n, 10.0 * n, Verdict(hypervolume, igd_plus=0.1, recall=0.5)
    )


@pytest.fixture
def panels(monkeypatch, tmp_path):
    """Draws scores, and gives the pair of axes."""
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))

    def draw(scores):
        standings = Standings(scores, ["gp"])
        draw_contest(standings, title="a contest", cost="macs", out=tmp_path / "out.png")
        return drawn[-1].axes

    return draw


def test_a_line_is_the_median_of_what_is_missing(panels):
    volumes = {5: (0.2, 0.5, 0.9), 10: (0.8, 0.85, 0.99)}
    by_count, by_cost = panels(
        [
            score("gp", i, n, volume)
            for n, row in volumes.items()
            for i, volume in enumerate(row)
        ]
    )
    (line,) = by_count.lines
    assert line.get_xdata().tolist() == [5, 10]
    assert line.get_ydata() == pytest.approx([0.5, 0.15])
    assert by_cost.lines[0].get_xdata().tolist() == [50, 100]
    assert "macs" in by_cost.get_xlabel()


def test_what_is_complete_stays_on_a_logarithmic_axis(panels):
    by_count, _ = panels([score("gp", 0, 5, 0.5), score("gp", 0, 10, 1.0)])
    assert by_count.get_yscale() == "log"
    assert by_count.lines[0].get_ydata().tolist() == [0.5, LEAST]


def test_a_contest_becomes_a_picture(tmp_path):
    standings = Standings([score("gp", 0, n, n / 11) for n in (5, 10)], ["gp"])
    draw_contest(standings, title="a contest", cost="macs", out=tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_counts_have_whole_numbers_at_their_ticks_and_no_words_overlap(panels):
    by_count, by_cost = panels([score("gp", i, n, 0.5) for i in (0, 1) for n in (5, 10, 200)])
    by_count.figure.draw_without_rendering()
    low, high = by_count.get_xlim()
    texts = [t.get_text() for t in by_count.get_xticklabels()]
    ticks = by_count.get_xticks()
    shown = [text for text, tick in zip(texts, ticks, strict=True) if low <= tick <= high]
    assert shown == ["5", "10", "20", "50", "100", "200"]
    assert by_count.figure.get_suptitle() == "a contest, median and quartiles over seeds"
    assert not overlapping(by_count.figure)
    assert len(by_cost.collections) == 1


def test_several_problems_have_a_panel_each_and_no_words_overlap(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    scores = [
        score(method, seed, n, 1 - (1 + seed) / n)
        for method in ("gp", "nsga2:pop-size=10")
        for seed in range(3)
        for n in (10, 40, 200)
    ]
    labels = [f"a-problem-with-a-long-name-acc-macs-latency-{i}" for i in range(5)]
    standings = {label: Standings(scores, ["gp", "nsga2:pop-size=10"]) for label in labels}
    draw_contests(standings, out=tmp_path / "out.png")
    (figure,) = drawn
    panels = [axes for axes in figure.axes if axes.lines]
    assert [axes.get_title().replace("\n", "") for axes in panels] == labels
    assert all(len(axes.lines) == len(axes.collections) == 2 for axes in panels)
    figure.draw_without_rendering()
    assert not overlapping(figure)


@pytest.mark.parametrize(
    ("measure", "words", "values"),
    [
        ("log_hypervolume", "on a log scale", [0.75, 0.5]),
        ("recall", "share of the true front that is missing", [0.9, 0.2]),
        ("igd_plus", "mean distance from the true front", [0.4, 0.3]),
    ],
)
def test_every_measure_is_drawn_in_its_direction(monkeypatch, tmp_path, measure, words, values):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    verdicts = {10: Verdict(0.5, 0.4, 0.1, 0.25), 20: Verdict(0.6, 0.3, 0.8, 0.5)}
    scores = [Score("toy", "gp", 0, n, n, verdict) for n, verdict in verdicts.items()]
    standings = Standings(scores, ["gp"], measure=measure)
    draw_contest(standings, title="", cost="macs", out=tmp_path / "out.png")
    by_count, _ = drawn[0].axes
    assert by_count.lines[0].get_ydata() == pytest.approx(values)
    assert words in by_count.get_ylabel()


def test_a_method_that_was_given_less_has_a_shorter_line(panels):
    scores = [score("gp", 0, n, 0.5) for n in (10, 20)]
    by_count, _ = panels(scores)
    assert by_count.lines[0].get_xdata().tolist() == [10, 20]


def test_of_many_methods_the_first_alone_has_a_band(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: drawn.append(self))
    methods = [f"m{i}" for i in range(6)]
    scores = [score(m, 0, n, n / 30) for m in methods for n in (10, 20)]
    draw_contest(Standings(scores, methods), title="toy", cost="macs", out=tmp_path / "out.png")
    by_count, _ = drawn[0].axes
    assert (len(by_count.lines), len(by_count.collections)) == (6, 1)
    assert drawn[0].get_suptitle() == "toy, medians over seeds, and quartiles of m0"
