import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.plugins.importing import load
from evonas.problem import Settings
from tests import small_tables

NasBench301 = load("evonas.problems.nas_bench_301:NasBench301")
features = load("evonas.problems.nas_bench_301:features")
genomes = st.tuples(*(st.integers(0, n - 1) for n in NasBench301.space.sizes))

# The example of the benchmark's repository, surrogate_models/test/results_fidelity_0: what of
# its configuration is of the cells; and where each name stands in its configspace.json.
EXAMPLE = {
    **{"edge_normal_0": "skip_connect", "edge_normal_1": "sep_conv_3x3"},
    **{"edge_reduce_0": "max_pool_3x3", "edge_reduce_1": "avg_pool_3x3"},
    **{"inputs_node_normal_3": "0_1", "inputs_node_normal_4": "0_2"},
    **{"inputs_node_normal_5": "1_2", "inputs_node_reduce_3": "0_1"},
    **{"inputs_node_reduce_4": "1_2", "inputs_node_reduce_5": "2_3"},
    **{"edge_normal_10": "sep_conv_3x3", "edge_normal_11": "skip_connect"},
    **{"edge_normal_2": "sep_conv_3x3", "edge_normal_3": "skip_connect"},
    **{"edge_normal_5": "dil_conv_3x3", "edge_normal_7": "dil_conv_5x5"},
    **{"edge_reduce_11": "sep_conv_3x3", "edge_reduce_12": "dil_conv_3x3"},
    **{"edge_reduce_2": "skip_connect", "edge_reduce_3": "dil_conv_5x5"},
    **{"edge_reduce_6": "sep_conv_3x3", "edge_reduce_7": "sep_conv_5x5"},
}
PLACES = {
    **{"edge_normal_0": 10, "edge_normal_1": 11, "edge_reduce_0": 12, "edge_reduce_1": 13},
    **{f"inputs_node_normal_{node}": 12 + node for node in (3, 4, 5)},
    **{f"inputs_node_reduce_{node}": 15 + node for node in (3, 4, 5)},
    **{f"edge_normal_{edge}": 22 + edge for edge in (10, 11, 12, 13)},
    **{f"edge_normal_{edge}": 34 + edge for edge in range(2, 10)},
    **{f"edge_reduce_{edge}": 34 + edge for edge in (10, 11, 12, 13)},
    **{f"edge_reduce_{edge}": 46 + edge for edge in range(2, 10)},
}
WORDS = (
    *("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5"),
    *("dil_conv_3x3", "dil_conv_5x5"),
)
PAIRS = {
    3: ("0_1", "0_2", "1_2"),
    4: ("0_1", "0_2", "0_3", "1_2", "1_3", "2_3"),
    5: ("0_1", "0_2", "0_3", "0_4", "1_2", "1_3", "1_4", "2_3", "2_4", "3_4"),
}


def genes_of(example: dict[str, str]) -> dict[str, str]:
    values = {}
    for cell in ("normal", "reduce"):
        for node, first in ((2, 0), (3, 2), (4, 5), (5, 9)):
            pair = example.get(f"inputs_node_{cell}_{node}", "0_1")
            if node > 2:
                values[f"{cell}_inputs{node}"] = pair
            for side, source in zip(("left", "right"), pair.split("_"), strict=True):
                values[f"{cell}_{side}{node}"] = example[f"edge_{cell}_{first + int(source)}"]
    return values


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    small_tables.nas_bench_301(folder / "nas-bench-301")
    return folder


def opened(home, **options):
    pairs = tuple((name, str(value)) for name, value in options.items())
    return NasBench301(Settings(data_dir=str(home), options=pairs))


def test_a_published_configuration_has_every_value_in_its_place():
    row = features(genes_of(EXAMPLE))
    expected = [-1.0] * 56
    for name, value in EXAMPLE.items():
        known = PAIRS[int(name[-1])] if name.startswith("inputs") else WORDS
        expected[PLACES[name]] = float(known.index(value))
    assert list(row) == expected


@given(genomes)
def test_every_genome_takes_eight_edges_in_each_cell(genome):
    row = features(NasBench301.space.decode(genome))
    assert len(row) == 56
    for later, first in ((range(32, 44), (10, 11)), (range(44, 56), (12, 13))):
        assert sum(row[place] >= 0 for place in (*later, *first)) == 8


def test_the_space_is_that_of_the_benchmark():
    assert NasBench301.space.cardinality == (3 * 6 * 10 * 7**8) ** 2


def test_the_mean_of_the_members_is_the_answer_and_noise_is_one_of_them(home):
    problem, noisy = opened(home), opened(home, noisy=True)
    genome = problem.space.encode(genes_of(EXAMPLE))
    assert problem.measure(genome, ["acc", "training"], seed=0) == {
        "acc": pytest.approx(90.0 + (2.0 + 3.0) / 2),  # skip_connect on edge_normal_0
        "training": pytest.approx(3000.0),
    }
    drawn = {noisy.measure(genome, ["acc"], seed=seed)["acc"] for seed in range(20)}
    assert sorted(drawn) == [92.0, 93.0]


def test_without_the_surrogate_of_times_there_is_accuracy_alone(tmp_path):
    small_tables.nas_bench_301(tmp_path, with_times=False)
    problem = opened(tmp_path)
    assert [metric.name for metric in problem.metrics] == ["acc"]
    assert problem.default_objectives == ("acc",)


def test_models_that_are_not_there_or_of_something_else_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"get xgb_v1.0 from the links of .* as JSON"):
        opened(tmp_path)
    (tmp_path / "xgb_v1.0").mkdir()
    with pytest.raises(ValueError, match=r"xgb_v1\.0 holds no surrogate_model\.json; save"):
        opened(tmp_path)
    small_tables.nas_bench_301(tmp_path)
    file = next((tmp_path / "xgb_v1.0").rglob("surrogate_model.json"))
    model = json.loads(file.read_text())
    model["learner"]["gradient_booster"]["model"]["trees"][0]["split_indices"][0] = 24
    file.write_text(json.dumps(model))
    message = r"takes 56 features, among them 24 that are not of a cell; expected 56"
    with pytest.raises(ValueError, match=message):
        opened(tmp_path)
