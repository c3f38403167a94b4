import platform
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evonas
from evonas.hardware.roofline import Calibration, TimeModel
from evonas.reports.statement import escaped, latex, markdown, paragraph, table
from evonas.runs.price_tag import PriceTag


def test_tables_for_papers():
    header, rows = ["run", "kg"], [["a_b", "1"]]
    assert markdown(header, rows) == "| run | kg |\n| --- | ---: |\n| a_b | 1 |"
    assert r"a\_b & 1 \\" in latex(header, rows)
    assert latex(header, rows).startswith(r"\begin{tabular}{lr}")


words = st.text(st.characters(codec="ascii", exclude_characters="|\n\r\\"), max_size=6)


@given(st.lists(st.lists(words, min_size=3, max_size=3), max_size=4))
def test_every_row_is_a_line_with_every_cell(rows):
    header = ["run", "kg", "kWh"]
    for line, row in zip(markdown(header, rows).split("\n")[2:], rows, strict=True):
        assert line == f"| {row[0]} | {row[1]} | {row[2]} |"
    body = latex(header, rows).split("\n")[4:-2]
    assert body == [" & ".join(map(escaped, row)) + r" \\" for row in rows]


def test_what_latex_would_take_for_a_command_is_escaped():
    assert escaped("50 % of a_b & c") == r"50 \% of a\_b \& c"
    assert escaped("#1 for $2") == r"\#1 for \$2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.97e+13 FLOP", r"$1.97 \times 10^{13}$ FLOP"),
        ("4.5e-05", r"$4.5 \times 10^{-5}$"),
        ("(2e+15)", r"($2 \times 10^{15}$)"),
        ("run 1e5 of a3e+2", "run 1e5 of a3e+2"),
        ("12.5 and 4,800", "12.5 and 4,800"),
    ],
)
def test_numbers_are_set_as_powers_of_ten(text, expected):
    assert escaped(text) == expected


@pytest.fixture
def tag(small_run):
    return PriceTag.read(small_run)


def test_a_table_has_the_numbers_of_the_price_tag(tag):
    header, (row,) = table([tag])
    cells = dict(zip(header, row, strict=True))
    assert cells["run"] == tag.run.name
    assert cells["trials"] == cells["H"] == "16"
    assert cells["failed"] == "0"
    assert cells["FPO"] == f"{tag.fpo:.3g}"
    example, examples, trials = tag.split
    assert float(cells["E"]) == pytest.approx(example, rel=0.005)
    assert cells["D"] == f"{examples:,.0f}"
    assert example * examples * trials == pytest.approx(tag.fpo)
    assert cells["kg CO2e"] == f"{tag.kg:.3g}"


def test_the_paragraph_says_how_the_operations_came_about(tag):
    said = paragraph(tag)
    assert f"took {tag.fpo:.3g} floating-point operations, that is E x D x H = " in said
    assert "FLOP per forward pass" in said
    assert "at a power usage effectiveness of 1.59" in said
    assert f"emitted {tag.kg:.3g} kg CO2e" in said
    assert "published" not in said
    assert f"Python {platform.python_version()} and evonas {evonas.__version__}, joblib" in said
    assert paragraph(replace(tag, run=replace(tag.run, path=None))).endswith("kg CO2e.")


def test_the_paragraph_says_how_good_calibrated_times_are(tag):
    model = TimeModel((("constant", 1e-4),), 1, 8, 4, 0.91, 0.9, 0.3)
    here = Calibration("a core", "2026-01-01", "toy", model, replace(model, r2=0.82))
    assert "calibrated" not in paragraph(tag)
    run = replace(
        tag.run, config=tag.config.replaced({"carbon": {"calibration": asdict(here)}})
    )
    said = paragraph(replace(tag, run=run))
    assert "Times of networks in their lives were calibrated on a core, 2026-01-01" in said
    assert said.endswith("training 0.910, inference 0.820 (torch).")


def test_latex_has_a_column_for_every_word_of_the_header():
    for n in (1, 2, 5):
        assert latex(["x"] * n, []).startswith(rf"\begin{{tabular}}{{l{'r' * (n - 1)}}}")


def test_what_no_run_can_split_has_no_factors(tag):
    untold = replace(tag, run=replace(tag.run, resolved={}))
    header, (row,) = table([untold])
    cells = dict(zip(header, row, strict=True))
    assert (cells["E"], cells["D"], cells["H"]) == ("-", "-", "16")
    assert "E x D x H" not in paragraph(untold)


@pytest.mark.parametrize("packages", [{}, {"packages": None}, {"packages": {}}])
def test_an_environment_without_packages_names_what_it_has(tag, packages):
    told = {"n_cores": 4, "platform": "Plan 9", "python": "3.12.1", **packages}
    run = replace(tag.run)
    run.__dict__["environment"] = told
    said = paragraph(replace(tag, run=run))
    assert "It ran on 4 cores of Plan 9 (device cpu) with Python 3.12.1" in said
