import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evonas.fidelity import rungs
from evonas.networks.cell_costs import OPERATIONS
from evonas.networks.vertex_cells import fingerprint
from evonas.plugins.importing import load
from evonas.problem import Settings
from tests import small_tables

NasBench101 = load("evonas.problems.nas_bench_101:NasBench101")
genomes = st.tuples(*(st.integers(0, n - 1) for n in NasBench101.space.sizes))
WORDS = {"conv3x3": "conv3x3-bn-relu", "conv1x1": "conv1x1-bn-relu", "maxpool3x3": "maxpool3x3"}

# Cells of the benchmark with their parameters, as EC-NAS lists them (measured there).
LISTED = [
    ("0110/0010/0001/0000", ["maxpool3x3", "maxpool3x3"], 1_756_298),
    ("0110/0011/0001/0000", ["conv3x3", "conv1x1"], 3_468_426),
    ("01110/00001/00010/00001/00000", ["conv1x1", "maxpool3x3", "conv1x1"], 1_840_906),
]


def cell(rows: str) -> list[list[int]]:
    return [list(map(int, row)) for row in rows.split("/")]


CELLS = {
    fingerprint(cell(rows), words): (cell(rows), [WORDS[word] for word in words], n_params)
    for rows, words, n_params in LISTED
}


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    small_tables.nas_bench_101(folder / "nas-bench-101", CELLS)
    return NasBench101(Settings(data_dir=str(folder)))


def genome_of(problem, rows: str, words) -> tuple[int, ...]:
    """A genome of the cell with its inner vertices at the end, so that it has to be folded."""
    matrix = cell(rows)
    n = len(matrix)
    place = (0, *range(7 - n + 1, 6), 6)
    values = {gene.name: gene.choices[0] for gene in problem.space.genes}
    for a, b in itertools.combinations(range(n), 2):
        values[f"edge{place[a]}{place[b]}"] = bool(matrix[a][b])
    for v, word in enumerate(words, start=1):
        values[f"operation{place[v]}"] = word
    return problem.space.encode(values)


def test_trainings_are_read_out_of_the_records(problem):
    rows, words, n_params = LISTED[1]
    genome = genome_of(problem, rows, words)
    found = problem.measure(genome, ["acc", "test_acc", "training", "params"], seed=0)
    assert found == {
        "acc": pytest.approx(100 * (0.9 - 0.01 - 0.001)),
        "test_acc": pytest.approx(100 * (0.9 - 0.02 - 0.001)),
        "training": pytest.approx(1081.0),
        "params": float(n_params),
    }
    assert problem.epochs == (4, 12, 36, 108)


def test_shorter_trainings_are_trainings_of_their_own(problem):
    genome = genome_of(problem, *LISTED[0][:2])
    ladder = rungs("epochs", 108, n=4, reduction=3, known=problem.amounts("epochs"))
    steps = [problem.measure_at(genome, ["acc", "fpo"], seed=0, fidelity=r) for r in ladder]
    macs = problem.measure(genome, ["macs"], seed=0)["macs"]
    assert [step["fpo"] for step in steps] == [
        6.0 * macs * 40_000 * rung.amount for rung in ladder
    ]
    assert [step["acc"] for step in steps] == sorted(step["acc"] for step in steps)


def test_a_cell_folds_to_the_numbering_of_the_table(problem):
    for rows, words, _ in LISTED:
        genome = genome_of(problem, rows, words)
        canonical = problem.canonical(genome)
        assert canonical != genome
        assert problem.canonical(canonical) == canonical
        assert problem.measure(canonical, ["acc"], seed=0) == problem.measure(
            genome, ["acc"], seed=0
        )


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(genome=genomes)
def test_every_genome_is_a_cell_within_the_bounds_of_the_benchmark(problem, genome):
    canonical = problem.canonical(genome)
    problem.space.check(canonical)
    assert problem.canonical(canonical) == canonical
    assert 1 <= sum(canonical[:21]) <= 9


def test_without_a_path_an_edge_from_input_to_output_is_all_there_is(problem):
    nothing = (0,) * len(problem.space.sizes)
    canonical = dict(zip(problem.space.names, problem.canonical(nothing), strict=True))
    assert {name for name, gene in canonical.items() if gene} == {"edge06"}


def test_a_cell_or_a_training_that_the_file_lacks_is_an_error(problem, tmp_path):
    with pytest.raises(KeyError, match=r"the table lacks the cell [0-9a-f]{32} with 108 e"):
        problem.measure((0,) * len(problem.space.sizes), ["acc"], seed=0)
    small_tables.nas_bench_101(tmp_path, CELLS, epochs=(108,), name="nasbench_only108.tfrecord")
    small = NasBench101(Settings(data_dir=str(tmp_path)))
    assert small.epochs == (108,)
    with pytest.raises(ValueError, match="NasBench101 has no measurements with less epochs"):
        small.full_amount("epochs")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no trainings"),
        (small_tables.framed(b'["a", 4]'), "holds no record of NAS-Bench-101: not enough"),
        (small_tables.framed(b"acc"), "holds no record of NAS-Bench-101: Expecting value"),
    ],
)
def test_another_file_of_that_name_is_refused(tmp_path, content, message):
    (tmp_path / "nasbench_full.tfrecord").write_bytes(content)
    with pytest.raises(ValueError, match=rf"nasbench_full\.tfrecord {re.escape(message)}"):
        NasBench101(Settings(data_dir=str(tmp_path)))


def test_a_table_that_is_not_there_is_told_with_where_to_get_it(tmp_path):
    message = "nas-bench-101; get nasbench_full.tfrecord or nasbench_only108.tfrecord from stor"
    with pytest.raises(FileNotFoundError, match=f"no table in {tmp_path}/{message}"):
        NasBench101(Settings(data_dir=str(tmp_path)))


def test_the_operations_are_those_of_the_benchmark():
    assert set(WORDS) == set(OPERATIONS)
