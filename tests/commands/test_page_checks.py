import re

import pytest
from pages.sample_runs import write_run

from evonas.commands.page_checks import WHOSE, check_dashboard, check_report
from evonas.commands.page_parsers import dashboard_parser, report_parser
from evonas.pages.networks import OPENABLE


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs") / "run", n=2)


def check(*words):
    check_report(report_parser().parse_args(list(map(str, words))))


def test_what_can_be_written_is_not_refused(run, tmp_path):
    check(run)
    check(run, "--out", tmp_path / "a.html", "--follow", "--every", 2, "--networks", "any")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["--networks", "all"], ValueError, "unknown networks 'all'; choose from installed"),
        (["--every", "3"], ValueError, "--every is for --follow; give both"),
        (["--follow", "--every", "0.5"], ValueError, "--every must be at least 1 second"),
        (["--follow", "--every", "nan"], ValueError, "--every must be at least 1 second"),
        (["--follow", "--every", "inf"], ValueError, "--every must be at least 1 second"),
        (["--out", "a.png"], ValueError, "cannot write a.png; its suffix must be .html"),
        (["--out", "none/a.html"], FileNotFoundError, "no folder for none/a.html"),
        (["none"], FileNotFoundError, "no run at none"),
    ],
)
def test_what_cannot_be_is_refused_in_words(run, words, error, message):
    with pytest.raises(error, match=re.escape(message)):
        check(run, *words)


def test_a_folder_is_no_file_to_write(run, tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(IsADirectoryError, match=r"a\.html is a folder; give a file with --out"):
        check(run, "--out", tmp_path / "a.html")


def test_a_run_is_named_once(run):
    with pytest.raises(ValueError, match="a run is named twice; name each once"):
        check(run, run.parent / "." / run.name)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["none"], NotADirectoryError, "no folder at none"),
        ([".", "--port", "-1"], ValueError, "--port must be 0 to 65535, got -1"),
        ([".", "--port", "65536"], ValueError, "--port must be 0 to 65535, got 65536"),
    ],
)
def test_a_dashboard_needs_a_folder_and_a_port(words, error, message):
    with pytest.raises(error, match=re.escape(message)):
        check_dashboard(dashboard_parser().parse_args(words))


def test_the_words_that_are_known_early_are_those_that_work():
    assert WHOSE == OPENABLE
