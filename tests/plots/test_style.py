import re

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from PIL import Image

from evonas.plots.style import (
    COLOURS,
    MARKERS,
    STYLE,
    band_look,
    count_ticks,
    faint,
    new_figure,
    number_ticks,
    save,
    short,
    strong,
    styled,
)

UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@given(st.floats(-1e15, 1e15))
def test_a_tick_reads_back_as_its_number(value):
    text = short(value)
    factor = UNITS.get(text[-1], 1.0)
    read = float(text.rstrip("kMGT")) * factor
    assert read == pytest.approx(value, rel=1e-5, abs=1e-300)
    assert factor == 1.0 or 1 <= abs(value) / factor < 1e3 or factor == 1e12


def test_runs_are_told_apart_by_colour_and_marker_strong_and_faint_alike():
    looks = [(strong(i)["color"], strong(i)["marker"]) for i in range(56)]
    assert len(set(looks)) == len(COLOURS) * len(MARKERS) == 56
    assert looks == [(faint(i)["color"], faint(i)["marker"]) for i in range(56)]


def picture():
    """A figure with text, marks, lines, a band and an area, as pictures have them."""
    with styled():
        figure = new_figure(height=2.0)
        ax = figure.add_subplot()
        for i in range(len(MARKERS)):
            ax.plot([0, 1], [i, i], **strong(i), label=f"run {i} \N{MULTIPLICATION SIGN} $1$")
        ax.fill_between([0, 1], 0, 1, **band_look(0))
        ax.set_title("naïve title")
        ax.legend()
    return figure


def test_fonts_of_a_pdf_are_embedded_as_truetype(tmp_path):
    with mpl.rc_context({"pdf.compression": 0}):
        save(picture(), tmp_path / "a.pdf")
    written = (tmp_path / "a.pdf").read_bytes()
    assert b"/Type3" not in written
    assert b"/FontFile2" in written
    assert b"/CIDFontType2" in written


def test_fonts_of_a_postscript_file_would_be_truetype_too():
    with styled():
        assert mpl.rcParams["ps.fonttype"] == 42


def test_the_words_of_an_svg_are_text_and_a_dollar_is_a_dollar(tmp_path):
    save(picture(), tmp_path / "a.svg")
    words = re.findall(r"<text[^>]*>([^<]+)<", (tmp_path / "a.svg").read_text())
    assert "naïve title" in words
    assert "run 3 \N{MULTIPLICATION SIGN} $1$" in words


def test_a_png_has_300_dots_per_inch_and_the_width_of_a_page(tmp_path):
    save(picture(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.size == (2148, 600)


@pytest.mark.parametrize(("size", "inches"), [("column", 3.5), ("page", 7.16)])
def test_figures_are_as_wide_as_columns_and_pages(size, inches):
    assert new_figure(size=size, height=2.0).get_figwidth() == inches
    assert new_figure(size=size, height=2.0, share=0.5).get_figwidth() == inches / 2


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".SVG"])
def test_equal_pictures_are_equal_files(suffix, tmp_path):
    for name in "ab":
        assert save(picture(), tmp_path / f"{name}{suffix}") == tmp_path / f"{name}{suffix}"
    a, b = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert a == b


def test_the_style_ends_with_what_is_drawn_in_it():
    before = {name: mpl.rcParams[name] for name in STYLE}
    assert before != STYLE
    picture()
    assert {name: mpl.rcParams[name] for name in STYLE} == before


@pytest.mark.parametrize("high", [1, 3, 10, 250, 99_999])
def test_a_count_has_ticks_at_whole_numbers(high):
    ax = new_figure(height=2.0).add_subplot()
    ax.plot([0, high], [0.5, high])
    for side, ticks in (("x", ax.get_xticks), ("y", ax.get_yticks)):
        count_ticks(ax, side)
        assert all(float(tick).is_integer() for tick in ticks())
    assert len(ax.get_xticks()) <= 9


def test_numbers_have_few_and_short_ticks():
    ax = new_figure(height=2.0).add_subplot()
    ax.plot([0, 3e9], [0, 1])
    number_ticks(ax, "x", n_most=2)
    ax.figure.draw_without_rendering()
    texts = [text.get_text() for text in ax.get_xticklabels()]
    assert len(texts) <= 5
    assert "2G" in texts


def luminance(colour):
    """Relative luminance (WCAG 2.1), which every eye sees."""
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    ]
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


def test_every_colour_stands_out_from_white_paper():
    assert all((1.05) / (luminance(colour) + 0.05) > 1.9 for colour in COLOURS)
