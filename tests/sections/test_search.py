import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.algorithms.registry import ALGORITHMS as REGISTERED
from evonas.objectives import Constraint
from evonas.sections.search import ALGORITHMS, SearchSection
from evonas.warm_start import Prior

KNOWN = {"genes": ["width"], "rows": [[1], [2]], "metrics": {"acc": [5, 6]}, "n_best": 1}
TWO_STAGES = {"objectives": "acc", "then": "flops"}
numbers = st.floats(allow_nan=False, allow_infinity=False)
levels = st.dictionaries(st.sampled_from(("acc", "flops", "co2")), numbers, min_size=1)


@given(levels)
def test_a_reference_point_reads_back_exactly(point):
    section = SearchSection(reference=[f"{name}={value!r}" for name, value in point.items()])
    assert section.reference_point == point


@given(st.lists(levels))
def test_levels_to_aspire_to_read_back_exactly_a_point_each(points):
    texts = [",".join(f"{name} = {value!r}" for name, value in p.items()) for p in points]
    assert SearchSection(aspire=texts).aspirations == tuple(points)


def test_constraints_are_read_in_their_order():
    section = SearchSection(constraint=["params<=200", "acc >= 9e1"])
    expected = (Constraint("params", "<=", 200.0), Constraint("acc", ">=", 90.0))
    assert section.constraints == expected


def test_a_warm_start_is_known_beforehand_and_nothing_else_is():
    assert SearchSection().prior is None
    assert SearchSection(warm_start=KNOWN).prior == Prior.from_dict(KNOWN)


def test_an_objective_may_return_in_no_stage():
    assert SearchSection(**TWO_STAGES, tolerance=0.0).then == ("flops",)
    with pytest.raises(ValueError, match=r"^objectives name one twice: acc, flops, acc$"):
        SearchSection(objectives="acc,flops", then="acc")


def test_the_names_of_algorithms_are_those_that_are_registered():
    assert set(ALGORITHMS) == set(REGISTERED)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seed": -1}, r"^seed must be at least 0, got -1$"),
        ({"pop_size": 1}, r"^pop_size must be at least 2, got 1$"),
        ({"then": "acc"}, r"^then is a second stage: name the objectives of the first as well"),
        (
            {"tolerance": 0.1},
            r"^tolerance is of use to a second stage only; name one with then",
        ),
        (
            {**TWO_STAGES, "tolerance": 1.0},
            r"^tolerance must be a share in \[0, 1\), got 1\.0$",
        ),
        ({**TWO_STAGES, "aspire": ["acc=9"]}, r"^aspire and then are two formulations; choose"),
        ({"aspire": ["acc=9"], "algorithm": "moead"}, r"replaces nsga2; leave out moead$"),
        ({"aspire": ["acc"]}, r"^cannot read the part of aspire 'acc'; expected one like"),
        ({"aspire": ["acc=high"]}, r"^aspire 'acc=high': .*; expected OBJECTIVE=NUMBER$"),
        (
            {"aspire": ["acc=1,acc=2"]},
            r"^aspire 'acc=1,acc=2': expected a finite number for ea",
        ),
        (
            {"aspire": ["acc=inf"]},
            r"^aspire 'acc=inf': expected a finite number for each, once",
        ),
        ({"constraint": ["params"]}, r"^cannot read the constraint 'params'; expected "),
        ({"reference": ["flops"]}, r"^cannot read the reference 'flops'; expected one like"),
        ({"reference": ["flops=x"]}, r"^reference: .*'x'; expected OBJECTIVE=NUMBER$"),
        ({"reference": ["flops=nan"]}, r"^reference flops is nan; expected a finite number$"),
        (
            {"warm_start": {"rows": []}},
            r"^a warm start must hold genes, rows, metrics, n_best$",
        ),
    ],
)
def test_what_does_not_go_together_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        SearchSection(**words)
