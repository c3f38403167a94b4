import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.space import Gene, SearchSpace
from evonas.warm_start import Prior

SPACE = SearchSpace(
    [Gene("kind", ("plain", "dense")), Gene("width", (8, 16, 32)), Gene("skip", (False, True))]
)


def prior(genes, *rows, **metrics):
    return Prior(tuple(genes), rows, metrics, len(rows))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)), min_size=1))
def test_in_its_own_space_an_architecture_is_itself_also_as_text(genomes):
    rows = [tuple(SPACE.decode(genome).values()) for genome in genomes]
    texts = [tuple(map(str, row)) for row in rows]
    assert prior(SPACE.names, *rows).genomes(SPACE) == genomes
    assert prior(SPACE.names, *texts).genomes(SPACE) == genomes


def test_in_another_space_numbers_are_the_nearest_and_the_unknown_is_the_first():
    known = prior(
        ("width", "depth", "kind"), (20, 3, "dense"), (999, 1, "sparse"), ("?", 1, "plain")
    )
    assert known.genomes(SPACE) == [(1, 1, 0), (0, 2, 0), (0, 0, 0)]


def test_architectures_need_not_have_the_same_genes_and_infinite_metrics_are_left_out():
    known = Prior.of(
        [{"width": 8}, {"width": 16, "kind": ("a", "b")}],
        metrics={"acc": (90.0, 91.0), "loss": (1.0, float("inf"))},
        n_best=1,
    )
    assert known.genes == ("width", "kind")
    assert known.rows == ((8, ""), (16, "('a', 'b')"))
    assert (known.metrics, known.n_best) == ({"acc": (90.0, 91.0)}, 1)
    assert Prior.of([{"width": 8}, {"width": 16}]).n_best == 2


def test_what_it_holds_can_be_kept_as_json():
    known = prior(("width",), (8,), (16,), acc=(90.0, 91.0))
    assert Prior.from_dict(known.as_dict()) == known


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"genes": ["a"]}, "a warm start must hold genes, rows, metrics, n_best"),
        (
            {"genes": ["a"], "rows": [[1, 2]], "metrics": {}, "n_best": 1},
            "must hold architectures with a value for every gene",
        ),
        (
            {"genes": ["a"], "rows": [], "metrics": {}, "n_best": 0},
            "must hold architectures with a value for every gene",
        ),
        (
            {"genes": ["a"], "rows": [[1]], "metrics": {"acc": [1, 2]}, "n_best": 1},
            "must hold every metric for every architecture",
        ),
    ],
)
def test_what_does_not_fit_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        Prior.from_dict(content)


def test_a_space_without_a_common_gene_is_refused():
    message = "the warm start has genes depth, and this space kind, width, skip: none in common"
    with pytest.raises(ValueError, match=message):
        prior(("depth",), (3,)).genomes(SPACE)
