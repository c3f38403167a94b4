import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.sections.surrogate import DEFAULT_PROPOSALS, SURROGATES, SurrogateSection
from evonas.surrogates.predictors import PREDICTORS

OF_A_SURROGATE = {
    "features": "naswot",
    "scale": "log",
    "first": 20,
    "batch": 4,
    "proposals": 600,
}


def test_every_model_on_offer_can_be_made():
    assert set(SURROGATES) - {"none", "auto"} <= set(PREDICTORS)


def test_a_search_measures_and_proposes_what_is_usual_where_nothing_is_said():
    section = SurrogateSection(surrogate="gp")
    assert (section.scale, section.n_first) == ("linear", 8)
    assert section.n_proposals == DEFAULT_PROPOSALS >= 50


@pytest.mark.parametrize(
    ("n_known", "n_batch"),
    [(0, 2), (8, 2), (23, 2), (24, 3), (39, 4), (40, 5), (127, 15), (128, 16), (1000, 16)],
)
def test_a_batch_is_one_for_every_eight_that_are_known_from_two_to_sixteen(n_known, n_batch):
    assert SurrogateSection(surrogate="gp").n_batch(n_known) == n_batch


@given(st.integers(1, 500), st.integers(50, 5000), st.integers(0, 999))
def test_what_is_said_of_a_batch_and_of_proposals_holds_however_much_is_known(
    batch, proposals, n_known
):
    section = SurrogateSection(surrogate="gp", batch=batch, proposals=proposals)
    assert (section.n_batch(n_known), section.n_proposals) == (batch, proposals)
    assert section.n_first == max(8, batch)


@given(st.integers(2, 500), st.integers(1, 500) | st.none())
def test_as_many_are_measured_first_as_is_said_whatever_a_batch_is(first, batch):
    assert SurrogateSection(surrogate="gp", first=first, batch=batch).n_first == first


@pytest.mark.parametrize("name", OF_A_SURROGATE)
def test_what_only_a_surrogate_uses_is_refused_without_one(name):
    words = {name: OF_A_SURROGATE[name]}
    assert getattr(SurrogateSection(surrogate="gp", **words), name)
    for others in ({}, {"screen": "gp"}):
        with pytest.raises(ValueError, match=rf"^{name} is of use to a surrogate only; name"):
            SurrogateSection(**words, **others)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"surrogate": "svm"},
            r"^unknown surrogate 'svm'; choose from none, gp, forest, auto$",
        ),
        ({"screen": "svm"}, r"^unknown screen 'svm'; choose from none, gp, forest, auto$"),
        ({"surrogate": "gp", "screen": "gp"}, r"^a surrogate chooses what it measures, and ne"),
        ({"surrogate": "gp", "batch": 0}, r"^batch must be at least 1, got 0$"),
        ({"surrogate": "gp", "first": 1}, r"^first must be at least 2, got 1$"),
        (
            {"surrogate": "gp", "scale": "root"},
            r"^unknown scale 'root'; choose from linear, log$",
        ),
        ({"surrogate": "gp", "proposals": 49}, r"^proposals must be at least 50, got 49$"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        SurrogateSection(**words)
