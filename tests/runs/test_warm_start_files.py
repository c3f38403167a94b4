import json
import re
from dataclasses import replace

import pytest
import toy

from evonas import Config, search
from evonas.run import main
from evonas.runs.reading import open_run
from evonas.runs.warm_start_files import prior_of, read_prior

SPACE = toy.Bowl.space


def config(problem="Bowl", **settings):
    defaults = {"evaluations": 24, "pop_size": 8, "n_jobs": 0, "objectives": ("acc", "flops")}
    return Config(problem=toy.reference(problem), **{**defaults, **settings})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("earlier") / "run"
    return search(config(evaluations=40), folder=folder)


def warm(run, **settings):
    prior = read_prior(run.folder, SPACE).as_dict()
    return replace(config(**settings), warm_start=prior)


def test_of_a_run_the_front_comes_first_and_then_the_rest(run):
    prior = read_prior(run.folder, SPACE)
    genomes = prior.genomes(SPACE)
    assert prior.n_best == len(run.front)
    assert set(genomes[: prior.n_best]) == {record.genome for record in run.front}
    known = {record.genome: record.metrics["acc"] for record in run.records}
    assert dict(zip(genomes, prior.metrics["acc"], strict=True)) == known


def test_a_fronts_table_holds_the_front(run):
    prior = read_prior(run.folder / "front.csv", SPACE)
    assert prior.genomes(SPACE) == [record.genome for record in run.front]
    assert prior.metrics["acc"] == tuple(record.metrics["acc"] for record in run.front)


@pytest.mark.parametrize(
    "content",
    [
        [[1, 2, 3, 1], [2, 4, 4, 0]],
        {"genomes": [[1, 2, 3, 1], [2, 4, 4, 0]], "metrics": [{"acc": 80}, {"acc": 90}]},
        [
            {"kind": "residual", "width": 24, "depth": 4, "skip": True},
            {"kind": "dense", "width": 50, "depth": 9},
        ],
    ],
)
def test_a_list_of_genomes_or_architectures_is_read(content, tmp_path):
    file = tmp_path / "known.json"
    file.write_text(json.dumps(content))
    prior = read_prior(file, SPACE)
    assert prior.genomes(SPACE) == [(1, 2, 3, 1), (2, 4, 4, 0)]
    assert prior.metrics == ({"acc": (80.0, 90.0)} if "metrics" in content else {})


def test_a_list_may_say_how_many_to_begin_with(tmp_path):
    file = tmp_path / "known.json"
    genomes = [[1, 2, 3, 1], [2, 4, 4, 0]]
    file.write_text(json.dumps({"genomes": genomes, "n_best": 1}))
    assert read_prior(file, SPACE).n_best == 1
    for wrong in ("few", 0, 3):
        file.write_text(json.dumps({"genomes": genomes, "n_best": wrong}))
        with pytest.raises(ValueError, match=r"^cannot start from .*known\.json: "):
            read_prior(file, SPACE)


@pytest.mark.parametrize("surrogate", ["none", "gp"])
def test_a_search_begins_with_what_is_known(run, surrogate):
    result = search(warm(run, surrogate=surrogate))
    first = {record.genome for record in result.records[: 12 if surrogate == "gp" else 8]}
    known = {record.genome for record in run.front}
    assert len(first & known) >= min(len(known), 6)
    assert not first <= known
    cold = search(config(surrogate=surrogate))
    assert result.generations[0].hypervolume > cold.generations[0].hypervolume


def test_a_model_learns_from_it_as_far_as_it_comes_true(run):
    told = search(warm(run, surrogate="gp", evaluations=30))
    assert told.transfer_correlation["acc"] > 0.9
    prior = read_prior(run.folder, SPACE).as_dict()
    shuffled = {"acc": prior["metrics"]["acc"][::-1]}
    wrong = replace(warm(run), surrogate="gp", warm_start={**prior, "metrics": shuffled})
    assert search(wrong).transfer_correlation["acc"] < told.transfer_correlation["acc"] - 0.3
    assert search(config(surrogate="gp")).transfer_correlation == {}


def test_a_resumed_run_has_its_warm_start(run, tmp_path):
    settings = warm(run, surrogate="gp", evaluations=20)
    search(settings, folder=tmp_path / "run")
    longer = search(replace(settings, evaluations=28), folder=tmp_path / "run", resume=True)
    whole = search(replace(settings, evaluations=28))
    assert [r.genome for r in longer.records] == [r.genome for r in whole.records]


