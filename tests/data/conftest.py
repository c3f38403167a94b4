"""No test of a data set finds what another one has read."""

import pytest

from evonas.data import dataset as data


@pytest.fixture(autouse=True)
def _nothing_remembered():
    data._load.cache_clear()
    yield
    data._load.cache_clear()
