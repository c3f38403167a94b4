import inspect

from evonas.commands.page_parsers import EVERY_SECONDS, PORT, dashboard_parser, report_parser
from evonas.pages import follow, write_report


def test_defaults_of_the_command_are_those_of_the_functions():
    given = report_parser().parse_args(["a"])
    assert given.networks == inspect.signature(write_report).parameters["networks"].default
    assert inspect.signature(follow).parameters["every_seconds"].default == EVERY_SECONDS
    assert dashboard_parser().parse_args(["a"]).port == PORT


def test_several_runs_may_be_named():
    given = report_parser().parse_args(["a", "b", "--follow"])
    assert [str(path) for path in given.runs] == ["a", "b"]
    assert given.follow
