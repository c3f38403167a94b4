import csv
import math
import re
from importlib import resources

import pytest
from sample_networks import message

from evonas.carbon.grids import GRIDS, WORLD, Grid, own_grid

ROWS = list(
    csv.DictReader(
        resources.files("evonas.carbon")
        .joinpath("grids.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
)


def test_the_grids_that_papers_name():
    assert GRIDS["world"].intensity_g_per_kwh == 475.0  # IEA 2019
    assert GRIDS["epa_avert_2021"].intensity_g_per_kwh == 707.0  # EPA, used by Fu et al. 2021
    assert 300 < GRIDS["usa"].intensity_g_per_kwh < 400  # not what AVERT says


def test_every_row_of_the_table_is_a_grid_and_none_stands_twice():
    assert len(GRIDS) == len(ROWS) > 250
    for row in ROWS:
        grid = GRIDS[row["name"]]
        assert (grid.name, grid.label) == (row["name"], row["label"])
        assert grid.intensity_g_per_kwh == float(row["intensity [g/kWh]"])
        assert grid.source == f"{row['source']}, {row['year']}"


@pytest.mark.parametrize("grid", GRIDS.values(), ids=lambda grid: grid.name)
def test_a_grid_has_grams_a_code_and_a_year(grid):
    assert 10 < grid.intensity_g_per_kwh < 1400  # hydropower to old gas and oil, life cycle
    assert re.search(r"\b(19|20)\d\d$", grid.source)
    assert re.fullmatch(r"[a-z]{3}|us-[a-z]{2}|us-egrid|world|epa_avert_2021", grid.name)


def test_the_default_is_the_world_and_the_table_cannot_be_written_to():
    assert WORLD is GRIDS["world"]
    with pytest.raises(TypeError, match="does not support item assignment"):
        GRIDS["mine"] = WORLD


def test_a_grid_of_the_users_own_says_so():
    assert own_grid(30.0) == Grid("own", "the user's own", 30.0, source="the user")


@pytest.mark.parametrize("intensity", [-1.0, math.inf, math.nan])
def test_an_impossible_intensity_is_refused(intensity):
    expected = message("Grid", "intensity_g_per_kwh", intensity, "[0, inf)", "carbon.grids")
    with pytest.raises(ValueError, match=expected):
        own_grid(intensity)
