import pytest

from evonas.carbon.assumptions import TRAININGS_PER_CITATION, Assumptions
from evonas.sections.carbon import CarbonSection


def test_nothing_said_leaves_every_assumption_at_its_default():
    assert CarbonSection().assumptions == Assumptions()


@pytest.mark.parametrize(
    ("words", "content"),
    [
        ({"target": "a100"}, {"device": "a100"}),
        ({"grid": "fra"}, {"grid": "fra"}),
        ({"intensity_g_per_kwh": 56.0}, {"intensity_g_per_kwh": 56.0}),
        ({"pue": 1.1}, {"pue": 1.1}),
        ({"trainings": 7.0}, {"trainings": 7.0}),
        ({"citations": 3.0}, {"citations": 3.0}),
        ({"inferences": 7e5}, {"inferences": 7e5}),
        ({"precision": "fp16"}, {"precision": "fp16"}),
        ({"inference_batch": 8}, {"inference_batch": 8}),
        ({"training_batch": 64}, {"training_batch": 64}),
        ({"accelerators": 8}, {"accelerators": 8}),
        (
            {"target": "a100:bf16:b8"},
            {"device": "a100", "precision": "bf16", "inference_batch": 8},
        ),
    ],
    ids=str,
)
def test_a_word_means_what_it_means_in_a_carbon_file(words, content):
    assumed = CarbonSection(**words).assumptions
    assert assumed == CarbonSection(carbon=content).assumptions
    assert assumed != Assumptions()


def test_a_word_takes_precedence_over_the_carbon_file():
    content = {"device": "v100", "grid": "world", "pue": 1.2, "trainings": 5.0}
    section = CarbonSection(carbon=content, target="a100", intensity_g_per_kwh=20, citations=2)
    assert (
        section.assumptions.device.name == CarbonSection(target="a100").assumptions.device.name
    )
    assert section.assumptions.grid.intensity_g_per_kwh == 20
    assert section.assumptions.trainings == 2 * TRAININGS_PER_CITATION
    assert section.assumptions.pue == 1.2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"carbon": {"puee": 1.1}}, r"^unknown assumption 'puee' \(did you mean 'pue'\?\)"),
        ({"carbon": {"pue": "low"}}, r"^pue is 'low'; expected a number$"),
        ({"carbon": {"pue": [3, 2, 1]}}, r"^pue is \[3, 2, 1\]; expected them ascending$"),
        ({"trainings": 5, "citations": 1}, r"^trainings and citations contradict each other"),
        (
            {"grid": "fra", "intensity_g_per_kwh": 1},
            r"^grid and intensity_g_per_kwh contradict",
        ),
        ({"tracker": "eco"}, r"^unknown tracker 'eco'; choose from codecarbon$"),
    ],
)
def test_what_the_model_cannot_assume_is_refused_when_it_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        CarbonSection(**words)
