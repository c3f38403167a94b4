from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from evonas.explanation.anova import Table, indices_of
from evonas.explanation.drivers import drivers_of
from evonas.objectives import ACC, FLOPS
from evonas.plots.explanation import N_PANELS, draw_drivers
from evonas.reliability import Reliability
from evonas.space import Gene, SearchSpace

WORDS = ("a name that is long", "separable", "inverted")
SPACE = SearchSpace(
    [
        Gene("kind", WORDS),
        *(Gene(f"width{i}", (1, 2, 4)) for i in range(5)),
        Gene("idle", (0, 1)),
    ]
)
SIZES = SPACE.sizes
VALUES = np.indices(SIZES)[:6].T.dot(np.arange(6.0) + 1).T


def made(metric=FLOPS, replicas=(), **words):
    indices = indices_of([Table(tuple(range(7)), VALUES)], sizes=SIZES)
    return drivers_of(
        metric, indices, replicas, space=SPACE, **{"how": "exact", "basis": "", **words}
    )


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    figures = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k))[1]
    )

    def draw(*drivers, **words):
        draw_drivers(drivers, out=tmp_path / "a.svg", **words)
        return figures[-1], (tmp_path / "a.svg").read_text()

    return draw


def test_each_metric_has_a_row_of_bars_and_of_panels(drawn):
    figure, text = drawn(made(), made(ACC), title="my run")
    assert len(figure.axes) == 2 * (N_PANELS + 1)
    assert "FLOPs of one input: exact" in text
    assert "validation accuracy: exact" in text
    assert "mean flops [FLOP]" in text
    assert "my run" in text


def test_bars_are_the_shares_and_the_largest_stands_first(drawn):
    figure, _ = drawn(made(), top=3)
    bars = figure.axes[0]
    widths = [patch.get_width() for patch in bars.patches]
    shares = [gene.total.value for gene in made().genes[:3]]
    assert widths == pytest.approx([*shares, *[g.alone.value for g in made().genes[:3]]])
    assert [label.get_text() for label in bars.get_yticklabels()] == [
        "width4",
        "width3",
        "width2",
    ]
    assert bars.get_xlim()[1] <= 1


def test_points_are_the_means_and_only_ordered_choices_are_joined(drawn):
    drivers = made()
    kind = next(gene for gene in drivers.genes if gene.gene == "kind")
    figure, text = drawn(replace(drivers, genes=(kind, drivers.genes[0])))
    first, second, *empty = figure.axes[1:]
    for ax, gene in ((first, kind), (second, drivers.genes[0])):
        (points,) = (line for line in ax.lines if line.get_gid() == "means")
        assert points.get_ydata() == pytest.approx([mean.value for mean in gene.means])
        assert points.get_linestyle() == ("-" if gene.is_ordered else "None")
    assert "a name tha…" in text
    assert not any(ax.axison for ax in empty)


def test_intervals_are_drawn_where_there_are_any_and_doubt_is_said(drawn):
    several = [indices_of([Table(tuple(range(7)), VALUES**p)], sizes=SIZES) for p in (1, 2)]
    doubtful = made(
        replicas=several, how="predicted", reliability=Reliability("flops", "gp", 30, 0, 0, 0.9)
    )
    figure, text = drawn(doubtful)
    assert "FLOPs of one input: predicted, NOT RELIABLE" in text
    assert len(figure.axes[0].containers) == 4  # two of bars, two of intervals
    assert not [c for c in drawn(made())[0].axes[0].containers if "Error" in type(c).__name__]


def test_what_drives_nothing_can_be_drawn(drawn):
    flat = indices_of([Table(tuple(range(7)), np.ones(SIZES))], sizes=SIZES)
    figure, _ = drawn(drivers_of(FLOPS, flat, (), space=SPACE, how="exact", basis=""))
    assert not any(ax.axison for ax in figure.axes[1:])
