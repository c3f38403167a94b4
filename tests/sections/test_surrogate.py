import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.sections.surrogate import SURROGATES, SurrogateSection
from evonas.surrogates.predictors import PREDICTORS

OF_A_SURROGATE = {"batch": 4, "proposals": 500, "features": "naswot"}


def test_every_model_on_offer_can_be_made():
    assert set(SURROGATES) - {"none", "auto"} <= set(PREDICTORS)


def test_a_search_measures_and_proposes_what_is_usual_where_nothing_is_said():
    section = SurrogateSection(surrogate="gp")
    assert (section.n_batch, section.n_first, section.n_proposals) == (8, 12, 1000)


@given(st.integers(1, 500), st.integers(50, 5000))
def test_more_is_measured_before_the_first_prediction_than_in_a_batch(batch, proposals):
    section = SurrogateSection(surrogate="gp", batch=batch, proposals=proposals)
    assert (section.n_batch, section.n_proposals) == (batch, proposals)
    assert batch <= section.n_first <= 2 * batch


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
        ({"surrogate": "gp", "proposals": 49}, r"^proposals must be at least 50, got 49$"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        SurrogateSection(**words)
