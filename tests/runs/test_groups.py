import pytest

from evonas.config import Config
from evonas.objectives import ACC, FLOPS, Goals
from evonas.runs.groups import groups_of
from evonas.runs.run import Run


def run(name="run", **words):
    return Run(name, (), Goals((ACC, FLOPS)), config=Config(**words))


def names(groups):
    return [(group.name, [run.name for run in group.runs]) for group in groups]


def test_runs_of_one_config_are_a_group_wherever_they_stand_and_however_they_were_measured():
    runs = [
        run("a", seed=0),
        run("x", seed=0, algorithm="random"),
        run("b", seed=1, n_jobs=2, timeout=9.0),
        run("y", seed=1, algorithm="random"),
    ]
    groups = groups_of(runs)
    assert names(groups) == [("nsga2", ["a", "b"]), ("random", ["x", "y"])]
    assert all(group.is_of_seeds for group in groups)


def test_a_run_alone_keeps_its_name():
    runs = [run("a", seed=0), run("b", seed=1), run("c", seed=0, pop_size=8)]
    groups = groups_of(runs)
    assert names(groups) == [("nsga2", ["a", "b"]), ("c", ["c"])]
    assert [group.is_of_seeds for group in groups] == [True, False]
    assert names(groups_of(runs[2:])) == [("c", ["c"])]
    assert groups_of([]) == ()


def test_runs_of_one_seed_are_one_search_and_no_group():
    runs = [run("a", seed=0), run("b", seed=0), run("c", seed=1)]
    assert names(groups_of(runs)) == [("a", ["a"]), ("b", ["b"]), ("c", ["c"])]


def test_runs_stay_apart_where_that_is_wanted():
    runs = [run("a", seed=0), run("b", seed=1)]
    assert names(groups_of(runs, is_apart=True)) == [("a", ["a"]), ("b", ["b"])]


def test_a_longer_search_is_another_config():
    runs = [run(str(n), seed=s, evaluations=n) for n in (10, 20) for s in (0, 1)]
    assert [group.name for group in groups_of(runs)] == ["evaluations 10", "evaluations 20"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([{"surrogate": "gp"}, {}], ["surrogate gp", "no surrogate"]),
        ([{"objectives": ("acc", "flops")}, {}], ["objectives acc,flops", "no objectives"]),
        ([{"strict_flops": True}, {}], ["with strict flops", "no strict flops"]),
        ([{"carbon": {"grid": "fra"}}, {}], ["with carbon", "no carbon"]),
        (
            [{"carbon": {"grid": "fra"}}, {"carbon": {"grid": "deu"}}],
            ["with carbon (1)", "with carbon (2)"],
        ),
        (
            [{"algorithm": "local"}, {"pop_size": 5, "epochs": 2, "subset": 9}],
            ["local, no pop size, no epochs, ...", "nsga2, pop size 5, epochs 2, ..."],
        ),
    ],
)
def test_groups_are_called_by_what_they_do_not_share(words, expected):
    runs = [run(seed=s, **each) for each in words for s in (0, 1)]
    assert [group.name for group in groups_of(runs)] == expected
