import matplotlib.figure
import numpy as np
import pytest
from drawn_runs import overlapping

from evonas.plots.model import MOST_LABELS, draw_model

CURVES = {
    seed: [
        {"epoch": e, "loss": 2.0 / e, "acc": 50.0 + 10 * e + seed, "rate": 0.1, "seconds": 1.0}
        for e in (1, 2, 3)
    ]
    for seed in (0, 7)
}


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """What was drawn of some curves and confusions."""
    found = {}
    monkeypatch.setattr(
        matplotlib.figure.Figure, "savefig", lambda self, out, **_: found.update({out: self})
    )

    def draw(curves, confusion, labels):
        draw_model(curves, confusion, labels, out=tmp_path / "a.png")
        return found[tmp_path / "a.png"].axes

    return draw


def test_curves_of_all_seeds_and_the_confusion_are_shown(drawn):
    loss, score, matrix = drawn(CURVES, np.array([[3, 1], [0, 4]]), ("cat", "dog"))
    assert [line.get_label() for line in loss.lines] == ["seed 0", "seed 7"]
    assert score.lines[1].get_ydata().tolist() == [67.0, 77.0, 87.0]
    assert score.get_ylabel() == "acc on validation"
    assert matrix.images[0].get_array().tolist() == [[0.75, 0.25], [0.0, 1.0]]
    assert {text.get_text() for text in matrix.texts} == {"3", "1", "4"}
    assert [text.get_text() for text in matrix.get_xticklabels()] == ["cat", "dog"]


def test_of_many_classes_only_shades_are_shown(drawn):
    n = MOST_LABELS + 1
    matrix = drawn(CURVES, np.eye(n, dtype=int), list(map(str, range(n))))[2]
    assert not matrix.texts


def test_a_class_without_images_is_no_division_by_zero(drawn):
    matrix = drawn({0: CURVES[0]}, np.array([[0, 0], [1, 1]]), ("cat", "dog"))[2]
    assert matrix.images[0].get_array().tolist() == [[0, 0], [0.5, 0.5]]


def test_a_picture_is_written(tmp_path):
    out = tmp_path / "preview.png"
    draw_model(CURVES, np.array([[3, 1], [0, 4]]), ("cat", "dog"), out=out)
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("n", [2, 10, 14, 20])
def test_no_words_overlap_and_numbers_are_shown_where_they_can_be_read(drawn, n):
    confusion = np.full((n, n), 188) + 900 * np.eye(n, dtype=int)
    *curves, matrix = drawn(CURVES, confusion, [f"class{i}" for i in range(n)])
    matrix.figure.draw_without_rendering()
    assert bool(matrix.texts) == (n < 15)
    assert not [
        pair
        for pair in overlapping(matrix.figure)
        if not all(w.startswith("class") for w in pair)
    ]  # boxes around words that are turned overlap where the words do not
    for ax in curves:
        low, high = ax.get_xlim()
        ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
        assert all(float(tick).is_integer() for tick in ticks)
