import numpy as np
import pytest
from drawn_runs import overlapping
from matplotlib.figure import Figure

from evonas.bench.ranking import Ranking, ranked
from evonas.plots.ranks import draw_ranks
from evonas.plots.style import COLOURS

NAMES = (
    *("auto", "gp+moead:batch=4:proposals=500", "nsga2", "random", "local", "ageing"),
    *("optuna-tpe:evaluations=100", "smac-parego", "botorch-qlognehvi", "ax", "pymoo-nsga2"),
    "gp+epochs:batch=4:first=16:rungs=4:reduction=2.5",
)


def ranking(n_methods, n_problems=9, step=0.5):
    rng = np.random.default_rng(1)
    return ranked(
        {
            name: (rng.normal(0, 1, n_problems) - i * step).tolist()
            for i, name in enumerate(NAMES[:n_methods])
        }
    )


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Draws diagrams, and gives the figure."""
    figures = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: figures.append(self))

    def draw(rankings, first="auto"):
        draw_ranks(rankings, first=first, out=tmp_path / "out.png")
        return figures[-1]

    return draw


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("n_methods", [2, 3, 7, 12])
@pytest.mark.parametrize("step", [0.0, 0.5, 5.0])
def test_no_words_overlap_or_leave_the_picture(drawn, n_methods, step):
    figure = drawn({"one": ranking(n_methods, step=step), "two": ranking(n_methods, 3)})
    assert not overlapping(figure)
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert 0 <= box.x0 <= box.x1 <= figure.bbox.x1, text.get_text()
        assert 0 <= box.y0 <= box.y1 <= figure.bbox.y1, text.get_text()


def test_every_method_stands_beside_the_axis_with_its_rank(drawn):
    found = ranking(4)
    said = texts(drawn({"after 20 evaluations": found}))
    for name, rank in zip(found.methods, found.ranks, strict=True):
        assert f"{name}  {rank:.2f}" in said
    assert "after 20 evaluations" in said
    assert f"critical difference {found.critical_difference:.2f}" in said


def test_the_first_method_stands_out(drawn):
    figure = drawn({"one": ranking(4)}, first="nsga2")
    (blue,) = (text for text in figure.axes[0].texts if text.get_color() == COLOURS[0])
    assert blue.get_text().startswith("nsga2  ")
    assert len([line for line in figure.axes[0].lines if line.get_color() == COLOURS[0]]) == 1


def bars(figure):
    return [line for line in figure.axes[0].lines if line.get_linewidth() > 2]


def test_a_bar_joins_what_cannot_be_told_apart_and_nothing_else(drawn):
    names = ("a", "b", "c")
    apart = Ranking(names, (1.0, 2.0, 3.0), 40, 0.001, 0.5)
    assert not bars(drawn({"": apart}))
    near = Ranking(names, (1.0, 2.4, 2.6), 40, 0.001, 0.5)
    figure = drawn({"": near})
    (bar,) = bars(figure)
    stems = sorted(
        line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 3
    )
    low, high = bar.get_xdata()
    assert stems[0] < low < stems[1] < stems[2] < high


def test_a_critical_difference_that_is_longer_than_the_axis_is_told_in_words(drawn):
    found = Ranking(("a", "b"), (1.25, 1.75), 4, float("nan"), 1.5)
    assert "critical difference 1.50: all ranks are nearer" in texts(drawn({"": found}))
    unknown = Ranking(("a", "b"), (1.0, 2.0), 1, float("nan"), float("nan"))
    assert not any("difference" in text for text in texts(drawn({"": unknown})))


def test_diagrams_become_a_picture(tmp_path):
    draw_ranks({"one": ranking(3)}, first="auto", out=tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
