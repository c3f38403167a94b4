import math

import pytest

from evonas.carbon import fu2021

RESNET50_GFLOPS = 3.8  # He et al. 2016, Table 1


def test_one_gpu_hour_by_equations_1_and_2():
    assert fu2021.search_energy_wh(1) == pytest.approx(548.55)  # 1.59 x (300 + 45)
    assert fu2021.kg(548.55) == pytest.approx(0.38782485)  # x 0.707e-3


def test_twelve_hundred_gpu_hours_by_equations_1_and_2():
    assert fu2021.kg(fu2021.search_energy_wh(1200)) == pytest.approx(465.38982)


def test_equation_1_takes_other_hardware():
    assert fu2021.search_energy_wh(2, gpu_w=250, cpu_w=50, pue=1.0) == 600


def test_the_factor_of_equation_2_is_kilograms_per_watt_hour():
    assert fu2021.kg(1) == pytest.approx(0.707e-3)  # Fu et al. 2021, Eq. 2
    assert fu2021.kg(1000) == pytest.approx(fu2021.EPA_MARGINAL_G_PER_KWH / 1000)


def test_watts_per_gflops_are_mostly_the_hosts():
    host, both = 45 / 249.6, fu2021.WATT_PER_GFLOPS  # i7-10750H; and V100, 300 / 15,700
    assert both == pytest.approx(0.1993967, abs=5e-8)
    assert host / both == pytest.approx(0.90, abs=0.005)


def test_one_resnet_training_by_equation_3():
    energy_wh = fu2021.training_energy_wh(RESNET50_GFLOPS, gpu_hours=fu2021.RESNET_GPU_HOURS)
    assert energy_wh == pytest.approx(126.2846, abs=5e-5)
    assert fu2021.kg(energy_wh) == pytest.approx(0.08928321, abs=5e-9)


def test_equation_3_takes_other_watts_per_gflops():
    assert fu2021.training_energy_wh(3, gpu_hours=5, watt_per_gflops=0.2) == pytest.approx(3.0)


def test_all_resnet_trainings_by_equation_3():
    lifetime_kg = fu2021.lifetime_kg(
        RESNET50_GFLOPS, gpu_hours=fu2021.RESNET_GPU_HOURS, citations=73_000
    )
    assert lifetime_kg / 1000 == pytest.approx(325.88373, abs=5e-6)  # 3.65e6 trainings
    assert lifetime_kg / 1000 == pytest.approx(326.6, rel=0.003)  # Fu et al. 2021, Table 1


def test_equations_1_and_3_are_724_times_apart_for_one_training():
    by_eq_1 = fu2021.search_energy_wh(fu2021.RESNET_GPU_HOURS)
    by_eq_3 = fu2021.training_energy_wh(RESNET50_GFLOPS, gpu_hours=fu2021.RESNET_GPU_HOURS)
    assert by_eq_1 == pytest.approx(91_425)
    assert by_eq_1 / by_eq_3 == pytest.approx(723.96, abs=0.005)


def test_a_search_breaks_even_at_very_different_times_by_equations_1_and_3():
    search_kg = fu2021.kg(fu2021.search_energy_wh(1200))  # Once-for-all: 1,200 GPU hours
    by_eq_1 = fu2021.kg(fu2021.search_energy_wh(fu2021.NAS_GPU_HOURS))
    by_eq_3 = fu2021.kg(
        fu2021.training_energy_wh(0.23, gpu_hours=fu2021.NAS_GPU_HOURS)
    )  # 230 M
    assert search_kg / by_eq_1 == pytest.approx(4.8)
    assert math.ceil(search_kg / by_eq_3) == 57_414
