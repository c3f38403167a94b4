import json
import math
from pathlib import Path

import pytest

from evonas.bench.cases import Case
from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.bench.scores_file import (
    COLUMNS,
    ScoresFile,
    conditions_of,
    held_scores,
    read_scores,
    rows_text,
)
from evonas.config import Config
from evonas.runs.journal import BusyError

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
CONTESTS = sorted(RESULTS.glob("*evaluations-*seeds*.csv"))
OLD_CONTESTS = [path for path in CONTESTS if not path.read_text().startswith("problem,")]
CONDITIONS = {"problem": "synthetic", "options": ["blocks=2"], "evaluations": 20}


def scores_of(method, seed, n=(10, 20)):
    return [
        Score("toy", method, seed, count, 0.5 * count, Verdict(0.5, 0.25, 0.125, 0.75))
        for count in n
    ]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "toy.csv"


def test_what_was_appended_is_there_when_the_file_is_opened_again(path):
    with ScoresFile(path, CONDITIONS) as file:
        assert file.scores == []
        file.append(scores_of("gp", 0))
        file.append(scores_of("nsga2", 0))
    with ScoresFile(path, CONDITIONS) as file:
        assert file.scores == [*scores_of("gp", 0), *scores_of("nsga2", 0)]
        file.append(scores_of("gp", 1))
    assert len(read_scores(path)) == 6
    assert path.read_text().splitlines()[:2] == [
        ",".join(COLUMNS),
        "toy,gp,0,10,5,0.500000,0.750000,0.250000,0.1250",
    ]


@pytest.mark.parametrize("n_bytes", [1, 30, 47, 60])
def test_a_torn_search_is_cut_off_and_no_other(path, n_bytes):
    with ScoresFile(path, CONDITIONS) as file:
        file.append(scores_of("gp", 0))
        file.append(scores_of("gp", 1))
    whole = path.read_bytes()
    path.write_bytes(whole[:-n_bytes])
    torn = path.read_bytes()
    assert held_scores(path, CONDITIONS) == scores_of("gp", 0)
    assert path.read_bytes() == torn, "reading writes nothing"
    with ScoresFile(path, CONDITIONS) as file:
        file.append(scores_of("gp", 1))
    assert path.read_bytes() == whole


def test_a_file_torn_in_its_first_row_begins_anew(path):
    with ScoresFile(path, CONDITIONS):
        pass
    path.write_bytes(path.read_bytes()[:-5])
    with ScoresFile(path, CONDITIONS) as file:
        file.append(scores_of("gp", 0))
    assert read_scores(path) == scores_of("gp", 0)


def test_searches_under_other_conditions_are_refused_and_left_alone(path):
    with ScoresFile(path, CONDITIONS) as file:
        file.append(scores_of("gp", 0))
    before = path.read_bytes()
    message = r"holds searches with options blocks=2, not blocks=3; name another folder with"
    with pytest.raises(ValueError, match=message):
        ScoresFile(path, {**CONDITIONS, "options": ["blocks=3"]})
    assert path.read_bytes() == before
    path.with_suffix(".json").unlink()
    with pytest.raises(
        ValueError, match=r"toy\.csv has no toy\.json that tells its conditions"
    ):
        held_scores(path, CONDITIONS)


def test_one_process_at_a_time_writes_to_a_file(path):
    with ScoresFile(path, CONDITIONS), pytest.raises(BusyError, match="is in use"):
        ScoresFile(path, CONDITIONS)


def test_the_conditions_are_all_that_the_searches_share(path):
    base = Config(evaluations=24, pop_size=8, n_jobs=0)
    found = conditions_of(Case.of("synthetic:blocks=2", base=base))
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "problem": "synthetic",
        "objectives": ["acc", "macs"],
        "options": ["blocks=2"],
        "evaluations": 24,
        "pop_size": 8,
        "cost": "fpo",
    }


def test_nothing_reached_is_written_and_read_as_such(path):
    nothing = Score("toy", "gp", 0, 10, 1.0, Verdict(0.0, math.inf, 0.0, 0.0))
    path.parent.mkdir()
    path.write_text(rows_text([nothing], header=COLUMNS))
    assert read_scores(path) == [nothing]


@pytest.mark.parametrize("path", CONTESTS, ids=lambda path: path.name)
def test_the_files_that_are_kept_are_read(path):
    scores = read_scores(path)
    assert len(scores) > 100
    assert all(0 <= score.verdict.hypervolume <= 1 for score in scores)


@pytest.mark.parametrize("path", OLD_CONTESTS, ids=lambda path: path.name)
def test_files_of_earlier_versions_name_their_problem_and_have_one_scale(path):
    scores = read_scores(path)
    assert {score.problem for score in scores} == {
        path.name.partition("evaluations")[0].rpartition("-")[0]
    }
    assert all(math.isnan(score.verdict.log_hypervolume) for score in scores)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "holds no scores of a contest: it lacks cost"),
        ("", "holds no scores of a contest"),
        (
            ",".join(COLUMNS) + "\ntoy,gp,zero,10,5,.5,.5,.5,.5\n",
            r"toy\.csv:2 is no row of scores",
        ),
        (",".join(COLUMNS) + "\ntoy,gp\n", r"toy\.csv:2 is no row of scores"),
    ],
)
def test_what_holds_no_scores_is_refused(tmp_path, text, message):
    file = tmp_path / "toy.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_scores(file)
