import csv
import json
from dataclasses import replace

import pytest
from priced_runs import FAST, SLOW, priced

from evonas.reports.retargeted_files import goes_on, write_all, write_start, write_table
from evonas.runs.schema import Spelling
from evonas.runs.warm_start_files import read_prior
from evonas.space import Gene, SearchSpace

SPACE = SearchSpace((Gene("depth", (1, 2)), Gene("width", (8, 16, 32))))


def test_the_table_has_every_architecture_with_units_bands_and_standings(tmp_path):
    found = priced()
    write_table(found, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["genome"] for row in rows] == ["0 0", "0 1", "1 0", "1 1", "1 2"]
    assert [row["id"] for row in rows] == [found.id_of(i) for i in range(5)]
    first = rows[0]
    assert float(first["acc [%]"]) == 50.0
    ends = [float(first[f"latency@{SLOW}{end} [s]"]) for end in (" low", "", " high")]
    assert ends == [32.0, 64.0, 128.0]
    assert float(first[f"model_size@{FAST} [B]"]) == 4 * 9 * 8**2
    assert f"model_size@{FAST} low [B]" not in first
    fronts = [first[f"front of {name}"] for name in (SLOW, FAST, "all targets")]
    assert fronts == ["necessary", "possible", "necessary"]


def test_a_search_begins_with_the_fronts_and_learns_from_all(tmp_path):
    found = priced()
    write_start(found, tmp_path / "start.json")
    prior = read_prior(tmp_path / "start.json", SPACE)
    assert prior.n_best == len(found.start) == 4
    assert prior.genomes(SPACE) == [(1, 1), (1, 0), (0, 1), (0, 0), (1, 2)]
    assert prior.metrics["acc"] == (80.0, 80.0, 60.0, 50.0, 70.0)
    assert prior.metrics[f"latency@{FAST}"] == (12.0, 1.0, 1.0, 1.0, 3.0)


def test_where_nobody_keeps_the_limits_a_search_begins_with_all(tmp_path):
    write_start(priced(limits=["acc>=99"]), tmp_path / "start.json")
    assert read_prior(tmp_path / "start.json", SPACE).n_best == 5


def test_genes_stand_by_name_where_the_run_tells_them(tmp_path):
    found = priced()
    write_start(found, tmp_path / "start.json")
    assert json.loads((tmp_path / "start.json").read_text())["genomes"][0] == [1, 1]
    told = replace(found.run, spelling=Spelling(SPACE, decoded_by="space"))
    write_start(replace(found, run=told), tmp_path / "start.json")
    content = json.loads((tmp_path / "start.json").read_text())
    assert content["genomes"][0] == {"depth": 2, "width": 16}
    assert (content["problem"], content["targets"]) == ("digits", [SLOW, FAST])


@pytest.mark.parametrize("limits", [(), ("acc>=99",)])
def test_all_that_is_written_is_named(tmp_path, limits):
    files = write_all(priced(limits=limits), tmp_path / "new" / "folder")
    assert sorted(file.name for file in (tmp_path / "new" / "folder").iterdir()) == sorted(
        file.name for file in files
    )
    pictures = ["differences.png"] if limits else ["fronts.png", "differences.png"]
    assert [file.name for file in files] == ["targets.csv", "start.json", *pictures]


def test_the_command_that_goes_on_names_objectives_and_start(tmp_path):
    assert goes_on(priced(), tmp_path / "a b.json") == (
        f"evonas --problem digits --objectives acc,latency@{SLOW},latency@{FAST} "
        f"--warm-start '{tmp_path / 'a b.json'}'"
    )
