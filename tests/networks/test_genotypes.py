import pytest

from evonas.networks.genotypes import DARTS_V1, DARTS_V2, Genotype, read_genotype

# As it stands in genotypes.py of the code of DARTS.
PUBLISHED = (
    "DARTS_V2 = Genotype("
    "normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
    "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], "
    "reduce_concat=[2, 3, 4, 5])"
)
ONE = "[('skip_connect', 0), ('max_pool_3x3', 1)]"


def test_the_published_cells_are_read():
    assert read_genotype(PUBLISHED) == DARTS_V2
    assert str(DARTS_V2) == PUBLISHED.removeprefix("DARTS_V2 = ")


@pytest.mark.parametrize("genotype", [DARTS_V1, DARTS_V2])
def test_what_is_printed_can_be_read(genotype):
    assert read_genotype(str(genotype)) == genotype


def test_the_joined_nodes_may_be_a_range_or_left_out():
    cell = (("skip_connect", 0), ("max_pool_3x3", 1))
    for joined in ("normal_concat=range(2, 3), reduce_concat=range(2, 3), ", ""):
        assert read_genotype(f"Genotype({joined}normal={ONE}, reduce={ONE})") == Genotype(
            cell, cell
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sep_conv_3x3", "it is no Genotype"),
        ("Genotype(normal=[", "was never closed"),
        ("print(normal=1)", "it calls something else"),
        (f"Genotype(normal=open('x'), reduce={ONE})", "malformed node or string"),
        (f"Genotype(normal={ONE})", "the reduce cell is None; expected a list of two pairs"),
        (f"Genotype(normal=[('skip_connect', 0)], reduce={ONE})", "the normal cell is"),
        (f"Genotype(normal=[('pool', 0)] * 2, reduce={ONE})", "malformed node or string"),
        (f"Genotype(normal=[('pool', 0), 1], reduce={ONE})", "'pool', 0. stands in the"),
        (f"Genotype(normal=[('none', 2), 1], reduce={ONE})", "and a number from 0 to 1"),
        (f"Genotype(normal={ONE}, normal_concat=[3], reduce={ONE})", r"joins \[3\]; expected"),
        (f"Genotype(normal={ONE}, reduce={ONE[:-1]}, {ONE[1:]})", "have 1 and 2 nodes"),
    ],
)  # fmt: skip
def test_what_is_no_genotype_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        read_genotype(text)


def test_nothing_that_is_read_is_run(tmp_path):
    file = tmp_path / "run"
    with pytest.raises(ValueError, match="cannot read the genotype"):
        read_genotype(f"Genotype(normal=open({str(file)!r}, 'w'), reduce={ONE})")
    assert not file.exists()
