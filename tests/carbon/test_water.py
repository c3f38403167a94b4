import pytest

from evonas.carbon.water import litres


def test_a_building_cools_its_computers_and_the_grid_makes_all_the_electricity():
    on_site, of_grid = litres(159.0, pue=1.59)
    assert on_site.central == pytest.approx(100 * 0.36)  # Shehabi et al. 2024, LBNL
    assert of_grid.central == pytest.approx(159 * 4.52)  # the same
    assert (on_site.low, on_site.high) == (0.0, pytest.approx(180.0))  # Shehabi et al. 2016
