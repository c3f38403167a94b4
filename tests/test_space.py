import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.space import Gene, SearchSpace

choices = st.lists(
    st.one_of(st.integers(), st.text(max_size=3)), min_size=1, max_size=6, unique_by=repr
)


def space_of(*sizes: int) -> SearchSpace:
    return SearchSpace([Gene(f"gene{i}", tuple(range(n))) for i, n in enumerate(sizes)])


@st.composite
def spaces_with_genomes(draw):
    lists = draw(st.lists(choices, min_size=1, max_size=5))
    space = SearchSpace([Gene(f"gene{i}", tuple(values)) for i, values in enumerate(lists)])
    return space, tuple(draw(st.integers(0, size - 1)) for size in space.sizes)


@given(spaces_with_genomes())
def test_encoding_undoes_decoding(drawn):
    space, genome = drawn
    assert space.encode(space.decode(genome)) == genome


@given(spaces_with_genomes())
def test_decoding_undoes_encoding_in_any_order_of_names(drawn):
    space, genome = drawn
    architecture = {name: space.decode(genome)[name] for name in reversed(space.names)}
    assert space.decode(space.encode(architecture)) == architecture


@given(spaces_with_genomes(), st.integers(0, 9))
def test_samples_are_genomes_of_the_space_and_fixed_by_the_seed(drawn, seed):
    space, _ = drawn
    genomes = space.sample(7, np.random.default_rng(seed))
    assert len(genomes) == 7
    assert all(type(gene) is int for genome in genomes for gene in genome)
    for genome in genomes:
        space.check(genome)
    assert genomes == space.sample(7, np.random.default_rng(seed))


def test_a_sample_is_uniform_over_genomes():
    drawn = space_of(2, 3).sample(60_000, np.random.default_rng(0))
    counts = [drawn.count((a, b)) for a in range(2) for b in range(3)]
    assert counts == pytest.approx([10_000] * 6, rel=0.05)  # five standard deviations


def test_no_sample_is_an_empty_list():
    assert space_of(2).sample(0, np.random.default_rng(0)) == []


def test_the_cardinality_counts_every_genome_exactly():
    assert space_of(2, 3, 4).cardinality == 24
    assert space_of(*[6] * 40).cardinality == 6**40  # beyond 64 bits


def test_without_a_fold_every_genome_stands_for_itself():
    assert space_of(2, 3).canonical((1, 2)) == (1, 2)


def test_a_fold_chooses_who_stands_for_whom():
    space = SearchSpace(space_of(3, 3).genes, fold=lambda genome: tuple(sorted(genome)))
    assert space.canonical((2, 1)) == space.canonical((1, 2)) == (1, 2)


@pytest.mark.parametrize(
    ("values", "ordered"),
    [((1, 2), True), ((0.5, 2), True), (("a", "b"), False), ((False, True), False)],
)
def test_numbers_are_ordered_and_nothing_else_is(values, ordered):
    assert Gene("gene", values).ordered is ordered
    assert Gene("gene", values, ordered=not ordered).ordered is not ordered


def test_choices_may_come_as_a_list():
    assert Gene("gene", [1, 2]).choices == (1, 2)
    assert hash(Gene("gene", [1, 2])) == hash(Gene("gene", (1, 2)))


def test_a_gene_needs_choices():
    with pytest.raises(ValueError, match="gene 'width' has no choices; give it at least one"):
        Gene("width", ())


def test_a_choice_stands_only_once():
    with pytest.raises(ValueError, match=r"gene 'width' lists a choice twice: \(8, 16, 8\)"):
        Gene("width", (8, 16, 8))


def test_choices_that_compare_equal_would_lose_one_in_encoding():
    with pytest.raises(ValueError, match=r"gene 'bias' lists a choice twice: \(True, 1\)"):
        Gene("bias", (True, 1))


def test_a_space_needs_genes():
    with pytest.raises(ValueError, match="a search space needs at least one gene"):
        SearchSpace([])


def test_gene_names_are_unique():
    with pytest.raises(ValueError, match=r"must be unique, but these stand twice: \['width'\]"):
        SearchSpace([Gene("width", (1, 2)), Gene("depth", (1,)), Gene("width", (3, 4))])


