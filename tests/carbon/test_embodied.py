import pytest

from evonas.carbon.embodied import CARD, PHONE, SERVER, manufacture_of
from evonas.hardware.devices import DEVICES


def test_an_hour_of_a_card_and_its_eighth_of_a_server_is_that_of_the_bloom_paper():
    # Luccioni et al. 2022, section 4.1: 0.003 kg an hour a card, 0.056 kg an hour a server
    assert CARD.g_per_hour[1] == pytest.approx(3.4 + 56 / 8, abs=0.1)
    assert SERVER.g_per_hour[1] == pytest.approx(56, abs=0.1)


@pytest.mark.parametrize("made", [CARD, SERVER, PHONE], ids=lambda made: made.label)
def test_what_is_published_has_a_range_and_a_source_with_its_year(made):
    low, central, high = made.g_per_hour
    assert 0 < low < central < high
    assert any(year in made.source for year in ("2019", "2020", "2022"))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        *(("a100", CARD), ("tpu-v3", CARD), ("xeon-8280", SERVER), ("exynos-2100-npu", PHONE)),
        *(("raspberry-pi-4", None), ("i7-10750h", None), ("stm32h7", None)),
    ],
)
def test_a_device_is_made_as_its_class_is_and_what_nobody_published_is_none(name, made):
    assert manufacture_of(DEVICES[name]) is made
