"""The README is one page, and its first commands set up, find a front, and pass the tests."""

import pytest
from documentation import all_pages, without_setup
from reader import shell

README = all_pages()["README.md"]
SETUP = "python3 -m venv .venv && . .venv/bin/activate && pip install -q -e "


def commands():
    return [line for block in README.blocks for line in block.commands()]


def test_the_first_two_commands_set_up_the_same_environment():
    main, tests = commands()[:2]
    assert main.startswith(SETUP + ". && python -m evonas.run ")
    assert tests == SETUP + "'.[test]' && pytest -n auto"


def test_the_first_line_with_the_word_pytest_is_the_command_that_passes_the_tests():
    lines = [line for line in README.text.splitlines() if "pytest" in line]
    assert lines[0] == commands()[1]


def test_it_is_one_page_with_five_examples_at_most():
    assert len(README.text.splitlines()) <= 120
    assert README.text.count("\n## ") <= 5


def test_it_leads_to_every_page_for_a_kind_of_reader():
    pages = [name for name in all_pages() if name.startswith(("docs/for_", "docs/tutorial"))]
    assert len(pages) == 5
    assert all(f"]({name})" in README.text for name in pages)


@pytest.mark.slow
def test_the_main_command_finds_a_wide_front_of_good_networks(tmp_path):
    status, shown = shell(without_setup(commands()[0]), tmp_path)
    assert status == 0, shown
    (front,) = tmp_path.glob("runs/*/front.csv")
    header, *rows = (line.split(",") for line in front.read_text().splitlines())
    flops = [float(row[header.index("flops [FLOP]")]) for row in rows]
    test_acc = [float(row[header.index("test_acc [%]")]) for row in rows]
    assert len(rows) >= 8
    assert max(flops) / min(flops) >= 10
    assert max(test_acc) >= 97
    (_, *without) = (front.parent / "objectives.csv").read_text().splitlines()
    size_without = {line.split(",")[0]: int(line.split(",")[1]) for line in without}
    assert len(rows) > 1.5 * size_without["co2"]  # else CO2 would say little beside FLOPs
    assert (front.parent / "front.png").stat().st_size > 10_000