def test_the_command_takes_one_and_says_what_it_was_worth(run, tmp_path, capsys):
    flags = "--surrogate gp --evaluations 30 --n-jobs 0 --objectives acc,flops --quiet --out"
    words = [
        "--problem",
        toy.reference("Bowl"),
        "--warm-start",
        str(run.folder),
        *flags.split(),
    ]
    assert main([*words, str(tmp_path / "warm")]) == 0
    said = re.search(
        r"the warm start with what was measured: acc (\d\.\d\d)", capsys.readouterr().out
    )
    assert said
    assert 0.9 < float(said[1]) <= 1.0
    assert main(["--resume", str(tmp_path / "warm"), "--evaluations", "34", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["--resume", str(tmp_path / "warm"), "--warm-start", str(run.folder)]) == 2
    assert "--warm-start is for a new run" in capsys.readouterr().err


class Knowing(toy.Bowl):
    """A bowl in which two architectures have a name."""

    known = {  # noqa: RUF012
        "plain": {"kind": "plain", "width": 8, "depth": 1, "skip": False},
        "deep": {"kind": "dense", "width": 48, "depth": 5, "skip": True},
    }


@pytest.mark.parametrize(
    ("text", "genomes"),
    [
        ("known", [(0, 0, 0, 0), (2, 4, 4, 1)]),
        ("deep", [(2, 4, 4, 1)]),
        ("deep, plain,deep", [(2, 4, 4, 1), (0, 0, 0, 0)]),
    ],
)
def test_names_of_known_architectures_are_something_to_start_from(text, genomes):
    prior = prior_of(text, Knowing())
    assert prior.genomes(SPACE) == genomes
    assert (prior.n_best, prior.metrics) == (len(genomes), {})


def test_a_name_goes_before_a_file_and_a_path_is_read_as_before(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").write_text("genome,acc\n")
    assert prior_of("deep", Knowing()).rows == (("dense", 48, 5, True),)
    with pytest.raises(ValueError, match="the table has no rows"):
        prior_of("./deep", Knowing())
    assert prior_of(str(run.folder), Knowing()) == read_prior(run.folder, SPACE)


@pytest.mark.parametrize(
    ("problem", "text", "message"),
    [
        (toy.Bowl, "known", "from known: Bowl knows no architectures by name; name a run or"),
        (
            toy.Bowl,
            "deep",
            "there is no such file or run, and Bowl knows no architectures",
        ),
        (Knowing, "plain,dep", r"and Knowing knows plain, deep \(did you mean 'deep'\?\)"),
    ],
)
def test_where_nothing_is_known_by_that_name_it_is_said(problem, text, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        prior_of(text, problem())


def test_a_path_that_leads_nowhere_is_refused_before_the_problem_is_opened(capsys):
    words = ["--problem", "no_such_module.x:Mine", "--warm-start", "runs/none"]
    assert main([*words, "--evaluations", "4"]) == 2
    told = "evonas: cannot start from runs/none: there is no such file or run"
    assert told in capsys.readouterr().err


def test_the_command_begins_with_what_is_known(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(
        "import toy\n\n\n"
        "class Mine(toy.Bowl):\n"
        '    """A bowl in which one architecture has a name."""\n\n'
        '    known = {"deep": {"kind": "dense", "width": 48, "depth": 5, "skip": True}}\n'
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.toml").write_text(
        'problem = "mine.py:Mine"\nwarm_start = "known"\nevaluations = 4\npop_size = 4\n'
    )
    assert main(["--config", "words.toml", "--n-jobs", "0", "--quiet", "--out", "warm"]) == 0
    assert (2, 4, 4, 1) in {record.genome for record in open_run(tmp_path / "warm").records}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent", None, "cannot start from .*absent: there is no such file or run"),
        ("a.json", "{", "cannot start from .*; expected a list of architectures"),
        ("a.json", "[]", "cannot start from .*it holds no list, or an empty one"),
        ("a.json", '{"x": 1}', "cannot start from .*'genomes'; expected a list"),
        ("a.json", "[[9, 9, 9, 9]]", "cannot start from .*; expected a list"),
        ("front.csv", "a,b\n1,2\n", "the table has no rows, or no column genome"),
        ("front.csv", "genome,acc\n", "the table has no rows, or no column genome"),
    ],
)
def test_what_cannot_be_read_is_said(name, content, message, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read_prior(tmp_path / name, SPACE)


def test_a_run_without_a_front_is_nothing_to_start_from(tmp_path):
    search(config("Hopeless", max_failures=1.0), folder=tmp_path / "run")
    with pytest.raises(ValueError, match="the run has no front"):
        read_prior(tmp_path / "run", SPACE)