@pytest.mark.parametrize(
    ("genome", "message"),
    [
        ((0,), r"genome \(0,\) has 1 genes; this space has 2"),
        ((0, 1, 0), r"genome \(0, 1, 0\) has 3 genes; this space has 2"),
        ((0, 3), "gene 'gene1' is 3; expected 0 to 2"),
        ((-1, 0), "gene 'gene0' is -1; expected 0 to 1"),
        ((0, 1.0), "gene 'gene1' is 1.0, a float; genomes hold integers"),
        ((True, 1), "gene 'gene0' is True, a bool; genomes hold integers"),
        ((np.int64(1), 1), r"gene 'gene0' is .*1.*, a int64; genomes hold integers"),
    ],
)
@pytest.mark.parametrize("method", ["check", "decode", "canonical"])
def test_what_is_no_genome_is_refused(method, genome, message):
    with pytest.raises(ValueError, match=message):
        getattr(space_of(2, 3), method)(genome)


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ({"gene0": 0}, r"not an architecture: missing=\['gene1'\], unknown=\[\]"),
        ({"gene0": 0, "gene1": 1, "x": 2}, r"missing=\[\], unknown=\['x'\]"),
        ({"gene0": 0, "gene1": 7}, r"gene 'gene1' cannot be 7; choose from \(0, 1, 2\)"),
    ],
)
def test_what_is_no_architecture_is_refused(architecture, message):
    with pytest.raises(ValueError, match=message):
        space_of(2, 3).encode(architecture)


def through_json(space: SearchSpace) -> SearchSpace:
    return SearchSpace.from_dicts(json.loads(json.dumps(space.as_dicts())))


@given(spaces_with_genomes())
def test_a_space_that_is_written_down_decodes_as_before(drawn):
    space, genome = drawn
    assert through_json(space).decode(genome) == space.decode(genome)
    assert through_json(space).genes == space.genes


def test_choices_that_json_lacks_are_written_as_tuples_numbers_or_text():
    pool = type("Pool", (), {"__str__": lambda self: "Pool()"})
    space = SearchSpace(
        [
            Gene("shape", ((3, 3), (5, (5, 1)), None)),
            Gene("width", (np.int64(8), np.float64(0.5))),
            Gene("layer", (pool(), pool(), "plain")),
        ]
    )
    shape, width, layer = through_json(space).genes
    assert shape.choices == ((3, 3), (5, (5, 1)), None)
    assert width.choices == (8, 0.5)
    assert layer.choices == ("Pool() (1)", "Pool() (2)", "plain")
    assert (shape.ordered, width.ordered) == (False, space.genes[1].ordered)


@pytest.mark.parametrize(
    "choice",
    [[1, 2], (1, [2]), (object, 3), {"k": 3}, b"x", float("inf"), 1j, None, True, "a b"],
)
def test_a_choice_that_is_written_down_prints_as_before(choice):
    (gene,) = through_json(SearchSpace([Gene("a", (choice, "other"))])).genes
    assert str(gene.choices[0]) == str(choice)


def test_the_fold_is_not_written_down():
    space = SearchSpace(space_of(2, 2).genes, fold=lambda genome: (0, 0))
    assert through_json(space).canonical((1, 1)) == (1, 1)


@pytest.mark.parametrize("broken", [{"name": None}, {"choices": "ab"}, {"ordered": None}])
def test_what_was_not_written_by_a_gene_is_refused(broken):
    kept = {"name": "a", "choices": [1, 2], "ordered": True, **broken}
    with pytest.raises(ValueError, match=r"not a gene: .*; expected a name, a list of choices"):
        SearchSpace.from_dicts([kept])


@pytest.mark.parametrize("choices", ["relu", b"relu", 8, None, 0.5])
def test_choices_that_are_one_word_or_number_are_refused(choices):
    with pytest.raises(ValueError, match=r"the choices of gene 'act' are .*; expected several"):
        Gene("act", choices)


@pytest.mark.parametrize("genes", ["ab", [("act", (1, 2))], [None]])
def test_a_space_of_what_is_no_gene_is_refused(genes):
    with pytest.raises(ValueError, match=r"is no gene; expected Gene\(name, choices\)"):
        SearchSpace(genes)


def test_a_gene_is_active_where_another_choice_makes_another_network():
    def fold(genome):
        return genome if genome[0] else (0, 0, genome[2])

    space = SearchSpace(space_of(2, 3, 2).genes, fold=fold)
    assert space.active((1, 2, 0)) == ("gene0", "gene1", "gene2")
    assert space.active((0, 0, 0)) == ("gene0", "gene2")
    assert space.active((0, 0, 0), canonical=lambda genome: genome) == space.names


def test_a_gene_with_one_choice_is_never_active():
    assert space_of(1, 2).active((0, 1)) == ("gene1",)


@given(spaces_with_genomes())
def test_without_a_fold_every_gene_with_a_choice_is_active(drawn):
    space, genome = drawn
    assert space.active(genome) == tuple(
        gene.name for gene in space.genes if len(gene.choices) > 1
    )


@given(spaces_with_genomes())
def test_variants_of_all_genes_are_the_genomes_that_differ_in_one(drawn):
    space, genome = drawn
    found = [v for gene in range(len(genome)) for v in space.variants(genome, gene)]
    differ = [
        other for other in np.ndindex(*space.sizes) if sum(map(int.__ne__, other, genome)) == 1
    ]
    assert sorted(found) == sorted(differ)
    assert len(found) == sum(space.sizes) - len(space.sizes)
