import math
import re
from dataclasses import replace

import pytest

from evonas.carbon import fu2021
from evonas.carbon.literature import CAR_YEAR_T, HOME_YEAR_T, NETWORKS, TABLE_1
from evonas.carbon.model import break_even
from evonas.hardware.devices import DEVICES, V100

ROWS = {row.name: row for row in TABLE_1}


def test_resnet_is_reproduced():
    resnet = ROWS["ResNet"]
    assert resnet.ours_tonnes == pytest.approx(325.88373, abs=5e-6)
    assert resnet.ours_tonnes == pytest.approx(resnet.tonnes, rel=0.0025)  # 0.22 % below
    assert resnet.implied_citations == pytest.approx(73_000, rel=0.0025)


@pytest.mark.parametrize("row", TABLE_1, ids=lambda row: row.name)
def test_one_home_year_fits_all_rows(row):
    assert row.tonnes / HOME_YEAR_T == pytest.approx(row.homes, abs=0.05)


@pytest.mark.parametrize("name", ["ResNet", "GoogLeNet"])
def test_one_car_year_fits_two_rows(name):
    assert ROWS[name].tonnes / CAR_YEAR_T == pytest.approx(ROWS[name].cars, abs=0.05)
    for tonnes in (4.622, 4.630):  # all that fits
        assert ROWS[name].tonnes / tonnes == pytest.approx(ROWS[name].cars, abs=0.07)


def test_the_car_years_of_vgg_are_a_misprint():
    vgg = ROWS["VGG"]
    assert vgg.tonnes / CAR_YEAR_T == pytest.approx(39.3, abs=0.05)
    assert vgg.cars == 39.8
    assert vgg.implied_citations < 10_100  # it had several times as many in 2021


def test_googlenet_needs_citations_that_are_not_printed():
    assert ROWS["GoogLeNet"].citations is None
    assert ROWS["GoogLeNet"].ours_tonnes is None
    assert ROWS["GoogLeNet"].implied_citations == pytest.approx(27_700, rel=0.001)


def test_once_for_all_cost_what_fu_et_al_say():
    network = NETWORKS["OFA (230M)"]
    assert network.search_kg == pytest.approx(465.38982)  # 1,200 GPU hours by Eq. 1 and 2
    assert network.search_kg / network.training_index_kg == pytest.approx(57_414, abs=1)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.name)
def test_every_network_has_a_source_with_a_year(network):
    assert re.search(r"\((19|20)\d\d\)$", network.source)
    assert 60 < network.top1 < 90
    assert network.gmacs is None or 0.1 < network.gmacs < 20
    assert network.params is None or 1e6 < network.params < 2e8
    assert network.search_gpu_hours is None or network.search_gpu_hours > 0


def test_once_for_all_breaks_even_against_resnet_50_by_equation_3_and_never_by_equation_1():
    ours, theirs = NETWORKS["OFA (230M)"], NETWORKS["ResNet-50"]
    saved_kg = theirs.training_index_kg - ours.training_index_kg
    assert break_even(ours.search_kg, ours_kg=0.0, theirs_kg=saved_kg) == pytest.approx(
        5290.5, abs=0.05
    )
    by_equation_1 = [fu2021.kg(fu2021.search_energy_wh(n.gpu_hours)) for n in (ours, theirs)]
    assert by_equation_1 == pytest.approx([96.96, 64.64], abs=0.005)
    ours_kg, theirs_kg = by_equation_1
    assert break_even(ours.search_kg, ours_kg=ours_kg, theirs_kg=theirs_kg) == math.inf


def test_the_peak_of_the_paper_is_a_fit_and_not_the_data_sheets():
    peaks = [DEVICES["i7-10750h"].peak_flops_per_s, fu2021.I7_10750H_PEAK_FLOPS_PER_S]
    assert peaks == [499.2e9, 249.6e9]
    watts = [1e9 * (V100.tdp_w / V100.peak_flops_per_s + 45 / peak) for peak in peaks]
    assert ROWS["ResNet"].ours_tonnes * watts[0] / watts[1] == pytest.approx(178.6, abs=0.05)


def test_more_than_forty_searches_have_published_hours():
    timed = [n for n in NETWORKS.values() if n.is_searched and n.search_gpu_hours is not None]
    assert len(timed) >= 40
    assert NETWORKS["NAT-M4"].search_gpu_hours is None, "nobody has published them"


def test_a_search_is_priced_on_its_own_accelerator_and_on_a_v100_where_none_is_named():
    darts, cars = NETWORKS["DARTS"], NETWORKS["CARS-I"]
    assert darts.search_kg == pytest.approx(1.59 * 96 * (250 + 45) * 0.707e-3)
    assert (cars.accelerator, cars.device) == ("", V100)
    assert cars.search_kg == pytest.approx(1.59 * 9.6 * (300 + 45) * 0.707e-3)


def test_an_accelerator_that_nobody_lists_has_no_price():
    unlisted = replace(NETWORKS["DARTS"], accelerator="abacus")
    assert unlisted.device is None
    assert unlisted.search_kg is None


def test_without_multiply_accumulates_there_is_no_index():
    with pytest.raises(ValueError, match=r"^nobody tells the multiply-accumulates of DrNAS$"):
        _ = NETWORKS["DrNAS"].training_index_kg
