import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import Constraint
from evonas.reports.text import aligned, complain, duration, genome_text, miss, number


def test_a_table_is_aligned_to_the_right():
    assert aligned(["a", "name"], [["100", "x"]]) == ["  a  name", "100     x"]


@given(st.lists(st.lists(st.text("ab ", max_size=5), min_size=2, max_size=2), min_size=1))
def test_all_lines_of_a_table_are_equally_long(rows):
    assert len({len(line) for line in aligned(["one", "two"], rows)}) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.0, "1,234,567"),
        (999.0, "999"),
        (-2000.0, "-2,000"),
        (1234.5, "1234"),
        (0.123456, "0.1235"),
        (1e-9, "1e-09"),
    ],
)
def test_a_number_is_whole_where_it_is_large_and_whole(value, text):
    assert number(value) == text


def test_a_genome_is_its_genes_with_dashes():
    assert genome_text((0, 12, 3)) == "0-12-3"
    assert genome_text((0.305, 1.64, -0.89)) == "0.305,1.64,-0.89"
    assert genome_text((1, -2)) == "1,-2"
    assert genome_text((True, "plain", None, 3)) == "True,plain,None,3"


@pytest.mark.parametrize(
    ("constraint", "value", "text"),
    [
        (Constraint("flops", "<=", 2000.0), 3000.0, "flops 3,000, 1,000 (50 %) above 2,000"),
        (Constraint("acc", ">=", 80.0), 60.0, "acc 60, 20 (25 %) below 80"),
        (Constraint("net", "<=", 0.0), 0.5, "net 0.5, 0.5 above 0"),
    ],
)
def test_a_miss_says_by_how_much_and_on_which_side(constraint, value, text):
    assert miss(constraint, value) == text


def test_a_complaint_is_one_line_on_standard_error(capsys):
    assert complain("it went\n  wrong") == 2
    assert complain(ValueError("no"), status=3) == 3
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "evonas: it went wrong\nevonas: no\n")


def test_of_a_long_complaint_both_ends_are_shown(capsys):
    complain("a" * 5000 + "b" * 5000)
    said = capsys.readouterr().err
    assert said == f"evonas: {'a' * 500} [9,000 characters] {'b' * 500}\n"


def test_columns_of_words_are_left_aligned():
    rows = [["a", "bb", "1"], ["aaa", "b", "22"]]
    assert aligned(["", "", "n"], rows, n_left=2) == [
        "          n",
        "a    bb   1",
        "aaa  b   22",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "0.5 s"), (90, "90 s"), (120, "2 min"), (5400, "90 min"), (9000, "2.5 h")],
)
def test_a_time_has_the_unit_that_suits_it(seconds, said):
    assert duration(seconds) == said
